//! Counting for the published recipes.

use std::collections::{BTreeMap, HashMap};
use std::net::Ipv4Addr;

use super::scenarios::{
    AddressBytes, AppBytes, BalancerMembers, DayAddressBytes, DayFlowBytes, ExpressRoute, FlowBytes,
    Prefixes, Scenarios, SitePair, Talker, WatchedHost,
};
use crate::clock::{HOUR_MS, HOURS_PER_DAY, day_text};
use crate::model::address::unpacked;
use crate::model::talk::Protocol;
use crate::model::{Company, DROP_POINT, WATCHED_HOST};
use crate::traffic::{Plan, State, Tuple};

const TALKERS_MAX: usize = 50;
const PREFIX1: Prefix = Prefix::new(Ipv4Addr::new(10, 1, 1, 0), 27);
const PREFIX2: Prefix = Prefix::new(Ipv4Addr::new(10, 1, 1, 64), 27);
const SITE: Prefix = Prefix::new(Ipv4Addr::new(10, 4, 0, 0), 16);
const AZURE: Prefix = Prefix::new(Ipv4Addr::new(10, 1, 0, 0), 16);

/// An address prefix.
#[derive(Debug, Clone, Copy)]
struct Prefix {
    network: Ipv4Addr,
    length: u32,
}

impl Prefix {
    const fn new(network: Ipv4Addr, length: u32) -> Self {
        Prefix { network, length }
    }

    fn holds(self, address: u32) -> bool {
        (address ^ u32::from(self.network)) >> (32 - self.length) == 0
    }

    fn text(self) -> String {
        format!("{}/{}", self.network, self.length)
    }
}

/// Protocol and destination port.
type App = (Protocol, u16);
/// Source, destination, application.
type FlowKey = (u32, u32, App);

/// The detailed counts of one worker.
pub(super) struct DetailTally {
    watched: u32,
    members: Vec<u32>,
    /// The first hour of the last 24.
    last_day_hour: i64,
    destinations: HashMap<u32, u64>,
    leak_by_hour: BTreeMap<(i64, App), u64>,
    by_source: HashMap<u32, u64>,
    by_target: HashMap<u32, u64>,
    member_sources: BTreeMap<(i64, u32), u64>,
    member_targets: BTreeMap<(i64, u32), u64>,
    prefixes: BTreeMap<(i64, FlowKey), u64>,
    overall: SitePair,
    last_intervals: SitePair,
    last_rows: SitePair,
    /// Rows of the blob that may have begun before the last 24 hours: earliest tuple and bytes each way.
    boundary_rows: HashMap<(FlowKey, u16), (i64, u64, u64)>,
    talkers: HashMap<(u32, u32), (u64, u64)>,
}

impl DetailTally {
    pub(super) fn new(plan: &Plan) -> Self {
        DetailTally {
            watched: watched(&plan.company).into(),
            members: members(&plan.company),
            last_day_hour: plan.end_hour() - HOURS_PER_DAY,
            destinations: HashMap::new(),
            leak_by_hour: BTreeMap::new(),
            by_source: HashMap::new(),
            by_target: HashMap::new(),
            member_sources: BTreeMap::new(),
            member_targets: BTreeMap::new(),
            prefixes: BTreeMap::new(),
            overall: SitePair::default(),
            last_intervals: SitePair::default(),
            last_rows: SitePair::default(),
            boundary_rows: HashMap::new(),
            talkers: HashMap::new(),
        }
    }

    /// Counts a tuple of the blob of an hour.
    pub(super) fn tuple(&mut self, tuple: &Tuple, hour: i64) {
        let (source, target) = (tuple.source, tuple.target);
        let app = (tuple.protocol, tuple.target_port);
        let bytes = tuple.counts.sent_bytes + tuple.counts.received_bytes;
        // Intervals end when the next hour begins.
        let end_day = (hour + 1).div_euclid(HOURS_PER_DAY);
        if bytes > 0 {
            let talker = self.talkers.entry((source, target)).or_default();
            talker.0 += bytes;
            talker.1 += 1;
        }
        if source == self.watched {
            *self.destinations.entry(target).or_default() += bytes;
            if target == u32::from(DROP_POINT) {
                *self.leak_by_hour.entry((hour, app)).or_default() += bytes;
            }
        }
        let (member_source, member_target) = (self.members.contains(&source), self.members.contains(&target));
        if member_source || member_target {
            *self.by_source.entry(source).or_default() += bytes;
            *self.by_target.entry(target).or_default() += bytes;
        }
        if member_source {
            *self.member_sources.entry((end_day, source)).or_default() += bytes;
        }
        if member_target {
            *self.member_targets.entry((end_day, target)).or_default() += bytes;
        }
        let between = |one: Prefix, other: Prefix| one.holds(source) && other.holds(target);
        if between(PREFIX1, PREFIX2) || between(PREFIX2, PREFIX1) {
            *self.prefixes.entry((end_day, (source, target, app))).or_default() += bytes;
        }
        if between(SITE, AZURE) || between(AZURE, SITE) {
            self.site(tuple, hour, (source, target, app));
        }
    }

