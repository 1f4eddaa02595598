//! Rows say what the inventory of their time says, whichever came first: the rows or the inventory.

use std::collections::BTreeMap;
use std::fs;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, Int64Array};
use arrow_schema::DataType;
use tempfile::tempdir;
use weir_enrich::public_list;
use weir_table::rows::decoration::COLUMNS;
use weir_topology::{Header, Inventory, IpConfiguration, NetworkInterface, Snapshot, Subnet, VirtualNetwork};

use crate::recovery::{MISSING, TABLES, last_commit, last_record};
use crate::workspace::{Data, END_MICROS, hours_of_logs, logs};

/// Rows of `NTANetAnalytics`, without what tells one data folder from another.
pub type Rows = Vec<BTreeMap<String, String>>;

fn text(array: &ArrayRef, row: usize) -> String {
    if array.is_null(row) {
        return "null".to_owned();
    }
    match array.data_type() {
        DataType::Dictionary(..) => {
            let words = array.as_dictionary::<Int32Type>();
            let word = words.keys().value(row).unsigned_abs() as usize;
            words.values().as_string::<i32>().value(word).to_owned()
        }
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Timestamp(..) => array.as_primitive::<TimestampMicrosecondType>().value(row).to_string(),
        other => panic!("no text of {other}"),
    }
}

pub fn rows(data: &Data) -> Rows {
    rows_of(data, "NTANetAnalytics")
}

/// All rows with both addresses: those that are not folded, and what was folded.
pub fn unfolded(data: &Data) -> Rows {
    let mut rows = rows(data);
    rows.retain(|row| !row["SrcIp"].is_empty() && !row["DestIp"].is_empty());
    let folded = rows_of(data, "WeirPublicIps").into_iter().map(|mut row| {
        assert!([&row["SrcIp"], &row["DestIp"]].contains(&&row["PublicIp"]), "{row:?}");
        row.remove("PublicIp");
        row
    });
    rows.extend(folded);
    rows.sort();
    rows
}

pub fn rows_of(data: &Data, table: &str) -> Rows {
    let mut rows = Rows::new();
    data.each_file(table, |content| {
        for batch in content.batches(None).unwrap() {
            let batch = batch.unwrap();
            for row in 0..batch.num_rows() {
                let schema = batch.schema();
                let columns = schema.fields().iter().zip(batch.columns());
                let columns = columns.filter(|(field, _)| field.name() != "TenantId");
                rows.push(columns.map(|(f, array)| (f.name().clone(), text(array, row))).collect());
            }
        }
    });
    rows.sort();
    rows
}

/// An inventory of the interfaces that logged the rows, each a machine of this kind, in one network.
fn inventory(rows: &Rows, kind: &str) -> Inventory {
    let id = |path: String| format!("/subscriptions/s/resourcegroups/g/providers/microsoft.network/{path}");
    let network = id("virtualnetworks/v".to_owned());
    let subnet = format!("{network}/subnets/all");
    let mut addresses: BTreeMap<&str, &str> = BTreeMap::new();
    for row in rows {
        let own = if row["FlowDirection"] == "Inbound" { "DestIp" } else { "SrcIp" };
        addresses.insert(row["MacAddress"].as_str(), row[own].as_str());
    }
    let nic = |(mac, address): (&&str, &&str)| {
        let mac = mac.replace('-', "");
        NetworkInterface {
            header: Header {
                id: id(format!("networkinterfaces/nic-{}", mac.to_lowercase())),
                ..Header::default()
            },
            virtual_machine: Some(format!(
                "/subscriptions/s/resourcegroups/g/providers/microsoft.compute/virtualmachines/{kind}-{address}"
            )),
            ip_configurations: vec![IpConfiguration {
                private_address: address.parse().ok(),
                subnet: Some(subnet.clone()),
                ..IpConfiguration::default()
            }],
            mac,
            ..NetworkInterface::default()
        }
    };
    let host = |address: &&&str| address.parse::<IpAddr>().ok();
    Inventory {
        virtual_networks: vec![VirtualNetwork {
            header: Header { id: network, region: "westeurope".to_owned(), ..Header::default() },
            prefixes: addresses
                .values()
                .filter_map(|address| host(&address))
                .map(ipnet::IpNet::from)
                .collect(),
            subnets: vec![Subnet { id: subnet.clone(), ..Subnet::default() }],
            ..VirtualNetwork::default()
        }],
        network_interfaces: addresses.iter().map(nic).collect(),
        ..Inventory::default()
    }
}

/// Logs in a folder, and the inventory of them.
pub fn company() -> (tempfile::TempDir, Vec<PathBuf>, Inventory) {
    let folder = tempdir().unwrap();
    let blobs = logs(folder.path());
    let data = Data::new();
    data.ingest(&blobs);
    let inventory = inventory(&rows(&data), "vm");
    (folder, blobs, inventory)
}

