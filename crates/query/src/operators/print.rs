//! `print a, b = …`: one row.
//!
//! Source: <https://learn.microsoft.com/kusto/query/print-operator>

use datafusion::logical_expr::LogicalPlanBuilder;
use weir_kql::ast::{NamedExpr, Span};

use super::project::assemble;
use crate::bind::{Binder, Scope, UniqueNames};
use crate::functions::several;
use crate::typed::{Relation, Typed};

pub(crate) fn bind(binder: &mut Binder<'_>, items: &[NamedExpr], span: Span, scope: Scope<'_>) -> Relation {
    let mut names = UniqueNames::default();
    let mut columns = Vec::new();
    for (place, item) in items.iter().enumerate() {
        if let Some(several) = several(binder, &item.value, scope) {
            for (place, (own, typed)) in several.into_iter().enumerate() {
                match item.names.get(place) {
                    Some(name) => columns.push((names.unique(&name.text), typed)),
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
            None => names.unique(&format!("print_{place}")),
            Some(name) => {
                if !names.take(&name.text) {
                    let message = format!("there are two columns '{}'", name.text);
                    binder.error(Some("KS171"), name.span, message);
                }
                name.text.clone()
            }
        };
        columns.push((name, typed));
    }
    one_row(binder, columns, span)
}

/// A table of one row.
pub(crate) fn one_row(binder: &mut Binder<'_>, columns: Vec<(String, Typed)>, span: Span) -> Relation {
    match LogicalPlanBuilder::empty(true).build() {
        Ok(plan) => {
            Relation { serialized: true, ..assemble(binder, Relation::new(plan, Vec::new()), columns, span) }
        }
        Err(error) => {
            binder.planning_failed(span, &error);
            Relation::poison()
        }
    }
}
