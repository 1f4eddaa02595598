//! A row of Resource Graph, and the ids in it.

use serde_json::{Value, json};

use crate::model::{Company, Nic};

/// A resource of a network's subscription, as Resource Graph lists it: type and group in lower case, the id as created.
pub(super) fn row(
    company: &Company,
    vnet: usize,
    id: &str,
    sku: Value,
    zones: Value,
    properties: Value,
) -> Value {
    // `/subscriptions/s/resourceGroups/g/providers/p/t/n`, and more types and names behind.
    let segments: Vec<&str> = id.split('/').collect();
    let kind = segments[7..]
        .iter()
        .step_by(2)
        .fold(segments[6].to_lowercase(), |kind, segment| format!("{kind}/{}", segment.to_lowercase()));
    let name = segments.last().copied().unwrap_or_default();
    json!({
        "id": id,
        "name": name,
        "type": kind,
        "tenantId": company.tenant_id,
        "kind": "",
        "location": company.vnets[vnet].region,
        "resourceGroup": segments[4].to_lowercase(),
        "subscriptionId": company.subscription_of(&company.vnets[vnet]).id,
        "managedBy": "",
        "sku": sku,
        "plan": null,
        "properties": properties,
        "tags": { "company": company.name },
        "identity": null,
        "zones": zones,
        "extendedLocation": null,
    })
}

/// Id of the scale set of a NIC's machine.
pub(super) fn scale_set_id(company: &Company, scale_set: usize) -> String {
    let set = company.scale_sets[scale_set];
    let group = match set.resource_group {
        "" => &company.vnets[set.vnet].resource_group,
        group => group,
    };
    company.id_in(set.vnet, group, "Microsoft.Compute", "virtualMachineScaleSets", set.name)
}

/// The uniform scale set that a machine is an instance of, and its number.
fn uniform(company: &Company, nic: &Nic) -> Option<(usize, u32)> {
    let instance = nic.instance.filter(|instance| company.scale_sets[instance.scale_set].uniform)?;
    Some((instance.scale_set, instance.number))
}

/// Id of a NIC's machine.
pub(super) fn vm_id(company: &Company, nic: &Nic) -> String {
    match uniform(company, nic) {
        Some((set, number)) => format!("{}/virtualMachines/{number}", scale_set_id(company, set)),
        None => company.id_in(nic.vnet, &nic.resource_group, "Microsoft.Compute", "virtualMachines", &nic.vm),
    }
}

/// Id of a NIC.
pub(super) fn nic_id(company: &Company, nic: &Nic) -> String {
    if uniform(company, nic).is_some() {
        return format!("{}/networkInterfaces/{}", vm_id(company, nic), nic.name);
    }
    company.id_in(nic.vnet, &nic.resource_group, "Microsoft.Network", "networkInterfaces", &nic.name)
}

/// Id of a NIC's first configuration.
pub(super) fn configuration_id(company: &Company, nic: &Nic) -> String {
    format!("{}/ipConfigurations/ipconfig1", nic_id(company, nic))
}

/// Id of a security group.
pub(super) fn nsg_id(company: &Company, vnet: usize, name: &str) -> String {
    company.network_id(vnet, "networkSecurityGroups", name)
}

/// An id as a reference.
pub(super) fn reference(id: &str) -> Value {
    json!({ "id": id })
}

/// A public address, and what has it.
pub(super) fn public_address(
    company: &Company,
    vnet: usize,
    name: &str,
    address: std::net::Ipv4Addr,
    configuration: &str,
) -> Value {
    let id = public_address_id(company, vnet, name);
    let sku = json!({ "name": "Standard", "tier": "Regional" });
    let properties = json!({
        "provisioningState": "Succeeded",
        "resourceGuid": crate::model::guid(&id),
        "ipAddress": address,
        "publicIPAddressVersion": "IPv4",
        "publicIPAllocationMethod": "Static",
        "idleTimeoutInMinutes": 4,
        "ipTags": [],
        "ipConfiguration": { "id": configuration },
        "ddosSettings": { "protectionMode": "VirtualNetworkInherited" },
    });
    row(company, vnet, &id, sku, json!(["1", "2", "3"]), properties)
}

/// Id of a public address.
pub(super) fn public_address_id(company: &Company, vnet: usize, name: &str) -> String {
    company.network_id(vnet, "publicIPAddresses", name)
}

/// A part of a resource: id, name and properties.
pub(super) fn part(parent: &str, kind: &str, name: &str, properties: Value) -> Value {
    json!({ "id": format!("{parent}/{kind}/{name}"), "name": name, "properties": properties })
}