#[test]
fn a_decorator_that_was_kept_decorates_as_one_that_is_made() {
    let (_folder, blobs, inventory) = company();
    let snapshot = Snapshot { taken_micros: END_MICROS - 1, inventory };
    let decorated = |change: &dyn Fn(&std::path::Path)| {
        let data = Data::new();
        data.ingest(&[]);
        data.store(&snapshot);
        let kept = data.root().join("prepared/decorators");
        let only = || fs::read_dir(&kept).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
        let [file] = &only()[..] else { panic!("{:?}", only()) };
        change(file);
        data.ingest(&blobs);
        assert_eq!(only(), [file.clone()], "what is not there is made and kept again");
        rows(&data)
    };
    let kept = decorated(&|_| ());
    assert!(kept.iter().any(|row| row["SrcVm"].starts_with("g/vm-")));
    assert_eq!(decorated(&|file| fs::remove_file(file).unwrap()), kept);
    assert_eq!(decorated(&|file| fs::write(file, "no frame").unwrap()), kept);
}

#[test]
fn the_inventory_may_come_first_or_later() {
    let (_folder, blobs, inventory) = company();
    let snapshot = Snapshot { taken_micros: END_MICROS - 1, inventory };
    let (first, later) = (Data::new(), Data::new());
    later.ingest(&blobs);
    later.store(&snapshot);
    let before = unfolded(&later);
    let sums = counters(&rows(&later));
    let told = later.redecorate();
    first.ingest(&[]);
    first.store(&snapshot);
    let ingested = first.ingest(&blobs);
    let after = rows(&later);
    assert_eq!(after, rows(&first));
    assert_ne!(after, before);
    assert!(after.iter().all(|row| row["SrcVm"].starts_with("g/vm-") || row["DestVm"].starts_with("g/vm-")));
    for table in ["WeirPublicIps", "NTAIpDetails"] {
        assert_eq!(rows_of(&later, table), rows_of(&first, table), "{table}");
        assert!(!rows_of(&first, table).is_empty(), "{table}");
    }
    let folding = ingested.folding;
    assert!(folding.groups > 0 && folding.folded > folding.groups);
    assert_eq!(
        (told.rows, told.decoration),
        (ingested.rows - folding.groups + folding.folded, ingested.decoration)
    );
    let now = unfolded(&later);
    let still = before.iter().filter(|row| now.binary_search(row).is_ok()).count();
    assert_eq!(told.rows_changed, (before.len() - still) as u64);
    assert_eq!(counters(&after), sums);
    lists_add_up(&after);
    // What was folded is what the rows of groups add up.
    assert_eq!(counters(&now), sums);
    for row in &after {
        assert_eq!(row["_BilledSize"], billed(row).to_string(), "{row:?}");
    }
    // Nothing is left to do.
    let again = later.redecorate();
    assert_eq!((again.files_changed, again.days_changed, again.rows), (0, 0, told.rows));
}

const COUNTERS: [&str; 10] = [
    "AllowedInFlows",
    "AllowedOutFlows",
    "DeniedInFlows",
    "DeniedOutFlows",
    "CompletedFlows",
    "PacketsSrcToDest",
    "PacketsDestToSrc",
    "BytesSrcToDest",
    "BytesDestToSrc",
    "RecordCount",
];

pub fn counters(rows: &Rows) -> [i64; COUNTERS.len()] {
    COUNTERS.map(|name| rows.iter().map(|row| row[name].parse::<i64>().unwrap()).sum())
}

/// Where no list was cut short, its entries are the row's counters.
pub fn lists_add_up(rows: &Rows) {
    for row in rows {
        let list = format!("{}{}", row["SrcPublicIps"], row["DestPublicIps"]);
        assert_eq!(list.is_empty(), !row["SrcIp"].is_empty() && !row["DestIp"].is_empty(), "{row:?}");
        if list.is_empty() {
            continue;
        }
        let entries: Vec<public_list::Entry> = public_list::parse(&list).collect();
        assert_eq!(entries.len(), list.split(' ').count());
        let sum = |of: fn(&public_list::Entry) -> i64| entries.iter().map(of).sum::<i64>().to_string();
        for (name, listed) in [
            ("CompletedFlows", sum(|entry| entry.flows_completed)),
            ("PacketsSrcToDest", sum(|entry| entry.packets_src_to_dest)),
            ("PacketsDestToSrc", sum(|entry| entry.packets_dest_to_src)),
            ("BytesSrcToDest", sum(|entry| entry.bytes_src_to_dest)),
            ("BytesDestToSrc", sum(|entry| entry.bytes_dest_to_src)),
        ] {
            assert_eq!(row[name], listed, "{name} of {row:?}");
        }
    }
}

