//! Interfaces of machines and of private endpoints, and the public addresses of machines.

use std::io;

use serde_json::{Value, json};

use super::row::{configuration_id, nic_id, part, public_address, public_address_id, reference, row, vm_id};
use super::{Export, Rows};
use crate::model::{Company, Nic, PrivateEndpoint, guid};

pub(super) fn rows(export: &Export<'_>, rows: &mut Rows<'_>) -> io::Result<()> {
    let company = export.company;
    let pools = Pools::of(company);
    for (position, nic) in company.nics.iter().enumerate() {
        rows(interface(company, &pools, position, nic))?;
        if let Some(address) = nic.public_address {
            let name = format!("pip-{}", nic.vm);
            rows(public_address(company, nic.vnet, &name, address, &configuration_id(company, nic)))?;
        }
    }
    for endpoint in &company.private_endpoints {
        rows(endpoint_interface(company, endpoint))?;
    }
    Ok(())
}

/// Back-end pools by position of a NIC.
struct Pools {
    balancers: Vec<(usize, Value)>,
    gateways: Vec<(usize, Value)>,
}

impl Pools {
    fn of(company: &Company) -> Self {
        let balancers = company.load_balancers.iter().flat_map(|balancer| {
            let id = company.network_id(balancer.vnet, "loadBalancers", balancer.name);
            let pool = reference(&format!("{id}/backendAddressPools/backend"));
            balancer.backends.iter().map(move |&nic| (nic, pool.clone()))
        });
        let gateways = company.application_gateways.iter().flat_map(|gateway| {
            let id = company.network_id(gateway.vnet, "applicationGateways", gateway.name);
            let pool = reference(&format!("{id}/backendAddressPools/backend"));
            let nics = company.nics.iter().enumerate().filter(|(_, nic)| nic.role == gateway.backends);
            nics.map(move |(nic, _)| (nic, pool.clone()))
        });
        Pools { balancers: balancers.collect(), gateways: gateways.collect() }
    }
}

fn interface(company: &Company, pools: &Pools, position: usize, nic: &Nic) -> Value {
    let id = nic_id(company, nic);
    let of = |pools: &[(usize, Value)]| -> Vec<Value> {
        pools.iter().filter(|(nic, _)| *nic == position).map(|(_, pool)| pool.clone()).collect()
    };
    let subnet = company.subnet_id(nic.vnet, nic.subnet);
    let mut first = configuration(&nic.address.to_string(), "IPv4", true, &subnet);
    let (balancers, gateways) = (of(&pools.balancers), of(&pools.gateways));
    if !balancers.is_empty() {
        first["loadBalancerBackendAddressPools"] = json!(balancers);
    }
    if !gateways.is_empty() {
        first["applicationGatewayBackendAddressPools"] = json!(gateways);
    }
    if nic.public_address.is_some() {
        let name = format!("pip-{}", nic.vm);
        first["publicIPAddress"] = reference(&public_address_id(company, nic.vnet, &name));
    }
    let mut configurations = vec![part(&id, "ipConfigurations", "ipconfig1", first)];
    if let Some(six) = nic.address_six {
        let second = configuration(&six.to_string(), "IPv6", false, &subnet);
        configurations.push(part(&id, "ipConfigurations", "ipconfig2", second));
    }
    if let Some((pods, subnet)) = nic.pods.and_then(|pods| Some((pods, pods.subnet?))) {
        let subnet = company.subnet_id(nic.vnet, subnet);
        let mut block = configuration(&pods.network.to_string(), "IPv4", false, &subnet);
        block["privateIPAddressPrefixLength"] = json!(pods.length);
        configurations.push(part(&id, "ipConfigurations", "podblock1", block));
    }
    let properties = json!({
        "provisioningState": "Succeeded",
        "resourceGuid": guid(&id),
        "macAddress": hyphened(&nic.mac),
        "primary": true,
        "enableIPForwarding": nic.forwarding,
        "enableAcceleratedNetworking": true,
        "disableTcpStateTracking": false,
        "nicType": "Standard",
        "virtualMachine": { "id": vm_id(company, nic) },
        "ipConfigurations": configurations,
        "dnsSettings": { "dnsServers": [], "appliedDnsServers": [] },
        "hostedWorkloads": [],
        "tapConfigurations": [],
    });
    row(company, nic.vnet, &id, Value::Null, Value::Null, properties)
}

fn configuration(address: &str, version: &str, primary: bool, subnet: &str) -> Value {
    json!({
        "provisioningState": "Succeeded",
        "privateIPAddress": address,
        "privateIPAddressVersion": version,
        "privateIPAllocationMethod": "Dynamic",
        "primary": primary,
        "subnet": { "id": subnet },
    })
}

/// `00-0D-3A-14-4D-1C`, as interfaces have it.
fn hyphened(mac: &str) -> String {
    let pairs: Vec<&str> = (0..mac.len() / 2).map(|pair| &mac[2 * pair..2 * pair + 2]).collect();
    pairs.join("-")
}

/// Id of the interface of a private endpoint.
pub(super) fn endpoint_interface_id(company: &Company, endpoint: &PrivateEndpoint) -> String {
    company.network_id(endpoint.vnet, "networkInterfaces", &endpoint.interface_name())
}

fn endpoint_interface(company: &Company, endpoint: &PrivateEndpoint) -> Value {
    let id = endpoint_interface_id(company, endpoint);
    let subnet = company.subnet_id(endpoint.vnet, company.subnet_of(endpoint.vnet, endpoint.subnet));
    let mut first = configuration(&endpoint.address.to_string(), "IPv4", true, &subnet);
    first["privateLinkConnectionProperties"] = json!({
        "groupId": endpoint.part,
        "requiredMemberName": endpoint.part,
        "fqdns": [],
    });
    let properties = json!({
        "provisioningState": "Succeeded",
        "resourceGuid": guid(&id),
        "macAddress": "",
        "enableIPForwarding": false,
        "enableAcceleratedNetworking": false,
        "nicType": "Standard",
        "privateEndpoint": { "id": company.network_id(endpoint.vnet, "privateEndpoints", endpoint.name) },
        "ipConfigurations": [part(&id, "ipConfigurations", "privateEndpointIpConfig", first)],
        "dnsSettings": { "dnsServers": [], "appliedDnsServers": [] },
        "hostedWorkloads": [],
        "tapConfigurations": [],
    });
    row(company, endpoint.vnet, &id, Value::Null, Value::Null, properties)
}
