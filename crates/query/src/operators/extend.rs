//! `extend a = …`: further columns; one of a name that exists takes its place.
//!
//! Source: <https://learn.microsoft.com/kusto/query/extend-operator>

use weir_kql::ast::{NamedExpr, Span};

use super::project::assemble;
use crate::bind::{Binder, Env, Scope, UniqueNames, default_name};
use crate::typed::{Relation, Typed};

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    items: &[NamedExpr],
    span: Span,
    env: &Env,
) -> Relation {
    let mut columns: Vec<(String, Typed, bool)> =
        input.columns.iter().map(|column| (column.name.clone(), column.typed(), column.hidden)).collect();
    let mut names = UniqueNames::default();
    for column in &input.columns {
        names.take(&column.name);
    }
    for item in items {
        if let [_, second, ..] = item.names.as_slice() {
            binder.unsupported(second.span, "several columns from one expression");
            continue;
        }
        let typed = binder.scalar(&item.value, Scope::of(env, &input));
        let name = match item.names.first() {
            Some(name) => name.text.clone(),
            None => match default_name(&item.value) {
                // An expression that only bears the name of a column is a further one.
                Some(name) if matches!(item.value.kind, weir_kql::ast::ExprKind::Name(_)) => name,
                Some(name) => names.unique(&name),
                None => names.numbered(),
            },
        };
        names.take(&name);
        match columns.iter_mut().find(|(known, ..)| *known == name) {
            Some(place) => *place = (name, typed, false),
            None => columns.push((name, typed, false)),
        }
    }
    let hidden: Vec<bool> = columns.iter().map(|(.., hidden)| *hidden).collect();
    let open = input.open;
    let items = columns.into_iter().map(|(name, typed, _)| (name, typed)).collect();
    let mut output = assemble(binder, input, items, span);
    for (column, hidden) in output.columns.iter_mut().zip(hidden) {
        column.hidden = hidden;
    }
    Relation { open, ..output }
}
