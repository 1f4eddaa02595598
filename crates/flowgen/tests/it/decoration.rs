//! Decoration by the inventory says what the simulation meant.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use arrow_array::cast::AsArray;
use weir_decode::{Address, Direction};
use weir_enrich::{Decorator, Ends, SideColumn};
use weir_flowgen::{Config, LogFormat};
use weir_topology::Inventory;
use weir_topology::read::{FindingKind, Imported, Limits, Reader};

use crate::read::{END, generate, hours};
use crate::rows::{batches, text};

fn imported(root: &Path) -> Imported {
    let mut reader = Reader::new(Limits::default(), None);
    for name in ["resource-graph.json", "subscriptions.json", "sites.yaml"] {
        let path = root.join("inventory").join(name);
        reader.read(name, File::open(path).expect("a file of the inventory"));
    }
    reader.finish()
}

#[test]
fn the_inventory_is_understood() {
    let (folder, _) = generate(&hours(1, LogFormat::Both));
    let imported = imported(folder.path());
    let findings = format!("{:#?}", imported.findings);
    let inventory = &imported.inventory;
    assert_eq!(inventory.subscriptions.len(), 2, "{findings}");
    assert_eq!(inventory.virtual_networks.len(), 8, "{findings}");
    assert_eq!(inventory.node_pools.len(), 2, "{findings}");
    assert_eq!((inventory.sites.len(), inventory.client_pools.len()), (3, 1), "{findings}");
    assert!(inventory.network_groups.iter().all(|group| !group.members.is_empty()), "{findings}");
    assert_eq!(inventory.admin_rules.len(), 1, "{findings}");
    for kind in FindingKind::ALL.into_iter().filter(|kind| *kind != FindingKind::UnknownType) {
        assert_eq!(imported.findings.count(kind), 0, "{findings}");
    }
    // What is no network's is of no use to it.
    assert!(imported.findings.unknown_types().keys().all(|kind| {
        ["storageaccounts", "servers", "networkmanagers", "securityadminconfigurations"]
            .iter()
            .any(|known| kind.ends_with(known))
    }));
}

#[test]
fn every_row_is_decorated_as_it_was_meant() {
    // A night, a weekend's end and a working day.
    let config =
        Config { hours: 40, end: weir_flowgen::UnixSeconds(END.0 + 42 * 3_600), ..hours(1, LogFormat::Both) };
    let (folder, truth) = generate(&config);
    let decorator = Decorator::new(&imported(folder.path()).inventory);
    let (rows, told) = differences(folder.path(), &decorator);
    assert_eq!(rows, truth.totals.rows_60_minutes);
    assert!(told.is_empty(), "of {rows} rows:\n{}", told.join("\n"));
    // Without an inventory nearly every column differs.
    let (_, told) = differences(folder.path(), &Decorator::new(&Inventory::default()));
    assert!(told.len() > 25, "{}", told.join("\n"));
}

/// How many rows there are, and by column how many of them are decorated otherwise than meant.
fn differences(root: &Path, decorator: &Decorator) -> (u64, Vec<String>) {
    let mut differences: BTreeMap<String, (u64, String)> = BTreeMap::new();
    let mut rows = 0;
    for batch in batches(root) {
        let hop = batch.column_by_name("IsFlowCapturedAtUdrHop").expect("a column").as_boolean();
        for row in 0..batch.num_rows() {
            rows += 1;
            let said = |column: &str| text(&batch, column, row);
            let mac = said("MacAddress").replace('-', "");
            let kind =
                if said("FlowLogResourceId").is_empty() { "NetworkSecurityGroup" } else { "VirtualNetwork" };
            let address =
                |column: &str| -> Address { Address::parse(said(column).as_bytes()).expect("an address") };
            let ends = Ends {
                src: address("SrcIp"),
                dest: address("DestIp"),
                direction: if said("FlowDirection") == "Inbound" {
                    Direction::Inbound
                } else {
                    Direction::Outbound
                },
                captured_at: decorator.capture_point(&mac, kind, said("TargetResourceId")),
            };
            let found = decorator.decorate(&ends, |_| weir_enrich::PublicKind::External);
            let mut differ = |column: &str, found: &str, meant: &str| {
                if found != meant {
                    let case = ["SrcIp", "DestIp", "FlowDirection", "MacAddress"].map(said).join(" ");
                    let entry = differences.entry(column.to_owned()).or_insert_with(|| (0, String::new()));
                    entry.0 += 1;
                    if entry.1.len() < 600 {
                        entry.1 += &format!("\n    {case}: found '{found}', meant '{meant}'");
                    }
                }
            };
            differ("FlowType", found.flow_type.word(), said("FlowTypeByInventory"));
            for (side, name) in [(found.src, "Src"), (found.dest, "Dest")] {
                for column in SideColumn::ALL {
                    let name = format!("{name}{column:?}");
                    differ(&name, decorator.side_text(side, column), said(&name));
                }
            }
            let link = decorator.link_words(found.link);
            differ("ConnectionType", link.connection_type, said("ConnectionType"));
            differ("ConnectionName", &link.connection_name, said("ConnectionName"));
            differ("ConnectingVnets", &link.connecting_vnets, said("ConnectingVnets"));
            differ(
                "ExpressRouteCircuitPeeringType",
                link.peering_type,
                said("ExpressRouteCircuitPeeringType"),
            );
            let endpoint = found.endpoint.map_or([""; 3], |endpoint| decorator.endpoint_texts(endpoint));
            for (name, text) in
                ["PrivateEndpointResourceId", "PrivateLinkResourceId", "PrivateLinkResourceName"]
                    .iter()
                    .zip(endpoint)
            {
                differ(name, text, said(name));
            }
            let words = [hop.value(row), found.captured_at_hop].map(|hop| hop.to_string());
            differ("IsFlowCapturedAtUdrHop", &words[1], &words[0]);
        }
    }
    let told =
        differences.iter().map(|(column, (rows, cases))| format!("{column}: {rows} rows{cases}")).collect();
    (rows, told)
}
