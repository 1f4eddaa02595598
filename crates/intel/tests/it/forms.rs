//! One small file of each form.

use weir_intel::read::FindingKind;
use weir_intel::{FeedKind, Form, Given, ThreatKind, Told};

use super::{NOW, asked, import};

fn told(columns: &[(&str, &str)]) -> Told {
    let columns = columns.iter().map(|(name, column)| ((*name).to_owned(), (*column).to_owned())).collect();
    Told { given: Given { columns, ..Given::default() }, ..Told::default() }
}

#[test]
fn columns_of_places_are_known_by_their_headers() {
    for (text, expected) in [
        // IPinfo
        (
            "network,country,country_code,continent,asn,as_name\n192.0.2.0/24,Germany,DE,Europe,AS64496,Lechfunk AG\n",
            ["de", "", "Lechfunk AG"],
        ),
        (
            "start_ip,end_ip,city,region,country\n192.0.2.0,192.0.2.255,Ulm,Baden,DE\n",
            ["de", "Ulm, Baden", ""],
        ),
        // DB-IP, without headers
        ("192.0.2.0,192.0.2.255,DE\n", ["de", "", ""]),
        ("192.0.2.0,192.0.2.255,EU,DE,Baden,Ulm,48.4,9.9\n", ["de", "Ulm, Baden", ""]),
        ("192.0.2.0,192.0.2.255,64496,Lechfunk AG\n", ["", "", "Lechfunk AG"]),
        // IPinfo, the owners
        (
            "start_ip,end_ip,asn,name,domain\n192.0.2.0,192.0.2.255,AS64496,Lechfunk AG,lechfunk.example\n",
            ["", "", "Lechfunk AG"],
        ),
        // IP2Location: numbers, a dash for what is not known
        ("\"3221225984\",\"3221226239\",\"DE\",\"Germany\"\n", ["de", "", ""]),
        ("network;Country Code;City\n192.0.2.0/24;de;-\n", ["de", "", ""]),
        ("network\tcountry\n192.0.2.0/24\tDE\n", ["de", "", ""]),
        ("\u{feff}network,country\r\n192.0.2.0/24,DE\r\n", ["de", "", ""]),
    ] {
        let asked = asked("places.csv", text.as_bytes(), &Told::default());
        assert_eq!(asked.manifest.kind, FeedKind::Geography, "{text}");
        assert_eq!(asked.place("192.0.2.77"), expected, "{text}");
        assert_eq!(asked.place("192.0.3.0"), ["", "", ""], "{text}");
        assert!(asked.findings.is_empty(), "{text}: {:?}", asked.findings);
    }
}

#[test]
fn columns_can_be_named() {
    // Without a header, and with addresses in the second column: nobody takes it for a database of places.
    let told_of = told(&[("address", "2"), ("description", "3")]);
    let asked_of = asked("odd.csv", b"1,192.0.2.7,exit,\n2,192.0.2.8,,\n", &told_of);
    assert_eq!(asked_of.threat("192.0.2.8").map(|threat| threat.0), Some("WatchList"));
    let text = "a,b,c,d\nx,192.0.2.7,17,bad miner\n";
    let told = told(&[("address", "2"), ("port", "c"), ("description", "4")]);
    let asked = asked("odd.csv", text.as_bytes(), &told);
    assert_eq!(asked.threat("192.0.2.7"), Some(("CryptoMining", "bad miner", "", "", Some(17))));
    for columns in [&[("address", "9")][..], &[("address", "nowhere")], &[("colour", "1")]] {
        let (manifest, findings) = import("odd.csv", text.as_bytes(), &self::told(columns));
        assert!(manifest.is_none() && findings.count(FindingKind::UnknownFile) == 1, "{columns:?}");
    }
}

#[test]
fn columns_of_threats() {
    let text = "# feed of the day\n#\n# \"first_seen\",\"ioc_value\",\"threat_type\",\"malware\",\"confidence_level\",\"valid_until\"\n\
                \"2026-01-01\",\"192.0.2.7:4443\",\"botnet_cc\",\"QakBot\",\"75\",\"2027-01-01\"\n\
                \"2026-01-01\",\"evil.example\",\"payload\",\"x\",\"75\",\"\"\n\
                \"2026-01-01\",\"hxxp://198.51.100.1/a\",\"payload\",\"Emotet\",\"20\",\"2025-01-01\"\n\
                \"2026-01-01\",\"nonsense\",\"\",\"\",\"\",\"\"\n";
    let asked = asked("feed-2026-05-01.csv", text.as_bytes(), &Told::default());
    assert_eq!((asked.manifest.kind, asked.manifest.form), (FeedKind::Threats, Form::Csv));
    assert_eq!((asked.manifest.entries, asked.manifest.without_address), (2, 1));
    assert_eq!(asked.manifest.source, "feed");
    assert_eq!(asked.threat("192.0.2.7"), Some(("C2", "QakBot", "", "", Some(4443))));
    assert_eq!(asked.threat("198.51.100.1"), None, "it has ended");
    assert_eq!(asked.findings.count(FindingKind::BadEntry), 1);
    assert_eq!(asked.findings.kept()[0].place, "line 7");
}

