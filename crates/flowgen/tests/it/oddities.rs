//! The oddities of real flow logs, each by name, found in the default demo.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use weir_flowgen::{Config, LogFormat, UnixSeconds};

use crate::demo::demo;
use crate::read::{AFTERNOON, Blob, Record, Tuple, blobs, generate, hours, tuple};

const HOUR_MS: i64 = 3_600_000;

/// What one look at every tuple of the demo finds.
#[derive(Default)]
struct Found {
    /// By machine.
    clock_phases: HashMap<&'static str, HashSet<i64>>,
    continuing: u64,
    moments_of_continuing: HashSet<(&'static str, i64)>,
    ends_without_counts: u64,
    ends_with_their_begin: u64,
    ends_before_begins: u64,
    begins_twice_in_a_group: u64,
    /// Ends of unanswered attempts by target, source port and hour.
    attempts: HashMap<(&'static str, u16, i64), u32>,
    cache_states: HashSet<Option<char>>,
    tuples_of_the_hour_before: u64,
    records_with_the_time_before: u64,
    time_requests: u64,
    encryption: HashMap<&'static str, u64>,
    acls: HashSet<&'static str>,
    blobs_with_silent_minutes: usize,
    platform_probes: u64,
    scanners: HashSet<&'static str>,
    scanned_ports: HashSet<u16>,
    password_guesses: u64,
    untracked_states: HashSet<Option<char>>,
    balancer_probes: u64,
    targets: HashSet<(&'static str, u16)>,
}

fn found() -> &'static Found {
    static FOUND: OnceLock<Found> = OnceLock::new();
    FOUND.get_or_init(|| {
        let mut found = Found::default();
        demo().blobs.iter().for_each(|blob| found.blob(blob));
        found
    })
}

impl Found {
    fn blob(&mut self, blob: &'static Blob) {
        let records = blob.records();
        self.blobs_with_silent_minutes += usize::from(records.len() < 60);
        self.records_with_the_time_before +=
            records.windows(2).filter(|pair| pair[0].time == pair[1].time).count() as u64;
        let mut begun = HashMap::new();
        for record in &records {
            for group in &record.groups {
                self.acls.insert(group.acl);
                let mut begins = HashSet::new();
                for &text in &group.tuples {
                    let tuple = tuple(text, record.version);
                    self.begins_twice_in_a_group +=
                        u64::from(tuple.state == Some('B') && !begins.insert(text));
                    self.state(record, &tuple, &mut begun);
                    self.rule(group.rule, &tuple);
                    self.tuple(record, &tuple);
                }
            }
        }
    }

    /// `begun` holds the last begin of every flow of the blob.
    fn state(
        &mut self,
        record: &Record<'static>,
        tuple: &Tuple<'static>,
        begun: &mut HashMap<(&'static str, &'static str, u16, u16), i64>,
    ) {
        let flow = (tuple.source, tuple.target, tuple.source_port, tuple.target_port);
        match tuple.state {
            Some('B') => {
                begun.insert(flow, tuple.time_ms);
            }
            Some('C') => {
                self.continuing += 1;
                self.moments_of_continuing.insert((record.mac, tuple.time_ms));
                self.clock_phases.entry(record.mac).or_default().insert(tuple.time_ms % 300_000);
            }
            Some('E') => {
                self.ends_without_counts += u64::from(tuple.counts == [0; 4]);
                self.ends_with_their_begin += u64::from(begun.get(&flow) == Some(&tuple.time_ms));
                self.ends_before_begins += u64::from(!begun.contains_key(&flow));
                if tuple.counts == [1, 124, 0, 0] {
                    *self
                        .attempts
                        .entry((tuple.target, tuple.source_port, tuple.time_ms / HOUR_MS))
                        .or_default() += 1;
                }
            }
            _ => {}
        }
    }

    fn rule(&mut self, rule: &str, tuple: &Tuple<'static>) {
        match rule {
            "PlatformRule" if tuple.source_port == 23_456 && tuple.source.ends_with(".0") => {
                assert_eq!(tuple.direction, 'I');
                let [out, _, back, _] = tuple.counts;
                assert!(matches!((out, back), (1, 1) | (0, 0)), "one packet each way");
                self.platform_probes += 1;
            }
            "DefaultRule_DenyAllInBound" => {
                self.scanners.insert(tuple.source);
                self.scanned_ports.insert(tuple.target_port);
            }
            "UserRule_temp-allow-ssh" => self.password_guesses += u64::from(tuple.state == Some('B')),
            "UserRule_Allow_SSH_Vendor" => drop(self.untracked_states.insert(tuple.state)),
            "DefaultRule_AllowAzureLoadBalancerInBound" => {
                assert_eq!(tuple.source, "168.63.129.16");
                self.balancer_probes += 1;
            }
            _ => {}
        }
    }

    fn tuple(&mut self, record: &Record<'static>, tuple: &Tuple<'static>) {
        let hour = |time_ms: i64| time_ms.div_euclid(HOUR_MS);
        self.tuples_of_the_hour_before += u64::from(hour(tuple.time_ms) < hour(record.time_ms));
        *self.encryption.entry(tuple.encryption).or_default() += 1;
        if !tuple.denied {
            self.targets.insert((tuple.target, tuple.target_port));
            self.time_requests += u64::from(tuple.target_port == 123 && tuple.counts[..2] == [1, 140]);
            if tuple.target_port == 6379 {
                self.cache_states.insert(tuple.state);
            }
        }
    }
}

#[test]
fn all_states() {
    let states = &demo().truth.totals.states;
    assert!([states.begin, states.continuing, states.end, states.deny].iter().all(|&count| count > 10_000));
    assert_ne!(states.begin, states.end);
}

#[test]
fn both_key_orders() {
    let older = |blob: &&Blob| blob.text[..90].contains("\"flowLogVersion\":4,\"flowLogGUID\"");
    let (older, newer): (Vec<&Blob>, Vec<&Blob>) = demo().blobs.iter().partition(older);
    assert!(older.len() > 100 && newer.len() > 1_000);
    for blob in newer {
        assert!(blob.text.find("\"targetResourceID\"") < blob.text.find("\"flowLogVersion\""));
    }
}

#[test]
fn acl_ids_in_all_forms() {
    let acl = |form: &dyn Fn(&str) -> bool| found().acls.iter().any(|acl| form(acl));
    assert!(acl(&|acl| acl.starts_with("/subscriptions/") && acl.contains("/networkSecurityGroups/")));
    assert!(acl(&|acl| acl == "00000000-0000-0000-0000-000000000000"));
    assert!(acl(&|acl| acl.len() == 36 && !acl.starts_with("00000000")));
    assert!(acl(&|acl| acl == "unspecified"));
}

#[test]
fn an_acl_twice_in_a_record() {
    let repeats = |record: &str| {
        let acls = record.split("\"aclID\":\"").skip(1).filter_map(|rest| rest.split('"').next());
        let mut seen = HashSet::new();
        acls.into_iter().any(|acl| !seen.insert(acl))
    };
    let some = |older: bool, like: &dyn Fn(&str) -> bool| {
        let mut blobs = demo().blobs.iter().filter(|blob| blob.path.contains("NORTHEUROPE") == older);
        blobs.any(|blob| blob.text.split("{\"time\":").any(like))
    };
    assert!(some(true, &repeats) && some(false, &repeats));
    // The newer form usually names an ACL once.
    assert!(some(false, &|record| record.contains("]},{\"rule\"") && !repeats(record)));
}

#[test]
fn continuing_tuples_share_a_clock() {
    // All continuing tuples of a machine stand on one grid of five minutes, whatever their begins.
    let found = found();
    assert!(found.clock_phases.len() > 15, "many machines log continuing tuples");
    assert!(found.clock_phases.values().all(|phases| phases.len() == 1));
    assert!(found.continuing > 2 * found.moments_of_continuing.len() as u64, "flows share moments");
}

#[test]
fn ends_that_have_nothing_left_to_tell() {
    assert!(found().ends_without_counts > 100);
}

#[test]
fn ends_in_the_millisecond_of_their_begin() {
    assert!(found().ends_with_their_begin > 1_000);
}

#[test]
fn begin_end_begin_end_with_equal_begins() {
    assert!(found().begins_twice_in_a_group > 1_000);
}

#[test]
fn retransmissions_of_a_syn_are_flows() {
    assert!(found().attempts.values().filter(|&&count| count == 4).count() > 100);
}

#[test]
fn ends_before_any_begin_of_their_blob() {
    assert!(found().ends_before_begins > 1_000);
}

#[test]
fn flows_longer_than_the_span() {
    // Never begun, never ended: rows with bytes and without flows.
    assert_eq!(found().cache_states, HashSet::from([Some('C')]));
}

#[test]
fn tuples_of_the_hour_before() {
    assert!(found().tuples_of_the_hour_before > 1_000);
}

#[test]
fn busy_minutes_in_several_records() {
    assert!(found().records_with_the_time_before > 200);
    let records = demo().blobs.iter().flat_map(|blob| blob.text.split("{\"time\":"));
    let full: Vec<usize> = records.map(str::len).filter(|&bytes| bytes > 32_768).collect();
    assert!(full.len() > 20 && full.iter().all(|&bytes| bytes < 33_100), "{full:?}");
}

#[test]
fn time_requests_of_140_bytes() {
    assert!(found().time_requests > 1_000);
}

#[test]
fn encryption_of_many_kinds() {
    let kinds = &found().encryption;
    assert!(kinds["X"] > 100_000 && kinds["NX"] > 100_000);
    for rare in [
        "NX_HW_NOT_SUPPORTED",
        "NX_SW_NOT_READY",
        "NX_NOT_ACCEPTED",
        "NX_NOT_SUPPORTED",
        "NX_LOCAL_DST",
        "NX_FALLBACK",
    ] {
        assert!(kinds[rare] > 50 && kinds[rare] * 2 < kinds["NX"], "{rare}: {kinds:?}");
    }
}

#[test]
fn minutes_without_traffic_have_no_record() {
    assert!(found().blobs_with_silent_minutes * 2 > demo().blobs.len());
}

#[test]
fn hours_without_traffic_have_no_blob() {
    let mut hours: HashMap<&str, u32> = HashMap::new();
    for blob in &demo().blobs {
        let (_, mac) = blob.path.split_once("macAddress=").expect("a path with a MAC");
        *hours.entry(&mac[..12]).or_default() += 1;
    }
    assert_eq!(hours.len() as u64, demo().truth.made.nics);
    assert!(hours.values().any(|&hours| hours == 168) && hours.values().any(|&hours| hours < 80));
}

#[test]
fn platform_rule_and_final_zeros() {
    assert!(found().platform_probes > 100);
}

#[test]
fn denials_of_all_kinds() {
    let denied = &demo().truth.denied;
    let of = |rule: &str, direction: char| {
        let rows = denied.iter().filter(|row| row.rule == rule && row.direction == direction);
        rows.map(|row| row.tuples).sum::<u64>()
    };
    assert!(of("DefaultRule_DenyAllInBound", 'I') > 5_000);
    assert!(of("DenyHighRiskPortsFromInternet", 'I') > 500);
    assert!(of("UserRule_DenySmtpOut", 'O') > 100);
    assert!(of("UserRule_DenyInternetFromData", 'O') > 100);
    assert!(of("unspecified", 'O') > 50);
    assert!(found().scanners.len() > 3_000 && found().scanned_ports.len() > 1_000);
}

#[test]
fn passwords_are_guessed() {
    assert!(found().password_guesses > 1_000);
}

#[test]
fn an_untracked_rule_logs_begins_alone() {
    assert_eq!(found().untracked_states, HashSet::from([Some('B')]));
}

#[test]
fn addresses_of_azure() {
    for target in
        [("168.63.129.16", 53), ("168.63.129.16", 32_526), ("20.60.26.36", 443), ("20.54.24.148", 443)]
    {
        assert!(found().targets.contains(&target), "{target:?}");
    }
    assert!(found().balancer_probes > 1_000);
}

#[test]
fn a_blob_falls_back_to_version_1() {
    // From 12:00 to 13:00, one hour of six.
    let (folder, truth) =
        generate(&Config { end: UnixSeconds(AFTERNOON.0 - 2 * 3_600), ..hours(1, LogFormat::NsgV2) });
    assert!(truth.totals.states.unstated > 0 && truth.totals.states.begin > 0);
    let blobs = blobs(folder.path());
    let versions = |blob: &Blob| blob.records().iter().map(|record| record.version).collect::<Vec<u8>>();
    let fallen: Vec<Vec<u8>> = blobs.iter().map(versions).filter(|versions| versions.contains(&1)).collect();
    assert_eq!(fallen.len(), 1);
    assert!(fallen[0][0] == 2 && fallen[0].is_sorted_by(|one, next| one >= next), "{:?}", fallen[0]);
}
