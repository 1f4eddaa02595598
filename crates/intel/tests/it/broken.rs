//! Files that are damaged, cut off, or nothing at all: findings, and never a panic.

use weir_intel::read::FindingKind;
use weir_intel::{FeedKind, Given, Told};

use super::{asked, import};

/// Nothing may panic, whatever the bytes are and whatever they are said to be.
fn survives(name: &str, bytes: &[u8]) {
    let kinds = [None].into_iter().chain(FeedKind::ALL.map(Some));
    for kind in kinds {
        for column in [None, Some(("address".to_owned(), "1".to_owned()))] {
            let given = Given { columns: column.into_iter().collect(), ..Given::default() };
            let told = Told { kind, given, ..Told::default() };
            if let (Some(manifest), _) = import(name, bytes, &told) {
                let source = weir_intel::source(&manifest, bytes, &mut Default::default());
                weir_intel::around(&manifest, bytes, super::address("192.0.2.1"));
                assert_eq!(source.kind(), manifest.kind);
            }
        }
    }
}

const TEXTS: [&str; 12] = [
    "",
    "\n\n",
    "#",
    "hello",
    "{",
    "[",
    "[]",
    "{}",
    "{\"objects\": 7}",
    "{\"Event\": {\"Attribute\": 7, \"Object\": [1]}}",
    "{\"list\": [1, {\"a\": []}, \"192.0.2.1\"]}",
    "a,b\nc,\"d\n",
];

#[test]
fn anything_is_survived() {
    for text in TEXTS {
        survives("x", text.as_bytes());
    }
    survives("x", &[0; 100]);
    survives("x", b"\xff\xfe192.0.2.1\n");
    let deep = "[".repeat(100_000);
    survives("x.json", deep.as_bytes());
    survives("x.json", format!("{{\"objects\": {deep}").as_bytes());
    survives("x.json", format!("{{\"addressPrefixes\": {deep}").as_bytes());
    survives("x.csv", "192.0.2.1,".repeat(50_000).as_bytes());
}

#[test]
fn what_stands_before_the_damage_is_used() {
    let indicator = |number: u8| {
        format!(
            "{{\"type\": \"indicator\", \"id\": \"indicator--{number}\", \"pattern\": \"[ipv4-addr:value = '192.0.2.{number}']\"}}"
        )
    };
    let whole = format!("{{\"type\": \"bundle\", \"objects\": [{}, {}]}}", indicator(1), indicator(2));
    let cut = &whole[..whole.len() - 20];
    let asked = asked("bundle.json", cut.as_bytes(), &Told::default());
    assert!(asked.threat("192.0.2.1").is_some());
    assert!(asked.threat("192.0.2.2").is_none());
    assert_eq!(asked.findings.count(FindingKind::DamagedFile), 1);
    assert!(asked.findings.kept()[0].detail.contains("1 objects were read before"), "{:?}", asked.findings);
    for cut in 0..whole.len() {
        survives("bundle.json", &whole.as_bytes()[..cut]);
    }
}

#[test]
fn service_tags_are_whole_or_not_used() {
    let whole = "{\"cloud\": \"Public\", \"values\": [{\"name\": \"a\", \"properties\": {\"addressPrefixes\": [\"192.0.2.0/24\"]}}, \
                 {\"name\": \"b\", \"properties\": {\"addressPrefixes\": [\"198.51.100.0/24\"]}}]}";
    let (manifest, findings) = import("tags.json", &whole.as_bytes()[..whole.len() - 30], &Told::default());
    assert!(manifest.is_none());
    assert_eq!(findings.count(FindingKind::DamagedFile), 1, "{findings:?}");
    assert!(findings.kept()[0].detail.contains("1 tags were read before"), "{findings:?}");
}

#[test]
fn files_without_an_address_are_told() {
    let (manifest, findings) = import("domains.txt", b"a.example\nb.example\n", &Told::default());
    assert!(manifest.is_none());
    assert!(findings.kept()[0].detail.contains("none of them has an address"), "{findings:?}");
    let (manifest, findings) = import("notes.txt", b"some words\nand others\n", &Told::default());
    assert!(manifest.is_none());
    assert_eq!(findings.count(FindingKind::UnknownFile), 1);
}
