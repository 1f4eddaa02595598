//! Folders as people keep them, and what is found in them.

#![allow(clippy::unwrap_used)] // what helps tests may fail as they do

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use weir_blob::{Blob, Error, Found, find};

fn content(blob: &Blob) -> std::io::Result<String> {
    let mut text = String::new();
    let read = Arc::new(AtomicU64::new(0));
    blob.open(&read).unwrap().read_to_string(&mut text)?;
    assert!(read.load(Ordering::Relaxed) > 0);
    Ok(text)
}

fn write(root: &Path, name: &str, bytes: &[u8]) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn look(root: &Path) -> Found {
    find(&[root.to_owned()]).unwrap()
}

fn names(found: &Found, root: &Path) -> Vec<String> {
    let root = root.canonicalize().unwrap().to_string_lossy().replace('\\', "/");
    found.blobs.iter().map(|blob| blob.name.to_string().replacen(&format!("{root}/"), "", 1)).collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn archive(members: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (i, (name, text)) in members.iter().enumerate() {
        let method =
            if i % 2 == 0 { zip::CompressionMethod::Deflated } else { zip::CompressionMethod::Stored };
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        writer.start_file(*name, options).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn blobs_come_in_the_order_of_their_hours() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for name in [
        "b/y=2026/m=08/d=13/h=01/m=00/macAddress=A/PT1H.json",
        "a/y=2026/m=08/d=13/h=02/m=00/macAddress=A/PT1H.json",
        "a/y=2026/m=08/d=12/h=23/m=00/macAddress=A/PT1H.json",
        "copy of PT1H.json",
        "export.JSONL",
        "notes.md",
        ".hidden/PT1H.json",
    ] {
        write(root, name, b"x");
    }
    let found = look(root);
    assert_eq!(
        names(&found, root),
        [
            "a/y=2026/m=08/d=12/h=23/m=00/macAddress=A/PT1H.json",
            "b/y=2026/m=08/d=13/h=01/m=00/macAddress=A/PT1H.json",
            "a/y=2026/m=08/d=13/h=02/m=00/macAddress=A/PT1H.json",
            "copy of PT1H.json",
            "export.JSONL",
        ]
    );
    assert_eq!((found.left_alone.other_files, found.problems.len(), found.size_bytes()), (1, 0, 5));
}

#[test]
fn packed_blobs_are_read_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, "a.json.gz", &[gzip("one "), gzip("two")].concat());
    write(root, "b.json.zst", &zstd::encode_all(&b"three"[..], 1).unwrap());
    write(
        root,
        "c.zip",
        &archive(&[("y=2026/m=08/d=13/h=01/PT1H.json", "four"), ("x/five.json", "five"), ("readme.txt", "")]),
    );
    let found = look(root);
    let texts: Vec<_> = found.blobs.iter().map(|blob| content(blob).unwrap()).collect();
    assert_eq!(texts, ["four", "one two", "three", "five"]);
    assert_eq!(names(&found, root)[0], "c.zip!/y=2026/m=08/d=13/h=01/PT1H.json");
    assert_eq!(found.left_alone.other_files, 1);
}

#[test]
fn damaged_packings_are_told_and_the_rest_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let whole = archive(&[("a.json", &"text ".repeat(100))]);
    write(root, "cut.json.gz", &gzip(&"text ".repeat(100))[..30]);
    write(root, "no.zip", b"this is no archive");
    write(root, "fine.json", b"fine");
    let mut wrong = whole;
    let crc = wrong.windows(4).position(|w| w == b"PK\x01\x02").unwrap() + 16;
    wrong[crc] ^= 1;
    write(root, "wrong.zip", &wrong);
    let found = look(root);
    assert_eq!(found.problems.len(), 1);
    assert!(matches!(found.problems[0].error, Error::Archive { .. }));
    let results: Vec<_> = found.blobs.iter().map(|blob| content(blob).is_ok()).collect();
    assert_eq!(
        (names(&found, root), results),
        (
            ["cut.json.gz", "fine.json", "wrong.zip!/a.json"].map(str::to_owned).to_vec(),
            vec![false, true, false]
        )
    );
}

