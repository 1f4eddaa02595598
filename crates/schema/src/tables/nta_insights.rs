//! `NTAInsights`: anomalies in series of traffic.
//!
//! Source: <https://learn.microsoft.com/azure/azure-monitor/reference/tables/ntainsights>

use super::system::{BILLED_SIZE, IS_BILLABLE, SOURCE_SYSTEM, TENANT_ID, TIME_GENERATED, TYPE, day};
use super::{datetime, real, text};
use crate::Source::{Inventory, Raw, Run};
use crate::Unit::{Hours, Mixed};
use crate::{Column, Table, TableKind};

pub(super) static TABLE: Table = Table {
    name: "NTAInsights",
    kind: TableKind::Stored,
    doc: "One point of a series of traffic, beside what was expected of it. The table is typed and empty \
          until weir computes such series.",
    columns: COLUMNS,
    hidden: HIDDEN,
};

const COLUMNS: &[Column] = &[
    real("AdFlag", Run, "1 for more traffic than expected, -1 for less, 0 for no anomaly."),
    real("AdScore", Run, "How far the point is from what was expected."),
    text("AggregationType", Run, "Length of the series: `1` short, `2` long."),
    text("DataPoints", Raw, "Values of the series."),
    text("FlowStatus", Raw, "Traffic that is counted: `Allowed`, `Denied` or `All`."),
    text("InsightsResourceId", Inventory, "Resource whose traffic the series counts."),
    datetime("IntervalStart", Run, "Start of the interval that was examined."),
    datetime("IntervalEnd", Run, "End of the interval that was examined."),
    real("Periodicity", Run, "Time after which the series repeats itself.").counting(Hours),
    text("PivotType", Run, "What the series is grouped by."),
    datetime("ProcessingTime", Run, "When the period of the series was computed."),
    text("Region", Raw, "Region of the flow logs."),
    text("SchemaVersion", Run, "Layout of the row."),
    real("SeriesNumber", Run, "Number of the series; later series have greater ones."),
    text("SubType", Run, "Kind of row."),
    datetime("TrafficTime", Run, "Time of the point."),
    real("TrafficVolumeActual", Raw, "Traffic that was counted, in `TrafficVolumeUnit`.").counting(Mixed),
    real("TrafficVolumeBaseline", Run, "Traffic that was expected, in `TrafficVolumeUnit`.").counting(Mixed),
    text("TrafficVolumeUnit", Run, "`Flows`, `Bytes` or `Packets`."),
    TIME_GENERATED,
    TENANT_ID,
    TYPE,
    SOURCE_SYSTEM,
    BILLED_SIZE,
    IS_BILLABLE,
];

const HIDDEN: &[Column] = &[day("UTC day of `IntervalStart`; the table is partitioned by it.")];
