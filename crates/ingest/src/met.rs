//! The public addresses that flows met: the rows of `NTAIpDetails`, one for each address, interval and flow type.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;
use weir_decode::Address;
use weir_enrich::{EnrichedFlow, FlowType, PublicAddress, PublicId};
use weir_intel::{FeedsVersion, Lookups};
use weir_reduce::{Interval, IntervalNumber};
use weir_table::rows::{IpDetail, IpDetails, Run, day_of};
use weir_table::{Batch, Error};
use xxhash_rust::xxh3::Xxh3;

use crate::arrange::beginning_of;
use crate::decorate::Chosen;
use crate::run::table;

/// Addresses that are remembered, so that no second row is written, over all intervals and flow types; of more, some have
/// several rows.
const KNOWN_MAX: usize = 1 << 20;
/// Rows of a file: they are small, and texts that they share are written once for each row group.
const FILE_ROWS: usize = 120_000;
/// Where rows come in the order of their hours, or nearly, an interval is over once so many came without one of it.
const ROWS_WITHOUT_MAX: usize = 1 << 20;
/// Addresses that room is made for, where an interval before had so many.
const EXPECTED_MAX: usize = 1 << 18;

/// A row's public end, in an interval.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Meeting {
    pub interval: IntervalNumber,
    pub flow_type: FlowType,
    pub public: PublicId,
    /// When the log was read, microseconds since the Unix epoch.
    pub processed_micros: i64,
}

impl Meeting {
    /// That of a row, if it has one.
    pub fn of(row: &EnrichedFlow) -> Option<Self> {
        Some(Meeting {
            interval: row.flow.key.interval,
            flow_type: row.decoration.flow_type,
            public: row.public?,
            processed_micros: row.processed_micros,
        })
    }
}

/// What was met in a run.
#[derive(Debug, Default)]
pub(crate) struct Met {
    state: Mutex<State>,
    in_order: bool,
}

#[derive(Debug, Default)]
struct State {
    known: Known,
    pending: Details,
}

/// Addresses that were met, by interval.
#[derive(Debug, Default)]
struct Known {
    of: BTreeMap<IntervalNumber, InInterval>,
    count: usize,
    /// Rows so far.
    rows: usize,
}

#[derive(Debug, Default)]
struct InInterval {
    /// How many rows there were at the last one of it.
    last: usize,
    of: BTreeMap<FlowType, Addresses>,
}

#[derive(Debug, Default)]
struct Addresses {
    ipv4: HashSet<u32, foldhash::fast::RandomState>,
    ipv6: HashSet<Address, foldhash::fast::RandomState>,
}

impl Known {
    /// Whether it was not known before.
    fn insert(&mut self, interval: IntervalNumber, flow_type: FlowType, address: Address) -> bool {
        self.rows += 1;
        let rows = self.rows;
        let here = self.of.get_mut(&interval).and_then(|here| {
            here.last = rows;
            here.of.get_mut(&flow_type)
        });
        let Addresses { ipv4, ipv6 } = match here {
            Some(known) => known,
            None => self.begin(interval, flow_type),
        };
        let new = match address.ipv4() {
            Some(address) => ipv4.insert(address),
            None => ipv6.insert(address),
        };
        self.count += usize::from(new);
        new
    }

    /// Makes room for what is likely to come: intervals are much alike.
    fn begin(&mut self, interval: IntervalNumber, flow_type: FlowType) -> &mut Addresses {
        let before = self.of.range(..interval).next_back().and_then(|(_, before)| before.of.get(&flow_type));
        let mut addresses = Addresses::default();
        addresses.ipv4.reserve(before.map_or(0, |before| before.ipv4.len()).min(EXPECTED_MAX));
        let here = self.of.entry(interval).or_default();
        here.last = self.rows;
        here.of.entry(flow_type).or_insert(addresses)
    }

    /// Forgets intervals that are over, where rows come in order, and the earliest where there are too many.
    fn forget(&mut self, in_order: bool) {
        let over = if in_order { self.rows.saturating_sub(ROWS_WITHOUT_MAX) } else { 0 };
        let count = &mut self.count;
        self.of.retain(|_, here| {
            let kept = here.last >= over;
            *count -= if kept { 0 } else { here.count() };
            kept
        });
        while self.count > KNOWN_MAX
            && let Some((_, here)) = self.of.pop_first()
        {
            self.count -= here.count();
        }
    }
}

impl InInterval {
    fn count(&self) -> usize {
        self.of.values().map(|addresses| addresses.ipv4.len() + addresses.ipv6.len()).sum()
    }
}

/// Rows of `NTAIpDetails` that are not yet written, and what they refer to.
#[derive(Debug, Default)]
pub(crate) struct Details {
    days: BTreeMap<i32, Vec<IpDetail>>,
    versions: Vec<FeedsVersion>,
    lookups: Vec<Arc<Lookups>>,
    rows: usize,
}

impl Met {
    /// Where rows come `in_order` of their hours, addresses of the earlier ones need not be remembered.
    pub fn new(in_order: bool) -> Self {
        Met { in_order, ..Met::default() }
    }

