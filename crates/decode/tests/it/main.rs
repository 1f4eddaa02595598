//! Blobs in, records out: every form a flow log comes in, and every way it can be broken.

mod blobs;
mod broken;
mod heads;
mod pieces;
mod tuples;

use weir_decode::{DecodedRecord, Decoder, Discarded, FlowTuple, Limits, Reason, RecordSink};

/// Keeps everything that a decoder says.
#[derive(Default, Debug, PartialEq)]
struct Kept {
    records: Vec<KeptRecord>,
    discarded: Vec<(Reason, u64, Option<u64>)>,
}

#[derive(Debug, PartialEq)]
struct KeptRecord {
    index: u64,
    header: String,
    groups: Vec<String>,
    tuples: Vec<FlowTuple>,
}

impl RecordSink for Kept {
    fn record(&mut self, record: &DecodedRecord<'_>) {
        let h = &record.header;
        self.records.push(KeptRecord {
            index: record.index,
            header: format!("{:?} {} {} {} {}", h.generation, h.time_micros, h.flow_log, h.target, h.mac),
            groups: record
                .groups
                .iter()
                .map(|g| format!("{}|{}|{}|{:?}", g.acl, g.rule, g.mac, g.tuples))
                .collect(),
            tuples: record.tuples.to_vec(),
        });
    }

    fn discarded(&mut self, discarded: &Discarded<'_>) {
        self.discarded.push((discarded.reason, discarded.record, discarded.tuple));
    }
}

fn decode_pieces(blob: &[u8], piece: usize, limits: Limits) -> (Kept, Decoder) {
    let mut kept = Kept::default();
    let mut decoder = Decoder::new(limits);
    let (mut at, mut end) = (0, 0);
    while end < blob.len() || at == 0 && blob.is_empty() {
        end = (end + piece).min(blob.len());
        at += decoder.feed(&blob[at..end], end == blob.len(), &mut kept);
        if blob.is_empty() {
            break;
        }
    }
    (kept, decoder)
}

fn decode(blob: &str) -> (Kept, Decoder) {
    decode_pieces(blob.as_bytes(), usize::MAX / 2, Limits::default())
}

/// A VNet record of one group.
fn vnet_record(minute: u32, tuples: &[&str]) -> String {
    format!(
        r#"{{"time":"2026-08-13T21:{minute:02}:21.1234567Z","flowLogGUID":"8d1f8f0e-0f1c-4a53-9a5e-6b2f3c1d7a10","macAddress":"000D3A1B2C3D","category":"FlowLogFlowEvent","flowLogResourceID":"/SUBSCRIPTIONS/S/FLOWLOGS/LOG","targetResourceID":"/subscriptions/s/virtualNetworks/Hub","flowLogVersion":4,"operationName":"FlowLogFlowEvent","flowRecords":{{"flows":[{{"aclID":"acl","flowGroups":[{{"rule":"UserRule_web","flowTuples":[{}]}}]}}]}}}}"#,
        tuples.iter().map(|t| format!("{t:?}")).collect::<Vec<_>>().join(",")
    )
}

/// An NSG record of one rule and one interface.
fn nsg_record(version: u32, tuples: &[&str]) -> String {
    format!(
        r#"{{"time":"2021-12-13T10:00:05.1234567Z","systemId":"x","macAddress":"000D3A1B2C3D","category":"NetworkSecurityGroupFlowEvent","resourceId":"/SUBSCRIPTIONS/S/NETWORKSECURITYGROUPS/NSG","operationName":"NetworkSecurityGroupFlowEvents","properties":{{"Version":{version},"flows":[{{"rule":"DefaultRule_DenyAllInBound","flows":[{{"mac":"000D3A1B2C3D","flowTuples":[{}]}}]}}]}}}}"#,
        tuples.iter().map(|t| format!("{t:?}")).collect::<Vec<_>>().join(",")
    )
}

fn blob(records: &[String]) -> String {
    format!(r#"{{"records":[{}]}}"#, records.join(","))
}

const BEGIN: &str = "1786653162636,198.51.100.7,10.0.5.4,59350,8001,6,I,B,NX,0,0,0,0";
const END: &str = "1786653168597,198.51.100.7,10.0.5.4,59350,8001,6,I,E,NX,5,593,4,560";
const DENY: &str = "1786653103883,203.0.113.9,10.0.5.4,50648,9881,6,I,D,NX,0,0,0,0";
