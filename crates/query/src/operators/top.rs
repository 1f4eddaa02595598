//! `top n by key`: the first n rows of an order.
//!
//! Source: <https://learn.microsoft.com/kusto/query/top-operator>

use weir_kql::ast::{Expr, SortKey, Span};

use super::sort::keyed;
use super::take::{first_rows, row_count};
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
    let (input, order) = keyed(binder, input, keys, span, env);
    let (Some(rows), Some(order)) = (rows, order) else { return Relation { serialized: true, ..input } };
    let ordered = binder.ordered(input, order, span);
    first_rows(binder, ordered, rows, span)
}
