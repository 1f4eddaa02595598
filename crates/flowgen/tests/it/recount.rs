//! The ground truth once more, from the text of the logs.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use weir_flowgen::{
    AddressBytes, AppBytes, BalancerMembers, DayAddressBytes, DayFlowBytes, DayTotals, DeniedByRule,
    ExpressRoute, FlowBytes, HourTotals, LogFormat, Prefixes, Scenarios, SitePair, Talker, Totals, Truth,
    TruthDetail, WatchedHost,
};

use crate::read::{Blob, Tuple, blobs, generate, hours, tuple};

const HOUR_MS: i64 = 3_600_000;
const MEMBERS: [&str; 6] = ["10.1.1.68", "10.1.1.69", "10.1.1.70", "10.1.1.71", "10.1.1.90", "20.73.148.40"];
const LEAK: &str = "136.144.58.113";

#[test]
fn of_every_format() {
    for format in [LogFormat::VnetV4, LogFormat::NsgV2, LogFormat::NsgV1, LogFormat::Mixed, LogFormat::Both] {
        let (folder, truth) = generate(&hours(4, format));
        check(&truth, &blobs(folder.path()));
    }
}

#[test]
fn of_totals_alone() {
    let config = hours(3, LogFormat::VnetV4);
    let (_, full) = generate(&config);
    let (_, totals) = generate(&weir_flowgen::Config { truth: TruthDetail::Totals, ..config });
    assert_eq!(
        (&full.totals, &full.days, &full.hours, &full.denied),
        (&totals.totals, &totals.days, &totals.hours, &totals.denied)
    );
    assert!(totals.scenarios.is_none() && totals.top_talkers.is_empty());
}

/// Compares part by part, so that a difference says where it is.
pub fn check(truth: &Truth, blobs: &[Blob]) {
    let found = recount(truth, blobs);
    assert_eq!(truth.totals, found.totals);
    assert_eq!(truth.days, found.days);
    assert_eq!(truth.hours, found.hours);
    assert_eq!(truth.denied, found.denied);
    let scenarios = |truth: &Truth| truth.scenarios.clone().expect("all of it");
    let (promised, found_scenarios) = (scenarios(truth), scenarios(&found));
    assert_eq!(promised.scenario1, found_scenarios.scenario1);
    assert_eq!(promised.scenario2, found_scenarios.scenario2);
    assert_eq!(promised.scenario3, found_scenarios.scenario3);
    assert_eq!(promised.scenario4, found_scenarios.scenario4);
    assert_eq!(*truth, found);
}

#[derive(Default)]
struct Sums {
    hours: BTreeMap<String, Totals>,
    denied: BTreeMap<(String, String, char), u64>,
    destinations: HashMap<String, u64>,
    leak_by_end_day: BTreeMap<(String, String), u64>,
    leak_by_start_day: BTreeMap<(String, String), u64>,
    by_source: HashMap<String, u64>,
    by_destination: HashMap<String, u64>,
    member_sources: BTreeMap<(String, IpAddr), u64>,
    member_destinations: BTreeMap<(String, IpAddr), u64>,
    flows: BTreeMap<(IpAddr, IpAddr, String, u16), u64>,
    flows_by_day: BTreeMap<(String, IpAddr, IpAddr, String, u16), u64>,
    overall: SitePair,
    last_intervals: SitePair,
    last_rows: SitePair,
    talkers: HashMap<(String, String), (u64, u64)>,
}

