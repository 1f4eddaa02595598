//! `sort by keys`, `order by keys`: descending unless said otherwise.
//!
//! Source: <https://learn.microsoft.com/kusto/query/sort-operator>

use datafusion::logical_expr::{LogicalPlanBuilder, SortExpr};
use weir_kql::ast::{Direction, Nulls, SortKey, Span};
use weir_value::KustoType;

use crate::bind::{Binder, Env, Scope};
use crate::typed::{Relation, Typed};

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    keys: &[SortKey],
    span: Span,
    env: &Env,
) -> Relation {
    let Some(order) = sort_keys(binder, &input, keys, env) else {
        return Relation { serialized: true, ..input };
    };
    let plan = binder.step(span, &input, |plan| LogicalPlanBuilder::from(plan).sort(order)?.build());
    Relation { plan, serialized: true, name: None, ..input }
}

/// The keys of a sort; nothing when one of them could not be bound.
pub(crate) fn sort_keys(
    binder: &mut Binder<'_>,
    input: &Relation,
    keys: &[SortKey],
    env: &Env,
) -> Option<Vec<SortExpr>> {
    let mut order = Vec::new();
    let mut poisoned = false;
    for key in keys {
        let value = binder.scalar(&key.value.value, Scope::of(env, input));
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