    fn site(&mut self, tuple: &Tuple, hour: i64, key: FlowKey) {
        let (sent, received) = (tuple.counts.sent_bytes, tuple.counts.received_bytes);
        let from_site = SITE.holds(tuple.source);
        self.overall.add(from_site, sent, received);
        if hour >= self.last_day_hour {
            self.last_intervals.add(from_site, sent, received);
        }
        if hour > self.last_day_hour {
            self.last_rows.add(from_site, sent, received);
        } else if hour == self.last_day_hour {
            // Direction and encryption follow from the blob and the pair; rule and decision do not.
            let rule = tuple.rule << 1 | u16::from(tuple.state == State::Deny);
            let row = self.boundary_rows.entry((key, rule)).or_insert((tuple.time_ms, 0, 0));
            row.0 = row.0.min(tuple.time_ms);
            row.1 += sent;
            row.2 += received;
        }
    }

    pub(super) fn finish_blob(&mut self) {
        let boundary_ms = self.last_day_hour * HOUR_MS;
        for (((source, ..), _), (earliest_ms, sent, received)) in self.boundary_rows.drain() {
            if earliest_ms > boundary_ms {
                self.last_rows.add(SITE.holds(source), sent, received);
            }
        }
    }

    pub(super) fn merge(&mut self, other: DetailTally) {
        add_all(&mut self.destinations, other.destinations);
        add_all(&mut self.by_source, other.by_source);
        add_all(&mut self.by_target, other.by_target);
        for (into, from) in [
            (&mut self.member_sources, other.member_sources),
            (&mut self.member_targets, other.member_targets),
        ] {
            from.into_iter().for_each(|(key, bytes)| *into.entry(key).or_default() += bytes);
        }
        other
            .leak_by_hour
            .into_iter()
            .for_each(|(key, bytes)| *self.leak_by_hour.entry(key).or_default() += bytes);
        other.prefixes.into_iter().for_each(|(key, bytes)| *self.prefixes.entry(key).or_default() += bytes);
        self.overall.merge(&other.overall);
        self.last_intervals.merge(&other.last_intervals);
        self.last_rows.merge(&other.last_rows);
        for (pair, (bytes, tuples)) in other.talkers {
            let talker = self.talkers.entry(pair).or_default();
            talker.0 += bytes;
            talker.1 += tuples;
        }
    }

    pub(super) fn results(self, company: &Company) -> (Scenarios, Vec<Talker>) {
        let mut leak_by_end_day = BTreeMap::new();
        let mut leak_by_start_day = BTreeMap::new();
        for (&(hour, app), &bytes) in &self.leak_by_hour {
            *leak_by_end_day.entry(((hour + 1).div_euclid(HOURS_PER_DAY), app)).or_default() += bytes;
            *leak_by_start_day.entry((hour.div_euclid(HOURS_PER_DAY), app)).or_default() += bytes;
        }
        let mut flows: BTreeMap<FlowKey, u64> = BTreeMap::new();
        for (&(_, key), &bytes) in &self.prefixes {
            *flows.entry(key).or_default() += bytes;
        }
        let balancers = company.load_balancers.iter().filter(|balancer| balancer.name.contains("web"));
        let scenarios = Scenarios {
            scenario1: WatchedHost {
                source: address(self.watched),
                destinations: ranked(self.destinations),
                leak_destination: DROP_POINT.to_string(),
                leak_by_end_day: by_app(leak_by_end_day),
                leak_by_start_day: by_app(leak_by_start_day),
            },
            scenario2: BalancerMembers {
                load_balancers: balancers.map(|balancer| balancer.name.to_owned()).collect(),
                members: self.members.iter().copied().map(address).collect(),
                by_source: ranked(self.by_source),
                by_destination: ranked(self.by_target),
                member_sources_by_end_day: by_day(self.member_sources),
                member_destinations_by_end_day: by_day(self.member_targets),
            },
            scenario3: Prefixes {
                prefix1: PREFIX1.text(),
                prefix2: PREFIX2.text(),
                flows: flows.into_iter().map(flow_bytes).collect(),
                by_end_day: self.prefixes.into_iter().map(day_flow_bytes).collect(),
            },
            scenario4: ExpressRoute {
                site_prefix: SITE.text(),
                azure_prefix: AZURE.text(),
                overall: self.overall,
                last_24_hours: self.last_intervals,
                last_24_hours_by_flow_start: self.last_rows,
            },
        };
        (scenarios, top_talkers(self.talkers))
    }
}

