//! Rows of a scope taken out of the tables.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use tokio::runtime::Handle;
use weir_reduce::{Interval, IntervalNumber};
use weir_table::{Batch, Bound, DataFile, Error, ROWS, TRAFFIC, TableFiles, Workspace};
use xxhash_rust::xxh3::Xxh3;

use super::scope::Scope;
use crate::each::on_each;
use crate::run::table;
use crate::stored::Texts;

const KEYS: [&str; 5] = ["MacAddress", "FlowIntervalStartTime", "SrcIp", "DestIp", "FlowType"];

/// Addresses of rows that left that are remembered; beyond, `NTAIpDetails` may keep some that no row has.
const ADDRESSES_MAX: usize = 2 << 20;

/// Takes the rows of a scope out when the batch is committed.
pub(crate) struct TakeOut<'a> {
    batch: &'a Batch,
    runtime: &'a Handle,
    scope: &'a Scope,
    times: Range<i64>,
    days: BTreeSet<i32>,
    interval: Interval,
    now_micros: i64,
    threads: usize,
    flows: TableFiles,
    folded: TableFiles,
    details: TableFiles,
}

/// What left.
#[derive(Debug, Default)]
pub(crate) struct Left {
    /// Rows of `NTANetAnalytics`.
    pub rows: u64,
    /// Their packets and bytes.
    pub traffic: [i128; 4],
    /// Hashes of the intervals, flow types and addresses of all rows with both addresses.
    met: HashSet<u64>,
}

impl<'a> TakeOut<'a> {
    pub fn new(
        workspace: &Workspace,
        (batch, runtime): (&'a Batch, &'a Handle),
        scope: &'a Scope,
        now_micros: i64,
        threads: usize,
    ) -> Result<Self, Error> {
        let read = |name| runtime.block_on(workspace.files(table(name)?));
        let (flows, folded) = (read("NTANetAnalytics")?, read("WeirPublicIps")?);
        let (interval, details) = (workspace.settings().interval(), read("NTAIpDetails")?);
        Ok(TakeOut {
            batch,
            runtime,
            scope,
            times: scope.times(),
            days: scope.days(),
            interval,
            now_micros,
            threads,
            flows,
            folded,
            details,
        })
    }

