//! What contradicts itself is told, and the rest is used.

use super::*;

fn network(name: &str, space: &[&str], subnets: &[(&str, &str)], peers: &[(&str, &str)]) -> Value {
    let own = id(&format!("Microsoft.Network/virtualNetworks/{name}"));
    let subnets: Vec<Value> = subnets
        .iter()
        .map(|(name, prefix)| json!({ "name": name, "properties": { "addressPrefix": prefix } }))
        .collect();
    let peers: Vec<Value> = peers
        .iter()
        .map(|(name, remote)| {
            let remote = id(&format!("Microsoft.Network/virtualNetworks/{remote}"));
            json!({ "name": name, "properties": { "remoteVirtualNetwork": { "id": remote } } })
        })
        .collect();
    json!({ "id": own, "type": "Microsoft.Network/virtualNetworks", "properties": {
        "addressSpace": { "addressPrefixes": space }, "subnets": subnets, "virtualNetworkPeerings": peers } })
}

fn nic(name: &str, mac: &str, address: &str, subnet: &str) -> Value {
    json!({ "id": id(&format!("Microsoft.Network/networkInterfaces/{name}")),
        "type": "Microsoft.Network/networkInterfaces", "properties": { "macAddress": mac, "ipConfigurations": [{
            "name": "c", "properties": { "privateIPAddress": address,
                "subnet": { "id": id(&format!("Microsoft.Network/virtualNetworks/{subnet}")) } } }] } })
}

fn found(resources: &[Value]) -> Imported {
    import(&[("export.json", &Value::from(resources.to_vec()).to_string())])
}

#[test]
fn addresses_and_macs_belong_to_one_interface() {
    let imported = found(&[
        network("a", &["10.0.0.0/8"], &[("s", "10.0.0.0/24"), ("t", "10.0.1.0/24")], &[]),
        network("b", &["10.0.0.0/8"], &[("s", "10.0.0.0/24")], &[]),
        nic("one", "000D3A000001", "10.0.0.4", "a/subnets/s"),
        nic("two", "00-0d-3a-00-00-01", "10.0.0.4", "a/subnets/s"),
        nic("three", "000D3A000003", "10.0.0.4", "b/subnets/s"),
        nic("four", "nonsense", "10.0.0.400", "a/subnets/s"),
    ]);
    use FindingKind::{BadAddress, DuplicateAddress, DuplicateMac};
    assert_eq!(counts(&imported), [(BadAddress, 2), (DuplicateAddress, 1), (DuplicateMac, 1)]);
    assert_eq!(imported.inventory.network_interfaces.len(), 4);
}

#[test]
fn prefixes_lie_within_and_apart() {
    let imported = found(&[
        network("a", &["10.0.0.0/16", "10.1.0.0"], &[], &[]),
        network("b", &["10.0.0.0/33"], &[], &[]),
        network(
            "c",
            &["10.0.0.0/16"],
            &[("s", "10.0.0.0/24"), ("t", "10.0.0.128/25"), ("u", "10.0.1.0/24"), ("v", "192.168.0.0/24")],
            &[],
        ),
        network("d", &["10.0.0.7/16"], &[], &[]),
    ]);
    use FindingKind::{BadPrefix, OverlappingPrefixes, SubnetOutside};
    assert_eq!(counts(&imported), [(BadPrefix, 2), (OverlappingPrefixes, 1), (SubnetOutside, 1)]);
    let prefixes = |at: usize| -> Vec<String> {
        imported.inventory.virtual_networks[at].prefixes.iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        (prefixes(0), prefixes(3)),
        (vec!["10.0.0.0/16".into(), "10.1.0.0/32".into()], vec!["10.0.0.0/16".into()])
    );
    assert_eq!(imported.inventory.virtual_networks[2].subnets.len(), 4);
}

