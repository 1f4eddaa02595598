//! The same resources in every form come to the same inventory.

use serde_json::{Map, Value, json};
use weir_topology::Inventory;

use super::*;

fn expected() -> Inventory {
    import(&[("list.json", &json!({ "value": resources() }).to_string())]).inventory
}

/// What matters of the small network is there, and linked both ways.
#[test]
fn a_list_of_resource_manager_is_read() {
    let list = json!({ "value": resources() }).to_string();
    let imported = import(&[("list.json", &list)]);
    assert_eq!(counts(&imported), [], "{:?}", imported.findings.kept());
    let inventory = imported.inventory;
    let network = &inventory.virtual_networks[0];
    assert_eq!(network.header.id, lower("Microsoft.Network/virtualNetworks/Hub"));
    assert_eq!(network.header.tags, [("Owner".to_owned(), "Net Team".to_owned())]);
    assert_eq!(network.subnets[0].prefixes.len(), 2);
    let nic = &inventory.network_interfaces[0];
    assert_eq!((nic.mac.as_str(), nic.ip_forwarding), ("000D3A703310", true));
    let [first, second] = nic.ip_configurations.as_slice() else { panic!("two configurations") };
    assert_eq!(first.private_address, Some("10.0.1.4".parse().unwrap()));
    assert_eq!(second.id, lower("Microsoft.Network/networkInterfaces/Web-Nic/ipConfigurations/second"));
    assert_eq!(first.backend_pools.len(), 1);
    assert_eq!(inventory.load_balancers[0].backend_pools[0].ip_configurations, [first.id.clone()]);
    assert_eq!(inventory.public_ips[0].ip_configuration.as_ref(), Some(&first.id));
    assert_eq!(inventory.virtual_machines[0].header.sku.name, "Standard_D2s_v5");
    let group = &inventory.network_security_groups[0];
    assert_eq!(group.subnets, [network.subnets[0].id.clone()]);
    // Six rules that Azure makes, which this list leaves out.
    assert_eq!((group.rules.len(), group.rules[0].default), (7, false));
    assert_eq!(group.rules[0].terms.destination_prefixes, ["10.0.1.4", "10.0.1.5"]);
    let subscription = &inventory.subscriptions[0];
    assert_eq!(subscription.tenant_id, "22222222-2222-2222-2222-222222222222");
}

#[test]
fn resource_graph_is_read_in_both_its_forms() {
    let graph = |mut resource: Value| {
        let kind = resource["type"].as_str().unwrap().to_ascii_lowercase();
        resource["type"] = kind.into();
        resource["resourceGroup"] = "net".into();
        resource
    };
    let rows: Vec<Value> = resources().into_iter().map(graph).collect();
    let objects =
        json!({ "count": rows.len(), "data": rows, "skip_token": null, "total_records": rows.len() });
    assert_eq!(import(&[("graph.json", &objects.to_string())]).inventory, expected());
    let names = ["id", "name", "type", "location", "tags", "sku", "zones", "tenantId", "properties"];
    let columns: Vec<Value> = names.iter().map(|name| json!({ "name": name, "type": "string" })).collect();
    let cells = |row: &Value| names.iter().map(|name| row[*name].clone()).collect::<Vec<_>>();
    let table = json!({ "totalRecords": rows.len(), "resultTruncated": "false",
        "data": { "columns": columns, "rows": rows.iter().map(cells).collect::<Vec<_>>() } });
    assert_eq!(import(&[("table.json", &table.to_string())]).inventory, expected());
}

#[test]
fn the_portals_csv_is_read() {
    let names = ["id", "name", "type", "location", "tags", "sku", "zones", "tenantId", "properties"];
    for delimiter in [",", ";"] {
        let quoted = |value: &Value| match value {
            Value::String(text) => format!("\"{text}\""),
            Value::Null => "null".to_owned(),
            other => format!("\"{}\"", other.to_string().replace('"', "\"\"")),
        };
        let mut text = format!("\u{feff}{}\r\n", names.map(str::to_uppercase).join(delimiter));
        for resource in resources() {
            let cells: Vec<String> = names.iter().map(|name| quoted(&resource[*name])).collect();
            text.push_str(&format!("{}\r\n", cells.join(delimiter)));
        }
        let imported = import(&[("AzureResourceGraphResults.csv", &text)]);
        assert_eq!(counts(&imported), []);
        assert_eq!(imported.inventory, expected());
    }
}

