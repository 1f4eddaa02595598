//! Blobs that are no blobs, or no longer what they were: told, and no hindrance to the others.

use std::fs;

use tempfile::tempdir;
use weir_ingest::Outcome;

use crate::workspace::{Data, logs};

#[test]
fn what_is_no_flow_log_is_told() {
    let folder = tempdir().unwrap();
    let strange = [
        ("empty.json", ""),
        ("text.json", "a note about the network"),
        ("other.json", r#"{"records":[{"time":"2026-06-01T00:00:00Z","category":"Administrative"}]}"#),
        ("number.json", "17"),
    ];
    for (name, text) in strange {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let blobs = logs(&folder.path().join("logs"));
    let data = Data::new();
    let summary = data.ingest(&[folder.path().to_owned()]);
    assert_eq!(summary.blobs.of(Outcome::Read), blobs.len() as u64);
    // The truth about the logs lies beside them; by its name it is left alone.
    assert_eq!(summary.blobs.of(Outcome::NoFlowLog), strange.len() as u64);
    assert_eq!(data.rows("NTANetAnalytics"), summary.rows);
}

#[test]
fn a_blob_cut_off_inside_its_packing_keeps_what_was_whole() {
    let folder = tempdir().unwrap();
    let blobs = logs(&folder.path().join("logs"));
    let largest = blobs.iter().max_by_key(|blob| fs::metadata(blob).unwrap().len()).unwrap();
    let packed = zstd::stream::encode_all(fs::File::open(largest).unwrap(), 1).unwrap();
    let path = folder.path().join("cut.json.zst");
    fs::write(&path, &packed[..packed.len() * 2 / 3]).unwrap();
    let data = Data::new();
    let summary = data.ingest(std::slice::from_ref(&path));
    let whole = Data::new().ingest(std::slice::from_ref(largest));
    assert_eq!(summary.blobs.of(Outcome::Partial) + summary.blobs.of(Outcome::Failed), 1, "{summary:?}");
    assert!(summary.tally.records < whole.tally.records);
    assert_eq!(summary.incidents.len(), 1);
    // Whole again, the rest of it is read and nothing twice.
    fs::write(&path, &packed).unwrap();
    let rest = data.ingest(&[path]);
    assert_eq!(summary.tally.records + rest.tally.records, whole.tally.records);
    assert_eq!(summary.tally.tuples() + rest.tally.tuples(), whole.tally.tuples());
}

#[test]
fn a_blob_that_holds_nothing_any_more_keeps_its_rows() {
    let folder = tempdir().unwrap();
    let blobs = logs(folder.path());
    let largest = blobs.iter().max_by_key(|blob| fs::metadata(blob).unwrap().len()).unwrap().clone();
    let data = Data::new();
    let first = data.ingest(std::slice::from_ref(&largest));
    for changed in ["", r#"{"records":[]}"#, "[1,2"] {
        fs::write(&largest, changed).unwrap();
        let second = data.ingest(std::slice::from_ref(&largest));
        assert_eq!(second.blobs.of(Outcome::NotExchanged), 1, "{second:?}");
        assert_eq!((second.incidents.len(), second.batches), (1, 0));
        assert_eq!(data.rows("NTANetAnalytics"), first.rows);
    }
}

#[test]
fn what_could_not_be_looked_at_is_told_with_its_cause() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("no.zip"), "no archive").unwrap();
    let summary = Data::new().ingest(&[folder.path().to_owned()]);
    let detail = &summary.incidents[0].detail;
    let cause = detail.split_once("no.zip: ").map(|(_, cause)| cause);
    assert!(cause.is_some_and(|cause| !cause.is_empty()), "{detail}");
}
