//! From tuples to the bytes of a blob.

mod layout;
mod text;

pub(crate) use layout::{Generation, Layout, generations};

use crate::clock::{Grid, RecordTime, write_time};
use crate::dice::scramble;
use crate::traffic::{State, Tuple};

/// A record that has grown beyond this is closed, and another one with the same time goes on.
const RECORD_BYTES: usize = 32_768;
/// One minute of so many is cut in two at low volume too.
const CUT_MINUTES: u64 = 61;
/// One record of so many names an ACL once per rule instead of once.
const REPEATED_ACLS: u64 = 6;

/// Told of every tuple as it is written, and of every record.
pub(crate) trait Witness {
    /// A tuple was written to a record of that minute, counted from the epoch.
    fn tuple(&mut self, tuple: &Tuple, minute: i64, generation: Generation);
    /// A record was finished.
    fn record(&mut self);
}

/// Buffers that live as long as a worker.
#[derive(Default)]
pub(crate) struct Scratch {
    /// Time within the window and position of each tuple: sorting this is cheaper than sorting tuples.
    order: Vec<u64>,
    /// The tuples of the record under construction, by rule.
    by_rule: Vec<Vec<u8>>,
}

/// Writes a blob; nothing when no tuple is logged. Tuples are sorted by time, those of one moment stay in
/// order.
pub(crate) fn write(
    layout: &Layout,
    grid: &Grid,
    hour: i64,
    tuples: &[Tuple],
    scratch: &mut Scratch,
    witness: &mut impl Witness,
    out: &mut Vec<u8>,
) {
    out.clear();
    let window = grid.window(hour);
    scratch.order.clear();
    let logged = |tuple: &Tuple| layout.rules[usize::from(tuple.rule)].is_some();
    let positions = tuples.iter().enumerate().filter(|(_, tuple)| logged(tuple));
    let key = |(position, tuple): (usize, &Tuple)| {
        ((tuple.time_ms - window.start_ms) as u64) << 32 | position as u64
    };
    scratch.order.extend(positions.map(key));
    scratch.order.sort_unstable();
    scratch.by_rule.resize_with(layout.rules.len().max(scratch.by_rule.len()), Vec::new);

    let mut writer = Writer { layout, by_rule: &mut scratch.by_rule, bytes: 0, tuples: 0, witness, out };
    let mut rest = scratch.order.as_slice();
    let mut minute = hour * 60;
    while let Some(first) = rest.first() {
        let offset = |key: u64| (key >> 32) as i64 + window.start_ms;
        while grid.limit_ms(minute) <= offset(*first) {
            minute += 1;
        }
        let limit_ms = grid.limit_ms(minute);
        let count = rest.partition_point(|&key| offset(key) < limit_ms);
        let (now, later) = rest.split_at(count);
        writer.minute(minute, grid.record(minute), now.iter().map(|&key| &tuples[key as u32 as usize]));
        rest = later;
    }
    if !out.is_empty() {
        out.extend_from_slice(b"]}");
    }
}

struct Writer<'a, W> {
    layout: &'a Layout,
    by_rule: &'a mut [Vec<u8>],
    /// Text in `by_rule`.
    bytes: usize,
    /// Tuples in `by_rule`.
    tuples: usize,
    witness: &'a mut W,
    out: &'a mut Vec<u8>,
}