#[test]
fn a_file_that_is_named_is_looked_at_whatever_its_name() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "strange name", b"x");
    let named = folder.path().join("strange name");
    let found = find(&[named.clone(), named]).unwrap();
    assert_eq!(found.blobs.len(), 1);
    assert!(matches!(find(&[folder.path().join("missing")]), Err(Error::Missing(_))));
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    write(outside.path(), "secret.json", b"x");
    write(folder.path(), "own.json", b"x");
    std::os::unix::fs::symlink(outside.path(), folder.path().join("folder")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("secret.json"), folder.path().join("file.json")).unwrap();
    let found = look(folder.path());
    assert_eq!((names(&found, folder.path()), found.left_alone.links), (vec!["own.json".to_owned()], 2));
}

/// An archive whose two members have one name: written under two names of the same length.
fn archive_of_twins() -> Vec<u8> {
    let mut bytes = archive(&[("one.json", "one"), ("two.json", "two")]);
    while let Some(at) = bytes.windows(8).position(|window| window == b"two.json") {
        bytes[at..at + 8].copy_from_slice(b"one.json");
    }
    bytes
}

#[test]
fn no_file_is_taken_for_another() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, "a/b.json", b"1");
    write(root, "twins.zip", &archive_of_twins());
    write(root, "slashes.zip", &archive(&[("x\\y.json", "4"), ("x/y.json", "5")]));
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        for name in [
            &b"a\\b.json"[..],
            b"\xff.json",
            b"\xfe.json",
            "\u{fffd}.json".as_bytes(),
            "\u{fffd}FE.json".as_bytes(),
        ] {
            fs::write(root.join(std::ffi::OsStr::from_bytes(name)), b"2").unwrap();
        }
    }
    let found = look(root);
    let names: std::collections::BTreeSet<_> = found.blobs.iter().map(|blob| &blob.name).collect();
    let expected = if cfg!(unix) { 9 } else { 4 };
    assert_eq!((found.blobs.len(), names.len()), (expected, expected), "{names:#?}");
    // The twin that the archive's directory hides is told.
    let problems: Vec<_> = found.problems.iter().map(|problem| problem.error.to_string()).collect();
    assert!(problems.len() == 1 && problems[0].contains("same name"), "{problems:?}");
}

#[test]
fn the_bytes_tell_how_they_are_packed() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let zstd = zstd::encode_all(&b"text"[..], 1).unwrap();
    write(root, "gzip.json", &gzip("text"));
    write(root, "plain.json.gz", b"text");
    write(root, "zstd.json.gz", &zstd);
    write(root, "short.json", b"te");
    let mut members = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in [("a.json.gz", gzip("text")), ("b.json.zst", zstd.clone())] {
        members.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        members.write_all(&bytes).unwrap();
    }
    write(root, "packed.zip", &members.finish().unwrap().into_inner());
    let texts: Vec<_> = look(root).blobs.iter().map(|blob| content(blob).unwrap()).collect();
    assert_eq!(texts, ["text", "text", "text", "text", "te", "text"]);
    // Files that are named have any name.
    for (name, bytes) in [("z.dat", zstd), ("z", archive(&[("a.json", "text")]))] {
        write(root, name, &bytes);
        let found = find(&[root.join(name)]).unwrap();
        assert_eq!(content(&found.blobs[0]).unwrap(), "text", "{name}");
    }
}

#[test]
fn what_is_weirs_own_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for name in [
        "truth.json",
        "inventory/resource-graph.json",
        "inventory/subscriptions.json",
        "PT1H.json",
        "weir-data/default/weir.json",
        "weir-data/default/ledger/batches/1.json",
        "table/_delta_log/0.json",
        "table/part.json",
    ] {
        write(root, name, b"x");
    }
    assert_eq!(names(&look(root), root), ["PT1H.json"]);
}

#[test]
fn a_path_that_is_missing_hides_no_other() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.json", b"x");
    let missing = folder.path().join("missing");
    let found = find(&[missing.clone(), folder.path().to_owned()]).unwrap();
    assert_eq!((found.blobs.len(), found.problems.len()), (1, 1));
    assert!(matches!(&found.problems[0].error, Error::Missing(path) if *path == missing));
}
