//! Rows decorated by the inventory and the feeds of their times.

use std::sync::Arc;

use tokio::runtime::Handle;
use weir_decode::Address;
use weir_enrich::{
    CapturePoint, Decoration, DecorationTally, Decorator, Ends, EnrichedFlow, Memo, PublicAddresses,
    PublicId, PublicKind, l7_protocol,
};
use weir_intel::{FeedsVersion, Lookups};
use weir_reduce::{Interval, Names, ReducedFlow};
use weir_table::rows::public::PublicEnds;
use weir_table::{Error, Workspace, rows};
use weir_topology::SnapshotName;

use crate::feeds::AddressFeeds;
use crate::inventories::Inventories;

/// All that rows are decorated by.
#[derive(Debug)]
pub(crate) struct Knowledge {
    pub inventories: Inventories,
    pub feeds: AddressFeeds,
}

impl Knowledge {
    /// What a workspace knows now, for who writes to it.
    pub fn of(workspace: &Workspace, runtime: &Handle) -> Result<Self, Error> {
        let inventories = Inventories::of(workspace, runtime)?.keeping();
        Ok(Knowledge { inventories, feeds: AddressFeeds::of(workspace, runtime)? })
    }
}

/// What some rows are decorated by, each by a number, and their public ends.
#[derive(Debug)]
pub(crate) struct Chosen<'a> {
    knowledge: &'a Knowledge,
    snapshots: Vec<SnapshotName>,
    pub decorators: Vec<Arc<Decorator>>,
    pub versions: Vec<FeedsVersion>,
    pub lookups: Vec<Arc<Lookups>>,
    pub addresses: PublicAddresses,
    last: Option<(i64, At)>,
}

/// What holds at a time, by number.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct At {
    pub decorator: Option<usize>,
    pub feeds: Option<usize>,
}

impl<'a> Chosen<'a> {
    pub fn new(knowledge: &'a Knowledge) -> Self {
        Chosen::of_rows(0, knowledge)
    }

    /// So many rows are to come.
    pub fn of_rows(rows: usize, knowledge: &'a Knowledge) -> Self {
        Chosen {
            knowledge,
            snapshots: Vec::new(),
            decorators: Vec::new(),
            versions: Vec::new(),
            lookups: Vec::new(),
            addresses: PublicAddresses::of_rows(rows),
            last: None,
        }
    }

    /// What holds at a time, microseconds since the Unix epoch.
    pub fn at(&mut self, micros: i64) -> Result<At, Error> {
        if let Some((time, at)) = self.last
            && time == micros
        {
            return Ok(at);
        }
        let at = At { decorator: self.decorator_at(micros)?, feeds: self.feeds_at(micros)? };
        self.last = Some((micros, at));
        Ok(at)
    }

    fn decorator_at(&mut self, micros: i64) -> Result<Option<usize>, Error> {
        let inventories = &self.knowledge.inventories;
        let Some(name) = inventories.history().at(micros) else { return Ok(None) };
        if let Some(number) = self.snapshots.iter().position(|known| known == name) {
            return Ok(Some(number));
        }
        self.decorators.push(inventories.decorator(name)?);
        self.snapshots.push(name.clone());
        Ok(Some(self.snapshots.len() - 1))
    }

    fn feeds_at(&mut self, micros: i64) -> Result<Option<usize>, Error> {
        let Some((version, lookups)) = self.knowledge.feeds.at(micros)? else { return Ok(None) };
        Ok(Some(self.versions.iter().position(|known| *known == version).unwrap_or_else(|| {
            self.versions.push(version);
            self.lookups.push(lookups);
            self.versions.len() - 1
        })))
    }

    /// The number of a public address at a time.
    pub fn public(&mut self, address: Address, at: At) -> PublicId {
        self.addresses.number(address, at.feeds.map(|number| (number, &*self.lookups[number])))
    }

    /// Decorates a flow that was logged at `captured_at`, which the decorator of the time told.
    pub fn decorate(&mut self, at: At, ends: &Ends, memo: &mut Memo) -> Decoration {
        let Chosen { decorators, lookups, addresses, .. } = self;
        let feeds = at.feeds.map(|number| (number, &*lookups[number]));
        let public = |address: Address| -> PublicKind {
            let id = addresses.number(address, feeds);
            addresses.get(id).kind()
        };
        match at.decorator {
            None => Decoration::by_address(ends.src, ends.dest),
            Some(number) => memo.decorate((number, at.feeds), &decorators[number], ends, public),
        }
    }

    /// What the public ends of decorated rows refer to.
    pub fn public_ends(&self, list_max: usize) -> PublicEnds<'_> {
        PublicEnds { addresses: &self.addresses, lookups: &self.lookups, folded: None, list_max }
    }
}

/// Decorates rows, which are sorted by source and destination, each by what holds at the start of its interval. With
/// each comes the time at which its log was read.
pub(crate) fn decorate(
    flows: impl ExactSizeIterator<Item = (ReducedFlow, i64)>,
    names: &Names,
    interval: Interval,
    chosen: &mut Chosen<'_>,
) -> Result<(Vec<EnrichedFlow>, DecorationTally), Error> {
    let mut tally = DecorationTally::default();
    let mut memo = Memo::default();
    // By decorator, then by source; made when the first row asks.
    let mut capture_points: Vec<Vec<Option<CapturePoint>>> = Vec::new();
    let mut enriched = Vec::with_capacity(flows.len());
    for (flow, processed_micros) in flows {
        let key = &flow.key;
        let at = chosen.at(interval.start_micros(key.interval))?;
        let captured_at = at.decorator.map_or_else(CapturePoint::default, |number| {
            capture_points.resize(chosen.decorators.len(), Vec::new());
            let points = &mut capture_points[number];
            let source = key.source.0 as usize;
            if points.len() <= source {
                points.resize(names.sources().len(), None);
            }
            *points[source].get_or_insert_with(|| {
                let source = names.source(key.source);
                let (target_type, target) = rows::target(source);
                chosen.decorators[number].capture_point(&source.mac, target_type, &target)
            })
        });
        let ends = Ends { src: key.src_ip, dest: key.dest_ip, direction: key.direction, captured_at };
        let decoration = chosen.decorate(at, &ends, &mut memo);
        tally.add(&decoration, at.decorator.is_some() && !captured_at.is_known());
        enriched.push(EnrichedFlow {
            l7_protocol: l7_protocol(key.protocol, key.dest_port),
            decoration,
            // A part needs a few decorators.
            decorator: at.decorator.map(|number| number as u32),
            public: decoration.public.map(|side| chosen.public(side.of(key.src_ip, key.dest_ip), at)),
            group: None,
            processed_micros,
            flow,
        });
    }
    Ok((enriched, tally))
}
