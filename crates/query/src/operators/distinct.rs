//! `distinct a, b`, `distinct *`: each combination once.
//!
//! Source: <https://learn.microsoft.com/kusto/query/distinct-operator>

use datafusion::logical_expr::LogicalPlanBuilder;
use weir_kql::ast::{NamedExpr, Span};
use weir_value::KustoType;

use super::project::{assemble, named};
use crate::bind::{Binder, Env, Scope};
use crate::typed::Relation;

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    items: &[NamedExpr],
    span: Span,
    env: &Env,
) -> Relation {
    let items = named(binder, items, Scope::of(env, &input), &input);
    if let Some((name, _)) =
        items.iter().find(|(_, typed)| typed.kind == KustoType::Dynamic && !typed.poisoned)
    {
        let message = format!("'{name}' is a dynamic, and those cannot be told apart");
        let hint = "convert it, with tostring() for example";
        binder.tell(weir_kql::Diagnostic::error(None, span, message).with_hint(hint));
    }
    let columns = assemble(binder, input.unordered(), items, span);
    let plan = binder.step(span, &columns, |plan| LogicalPlanBuilder::from(plan).distinct()?.build());
    Relation { plan, ..columns }
}
