//! Virtual networks, subnets and peerings.

use serde_json::Value;

use crate::read::parts::{Notes, Parts, Resource, part_id};
use crate::read::value::*;
use crate::{Peering, Subnet, VirtualNetwork};

pub(super) fn virtual_network(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let body = &resource.body;
    let encryption = get(body, "encryption");
    let network = VirtualNetwork {
        header: resource.header(),
        prefixes: prefixes(&address_space(body, "addressspace"), notes),
        subnets: list(body, "subnets").iter().map(|part| subnet(part, &resource.id, notes)).collect(),
        peerings: list(body, "virtualnetworkpeerings")
            .iter()
            .map(|part| peering(part, &resource.id, notes))
            .collect(),
        encryption: encryption.and_then(|encryption| truth(encryption, "enabled")),
        encryption_enforcement: encryption.map(|e| text(e, "enforcement")).unwrap_or_default(),
    };
    super::add(&mut parts.virtual_networks, resource, file, network, notes);
}

pub(super) fn lone_subnet(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let subnet = subnet(&resource.body, &resource.id, notes);
    super::add(&mut parts.subnets, resource, file, subnet, notes);
}

pub(super) fn lone_peering(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let peering = peering(&resource.body, &resource.id, notes);
    super::add(&mut parts.peerings, resource, file, peering, notes);
}

/// Prefixes of an address space: `{"addressPrefixes": […]}`, or a list alone.
pub(super) fn address_space(body: &Value, name: &str) -> Vec<String> {
    match get(body, name) {
        Some(space @ Value::Object(_)) => texts(space, "addressprefixes"),
        Some(_) => texts(body, name),
        None => Vec::new(),
    }
}

fn subnet(part: &Value, parent: &str, notes: &mut Notes<'_>) -> Subnet {
    let delegations = list(part, "delegations").iter().map(|delegation| text(delegation, "servicename"));
    Subnet {
        id: part_id(part, parent, "subnets"),
        prefixes: prefixes(&one_or_many(part, "addressprefix", "addressprefixes"), notes),
        network_security_group: id(part, "networksecuritygroup"),
        route_table: id(part, "routetable"),
        nat_gateway: id(part, "natgateway"),
        delegations: delegations.filter(|name| !name.is_empty()).collect(),
    }
}

fn peering(part: &Value, parent: &str, notes: &mut Notes<'_>) -> Peering {
    Peering {
        id: part_id(part, parent, "virtualnetworkpeerings"),
        remote_network: id(part, "remotevirtualnetwork"),
        remote_prefixes: prefixes(&address_space(part, "remoteaddressspace"), notes),
        state: text(part, "peeringstate"),
        allow_virtual_network_access: truth(part, "allowvirtualnetworkaccess"),
        allow_forwarded_traffic: truth(part, "allowforwardedtraffic"),
        allow_gateway_transit: truth(part, "allowgatewaytransit"),
        use_remote_gateways: truth(part, "useremotegateways"),
    }
}
