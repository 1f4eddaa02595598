//! Stored rows as they were before they were decorated and folded.

use std::collections::HashMap;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, TimestampMicrosecondType};
use weir_decode::Decision;
use weir_enrich::spelling;
use weir_reduce::{
    Counters, FlowKey, Interval, Names, ReducedFlow, RuleId, RuleKind, RuleNames, SourceId, SourceNames,
    WordId,
};
use weir_table::rows;

use crate::stored::{Texts, parse_direction, parse_ip};

/// The columns that are needed.
pub(crate) const COLUMNS: [&str; 30] = [
    "SrcIp",
    "DestIp",
    "DestPort",
    "L4Protocol",
    "FlowDirection",
    "FlowStatus",
    "FlowEncryption",
    "AclGroup",
    "AclRule",
    "NsgList",
    "NsgRuleType",
    "MacAddress",
    "FlowLogResourceId",
    "LogResourceId",
    "TargetResourceId",
    "TargetResourceType",
    "FlowIntervalStartTime",
    "FlowStartTime",
    "FlowEndTime",
    "TimeProcessed",
    "AllowedInFlows",
    "AllowedOutFlows",
    "DeniedInFlows",
    "DeniedOutFlows",
    "CompletedFlows",
    "PacketsSrcToDest",
    "BytesSrcToDest",
    "PacketsDestToSrc",
    "BytesDestToSrc",
    "RecordCount",
];

/// A row, and when its log was read: microseconds since the Unix epoch.
pub(crate) type Row = (ReducedFlow, i64);

/// The rows of a batch that have both addresses. Their names go to `names`.
///
/// Nothing where a row lacks what every row has.
pub(crate) fn rows_of(batch: &RecordBatch, interval: Interval, names: &mut Names) -> Option<Vec<Row>> {
    let text = |name| Texts::of(batch, name);
    let (src, dest) = (text("SrcIp"), text("DestIp"));
    let (src_ips, dest_ips) = (src.parsed(parse_ip)?, dest.parsed(parse_ip)?);
    let (direction, status, protocol) = (text("FlowDirection"), text("FlowStatus"), text("L4Protocol"));
    let directions: Vec<_> = direction.values().map(parse_direction).collect();
    let denied = spelling::status(Decision::Denied);
    let protocols = protocol.parsed(spelling::l4_protocol_number)?;
    let encryption = text("FlowEncryption");
    let encryptions: Vec<WordId> = encryption.values().map(|word| names.word_id(word)).collect();
    let mut keys = Keys::new(batch, names);
    let time = |name| batch.column_by_name(name)?.as_primitive_opt::<TimestampMicrosecondType>();
    let long = |name| batch.column_by_name(name)?.as_primitive_opt::<Int64Type>();
    let ports = batch.column_by_name("DestPort")?.as_primitive_opt::<Int32Type>()?;
    let (starts, first, last) =
        (time("FlowIntervalStartTime")?, time("FlowStartTime")?, time("FlowEndTime")?);
    let processed = time("TimeProcessed")?;
    let started = ["AllowedInFlows", "AllowedOutFlows", "DeniedInFlows", "DeniedOutFlows"].map(long);
    let [Some(allowed_in), Some(allowed_out), Some(denied_in), Some(denied_out)] = started else {
        return None;
    };
    let counters = [
        "CompletedFlows",
        "PacketsSrcToDest",
        "BytesSrcToDest",
        "PacketsDestToSrc",
        "BytesDestToSrc",
        "RecordCount",
    ];
    let [
        Some(completed),
        Some(packets_out),
        Some(bytes_out),
        Some(packets_back),
        Some(bytes_back),
        Some(records),
    ] = counters.map(long)
    else {
        return None;
    };
    let mut found = Vec::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        let (Some(Some(src_ip)), Some(Some(dest_ip))) = (src.at(row, &src_ips), dest.at(row, &dest_ips))
        else {
            continue;
        };
        let key = FlowKey {
            src_ip,
            dest_ip,
            interval: interval.number_of(starts.value(row)),
            source: keys.source(row),
            rule: keys.rule(row),
            dest_port: u16::try_from(ports.value(row)).ok()?,
            protocol: protocol.at(row, &protocols)??,
            direction: direction.at(row, &directions)?,
            decision: if status.text(row) == denied { Decision::Denied } else { Decision::Allowed },
            encryption: encryption.at(row, &encryptions)?,
        };
        let counters = Counters {
            flows_started: [allowed_in, allowed_out, denied_in, denied_out]
                .iter()
                .try_fold(0_i64, |sum, flows| sum.checked_add(flows.value(row)))?,
            flows_completed: completed.value(row),
            packets_src_to_dest: packets_out.value(row),
            bytes_src_to_dest: bytes_out.value(row),
            packets_dest_to_src: packets_back.value(row),
            bytes_dest_to_src: bytes_back.value(row),
            records: records.value(row),
            first_millis: first.value(row).div_euclid(1_000),
            last_millis: last.value(row).div_euclid(1_000),
        };
        found.push((ReducedFlow { key, counters }, processed.value(row)));
    }
    Some(found)
}

/// Sources and rules of the rows of a batch, each made once.
struct Keys<'a> {
    names: &'a mut Names,
    /// Flow log, log, target, its type, interface, list of an NSG log.
    of_source: [Texts<'a>; 6],
    /// List, rule, kind.
    of_rule: [Texts<'a>; 3],
    sources: HashMap<[Option<u32>; 6], SourceId>,
    rules: HashMap<[Option<u32>; 3], RuleId>,
}

impl<'a> Keys<'a> {
    fn new(batch: &'a RecordBatch, names: &'a mut Names) -> Self {
        let text = |name| Texts::of(batch, name);
        Keys {
            names,
            of_source: [
                "FlowLogResourceId",
                "LogResourceId",
                "TargetResourceId",
                "TargetResourceType",
                "MacAddress",
                "NsgList",
            ]
            .map(text),
            of_rule: ["AclGroup", "AclRule", "NsgRuleType"].map(text),
            sources: HashMap::new(),
            rules: HashMap::new(),
        }
    }

    fn source(&mut self, row: usize) -> SourceId {
        let Keys { names, of_source, sources, .. } = self;
        *sources.entry(of_source.each_ref().map(|texts| texts.number(row))).or_insert_with(|| {
            let [flow_log, log, target, target_type, mac, nsg_list] =
                of_source.each_ref().map(|t| t.text(row));
            let nsg = !nsg_list.is_empty() || flow_log.is_empty() && !log.is_empty();
            names.source_id(SourceNames {
                nsg,
                log_resource_id: log.to_owned(),
                target_id: if nsg { String::new() } else { rows::target_id(target_type, target) },
                mac: spelling::mac_digits(mac),
            })
        })
    }

    fn rule(&mut self, row: usize) -> RuleId {
        let Keys { names, of_rule, rules, .. } = self;
        *rules.entry(of_rule.each_ref().map(|texts| texts.number(row))).or_insert_with(|| {
            let [acl_group, acl_rule, kind] = of_rule.each_ref().map(|texts| texts.text(row));
            names.rule_id(RuleNames {
                acl_group: acl_group.to_owned(),
                acl_rule: acl_rule.to_owned(),
                kind: match kind {
                    "Default" => RuleKind::Default,
                    "UserDefined" => RuleKind::User,
                    _ => RuleKind::Untold,
                },
            })
        })
    }
}
