//! Terraform's states.

use super::*;

fn managed() -> Vec<(&'static str, Value)> {
    let network = "Microsoft.Network/virtualNetworks/Hub";
    let subnet = id(&format!("{network}/subnets/Web"));
    let nic = id("Microsoft.Network/networkInterfaces/Nic");
    let group = id("Microsoft.Network/networkSecurityGroups/Nsg");
    let pool = id("Microsoft.Network/loadBalancers/Lb/backendAddressPools/Pool");
    vec![
        (
            "azurerm_virtual_network",
            json!({ "id": id(network), "name": "Hub", "location": "westeurope",
            "address_space": ["10.0.0.0/16"], "subnet": [], "tags": { "Cost_Center": "1" } }),
        ),
        ("azurerm_subnet", json!({ "id": subnet, "name": "Web", "address_prefixes": ["10.0.1.0/24"] })),
        (
            "azurerm_network_interface",
            json!({ "id": nic, "name": "Nic", "mac_address": "00-0D-3A-70-33-10",
            "location": "westeurope", "ip_forwarding_enabled": true,
            "ip_configuration": [{ "name": "Internal", "private_ip_address": "10.0.1.4", "subnet_id": subnet,
                "primary": true, "public_ip_address_id": "" }] }),
        ),
        (
            "azurerm_linux_virtual_machine",
            json!({ "id": id("Microsoft.Compute/virtualMachines/Web"), "name": "Web",
            "location": "westeurope", "size": "Standard_B1s", "network_interface_ids": [nic], "zone": "1" }),
        ),
        (
            "azurerm_network_security_group",
            json!({ "id": group, "name": "Nsg", "location": "westeurope",
            "security_rule": [{ "name": "Ssh", "priority": 100, "direction": "Inbound", "access": "Allow",
                "protocol": "Tcp", "source_port_range": "*", "destination_port_range": "22",
                "source_address_prefix": "*", "destination_address_prefix": "" }] }),
        ),
        (
            "azurerm_subnet_network_security_group_association",
            json!({ "id": subnet, "subnet_id": subnet, "network_security_group_id": group }),
        ),
        (
            "azurerm_lb",
            json!({ "id": id("Microsoft.Network/loadBalancers/Lb"), "name": "Lb", "sku": "Standard",
            "location": "westeurope", "frontend_ip_configuration": [{ "name": "f",
                "private_ip_address": "10.0.1.9", "subnet_id": subnet }] }),
        ),
        ("azurerm_lb_backend_address_pool", json!({ "id": pool, "name": "Pool" })),
        (
            "azurerm_network_interface_backend_address_pool_association",
            json!({ "id": format!("{nic}|{pool}"),
            "network_interface_id": nic, "ip_configuration_name": "Internal", "backend_address_pool_id": pool }),
        ),
        (
            "azurerm_private_endpoint",
            json!({ "id": id("Microsoft.Network/privateEndpoints/Pe"), "name": "Pe",
            "subnet_id": subnet, "private_service_connection": [{ "private_ip_address": "10.0.1.7",
                "private_connection_resource_id": id("Microsoft.Storage/storageAccounts/Data"),
                "subresource_names": ["blob"] }] }),
        ),
        (
            "azapi_resource",
            json!({ "id": id("Microsoft.Network/routeTables/Rt"), "name": "Rt",
            "type": "Microsoft.Network/routeTables@2023-04-01", "location": "westeurope",
            "body": { "properties": { "routes": [{ "name": "r", "properties": { "addressPrefix": "0.0.0.0/0",
                "nextHopType": "Internet" } }] } } }),
        ),
        (
            "azurerm_resource_group",
            json!({ "id": format!("{SUBSCRIPTION}/resourceGroups/Net"), "name": "Net" }),
        ),
    ]
}

pub fn state() -> Value {
    let resources: Vec<Value> = managed()
        .into_iter()
        .map(|(kind, attributes)| {
            json!({ "mode": "managed", "type": kind, "name": "x", "instances": [{ "attributes": attributes }] })
        })
        .collect();
    json!({ "version": 4, "terraform_version": "1.9.0", "serial": 3, "lineage": "l", "resources": resources })
}

#[test]
fn states_and_what_show_prints_are_the_same() {
    let shown: Vec<Value> = managed()
        .into_iter()
        .map(|(kind, values)| json!({ "address": "x", "mode": "managed", "type": kind, "values": values }))
        .collect();
    let (near, far) = shown.split_at(3);
    let shown = json!({ "format_version": "1.0", "terraform_version": "1.9.0", "values": { "root_module": {
        "resources": near, "child_modules": [{ "resources": far }] } } });
    let state = import(&[("terraform.tfstate", &state().to_string())]);
    let shown = import(&[("show.json", &shown.to_string())]);
    assert_eq!(state.inventory, shown.inventory);
    assert_eq!(counts(&state), [(FindingKind::UnknownType, 1)], "{:?}", state.findings.kept());

    let it = state.inventory;
    let subnet = &it.virtual_networks[0].subnets[0];
    assert_eq!(it.virtual_networks[0].header.tags, [("Cost_Center".to_owned(), "1".to_owned())]);
    assert_eq!(subnet.network_security_group, Some(lower("Microsoft.Network/networkSecurityGroups/Nsg")));
    let nic = &it.network_interfaces[0];
    assert_eq!((nic.mac.as_str(), nic.ip_forwarding), ("000D3A703310", true));
    assert_eq!(nic.virtual_machine, Some(it.virtual_machines[0].header.id.clone()));
    assert_eq!(nic.ip_configurations[0].subnet.as_ref(), Some(&subnet.id));
    let pool = &it.load_balancers[0].backend_pools[0];
    assert_eq!(pool.ip_configurations, [nic.ip_configurations[0].id.clone()]);
    assert_eq!(it.private_endpoints[0].addresses[0].to_string(), "10.0.1.7");
    assert_eq!(it.route_tables[0].routes[0].prefix, "0.0.0.0/0");
    assert_eq!(it.network_security_groups[0].rules.len(), 7);
    assert_eq!(it.virtual_machines[0].header.zones, ["1"]);
}
