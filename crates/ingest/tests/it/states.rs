//! One blob in several states, places and spellings: every record counts once.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::tempdir;
use weir_ingest::{Outcome, Summary};

use crate::records::{blob, hour_path, nsg, record, state, vnet};
use crate::workspace::Data;

/// Writes a file of some name below a folder.
fn put(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

/// Makes a file look as if it had been written again.
fn touch(path: &Path, minutes: u64) {
    let file = File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::now() + Duration::from_secs(60 * minutes)).unwrap();
}

fn of(summary: &Summary, outcome: Outcome) -> u64 {
    summary.blobs.of(outcome)
}

#[test]
fn states_of_one_blob_count_once_in_whatever_order_they_are_read() {
    let folder = tempdir().unwrap();
    let records = 40;
    // A generator of numbers that is the same each time.
    let mut number = 7_usize;
    let mut dice = |sides: usize| {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (number >> 33) % sides
    };
    for run in 0..8 {
        let (data, logs) = (Data::new(), folder.path().join(run.to_string()));
        let mut tuples = 0;
        let mut lengths = [0; 5];
        for round in 0..4 {
            for (file, length) in lengths.iter_mut().enumerate() {
                *length = if round == 3 { records } else { (*length + dice(16)).min(records) };
                put(&logs, &format!("{file}.json"), state(*length));
            }
            tuples += data.ingest(std::slice::from_ref(&logs)).tally.tuples();
            assert_eq!(tuples, *lengths.iter().max().unwrap() as u64, "run {run}, round {round}");
        }
    }
}

#[test]
fn a_blob_that_is_written_again_without_a_new_record_is_unchanged() {
    let folder = tempdir().unwrap();
    let data = Data::new();
    let paths = ["one.json", &hour_path(13, "A")].map(|name| put(folder.path(), name, ""));
    let logs = [folder.path().to_owned()];
    for (mac, path) in ["A", "B"].into_iter().zip(&paths) {
        fs::write(path, blob(&[vnet(1, mac, 4), vnet(2, mac, 4)])).unwrap();
    }
    assert_eq!(of(&data.ingest(&logs), Outcome::Read), 2);
    for minutes in [1, 2] {
        paths.iter().for_each(|path| touch(path, minutes));
        let summary = data.ingest(&logs);
        assert_eq!((of(&summary, Outcome::Unchanged), summary.incidents.len()), (2, 0), "{summary:?}");
        assert_eq!((summary.batches, data.ingest(&logs).batches), (1, 0), "it is noted once");
    }
    // Grown by a part of a record.
    let half = blob(&[vnet(1, "A", 4), vnet(2, "A", 4), vnet(3, "A", 4)]);
    fs::write(&paths[0], &half[..half.len() - 80]).unwrap();
    let summary = data.ingest(&logs);
    assert_eq!(of(&summary, Outcome::Unchanged), 2, "{summary:?}");
    assert!(summary.waiting_bytes > 100);
    fs::write(&paths[0], half).unwrap();
    assert_eq!(data.ingest(&logs).tally.tuples(), 1);
}

#[test]
fn a_copy_is_known_wherever_it_lies_and_whatever_it_begins_with() {
    let (one, two) = (record(1), record(2));
    for (what, text, tuples, names) in [
        (
            "in a folder of another day",
            blob(&[one.clone(), two.clone()]),
            2,
            [hour_path(13, "A"), hour_path(14, "A")],
        ),
        (
            "behind a record of a version not known",
            blob(&[vnet(0, "A", 9), one.clone(), two.clone()]),
            2,
            [hour_path(13, "A"), "copy.json".to_owned()],
        ),
        (
            "behind a line that is none",
            format!("rubbish\n{one}\n{two}\n"),
            2,
            ["a.json".to_owned(), "b.json".to_owned()],
        ),
        (
            "behind something very large",
            format!("{}\n{one}\n{two}\n", "#".repeat(17 << 20)),
            2,
            ["a.json".to_owned(), hour_path(13, "A")],
        ),
    ] {
        let folder = tempdir().unwrap();
        let data = Data::new();
        for name in &names {
            put(folder.path(), name, &text);
        }
        let summary = data.ingest(&[folder.path().to_owned()]);
        assert_eq!((of(&summary, Outcome::Copy), summary.tally.tuples()), (1, tuples), "{what}: {summary:?}");
        put(folder.path(), "later.json", &text);
        let later = data.ingest(&[folder.path().to_owned()]);
        assert_eq!((of(&later, Outcome::Copy), later.tally.tuples()), (1, 0), "{what}: {later:?}");
    }
}