/// The command line lifts what is below `properties`, and begins names with small letters.
fn lifted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(lifted).collect(),
        Value::Object(map) => {
            let mut out = Map::new();
            for (name, value) in map {
                match (name.as_str(), value) {
                    ("properties", Value::Object(_)) => {
                        out.extend(lifted(value).as_object().cloned().unwrap_or_default());
                    }
                    ("tags", value) => drop(out.insert(name.clone(), value.clone())),
                    (_, value) => drop(out.insert(name.replace("IP", "Ip"), lifted(value))),
                }
            }
            Value::Object(out)
        }
        other => other.clone(),
    }
}

#[test]
fn what_the_command_line_prints_is_read() {
    let list: Vec<Value> = resources().iter().map(lifted).collect();
    assert_eq!(import(&[("az.json", &Value::from(list.clone()).to_string())]).inventory, expected());
    // `show` prints one, and so does GET.
    for each in [list, resources()] {
        let files: Vec<(String, String)> =
            each.iter().enumerate().map(|(n, one)| (format!("{n}.json"), one.to_string())).collect();
        let files: Vec<(&str, &str)> =
            files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(import(&files).inventory, expected());
        let lines: Vec<&str> = files.iter().map(|(_, text)| *text).collect();
        assert_eq!(import(&[("lines.json", &lines.join("\n"))]).inventory, expected());
    }
}

#[test]
fn files_of_windows_are_read() {
    let text = json!({ "value": resources() }).to_string();
    let utf16: Vec<u8> =
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let utf8: Vec<u8> = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    for bytes in [utf16, utf8] {
        let mut reader = Reader::new(Limits::default(), None);
        reader.read("windows.json", bytes.as_slice());
        assert_eq!(reader.finish().inventory, expected());
    }
}

#[test]
fn subscriptions_are_read_from_every_answer() {
    let guid = "11111111-1111-1111-1111-111111111111";
    let (name, tenant) = ("Production", "22222222-2222-2222-2222-222222222222");
    for answer in [
        json!({ "data": [{ "id": SUBSCRIPTION, "name": name, "type": "microsoft.resources/subscriptions",
            "subscriptionId": guid, "tenantId": tenant, "properties": { "state": "Enabled" } }] }),
        json!([{ "id": guid, "name": name, "tenantId": tenant, "state": "Enabled", "isDefault": true }]),
        json!({ "value": [{ "id": SUBSCRIPTION, "subscriptionId": guid, "displayName": name, "tenantId": tenant,
            "state": "Enabled" }] }),
    ] {
        let imported = import(&[("subscriptions.json", &answer.to_string())]);
        let [subscription] = imported.inventory.subscriptions.as_slice() else { panic!("{answer}") };
        assert_eq!((subscription.id.as_str(), subscription.name.as_str()), (guid, name));
        assert_eq!(subscription.tenant_id, tenant);
        assert_eq!(counts(&imported), []);
    }
}

#[test]
fn instances_of_uniform_scale_sets_are_known_by_their_interfaces() {
    let set = "Microsoft.Compute/virtualMachineScaleSets/Set";
    let nic = json!({ "value": [{ "name": "nic", "id": id(&format!("{set}/virtualMachines/3/networkInterfaces/nic")),
        "properties": { "macAddress": "000D3A703310", "ipConfigurations": [] } }] });
    let sets = json!([{ "id": id(set), "name": "Set", "type": "Microsoft.Compute/virtualMachineScaleSets",
        "location": "West Europe", "properties": { "orchestrationMode": "Uniform" } }]);
    let imported = import(&[("nics.json", &nic.to_string()), ("sets.json", &sets.to_string())]);
    assert_eq!(counts(&imported), [], "{:?}", imported.findings.kept());
    let machine = &imported.inventory.virtual_machines[0];
    assert_eq!(machine.header.id, lower(&format!("{set}/virtualMachines/3")));
    assert_eq!(machine.scale_set, Some(lower(set)));
    assert_eq!(machine.header.region, "westeurope");
    assert_eq!(imported.inventory.network_interfaces[0].virtual_machine.as_ref(), Some(&machine.header.id));
}

