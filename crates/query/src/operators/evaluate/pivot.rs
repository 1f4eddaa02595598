//! `evaluate pivot(column [, aggregate] [, keys …]) [: schema]`: the values of a column as columns.
//!
//! Source: <https://learn.microsoft.com/kusto/query/pivot-plugin>

use std::collections::BTreeSet;

use datafusion::arrow::array::{Array, AsArray};
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{Expr as PlanExpr, LogicalPlanBuilder};
use weir_kql::Diagnostic;
use weir_kql::ast::{Call, Expr, ExprKind, Name};
use weir_value::KustoType;

use super::super::summarize;
use super::{COLUMNS_MAX, Plugin};
use crate::aggregates;
use crate::bind::{Aggregates, Scope};
use crate::typed::{Column, Relation, Typed, column};

/// The aggregates that the original takes here.
const AGGREGATES: [&str; 12] = [
    "avg",
    "count",
    "dcount",
    "make_bag",
    "make_list",
    "make_set",
    "max",
    "min",
    "stdev",
    "sum",
    "take_any",
    "variance",
];

pub(super) fn bind(mut plugin: Plugin<'_, '_, '_>) -> Relation {
    plugin.no_named();
    let arguments = plugin.positional();
    let Some(pivot) = plugin.column(arguments.first().copied(), "pivotColumn") else {
        return Relation::poison();
    };
    if pivot.kind == KustoType::Dynamic {
        let message = format!("'{}' is a dynamic, and those cannot be told apart", pivot.name);
        plugin.binder.error(None, plugin.span, message);
        return Relation::poison();
    }
    let (aggregate, rest) = match arguments.get(1).map(|argument| (&argument.kind, *argument)) {
        Some((ExprKind::Call(call), argument)) => {
            ((call.clone(), argument.span), arguments.get(2..).unwrap_or_default())
        }
        _ => {
            let name = Name { text: "count".to_owned(), span: plugin.span };
            ((Call { name, arguments: Vec::new() }, plugin.span), arguments.get(1..).unwrap_or_default())
        }
    };
    let aggregate = Expr { kind: ExprKind::Call(aggregate.0), span: aggregate.1 };
    if !is_aggregate(&mut plugin, &aggregate) {
        return Relation::poison();
    }
    let Some(keys) = keys(&mut plugin, &pivot, &aggregate, rest) else { return Relation::poison() };
    let Some(values) = values(&mut plugin, &pivot) else { return Relation::poison() };
    let collected = Aggregates::default();
    let mut results: Vec<(String, Typed)> = Vec::new();
    for value in &values {
        if keys.iter().any(|(name, _)| name == value) {
            let message = format!("there is a column '{value}' beside the value of that name");
            plugin.binder.error(None, plugin.span, message);
            return Relation::poison();
        }
        results.push((value.clone(), cell(&mut plugin, &pivot, &aggregate, value, &collected)));
    }
    if keys.is_empty() && results.is_empty() {
        // No rows, no values, no columns.
        return Relation { open: false, ..Relation::poison() };
    }
    let output = summarize::group(plugin.binder, plugin.input, keys, results, collected, plugin.span);
    match plugin.schema {
        Some(schema) => {
            let same = |column: &Column| {
                schema
                    .columns
                    .iter()
                    .any(|wanted| wanted.name.text == column.name && wanted.kind == column.kind)
            };
            if schema.columns.len() != output.columns.len() || !output.columns.iter().all(same) {
                let found: Vec<String> =
                    output.columns.iter().map(|column| format!("{}: {}", column.name, column.kind)).collect();
                let message = format!("the schema is another than that of the data: {}", found.join(", "));
                plugin.binder.error(None, plugin.span, message);
                return Relation::poison();
            }
            let wanted = schema.columns.iter().filter_map(|wanted| output.column(&wanted.name.text).cloned());
            let wanted = wanted.collect();
            super::super::project::keep(plugin.binder, output, wanted, plugin.span)
        }
        None => output,
    }
}

