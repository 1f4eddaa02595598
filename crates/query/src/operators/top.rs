//! `top n by key`: the first n rows of an order.
//!
//! Source: <https://learn.microsoft.com/kusto/query/top-operator>

use datafusion::logical_expr::LogicalPlanBuilder;
use weir_kql::ast::{Expr, SortKey, Span};

use super::sort::sort_keys;
use super::take::row_count;
use crate::bind::{Binder, Env};
use crate::typed::Relation;

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    count: &Expr,
    keys: &[SortKey],
    span: Span,
    env: &Env,
) -> Relation {
    let rows = row_count(binder, count, env);
    let order = sort_keys(binder, &input, keys, env);
    let (Some(rows), Some(order)) = (rows, order) else { return Relation { serialized: true, ..input } };
    let plan = binder.step(span, &input, |plan| {
        LogicalPlanBuilder::from(plan).sort_with_limit(order, Some(rows))?.build()
    });
    Relation { plan, serialized: true, name: None, ..input }
}
