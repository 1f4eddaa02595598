//! `arg_max`, `arg_min`, `take_any`: values of one row of each group.

use datafusion::functions_aggregate::first_last::{first_value, first_value_udaf};
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{Expr as PlanExpr, SortExpr};
use weir_kql::ast::{Call, ExprKind, NamedExpr};
use weir_value::KustoType;

use super::NamedColumn;
use super::sums::or_else;
use crate::bind::{Aggregates, Binder, Scope, default_name};
use crate::physical;
use crate::typed::{Typed, column};

pub(super) fn arg_max(
    binder: &mut Binder<'_>,
    call: &Call,
    item: &NamedExpr,
    scope: Scope<'_>,
) -> Vec<NamedColumn> {
    arg_extreme(binder, call, item, scope, false)
}

pub(super) fn arg_min(
    binder: &mut Binder<'_>,
    call: &Call,
    item: &NamedExpr,
    scope: Scope<'_>,
) -> Vec<NamedColumn> {
    arg_extreme(binder, call, item, scope, true)
}

/// The first column is the extreme, the others are of the row that has it.
fn arg_extreme(
    binder: &mut Binder<'_>,
    call: &Call,
    item: &NamedExpr,
    scope: Scope<'_>,
    ascending: bool,
) -> Vec<NamedColumn> {
    let Some(aggregates) = scope.aggregates else { return Vec::new() };
    let Some(by) = call.arguments.first() else {
        binder.error(Some("KS119"), call.name.span, format!("'{}' takes what is compared", call.name.text));
        return Vec::new();
    };
    let inner = scope.inside_aggregate();
    let by_typed = binder.scalar(&by.value, inner);
    if by_typed.kind == KustoType::Dynamic && !by_typed.poisoned {
        binder.error(None, by.value.span, "a dynamic has no order");
    }
    let mut values: Vec<(Option<String>, Typed)> = vec![(default_name(&by.value), by_typed.clone())];
    for argument in &call.arguments[1..] {
        match &argument.value.kind {
            ExprKind::Star => {
                let compared = default_name(&by.value);
                let others = scope.columns.iter().filter(|c| !c.hidden && Some(&c.name) != compared.as_ref());
                values.extend(others.map(|column| (Some(column.name.clone()), column.typed())));
            }
            _ => values.push((default_name(&argument.value), binder.scalar(&argument.value, inner))),
        }
    }
    let order = by_typed.expr.sort(ascending, false);
    name_all(item, values, |typed| of_first(aggregates, typed, std::slice::from_ref(&order)))
}

/// Any value of each column that is not null, where there is one.
pub(super) fn take_any(
    binder: &mut Binder<'_>,
    call: &Call,
    item: &NamedExpr,
    scope: Scope<'_>,
) -> Vec<NamedColumn> {
    let Some(aggregates) = scope.aggregates else { return Vec::new() };
    let inner = scope.inside_aggregate();
    let prefix = if call.name.text == "any" { "any_" } else { "" };
    let mut values: Vec<(Option<String>, Typed)> = Vec::new();
    for argument in &call.arguments {
        match &argument.value.kind {
            ExprKind::Star => {
                let all = scope.columns.iter().filter(|column| !column.hidden);
                values.extend(all.map(|column| (Some(format!("{prefix}{}", column.name)), column.typed())));
            }
            _ => {
                let name = default_name(&argument.value).map(|name| format!("{prefix}{name}"));
                values.push((name, binder.scalar(&argument.value, inner)));
            }
        }
    }
    name_all(item, values, |typed| {
        // Prefer a value over a null, as the original does.
        let any = PlanExpr::AggregateFunction(AggregateFunction::new_udf(
            first_value_udaf(),
            vec![typed.expr.clone()],
            false,
            None,
            Vec::new(),
            Some(datafusion::logical_expr::expr::NullTreatment::IgnoreNulls),
        ));
        finish(aggregates, any, typed)
    })
}

/// Gives the columns their names: those given to the item first, then their own.
fn name_all(
    item: &NamedExpr,
    values: Vec<(Option<String>, Typed)>,
    mut build: impl FnMut(&Typed) -> Typed,
) -> Vec<NamedColumn> {
    let mut columns = Vec::new();
    for (place, (own, typed)) in values.into_iter().enumerate() {
        let built = if typed.poisoned { Typed::poison() } else { build(&typed) };
        let given = item.names.get(place).map(|name| name.text.clone());
        let is_given = given.is_some();
        let name = given.or(own).unwrap_or_else(|| format!("Column{}", place + 1));
        columns.push((name, is_given, built));
    }
    columns
}

fn of_first(aggregates: &Aggregates, typed: &Typed, order: &[SortExpr]) -> Typed {
    finish(aggregates, first_value(typed.expr.clone(), order.to_vec()), typed)
}

fn finish(aggregates: &Aggregates, aggregate: PlanExpr, typed: &Typed) -> Typed {
    let found = Typed::new(column(&aggregates.add(aggregate)), typed.kind);
    match typed.kind {
        KustoType::String => or_else(found, physical::text("")),
        _ => found,
    }
}
