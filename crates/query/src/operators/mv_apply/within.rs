//! The steps of a subquery, each within the elements of one row.

use datafusion::functions_aggregate::first_last::first_value;
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::{ExprFunctionExt, LogicalPlan, LogicalPlanBuilder, SortExpr};
use weir_kql::ast::{Expr, MvApply, MvExpand, Operator, OperatorKind, Span, Summarize};
use weir_value::KustoType;

use super::super::mv_expand::{Numbers, Wanted, expanded};
use super::super::project::{assemble, named};
use super::super::sort::sort_keys;
use super::super::summarize;
use super::super::take::row_count;
use super::Within;
use super::carry::carried;
use crate::bind::{Aggregates, Binder, Env, Scope, UniqueNames};
use crate::operators;
use crate::typed::{self, Column, Relation, Typed, column};

/// The order of rows while a new one is made.
const NEXT_PLACE: &str = "apply next place";

/// One step; nothing when it cannot be run within a row.
pub(super) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    operator: &Operator,
    within: &Within,
    env: Env,
) -> Option<(Relation, Env)> {
    let span = operator.span;
    let output = match &operator.kind {
        OperatorKind::Count { name } => {
            let name = name.as_ref().map_or("Count", |name| name.text.as_str());
            count(binder, input, name, within, span)
        }
        OperatorKind::Distinct { items, .. } => {
            let keys = named(binder, items, Scope::of(&env, &input), &input);
            if let Some((name, _)) = keys.iter().find(|(_, t)| t.kind == KustoType::Dynamic && !t.poisoned) {
                let hint = "convert it, with tostring() for example";
                let message = format!("'{name}' is a dynamic, and those cannot be told apart");
                binder.tell(weir_kql::Diagnostic::error(None, span, message).with_hint(hint));
            }
            grouped(binder, input, keys, Vec::new(), Aggregates::default(), within, span)
        }
        OperatorKind::MvApply(apply) => nested_apply(binder, input, apply, within, span, &env),
        OperatorKind::MvExpand(expand) => nested_expand(binder, input, expand, within, span, &env),
        OperatorKind::Sort { keys, .. } => match sort_keys(binder, keys, Scope::of(&env, &input)) {
            Some(order) => numbered(binder, input, order, within, span),
            None => input,
        },
        OperatorKind::Summarize(summarize) => summarized(binder, input, summarize, within, span, &env),
        OperatorKind::Take { count, .. } => {
            // Filters before have made holes in the numbers.
            let dense = numbered(binder, input, Vec::new(), within, span);
            first(binder, dense, count, within, span, &env)
        }
        OperatorKind::Top { count, keys, .. } => {
            let sorted = match sort_keys(binder, keys, Scope::of(&env, &input)) {
                Some(order) => numbered(binder, input, order, within, span),
                None => input,
            };
            first(binder, sorted, count, within, span, &env)
        }
        OperatorKind::Extend { .. }
        | OperatorKind::Parse(_)
        | OperatorKind::ParseKv { .. }
        | OperatorKind::Project { .. }
        | OperatorKind::ProjectAway { .. }
        | OperatorKind::ProjectKeep { .. }
        | OperatorKind::ProjectRename { .. }
        | OperatorKind::ProjectReorder { .. }
        | OperatorKind::Where { .. } => return row_by_row(binder, input, operator, within, env),
        _ => {
            let name = binder.source(span).split_whitespace().next().unwrap_or_default();
            binder.unsupported(span, format!("the operator '{name}' inside an mv-apply"));
            return None;
        }
    };
    Some((output, env))
}

