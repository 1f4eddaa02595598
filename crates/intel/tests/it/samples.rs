//! Real files, where they are at hand: every entry is answered as its source says.
//!
//! They are looked for in `WEIR_SAMPLES`, or in `shared/samples` beside the folder of the project.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use serde_json::Value;
use weir_decode::Address;
use weir_intel::read::FindingKind;
use weir_intel::{AddressRange, FeedKind, Told};

use super::{Asked, asked, import};

/// A file of the samples; nothing where there are none.
fn sample(path: &str) -> Option<Vec<u8>> {
    let beside = || PathBuf::from("../../../shared/samples");
    let folder = std::env::var_os("WEIR_SAMPLES").map_or_else(beside, PathBuf::from);
    let read = std::fs::read(folder.join(path));
    if read.is_err() {
        eprintln!("no sample {path} in {}: nothing was tested", folder.display());
    }
    read.ok()
}

fn any_cloud() -> Told {
    Told::default()
}

/// Rows of a source by network; IPv4 is in the lowest bits of IPv6.
type Rows = HashMap<(u128, u8), Value>;

fn rows(text: &[u8]) -> Rows {
    let listed: Vec<serde_json::Map<String, Value>> = serde_json::from_slice(text).unwrap();
    let mut rows = Rows::new();
    for (network, says) in listed.into_iter().flatten() {
        let (address, length) = network.split_once('/').unwrap();
        let (address, length): (IpAddr, u8) = (address.parse().unwrap(), length.parse().unwrap());
        let key = match address {
            IpAddr::V4(address) => (u128::from(address.to_bits()), length + 96),
            IpAddr::V6(address) => (address.to_bits(), length),
        };
        rows.insert(key, says);
    }
    rows
}

/// The row around an address: every length is tried.
fn row(rows: &Rows, bits: u128) -> Option<&Value> {
    (0..=128).rev().find_map(|length: u8| {
        let mask = u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
        rows.get(&(bits & mask, length))
    })
}

/// The first and the last address of each row, and what stands for it in the tree.
fn ends(rows: &Rows) -> Vec<(Address, u128)> {
    let ends = |(bits, length): (u128, u8)| {
        let rest = u128::MAX.checked_shr(u32::from(length)).unwrap_or(0);
        [bits, bits | rest]
    };
    let address = |bits: u128| match bits >> 32 {
        0 => Address::from_ipv4(bits as u32),
        _ => Address::from_ipv6(bits),
    };
    rows.keys().flat_map(|key| ends(*key)).map(|bits| (address(bits), bits)).collect()
}

fn text<'a>(row: &'a Value, path: &str) -> &'a str {
    row.pointer(path).and_then(Value::as_str).unwrap_or("")
}

#[test]
fn every_row_of_the_cities_is_answered() {
    let (Some(bytes), Some(source)) =
        (sample("geo/GeoLite2-City-Test.mmdb"), sample("geo/GeoLite2-City-Test.source.json"))
    else {
        return;
    };
    let asked = asked("GeoLite2-City-Test.mmdb", &bytes, &Told::default());
    assert_eq!(asked.manifest.source, "GeoLite2-City");
    assert_eq!(asked.manifest.gives, ["country", "place"]);
    let rows = rows(&source);
    assert!(rows.len() > 100);
    for (address, bits) in ends(&rows) {
        let row = row(&rows, bits).unwrap();
        let country = [text(row, "/country/iso_code"), text(row, "/registered_country/iso_code")];
        let country = country.into_iter().find(|code| !code.is_empty()).unwrap_or("").to_lowercase();
        let parts = [text(row, "/city/names/en"), text(row, "/subdivisions/0/names/en")];
        let mut parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.dedup();
        let place = parts.join(", ");
        assert_eq!(asked.place(&address.to_string()), [country.as_str(), &place, ""], "{address}: {row}");
    }
}

#[test]
fn every_row_of_the_networks_is_answered() {
    let (Some(bytes), Some(source)) =
        (sample("geo/GeoLite2-ASN-Test.mmdb"), sample("geo/GeoLite2-ASN-Test.source.json"))
    else {
        return;
    };
    let asked = asked("GeoLite2-ASN-Test.mmdb", &bytes, &Told::default());
    let rows = rows(&source);
    for (address, bits) in ends(&rows) {
        let owner = text(row(&rows, bits).unwrap(), "/autonomous_system_organization");
        assert_eq!(asked.place(&address.to_string()), ["", "", owner], "{address}");
    }
}

