//! `sort by keys`, `order by keys`: descending unless said otherwise.
//!
//! Source: <https://learn.microsoft.com/kusto/query/sort-operator>

use datafusion::logical_expr::SortExpr;
use weir_kql::ast::{Direction, Nulls, SortKey, Span};
use weir_value::KustoType;

use crate::bind::{Binder, Env, Scope, Windows};
use crate::typed::{Relation, Typed};

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    keys: &[SortKey],
    span: Span,
    env: &Env,
) -> Relation {
    let (input, order) = keyed(binder, input, keys, span, env);
    let Some(order) = order else { return Relation { serialized: true, ..input } };
    binder.ordered(input, order, span)
}

/// The keys of a sort, which may hold window functions, and the table that they are of.
pub(crate) fn keyed(
    binder: &mut Binder<'_>,
    input: Relation,
    keys: &[SortKey],
    span: Span,
    env: &Env,
) -> (Relation, Option<Vec<SortExpr>>) {
    let windows = Windows::over(&input);
    let order = sort_keys(binder, keys, Scope::of(env, &input).windowing(&windows));
    (binder.windowed(input, windows, span), order)
}

/// The keys of a sort; nothing when one of them could not be bound.
pub(crate) fn sort_keys(
    binder: &mut Binder<'_>,
    keys: &[SortKey],
    scope: Scope<'_>,
) -> Option<Vec<SortExpr>> {
    let mut order = Vec::new();
    let mut poisoned = false;
    for key in keys {
        let value = binder.scalar(&key.value.value, scope);
        if !value.poisoned && value.kind == KustoType::Dynamic {
            binder.tell(
                weir_kql::Diagnostic::error(None, key.value.value.span, "a dynamic has no order")
                    .with_hint("convert it, with tostring() for example"),
            );
            poisoned = true;
        }
        poisoned |= value.poisoned;
        order.push(sort_key(value, key.direction, key.nulls));
    }
    (!poisoned).then_some(order)
}

/// One key: nulls come last when descending, first when ascending, unless said otherwise.
pub(crate) fn sort_key(value: Typed, direction: Option<Direction>, nulls: Option<Nulls>) -> SortExpr {
    let ascending = direction == Some(Direction::Ascending);
    let nulls_first = match nulls {
        Some(nulls) => nulls == Nulls::First,
        None => ascending,
    };
    value.expr.sort(ascending, nulls_first)
}
