//! Runs of the inventory: which are written, once, and whole even when the writer stops.

use std::fs;

use tempfile::tempdir;
use weir_topology::{Header, Inventory, RouteTable, Snapshot};

use crate::workspace::{Data, logs};

const HOUR: i64 = 3_600_000_000;
/// 2026-06-01T00:00:00Z.
const DAY: i64 = 1_780_272_000_000_000;

fn snapshot(taken_micros: i64, tables: usize) -> Snapshot {
    let table = |number: usize| {
        let id =
            format!("/subscriptions/s/resourcegroups/g/providers/microsoft.network/routetables/t{number}");
        RouteTable { header: Header { id, region: "eastus".into(), ..Header::default() }, routes: Vec::new() }
    };
    let inventory = Inventory { route_tables: (0..tables).map(table).collect(), ..Inventory::default() };
    Snapshot { taken_micros, inventory }
}

#[test]
fn days_with_flows_have_four_runs_of_what_held_then() {
    let folder = tempdir().unwrap();
    let blobs = logs(folder.path());
    let data = Data::new();
    assert_eq!(data.write_topology(None).runs, 0, "there is no inventory");
    data.ingest(&blobs);
    data.store(&snapshot(DAY - 24 * HOUR, 3));
    data.store(&snapshot(DAY + 12 * HOUR, 7));
    let written = data.write_topology(Some(DAY + 12 * HOUR));
    // 00 and 06 hours of the one, 12 and 18 of the other, each with the row that reports it.
    assert_eq!((written.runs, written.rows), (4, 2 * (3 + 1) + 2 * (7 + 1)));
    assert_eq!(data.rows("NTATopologyDetails"), written.rows);
    assert_eq!(data.write_topology(None).runs, 0);
    // A run of its own, at the time of a snapshot.
    data.store(&snapshot(DAY + 13 * HOUR, 1));
    assert_eq!(data.write_topology(Some(DAY + 13 * HOUR)).runs, 1);
    assert_eq!(data.write_topology(Some(DAY + 13 * HOUR)).runs, 0);
}

#[test]
fn runs_of_a_time_before_the_first_snapshot_are_those_of_the_first() {
    let folder = tempdir().unwrap();
    let blobs = logs(folder.path());
    let data = Data::new();
    data.ingest(&blobs);
    data.store(&snapshot(DAY + 20 * HOUR, 3));
    assert_eq!(data.write_topology(None).runs, 4);
}

/// Killed behind the record of the batch, before the commits of its tables.
#[test]
fn a_recorded_run_is_committed_where_it_is_missing() {
    let folder = tempdir().unwrap();
    let blobs = logs(folder.path());
    for missing in [&["tables/NTATopologyDetails"][..], &["tables/NTATopologyDetails", "ledger/WeirBlobs"]] {
        let data = Data::new();
        data.ingest(&blobs);
        data.store(&snapshot(DAY, 3));
        let written = data.write_topology(None);
        for table in missing {
            let log = fs::read_dir(data.root().join(table).join("_delta_log")).unwrap();
            let commits = log.map(|entry| entry.unwrap().path());
            let last = commits.filter(|path| path.extension().is_some_and(|ending| ending == "json")).max();
            fs::remove_file(last.unwrap()).unwrap();
        }
        assert_eq!(data.rows("NTATopologyDetails"), 0);
        assert_eq!(data.write_topology(None).runs, 0, "the writer finishes what was recorded");
        assert_eq!(data.rows("NTATopologyDetails"), written.rows);
    }
}

/// The record is lost, every table has the batch: it is not written again, and batches go on.
#[test]
fn a_lost_record_of_a_run_is_not_missed() {
    let folder = tempdir().unwrap();
    let blobs = logs(folder.path());
    let data = Data::new();
    data.ingest(&blobs);
    data.store(&snapshot(DAY, 3));
    let written = data.write_topology(None);
    let records = fs::read_dir(data.root().join("ledger/batches")).unwrap();
    fs::write(records.map(|entry| entry.unwrap().path()).max().unwrap(), "").unwrap();
    data.store(&snapshot(DAY + HOUR, 3));
    assert_eq!(data.write_topology(Some(DAY + HOUR)).runs, 1);
    assert_eq!(data.rows("NTATopologyDetails"), written.rows + 4);
}
