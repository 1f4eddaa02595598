//! A writer that stops at the worst moments: what was recorded is finished, what was not is done anew.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::tempdir;
use weir_ingest::Outcome;

use crate::workspace::{Data, logs};

pub const TABLES: [&str; 5] = [
    "tables/NTANetAnalytics",
    "tables/NTAIpDetails",
    "tables/WeirPublicIps",
    "ledger/WeirBlobs",
    "ledger/WeirBatches",
];

/// Which of them lack a commit, bit by bit: each alone, all, and some.
pub const MISSING: [usize; 8] = [0b00001, 0b00010, 0b00100, 0b01000, 0b10000, 0b11111, 0b10101, 0b01100];

/// The last commit of a table.
pub fn last_commit(root: &Path, table: &str) -> PathBuf {
    let log = fs::read_dir(root.join(table).join("_delta_log")).unwrap();
    let commits = log.map(|entry| entry.unwrap().path());
    commits.filter(|path| path.extension().is_some_and(|ending| ending == "json")).max().unwrap()
}

pub fn last_record(root: &Path) -> PathBuf {
    let records = fs::read_dir(root.join("ledger/batches")).unwrap();
    records.map(|entry| entry.unwrap().path()).max().expect("there is a record")
}

/// Rows of all tables.
fn rows(data: &Data) -> [u64; 5] {
    ["NTANetAnalytics", "NTAIpDetails", "WeirPublicIps", "WeirBlobs", "WeirBatches"]
        .map(|table| data.rows(table))
}

/// Killed behind the record of a batch, before or between the commits of its tables.
#[test]
fn a_recorded_batch_is_committed_where_it_is_missing() {
    let folder = tempdir().unwrap();
    let blobs = logs(folder.path());
    for missing in MISSING {
        let data = Data::new();
        let first = data.ingest(&blobs);
        let whole = rows(&data);
        for (i, table) in TABLES.iter().enumerate().filter(|(i, _)| missing & (1 << i) != 0) {
            fs::remove_file(last_commit(&data.root(), table)).unwrap();
            assert_eq!(rows(&data)[i], 0);
        }
        let second = data.ingest(&blobs);
        assert_eq!(rows(&data), whole, "without the commits of {missing:05b}");
        assert_eq!(second.blobs.of(Outcome::Unchanged), first.blobs.of(Outcome::Read));
        assert_eq!(second.rows, 0);
    }
}

/// Killed before the record: files lie about that no table names, and the blobs are read again.
#[test]
fn a_batch_without_a_record_never_was() {
    let folder = tempdir().unwrap();
    let blobs = logs(folder.path());
    let data = Data::new();
    let first = data.ingest(&blobs);
    let whole = rows(&data);
    for table in TABLES {
        fs::remove_file(last_commit(&data.root(), table)).unwrap();
    }
    fs::remove_file(last_record(&data.root())).unwrap();
    let second = data.ingest(&blobs);
    assert_eq!(rows(&data), whole);
    assert_eq!(second.rows, first.rows);
}

/// A power failure while the record was written: nothing of it is there, or half of it, and no table has the batch.
#[test]
fn a_record_that_never_was_whole_is_dropped() {
    let folder = tempdir().unwrap();
    let blobs = logs(folder.path());
    let (early, late) = blobs.split_at(blobs.len() / 2);
    for length in [0, 100] {
        let (data, clean) = (Data::new(), Data::new());
        data.ingest(early);
        data.ingest(late);
        for table in TABLES {
            fs::remove_file(last_commit(&data.root(), table)).unwrap();
        }
        fs::File::options().write(true).open(last_record(&data.root())).unwrap().set_len(length).unwrap();
        data.ingest(late);
        clean.ingest(early);
        clean.ingest(late);
        assert_eq!(rows(&data), rows(&clean));
    }
}

/// The record is gone, the tables have all that it said.
#[test]
fn a_record_that_is_not_needed_any_more_is_not_missed() {
    let folder = tempdir().unwrap();
    let blobs = logs(folder.path());
    let data = Data::new();
    data.ingest(&blobs);
    let whole = rows(&data);
    fs::write(last_record(&data.root()), "").unwrap();
    let second = data.ingest(&blobs);
    assert_eq!((rows(&data), second.blobs.of(Outcome::Unchanged)), (whole, blobs.len() as u64));
    // The number is not used again.
    fs::write(&blobs[0], fs::read_to_string(&blobs[0]).unwrap() + " ").unwrap();
    assert_eq!(data.ingest(&blobs).batches, 1);
    assert!(last_record(&data.root()).to_string_lossy().ends_with("2.json"));
}

/// Some tables have the batch: what the others lack only the record knew.
#[test]
fn a_record_that_is_needed_and_cannot_be_read_is_told() {
    let folder = tempdir().unwrap();
    let blobs = logs(folder.path());
    let data = Data::new();
    data.ingest(&blobs);
    fs::remove_file(last_commit(&data.root(), "ledger/WeirBlobs")).unwrap();
    let record = last_record(&data.root());
    let text = fs::read(&record).unwrap();
    fs::write(&record, &text[..text.len() / 2]).unwrap();
    let error = data.ingest_with(&blobs, 1 << 30).unwrap_err();
    assert!(error.to_string().contains("batch"), "{error}");
    let weir_ingest::Error::Table(error) = error else { panic!("{error}") };
    assert!(error.hint().is_some_and(|hint| hint.contains("1.json")), "{:?}", error.hint());
}

#[test]
fn batches_go_on_behind_a_recovered_one() {
    let folder = tempdir().unwrap();
    let blobs = logs(folder.path());
    let (early, late) = blobs.split_at(blobs.len() / 2);
    let (broken, clean) = (Data::new(), Data::new());
    broken.ingest(early);
    fs::remove_file(last_commit(&broken.root(), TABLES[0])).unwrap();
    broken.ingest(late);
    clean.ingest(early);
    clean.ingest(late);
    assert_eq!(rows(&broken), rows(&clean));
}
