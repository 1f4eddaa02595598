use super::*;
use weir_decode::{Decision, Direction};
use weir_reduce::RuleKind;

fn tuple(millis: u64, src_port: u16, state: &str, counters: &str) -> String {
    format!("{millis},10.0.0.4,52.239.184.180,{src_port},443,6,O,{state},NX,{counters}")
}

/// The example of the documentation: a connection whose tuples count 1021 + 52 packets, then 8005 + 47.
#[test]
fn the_documented_example_adds_up_to_9125_packets() {
    let tuples = [
        tuple(1_786_653_000_000, 35_370, "B", "0,0,0,0"),
        tuple(1_786_653_001_000, 35_370, "C", "1021,588096,8005,4610880"),
        tuple(1_786_653_002_000, 35_370, "E", "52,29952,47,27072"),
    ];
    let (flows, ..) = reduce(&record(1, &tuples), Interval::HOUR);
    assert_eq!(flows.len(), 1);
    let c = flows[0].counters;
    assert_eq!((c.flows_started, c.flows_completed, c.records), (1, 1, 1));
    assert_eq!(c.packets_src_to_dest + c.packets_dest_to_src, 9_125);
    assert_eq!(c.packets_src_to_dest, 1_021 + 52);
    assert_eq!(c.packets_dest_to_src, 8_005 + 47);
    assert_eq!(c.bytes_src_to_dest, 588_096 + 29_952);
    assert_eq!((c.first_millis, c.last_millis), (1_786_653_000_000, 1_786_653_002_000));
}

#[test]
fn the_source_port_is_left_out() {
    let tuples: Vec<_> =
        (0..50).map(|i| tuple(1_786_653_000_000 + i, 1_024 + i as u16, "B", "0,0,0,0")).collect();
    let (flows, ..) = reduce(&record(1, &tuples), Interval::HOUR);
    assert_eq!((flows.len(), flows[0].counters.flows_started), (1, 50));
}

#[test]
fn identical_tuples_are_counted_each() {
    let same = tuple(1_786_653_000_000, 5_000, "B", "0,0,0,0");
    let end = tuple(1_786_653_000_000, 5_000, "E", "1,60,0,0");
    let tuples = [same.clone(), end.clone(), same, end];
    let (flows, ..) = reduce(&record(1, &tuples), Interval::HOUR);
    assert_eq!((flows[0].counters.flows_started, flows[0].counters.flows_completed), (2, 2));
}

#[test]
fn whatever_stands_in_the_key_makes_a_row_of_its_own() {
    let base = "1786653000000,10.0.0.4,10.0.0.5,5000,443,6,O,B,NX,0,0,0,0";
    let variants = [
        base.to_owned(),
        base.replace("10.0.0.4", "10.0.0.6"),
        base.replace("10.0.0.5", "10.0.0.7"),
        base.replace(",443,", ",444,"),
        base.replace(",6,O", ",17,O"),
        base.replace(",O,", ",I,"),
        base.replace(",B,", ",D,"),
        base.replace(",NX,", ",X,"),
        base.replace(",NX,", ",NX_SOMETHING_NEW,"),
    ];
    let (flows, names, _) = reduce(&record(1, &variants), Interval::HOUR);
    assert_eq!(flows.len(), variants.len());
    assert!(flows.iter().any(|flow| names.word(flow.key.encryption) == "NX_SOMETHING_NEW"));
    assert!(flows.iter().any(|flow| flow.key.decision == Decision::Denied));
    assert!(flows.iter().any(|flow| flow.key.direction == Direction::Inbound));

    let tuples = [base.to_owned()];
    let others = [
        record(1, &tuples),
        record_at("2026-08-13T21:01:21Z", "000D3A1B2C3E", "UserRule_web", &tuples),
        record_at("2026-08-13T21:01:21Z", "000D3A1B2C3D", "DefaultRule_web", &tuples),
        record_at("2026-08-13T21:01:21Z", "000D3A1B2C3D", "UserRule_web", &tuples)
            .replace("/S/LOG", "/S/OTHER"),
        record_at("2026-08-13T21:01:21Z", "000D3A1B2C3D", "UserRule_web", &tuples)
            .replace("/s/vnet", "/s/nic"),
        record_at("2026-08-13T22:00:00Z", "000D3A1B2C3D", "UserRule_web", &tuples),
    ];
    let (flows, names, _) = reduce(&others.join("\n"), Interval::HOUR);
    assert_eq!(flows.len(), others.len());
    assert!(names.rules().iter().any(|rule| rule.kind == RuleKind::Default && rule.acl_rule == "web"));
}

