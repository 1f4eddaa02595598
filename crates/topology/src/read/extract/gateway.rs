//! VPN and ExpressRoute gateways, their connections, and what is at the other end.

use serde_json::Value;

use super::interface::ip_configurations;
use super::network::address_space;
use crate::read::parts::{Notes, Parts, Resource, part_id};
use crate::read::value::*;
use crate::{Circuit, CircuitPeering, Connection, LocalNetworkGateway, VirtualNetworkGateway};

pub(super) fn virtual_network_gateway(
    resource: &Resource,
    file: usize,
    parts: &mut Parts,
    notes: &mut Notes<'_>,
) {
    let body = &resource.body;
    let clients = get(body, "vpnclientconfiguration");
    let clients = clients.map(|clients| address_space(clients, "vpnclientaddresspool")).unwrap_or_default();
    let gateway = VirtualNetworkGateway {
        header: resource.header(),
        kind: text(body, "gatewaytype"),
        ip_configurations: ip_configurations(body, "ipconfigurations", &resource.id, notes),
        client_prefixes: prefixes(&clients, notes),
        bgp: truth(body, "enablebgp"),
    };
    super::add(&mut parts.virtual_network_gateways, resource, file, gateway, notes);
}

pub(super) fn connection(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let body = &resource.body;
    let connection = Connection {
        header: resource.header(),
        kind: text(body, "connectiontype"),
        gateway1: id(body, "virtualnetworkgateway1"),
        gateway2: id(body, "virtualnetworkgateway2"),
        local_network_gateway: id(body, "localnetworkgateway2"),
        circuit: id(body, "peer"),
        status: text(body, "connectionstatus"),
        routing_weight: whole32(body, "routingweight"),
        bgp: truth(body, "enablebgp"),
        egress_bytes: whole(body, "egressbytestransferred"),
        ingress_bytes: whole(body, "ingressbytestransferred"),
    };
    super::add(&mut parts.connections, resource, file, connection, notes);
}

pub(super) fn local_network_gateway(
    resource: &Resource,
    file: usize,
    parts: &mut Parts,
    notes: &mut Notes<'_>,
) {
    let body = &resource.body;
    let bgp = get(body, "bgpsettings");
    let address = text(body, "gatewayipaddress");
    let gateway = LocalNetworkGateway {
        header: resource.header(),
        prefixes: prefixes(&address_space(body, "localnetworkaddressspace"), notes),
        address: if address.is_empty() { text(body, "fqdn") } else { address },
        asn: bgp.and_then(|bgp| whole(bgp, "asn")),
        bgp_peer: bgp.and_then(|bgp| super::value::address(bgp, "bgppeeringaddress", notes)),
    };
    super::add(&mut parts.local_network_gateways, resource, file, gateway, notes);
}

pub(super) fn circuit(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let body = &resource.body;
    let provider = get(body, "serviceproviderproperties");
    let circuit = Circuit {
        header: resource.header(),
        circuit_state: text(body, "circuitprovisioningstate"),
        provider_state: text(body, "serviceproviderprovisioningstate"),
        provider: provider.map(|p| text(p, "serviceprovidername")).unwrap_or_default(),
        bandwidth_mbps: provider.and_then(|p| whole(p, "bandwidthinmbps")),
        peering_location: provider.map(|p| text(p, "peeringlocation")).unwrap_or_default(),
        peerings: list(body, "peerings").iter().map(|part| peering(part, &resource.id, notes)).collect(),
    };
    super::add(&mut parts.circuits, resource, file, circuit, notes);
}

pub(super) fn lone_circuit_peering(
    resource: &Resource,
    file: usize,
    parts: &mut Parts,
    notes: &mut Notes<'_>,
) {
    let peering = peering(&resource.body, &resource.id, notes);
    super::add(&mut parts.circuit_peerings, resource, file, peering, notes);
}

fn peering(part: &Value, parent: &str, notes: &mut Notes<'_>) -> CircuitPeering {
    let advertised =
        get(part, "microsoftpeeringconfig").map(|c| texts(c, "advertisedpublicprefixes")).unwrap_or_default();
    CircuitPeering {
        id: part_id(part, parent, "peerings"),
        kind: text(part, "peeringtype"),
        state: text(part, "state"),
        peer_asn: whole(part, "peerasn"),
        azure_asn: whole(part, "azureasn"),
        vlan_id: whole32(part, "vlanid"),
        azure_ports: [text(part, "primaryazureport"), text(part, "secondaryazureport")],
        peer_prefixes: [text(part, "primarypeeraddressprefix"), text(part, "secondarypeeraddressprefix")],
        advertised_prefixes: prefixes(&advertised, notes),
    }
}
