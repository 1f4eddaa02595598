//! `project a, b = …`: these columns, in this order.
//!
//! Source: <https://learn.microsoft.com/kusto/query/project-operator>

use std::collections::{HashMap, HashSet};

use datafusion::common::internal_err;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, LogicalPlan};
use weir_kql::ast::{ExprKind, NamedExpr, Span};

use crate::bind::{Binder, Env, Scope, UniqueNames, Windows, default_name};
use crate::functions::several;
use crate::typed::{self, Column as TableColumn, Relation, Typed, column};

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
            binder.error(Some("KS171"), name.span, format!("there are two columns '{}'", name.text));
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
                // A column that stands there twice is a slip; an expression that bears its name gets another.
                Some(name) if is_given_twice(items, item) => {
                    binder.error(Some("KS171"), item.value.span, format!("there are two columns '{name}'"));
                    name
                }
                Some(name) => names.unique(&name),
                None => names.numbered(),
            },
        };
        columns.push((name, typed));
    }
    columns
}

/// Whether an item is a plain column that another one before it is, too, or whose name another one is given.
fn is_given_twice(items: &[NamedExpr], item: &NamedExpr) -> bool {
    let plain = |item: &NamedExpr| match &item.value.kind {
        ExprKind::Name(name) if item.names.is_empty() => Some(name.text.clone()),
        _ => None,
    };
    let Some(name) = plain(item) else { return false };
    let before = items.iter().take_while(|other| !std::ptr::eq(*other, item));
    before.filter_map(plain).any(|other| other == name)
        || items.iter().flat_map(|other| &other.names).any(|given| given.text == name)
}

/// A table of these columns, and of those that say in which order its rows are.
pub(crate) fn assemble(
    binder: &mut Binder<'_>,
    input: Relation,
    items: Vec<(String, Typed)>,
    span: Span,
) -> Relation {
    let mut columns: Vec<TableColumn> = items
        .iter()
        .map(|(name, typed)| TableColumn { poisoned: typed.poisoned, ..TableColumn::new(name, typed.kind) })
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
        let step = binder.next_step();
        // What the plan has beyond the columns belongs to who put it there, and is needed still.
        let whole = input.plan.schema().fields().len() == input.columns.len();
        binder.step(span, &input, |plan| {
            let (plan, exprs) = if whole { through(plan, exprs) } else { (plan, exprs) };
            match apart(&plan, &exprs, step) {
                Some((calculate, rename)) => typed::project(typed::project(plan, calculate)?, rename),
                None => typed::project(plan, exprs),
            }
        })
    };
    Relation { plan, columns, name: None, open: false, ..input }
}

/// Two projections instead of one that reads what it replaces: first the new values under names of their own, then
/// those under the names asked for.
///
/// The optimizer takes a projection for the one below it when both are written alike, as `x = x + 1` twice.
fn apart(plan: &LogicalPlan, exprs: &[Expr], step: usize) -> Option<(Vec<Expr>, Vec<Expr>)> {
    let changed: Vec<Option<&str>> = exprs
        .iter()
        .map(|expr| match expr {
            Expr::Alias(alias) => match alias.expr.as_ref() {
                Expr::Column(column) if column.name == alias.name => None,
                _ => Some(alias.name.as_str()),
            },
            _ => None,
        })
        .collect();
    let there: HashSet<&str> = plan.schema().fields().iter().map(|field| field.name().as_str()).collect();
    let replaced: HashSet<&str> =
        changed.iter().flatten().copied().filter(|name| there.contains(name)).collect();
    let reads = |expr: &Expr| expr.column_refs().iter().any(|column| replaced.contains(column.name.as_str()));
    if replaced.is_empty() || !exprs.iter().any(reads) {
        return None;
    }
    let mut calculate = Vec::with_capacity(exprs.len());
    let mut rename = Vec::with_capacity(exprs.len());
    for (expr, changed) in exprs.iter().zip(changed) {
        match (expr, changed) {
            (Expr::Alias(alias), Some(name)) => {
                let own = format!("step {step} {name}");
                calculate.push(alias.expr.as_ref().clone().alias(&own));
                rename.push(column(&own).alias(name));
            }
            _ => {
                calculate.push(expr.clone());
                let name = match expr {
                    Expr::Alias(alias) => alias.name.as_str(),
                    Expr::Column(column) => column.name.as_str(),
                    _ => return None,
                };
                rename.push(column(name));
            }
        }
    }
    Some((calculate, rename))
}

