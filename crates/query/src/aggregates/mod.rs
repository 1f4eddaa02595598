//! Aggregates of `summarize` and its kin, one file a family.
//!
//! Source: <https://learn.microsoft.com/kusto/query/aggregation-functions>

mod arg_extremes;
mod bags;
mod bits;
mod call;
mod collect;
mod collect_groups;
mod counts;
mod covariances;
mod decimals;
mod distinct;
mod extremes;
mod order;
mod ordered;
mod own;
mod per_group;
mod percentiles;
mod places;
mod schemas;
mod series;
mod sketches;
mod spread;
mod sums;

use std::collections::HashMap;
use std::sync::LazyLock;

use weir_kql::ast::{Call, NamedExpr};

pub(crate) use call::AggregateArguments;
pub(crate) use collect::list_of;
pub(crate) use ordered::in_order;
pub(crate) use percentiles::name as percentile_name;
pub(crate) use series::{ELEMENTS_MAX, series};
pub(crate) use sketches::hll::Summary as HllSummary;
pub(crate) use sketches::tdigest::Digest;

use crate::bind::{Binder, Scope};
use crate::functions::{Naming, Parameter};
use crate::typed::Typed;

/// An aggregate that makes one column.
pub struct Aggregate {
    /// Its names: the documented one first, older spellings behind.
    pub names: &'static [&'static str],
    /// What a column is called that holds its result and was not given a name.
    pub naming: Naming,
    /// What it takes, in the order in which they are tried.
    pub overloads: &'static [Shape],
}

/// One way to call an aggregate.
pub struct Shape {
    /// What it takes.
    pub parameters: &'static [Parameter],
    /// How it is put together.
    pub build: fn(&mut AggregateArguments<'_, '_, '_>) -> Typed,
}

/// A column of an aggregate that makes several: its name, whether that was given, its value.
pub(crate) type NamedColumn = (String, bool, Typed);

/// Binds an aggregate that makes several columns.
pub(crate) type Several = fn(&mut Binder<'_>, &Call, &NamedExpr, Scope<'_>) -> Vec<NamedColumn>;

static FAMILIES: [&[&Aggregate]; 13] = [
    counts::AGGREGATES,
    sums::AGGREGATES,
    extremes::AGGREGATES,
    spread::AGGREGATES,
    collect::AGGREGATES,
    arg_extremes::AGGREGATES,
    percentiles::AGGREGATES,
    bags::AGGREGATES,
    bits::AGGREGATES,
    covariances::AGGREGATES,
    schemas::AGGREGATES,
    sketches::HLL,
    sketches::TDIGEST,
];

static BY_NAME: LazyLock<HashMap<&'static str, &'static Aggregate>> = LazyLock::new(|| {
    let all = FAMILIES.iter().flat_map(|family| family.iter());
    all.flat_map(|aggregate| aggregate.names.iter().map(|name| (*name, *aggregate))).collect()
});

/// The aggregate of this name.
pub fn aggregate(name: &str) -> Option<&'static Aggregate> {
    BY_NAME.get(name).copied()
}

/// The names of all aggregates.
pub fn names() -> impl Iterator<Item = &'static str> {
    BY_NAME.keys().copied()
}

/// How an aggregate that makes several columns is bound.
pub(crate) fn several(name: &str) -> Option<Several> {
    match name {
        "arg_max" | "argmax" => Some(arg_extremes::arg_max),
        "arg_min" | "argmin" => Some(arg_extremes::arg_min),
        "take_any" | "any" => Some(arg_extremes::take_any),
        "percentiles" | "percentilesw" => Some(percentiles::percentiles),
        _ => None,
    }
}
