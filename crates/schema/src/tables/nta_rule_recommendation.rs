//! `NTARuleRecommendation`: rules proposed from what was seen.
//!
//! Source: <https://learn.microsoft.com/azure/azure-monitor/reference/tables/ntarulerecommendation>

use super::system::{BILLED_SIZE, IS_BILLABLE, SOURCE_SYSTEM, TENANT_ID, TIME_GENERATED, TYPE, day};
use super::{datetime, int, text};
use crate::Source::{Address, Inventory, Raw, Run};
use crate::Unit::Flows;
use crate::{Column, Table, TableKind};

pub(super) static TABLE: Table = Table {
    name: "NTARuleRecommendation",
    kind: TableKind::Stored,
    doc: "One proposed rule for a resource, with the traffic it is drawn from. The table is typed and empty \
          until weir computes proposals.",
    columns: COLUMNS,
    hidden: HIDDEN,
};

const COLUMNS: &[Column] = &[
    text("AdditionalProperties", Run, "Further properties of the proposal; mostly blank."),
    text("DestPortsRanges", Raw, "Destination ports and ranges of the traffic, apart by a comma."),
    text("DestPublicIpCidrs", Raw, "Public destinations of outbound traffic, as prefixes."),
    text("DestServiceTagsList", Address, "Service tags of those destinations."),
    text("DestSubscriptionId", Inventory, "Subscription of the resource that receives the traffic."),
    datetime("EndTime", Run, "End of the time that was examined."),
    text("IpRegionDetails", Address, "Regions of the addresses."),
    text("IpUrls", Address, "Links that threat feeds connect with the addresses."),
    text("L4Protocol", Raw, "`TCP` or `UDP`."),
    text("PortCategory", Raw, "Class of the destination ports, such as well-known ones."),
    text("RecommendedAction", Run, "`Allow`, `Block` or `Advisory`."),
    text("RecommendedRuleName", Run, "Name of the proposed rule."),
    text("RuleScope", Run, "Where the rule would hold, such as a subscription or virtual network."),
    text("SchemaVersion", Run, "Layout of the row."),
    text("SrcPublicIpCidrs", Raw, "Public sources of inbound traffic, as prefixes."),
    text("SrcServiceTagsList", Address, "Service tags of those sources."),
    text("SrcSubscriptionId", Inventory, "Subscription of the resource that sends the traffic."),
    datetime("StartTime", Run, "Start of the time that was examined."),
    text("SummarizationType", Run, "`Hourly` or `Daily`: how the traffic was summed up."),
    text("TargetResourceId", Inventory, "Resource that the rule is for."),
    text("TargetResourceIdsList", Inventory, "All resources that the rule is for."),
    int("TotalFlowCount", Raw, "Flows that the proposal is drawn from.").counting(Flows),
    text("UnecryptedFlowDetails", Raw, "Encryption of unencrypted flows, in the words of `FlowEncryption`."),
    text("VirtualNetworkResourceId", Inventory, "Virtual network that the rule is for."),
    TIME_GENERATED,
    TENANT_ID,
    TYPE,
    SOURCE_SYSTEM,
    BILLED_SIZE,
    IS_BILLABLE,
];

const HIDDEN: &[Column] = &[day("UTC day of `StartTime`; the table is partitioned by it.")];
