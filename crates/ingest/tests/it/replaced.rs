//! A blob that is not what it was: what its rows are is what one ingest of what is there makes.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::tempdir;
use weir_ingest::{Outcome, Summary};
use weir_topology::Snapshot;

use crate::decorated::{Rows, company, rows, rows_of};
use crate::records::{blob, hour_path, state, vnet};
use crate::recovery::{MISSING, TABLES, last_commit, last_record};
use crate::workspace::Data;

const MAC: &str = "000D3A1B2C3D";
const TRAFFIC: [&str; 4] = ["PacketsSrcToDest", "BytesSrcToDest", "PacketsDestToSrc", "BytesDestToSrc"];

fn put(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

/// Everything that ingest writes; what is known of addresses once each.
fn everything(data: &Data) -> [Rows; 3] {
    let mut all = ["NTANetAnalytics", "WeirPublicIps", "NTAIpDetails"].map(|table| rows_of(data, table));
    all[2].dedup();
    all
}

fn sums(rows: &Rows) -> [i64; 4] {
    TRAFFIC.map(|name| rows.iter().map(|row| row[name].parse::<i64>().unwrap()).sum())
}

/// The readings that hold.
fn live(data: &Data) -> Rows {
    let mut readings = rows_of(data, "WeirBlobs");
    readings.retain(|reading| reading["State"] != "Replaced");
    readings
}

#[track_caller]
fn assert_as_read_at_once(data: &Data, paths: &[PathBuf]) {
    let fresh = Data::new();
    fresh.ingest(paths);
    assert_eq!(everything(data), everything(&fresh));
    assert_eq!(sums(&live(data)), sums(&rows(data)));
    assert_eq!(data.ingest(paths).batches, 0);
}

fn of(summary: &Summary, outcome: Outcome) -> u64 {
    summary.blobs.of(outcome)
}

#[test]
fn a_blob_has_the_rows_of_what_it_holds_now() {
    for name in ["any.json".to_owned(), hour_path(13, MAC)] {
        let folder = tempdir().unwrap();
        let data = Data::new();
        let path = put(folder.path(), &name, state(4));
        let paths = [path.clone()];
        data.ingest(&paths);
        fs::write(&path, state(9)).unwrap();
        data.ingest(&paths);
        for (minutes, outcome) in [
            (vec![0, 1, 2, 3, 4], Outcome::Shortened),
            (vec![0, 1, 2, 7], Outcome::Shortened),
            (vec![0, 1, 3, 7, 8], Outcome::Replaced),
            (vec![30, 31], Outcome::Replaced),
            (vec![30], Outcome::Shortened),
            (vec![1], Outcome::Replaced),
        ] {
            let records: Vec<_> = minutes.iter().map(|minute| vnet(*minute, MAC, 4)).collect();
            fs::write(&path, blob(&records)).unwrap();
            let summary = data.ingest(&paths);
            assert_eq!((of(&summary, outcome), summary.batches), (1, 1), "{minutes:?}: {summary:?}");
            assert!(summary.exchanged.rows_left > 0 && summary.exchanged.rows_came > 0);
            assert_as_read_at_once(&data, &paths);
        }
    }
}

#[test]
fn rows_that_blobs_share_keep_what_the_others_have() {
    let folder = tempdir().unwrap();
    let data = Data::new();
    let minute = |n| vnet(n, MAC, 4);
    let one = put(folder.path(), &hour_path(13, MAC), blob(&[minute(1), minute(2)]));
    let two = put(folder.path(), "late.json", blob(&[minute(3), vnet(1, "000D3A000001", 4), minute(4)]));
    let third = put(folder.path(), &hour_path(13, "B"), blob(&[vnet(1, "000D3A000002", 4)]));
    let paths = [one.clone(), two.clone(), third.clone()];
    data.ingest(&paths);
    fs::write(&one, blob(&[minute(2)])).unwrap();
    // The file may have rows of the interface, and is there.
    let summary = data.ingest(std::slice::from_ref(&one));
    assert_eq!(of(&summary, Outcome::Replaced), 1, "{summary:?}");
    assert_as_read_at_once(&data, &paths);
    // It may be of any interface, so that all of its time are read again.
    fs::write(&two, blob(&[minute(3)])).unwrap();
    let gone = fs::read(&third).unwrap();
    fs::remove_file(&third).unwrap();
    let before = everything(&data);
    let summary = data.ingest(std::slice::from_ref(&two));
    assert_eq!((of(&summary, Outcome::NotExchanged), summary.batches), (1, 0), "{summary:?}");
    let detail = &summary.incidents[0].detail;
    assert!(detail.contains("it is gone") && detail.contains(&*third.to_string_lossy()), "{detail}");
    assert_eq!(everything(&data), before);
    fs::write(&third, gone).unwrap();
    // It is noted that it was written again.
    assert_eq!(of(&data.ingest(&paths), Outcome::Shortened), 1);
    assert_as_read_at_once(&data, &paths);
}

#[test]
fn what_a_blob_was_stays_where_a_copy_has_it() {
    let folder = tempdir().unwrap();
    let data = Data::new();
    let path = put(folder.path(), &hour_path(13, MAC), state(3));
    let copy = put(folder.path(), "copy.json", state(3));
    let paths = [path.clone(), copy.clone()];
    // By itself: of two at once either may be the first.
    data.ingest(&paths[..1]);
    assert_eq!(of(&data.ingest(&paths), Outcome::Copy), 1);
    // The copy goes on, and what it has beyond is its own.
    fs::write(&copy, state(5)).unwrap();
    data.ingest(&paths);
    fs::write(&path, blob(&[vnet(40, MAC, 4)])).unwrap();
    let summary = data.ingest(&paths[..1]);
    assert_eq!(of(&summary, Outcome::Replaced), 1, "{summary:?}");
    assert_as_read_at_once(&data, &paths);
    // Now the copy is what it was read from.
    fs::write(&copy, state(2)).unwrap();
    assert_eq!(of(&data.ingest(&paths), Outcome::Shortened), 1);
    assert_as_read_at_once(&data, &paths);
}

#[test]
fn what_lay_in_the_way_of_another_is_read_when_it_is_gone() {
    let folder = tempdir().unwrap();
    let data = Data::new();
    let path = put(folder.path(), &hour_path(13, MAC), state(3));
    let lines: String = (0..4).map(|minute| vnet(minute, MAC, 4).replacen(':', ": ", 1) + "\n").collect();
    let paths = [path.clone(), put(folder.path(), "lines.jsonl", lines)];
    // By itself, as above.
    data.ingest(&paths[..1]);
    assert_eq!(of(&data.ingest(&paths), Outcome::Overlap), 1);
    fs::write(&path, blob(&[vnet(40, MAC, 4)])).unwrap();
    let summary = data.ingest(&paths);
    let outcomes = [Outcome::Replaced, Outcome::Read, Outcome::Overlap].map(|o| of(&summary, o));
    assert_eq!(outcomes, [1, 1, 0], "{summary:?}");
    assert_as_read_at_once(&data, &paths);
}

/// A path that says less than the blob holds: sums tell, and rows of all interfaces are looked at.
#[test]
fn a_blob_of_several_interfaces_leaves_as_a_whole() {
    let folder = tempdir().unwrap();
    let data = Data::new();
    let records = [vnet(1, MAC, 4), vnet(2, "000D3A000001", 4), vnet(3, "000D3A000002", 4)];
    let path = put(folder.path(), &hour_path(13, MAC), blob(&records));
    let other = put(folder.path(), &hour_path(13, "B"), blob(&records[1..]));
    let paths = [path.clone(), other];
    data.ingest(&paths);
    fs::write(&path, blob(&records[..1])).unwrap();
    assert_eq!(of(&data.ingest(&paths), Outcome::Shortened), 1);
    assert_as_read_at_once(&data, &paths);
}

/// Killed behind the record of an exchange, before or between the commits of its tables, or before the record.
#[test]
fn an_exchange_is_made_whole_or_never_was() {
    let (_folder, blobs, inventory) = company();
    let snapshot = Snapshot { taken_micros: 0, inventory };
    let largest = blobs.iter().max_by_key(|blob| fs::metadata(blob).unwrap().len()).unwrap();
    let text = fs::read_to_string(largest).unwrap();
    let data = Data::new();
    data.store_first(&snapshot);
    data.ingest(&blobs);
    let before = everything(&data);
    assert!(!before[1].is_empty());
    fs::write(largest, &text[..text.len() / 3]).unwrap();
    assert_eq!(of(&data.ingest(&blobs), Outcome::Shortened), 1);
    let after = everything(&data);
    let fresh = Data::new();
    fresh.store_first(&snapshot);
    fresh.ingest(&blobs);
    assert_eq!(after, everything(&fresh));
    for missing in MISSING {
        for (_, table) in TABLES.iter().enumerate().filter(|(i, _)| missing & (1 << i) != 0) {
            fs::remove_file(last_commit(&data.root(), table)).unwrap();
        }
        data.open_writer();
        assert_eq!(everything(&data), after, "without the commits of {missing:05b}");
        assert_eq!(data.ingest(&blobs).batches, 0);
    }
    for table in TABLES {
        fs::remove_file(last_commit(&data.root(), table)).unwrap();
    }
    fs::remove_file(last_record(&data.root())).unwrap();
    data.open_writer();
    assert_eq!(everything(&data), before);
    assert_eq!(of(&data.ingest(&blobs), Outcome::Shortened), 1);
    assert_eq!(everything(&data), after);
}
