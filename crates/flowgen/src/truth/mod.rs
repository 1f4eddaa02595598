//! The ground truth: what a reader of the generated logs has to find.
//!
//! It is counted while tuples are written, from the values and not from the text, and shares no code with any
//! reader. `truth.json` is [`Truth`] as JSON, its fields in the order below. `truth-rows.parquet` has every row
//! that remains after reduction by 60 minutes, with what decoration has to say of it (`docs/simulation.md`).
//!
//! - Days and hours are those of the **record's** time, in UTC. The tuples of a record may be up to 62 s
//!   older.
//! - Packets and bytes are sums over continuing and end tuples; *src to dest* is from the side that opened
//!   the flow.
//! - Rows are what remains after reduction: distinct combinations of interval of the record's time, flow
//!   log, target resource, MAC, source address, destination address, destination port, protocol, ACL, rule,
//!   direction, status and encryption. Addresses are as logged: nothing is folded by country or region.
//! - A flow between two logged NICs counts at both, as in the logs.
//! - NSG flow logs have no encryption and no security-admin, platform or unevaluated rules; version 1 logs
//!   each allowed or denied flow once, without state and counters.

mod carried;
mod decoration;
mod detail;
mod ends;
mod key;
mod rows;
mod scenarios;
mod tally;

use serde::{Deserialize, Serialize};

use crate::clock::UnixSeconds;
use crate::config::{LogFormat, Scale, TruthDetail};

pub(crate) use rows::{BlobRows, ROWS_FILE, RowsWriter};
pub use scenarios::{
    AddressBytes, AppBytes, BalancerMembers, DayAddressBytes, DayFlowBytes, DirectionBytes, ExpressRoute,
    FlowBytes, Prefixes, Scenarios, SitePair, Talker, WatchedHost,
};
pub(crate) use tally::Tally;

/// Layout of `truth.json`.
pub const FORMAT_VERSION: u32 = 2;

/// The ground truth of a generated set of logs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truth {
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// What was asked for.
    pub config: ConfigTruth,
    /// What the request came to.
    pub made: Made,
    /// Everything together.
    pub totals: Totals,
    /// The same by UTC day of the record's time, ascending; days without blobs are left out.
    pub days: Vec<DayTotals>,
    /// By hour of the record's time, ascending; hours without blobs are left out.
    pub hours: Vec<HourTotals>,
    /// Denied tuples by rule, sorted by ACL, rule and direction.
    pub denied: Vec<DeniedByRule>,
    /// The answers to the published recipes; absent when only totals were asked for.
    pub scenarios: Option<Scenarios>,
    /// The pairs with the most bytes both ways, at most 50, most first; empty when only totals were asked
    /// for.
    pub top_talkers: Vec<Talker>,
}

/// The configuration, threads apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigTruth {
    /// Seed.
    pub seed: u64,
    /// End of the span, exclusive.
    pub end: UnixSeconds,
    /// Length of the span.
    pub hours: u32,
    /// Scale.
    pub scale: Scale,
    /// Format.
    pub format: LogFormat,
    /// Detail.
    pub truth: TruthDetail,
}

/// What the request came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// Start of the span, `2026-11-15T09:00:00Z`, inclusive.
    pub start: String,
    /// End of the span, exclusive.
    pub end: String,
    /// Network interfaces in all.
    pub nics: u64,
    /// Of these, background machines.
    pub background_nics: u64,
    /// Factor on the company's short flows, in thousandths.
    pub planted_permille: u64,
    /// Factor on the background machines' short flows, in thousandths.
    pub background_permille: u64,
}

