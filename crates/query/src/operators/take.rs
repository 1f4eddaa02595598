//! `take n`, `limit n`: any n rows.
//!
//! Source: <https://learn.microsoft.com/kusto/query/take-operator>

use datafusion::logical_expr::LogicalPlanBuilder;
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
    let plan = binder.step(span, &input, |plan| LogicalPlanBuilder::from(plan).limit(0, Some(rows))?.build());
    Relation { plan, name: None, ..input }
}

/// A constant number of rows; below zero is none.
pub(crate) fn row_count(binder: &mut Binder<'_>, count: &Expr, env: &Env) -> Option<usize> {
    let rows = binder.constant_long(count, Scope::outside(env), "the number of rows")?;
    Some(usize::try_from(rows.max(0)).unwrap_or(usize::MAX))
}