/// One of everything else; each list of the inventory has one.
#[test]
fn every_type_has_its_list() {
    let of = |kind: &str, properties: Value| {
        let (provider, kinds) = kind.split_once('/').unwrap();
        let path: Vec<String> = kinds.split('/').map(|kind| format!("{kind}/x")).collect();
        json!({ "id": id(&format!("{provider}/{}", path.join("/"))), "name": "x", "type": kind, "location": "eastus",
            "properties": properties })
    };
    let gateway = id("Microsoft.Network/virtualNetworkGateways/x");
    let all = json!([
        of(
            "Microsoft.Network/routeTables",
            json!({ "routes": [{ "name": "r", "properties": {
            "addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.0.0.4" } }] })
        ),
        of(
            "Microsoft.Network/applicationGateways",
            json!({ "sku": { "name": "WAF_v2", "tier": "WAF_v2" },
            "backendAddressPools": [{ "name": "p", "properties": { "backendAddresses": [{ "fqdn": "a.example.org" },
                { "ipAddress": "10.0.0.9" }] } }], "frontendPorts": [{ "properties": { "port": 443 } }] })
        ),
        of(
            "Microsoft.Network/virtualNetworkGateways",
            json!({ "gatewayType": "Vpn", "enableBgp": true,
            "vpnClientConfiguration": { "vpnClientAddressPool": { "addressPrefixes": ["172.16.0.0/24"] } } })
        ),
        of(
            "Microsoft.Network/connections",
            json!({ "connectionType": "IPsec", "egressBytesTransferred": 5,
            "virtualNetworkGateway1": { "id": gateway },
            "localNetworkGateway2": { "id": id("Microsoft.Network/localNetworkGateways/x") } })
        ),
        of(
            "Microsoft.Network/localNetworkGateways",
            json!({ "gatewayIpAddress": "1.2.3.4",
            "localNetworkAddressSpace": { "addressPrefixes": ["192.168.0.0/16"] },
            "bgpSettings": { "asn": 65_010, "bgpPeeringAddress": "192.168.0.1" } })
        ),
        of(
            "Microsoft.Network/expressRouteCircuits",
            json!({ "circuitProvisioningState": "Enabled",
            "serviceProviderProperties": { "serviceProviderName": "P", "bandwidthInMbps": 200 },
            "peerings": [{ "name": "AzurePrivatePeering", "properties": { "peeringType": "AzurePrivatePeering",
                "peerASN": 65_001, "vlanId": 7, "primaryPeerAddressPrefix": "10.9.0.0/30" } }] })
        ),
        of(
            "Microsoft.Network/privateEndpoints",
            json!({
            "customDnsConfigs": [{ "fqdn": "a.blob", "ipAddresses": ["10.0.2.4"] }],
            "privateLinkServiceConnections": [{ "properties": { "groupIds": ["blob"],
                "privateLinkServiceId": id("Microsoft.Storage/storageAccounts/Data"),
                "privateLinkServiceConnectionState": { "status": "Approved" } } }] })
        ),
        of(
            "Microsoft.Network/azureFirewalls",
            json!({ "ipConfigurations": [{ "name": "c",
            "properties": { "privateIPAddress": "10.0.3.4" } }] })
        ),
        of("Microsoft.Network/bastionHosts", json!({})),
        of("Microsoft.Network/natGateways", json!({})),
        of("Microsoft.Network/networkManagers/networkGroups", json!({})),
        of(
            "Microsoft.Network/networkManagers/networkGroups/staticMembers",
            json!({ "resourceId": id("Microsoft.Network/virtualNetworks/x") })
        ),
        of(
            "Microsoft.Network/networkManagers/securityAdminConfigurations/ruleCollections",
            json!({
            "appliesToGroups": [{ "networkGroupId": id("Microsoft.Network/networkManagers/x/networkGroups/x") }] })
        ),
        of(
            "Microsoft.Network/networkManagers/securityAdminConfigurations/ruleCollections/rules",
            json!({
            "access": "Deny", "direction": "Inbound", "priority": 10, "sources": [{ "addressPrefix": "*" }] })
        ),
        of(
            "Microsoft.Network/networkWatchers/flowLogs",
            json!({ "enabled": true, "format": { "version": 2 },
            "targetResourceId": id("Microsoft.Network/virtualNetworks/x"),
            "storageId": id("Microsoft.Storage/storageAccounts/Logs"),
            "flowAnalyticsConfiguration": { "networkWatcherFlowAnalyticsConfiguration": { "enabled": true,
                "trafficAnalyticsInterval": 10 } } })
        ),
        of(
            "Microsoft.ContainerService/managedClusters",
            json!({ "nodeResourceGroup": "MC_x",
            "networkProfile": { "podCidrs": ["10.244.0.0/16"], "serviceCidr": "10.2.0.0/16" },
            "agentPoolProfiles": [{ "name": "pool1" }] })
        ),
        of(
            "Microsoft.Network/virtualNetworks",
            json!({ "addressSpace": { "addressPrefixes": ["10.0.0.0/8"] } })
        ),
        of("Microsoft.Network/virtualNetworks/subnets", json!({ "addressPrefix": "10.0.0.0/24" })),
        of(
            "Microsoft.Network/virtualNetworks/virtualNetworkPeerings",
            json!({ "peeringState": "Connected",
            "remoteVirtualNetwork": { "id": format!("{SUBSCRIPTION}/resourceGroups/o/providers/o/o/o") } })
        ),
    ]);
    let imported = import(&[("all.json", &all.to_string())]);
    assert_eq!(counts(&imported), [], "{:?}", imported.findings.kept());
    let it = imported.inventory;
    assert_eq!(it.route_tables[0].routes[0].next_hop_ip, Some("10.0.0.4".parse().unwrap()));
    let pool = &it.application_gateways[0].backend_pools[0];
    assert_eq!((pool.host_names.len(), pool.addresses.len()), (1, 1));
    assert_eq!(it.application_gateways[0].header.sku.name, "WAF_v2");
    assert_eq!(it.virtual_network_gateways[0].client_prefixes[0].to_string(), "172.16.0.0/24");
    assert_eq!(it.connections[0].egress_bytes, Some(5));
    assert_eq!(it.local_network_gateways[0].asn, Some(65_010));
    assert_eq!(it.circuits[0].peerings[0].vlan_id, Some(7));
    assert_eq!(it.private_endpoints[0].target, Some(lower("Microsoft.Storage/storageAccounts/Data")));
    assert_eq!(it.firewalls[0].ip_configurations.len(), 1);
    assert_eq!((it.bastions.len(), it.nat_gateways.len()), (1, 1));
    assert_eq!(it.network_groups[0].members, [lower("Microsoft.Network/virtualNetworks/x")]);
    assert_eq!(it.admin_rules[0].applies_to, [it.network_groups[0].header.id.clone()]);
    assert_eq!((it.flow_logs[0].enabled, it.flow_logs[0].analytics_interval_minutes), (true, 10));
    assert_eq!(it.node_pools[0].pod_prefixes[0].to_string(), "10.244.0.0/16");
    assert_eq!((it.virtual_networks[0].subnets.len(), it.virtual_networks[0].peerings.len()), (1, 1));
}