#[test]
fn the_interval_is_that_of_the_record() {
    // Written at 21:00:21, the record holds a tuple of 20:59:15: it belongs to the interval of 21:00.
    let late = record_at("2026-08-13T21:00:21Z", "m", "r", &[tuple(1_786_654_755_000, 1, "B", "0,0,0,0")]);
    let (flows, ..) = reduce(&late, Interval::HOUR);
    let start = Interval::HOUR.start_micros(flows[0].key.interval);
    assert_eq!(start, 1_786_654_800_000_000);
    assert!(flows[0].counters.first_millis * 1_000 < start);
    let minutes: Vec<_> =
        [0, 9, 10, 59].map(|m| record(m, &[tuple(1_786_654_800_000, 1, "B", "0,0,0,0")])).to_vec();
    assert_eq!(reduce(&minutes.join("\n"), Interval::TEN_MINUTES).0.len(), 3);
    assert_eq!(reduce(&minutes.join("\n"), Interval::HOUR).0.len(), 1);
}

#[test]
fn records_are_counted_once_a_row() {
    let two = [tuple(1_786_653_000_000, 1, "B", "0,0,0,0"), tuple(1_786_653_000_000, 2, "B", "0,0,0,0")];
    let (flows, ..) = reduce(&[record(1, &two), record(1, &two), record(2, &two)].join("\n"), Interval::HOUR);
    assert_eq!((flows.len(), flows[0].counters.records, flows[0].counters.flows_started), (1, 3, 6));
}

#[test]
fn nsg_logs_of_both_versions_make_one_row() {
    let nsg = |version: u32, tuple: &str| {
        format!(
            r#"{{"time":"2021-12-13T10:00:05Z","category":"NetworkSecurityGroupFlowEvent","resourceId":"/SUBSCRIPTIONS/S/NSG","properties":{{"Version":{version},"flows":[{{"rule":"DefaultRule_AllowVnetInBound","flows":[{{"mac":"00-0d-3a-1b-2c-3d","flowTuples":["{tuple}"]}}]}}]}}}}"#
        )
    };
    let blob = [
        nsg(2, "1639389605,10.0.0.4,10.0.0.5,1,443,T,I,A,E,3,300,2,200"),
        nsg(1, "1639389606,10.0.0.4,10.0.0.5,2,443,T,I,A"),
    ];
    let (flows, names, _) = reduce(&blob.join("\n"), Interval::HOUR);
    assert_eq!(flows.len(), 1);
    let c = flows[0].counters;
    assert_eq!((c.flows_started, c.flows_completed, c.packets_src_to_dest), (1, 1, 3));
    assert_eq!(names.rule(flows[0].key.rule).acl_group, "/subscriptions/s/nsg");
    assert_eq!(names.source(flows[0].key.source).mac, "000D3A1B2C3D");
}

#[test]
fn sums_that_do_not_fit_become_two_rows() {
    let huge = "9223372036854775807,0,0,0";
    let tuples = [tuple(1_786_653_000_000, 1, "E", huge), tuple(1_786_653_000_000, 1, "E", huge)];
    let (flows, _, tally) = reduce(&record(1, &tuples), Interval::HOUR);
    assert_eq!(flows.len(), 2);
    let sum: u128 = flows.iter().map(|f| f.counters.packets_src_to_dest as u128).sum();
    assert_eq!(sum, tally.packets_src_to_dest);
}
