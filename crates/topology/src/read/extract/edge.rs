//! Public addresses, private endpoints, firewalls, bastions and NAT gateways.

use super::interface::{ip_configuration, ip_configurations};
use crate::read::parts::{Notes, Parts, Resource};
use crate::read::value::*;
use crate::{Bastion, Firewall, IpConfiguration, NatGateway, PrivateEndpoint, PublicIp};

pub(super) fn public_ip(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let body = &resource.body;
    let ip = PublicIp {
        header: resource.header(),
        address: address(body, "ipaddress", notes),
        ip_configuration: id(body, "ipconfiguration"),
        domain_name: get(body, "dnssettings").map(|dns| text(dns, "fqdn")).unwrap_or_default(),
    };
    super::add(&mut parts.public_ips, resource, file, ip, notes);
}

pub(super) fn private_endpoint(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let body = &resource.body;
    let mut endpoint = PrivateEndpoint {
        header: resource.header(),
        subnet: id(body, "subnet"),
        network_interfaces: ids(body, "networkinterfaces"),
        ..PrivateEndpoint::default()
    };
    for kind in ["privatelinkserviceconnections", "manualprivatelinkserviceconnections"] {
        for connection in list(body, kind) {
            endpoint.target = endpoint.target.or_else(|| id(connection, "privatelinkserviceid"));
            endpoint.groups.extend(texts(connection, "groupids"));
            let state = get(connection, "privatelinkserviceconnectionstate");
            if let Some(state) = state.filter(|_| endpoint.connection_state.is_empty()) {
                endpoint.connection_state = text(state, "status");
            }
        }
    }
    for configuration in list(body, "ipconfigurations") {
        endpoint.addresses.extend(address(configuration, "privateipaddress", notes));
    }
    for names in list(body, "customdnsconfigs") {
        for text in texts(names, "ipaddresses") {
            endpoint.addresses.extend(parse_address(&text, notes));
        }
    }
    endpoint.addresses.sort();
    endpoint.addresses.dedup();
    super::add(&mut parts.private_endpoints, resource, file, endpoint, notes);
}

pub(super) fn firewall(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let body = &resource.body;
    let mut all = ip_configurations(body, "ipconfigurations", &resource.id, notes);
    if let Some(management) = get(body, "managementipconfiguration") {
        all.push(ip_configuration(management, &resource.id, "azurefirewallipconfigurations", notes));
    }
    // One in a virtual hub has no configurations, and one address.
    if let Some(hub) = get(body, "hubipaddresses") {
        let private_address = address(hub, "privateipaddress", notes);
        all.extend(
            private_address.map(|_| IpConfiguration { private_address, ..IpConfiguration::default() }),
        );
    }
    let firewall = Firewall { header: resource.header(), ip_configurations: all };
    super::add(&mut parts.firewalls, resource, file, firewall, notes);
}

pub(super) fn bastion(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let ip_configurations = ip_configurations(&resource.body, "ipconfigurations", &resource.id, notes);
    let bastion = Bastion { header: resource.header(), ip_configurations };
    super::add(&mut parts.bastions, resource, file, bastion, notes);
}

pub(super) fn nat_gateway(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let gateway = NatGateway {
        header: resource.header(),
        public_ips: ids(&resource.body, "publicipaddresses"),
        subnets: ids(&resource.body, "subnets"),
    };
    super::add(&mut parts.nat_gateways, resource, file, gateway, notes);
}
