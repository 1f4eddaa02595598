//! Records in, rows out: what is counted, what is a row of its own, and that nothing is lost.

#![allow(clippy::unwrap_used)] // what helps tests may fail as they do

mod conserved;
mod rows;

use std::collections::BTreeMap;

use weir_decode::{Decoder, Limits, Tally};
use weir_reduce::{Counters, FlowKey, Interval, Names, ReducedFlow, Reducer};

fn reduce(blob: &str, interval: Interval) -> (Vec<ReducedFlow>, Names, Tally) {
    let mut reducer = Reducer::new(interval);
    let mut decoder = Decoder::new(Limits::default());
    decoder.feed(blob.as_bytes(), true, &mut reducer);
    let (flows, names) = reducer.finish();
    (flows, names, decoder.tally().clone())
}

/// A VNet record of one group, written at `time`.
fn record_at(time: &str, mac: &str, rule: &str, tuples: &[String]) -> String {
    format!(
        r#"{{"time":"{time}","flowLogVersion":4,"macAddress":"{mac}","category":"FlowLogFlowEvent","flowLogResourceID":"/S/LOG","targetResourceID":"/s/vnet","flowRecords":{{"flows":[{{"aclID":"acl","flowGroups":[{{"rule":"{rule}","flowTuples":[{}]}}]}}]}}}}"#,
        tuples.iter().map(|t| format!("{t:?}")).collect::<Vec<_>>().join(",")
    )
}

fn record(minute: u32, tuples: &[String]) -> String {
    record_at(&format!("2026-08-13T21:{minute:02}:21.5Z"), "000D3A1B2C3D", "UserRule_web", tuples)
}

/// Rows by their key in words, whatever numbers the names got; rows of one key are added up.
fn by_name(flows: &[ReducedFlow], names: &Names) -> BTreeMap<String, Counters> {
    let mut rows = BTreeMap::new();
    for ReducedFlow { key, counters } in flows {
        let FlowKey { src_ip, dest_ip, interval, dest_port, protocol, direction, decision, .. } = key;
        let text = format!(
            "{src_ip} {dest_ip} {interval:?} {dest_port} {protocol} {direction:?} {decision:?} {} {:?} {:?}",
            names.word(key.encryption),
            names.source(key.source),
            names.rule(key.rule),
        );
        rows.entry(text)
            .and_modify(|sum: &mut Counters| *sum = sum.add(counters).unwrap())
            .or_insert(*counters);
    }
    rows
}
