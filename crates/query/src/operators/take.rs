//! `take n`, `limit n`: any n rows.
//!
//! Source: <https://learn.microsoft.com/kusto/query/take-operator>

use weir_kql::ast::{Expr, Span};

use crate::bind::{Binder, Env, Scope};
use crate::typed::Relation;

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    count: &Expr,
    span: Span,
    env: &Env,
) -> Relation {
    let Some(rows) = row_count(binder, count, env) else { return input };
    first_rows(binder, input, rows, span)
}

/// The first rows of a table that has an order, any rows of others.
pub(crate) fn first_rows(binder: &mut Binder<'_>, input: Relation, rows: usize, span: Span) -> Relation {
    let plan = binder.step(span, &input, |_| input.sorted(Some(rows)));
    Relation { plan, name: None, ..input }
}

/// A constant number of rows; below zero is none.
pub(crate) fn row_count(binder: &mut Binder<'_>, count: &Expr, env: &Env) -> Option<usize> {
    let rows = binder.constant_long(count, Scope::outside(env), "the number of rows")?;
    Some(usize::try_from(rows.max(0)).unwrap_or(usize::MAX))
}
