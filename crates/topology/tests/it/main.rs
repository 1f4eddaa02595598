//! Exports in all their forms, broken ones too.

#![allow(clippy::unwrap_used)] // what helps tests may fail as they do

mod broken;
mod findings;
mod forms;
mod templates;
mod terraform;

use serde_json::{Value, json};
use weir_topology::read::{FindingKind, Imported, Limits, Reader, Scope};

/// The subscription of all tests.
pub const SUBSCRIPTION: &str = "/subscriptions/11111111-1111-1111-1111-111111111111";

/// Reads files given as name and content.
pub fn import(files: &[(&str, &str)]) -> Imported {
    import_into(files, None)
}

/// Reads files, templates into a scope.
pub fn import_into(files: &[(&str, &str)], scope: Option<Scope>) -> Imported {
    let mut reader = Reader::new(Limits::default(), scope);
    for (name, content) in files {
        reader.read(name, content.as_bytes());
    }
    reader.finish()
}

/// The id of a resource of the group `Net`, in Azure's own spelling.
pub fn id(path: &str) -> String {
    format!("{SUBSCRIPTION}/resourceGroups/Net/providers/{path}")
}

/// The id as the inventory has it.
pub fn lower(path: &str) -> String {
    id(path).to_ascii_lowercase()
}

/// How many findings there are, by kind; those of no use left out.
pub fn counts(imported: &Imported) -> Vec<(FindingKind, u64)> {
    let count = |kind: FindingKind| (kind, imported.findings.count(kind));
    FindingKind::ALL.into_iter().map(count).filter(|(_, count)| *count > 0).collect()
}

/// A small network as Resource Manager lists it.
pub fn resources() -> Vec<Value> {
    let network = "Microsoft.Network/virtualNetworks/Hub";
    let nic = "Microsoft.Network/networkInterfaces/Web-Nic";
    let pool = "Microsoft.Network/loadBalancers/Lb/backendAddressPools/Web";
    vec![
        json!({ "id": id(network), "name": "Hub", "type": "Microsoft.Network/virtualNetworks",
            "location": "westeurope", "tags": { "Owner": "Net Team" },
            "properties": {
                "provisioningState": "Succeeded",
                "addressSpace": { "addressPrefixes": ["10.0.0.0/16", "fd00::/48"] },
                "subnets": [{ "id": id(&format!("{network}/subnets/Web")), "name": "Web", "properties": {
                    "addressPrefixes": ["10.0.1.0/24", "fd00:0:0:1::/64"],
                    "networkSecurityGroup": { "id": id("Microsoft.Network/networkSecurityGroups/Web-Nsg") } } }],
                "virtualNetworkPeerings": [] } }),
        json!({ "id": id(nic), "name": "Web-Nic", "type": "Microsoft.Network/networkInterfaces",
            "location": "westeurope", "tenantId": "22222222-2222-2222-2222-222222222222",
            "properties": {
                "macAddress": "00-0D-3A-70-33-10", "enableIPForwarding": true,
                "virtualMachine": { "id": id("Microsoft.Compute/virtualMachines/Web") },
                "ipConfigurations": [
                    { "name": "second", "properties": { "privateIPAddress": "10.0.1.5", "primary": false,
                        "subnet": { "id": id(&format!("{network}/subnets/Web")) } } },
                    { "name": "first", "id": id(&format!("{nic}/ipConfigurations/first")), "properties": {
                        "privateIPAddress": "10.0.1.4", "primary": true,
                        "subnet": { "id": id(&format!("{network}/subnets/Web")) },
                        "publicIPAddress": { "id": id("Microsoft.Network/publicIPAddresses/Web-Ip") },
                        "loadBalancerBackendAddressPools": [{ "id": id(pool) }] } }] } }),
        json!({ "id": id("Microsoft.Compute/virtualMachines/Web"), "name": "Web", "location": "westeurope",
            "type": "Microsoft.Compute/virtualMachines", "zones": ["2"],
            "properties": { "hardwareProfile": { "vmSize": "Standard_D2s_v5" },
                "storageProfile": { "osDisk": { "osType": "Linux" } },
                "networkProfile": { "networkInterfaces": [{ "id": id(nic) }] } } }),
        json!({ "id": id("Microsoft.Network/networkSecurityGroups/Web-Nsg"), "name": "Web-Nsg",
            "type": "Microsoft.Network/networkSecurityGroups", "location": "westeurope",
            "properties": { "resourceGuid": "AAAAAAAA-1111-1111-1111-111111111111", "securityRules": [
                { "name": "AllowHttps", "properties": { "access": "Allow", "direction": "Inbound", "priority": 100,
                    "protocol": "Tcp", "sourceAddressPrefix": "Internet", "sourcePortRange": "*",
                    "destinationAddressPrefixes": ["10.0.1.4", "10.0.1.5"], "destinationPortRange": "443" } }] } }),
        json!({ "id": id("Microsoft.Network/publicIPAddresses/Web-Ip"), "name": "Web-Ip", "location": "westeurope",
            "type": "Microsoft.Network/publicIPAddresses", "sku": { "name": "Standard", "tier": "Regional" },
            "properties": { "ipAddress": "20.1.2.3", "dnsSettings": { "fqdn": "web.example.org" } } }),
        json!({ "id": id("Microsoft.Network/loadBalancers/Lb"), "name": "Lb", "location": "westeurope",
            "type": "Microsoft.Network/loadBalancers", "properties": {
                "frontendIPConfigurations": [{ "name": "front", "properties": { "privateIPAddress": "10.0.1.100",
                    "subnet": { "id": id(&format!("{network}/subnets/Web")) } } }],
                "backendAddressPools": [{ "id": id(pool), "name": "Web" }],
                "loadBalancingRules": [{ "name": "https", "properties": { "protocol": "Tcp", "frontendPort": 443,
                    "backendPort": 8443, "enableFloatingIP": false, "backendAddressPool": { "id": id(pool) } } }] } }),
    ]
}