/// The size of a row, counted anew: text by its length, other values by eight bytes, the flag by one.
fn billed(row: &BTreeMap<String, String>) -> usize {
    let table = weir_schema::table("NTANetAnalytics").unwrap();
    let workspace_id = 36;
    let texts: usize = table
        .columns
        .iter()
        .filter(|column| column.kind == weir_value::KustoType::String && column.name != "TenantId")
        .map(|column| row.get(column.name).map_or(0, String::len))
        .sum();
    // Ten counters, the port, seven times, the flag.
    texts + workspace_id + 10 * 8 + 8 + 7 * 8 + 1
}

#[test]
fn an_inventory_that_is_gone_leaves_no_name_behind() {
    let (_folder, blobs, inventory) = company();
    let data = Data::new();
    data.ingest(&blobs);
    let bare = rows(&data);
    data.store(&Snapshot { taken_micros: 0, inventory });
    assert!(data.redecorate().files_changed > 0);
    fs::remove_dir_all(data.root().join("topology")).unwrap();
    assert!(data.redecorate().files_changed > 0);
    assert_eq!(rows(&data), bare);
}

#[test]
fn each_interval_has_the_inventory_of_its_time() {
    let folder = tempdir().unwrap();
    let blobs = hours_of_logs(folder.path(), 3);
    let data = Data::new();
    data.ingest(&blobs);
    let stored = rows(&data);
    let hour = 3_600_000_000;
    for (taken_micros, kind) in [(END_MICROS - 2 * hour, "early"), (END_MICROS - hour, "late")] {
        data.store(&Snapshot { taken_micros, inventory: inventory(&stored, kind) });
    }
    data.redecorate();
    let mut kinds = BTreeMap::new();
    for row in rows(&data) {
        let start: i64 = row["FlowIntervalStartTime"].parse().unwrap();
        let own = if row["FlowDirection"] == "Inbound" { "DestVm" } else { "SrcVm" };
        let kind = row[own].trim_start_matches("g/").split('-').next().unwrap().to_owned();
        *kinds.entry(((start - END_MICROS) / hour, kind)).or_insert(0) += 1;
    }
    // What lies before the first snapshot has the first one.
    let kinds: Vec<_> = kinds.keys().map(|(hour, kind)| (*hour, kind.as_str())).collect();
    assert_eq!(kinds, [(-3, "early"), (-2, "early"), (-1, "late")]);
}

/// Killed behind the record of a day, before or between the commits of its tables.
#[test]
fn a_recorded_exchange_is_finished_and_another_never_was() {
    let (_folder, blobs, inventory) = company();
    let snapshot = Snapshot { taken_micros: 0, inventory };
    let (whole, killed) = (Data::new(), Data::new());
    for data in [&whole, &killed] {
        data.ingest(&blobs);
        data.store(&snapshot);
        data.redecorate();
    }
    let expected = rows(&whole);
    for missing in MISSING {
        for (_, table) in TABLES.iter().enumerate().filter(|(i, _)| missing & (1 << i) != 0) {
            fs::remove_file(last_commit(&killed.root(), table)).unwrap();
        }
        killed.open_writer();
        assert_eq!(rows(&killed), expected, "without the commits of {missing:05b}");
        assert_eq!(killed.rows("NTANetAnalytics"), whole.rows("NTANetAnalytics"));
    }
    for table in TABLES {
        fs::remove_file(last_commit(&killed.root(), table)).unwrap();
    }
    fs::remove_file(last_record(&killed.root())).unwrap();
    killed.open_writer();
    assert_ne!(rows(&killed), expected, "as it was before");
    assert!(killed.redecorate().files_changed > 0);
    assert_eq!(rows(&killed), expected);
}

#[test]
fn a_file_with_other_sums_takes_no_place() {
    let (_folder, blobs, _) = company();
    let data = Data::new();
    data.ingest(&blobs);
    let refused = data.rewrite("NTANetAnalytics", &["BytesSrcToDest"], |batch| {
        let zeros: ArrayRef = Arc::new(Int64Array::from(vec![0; batch.num_rows()]));
        vec![("BytesSrcToDest", zeros)]
    });
    assert!(refused.contains("BytesSrcToDest") && refused.contains("take the place"), "{refused}");
    assert_eq!(data.rewrite("NTANetAnalytics", &["SrcIp"], |_| Vec::new()), "");
}

#[test]
fn every_column_of_the_decoration_is_one_of_the_table() {
    let table = weir_schema::table("NTANetAnalytics").unwrap();
    for name in COLUMNS {
        assert!(table.column(name).is_some(), "{name}");
    }
}