#[test]
fn peerings_have_two_sides() {
    let imported = found(&[
        network("a", &["10.0.0.0/16"], &[], &[("to-b", "b"), ("to-me", "a"), ("away", "elsewhere")]),
        network("b", &["10.1.0.0/16"], &[], &[]),
        network("c", &["10.2.0.0/16"], &[], &[("to-d", "d")]),
        network("d", &["10.3.0.0/16"], &[], &[("to-c", "C")]),
    ]);
    use FindingKind::{CircularPeering, DanglingReference, OneSidedPeering};
    assert_eq!(counts(&imported), [(DanglingReference, 1), (OneSidedPeering, 1), (CircularPeering, 1)]);
}

#[test]
fn what_is_named_and_not_there_is_told_once() {
    let imported = found(&[
        nic("one", "000D3A000001", "10.0.0.4", "gone/subnets/s"),
        nic("two", "000D3A000002", "10.0.0.5", "gone/subnets/s"),
    ]);
    let [finding] = imported.findings.kept() else { panic!("{:?}", imported.findings) };
    assert_eq!(finding.kind, FindingKind::DanglingReference);
    assert!(finding.detail.contains("and 1 more"), "{}", finding.detail);
    assert!(!imported.findings.has_losses());
}

#[test]
fn parts_without_their_whole_are_used() {
    let subnet = json!({ "id": id("Microsoft.Network/virtualNetworks/gone/subnets/s"),
        "properties": { "addressPrefix": "10.0.0.0/24" } });
    let imported = found(&[subnet]);
    assert_eq!(counts(&imported), [(FindingKind::MissingParent, 1)]);
    assert_eq!(imported.inventory.virtual_networks[0].subnets[0].prefixes[0].to_string(), "10.0.0.0/24");
}

#[test]
fn the_same_id_twice_is_told_where_it_differs() {
    let one = nic("one", "000D3A000001", "10.0.0.4", "a/subnets/s");
    let other = nic("ONE", "000D3A000002", "10.0.0.4", "a/subnets/s");
    let a = network("a", &["10.0.0.0/8"], &[("s", "10.0.0.0/24")], &[]);
    assert_eq!(counts(&found(&[a.clone(), one.clone(), one.clone()])), []);
    let imported = found(&[a, one, other]);
    assert_eq!(counts(&imported), [(FindingKind::Conflict, 1)]);
    assert_eq!(imported.inventory.network_interfaces[0].mac, "000D3A000002");
}

#[test]
fn what_is_not_understood_is_counted_by_type() {
    let disk = |name: &str| json!({ "id": id(&format!("Microsoft.Compute/disks/{name}")), "properties": {} });
    let imported = found(&[disk("a"), disk("b"), json!({ "name": "no id" }), json!(5)]);
    assert_eq!(counts(&imported), [(FindingKind::NoResource, 2), (FindingKind::UnknownType, 2)]);
    let types: Vec<(&str, u64)> =
        imported.findings.unknown_types().iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
    assert_eq!(types, [("microsoft.compute/disks", 2)]);
    assert_eq!(imported.resources.values().sum::<u64>(), 2);
}

#[test]
fn files_of_other_tools_are_told() {
    for (file, word) in [
        (r#"{"hub":{"name":"HUB"},"spokes":[]}"#, "hub, spokes"),
        (r#"{"id":"ce592f46","resources":[{"id":"/x","associations":[]}]}"#, "Network Watcher"),
        (r#"{"version":3,"lineage":"x","resources":[]}"#, "version 4"),
        ("a,b\n1,2\n", "neither"),
        ("", "neither"),
        ("{}", "no known form"),
    ] {
        let imported = import(&[("other.txt", file)]);
        let [finding] = imported.findings.kept() else { panic!("{file}: {:?}", imported.findings.kept()) };
        assert!(imported.findings.has_losses());
        assert!(finding.detail.contains(word), "{file}: {}", finding.detail);
    }
}

#[test]
fn a_page_of_several_is_told() {
    let page = json!({ "value": resources(), "nextLink": "https://management.azure.com/next" }).to_string();
    let imported = import(&[("page.json", &page)]);
    assert_eq!(counts(&imported), [(FindingKind::DamagedFile, 1)]);
    assert_eq!(imported.inventory.network_interfaces.len(), 1);
}
