//! The tables, one file each, and the short forms in which their columns are written down.

mod azure_network_analytics;
mod azure_network_analytics_ip_details;
mod nta_insights;
mod nta_ip_details;
mod nta_net_analytics;
mod nta_rule_recommendation;
mod nta_topology_details;
mod system;
mod weir_batches;
mod weir_blobs;
mod weir_public_ips;

use weir_value::KustoType;

use crate::{Column, Source, Table, Unit, Values};

/// Every table: stored ones first, then the views of the older generation, then the ledger.
pub const ALL: [&Table; 10] = [
    &nta_net_analytics::TABLE,
    &nta_ip_details::TABLE,
    &nta_topology_details::TABLE,
    &nta_insights::TABLE,
    &nta_rule_recommendation::TABLE,
    &weir_public_ips::TABLE,
    &azure_network_analytics::TABLE,
    &azure_network_analytics_ip_details::TABLE,
    &weir_blobs::TABLE,
    &weir_batches::TABLE,
];

/// The relations of two sides of a flow, the same in both generations.
const FLOW_TYPES: &[(&str, &str)] = &[
    ("IntraVNet", ""),
    ("InterVNet", ""),
    ("S2S", ""),
    ("P2S", ""),
    ("AzurePublic", ""),
    ("ExternalPublic", ""),
    ("MaliciousFlow", ""),
    ("UnknownPrivate", ""),
    ("Unknown", ""),
];

const fn column(name: &'static str, kind: KustoType, source: Source, doc: &'static str) -> Column {
    Column { name, kind, unit: Unit::None, source, doc, values: Values::Any }
}

const fn text(name: &'static str, source: Source, doc: &'static str) -> Column {
    column(name, KustoType::String, source, doc)
}

const fn boolean(name: &'static str, source: Source, doc: &'static str) -> Column {
    column(name, KustoType::Bool, source, doc)
}

const fn int(name: &'static str, source: Source, doc: &'static str) -> Column {
    column(name, KustoType::Int, source, doc)
}

const fn long(name: &'static str, source: Source, doc: &'static str) -> Column {
    column(name, KustoType::Long, source, doc)
}

const fn real(name: &'static str, source: Source, doc: &'static str) -> Column {
    column(name, KustoType::Real, source, doc)
}

const fn datetime(name: &'static str, source: Source, doc: &'static str) -> Column {
    column(name, KustoType::Datetime, source, doc)
}

impl Column {
    const fn counting(self, unit: Unit) -> Column {
        Column { unit, ..self }
    }

    const fn holding(self, values: Values) -> Column {
        Column { values, ..self }
    }
}