fn recount(truth: &Truth, blobs: &[Blob]) -> Truth {
    let mut sums = Sums::default();
    for blob in blobs {
        count(&mut sums, blob, truth.config.end.0 * 1_000);
    }
    let mut totals = Totals::default();
    let mut days: BTreeMap<String, Totals> = BTreeMap::new();
    for (hour, of_hour) in &sums.hours {
        add(&mut totals, of_hour);
        add(days.entry(hour[..10].to_owned()).or_default(), of_hour);
    }
    let hours = sums.hours.iter().map(|(hour, totals)| HourTotals {
        hour: hour.clone(),
        blobs: totals.blobs,
        bytes: totals.bytes,
        records: totals.records,
        tuples: totals.tuples,
        rows_60_minutes: totals.rows_60_minutes,
        rows_10_minutes: totals.rows_10_minutes,
    });
    let denied = sums.denied.iter().map(|((acl, rule, direction), &tuples)| DeniedByRule {
        acl: acl.clone(),
        rule: rule.clone(),
        direction: *direction,
        tuples,
    });
    let app = |((day, app), &bytes): (&(String, String), &u64)| AppBytes {
        day: day.clone(),
        app: app.clone(),
        bytes,
    };
    let day_address = |((day, address), &bytes): (&(String, IpAddr), &u64)| DayAddressBytes {
        day: day.clone(),
        address: address.to_string(),
        bytes,
    };
    let scenarios = Scenarios {
        scenario1: WatchedHost {
            source: "10.1.1.8".to_owned(),
            destinations: ranked(&sums.destinations),
            leak_destination: LEAK.to_owned(),
            leak_by_end_day: sums.leak_by_end_day.iter().map(app).collect(),
            leak_by_start_day: sums.leak_by_start_day.iter().map(app).collect(),
        },
        scenario2: BalancerMembers {
            load_balancers: vec!["lbi-web".to_owned(), "lbe-web".to_owned()],
            members: MEMBERS.map(str::to_owned).to_vec(),
            by_source: ranked(&sums.by_source),
            by_destination: ranked(&sums.by_destination),
            member_sources_by_end_day: sums.member_sources.iter().map(day_address).collect(),
            member_destinations_by_end_day: sums.member_destinations.iter().map(day_address).collect(),
        },
        scenario3: Prefixes {
            prefix1: "10.1.1.0/27".to_owned(),
            prefix2: "10.1.1.64/27".to_owned(),
            flows: sums
                .flows
                .iter()
                .map(|((source, destination, protocol, port), &bytes)| FlowBytes {
                    source: source.to_string(),
                    destination: destination.to_string(),
                    protocol: protocol.clone(),
                    port: *port,
                    bytes,
                })
                .collect(),
            by_end_day: sums
                .flows_by_day
                .iter()
                .map(|((day, source, target, protocol, port), &bytes)| DayFlowBytes {
                    day: day.clone(),
                    flow: format!("{source}-{target}-{protocol}{port}"),
                    bytes,
                })
                .collect(),
        },
        scenario4: ExpressRoute {
            site_prefix: "10.4.0.0/16".to_owned(),
            azure_prefix: "10.1.0.0/16".to_owned(),
            overall: sums.overall,
            last_24_hours: sums.last_intervals,
            last_24_hours_by_flow_start: sums.last_rows,
        },
    };
    let mut talkers: Vec<_> = sums.talkers.iter().collect();
    talkers.sort_by_key(|((source, target), (bytes, _))| (std::cmp::Reverse(*bytes), ip(source), ip(target)));
    let talker = |((source, destination), &(bytes, tuples)): (&(String, String), &(u64, u64))| Talker {
        source: source.clone(),
        destination: destination.clone(),
        bytes,
        tuples,
    };
    Truth {
        format_version: weir_flowgen::FORMAT_VERSION,
        config: truth.config.clone(),
        made: truth.made.clone(),
        totals,
        days: days
            .iter()
            .map(|(day, totals)| DayTotals { day: day.clone(), totals: totals.clone() })
            .collect(),
        hours: hours.collect(),
        denied: denied.collect(),
        scenarios: Some(scenarios),
        top_talkers: talkers.into_iter().take(50).map(talker).collect(),
    }
}

/// A row after reduction by 60-minute intervals.
#[derive(Default)]
struct Row<'a> {
    /// One of its tuples, for the parts they have in common.
    like: Option<Tuple<'a>>,
    flow_start_ms: i64,
    counts: [u64; 4],
    tuples_with_bytes: u64,
    /// A bit for each interval of 10 minutes with a tuple.
    intervals: u8,
}