#[test]
fn lists_have_addresses_and_remarks() {
    let text = "# a list\n; another remark\n\n192.0.2.7\n192.0.2.8 ; SBL123\n198.51.100.0/28 # net\n203.0.113.1 - 203.0.113.3\n\
                0.0.0.0 ads.example\nevil.example\n2001:db8::/48\n192.0.2.300\n0.0.0.0/1\n";
    let asked = asked("tor-exits.txt", text.as_bytes(), &Told::default());
    assert_eq!((asked.manifest.entries, asked.manifest.without_address), (5, 2));
    assert_eq!(asked.findings.count(FindingKind::BadEntry), 2, "{:?}", asked.findings);
    for ip in ["192.0.2.7", "192.0.2.8", "198.51.100.15", "203.0.113.2", "2001:db8::1"] {
        assert_eq!(
            asked.threat(ip).map(|threat| threat.0),
            Some("DarkNet"),
            "{ip}: the name of the feed tells"
        );
    }
    assert_eq!(asked.threat("192.0.2.8").unwrap().1, "SBL123");
    assert_eq!(asked.threat("9.9.9.9"), None);
    let given = Given { threat_kind: Some(ThreatKind::Phishing), lasts_days: Some(3), ..Given::default() };
    let told = Told { given, as_of_micros: Some(NOW - 4 * 86_400_000_000), ..Told::default() };
    let ended = super::asked("list.txt", b"192.0.2.7\n", &told);
    assert_eq!(ended.threat("192.0.2.7"), None, "four days are more than three");
    let then = ended.lookups.at(NOW - 2 * 86_400_000_000);
    let threat = then.look_up(super::address("192.0.2.7")).threat.unwrap();
    assert_eq!(then.threat(threat).kind, ThreatKind::Phishing);
    assert_eq!(ended.manifest.changes_micros.len(), 1);
}