impl<W: Witness> Writer<'_, W> {
    fn minute<'t>(
        &mut self,
        minute: i64,
        time: RecordTime,
        tuples: impl ExactSizeIterator<Item = &'t Tuple>,
    ) {
        let generation = self.layout.generation_at(minute);
        let draw = scramble(time.time_ms as u64 ^ u64::from(time.fraction) << 48);
        let cut_at = if draw.is_multiple_of(CUT_MINUTES) { tuples.len().div_ceil(2) } else { usize::MAX };
        for (number, tuple) in tuples.enumerate() {
            if generation == (Generation::Nsg { version: 1 })
                && !matches!(tuple.state, State::Begin | State::Deny)
            {
                continue;
            }
            self.tuple(tuple, generation);
            self.witness.tuple(tuple, minute, generation);
            if self.layout.head.len() + self.bytes > RECORD_BYTES || number + 1 == cut_at {
                self.record(time, generation, draw);
            }
        }
        self.record(time, generation, draw);
    }

    fn tuple(&mut self, tuple: &Tuple, generation: Generation) {
        let text = &mut self.by_rule[usize::from(tuple.rule)];
        let before = text.len();
        if before == 0 {
            self.bytes +=
                self.layout.rules[usize::from(tuple.rule)].as_ref().map_or(0, |rule| rule.acl.len() + 60);
        } else {
            text.push(b',');
        }
        match generation {
            Generation::Vnet => text::vnet(text, tuple),
            Generation::Nsg { version } => text::nsg(text, tuple, version),
        }
        self.bytes += text.len() - before;
        self.tuples += 1;
    }

    fn record(&mut self, time: RecordTime, generation: Generation, draw: u64) {
        if self.tuples == 0 {
            return;
        }
        self.out.extend_from_slice(if self.out.is_empty() { b"{\"records\":[" } else { b"," });
        self.out.extend_from_slice(b"{\"time\":\"");
        write_time(self.out, time);
        self.out.extend_from_slice(self.layout.head.as_bytes());
        match generation {
            Generation::Vnet => self.vnet_flows((draw >> 8).is_multiple_of(REPEATED_ACLS)),
            Generation::Nsg { version } => self.nsg_flows(version),
        }
        self.witness.record();
        self.bytes = 0;
        self.tuples = 0;
    }

    fn vnet_flows(&mut self, repeat_acls: bool) {
        let repeat_acls = repeat_acls || self.layout.one_rule_per_acl;
        let mut last_acl: Option<&str> = None;
        for index in self.layout.order.iter().copied() {
            let (Some(rule), text) = (&self.layout.rules[index], &mut self.by_rule[index]) else { continue };
            if text.is_empty() {
                continue;
            }
            if last_acl == Some(&rule.acl) && !repeat_acls {
                self.out.push(b',');
            } else {
                self.out.extend_from_slice(if last_acl.is_some() {
                    b"]},{\"aclID\":\""
                } else {
                    b"{\"aclID\":\""
                });
                self.out.extend_from_slice(rule.acl.as_bytes());
                self.out.extend_from_slice(b"\",\"flowGroups\":[");
            }
            last_acl = Some(&rule.acl);
            self.out.extend_from_slice(b"{\"rule\":\"");
            self.out.extend_from_slice(rule.rule.as_bytes());
            self.out.extend_from_slice(b"\",\"flowTuples\":[");
            self.out.append(text);
            self.out.extend_from_slice(b"]}");
        }
        // Group array, ACL, flow array, flow records, record.
        self.out.extend_from_slice(b"]}]}}");
    }

    fn nsg_flows(&mut self, version: u8) {
        self.out.push(b'0' + version);
        self.out.extend_from_slice(b",\"flows\":[");
        let mut first = true;
        for (rule, text) in self.layout.rules.iter().zip(self.by_rule.iter_mut()) {
            let (Some(rule), false) = (rule, text.is_empty()) else { continue };
            self.out.extend_from_slice(if first { b"{\"rule\":\"" } else { b",{\"rule\":\"" });
            first = false;
            self.out.extend_from_slice(rule.rule.as_bytes());
            self.out.extend_from_slice(b"\",\"flows\":[{\"mac\":\"");
            self.out.extend_from_slice(self.layout.mac().as_bytes());
            self.out.extend_from_slice(b"\",\"flowTuples\":[");
            self.out.append(text);
            self.out.extend_from_slice(b"]}]}");
        }
        self.out.extend_from_slice(b"]}}");
    }
}