/// The same columns of what the plan projects from, where it is a projection that can be seen through.
///
/// A thousand steps that each add a column would otherwise be a thousand projections of up to a thousand columns. A
/// column that is calculated stays calculated once: it is used by one expression only, and not too deep in it.
fn through(plan: LogicalPlan, exprs: Vec<Expr>) -> (LogicalPlan, Vec<Expr>) {
    let LogicalPlan::Projection(below) = &plan else { return (plan, exprs) };
    let known: HashMap<&str, &Expr> = below
        .expr
        .iter()
        .filter_map(|expr| match expr {
            Expr::Alias(alias) => Some((alias.name.as_str(), alias.expr.as_ref())),
            Expr::Column(column) => Some((column.name.as_str(), expr)),
            _ => None,
        })
        .collect();
    let mut used = HashSet::new();
    let mut seen_through = Vec::with_capacity(exprs.len());
    for expr in &exprs {
        let (inner, name) = match expr {
            Expr::Alias(alias) => (alias.expr.as_ref(), alias.name.as_str()),
            Expr::Column(column) => (expr, column.name.as_str()),
            _ => return (plan, exprs),
        };
        let replaced = inner.clone().transform_up(|node| {
            let Expr::Column(column) = &node else { return Ok(Transformed::no(node)) };
            match known.get(column.name.as_str()) {
                Some(plain @ Expr::Column(_)) => Ok(Transformed::yes((*plain).clone())),
                Some(calculated) if used.insert(column.name.clone()) => {
                    Ok(Transformed::yes((*calculated).clone()))
                }
                _ => internal_err!("the column is calculated, and used a second time"),
            }
        });
        match replaced {
            Ok(replaced) if matches!(inner, Expr::Column(_)) || is_shallow(&replaced.data) => {
                seen_through.push(replaced.data.alias(name));
            }
            _ => return (plan, exprs),
        }
    }
    (below.input.as_ref().clone(), seen_through)
}

/// Whether an expression is no higher than is good for those who walk through it.
fn is_shallow(expr: &Expr) -> bool {
    /// A tree of that height is walked through in no time; the time grows with its square.
    const HEIGHT_MAX: usize = 64;
    let mut level = vec![expr];
    for _ in 0..HEIGHT_MAX {
        let mut next = Vec::new();
        for node in level {
            let walked = node.apply_children(|child| {
                next.push(child);
                Ok(TreeNodeRecursion::Continue)
            });
            if walked.is_err() {
                return false;
            }
        }
        if next.is_empty() {
            return true;
        }
        level = next;
    }
    false
}

/// Keeps some columns, in the order given.
pub(crate) fn keep(binder: &mut Binder<'_>, input: Relation, keep: Vec<TableColumn>, span: Span) -> Relation {
    if input.open {
        return input;
    }
    let mut keep = keep;
    let further = input.order_columns().filter(|key| keep.iter().all(|kept| kept.name != key.name));
    let further: Vec<TableColumn> = further.cloned().collect();
    keep.extend(further);
    let exprs: Vec<_> = keep.iter().map(|kept| column(&kept.name)).collect();
    let plan = binder.step(span, &input, |plan| typed::project(plan, exprs));
    Relation { plan, columns: keep, name: None, ..input }
}

#[cfg(test)]
mod tests {
    use crate::testing::rows;

    #[test]
    fn steps_that_are_written_alike_are_all_taken() {
        assert_eq!(rows("print x = 1 | extend x = x + 1 | extend x = x + 1 | extend x = x + 1"), "4");
        assert_eq!(rows("print x = 3 | extend x = x * x | where x > 0 | extend x = x * x"), "81");
        assert_eq!(rows("print a = 1, b = 2 | project a = b, b = a | project a = b, b = a"), "1 | 2");
        assert_eq!(
            rows(
                "print a = 1, b = 2 | project a = b + 1, b = a | project a = b + 1, b = a | project a = b + 1, b = a"
            ),
            "4 | 2"
        );
        assert_eq!(
            rows(
                "datatable(x:long)[1, 2] | extend y = x + 1 | extend x = y * 2 | extend y = x + 1 | extend x = y * 2"
            ),
            "10 | 5\n14 | 7"
        );
    }

    #[test]
    fn many_steps_are_few_projections() {
        let steps: String = (0..200).map(|n| format!(" | extend y{n} = x + {n}")).collect();
        assert_eq!(rows(&format!("print x = 1{steps} | project y199, x")), "200 | 1");
    }
}
