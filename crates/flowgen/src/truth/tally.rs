//! Counting while blobs are written.

use std::collections::BTreeMap;

use super::detail::DetailTally;
use super::key::{INTERVAL_BITS, pack};
use super::rows::{BlobRows, Row};
use super::{ConfigTruth, DayTotals, DeniedByRule, FORMAT_VERSION, HourTotals, Made, Totals, Truth};
use crate::blob::{Generation, Layout, Witness};
use crate::clock::{HOURS_PER_DAY, day_text, hour_text};
use crate::config::TruthDetail;
use crate::traffic::{Plan, State, Tuple};

/// The counts of one worker.
pub(crate) struct Tally {
    blob: Totals,
    /// Hour of the blob, counted from the epoch.
    hour: i64,
    /// Keys of the rows of the blob, repeated.
    rows: Vec<u128>,
    /// The rows of the blob with what they sum up, a tuple each; none when totals are enough.
    summed: Option<Vec<Row>>,
    /// Denied tuples of the blob by rule and direction.
    denied_of_blob: Vec<[u64; 2]>,
    days: BTreeMap<i64, Totals>,
    hours: BTreeMap<i64, Totals>,
    denied: BTreeMap<(String, String, char), u64>,
    detail: Option<DetailTally>,
}

impl Tally {
    pub(crate) fn new(plan: &Plan, detail: TruthDetail) -> Self {
        Tally {
            blob: Totals::default(),
            hour: 0,
            rows: Vec::new(),
            summed: (detail == TruthDetail::Full).then(Vec::new),
            denied_of_blob: Vec::new(),
            days: BTreeMap::new(),
            hours: BTreeMap::new(),
            denied: BTreeMap::new(),
            detail: (detail == TruthDetail::Full).then(|| DetailTally::new(plan)),
        }
    }

    pub(crate) fn start_blob(&mut self, hour: i64, layout: &Layout) {
        self.hour = hour;
        self.blob = Totals::default();
        self.rows.clear();
        self.summed.iter_mut().for_each(Vec::clear);
        self.denied_of_blob.clear();
        self.denied_of_blob.resize(layout.rules.len(), [0; 2]);
    }

    /// Finishes the blob of a NIC; out come its rows, unless totals are enough.
    pub(crate) fn finish_blob(&mut self, nic: usize, layout: Layout, bytes: u64) -> Option<BlobRows> {
        self.blob.blobs = 1;
        self.blob.bytes = bytes;
        self.rows.sort_unstable();
        let mut last = None;
        for &row in &self.rows {
            let same = |shift: u32| last.is_some_and(|last: u128| last >> shift == row >> shift);
            self.blob.rows_10_minutes += u64::from(!same(0));
            self.blob.rows_60_minutes += u64::from(!same(INTERVAL_BITS));
            last = Some(row);
        }
        self.days.entry(self.hour.div_euclid(HOURS_PER_DAY)).or_default().add(&self.blob);
        self.hours.entry(self.hour).or_default().add(&self.blob);
        for (rule, counts) in layout.rules.iter().zip(&self.denied_of_blob) {
            for (&tuples, direction) in counts.iter().zip(['O', 'I']) {
                if let (Some(rule), 1..) = (rule, tuples) {
                    *self.denied.entry((rule.acl.clone(), rule.rule.clone(), direction)).or_default() +=
                        tuples;
                }
            }
        }
        if let Some(detail) = &mut self.detail {
            detail.finish_blob();
        }
        let rows = self.summed.as_mut().map(|rows| folded(rows))?;
        Some(BlobRows { nic, hour: self.hour, layout, rows })
    }

    /// Takes in what another worker counted.
    pub(crate) fn merge(&mut self, other: Tally) {
        for (day, totals) in other.days {
            self.days.entry(day).or_default().add(&totals);
        }
        for (hour, totals) in other.hours {
            self.hours.entry(hour).or_default().add(&totals);
        }
        for (rule, tuples) in other.denied {
            *self.denied.entry(rule).or_default() += tuples;
        }
        if let Some((detail, other)) = self.detail.as_mut().zip(other.detail) {
            detail.merge(other);
        }
    }