#[test]
fn a_sites_file_is_read_and_its_mistakes_have_a_line() {
    let sites = "# offices\nsites:\n  - name: Berlin\n    prefixes: [192.168.10.0/24, 192.168.11.7]\n    via: express_route\n    \
                 connection: sub/Net/Circuit\nclient_pools:\n  - name: staff\n    prefixes: [172.16.0.0/24]\n";
    let imported = import(&[("sites.yaml", sites)]);
    assert_eq!(counts(&imported), []);
    let site = &imported.inventory.sites[0];
    assert_eq!(site.prefixes[1].to_string(), "192.168.11.7/32");
    assert_eq!(site.connection.as_deref(), Some("sub/net/circuit"));
    assert_eq!(imported.inventory.client_pools[0].name, "staff");
    for (text, line) in [
        (sites.replace("prefixes: [192", "prefix: [192"), "line 4"),
        (sites.replace("via: express_route", "via: pigeon"), "line 5"),
        (sites.replace("[172.16.0.0/24]", "[172.16.0.0/24"), "line "),
        ("offices: []\n".to_owned(), "line 1"),
    ] {
        let imported = import(&[("sites.yaml", &text)]);
        let [finding] = imported.findings.kept() else { panic!("{text}") };
        assert!(finding.detail.starts_with(line), "{}: {text}", finding.detail);
    }
}