#[test]
fn every_row_of_the_anonymous_is_answered() {
    let (Some(bytes), Some(source)) =
        (sample("geo/GeoIP2-Anonymous-IP-Test.mmdb"), sample("geo/GeoIP2-Anonymous-IP-Test.source.json"))
    else {
        return;
    };
    let asked = asked("GeoIP2-Anonymous-IP-Test.mmdb", &bytes, &Told::default());
    assert_eq!(asked.manifest.kind, FeedKind::Threats);
    let rows = rows(&source);
    for (address, bits) in ends(&rows) {
        let row = row(&rows, bits).unwrap();
        let set = |name: &str| row.get(name) == Some(&Value::Bool(true));
        let proxy = ["is_public_proxy", "is_residential_proxy", "is_anonymous_vpn"].into_iter().any(set);
        let expected = match () {
            () if set("is_tor_exit_node") => Some("DarkNet"),
            () if proxy || set("is_anonymous") && !set("is_hosting_provider") => Some("Proxy"),
            () => None,
        };
        let told = asked.threat(&address.to_string()).map(|threat| threat.0);
        assert_eq!(told, expected, "{address}: {row}");
    }
}

#[test]
fn databases_of_other_layouts_are_read() {
    if let Some(bytes) = sample("geo/dbip-country-lite.mmdb") {
        let asked = asked("dbip-country-lite.mmdb", &bytes, &Told::default());
        assert_eq!(asked.manifest.gives, ["country"]);
        let reader = maxminddb::Reader::from_source(&bytes).unwrap();
        for number in (0..1_000_u32).map(|step| step * 4_294_967 + 17) {
            let address = Address::from_ipv4(number);
            let found = reader.lookup(address.into()).unwrap().decode::<HashMap<String, String>>().unwrap();
            let country = found.and_then(|row| row.get("country_code").cloned()).unwrap_or_default();
            assert_eq!(asked.place(&address.to_string())[0], country.to_lowercase(), "{address}");
        }
    }
    for (name, ip, country) in
        [("GeoLite2-Country-Test", "2.125.160.216", "gb"), ("GeoIP2-City-Test", "2.125.160.216", "gb")]
    {
        if let Some(bytes) = sample(&format!("geo/{name}.mmdb")) {
            assert_eq!(asked(name, &bytes, &Told::default()).place(ip)[0], country, "{name}");
        }
    }
}

#[test]
fn damaged_databases_are_told() {
    for name in [
        "MaxMind-DB-no-ipv4-search-tree",
        "MaxMind-DB-test-decoder",
        "MaxMind-DB-test-ipv4-24",
        "MaxMind-DB-test-ipv6-32",
        "MaxMind-DB-test-mixed-28",
        "GeoLite2-City-Test",
    ] {
        let Some(whole) = sample(&format!("geo/{name}.mmdb")) else { continue };
        // Whole, these have no places; cut or changed, nothing may panic.
        import(name, &whole, &Told::default());
        for part in 1..60 {
            import(name, &whole[..whole.len() * part / 60], &Told::default());
            let tail = [&whole[..whole.len() / 4], &whole[whole.len() / 4 + part..]].concat();
            import(name, &tail, &Told::default());
            let mut changed = whole.clone();
            for at in (part..changed.len()).step_by(61) {
                changed[at] ^= 0x55;
            }
            import(name, &changed, &Told::default());
            let mut changed = whole.clone();
            let at = whole.len() * part / 60;
            changed[at..].iter_mut().take(5).for_each(|byte| *byte = 0xff);
            import(name, &changed, &Told::default());
        }
    }
    if let Some(whole) = sample("geo/GeoLite2-City-Test.mmdb") {
        let (manifest, findings) = import("x.mmdb", &whole[whole.len() / 2..], &Told::default());
        assert!(manifest.is_none());
        assert_eq!(findings.count(FindingKind::DamagedFile), 1, "{findings:?}");
        let (manifest, findings) = import("x.mmdb", &whole[..whole.len() / 2], &Told::default());
        assert!(manifest.is_none());
        assert_eq!(findings.count(FindingKind::UnknownFile), 1, "{findings:?}");
    }
}

/// Tags by prefix.
type Tags = HashMap<(u128, u8), Vec<usize>>;

