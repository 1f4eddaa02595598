//! Network interfaces, those of scale set instances included, and the configurations that other resources have too.

use ipnet::IpNet;
use serde_json::Value;

use crate::read::finding::FindingKind;
use crate::read::parts::{Notes, Parts, Resource, parent, part_id};
use crate::read::value::*;
use crate::{IpConfiguration, NetworkInterface};

pub(super) fn network_interface(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let body = &resource.body;
    // Below an instance of a scale set the id itself tells whose it is.
    let instance = parent(&resource.id);
    let is_instance =
        instance.contains("/virtualmachinescalesets/") && instance.contains("/virtualmachines/");
    let instance = is_instance.then(|| instance.to_owned());
    let interface = NetworkInterface {
        header: resource.header(),
        mac: mac(body, notes),
        virtual_machine: id(body, "virtualmachine").or(instance),
        private_endpoint: id(body, "privateendpoint"),
        network_security_group: id(body, "networksecuritygroup"),
        ip_forwarding: truth(body, "enableipforwarding").unwrap_or(false),
        ip_configurations: ip_configurations(body, "ipconfigurations", &resource.id, notes),
    };
    super::add(&mut parts.network_interfaces, resource, file, interface, notes);
}

/// Configurations of a property, the primary one first.
pub(super) fn ip_configurations(
    body: &Value,
    name: &str,
    parent: &str,
    notes: &mut Notes<'_>,
) -> Vec<IpConfiguration> {
    let mut all: Vec<&Value> = list(body, name).iter().collect();
    all.sort_by_key(|part| truth(part, "primary") != Some(true));
    all.into_iter().map(|part| ip_configuration(part, parent, name, notes)).collect()
}

/// One configuration; `kind` is what its id has before its name.
pub(super) fn ip_configuration(
    part: &Value,
    parent: &str,
    kind: &str,
    notes: &mut Notes<'_>,
) -> IpConfiguration {
    let private_address = address(part, "privateipaddress", notes);
    let bits = whole(part, "privateipaddressprefixlength").and_then(|bits| u8::try_from(bits).ok());
    // An address alone has all its bits as prefix; Azure tells them too.
    let block = private_address.zip(bits).and_then(|(address, bits)| IpNet::new(address, bits).ok());
    let mut backend_pools = ids(part, "loadbalancerbackendaddresspools");
    backend_pools.extend(ids(part, "applicationgatewaybackendaddresspools"));
    IpConfiguration {
        id: part_id(part, parent, kind),
        private_address,
        private_prefix: block.filter(|net| net.prefix_len() < net.max_prefix_len()).map(|net| net.trunc()),
        subnet: id(part, "subnet"),
        public_ip: id(part, "publicipaddress"),
        backend_pools,
    }
}

/// A MAC address as the inventory keeps it.
fn mac(body: &Value, notes: &mut Notes<'_>) -> String {
    let told = text(body, "macaddress");
    let mac: String = told.chars().filter(|c| !matches!(c, '-' | ':' | '.')).collect();
    if mac.len() == 12 && mac.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return mac.to_ascii_uppercase();
    }
    if !told.is_empty() {
        notes.note(FindingKind::BadAddress, format!("'{told}' is no MAC address"));
    }
    String::new()
}