#[test]
fn bundles_of_indicators() {
    let indicator = |id: &str, more: &str| {
        format!(
            r#"{{"type": "indicator", "id": "indicator--{id}", "modified": "2026-01-01T00:00:00Z", "pattern_type": "stix",
                "valid_from": "2026-01-01T00:00:00Z", {more}}}"#
        )
    };
    let objects = [
        indicator("1", r#""name": "Server", "pattern": "[ipv4-addr:value = '192.0.2.1']", "labels": ["c2"], "confidence": 90"#),
        indicator("1", r#""name": "The same again", "pattern": "[ipv4-addr:value = '192.0.2.99']""#),
        indicator(
            "2",
            r#""name": "Loader", "pattern": "[domain-name:value = 'a.example' OR ipv4-addr:value = '192.0.2.2']""#,
        ),
        r#"{"type": "malware", "id": "malware--1", "name": "Poison", "malware_types": ["remote-access-trojan"]}"#.to_owned(),
        r#"{"type": "relationship", "id": "r", "relationship_type": "indicates", "source_ref": "indicator--2",
            "target_ref": "malware--1"}"#.to_owned(),
        indicator("3", r#""pattern": "[ipv4-addr:value = '192.0.2.3']", "revoked": true"#),
        indicator("4", r#""pattern": "[ipv4-addr:value = '192.0.2.4']", "valid_until": "2026-02-01T00:00:00Z""#),
        indicator("5", r#""pattern": "[domain-name:value = 'b.example']""#),
        indicator("6", r#""pattern": "[ipv4-addr:value = ""#),
        indicator("7", r#""pattern": "[ipv4-addr:value = '192.0.2.7']", "confidence": 10"#),
        r#"{"type": "indicator", "id": 7}"#.to_owned(),
    ];
    let text = format!(r#"{{"type": "bundle", "id": "bundle--1", "objects": [{}]}}"#, objects.join(","));
    let given = Given { confidence_min: Some(50), ..Given::default() };
    let asked = asked("bundle.json", text.as_bytes(), &Told { given, ..Told::default() });
    assert_eq!(asked.manifest.form, Form::Stix);
    assert_eq!(asked.threat("192.0.2.1"), Some(("C2", "Server", "", "", None)));
    assert_eq!(asked.threat("192.0.2.2"), Some(("Malware", "Loader", "a.example", "", None)));
    for ip in ["192.0.2.3", "192.0.2.4", "192.0.2.7", "192.0.2.99"] {
        assert_eq!(asked.threat(ip), None, "{ip}");
    }
    assert_eq!((asked.manifest.not_meant, asked.manifest.without_address), (2, 1));
    assert_eq!(asked.findings.count(FindingKind::Pattern), 1, "{:?}", asked.findings);
    assert_eq!(asked.findings.count(FindingKind::BadEntry), 1);
    // Before it begins nothing holds.
    let before = asked.lookups.at(NOW - 200 * 86_400_000_000);
    assert_eq!(before.look_up(super::address("192.0.2.1")).threat, None);
}

#[test]
fn events_and_warning_lists() {
    let event = r#"{"response": [{"Event": {"info": "Ransomware wave", "date": "2026-01-02", "Tag": [{"name": "tlp:green"}],
        "Attribute": [
            {"uuid": "a", "type": "ip-dst|port", "value": "192.0.2.1|443", "to_ids": true, "comment": "gate"},
            {"uuid": "b", "type": "domain|ip", "value": "a.example|192.0.2.2", "to_ids": true},
            {"uuid": "c", "type": "ip-src", "value": "192.0.2.3", "to_ids": false},
            {"uuid": "d", "type": "sha256", "value": "00"},
            {"uuid": "e", "type": "ip-dst", "value": "nonsense"}],
        "Object": [{"Attribute": [{"uuid": "f", "type": "url", "value": "http://192.0.2.4:81/x", "to_ids": true}]}]}}]}"#;
    let asked = asked("event.json", event.as_bytes(), &Told::default());
    assert_eq!(asked.threat("192.0.2.1"), Some(("Malware", "Ransomware wave: gate", "", "", Some(443))));
    assert_eq!(asked.threat("192.0.2.2").unwrap().2, "a.example");
    assert_eq!(asked.threat("192.0.2.4").unwrap().3, "http://192.0.2.4:81/x");
    assert_eq!(asked.threat("192.0.2.3"), None);
    assert_eq!((asked.manifest.not_meant, asked.manifest.without_address), (1, 1));
    assert_eq!(asked.findings.count(FindingKind::BadEntry), 1);

    let list = r#"{"name": "Scanners", "version": 3, "type": "cidr", "list": ["192.0.2.0/24", "x.example"]}"#;
    let allowed = super::asked("list.json", list.as_bytes(), &Told::default());
    assert_eq!((allowed.manifest.kind, allowed.manifest.form), (FeedKind::Allow, Form::WarningList));
    assert_eq!(allowed.manifest.about, "Scanners, version 3");
    let threats = Told { kind: Some(FeedKind::Threats), ..Told::default() };
    let listed = super::asked("list.json", list.as_bytes(), &threats);
    assert_eq!(listed.threat("192.0.2.9"), Some(("WatchList", "Scanners", "", "", None)));
}

#[test]
fn tags_of_another_cloud_are_refused() {
    let text = r#"{"changeNumber": 4, "cloud": "AzureGovernment", "values": [{"name": "AzureCloud.usgovtexas", "id": "x",
        "properties": {"region": "usgovtexas", "systemService": "", "addressPrefixes": ["192.0.2.0/24", "nonsense"]}}]}"#;
    let public = Told { cloud: "Public".to_owned(), ..Told::default() };
    let (manifest, findings) = import("ServiceTags_AzureGovernment_20260720.json", text.as_bytes(), &public);
    assert!(manifest.is_none());
    assert_eq!(findings.count(FindingKind::OtherCloud), 1);
    let told = Told { cloud: "azuregovernment".to_owned(), ..Told::default() };
    let asked = asked("ServiceTags_AzureGovernment_20260720.json", text.as_bytes(), &told);
    assert_eq!(asked.manifest.about, "cloud AzureGovernment, change 4");
    assert_eq!(asked.manifest.source, "Azure AzureGovernment");
    assert_eq!(asked.lookups.text(asked.facts("192.0.2.1").azure_region), "usgovtexas");
    assert_eq!(asked.findings.count(FindingKind::BadEntry), 1);
    let as_threats = Told { kind: Some(FeedKind::Threats), ..Told::default() };
    assert!(import("tags.json", text.as_bytes(), &as_threats).0.is_none());
}
