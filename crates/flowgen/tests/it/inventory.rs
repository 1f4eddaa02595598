//! The inventory fits the logs, and itself.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::Path;

use serde_json::Value;
use weir_flowgen::{Config, LogFormat, Scale};

use crate::read::{Blob, blobs, generate, hours};

/// Rows by their ids in lower case.
fn rows(root: &Path, file: &str) -> BTreeMap<String, Value> {
    let text = fs::read_to_string(root.join("inventory").join(file)).expect("an inventory");
    let answer: Value = serde_json::from_str(&text).expect("it is JSON");
    let data = answer["data"].as_array().expect("rows");
    assert_eq!(answer["count"], data.len());
    assert_eq!(answer["total_records"], data.len());
    let rows: BTreeMap<String, Value> = data.iter().map(|row| (id(row), row.clone())).collect();
    assert_eq!(rows.len(), data.len(), "an id twice");
    rows
}

fn id(row: &Value) -> String {
    row["id"].as_str().expect("an id").to_lowercase()
}

fn text<'a>(row: &'a Value, pointer: &str) -> &'a str {
    row.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer} of {row}"))
}

fn of_type<'a>(rows: &'a BTreeMap<String, Value>, kind: &'a str) -> impl Iterator<Item = &'a Value> {
    rows.values().filter(move |row| row["type"] == kind)
}

/// All texts of a value, from within.
fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(values) => values.iter().for_each(|value| texts(value, found)),
        Value::Object(members) => members.values().for_each(|value| texts(value, found)),
        _ => {}
    }
}

#[test]
fn what_is_referred_to_is_there() {
    let (folder, _) = generate(&hours(1, LogFormat::Both));
    let mut rows = rows(folder.path(), "resource-graph.json");
    let subscriptions = self::rows(folder.path(), "subscriptions.json");
    assert_eq!(subscriptions.len(), 2);
    rows.extend(subscriptions);
    // Parts of a resource are inside of its row.
    let parts: HashSet<String> = rows
        .values()
        .flat_map(|row| {
            let mut found = Vec::new();
            texts(row, &mut found);
            found.into_iter().map(str::to_lowercase).collect::<Vec<_>>()
        })
        .collect();
    for row in rows.values() {
        let mut found = Vec::new();
        texts(&row["properties"], &mut found);
        for reference in found.into_iter().filter(|text| text.starts_with("/subscriptions/")) {
            let reference = reference.to_lowercase();
            // The one thing that a network's inventory does not have is the workspace.
            let known = rows.contains_key(&reference)
                || reference.contains("/providers/microsoft.operationalinsights/")
                || rows
                    .keys()
                    .any(|id| reference.starts_with(&format!("{id}/")) && parts.contains(&reference));
            assert!(known, "{} refers to {reference}", row["id"]);
        }
    }
}

#[test]
fn rows_are_those_of_resource_graph() {
    let (folder, _) = generate(&hours(1, LogFormat::VnetV4));
    let rows = rows(folder.path(), "resource-graph.json");
    let kinds: BTreeSet<&str> = rows.values().map(|row| text(row, "/type")).collect();
    for kind in [
        "microsoft.compute/virtualmachines",
        "microsoft.compute/virtualmachinescalesets",
        "microsoft.compute/virtualmachinescalesets/virtualmachines",
        "microsoft.compute/virtualmachinescalesets/virtualmachines/networkinterfaces",
        "microsoft.containerservice/managedclusters",
        "microsoft.network/applicationgateways",
        "microsoft.network/connections",
        "microsoft.network/expressroutecircuits",
        "microsoft.network/loadbalancers",
        "microsoft.network/localnetworkgateways",
        "microsoft.network/networkinterfaces",
        "microsoft.network/networkmanagers/networkgroups/staticmembers",
        "microsoft.network/networkmanagers/securityadminconfigurations/rulecollections/rules",
        "microsoft.network/networksecuritygroups",
        "microsoft.network/networkwatchers/flowlogs",
        "microsoft.network/privateendpoints",
        "microsoft.network/publicipaddresses",
        "microsoft.network/routetables",
        "microsoft.network/virtualnetworkgateways",
        "microsoft.network/virtualnetworks",
        "microsoft.storage/storageaccounts",
    ] {
        assert!(kinds.contains(kind), "no {kind}: {kinds:?}");
    }
    for row in rows.values() {
        let segments: Vec<&str> = text(row, "/id").split('/').collect();
        assert_eq!(segments[2], text(row, "/subscriptionId"));
        assert_eq!(segments[4].to_lowercase(), text(row, "/resourceGroup"));
        assert!(row["properties"].is_object() && row["name"].is_string() && row["location"].is_string());
    }
    let regions: BTreeSet<&str> = rows.values().map(|row| text(row, "/location")).collect();
    assert_eq!(regions.len(), 3);
    // The published query asks for the routes of this group.
    assert!(of_type(&rows, "microsoft.network/routetables").any(|row| row["resourceGroup"] == "flowlogs"));
}

