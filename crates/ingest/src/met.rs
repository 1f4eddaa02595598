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
/// Where rows come in the order of their hours, or nearly, an interval is over that so many parts had no row of.
const PARTS_WITHOUT_MAX: usize = 16;

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

/// Addresses that were met, by interval and flow type.
#[derive(Debug, Default)]
struct Known {
    of: BTreeMap<(IntervalNumber, FlowType), Addresses>,
    count: usize,
    /// Parts so far.
    parts: usize,
}

#[derive(Debug, Default)]
struct Addresses {
    /// The number of the last part that had one.
    part: usize,
    ipv4: HashSet<u32, foldhash::fast::RandomState>,
    ipv6: HashSet<Address, foldhash::fast::RandomState>,
}

impl Known {
    /// Whether it was not known before.
    fn insert(&mut self, interval: IntervalNumber, flow_type: FlowType, address: Address) -> bool {
        let key = (interval, flow_type);
        let Addresses { part, ipv4, ipv6 } = match self.of.get_mut(&key) {
            Some(known) => known,
            None => {
                // Intervals are much alike.
                let before = self.of.iter().rev().find(|((_, before), _)| *before == flow_type);
                let mut addresses = Addresses::default();
                addresses.ipv4.reserve(before.map_or(0, |(_, before)| before.ipv4.len()));
                self.of.entry(key).or_insert(addresses)
            }
        };
        *part = self.parts;
        let new = match address.ipv4() {
            Some(address) => ipv4.insert(address),
            None => ipv6.insert(address),
        };
        self.count += usize::from(new);
        new
    }

    /// A part is done with: forgets intervals that are over, where rows come in order, and the earliest where there are
    /// too many.
    fn end_part(&mut self, in_order: bool) {
        let over = if in_order { self.parts.saturating_sub(PARTS_WITHOUT_MAX) } else { 0 };
        self.parts += 1;
        let count = &mut self.count;
        self.of.retain(|_, addresses| {
            let kept = addresses.part >= over;
            *count -= if kept { 0 } else { addresses.count() };
            kept
        });
        while self.count > KNOWN_MAX
            && let Some((_, addresses)) = self.of.pop_first()
        {
            self.count -= addresses.count();
        }
    }
}

impl Addresses {
    fn count(&self) -> usize {
        self.ipv4.len() + self.ipv6.len()
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
    /// Where rows come in the order of their hours, so that addresses of the earlier ones need not be remembered.
    pub fn in_order() -> Self {
        Met { in_order: true, ..Met::default() }
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
            state.known.end_part(self.in_order);
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
    fn intervals_are_forgotten_that_many_parts_had_no_row_of() {
        for in_order in [true, false] {
            let mut known = Known::default();
            let (early, late) = (IntervalNumber(1), IntervalNumber(2));
            assert!(
                known.insert(early, FLOW_TYPE, address(1)) && !known.insert(early, FLOW_TYPE, address(1))
            );
            known.end_part(in_order);
            for _ in 0..PARTS_WITHOUT_MAX {
                known.insert(late, FLOW_TYPE, address(2));
                known.end_part(in_order);
            }
            assert_eq!((known.count, known.insert(early, FLOW_TYPE, address(1))), (2, false));
            for _ in 0..=PARTS_WITHOUT_MAX {
                known.end_part(in_order);
            }
            known.insert(late, FLOW_TYPE, address(3));
            known.end_part(in_order);
            assert_eq!(known.insert(early, FLOW_TYPE, address(1)), in_order);
        }
    }
}