#[test]
fn a_copy_in_another_spelling_is_told_and_not_counted() {
    let text = state(3);
    let folder = tempdir().unwrap();
    let data = Data::new();
    let first = data.ingest(&[put(folder.path(), "a.json", &text)]);
    let pretty = text.replace(":{", ": {\n  ").replace("\",\"", "\",\n  \"");
    let lines: String = (0..3).map(|minute| record(minute).replacen(':', ": ", 1) + "\n").collect();
    for (name, other) in [("pretty.json", pretty), ("lines.jsonl", lines)] {
        let summary = data.ingest(&[put(folder.path(), name, other)]);
        assert_eq!((of(&summary, Outcome::Overlap), summary.tally.tuples()), (1, 0), "{name}: {summary:?}");
        assert!(summary.incidents[0].detail.contains("a.json"), "{summary:?}");
    }
    assert_eq!(data.rows("NTANetAnalytics"), first.rows);
}

#[test]
fn interfaces_without_traffic_at_first_are_two() {
    let folder = tempdir().unwrap();
    let logs = [folder.path().to_owned()];
    let data = Data::new();
    let macs = ["000000000001", "000000000002"];
    let mut tuples = 0;
    for minutes in 1..4 {
        for mac in macs {
            let records: Vec<_> = (0..minutes).map(|m| nsg(m, (m > 0).then_some(mac))).collect();
            put(folder.path(), &hour_path(13, mac), blob(&records));
        }
        let summary = data.ingest(&logs);
        assert_eq!(of(&summary, Outcome::Overlap), 0, "{summary:?}");
        tuples += summary.tally.tuples();
        assert_eq!(tuples, 2 * (minutes - 1) as u64, "{summary:?}");
    }
}

#[test]
fn a_file_that_is_filled_from_the_front_is_read_as_it_comes() {
    let whole = state(6);
    let folder = tempdir().unwrap();
    for path in ["a.json".to_owned(), hour_path(13, "A")] {
        let data = Data::new();
        let path = put(folder.path(), &path, "");
        let mut tuples = 0;
        for part in [0, 10, whole.len() / 3, whole.len() / 2, whole.len() - 1, whole.len()] {
            let mut bytes = whole.as_bytes()[..part].to_vec();
            bytes.resize(whole.len(), 0);
            fs::write(&path, bytes).unwrap();
            let summary = data.ingest(std::slice::from_ref(&path));
            tuples += summary.tally.tuples();
            assert_eq!((of(&summary, Outcome::Replaced), summary.tally.records_discarded()), (0, 0));
        }
        assert_eq!(tuples, 6);
    }
}

#[test]
fn a_blob_that_cannot_be_used_is_named() {
    let folder = tempdir().unwrap();
    put(folder.path(), &hour_path(13, "A"), state(2));
    let data = Data::new();
    let new_body = vnet(1, "B", 5).replace("flowRecords", "flowThings");
    put(folder.path(), "new.json", blob(&[new_body]));
    put(folder.path(), &hour_path(13, "C"), [0x9f, 0x12, 0x22, 0x00, 0xfe, 0x7b, 0x01]);
    put(folder.path(), "note.json", r#"{"name":"x"}"#);
    let summary = data.ingest(&[folder.path().to_owned()]);
    let outcomes = [Outcome::Read, Outcome::Failed, Outcome::NoFlowLog].map(|o| of(&summary, o));
    assert_eq!((outcomes, summary.tally.records_discarded()), ([2, 1, 1], 1), "{summary:?}");
    let named: Vec<_> = summary.incidents.iter().map(|i| i.blob.rsplit('/').next().unwrap()).collect();
    assert_eq!(named, ["PT1H.json", "new.json", "note.json"]);
    assert!(summary.incidents[1].detail.contains("version"), "{summary:?}");
    assert_eq!(data.rows("WeirBlobs"), 2);
}

#[test]
fn a_small_packed_blob_that_was_cut_off_keeps_its_whole_records() {
    let folder = tempdir().unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    std::io::Write::write_all(&mut packed, state(6).as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let data = Data::new();
    let path = put(folder.path(), "a.json.gz", &packed[..packed.len() / 2]);
    let first = data.ingest(std::slice::from_ref(&path));
    assert_eq!((of(&first, Outcome::Partial), first.tally.tuples()), (1, 2), "{first:?}");
    let again = data.ingest(std::slice::from_ref(&path));
    assert_eq!((of(&again, Outcome::Partial), again.batches), (1, 0), "{again:?}");
    fs::write(&path, &packed).unwrap();
    assert_eq!(data.ingest(&[path]).tally.tuples(), 4);
}