    pub(crate) fn truth(self, config: ConfigTruth, made: Made, plan: &Plan) -> Truth {
        let mut totals = Totals::default();
        self.days.values().for_each(|day| totals.add(day));
        let days = self.days.into_iter().map(|(day, totals)| DayTotals { day: day_text(day), totals });
        let hours = self.hours.into_iter().map(|(hour, totals)| HourTotals {
            hour: hour_text(hour),
            blobs: totals.blobs,
            bytes: totals.bytes,
            records: totals.records,
            tuples: totals.tuples,
            rows_60_minutes: totals.rows_60_minutes,
            rows_10_minutes: totals.rows_10_minutes,
        });
        let denied = self.denied.into_iter();
        let (scenarios, top_talkers) = self.detail.map(|detail| detail.results(&plan.company)).unzip();
        Truth {
            format_version: FORMAT_VERSION,
            config,
            made,
            totals,
            days: days.collect(),
            hours: hours.collect(),
            denied: denied
                .map(|((acl, rule, direction), tuples)| DeniedByRule { acl, rule, direction, tuples })
                .collect(),
            scenarios,
            top_talkers: top_talkers.unwrap_or_default(),
        }
    }
}

impl Witness for Tally {
    fn tuple(&mut self, tuple: &Tuple, minute: i64, generation: Generation) {
        let blob = &mut self.blob;
        blob.tuples += 1;
        let denied = tuple.state == State::Deny;
        let stateless = generation == Generation::Nsg { version: 1 };
        match tuple.state {
            _ if stateless => blob.states.unstated += 1,
            State::Begin => blob.states.begin += 1,
            State::Continuing => blob.states.continuing += 1,
            State::End => blob.states.end += 1,
            State::Deny => blob.states.deny += 1,
        }
        let started = u64::from(tuple.state == State::Begin);
        match (tuple.inbound, denied) {
            (true, false) => {
                blob.decisions.inbound_allowed += 1;
                blob.flows.allowed_in += started;
            }
            (true, true) => {
                blob.decisions.inbound_denied += 1;
                blob.flows.denied_in += 1;
            }
            (false, false) => {
                blob.decisions.outbound_allowed += 1;
                blob.flows.allowed_out += started;
            }
            (false, true) => {
                blob.decisions.outbound_denied += 1;
                blob.flows.denied_out += 1;
            }
        }
        blob.flows.completed += u64::from(tuple.state == State::End);
        blob.packets_src_to_dest += tuple.counts.sent_packets;
        blob.bytes_src_to_dest += tuple.counts.sent_bytes;
        blob.packets_dest_to_src += tuple.counts.received_packets;
        blob.bytes_dest_to_src += tuple.counts.received_bytes;
        if denied {
            self.denied_of_blob[usize::from(tuple.rule)][usize::from(tuple.inbound)] += 1;
        }
        let key = pack(tuple, minute, generation);
        self.rows.push(key);
        if let Some(summed) = &mut self.summed {
            summed.push(Row { key: key >> INTERVAL_BITS, view: tuple.view, counts: tuple.counts });
        }
        if let Some(detail) = &mut self.detail {
            detail.tuple(tuple, self.hour);
        }
    }

    fn record(&mut self) {
        self.blob.records += 1;
    }
}

/// One row a key and view, in the order of keys.
fn folded(rows: &mut [Row]) -> Vec<Row> {
    rows.sort_unstable_by_key(|row| (row.key, row.view));
    let mut folded: Vec<Row> = Vec::new();
    for row in rows {
        match folded.last_mut() {
            Some(last) if (last.key, last.view) == (row.key, row.view) => last.counts += row.counts,
            _ => folded.push(*row),
        }
    }
    folded
}