    /// Takes the rows out, folded ones with what was folded.
    pub fn rows(&self) -> Result<Left, Error> {
        let left = Mutex::new(Left::default());
        let files = self.files();
        on_each(
            &files,
            self.threads,
            || (),
            |(table, file), ()| {
                let content = self.runtime.block_on(self.batch.read(table, file))?;
                let leaving = |read: &RecordBatch| {
                    let rows = Rows::of(read, self.interval);
                    let leaving: Vec<bool> =
                        (0..read.num_rows()).map(|row| rows.is_in(row, self.scope)).collect();
                    let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
                    let met =
                        (0..).zip(&leaving).filter(|(_, leaves)| **leaves).flat_map(|(row, _)| rows.met(row));
                    let room = ADDRESSES_MAX.saturating_sub(left.met.len());
                    left.met.extend(met.take(room));
                    leaving
                };
                let taken = self.batch.take_out(content, self.now_micros, &KEYS, leaving);
                let sums = self.runtime.block_on(taken)?;
                if table.table.name == self.flows.table.name {
                    let sum = |name| sums.get(name).copied().unwrap_or_default();
                    let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
                    left.rows += u64::try_from(sum(ROWS)).unwrap_or_default();
                    left.traffic.iter_mut().zip(TRAFFIC).for_each(|(all, name)| *all += sum(name));
                }
                Ok(())
            },
        )?;
        Ok(left.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes from `NTAIpDetails` what it says of addresses that no row has any more that stays.
    pub fn details(&self, left: &mut Left) -> Result<(), Error> {
        let mut gone = std::mem::take(&mut left.met);
        for (table, file) in self.files() {
            if gone.is_empty() {
                return Ok(());
            }
            let content = self.runtime.block_on(self.batch.read(table, file))?;
            for read in content.batches(Some(&KEYS))? {
                let read = read?;
                let rows = Rows::of(&read, self.interval);
                let staying = (0..read.num_rows()).filter(|row| !rows.is_in(*row, self.scope));
                staying.flat_map(|row| rows.met(row)).for_each(|met| _ = gone.remove(&met));
            }
        }
        for file in self.details.files.iter().filter(|file| self.may_have(file)) {
            let content = self.runtime.block_on(self.batch.read(&self.details, file))?;
            let leaving = |read: &RecordBatch| {
                let (ips, types) = (Texts::of(read, "Ip"), Texts::of(read, "FlowType"));
                let starts = Starts::of(read);
                let hash = |row| hash_of(starts.at(row), types.text(row), ips.text(row));
                (0..read.num_rows()).map(|row| gone.contains(&hash(row))).collect()
            };
            let keys = ["Ip", "FlowType", "FlowIntervalStartTime"];
            self.runtime.block_on(self.batch.take_out(content, self.now_micros, &keys, leaving))?;
        }
        Ok(())
    }

    /// The files that may have rows of the scope.
    fn files(&self) -> Vec<(&TableFiles, &DataFile)> {
        let mut files = Vec::new();
        for table in [&self.flows, &self.folded] {
            files.extend(table.files.iter().filter(|file| self.may_have(file)).map(|file| (table, file)));
        }
        files
    }

    fn may_have(&self, file: &DataFile) -> bool {
        let Range { start, end } = self.times;
        let bounds = file.bounds.get("FlowIntervalStartTime");
        let (low, high) = bounds.map_or((None, None), |bounds| (bounds.low.as_ref(), bounds.high.as_ref()));
        let before = matches!(high, Some(Bound::Number(high)) if *high < start);
        let behind = matches!(low, Some(Bound::Number(low)) if *low >= end);
        self.days.contains(&file.day) && !before && !behind
    }
}

/// What decides on rows.
struct Rows<'a> {
    interval: Interval,
    macs: Texts<'a>,
    starts: Starts<'a>,
    ends: [Texts<'a>; 2],
    types: Texts<'a>,
}

impl<'a> Rows<'a> {
    fn of(read: &'a RecordBatch, interval: Interval) -> Self {
        let text = |name| Texts::of(read, name);
        let (macs, types) = (text("MacAddress"), text("FlowType"));
        Rows { interval, macs, starts: Starts::of(read), ends: [text("SrcIp"), text("DestIp")], types }
    }

    fn is_in(&self, row: usize, scope: &Scope) -> bool {
        let interval: IntervalNumber = self.interval.number_of(self.starts.at(row));
        scope.has(self.macs.text(row), interval)
    }

    /// Both ends of a row, as rows of `NTAIpDetails` would name them; rows that stand for others are left out.
    fn met(&self, row: usize) -> impl Iterator<Item = u64> {
        let ips = self.ends.each_ref().map(|ends| ends.text(row));
        let whole = ips.iter().all(|ip| !ip.is_empty());
        let (start, flow_type) = (self.starts.at(row), self.types.text(row));
        ips.map(|ip| hash_of(start, flow_type, ip)).into_iter().filter(move |_| whole)
    }
}

/// The starts of the intervals of rows, microseconds since the Unix epoch.
struct Starts<'a>(Option<&'a arrow_array::TimestampMicrosecondArray>);

impl<'a> Starts<'a> {
    fn of(read: &'a RecordBatch) -> Self {
        let column = read.column_by_name("FlowIntervalStartTime");
        Starts(column.and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>()))
    }

    fn at(&self, row: usize) -> i64 {
        self.0.map_or(0, |times| times.value(row))
    }
}

fn hash_of(interval_start_micros: i64, flow_type: &str, ip: &str) -> u64 {
    let mut hash = Xxh3::new();
    hash.update(&interval_start_micros.to_le_bytes());
    hash.update(&(flow_type.len() as u64).to_le_bytes());
    hash.update(flow_type.as_bytes());
    hash.update(ip.as_bytes());
    hash.digest()
}