#[test]
fn who_logs_is_there() {
    for format in [LogFormat::VnetV4, LogFormat::Mixed, LogFormat::Both] {
        let config = Config {
            scale: Scale { background_nics: 3, inventory_nics: 45, size_bytes: None },
            ..hours(3, format)
        };
        let (folder, _) = generate(&config);
        let rows = rows(folder.path(), "resource-graph.json");
        let interfaces = || {
            of_type(&rows, "microsoft.network/networkinterfaces").chain(of_type(
                &rows,
                "microsoft.compute/virtualmachinescalesets/virtualmachines/networkinterfaces",
            ))
        };
        let macs: HashSet<String> =
            interfaces().map(|row| text(row, "/properties/macAddress").replace('-', "")).collect();
        // Those of private endpoints have none.
        assert_eq!(macs.iter().filter(|mac| mac.len() == 12).count() + 2, interfaces().count());
        let background = interfaces().filter(|row| text(row, "/name").starts_with("nic-fleet-"));
        assert_eq!(background.count(), 45);
        let targets: HashSet<String> = of_type(&rows, "microsoft.network/networkwatchers/flowlogs")
            .flat_map(|row| [id(row), text(row, "/properties/targetResourceId").to_lowercase()])
            .collect();
        for blob in blobs(folder.path()) {
            check(&blob, &rows, &macs, &targets);
        }
    }
}

fn check(
    blob: &Blob,
    rows: &BTreeMap<String, Value>,
    macs: &HashSet<String>,
    flow_logs_and_targets: &HashSet<String>,
) {
    for record in blob.records() {
        assert!(macs.contains(record.mac), "{} logs and is nowhere", record.mac);
        assert!(flow_logs_and_targets.contains(&record.log.to_lowercase()), "{}", record.log);
        if !record.target.is_empty() {
            assert!(rows.contains_key(&record.target.to_lowercase()), "{}", record.target);
        }
        for group in &record.groups {
            let acl = group.acl.to_lowercase();
            let Some((kind, rule)) = group.rule.split_once('_').filter(|_| acl.len() > 20) else {
                let known = ["unspecified", "00000000-0000-0000-0000-000000000000"].contains(&acl.as_str())
                    || rows.contains_key(&acl);
                assert!(known, "{acl}");
                continue;
            };
            let nsg = rows.get(&acl).or_else(|| {
                rows.values().find(|row| {
                    row["type"] == "microsoft.network/networksecuritygroups"
                        && row.pointer("/properties/resourceGuid").is_some_and(|guid| *guid == *acl)
                })
            });
            let nsg = nsg.unwrap_or_else(|| panic!("no group {acl}"));
            let rules = if kind == "UserRule" { "securityRules" } else { "defaultSecurityRules" };
            let rules = nsg["properties"][rules].as_array().expect("rules");
            assert!(rules.iter().any(|known| known["name"] == rule), "{rule} is no rule of {acl}");
        }
    }
}

#[test]
fn sites_are_told_in_a_file() {
    let (folder, _) = generate(&hours(1, LogFormat::VnetV4));
    let text = fs::read_to_string(folder.path().join("inventory/sites.yaml")).expect("a sites file");
    for line in [
        "sites:",
        "  - name: \"site-tillermoor-hq\"",
        "    prefixes: [\"10.4.0.0/16\"]",
        "    via: express_route",
        "    connection: \"5f1c0a2e-7b34-4d19-9c86-3e0d52a7b641/flowlogs/erc-tillermoor-ams\"",
        "client_pools:",
        "  - name: \"contractors\"",
    ] {
        assert!(text.lines().any(|known| known == line), "{line}");
    }
}
