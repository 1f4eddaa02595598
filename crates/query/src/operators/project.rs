//! `project a, b = …`: these columns, in this order.
//!
//! Source: <https://learn.microsoft.com/kusto/query/project-operator>

use datafusion::logical_expr::LogicalPlanBuilder;
use weir_kql::ast::{ExprKind, NamedExpr, Span};

use crate::bind::{Binder, Env, Scope, UniqueNames, Windows, default_name};
use crate::functions::series::several;
use crate::typed::{Column, Relation, Typed, column};

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    items: &[NamedExpr],
    span: Span,
    env: &Env,
) -> Relation {
    let windows = Windows::over(&input);
    let items = named(binder, items, Scope::of(env, &input).windowing(&windows), &input);
    let input = binder.windowed(input, windows, span);
    assemble(binder, input, items, span)
}

/// Each item with its name: the one given, the default one, or a number.
pub(crate) fn named(
    binder: &mut Binder<'_>,
    items: &[NamedExpr],
    scope: Scope<'_>,
    input: &Relation,
) -> Vec<(String, Typed)> {
    let mut names = UniqueNames::default();
    // Given names are taken first, so that no default name gets in their way.
    for name in items.iter().filter_map(|item| item.names.first()) {
        if !names.take(&name.text) {
            binder.error(Some("KS231"), name.span, format!("there are two columns '{}'", name.text));
        }
    }
    let mut columns = Vec::new();
    for item in items {
        if matches!(item.value.kind, ExprKind::Star) && item.names.is_empty() {
            columns.extend(input.visible().map(|column| (names.unique(&column.name), column.typed())));
            continue;
        }
        if let Some(several) = several(binder, &item.value, scope) {
            for (place, (own, typed)) in several.into_iter().enumerate() {
                match item.names.get(place) {
                    Some(name) => columns.push((name.text.clone(), typed)),
                    None if item.names.is_empty() => columns.push((names.unique(&own), typed)),
                    None => {}
                }
            }
            continue;
        }
        if let [_, second, ..] = item.names.as_slice() {
            binder.unsupported(second.span, "several columns from one expression");
            continue;
        }
        let typed = binder.scalar(&item.value, scope);
        let name = match item.names.first() {
            Some(name) => name.text.clone(),
            None => match default_name(&item.value) {
                Some(name) => names.unique(&name),
                None => names.numbered(),
            },
        };
        columns.push((name, typed));
    }
    columns
}

/// A table of these columns, and of those that say in which order its rows are.
pub(crate) fn assemble(
    binder: &mut Binder<'_>,
    input: Relation,
    items: Vec<(String, Typed)>,
    span: Span,
) -> Relation {
    let mut columns: Vec<Column> = items
        .iter()
        .map(|(name, typed)| Column { poisoned: typed.poisoned, ..Column::new(name, typed.kind) })
        .collect();
    let mut items = items;
    for key in input.order_columns() {
        if items.iter().all(|(name, _)| *name != key.name) {
            columns.push(key.clone());
            items.push((key.name.clone(), key.typed()));
        }
    }
    let exprs: Vec<_> = items.into_iter().map(|(name, typed)| typed.expr.alias(name)).collect();
    let poisoned = input.open || columns.iter().any(|column| column.poisoned);
    let plan = if poisoned {
        // Never run: an error was told.
        input.plan.clone()
    } else {
        binder.step(span, &input, |plan| LogicalPlanBuilder::from(plan).project(exprs)?.build())
    };
    Relation { plan, columns, name: None, open: false, ..input }
}

/// Keeps some columns, in the order given.
pub(crate) fn keep(binder: &mut Binder<'_>, input: Relation, keep: Vec<Column>, span: Span) -> Relation {
    if input.open {
        return input;
    }
    let mut keep = keep;
    let further = input.order_columns().filter(|key| keep.iter().all(|kept| kept.name != key.name));
    let further: Vec<Column> = further.cloned().collect();
    keep.extend(further);
    let exprs: Vec<_> = keep.iter().map(|kept| column(&kept.name)).collect();
    let plan = binder.step(span, &input, |plan| LogicalPlanBuilder::from(plan).project(exprs)?.build());
    Relation { plan, columns: keep, name: None, ..input }
}
