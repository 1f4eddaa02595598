use super::*;
use crate::read::{Limits, Reader};

const HUB: &str = "/subscriptions/s1/resourceGroups/Net/providers/Microsoft.Network";
const SPOKE: &str = "/subscriptions/s2/resourceGroups/App/providers/Microsoft.Network";

fn network(
    base: &str,
    name: &str,
    region: &str,
    subnet: &str,
    prefix: &str,
    peers: &[String],
) -> serde_json::Value {
    let peers: Vec<_> = peers
        .iter()
        .map(|remote| {
            serde_json::json!({ "name": "p", "properties": { "peeringState": "Connected",
                "allowForwardedTraffic": true, "remoteVirtualNetwork": { "id": remote } } })
        })
        .collect();
    serde_json::json!({ "id": format!("{base}/virtualNetworks/{name}"), "location": region, "properties": {
        "addressSpace": { "addressPrefixes": [prefix] }, "virtualNetworkPeerings": peers, "subnets": [{
            "name": subnet, "properties": { "addressPrefix": prefix,
                "routeTable": { "id": format!("{base}/routeTables/Rt") } } }] } })
}

fn rows() -> Vec<Detail> {
    let hub = format!("{HUB}/virtualNetworks/Hub");
    let spokes = ["A", "B"].map(|name| format!("{SPOKE}/virtualNetworks/{name}"));
    let table = |base: &str| {
        serde_json::json!({ "id": format!("{base}/routeTables/Rt"), "location": "eastus", "properties": {
            "routes": [{ "name": "All", "properties": { "addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance",
                "nextHopIpAddress": "10.0.0.4" } }] } })
    };
    let set = "/subscriptions/s2/resourceGroups/App/providers/Microsoft.Compute/virtualMachineScaleSets/Set";
    let all = serde_json::json!([
        network(HUB, "Hub", "West Europe", "Fw", "10.0.0.0/24", &spokes),
        network(SPOKE, "A", "eastus", "Web", "10.1.0.0/24", std::slice::from_ref(&hub)),
        network(SPOKE, "B", "eastus", "Db", "10.2.0.0/24", std::slice::from_ref(&hub)),
        table(SPOKE),
        { "id": format!("{SPOKE}/networkSecurityGroups/Nsg"), "location": "eastus", "properties": {
            "subnets": [{ "id": format!("{SPOKE}/virtualNetworks/A/subnets/Web") }] } },
        { "id": format!("{HUB}/networkWatchers/W/flowLogs/F"), "location": "eastus", "properties": { "enabled": true,
            "targetResourceId": spokes[0],
            "storageId": "/subscriptions/s2/resourceGroups/App/providers/Microsoft.Storage/storageAccounts/Logs" } },
        { "id": format!("{set}/virtualMachines/7/networkInterfaces/Nic"), "location": "eastus", "properties": {
            "macAddress": "000D3A703310", "ipConfigurations": [{ "name": "c", "properties": {
                "privateIPAddress": "10.1.0.4",
                "subnet": { "id": format!("{SPOKE}/virtualNetworks/A/subnets/Web") } } }] } },
        { "id": "/subscriptions/s2", "name": "Production", "type": "microsoft.resources/subscriptions" },
    ]);
    let mut reader = Reader::new(Limits::default(), None);
    reader.read("all.json", all.to_string().as_bytes());
    details(&reader.finish().inventory)
}

#[track_caller]
fn one<'a>(rows: &'a [Detail], kind: &str, name: &str) -> &'a Detail {
    let found: Vec<_> = rows.iter().filter(|row| row.kind == kind && row.name == name).collect();
    let [row] = found.as_slice() else {
        let names: Vec<_> = rows.iter().filter(|row| row.kind == kind).map(|row| &row.name).collect();
        panic!("{kind} {name}: {} of {names:?}", found.len())
    };
    row
}

#[test]
fn rows_are_named_as_flows_name_them() {
    let rows = rows();
    let nic = one(&rows, "NetworkInterface", "app/nic");
    assert_eq!(nic.column("VirtualMachine"), "app/set_7");
    assert_eq!(nic.column("VmssName"), "app/set");
    assert_eq!(nic.column("Subnetwork"), "app/a/web");
    assert_eq!(nic.column("MacAddress"), "00-0D-3A-70-33-10");
    assert_eq!((nic.subscription_name.as_str(), nic.region.as_str()), ("Production", "eastus"));
    assert_eq!(one(&rows, "VirtualMachine", "app/set_7").column("VmssName"), "app/set");
    let peering = one(&rows, "VirtualNetworkPeering", "app/a/p");
    assert_eq!(peering.column("VirtualNetwork1"), "s2/app/a");
    assert_eq!(peering.column("VirtualNetwork2"), "s1/net/hub");
    assert!(peering.values.contains(&("AllowForwardedTraffic", Value::Truth(true))));
    assert_eq!(one(&rows, "VirtualSubnetwork", "net/hub/fw").region, "westeurope");
    assert_eq!(one(&rows, "Route", "app/rt/all").column("NextHopIp"), "10.0.0.4");
}

#[test]
fn rules_are_named_as_flow_logs_name_them() {
    let rows = rows();
    let rule = one(&rows, "NetworkSecurityGroupRule", "app/nsg/denyallinbound");
    assert_eq!((rule.column("RuleType"), rule.column("Nsg")), ("Default", "app/nsg"));
    assert!(rule.values.contains(&("Priority", Value::Number(65_500))));
}

/// A network is logged, not the group; dashboards look at the group.
#[test]
fn groups_within_a_logged_network_are_watched() {
    let rows = rows();
    let group = one(&rows, "NetworkSecurityGroup", "app/nsg");
    assert!(group.values.contains(&("IsFlowEnabled", Value::Truth(true))));
    assert_eq!(group.column("FlowLogStorageAccount"), "s2/app/logs");
}

#[test]
fn subnets_are_linked_by_peerings_and_over_hubs_by_routes() {
    let rows = rows();
    let links: Vec<(&str, &str, &str)> = rows
        .iter()
        .filter(|row| row.kind == "SubnetworkConnection")
        .map(|row| (row.column("Subnet1"), row.column("Subnet2"), row.column("VirtualAppliances")))
        .collect();
    assert_eq!(
        links,
        [
            ("s2/app/a/web", "s2/app/b/db", "10.0.0.4"),
            ("s1/net/hub/fw", "s2/app/a/web", "10.0.0.4"),
            ("s1/net/hub/fw", "s2/app/b/db", "10.0.0.4"),
        ]
    );
}

#[test]
fn each_region_of_a_subscription_reports_its_run() {
    let rows = rows();
    let status: Vec<(&str, &str)> = rows
        .iter()
        .filter(|row| row.kind.is_empty())
        .map(|row| (row.subscription.as_str(), row.region.as_str()))
        .collect();
    assert_eq!(status, [("s1", "eastus"), ("s1", "westeurope"), ("s2", "eastus")]);
}