#[test]
fn every_prefix_of_the_service_tags_is_answered() {
    for name in ["ServiceTags_Public_20251028", "ServiceTags_AzureGovernment_20260720"] {
        let Some(bytes) = sample(&format!("service-tags/{name}.json")) else { continue };
        let asked = asked(&format!("{name}.json"), &bytes, &any_cloud());
        assert!(asked.findings.is_empty(), "{:?}", asked.findings);
        let file: Value = serde_json::from_slice(&bytes).unwrap();
        let tags = file["values"].as_array().unwrap();
        let mut by_prefix = Tags::new();
        let mut addresses = Vec::new();
        let mut prefixes = 0;
        for (number, tag) in tags.iter().enumerate() {
            for prefix in tag["properties"]["addressPrefixes"].as_array().unwrap() {
                let net: IpNet = prefix.as_str().unwrap().parse().unwrap();
                let (first, last) = AddressRange::from(net.trunc()).ends();
                let base = if net.addr().is_ipv4() { 96 } else { 0 };
                by_prefix.entry((first.bits(), net.prefix_len() + base)).or_default().push(number);
                addresses.extend([first, last]);
                prefixes += 1;
            }
        }
        assert_eq!(asked.manifest.entries, prefixes);
        for address in addresses {
            expect_tags(&asked, tags, &by_prefix, address);
        }
    }
}

/// The regions of the tags, as resources have them: those that differ.
const REGIONS: [(&str, &str); 11] = [
    ("centralfrance", "francecentral"),
    ("southfrance", "francesouth"),
    ("germanyn", "germanynorth"),
    ("germanywc", "germanywestcentral"),
    ("norwaye", "norwayeast"),
    ("norwayw", "norwaywest"),
    ("switzerlandn", "switzerlandnorth"),
    ("switzerlandw", "switzerlandwest"),
    ("brazilse", "brazilsoutheast"),
    ("brazilne", "brazilnortheast"),
    ("chilec", "chilecentral"),
];

fn expect_tags(asked: &Asked, tags: &[Value], by_prefix: &Tags, address: Address) {
    let base = if address.ipv4().is_some() { 96 } else { 0 };
    let (mut region, mut services, mut all) = ("", Vec::new(), Vec::new());
    for length in (base..=128).rev() {
        let mask = u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
        let Some(around) = by_prefix.get(&(address.bits() & mask, length)) else { continue };
        let of = |tag: &usize, name: &str| tags[*tag]["properties"][name].as_str().unwrap();
        if region.is_empty() {
            region =
                around.iter().map(|tag| of(tag, "region")).find(|region| !region.is_empty()).unwrap_or("");
        }
        // Those of the longest prefix, those of a region first.
        let pick = |wanted: &dyn Fn(&usize) -> bool| -> Vec<&str> {
            let mut some: Vec<&usize> = around.iter().filter(|tag| wanted(tag)).collect();
            if some.iter().any(|tag| !of(tag, "region").is_empty()) {
                some.retain(|tag| !of(tag, "region").is_empty());
            }
            some.into_iter().map(|tag| tags[*tag]["name"].as_str().unwrap()).collect()
        };
        if services.is_empty() {
            services = pick(&|tag| !of(tag, "systemService").is_empty());
        }
        if all.is_empty() {
            all = pick(&|_| true);
        }
    }
    let region = REGIONS.into_iter().find(|(tag, _)| *tag == region).map_or(region, |(_, name)| name);
    let facts = asked.lookups.look_up(address);
    assert!(facts.azure, "{address}");
    assert_eq!(asked.lookups.text(facts.azure_region), region, "{address}");
    let expected = if services.is_empty() { all } else { services };
    let tag = asked.lookups.text(facts.service_tag);
    assert!(expected.contains(&tag), "{address}: {tag} is none of {expected:?}");
}

#[test]
fn every_line_of_the_lists_is_answered() {
    for (file, kind, least) in [
        ("ipsum-level5.txt", "WatchList", 1_000),
        ("tor-exit-nodes-2024-02.lst", "DarkNet", 1_000),
        ("feodo-ipblocklist-2024-04-04.csv", "C2", 20),
    ] {
        let Some(bytes) = sample(&format!("threat-intel/{file}")) else { continue };
        let asked = asked(file, &bytes, &Told::default());
        assert!(asked.findings.is_empty(), "{file}: {:?}", asked.findings);
        let text = String::from_utf8(bytes).unwrap();
        let mut lines = 0;
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.starts_with("\"first_seen")) {
            let fields: Vec<&str> = line.split(',').map(|field| field.trim_matches('"')).collect();
            let ip = if fields.len() > 1 { fields[1] } else { fields[0] };
            let (told, description, _, _, port) =
                asked.threat(ip).unwrap_or_else(|| panic!("{file}: {line}"));
            assert_eq!(told, kind, "{file}: {line}");
            if fields.len() > 1 {
                assert_eq!((description, port), (fields[5], fields[2].parse().ok()), "{line}");
            }
            lines += 1;
        }
        assert!(lines >= least, "{file}: {lines}");
    }
}

