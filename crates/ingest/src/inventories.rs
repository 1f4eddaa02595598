//! The inventories that hold at the times of flows, as decorators.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;
use weir_enrich::{
    CapturePoint, Decoration, DecorationTally, Decorator, Ends, EnrichedFlow, Memo, l7_protocol,
};
use weir_reduce::{Interval, Names, ReducedFlow};
use weir_table::{Error, Workspace, rows, topology};
use weir_topology::{History, SnapshotName};

/// Bytes of decorators that are kept for the next rows. The last one is kept in any case.
const KEPT_BYTES_MAX: usize = 1 << 30;

/// The snapshots of a workspace, read when rows of their times come.
#[derive(Debug)]
pub struct Inventories {
    workspace: Workspace,
    runtime: Handle,
    history: History,
    /// The last ones that were needed, the latest at the end.
    kept: Mutex<Vec<(SnapshotName, Arc<Decorator>)>>,
}

impl Inventories {
    /// The snapshots that a workspace has now.
    pub fn of(workspace: &Workspace, runtime: &Handle) -> Result<Self, Error> {
        let history = runtime.block_on(topology::load(workspace))?;
        let (workspace, runtime) = (workspace.clone(), runtime.clone());
        Ok(Inventories { workspace, runtime, history, kept: Mutex::default() })
    }

    /// The snapshots, by time.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The decorator of a snapshot.
    pub fn decorator(&self, name: &SnapshotName) -> Result<Arc<Decorator>, Error> {
        // Others wait while one reads: they are likely to need the same.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = kept.iter().position(|(known, _)| known == name) {
            let known = kept.remove(place);
            let decorator = Arc::clone(&known.1);
            kept.push(known);
            return Ok(decorator);
        }
        let snapshot = self.runtime.block_on(topology::read(&self.workspace, name))?;
        let decorator = Arc::new(Decorator::new(&snapshot.inventory));
        kept.push((name.clone(), Arc::clone(&decorator)));
        let mut bytes: usize = kept.iter().map(|(_, decorator)| decorator.bytes()).sum();
        while bytes > KEPT_BYTES_MAX && kept.len() > 1 {
            bytes -= kept.remove(0).1.bytes();
        }
        Ok(decorator)
    }
}

/// The decorators that some rows need, each by a number.
#[derive(Debug)]
pub(crate) struct Chosen<'a> {
    inventories: &'a Inventories,
    names: Vec<SnapshotName>,
    pub decorators: Vec<Arc<Decorator>>,
    last: Option<(i64, Option<usize>)>,
}

impl<'a> Chosen<'a> {
    pub fn new(inventories: &'a Inventories) -> Self {
        Chosen { inventories, names: Vec::new(), decorators: Vec::new(), last: None }
    }

    /// The number of the decorator that holds at a time, microseconds since the Unix epoch.
    pub fn at(&mut self, micros: i64) -> Result<Option<usize>, Error> {
        if let Some((time, number)) = self.last
            && time == micros
        {
            return Ok(number);
        }
        let number = match self.inventories.history.at(micros) {
            None => None,
            Some(name) => Some(match self.names.iter().position(|known| known == name) {
                Some(number) => number,
                None => {
                    self.decorators.push(self.inventories.decorator(name)?);
                    self.names.push(name.clone());
                    self.names.len() - 1
                }
            }),
        };
        self.last = Some((micros, number));
        Ok(number)
    }
}

/// Decorates rows, which are sorted by source and destination, each by the inventory of its interval.
pub(crate) fn decorate(
    flows: Vec<ReducedFlow>,
    names: &Names,
    interval: Interval,
    chosen: &mut Chosen<'_>,
) -> Result<(Vec<EnrichedFlow>, DecorationTally), Error> {
    let mut tally = DecorationTally::default();
    let mut memo = Memo::default();
    // By decorator, then by source; made when the first row asks.
    let mut capture_points: Vec<Vec<Option<CapturePoint>>> = Vec::new();
    let mut enriched = Vec::with_capacity(flows.len());
    for flow in flows {
        let key = &flow.key;
        let number = chosen.at(interval.start_micros(key.interval))?;
        let (decoration, nic_unknown) = match number {
            None => (Decoration::by_address(key.src_ip, key.dest_ip), false),
            Some(number) => {
                let decorator = &chosen.decorators[number];
                capture_points.resize(chosen.decorators.len(), Vec::new());
                let points = &mut capture_points[number];
                let source = key.source.0 as usize;
                if points.len() <= source {
                    points.resize(names.sources().len(), None);
                }
                let captured_at = *points[source].get_or_insert_with(|| {
                    let source = names.source(key.source);
                    let (target_type, target) = rows::target(source);
                    decorator.capture_point(&source.mac, target_type, &target)
                });
                let ends = Ends { src: key.src_ip, dest: key.dest_ip, direction: key.direction, captured_at };
                (memo.decorate(number, decorator, &ends), !captured_at.is_known())
            }
        };
        tally.add(&decoration, nic_unknown);
        let l7_protocol = l7_protocol(key.protocol, key.dest_port);
        enriched.push(EnrichedFlow { flow, l7_protocol, decoration, decorator: number });
    }
    Ok((enriched, tally))
}