fn is_aggregate(plugin: &mut Plugin<'_, '_, '_>, aggregate: &Expr) -> bool {
    let ExprKind::Call(call) = &aggregate.kind else { return false };
    let name = call.name.text.as_str();
    if AGGREGATES.contains(&name) && (name == "take_any" || aggregates::aggregate(name).is_some()) {
        return true;
    }
    let message = match AGGREGATES.contains(&name) {
        true => format!("not supported yet: the aggregate '{name}'"),
        false => format!("pivot does not take '{name}'"),
    };
    let diagnostic = Diagnostic::error(None, call.name.span, message);
    plugin.binder.tell(diagnostic.with_hint(format!("it takes {}", AGGREGATES.join(", "))));
    false
}

/// The columns by which rows come together: those named, or all but the pivot and what is aggregated.
fn keys(
    plugin: &mut Plugin<'_, '_, '_>,
    pivot: &Column,
    aggregate: &Expr,
    named: &[&Expr],
) -> Option<Vec<(String, Typed)>> {
    let mut columns = Vec::new();
    for argument in named {
        columns.push(plugin.column(Some(argument), "column")?);
    }
    if named.is_empty() {
        let aggregated: Vec<&str> = match &aggregate.kind {
            ExprKind::Call(call) => call
                .arguments
                .iter()
                .filter_map(|argument| match &argument.value.kind {
                    ExprKind::Name(name) => Some(name.text.as_str()),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        };
        let others = plugin.input.visible();
        columns.extend(
            others.filter(|c| c.name != pivot.name && !aggregated.contains(&c.name.as_str())).cloned(),
        );
    }
    if let Some(column) = columns.iter().find(|column| column.kind == KustoType::Dynamic) {
        let message = format!("'{}' is a dynamic and cannot be grouped by", column.name);
        let diagnostic = Diagnostic::error(Some("KS127"), plugin.span, message);
        plugin.binder.tell(diagnostic.with_hint("name the columns that are wanted behind the aggregate"));
        return None;
    }
    Some(columns.iter().map(|column| (column.name.clone(), column.typed())).collect())
}

/// The values of the pivot as text, each once, in their order.
fn values(plugin: &mut Plugin<'_, '_, '_>, pivot: &Column) -> Option<BTreeSet<String>> {
    let text = plugin.binder.converted(pivot.typed(), KustoType::String).expr.alias("value");
    let plan = plugin.binder.step(plugin.span, &plugin.input, |plan| {
        LogicalPlanBuilder::from(plan)
            .project(vec![text])?
            .distinct()?
            .limit(0, Some(COLUMNS_MAX + 1))?
            .build()
    });
    let batches = plugin.evaluate(plan)?;
    let mut values = BTreeSet::new();
    for batch in &batches {
        let texts = batch.column(0).as_string_view();
        values.extend((0..texts.len()).map(|row| texts.value(row).to_owned()));
    }
    if values.len() > COLUMNS_MAX {
        let message = format!("'{}' has more than {COLUMNS_MAX} values", pivot.name);
        plugin.binder.error(None, plugin.span, message);
        return None;
    }
    Some(values)
}

/// The aggregate over the rows in which the pivot has one value.
fn cell(
    plugin: &mut Plugin<'_, '_, '_>,
    pivot: &Column,
    aggregate: &Expr,
    value: &str,
    collected: &Aggregates,
) -> Typed {
    let own = Aggregates::default();
    let scope = Scope::of(plugin.env, &plugin.input).aggregating(&own);
    let several = match &aggregate.kind {
        ExprKind::Call(call) => aggregates::several(&call.name.text).map(|many| (many, call)),
        _ => None,
    };
    let typed = match several {
        Some((many, call)) => {
            let item = weir_kql::ast::NamedExpr { names: Vec::new(), value: aggregate.clone() };
            let first = many(plugin.binder, call, &item, scope).into_iter().next();
            first.map_or_else(Typed::poison, |(_, _, typed)| typed)
        }
        None => plugin.binder.scalar(aggregate, scope),
    };
    if typed.poisoned {
        return typed;
    }
    let text = plugin.binder.converted(pivot.typed(), KustoType::String);
    let is_value = text.expr.eq(Typed::text(value).expr);
    // Every aggregate of the cell, over its rows only, has a column of its own.
    let renamed: Vec<(String, String)> = own
        .into_inner()
        .into_iter()
        .map(|(expr, name)| (name, collected.add(filtered(expr, &is_value))))
        .collect();
    let expr = typed.expr.transform(|node| {
        Ok(match &node {
            PlanExpr::Column(known) => match renamed.iter().find(|(old, _)| *old == known.name) {
                Some((_, new)) => Transformed::yes(column(new)),
                None => Transformed::no(node),
            },
            _ => Transformed::no(node),
        })
    });
    match expr {
        Ok(expr) => Typed { expr: expr.data, ..typed },
        Err(error) => {
            plugin.binder.planning_failed(plugin.span, &error);
            Typed::poison()
        }
    }
}

/// An aggregate over the rows for which a further condition holds.
fn filtered(expr: PlanExpr, condition: &PlanExpr) -> PlanExpr {
    match expr {
        PlanExpr::AggregateFunction(AggregateFunction { func, mut params }) => {
            let both = match params.filter.take() {
                Some(own) => own.and(condition.clone()),
                None => condition.clone(),
            };
            params.filter = Some(Box::new(both));
            PlanExpr::AggregateFunction(AggregateFunction { func, params })
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    const T: &str = "datatable(site:string, proto:string, n:long, note:string)[\
        'x', 'tcp', 1, 'p', 'x', 'udp', 2, 'q', 'y', 'tcp', 4, 'p', 'x', 'tcp', 8, 'r']";

    #[test]
    fn values_become_columns_that_count_rows() {
        assert_eq!(
            answer(&format!("{T} | project site, proto | evaluate pivot(proto) | sort by site asc")),
            "site:string, tcp:long, udp:long\nx | 2 | 1\ny | 1 | 0"
        );
    }

    #[test]
    fn cells_are_aggregated_by_the_other_columns_or_those_named() {
        assert_eq!(
            answer(&format!("{T} | project-away note | evaluate pivot(proto, sum(n)) | sort by site asc")),
            "site:string, tcp:long, udp:long\nx | 9 | 2\ny | 4 | 0"
        );
        assert_eq!(
            answer(&format!("{T} | evaluate pivot(proto, max(n), site) | sort by site asc")),
            "site:string, tcp:long, udp:long\nx | 8 | 2\ny | 4 | null"
        );
        assert_eq!(
            rows(&format!("{T} | evaluate pivot(proto, take_any(note), site) | where site == 'y'")),
            "y | p | "
        );
    }

    #[test]
    fn a_schema_must_be_that_of_the_data() {
        let query = format!("{T} | evaluate pivot(proto, count(), site)");
        assert_eq!(
            answer(&format!("{query} : (udp:long, site:string, tcp:long) | sort by site asc")),
            "udp:long, site:string, tcp:long\n1 | x | 2\n0 | y | 1"
        );
        assert!(refused(&format!("{query} : (site:string, tcp:long)")).contains("udp: long"));
    }

    #[test]
    fn what_cannot_be_pivoted_is_refused() {
        assert!(refused(&format!("{T} | evaluate pivot(port)")).contains("KS142"));
        assert!(
            refused(&format!("{T} | evaluate pivot(proto, strlen(site))")).contains("does not take 'strlen'")
        );
        assert!(refused("print a = dynamic([1]) | evaluate pivot(a)").contains("dynamic"));
        assert!(
            refused("print a = 'b', b = 1 | evaluate pivot(a, count(), b)").contains("there is a column 'b'")
        );
    }
}