/// Counts of a span.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Blobs.
    pub blobs: u64,
    /// Bytes of the blobs.
    pub bytes: u64,
    /// Records.
    pub records: u64,
    /// Flow tuples.
    pub tuples: u64,
    /// Flow tuples by state.
    pub states: States,
    /// Flow tuples by direction and decision.
    pub decisions: Decisions,
    /// Flows as the analytics tables count them.
    pub flows: Flows,
    /// Packets from source to destination.
    pub packets_src_to_dest: u64,
    /// Bytes from source to destination.
    pub bytes_src_to_dest: u64,
    /// Packets from destination to source.
    pub packets_dest_to_src: u64,
    /// Bytes from destination to source.
    pub bytes_dest_to_src: u64,
    /// Rows after reduction by 60-minute intervals.
    pub rows_60_minutes: u64,
    /// Rows after reduction by 10-minute intervals.
    pub rows_10_minutes: u64,
}

/// Tuples by state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct States {
    /// Begin.
    pub begin: u64,
    /// Continuing.
    pub continuing: u64,
    /// End.
    pub end: u64,
    /// Denied. NSG flow logs version 2 write the letter of a begin.
    pub deny: u64,
    /// NSG flow logs version 1, which have no state.
    pub unstated: u64,
}

/// Tuples by direction and decision.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decisions {
    /// Inbound, allowed.
    pub inbound_allowed: u64,
    /// Inbound, denied.
    pub inbound_denied: u64,
    /// Outbound, allowed.
    pub outbound_allowed: u64,
    /// Outbound, denied.
    pub outbound_denied: u64,
}

/// Flows as the columns of the same names count them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flows {
    /// Begin tuples, inbound; for NSG version 1 all allowed inbound tuples.
    pub allowed_in: u64,
    /// The same, outbound.
    pub allowed_out: u64,
    /// Denied tuples, inbound.
    pub denied_in: u64,
    /// Denied tuples, outbound.
    pub denied_out: u64,
    /// End tuples.
    pub completed: u64,
}

/// Counts of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayTotals {
    /// `2026-11-15`.
    pub day: String,
    /// Counts of that day.
    #[serde(flatten)]
    pub totals: Totals,
}

/// Counts of an hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HourTotals {
    /// `2026-11-15T09:00:00Z`.
    pub hour: String,
    /// Blobs.
    pub blobs: u64,
    /// Bytes of the blobs.
    pub bytes: u64,
    /// Records.
    pub records: u64,
    /// Flow tuples.
    pub tuples: u64,
    /// Rows after reduction by 60-minute intervals.
    pub rows_60_minutes: u64,
    /// Rows after reduction by 10-minute intervals.
    pub rows_10_minutes: u64,
}

/// Denied tuples of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeniedByRule {
    /// `aclID` as logged; in NSG flow logs the id of the group.
    pub acl: String,
    /// Rule as logged.
    pub rule: String,
    /// `I` or `O`.
    pub direction: char,
    /// Denied tuples.
    pub tuples: u64,
}

impl Totals {
    pub(crate) fn add(&mut self, other: &Totals) {
        self.blobs += other.blobs;
        self.bytes += other.bytes;
        self.records += other.records;
        self.tuples += other.tuples;
        self.states.begin += other.states.begin;
        self.states.continuing += other.states.continuing;
        self.states.end += other.states.end;
        self.states.deny += other.states.deny;
        self.states.unstated += other.states.unstated;
        self.decisions.inbound_allowed += other.decisions.inbound_allowed;
        self.decisions.inbound_denied += other.decisions.inbound_denied;
        self.decisions.outbound_allowed += other.decisions.outbound_allowed;
        self.decisions.outbound_denied += other.decisions.outbound_denied;
        self.flows.allowed_in += other.flows.allowed_in;
        self.flows.allowed_out += other.flows.allowed_out;
        self.flows.denied_in += other.flows.denied_in;
        self.flows.denied_out += other.flows.denied_out;
        self.flows.completed += other.flows.completed;
        self.packets_src_to_dest += other.packets_src_to_dest;
        self.bytes_src_to_dest += other.bytes_src_to_dest;
        self.packets_dest_to_src += other.packets_dest_to_src;
        self.bytes_dest_to_src += other.bytes_dest_to_src;
        self.rows_60_minutes += other.rows_60_minutes;
        self.rows_10_minutes += other.rows_10_minutes;
    }
}