impl<'a> Row<'a> {
    fn add(&mut self, tuple: Tuple<'a>, interval: i64) {
        self.intervals |= 1 << interval;
        if self.like.is_none_or(|_| tuple.time_ms < self.flow_start_ms) {
            self.flow_start_ms = tuple.time_ms;
        }
        for (sum, count) in self.counts.iter_mut().zip(tuple.counts) {
            *sum += count;
        }
        self.tuples_with_bytes += u64::from(tuple.counts[1] + tuple.counts[3] > 0);
        self.like = Some(tuple);
    }
}

type RowKey<'a> = (&'a str, &'a str, u16, &'a str, &'a str, &'a str, char, bool, &'a str);

fn count(sums: &mut Sums, blob: &Blob, end_ms: i64) {
    let records = blob.records();
    let mut rows: HashMap<RowKey<'_>, Row<'_>> = HashMap::new();
    let hour = records[0].time_ms.div_euclid(HOUR_MS);
    let (start_day, end_day) = (day(hour * HOUR_MS), day((hour + 1) * HOUR_MS));
    let totals = sums.hours.entry(format!("{start_day}T{:02}:00:00Z", hour.rem_euclid(24))).or_default();
    totals.blobs += 1;
    totals.bytes += blob.text.len() as u64;
    totals.records += records.len() as u64;
    for record in &records {
        for group in &record.groups {
            for text in &group.tuples {
                let tuple = tuple(text, record.version);
                count_tuple(totals, &tuple);
                if tuple.denied {
                    let rule = (group.acl.to_owned(), group.rule.to_owned(), tuple.direction);
                    *sums.denied.entry(rule).or_default() += 1;
                }
                let key = (
                    tuple.source,
                    tuple.target,
                    tuple.target_port,
                    tuple.protocol,
                    group.acl,
                    group.rule,
                    tuple.direction,
                    tuple.denied,
                    tuple.encryption,
                );
                rows.entry(key).or_default().add(tuple, record.time_ms.rem_euclid(HOUR_MS) / 600_000);
            }
        }
    }
    totals.rows_60_minutes += rows.len() as u64;
    totals.rows_10_minutes += rows.values().map(|row| u64::from(row.intervals.count_ones())).sum::<u64>();
    let day_before_end_ms = end_ms - 24 * HOUR_MS;
    for row in rows.values() {
        let mut site = SitePair::default();
        scenario(sums, row, &mut site, &start_day, &end_day);
        add_pair(&mut sums.overall, &site);
        if hour * HOUR_MS >= day_before_end_ms {
            add_pair(&mut sums.last_intervals, &site);
        }
        if row.flow_start_ms > day_before_end_ms {
            add_pair(&mut sums.last_rows, &site);
        }
    }
}

fn count_tuple(totals: &mut Totals, tuple: &Tuple<'_>) {
    totals.tuples += 1;
    match tuple.state {
        Some('B') => totals.states.begin += 1,
        Some('C') => totals.states.continuing += 1,
        Some('E') => totals.states.end += 1,
        Some(_) => totals.states.deny += 1,
        None => totals.states.unstated += 1,
    }
    let started = u64::from(tuple.denied || matches!(tuple.state, Some('B') | None));
    let (decided, flows) = match (tuple.direction, tuple.denied) {
        ('I', false) => (&mut totals.decisions.inbound_allowed, &mut totals.flows.allowed_in),
        ('I', true) => (&mut totals.decisions.inbound_denied, &mut totals.flows.denied_in),
        (_, false) => (&mut totals.decisions.outbound_allowed, &mut totals.flows.allowed_out),
        (_, true) => (&mut totals.decisions.outbound_denied, &mut totals.flows.denied_out),
    };
    *decided += 1;
    *flows += started;
    totals.flows.completed += u64::from(tuple.state == Some('E'));
    totals.packets_src_to_dest += tuple.counts[0];
    totals.bytes_src_to_dest += tuple.counts[1];
    totals.packets_dest_to_src += tuple.counts[2];
    totals.bytes_dest_to_src += tuple.counts[3];
}

