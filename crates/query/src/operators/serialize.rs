//! `serialize [a = …]`: from here on rows have an order; columns may be added as `extend` adds them.
//!
//! Source: <https://learn.microsoft.com/kusto/query/serialize-operator>

use weir_kql::ast::{NamedExpr, Span};

use super::extend;
use crate::bind::{Binder, Env};
use crate::typed::Relation;

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    items: &[NamedExpr],
    span: Span,
    env: &Env,
) -> Relation {
    let ordered = match input.order.is_empty() {
        // Any order, but the same one from here on.
        true => binder.numbered(input, span),
        false => Relation { serialized: true, ..input },
    };
    match items.is_empty() {
        true => ordered,
        false => extend::bind(binder, ordered, items, span, env),
    }
}