    /// Takes the public ends of decorated rows in. `write` is called with what has become enough for a file;
    /// without it all are kept.
    pub fn add(
        &self,
        meetings: impl Iterator<Item = Meeting>,
        interval: Interval,
        chosen: &Chosen<'_>,
        write: Option<&dyn Fn(Details) -> Result<(), Error>>,
    ) -> Result<(), Error> {
        let full = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let mut last = None;
            for Meeting { interval: number, flow_type, public, processed_micros } in meetings {
                // Rows come sorted by address.
                let key = (number, flow_type, public);
                if last.replace(key) == Some(key) {
                    continue;
                }
                let public = *chosen.addresses.get(public);
                if state.known.insert(number, flow_type, public.address) {
                    let interval_start_micros = interval.start_micros(number);
                    let detail = IpDetail { public, flow_type, interval_start_micros, processed_micros };
                    state.pending.push(detail, chosen);
                }
            }
            state.known.forget(self.in_order);
            let full = write.filter(|_| state.pending.rows >= FILE_ROWS);
            full.map(|write| (write, std::mem::take(&mut state.pending)))
        };
        full.map_or(Ok(()), |(write, details)| write(details))
    }

    /// What is not yet written.
    pub fn rest(&self) -> Details {
        std::mem::take(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner).pending)
    }
}

impl Details {
    fn push(&mut self, detail: IpDetail, chosen: &Chosen<'_>) {
        let feeds =
            detail.public.feeds.map(|number| self.number(chosen.versions[number], &chosen.lookups[number]));
        let public = PublicAddress { feeds, ..detail.public };
        let day = day_of(detail.interval_start_micros);
        self.days.entry(day).or_default().push(IpDetail { public, ..detail });
        self.rows += 1;
    }

    /// The number of a version here.
    fn number(&mut self, version: FeedsVersion, lookups: &Arc<Lookups>) -> usize {
        self.versions.iter().position(|known| *known == version).unwrap_or_else(|| {
            self.versions.push(version);
            self.lookups.push(Arc::clone(lookups));
            self.versions.len() - 1
        })
    }

    /// Writes them, day by day.
    pub fn write(
        mut self,
        batch: &Batch,
        runtime: &Handle,
        run: &Run<'_>,
        now_micros: i64,
    ) -> Result<(), Error> {
        for (day, details) in &mut self.days {
            // By the text of the address, as readers compare it.
            details.sort_by_cached_key(|detail| {
                let address = detail.public.address;
                (beginning_of(address), address, detail.interval_start_micros, detail.flow_type)
            });
            let rows = IpDetails::new(details, &self.lookups, run);
            runtime.block_on(batch.write(table("NTAIpDetails")?, *day, now_micros, &rows))?;
        }
        Ok(())
    }

    /// What the rows say, times of processing left out, as hashes.
    pub fn said(&self, run: &Run<'_>) -> HashSet<u64> {
        let mut said = HashSet::with_capacity(self.rows);
        for details in self.days.values() {
            let rows = IpDetails::new(details, &self.lookups, run);
            for (row, detail) in details.iter().enumerate() {
                said.insert(hash_of(detail.interval_start_micros, rows.text(row), rows.port(row)));
            }
        }
        said
    }
}

/// The names of the columns of texts that [`hash_of`] takes, in their order.
pub(crate) const TEXTS: [&str; 8] =
    ["Ip", "FlowType", "Location", "PublicIpDetails", "ThreatType", "ThreatDescription", "DnsDomain", "Url"];

/// A hash of what a row of `NTAIpDetails` says.
pub(crate) fn hash_of(interval_start_micros: i64, texts: [&str; 8], port: Option<i32>) -> u64 {
    let mut hash = Xxh3::new();
    hash.update(&interval_start_micros.to_le_bytes());
    hash.update(&port.map_or(-1, i64::from).to_le_bytes());
    for text in texts {
        hash.update(&(text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    hash.digest()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOW_TYPE: FlowType = FlowType::ExternalPublic;

    fn address(number: u32) -> Address {
        Address::from_ipv4(number)
    }

    #[test]
    fn intervals_are_forgotten_once_many_rows_came_without_one_of_them() {
        for in_order in [true, false] {
            let mut known = Known::default();
            let (early, late) = (IntervalNumber(1), IntervalNumber(2));
            let late_rows = |known: &mut Known, count: usize| {
                for _ in 0..count {
                    known.insert(late, FLOW_TYPE, address(2));
                }
                known.forget(in_order);
            };
            assert!(
                known.insert(early, FLOW_TYPE, address(1)) && !known.insert(early, FLOW_TYPE, address(1))
            );
            late_rows(&mut known, ROWS_WITHOUT_MAX);
            // A row of another type says that the interval is not over.
            assert!(known.insert(early, FlowType::MaliciousFlow, address(1)));
            late_rows(&mut known, ROWS_WITHOUT_MAX);
            assert_eq!((known.count, known.insert(early, FLOW_TYPE, address(1))), (3, false));
            late_rows(&mut known, ROWS_WITHOUT_MAX + 1);
            assert_eq!(known.count, if in_order { 1 } else { 3 });
            assert_eq!(known.insert(early, FLOW_TYPE, address(1)), in_order);
        }
    }
}