fn scenario(sums: &mut Sums, row: &Row<'_>, site: &mut SitePair, start_day: &str, end_day: &str) {
    let tuple = row.like.expect("a row has tuples");
    let (source, target) = (tuple.source, tuple.target);
    let bytes = row.counts[1] + row.counts[3];
    let app = format!("{}{}", tuple.protocol, tuple.target_port);
    if bytes > 0 {
        let talker = sums.talkers.entry((source.to_owned(), target.to_owned())).or_default();
        *talker = (talker.0 + bytes, talker.1 + row.tuples_with_bytes);
    }
    if source == "10.1.1.8" {
        *sums.destinations.entry(target.to_owned()).or_default() += bytes;
        if target == LEAK {
            *sums.leak_by_end_day.entry((end_day.to_owned(), app.clone())).or_default() += bytes;
            *sums.leak_by_start_day.entry((start_day.to_owned(), app)).or_default() += bytes;
        }
    }
    if MEMBERS.contains(&source) || MEMBERS.contains(&target) {
        *sums.by_source.entry(source.to_owned()).or_default() += bytes;
        *sums.by_destination.entry(target.to_owned()).or_default() += bytes;
    }
    if MEMBERS.contains(&source) {
        *sums.member_sources.entry((end_day.to_owned(), ip(source))).or_default() += bytes;
    }
    if MEMBERS.contains(&target) {
        *sums.member_destinations.entry((end_day.to_owned(), ip(target))).or_default() += bytes;
    }
    let part = |address: &str| match ip(address) {
        IpAddr::V6(_) => 0,
        IpAddr::V4(address) => match address.octets() {
            [10, 1, 1, last] if last < 32 => 1,
            [10, 1, 1, last] if (64..96).contains(&last) => 2,
            _ => 0,
        },
    };
    if part(source) * part(target) == 2 {
        let key = (ip(source), ip(target), tuple.protocol.to_owned(), tuple.target_port);
        *sums.flows.entry(key.clone()).or_default() += bytes;
        let (source, target, protocol, port) = key;
        *sums.flows_by_day.entry((end_day.to_owned(), source, target, protocol, port)).or_default() += bytes;
    }
    let side = match (source.starts_with("10.4."), target.starts_with("10.4.")) {
        (true, false) if target.starts_with("10.1.") => &mut site.onprem_to_azure,
        (false, true) if source.starts_with("10.1.") => &mut site.azure_to_onprem,
        _ => return,
    };
    side.bytes_src_to_dest += row.counts[1];
    side.bytes_dest_to_src += row.counts[3];
}

fn add(into: &mut Totals, from: &Totals) {
    // By way of JSON, so that a field cannot be forgotten.
    let sum = |into: serde_json::Value, from: serde_json::Value| sum(into, from);
    let value = |totals: &Totals| serde_json::to_value(totals).expect("totals are JSON");
    *into = serde_json::from_value(sum(value(into), value(from))).expect("a sum of totals are totals");
}

fn sum(into: serde_json::Value, from: serde_json::Value) -> serde_json::Value {
    match (into, from) {
        (serde_json::Value::Object(into), serde_json::Value::Object(mut from)) => into
            .into_iter()
            .map(|(key, value)| {
                let other = from.remove(&key).expect("both have the key");
                (key, sum(value, other))
            })
            .collect(),
        (into, from) => (into.as_u64().expect("a count") + from.as_u64().expect("a count")).into(),
    }
}

fn add_pair(into: &mut SitePair, from: &SitePair) {
    for (into, from) in
        [(&mut into.onprem_to_azure, from.onprem_to_azure), (&mut into.azure_to_onprem, from.azure_to_onprem)]
    {
        into.bytes_src_to_dest += from.bytes_src_to_dest;
        into.bytes_dest_to_src += from.bytes_dest_to_src;
    }
}

fn ranked(bytes: &HashMap<String, u64>) -> Vec<AddressBytes> {
    let mut ranked: Vec<_> = bytes.iter().collect();
    ranked.sort_by_key(|&(address, &bytes)| (std::cmp::Reverse(bytes), ip(address)));
    ranked.into_iter().map(|(address, &bytes)| AddressBytes { address: address.clone(), bytes }).collect()
}

fn ip(text: &str) -> IpAddr {
    text.parse().expect(text)
}

fn day(time_ms: i64) -> String {
    let ticks = time_ms * 10_000 + weir_value::datetime::UNIX_EPOCH;
    weir_value::datetime::format(ticks)[..10].to_owned()
}
