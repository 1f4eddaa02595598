//! Folders as people keep them, and what is found in them.

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
    found.blobs.iter().map(|blob| blob.name.replacen(&format!("{root}/"), "", 1)).collect()
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
    let mut wrong = whole.clone();
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
