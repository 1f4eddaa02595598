//! Rows made again from what was read of blobs that are as they were.

use std::collections::BTreeMap;

use weir_decode::{DecodedRecord, Discarded, Limits, RecordSink};
use weir_enrich::spelling;
use weir_reduce::{ReducedFlow, Reducer};
use weir_table::{Error, StoredReading};

use super::scope::Scope;
use crate::collect::Collector;
use crate::each::on_each;
use crate::read::chain;
use crate::{Lost, Rereader, reread};

/// Reads readings again and adds their rows of a scope to others. Returns the packets and bytes of these rows, or which
/// blob is not what it was.
pub(crate) fn rebuild(
    readings: Vec<StoredReading>,
    scope: &Scope,
    collector: &Collector<'_>,
    limits: Limits,
    threads: usize,
) -> Result<Result<[i128; 4], String>, Error> {
    let mut by_blob: BTreeMap<String, Vec<StoredReading>> = BTreeMap::new();
    for reading in readings {
        by_blob.entry(reading.blob.clone()).or_default().push(reading);
    }
    let mut blobs: Vec<(String, Vec<StoredReading>)> = by_blob.into_iter().collect();
    blobs.iter_mut().for_each(|(_, readings)| readings.sort_by_key(|reading| reading.bytes.start));
    let reducer = || Reducer::new(collector.interval());
    let sums = on_each(&blobs, threads, reducer, |(name, readings), reducer| {
        one_blob(name, readings, (scope, collector), limits, reducer)
    })?;
    let mut all = [0; 4];
    for sums in sums {
        match sums {
            Ok(sums) => all.iter_mut().zip(sums).for_each(|(all, sum)| *all += sum),
            Err(why) => return Ok(Err(why)),
        }
    }
    Ok(Ok(all))
}

fn one_blob(
    name: &str,
    readings: &[StoredReading],
    (scope, collector): (&Scope, &Collector<'_>),
    limits: Limits,
    reducer: &mut Reducer,
) -> Result<Result<[i128; 4], String>, Error> {
    reducer.restart();
    let mut again = Again { reducer, scope, collector, traffic: [0; 4], failure: None, lost: None };
    match weir_blob::find_named(name) {
        Ok(Some(blob)) => reread(&blob, readings, limits, &mut again),
        Ok(None) => again.lost = Some(Lost::Gone),
        Err(error) => again.lost = Some(Lost::Unreadable(chain(&error))),
    }
    again.pass_on();
    let Again { traffic, failure, lost, .. } = again;
    if let Some(error) = failure {
        return Err(error);
    }
    let needed = "has flows of the same interface and time and is needed to add them up again";
    Ok(lost.map_or(Ok(traffic), |lost| Err(format!("{name} {needed}, and {lost}"))))
}

/// Reduces records again.
struct Again<'a> {
    reducer: &'a mut Reducer,
    scope: &'a Scope,
    collector: &'a Collector<'a>,
    traffic: [i128; 4],
    failure: Option<Error>,
    lost: Option<Lost>,
}

impl Again<'_> {
    /// Passes the rows of the scope on.
    fn pass_on(&mut self) {
        let Again { reducer, scope, collector, traffic, .. } = self;
        let (flows, names) = reducer.drain();
        let macs: Vec<String> =
            names.sources().iter().map(|source| spelling::mac_address(&source.mac)).collect();
        let within: Vec<ReducedFlow> =
            flows.filter(|flow| scope.has(&macs[flow.key.source.0 as usize], flow.key.interval)).collect();
        for flow in &within {
            let counters = &flow.counters;
            let parts = [
                counters.packets_src_to_dest,
                counters.bytes_src_to_dest,
                counters.packets_dest_to_src,
                counters.bytes_dest_to_src,
            ];
            traffic.iter_mut().zip(parts).for_each(|(sum, part)| *sum += i128::from(part));
        }
        if let Err(error) = collector.add(within.into_iter(), names) {
            self.failure.get_or_insert(error);
        }
    }
}

impl RecordSink for Again<'_> {
    fn record(&mut self, record: &DecodedRecord<'_>) {
        let interval = self.collector.interval().number_of(record.header.time_micros);
        if self.scope.has_interval(interval) {
            self.reducer.record(record);
        }
        if self.reducer.len() > self.collector.blob_rows_max() {
            self.pass_on();
        }
    }

    fn discarded(&mut self, _: &Discarded<'_>) {}
}

impl Rereader for Again<'_> {
    fn wants_more(&self) -> bool {
        self.lost.is_none()
    }

    fn stopped(&self) -> bool {
        self.failure.is_some()
    }

    fn settle(&mut self, _: &StoredReading, outcome: Result<(), Lost>) {
        // Nothing is committed when one is lost, so that nothing has to be forgotten.
        if let Err(lost) = outcome {
            self.lost.get_or_insert(lost);
        }
    }
}