fn watched(company: &Company) -> Ipv4Addr {
    let nic = company.nic_of(WATCHED_HOST).map(|nic| &company.nics[nic]);
    nic.map_or(Ipv4Addr::UNSPECIFIED, |nic| nic.address)
}

/// Backends and frontends of the load balancers whose name contains `web`.
fn members(company: &Company) -> Vec<u32> {
    let balancers = company.load_balancers.iter().filter(|balancer| balancer.name.contains("web"));
    let addresses = balancers.flat_map(|balancer| {
        let backends = balancer.backends.iter().map(|&nic| company.nics[nic].address);
        backends.chain([balancer.frontend])
    });
    let mut members: Vec<u32> = addresses.map(u32::from).collect();
    members.sort_unstable();
    members.dedup();
    members
}

fn add_all(into: &mut HashMap<u32, u64>, from: HashMap<u32, u64>) {
    from.into_iter().for_each(|(key, bytes)| *into.entry(key).or_default() += bytes);
}

fn address(address: u32) -> String {
    unpacked(address).to_string()
}

fn protocol(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Tcp => "TCP",
        Protocol::Udp => "UDP",
    }
}

fn ranked(bytes: HashMap<u32, u64>) -> Vec<AddressBytes> {
    let mut ranked: Vec<_> = bytes.into_iter().collect();
    ranked.sort_unstable_by_key(|&(address, bytes)| (std::cmp::Reverse(bytes), address));
    ranked.into_iter().map(|(of, bytes)| AddressBytes { address: address(of), bytes }).collect()
}

fn by_app(bytes: BTreeMap<(i64, App), u64>) -> Vec<AppBytes> {
    let app = |(of, port): App| format!("{}{port}", protocol(of));
    bytes.into_iter().map(|((day, of), bytes)| AppBytes { day: day_text(day), app: app(of), bytes }).collect()
}

fn by_day(bytes: BTreeMap<(i64, u32), u64>) -> Vec<DayAddressBytes> {
    let row = |((day, of), bytes)| DayAddressBytes { day: day_text(day), address: address(of), bytes };
    bytes.into_iter().map(row).collect()
}

fn flow_bytes(((source, target, (of, port)), bytes): (FlowKey, u64)) -> FlowBytes {
    FlowBytes {
        source: address(source),
        destination: address(target),
        protocol: protocol(of).to_owned(),
        port,
        bytes,
    }
}

fn day_flow_bytes(((day, (source, target, (of, port))), bytes): ((i64, FlowKey), u64)) -> DayFlowBytes {
    let flow = format!("{}-{}-{}{port}", address(source), address(target), protocol(of));
    DayFlowBytes { day: day_text(day), flow, bytes }
}

fn top_talkers(talkers: HashMap<(u32, u32), (u64, u64)>) -> Vec<Talker> {
    let mut ranked: Vec<_> = talkers.into_iter().collect();
    ranked.sort_unstable_by_key(|&(pair, (bytes, _))| (std::cmp::Reverse(bytes), pair));
    ranked.truncate(TALKERS_MAX);
    let talker = |((source, target), (bytes, tuples))| Talker {
        source: address(source),
        destination: address(target),
        bytes,
        tuples,
    };
    ranked.into_iter().map(talker).collect()
}
