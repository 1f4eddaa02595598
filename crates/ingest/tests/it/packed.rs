//! Blobs as people copy them: packed, in archives, in another order, in smaller rounds.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use tempfile::tempdir;
use weir_ingest::{Outcome, Summary};

use crate::workspace::{Data, logs};

fn gzip(blob: &Path, to: &Path) {
    let file = File::create(to).unwrap();
    let mut encoder = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    encoder.write_all(&fs::read(blob).unwrap()).unwrap();
    encoder.finish().unwrap();
}

fn zstd(blob: &Path, to: &Path) {
    let packed = zstd::stream::encode_all(File::open(blob).unwrap(), 1).unwrap();
    fs::write(to, packed).unwrap();
}

fn archive(blobs: &[PathBuf], to: &Path) {
    let mut writer = zip::ZipWriter::new(File::create(to).unwrap());
    for (i, blob) in blobs.iter().enumerate() {
        writer.start_file(format!("{i}.json"), zip::write::SimpleFileOptions::default()).unwrap();
        let mut bytes = Vec::new();
        File::open(blob).unwrap().read_to_end(&mut bytes).unwrap();
        writer.write_all(&bytes).unwrap();
    }
    writer.finish().unwrap();
}

/// What does not depend on how blobs are packed.
fn content(summary: &Summary) -> (u64, u64, u64, u64) {
    (summary.tally.records, summary.tally.tuples(), summary.rows, summary.bytes_read)
}

#[test]
fn packing_does_not_matter() {
    let folder = tempdir().unwrap();
    let blobs = logs(&folder.path().join("logs"));
    let plain = Data::new().ingest(&blobs);
    assert!(plain.rows > 0);
    for (ending, pack) in [("json.gz", gzip as fn(&Path, &Path)), ("json.zst", zstd)] {
        let packed = folder.path().join(ending);
        fs::create_dir(&packed).unwrap();
        for (i, blob) in blobs.iter().enumerate() {
            pack(blob, &packed.join(format!("{i}.{ending}")));
        }
        let summary = Data::new().ingest(&[packed]);
        assert_eq!(content(&summary), content(&plain), "{ending}");
        assert_eq!(summary.blobs.of(Outcome::Read), blobs.len() as u64, "{ending}");
    }
    let zip = folder.path().join("all.zip");
    archive(&blobs, &zip);
    assert_eq!(content(&Data::new().ingest(&[zip])), content(&plain));
}

#[test]
fn a_packed_copy_of_what_was_read_adds_nothing() {
    let folder = tempdir().unwrap();
    let blobs = logs(&folder.path().join("logs"));
    let data = Data::new();
    let first = data.ingest(&blobs);
    let zip = folder.path().join("all.zip");
    archive(&blobs, &zip);
    let second = data.ingest(&[zip]);
    assert_eq!((second.rows, second.tally.tuples()), (0, 0));
    assert_eq!(second.blobs.of(Outcome::Copy), blobs.len() as u64);
    assert_eq!(data.rows("NTANetAnalytics"), first.rows);
}

#[test]
fn every_round_is_a_batch() {
    let folder = tempdir().unwrap();
    let blobs = logs(&folder.path().join("logs"));
    let (one, many) = (Data::new(), Data::new());
    let whole = one.ingest(&blobs);
    // A round holds at least one blob, however small it is to be.
    let pieces = many.ingest_with(&blobs, 1).unwrap();
    assert_eq!(whole.batches, 1);
    assert_eq!(pieces.batches, blobs.len() as u64);
    assert_eq!(content(&whole), content(&pieces));
    assert_eq!(many.rows("WeirBatches"), pieces.batches);
    assert_eq!(many.rows("WeirBlobs"), blobs.len() as u64);
}