/// A step that makes one row of each, or none.
fn row_by_row(
    binder: &mut Binder<'_>,
    input: Relation,
    operator: &Operator,
    within: &Within,
    env: Env,
) -> Option<(Relation, Env)> {
    let hidden = within.hidden();
    let is_hidden = |column: &Column| hidden.iter().any(|hidden| hidden.name == column.name);
    // The step is to see none of the hidden columns: `project-away *` must not take them.
    let seen = input.columns.iter().filter(|column| !is_hidden(column)).cloned().collect();
    let (mut output, env) = operators::bind(binder, Relation { columns: seen, ..input }, operator, env);
    if !output.open && !output.columns.iter().any(|column| column.poisoned) {
        match carried(&output.plan, &hidden) {
            Some(Ok(plan)) => output.plan = plan,
            Some(Err(error)) => binder.planning_failed(operator.span, &error),
            None => {
                let name = binder.source(operator.span).split_whitespace().next().unwrap_or_default();
                binder.unsupported(operator.span, format!("this form of '{name}' inside an mv-apply"));
                return None;
            }
        }
    }
    output.columns.extend(hidden);
    Some((aligned(binder, output, operator.span), env))
}

/// The columns of the plan in the order of those of the table.
fn aligned(binder: &mut Binder<'_>, relation: Relation, span: Span) -> Relation {
    let in_place = |(place, column): (usize, &Column)| {
        relation.plan.schema().fields().get(place).is_some_and(|field| *field.name() == column.name)
    };
    if relation.open || relation.columns.iter().enumerate().all(in_place) {
        return relation;
    }
    let columns = relation.columns.clone();
    let items = columns.iter().map(|column| (column.name.clone(), column.typed())).collect();
    Relation { columns, ..assemble(binder, relation, items, span) }
}

/// The rows with a new order among those of one row.
fn numbered(
    binder: &mut Binder<'_>,
    input: Relation,
    mut order: Vec<SortExpr>,
    within: &Within,
    span: Span,
) -> Relation {
    if input.open || input.columns.iter().any(|column| column.poisoned) {
        return input;
    }
    order.push(column(&within.place).sort(true, true));
    let plan = binder.step(span, &input, |plan| window(plan, order, within));
    let columns = input.columns.clone();
    let items = columns
        .iter()
        .map(|known| match known.name == within.place {
            true => (known.name.clone(), Typed::new(column(NEXT_PLACE), KustoType::Long)),
            false => (known.name.clone(), known.typed()),
        })
        .collect();
    Relation { columns, ..assemble(binder, Relation { plan, ..input }, items, span) }
}

/// The rows with their place in an order, from 0, beside them.
fn window(
    plan: LogicalPlan,
    order: Vec<SortExpr>,
    within: &Within,
) -> datafusion::common::Result<LogicalPlan> {
    let place = row_number().partition_by(vec![column(&within.row)]).order_by(order).build()?;
    let names: Vec<_> = plan.schema().fields().iter().map(|field| column(field.name())).collect();
    let windowed = LogicalPlanBuilder::from(plan).window(vec![place])?;
    let number = windowed.schema().fields().last().map(|field| column(field.name()));
    // The engine numbers from 1, unsigned.
    let number = number.map(|number| {
        let signed = datafusion::logical_expr::cast(number, datafusion::arrow::datatypes::DataType::Int64);
        (signed - Typed::long(1).expr).alias(NEXT_PLACE)
    });
    windowed.project(names.into_iter().chain(number))?.build()
}

/// The first rows of each row, which are numbered without holes.
fn first(
    binder: &mut Binder<'_>,
    input: Relation,
    count: &Expr,
    within: &Within,
    span: Span,
    env: &Env,
) -> Relation {
    let Some(rows) = row_count(binder, count, env) else { return input };
    if input.open || input.columns.iter().any(|column| column.poisoned) {
        return input;
    }
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    let plan = binder
        .step(span, &input, |plan| typed::filter(plan, column(&within.place).lt(Typed::long(rows).expr)));
    Relation { plan, ..input }
}

/// The rows by the number of the row they come of, and by their order.
pub(super) fn in_order(binder: &mut Binder<'_>, input: Relation, within: &Within, span: Span) -> Relation {
    let order = vec![column(&within.row).sort(true, true), column(&within.place).sort(true, true)];
    let plan = binder.step(span, &input, |plan| LogicalPlanBuilder::from(plan).sort(order)?.build());
    Relation { plan, ..input }
}