#[test]
fn every_indicator_of_the_bundles_is_answered() {
    for (file, least) in [("stix21-honeypot-2025-12-10.json", 157), ("stix2-poisonivy.json", 5)] {
        let Some(bytes) = sample(&format!("threat-intel/{file}")) else { continue };
        let asked = asked(file, &bytes, &Told::default());
        assert!(asked.findings.is_empty(), "{file}: {:?}", asked.findings);
        let bundle: Value = serde_json::from_slice(&bytes).unwrap();
        let mut addresses = 0;
        for object in bundle["objects"].as_array().unwrap() {
            let pattern = object["pattern"].as_str().unwrap_or("");
            for (at, mark) in pattern.match_indices("ipv4-addr:value = '") {
                let ip = pattern[at + mark.len()..].split('\'').next().unwrap();
                let found = asked.lookups.threats_around(super::address(ip));
                let name = object["name"].as_str().unwrap();
                assert!(found.count() > 0, "{file}: {ip} of {name}");
                // At a time when it holds, it is told.
                let from = object["valid_from"].as_str().unwrap();
                let ticks = weir_value::datetime::parse(from).unwrap() - weir_value::datetime::UNIX_EPOCH;
                let then = asked.lookups.at(ticks / 10);
                assert!(then.look_up(super::address(ip)).threat.is_some(), "{file}: {ip} at {from}");
                let before = asked.lookups.at(ticks / 10 - 50_000 * 3_600_000_000);
                assert!(before.look_up(super::address(ip)).threat.is_none(), "{file}: {ip} before");
                addresses += 1;
            }
        }
        assert!(addresses >= least, "{file}: {addresses}");
        for cut in (1..20).map(|part| bytes.len() * part / 20) {
            let (_, findings) = import(file, &bytes[..cut], &Told::default());
            assert_eq!(findings.count(FindingKind::DamagedFile), 1, "{file} cut at {cut}");
        }
    }
    for file in ["stix2-sighting-of-an-indicator.json", "misp-event-1.json", "misp-attributes-1.json"] {
        let Some(bytes) = sample(&format!("threat-intel/{file}")) else { continue };
        let (manifest, findings) = import(file, &bytes, &Told::default());
        assert!(manifest.is_none());
        assert!(findings.kept()[0].detail.contains("none of them has an address"), "{file}: {findings:?}");
    }
}

#[test]
fn every_entry_of_the_warning_lists_is_allowed() {
    for (file, at) in [
        ("misp-warninglist-microsoft-azure.json", "102.133.0.1"),
        ("misp-warninglist-shodan-scanning.json", "80.82.77.33"),
    ] {
        let Some(bytes) = sample(&format!("threat-intel/{file}")) else { continue };
        let asked = asked(file, &bytes, &Told::default());
        assert!(asked.findings.is_empty(), "{file}: {:?}", asked.findings);
        assert_eq!(asked.manifest.kind, FeedKind::Allow);
        let list: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(asked.manifest.entries as usize, list["list"].as_array().unwrap().len());
        // A threat at the same address is not told.
        let threats = format!("{at}\n192.0.2.1\n");
        let threats_of =
            |lookups: &weir_intel::Lookups, ip: &str| lookups.look_up(super::address(ip)).threat.is_some();
        let source = |name: &str, bytes: &[u8]| {
            let manifest = import(name, bytes, &Told::default()).0.unwrap();
            std::sync::Arc::new(weir_intel::source(&manifest, bytes, &mut Default::default()))
        };
        let both = [source("list.txt", threats.as_bytes()), source(file, &bytes)];
        let lookups = weir_intel::Lookups::new(&both, 0);
        assert!(!threats_of(&lookups, at) && threats_of(&lookups, "192.0.2.1"), "{file}");
    }
}
