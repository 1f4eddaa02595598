//! Every blob is what Azure writes: its path, its bytes, its records, its tuples.

use std::collections::HashSet;

use proptest::prelude::*;
use weir_flowgen::{Config, LogFormat, Scale};

use crate::read::{AFTERNOON, Blob, Record, blobs, generate, hours, tuple};
use crate::recount;

const FORMATS: [LogFormat; 5] =
    [LogFormat::VnetV4, LogFormat::NsgV2, LogFormat::NsgV1, LogFormat::Mixed, LogFormat::Both];

#[test]
fn of_every_format() {
    for format in FORMATS {
        let (folder, _) = generate(&hours(3, format));
        let blobs = blobs(folder.path());
        assert!(blobs.len() > 40);
        for blob in &blobs {
            let never_migrated = blob.path.contains("TILLERMOOR-NEU");
            let nsg = match format {
                LogFormat::VnetV4 => false,
                LogFormat::Mixed => never_migrated,
                LogFormat::NsgV2 | LogFormat::NsgV1 => true,
                LogFormat::Both => blob.is_nsg(),
            };
            assert_eq!(blob.is_nsg(), nsg, "{}", blob.path);
            check_blob(blob);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn of_any_seed(seed: u64, later in 0i64..400, length in 1u32..3, nics in 0u32..3, format in 0usize..5) {
        let config = Config {
            seed,
            end: weir_flowgen::UnixSeconds(AFTERNOON.0 + later * 3_600),
            scale: Scale { background_nics: nics, inventory_nics: 0, size_bytes: None },
            ..hours(length, FORMATS[format])
        };
        let (folder, truth) = generate(&config);
        let blobs = blobs(folder.path());
        blobs.iter().for_each(check_blob);
        recount::check(&truth, &blobs);
    }
}

pub fn check_blob(blob: &Blob) {
    assert!(blob.text.starts_with("{\"records\":[{\"time\":\""), "head");
    assert!(blob.text.ends_with("]}]}}]}"), "tail");
    assert!(!blob.text.contains([' ', '\n']), "minified");
    let records = blob.records();
    let from_path = PathParts::of(&blob.path);
    let mut last_ms = 0;
    for record in &records {
        check_identity(&from_path, record, blob);
        assert!(last_ms <= record.time_ms, "records in order");
        last_ms = record.time_ms;
        check_tuples(record, &blob.path);
    }
}

/// What a path says.
struct PathParts<'a> {
    log: String,
    hour: String,
    mac: &'a str,
}

impl<'a> PathParts<'a> {
    fn of(path: &'a str) -> Self {
        let (log, time) = path.split_once("/y=").expect("a time in the path");
        let parts: Vec<&str> = time.split('/').collect();
        let [year, month, day, hour, minute, mac, "PT1H.json"] = parts[..] else { panic!("{path}") };
        let number = |part: &'a str, key: &str| part.strip_prefix(key).expect(path);
        assert_eq!(minute, "m=00");
        let hour = format!("{year}-{}-{}T{}", number(month, "m="), number(day, "d="), number(hour, "h="));
        let log = match log.split_once("/flowLogResourceID=/") {
            // `{SUB}_{RESOURCE GROUP}/NETWORKWATCHER_{REGION}_{NAME}`: names may hold underscores, regions
            // may not.
            Some((_, id)) => {
                let (group, watcher) = id.split_once('/').expect(path);
                let (subscription, group) = group.split_once('_').expect(path);
                let (region, name) = watcher
                    .strip_prefix("NETWORKWATCHER_")
                    .and_then(|rest| rest.split_once('_'))
                    .expect(path);
                format!(
                    "/SUBSCRIPTIONS/{subscription}/RESOURCEGROUPS/{group}/PROVIDERS/MICROSOFT.NETWORK/\
                     NETWORKWATCHERS/NETWORKWATCHER_{region}/FLOWLOGS/{name}"
                )
            }
            None => log.split_once("/resourceId=").expect(path).1.to_owned(),
        };
        PathParts { log, hour, mac: mac.strip_prefix("macAddress=").expect(path) }
    }
}

fn check_identity(path: &PathParts<'_>, record: &Record<'_>, blob: &Blob) {
    assert_eq!(record.log, path.log);
    assert_eq!(record.mac, path.mac);
    assert!(record.time.starts_with(&path.hour), "{} in {}", record.time, blob.path);
    assert_eq!(record.log, record.log.to_uppercase());
    assert_eq!((record.mac.len(), record.mac), (12, record.mac.to_uppercase().as_str()));
    assert!(["000D3A", "6045BD", "7C1E52"].contains(&&record.mac[..6]));
    if blob.is_nsg() {
        assert!(matches!(record.version, 1 | 2));
    } else {
        assert_eq!(record.version, 4);
        assert!(record.target.starts_with("/subscriptions/") && record.target.contains("/virtualNetworks/"));
    }
}

fn check_tuples(record: &Record<'_>, path: &str) {
    assert!(!record.groups.is_empty(), "a record without flows in {path}");
    let mut rules = HashSet::new();
    let mut bytes = 0;
    for group in &record.groups {
        assert!(!group.tuples.is_empty(), "a rule without tuples in {path}");
        assert!(rules.insert((group.acl, group.rule)), "a rule twice in a record of {path}");
        let mut last_ms = 0;
        for text in &group.tuples {
            bytes += text.len() + 3;
            let tuple = tuple(text, record.version);
            assert!(last_ms <= tuple.time_ms, "tuples in order of time: {text}");
            last_ms = tuple.time_ms;
            let lag_ms = record.time_ms - tuple.time_ms;
            assert!((1_000..63_000).contains(&lag_ms), "{text} is {lag_ms} ms older than its record");
            if matches!(tuple.state, Some('B' | 'D')) {
                assert_eq!(tuple.counts, [0; 4], "{text}");
            }
            assert_eq!(tuple.counts[0] == 0, tuple.counts[1] == 0, "packets without bytes: {text}");
            assert_eq!(tuple.counts[2] == 0, tuple.counts[3] == 0, "packets without bytes: {text}");
        }
    }
    assert!(bytes < 34_000, "a record of {bytes} bytes in {path}");
}