fn nested_expand(
    binder: &mut Binder<'_>,
    input: Relation,
    expand: &MvExpand,
    within: &Within,
    span: Span,
    env: &Env,
) -> Relation {
    let wanted =
        Wanted { properties: &expand.properties, items: &expand.items, limit: expand.limit.as_ref() };
    let inner = format!("{} inner", within.place);
    let numbers = Numbers { row: None, place: Some(inner.clone()) };
    let expanded = expanded(binder, input, &wanted, numbers, span, env);
    renumbered(binder, expanded, &inner, within, span)
}

fn nested_apply(
    binder: &mut Binder<'_>,
    input: Relation,
    apply: &MvApply,
    within: &Within,
    span: Span,
    env: &Env,
) -> Relation {
    let inner = format!("{} inner", within.place);
    let applied = super::applied(binder, input, apply, Some(&inner), span, env);
    renumbered(binder, applied, &inner, within, span)
}

/// The rows numbered anew by their order and, among equals, by an inner one, which goes.
fn renumbered(
    binder: &mut Binder<'_>,
    input: Relation,
    inner: &str,
    within: &Within,
    span: Span,
) -> Relation {
    let order = vec![column(&within.place).sort(true, true), column(inner).sort(true, true)];
    let mut output = numbered(binder, input, order, within, span);
    if !output.open && !output.columns.iter().any(|column| column.poisoned) {
        let keep = output.columns.iter().filter(|column| column.name != inner).cloned().collect();
        output = super::super::project::keep(binder, output, keep, span);
    }
    output
}

fn count(binder: &mut Binder<'_>, input: Relation, name: &str, within: &Within, span: Span) -> Relation {
    let aggregates = Aggregates::default();
    let rows = datafusion::functions_aggregate::expr_fn::count(Typed::long(1).expr);
    let counted = Typed::new(column(&aggregates.add(rows)), KustoType::Long);
    grouped(binder, input, Vec::new(), vec![(name.to_owned(), counted)], aggregates, within, span)
}

fn summarized(
    binder: &mut Binder<'_>,
    input: Relation,
    summarize: &Summarize,
    within: &Within,
    span: Span,
    env: &Env,
) -> Relation {
    let mut names = UniqueNames::default();
    let keys = summarize::keys(binder, Scope::of(env, &input), &summarize.by, &mut names);
    let aggregates = Aggregates::default();
    let results =
        summarize::results(binder, Scope::of(env, &input), &summarize.aggregates, &mut names, &aggregates);
    grouped(binder, input, keys, results, aggregates, within, span)
}

/// Groups the elements of each row, and keeps the columns of the row.
fn grouped(
    binder: &mut Binder<'_>,
    input: Relation,
    mut keys: Vec<(String, Typed)>,
    mut results: Vec<(String, Typed)>,
    aggregates: Aggregates,
    within: &Within,
    span: Span,
) -> Relation {
    let poisoned = input.open || keys.iter().chain(&results).any(|(_, typed)| typed.poisoned);
    keys.push((within.row.clone(), Typed::new(column(&within.row), KustoType::Long)));
    for (outer, held) in &within.outer {
        let any = first_value(column(held), Vec::new());
        results.push((held.clone(), Typed::new(column(&aggregates.add(any)), outer.kind)));
    }
    // Lists are made in the order of their elements.
    let input = if poisoned { input } else { in_order(binder, input, within, span) };
    let output = summarize::group(binder, input, keys, results, aggregates, span);
    // The groups of a row have no order among each other but the one that their keys give.
    let group_place = Typed::long(0);
    let hidden = within.hidden();
    let mut items: Vec<(String, Typed)> = Vec::new();
    let is_hidden = |name: &str| hidden.iter().any(|hidden| hidden.name == name);
    let own = output.columns.iter().filter(|column| !is_hidden(&column.name));
    items.extend(own.map(|column| (column.name.clone(), column.typed())));
    items.extend(hidden.iter().map(|hidden| match hidden.name == within.place {
        true => (hidden.name.clone(), group_place.clone()),
        false => (hidden.name.clone(), hidden.typed()),
    }));
    let open = output.open || poisoned;
    let mut output = assemble(binder, output, items, span);
    for column in output.columns.iter_mut().filter(|column| is_hidden(&column.name)) {
        column.hidden = true;
    }
    Relation { open, ..output }
}
