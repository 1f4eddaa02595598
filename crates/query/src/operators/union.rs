//! `union`: the rows of several tables, columns brought together by name.
//!
//! Source: <https://learn.microsoft.com/kusto/query/union-operator>

use std::collections::BTreeSet;

use datafusion::logical_expr::LogicalPlanBuilder;
use weir_kql::ast::{ExprKind, Literal, Name, Property, Span, Union, UnionOperand};

use super::project::assemble;
use super::project_away::matches_wildcard;
use crate::bind::{Binder, Binding, Env, Scope, UniqueNames};
use crate::typed::{Column, Relation, Typed};

/// What the properties ask for.
struct Options {
    /// Only columns that all tables have.
    inner: bool,
    /// Tables that do not exist are left out.
    fuzzy: bool,
    /// A column with the name of each row's table.
    source_column: Option<String>,
}

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Option<Relation>,
    union: &Union,
    span: Span,
    env: &Env,
) -> Relation {
    let options = options(binder, &union.properties);
    let mut legs = Vec::new();
    legs.extend(input);
    for operand in &union.operands {
        match operand {
            UnionOperand::Table(expr) => {
                if let ExprKind::Name(name) = &expr.kind
                    && options.fuzzy
                    && !binder.is_table(expr, Scope::outside(env))
                {
                    binder.tell(weir_kql::Diagnostic::note(
                        name.span,
                        format!("no table is named '{}'; it is left out", name.text),
                    ));
                    continue;
                }
                let leg = binder.table(expr, Scope::outside(env));
                let name = match &expr.kind {
                    // A table that a let holds has no name of its own; one of the catalogue has, and so has a view.
                    ExprKind::Name(name) => match env.get(&name.text) {
                        Some(Binding::Table(_)) => leg.name.clone(),
                        _ => Some(name.text.clone()),
                    },
                    _ => leg.name.clone(),
                };
                legs.push(Relation { name, ..leg });
            }
            UnionOperand::QualifiedWildcard { pattern: name, .. } | UnionOperand::Wildcard(name) => {
                legs.extend(wildcard(binder, name, env));
            }
        }
    }
    if legs.is_empty() {
        binder.error(None, span, "there is no table to unite");
        return Relation::poison();
    }
    unite(binder, legs, &options, span)
}

fn options(binder: &mut Binder<'_>, properties: &[Property]) -> Options {
    let mut options = Options { inner: false, fuzzy: false, source_column: None };
    for property in properties {
        let word = match &property.value.kind {
            ExprKind::Name(name) => name.text.clone(),
            ExprKind::Literal(Literal::Bool(Some(value))) => value.to_string(),
            ExprKind::Literal(Literal::String(text)) => text.value.clone(),
            _ => String::new(),
        };
        match property.name.text.to_ascii_lowercase().as_str() {
            "kind" => match word.as_str() {
                "inner" => options.inner = true,
                "outer" => {}
                _ => binder.error(None, property.value.span, "the kind of a union is inner or outer"),
            },
            "isfuzzy" => options.fuzzy = word.eq_ignore_ascii_case("true"),
            "withsource" | "with_source" => options.source_column = Some(word),
            // Hints tell the original how to run the union.
            name if name.starts_with("hint.") => {}
            name => binder.error(None, property.name.span, format!("a union has no property '{name}'")),
        }
    }
    options
}

/// The tables whose names a wildcard means: those of the catalogue, and views among the lets.
fn wildcard(binder: &mut Binder<'_>, name: &Name, env: &Env) -> Vec<Relation> {
    let mut names: BTreeSet<String> = binder.context().catalog.names().into_iter().collect();
    names.extend(env.iter().filter_map(|(name, binding)| match binding {
        Binding::Function(function, _) if function.view => Some(name.to_owned()),
        _ => None,
    }));
    let mut tables = Vec::new();
    for known in names.iter().filter(|known| matches_wildcard(&name.text, known)) {
        let table = Name { text: known.clone(), span: name.span };
        let expr = weir_kql::ast::Expr { span: name.span, kind: ExprKind::Name(table) };
        let relation = binder.table(&expr, Scope::outside(env));
        tables.push(Relation { name: Some(known.clone()), ..relation });
    }
    if tables.is_empty() {
        binder.error(Some("KS204"), name.span, format!("no table is named like '{}'", name.text));
    }
    tables
}

fn unite(binder: &mut Binder<'_>, legs: Vec<Relation>, options: &Options, span: Span) -> Relation {
    if legs.iter().any(|leg| leg.open) {
        return Relation::poison();
    }
    let columns = common_columns(&legs, options.inner);
    let mut plan: Option<LogicalPlanBuilder> = None;
    let mut result_columns = Vec::new();
    for (place, leg) in legs.into_iter().enumerate() {
        let mut items = Vec::new();
        if let Some(source) = &options.source_column {
            let name = leg.name.clone().unwrap_or_else(|| format!("union_arg{place}"));
            items.push((source.clone(), Typed::text(&name)));
        }
        for (output, name, kind) in &columns {
            let typed = match leg.visible().find(|column| column.name == *name && column.kind == *kind) {
                Some(column) => column.typed(),
                None => Typed::null(*kind),
            };
            items.push((output.clone(), typed));
        }
        let aligned = assemble(binder, leg, items, span);
        result_columns.clone_from(&aligned.columns);
        let united = match plan {
            None => Ok(LogicalPlanBuilder::from(aligned.plan)),
            Some(so_far) => so_far.union(aligned.plan),
        };
        match united {
            Ok(united) => plan = Some(united),
            Err(error) => {
                binder.planning_failed(span, &error);
                return Relation::poison();
            }
        }
    }
    match plan.map(LogicalPlanBuilder::build) {
        Some(Ok(plan)) if binder.is_bounded(&plan, span) => Relation::new(plan, result_columns),
        _ => Relation::poison(),
    }
}

/// The columns of a union: the name of each in the result, its name in the tables, its type.
///
/// A name of different types in different tables becomes a column for each type, `x_long` and `x_string`.
fn common_columns(legs: &[Relation], inner: bool) -> Vec<(String, String, weir_value::KustoType)> {
    let mut columns: Vec<(String, weir_value::KustoType)> = Vec::new();
    for column in legs.iter().flat_map(Relation::visible) {
        let in_all = || {
            legs.iter()
                .all(|leg| leg.visible().any(|c: &Column| c.name == column.name && c.kind == column.kind))
        };
        if (!inner || in_all()) && !columns.contains(&(column.name.clone(), column.kind)) {
            columns.push((column.name.clone(), column.kind));
        }
    }
    let is_split = |name: &str| columns.iter().filter(|(other, _)| other == name).count() > 1;
    let mut names = UniqueNames::default();
    for (name, _) in columns.iter().filter(|(name, _)| !is_split(name)) {
        names.take(name);
    }
    columns
        .iter()
        .map(|(name, kind)| {
            let output = match is_split(name) {
                true => names.unique(&format!("{name}_{kind}")),
                false => name.clone(),
            };
            (output, name.clone(), *kind)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    #[test]
    fn columns_come_together_by_name_and_type() {
        assert_eq!(
            answer("union (print a = 1, b = 'x'), (print b = 'y', c = 2.5) | sort by b asc"),
            "a:long, b:string, c:real\n1 | x | null\nnull | y | 2.5"
        );
        assert_eq!(
            answer("union (print a = 1), (print a = 'x', a_long = 5) | sort by a_long asc"),
            "a_long1:long, a_string:string, a_long:long\n1 |  | null\nnull | x | 5"
        );
        assert_eq!(
            answer("print a = 1, b = 2 | union kind=inner (print a = 3, b = 'x') | sort by a asc"),
            "a:long\n1\n3"
        );
    }

    #[test]
    fn sources_are_named() {
        let lets = "let T = print a = 1; let V = view () { print a = 2 };";
        assert_eq!(
            rows(&format!("{lets} union withsource=S T, V, (print a = 3 | as W) | sort by a asc")),
            "union_arg0 | 1\nV | 2\nW | 3"
        );
    }

    #[test]
    fn what_is_not_there_is_left_out_when_asked() {
        assert_eq!(rows("union isfuzzy=true nowhere, (print a = 1)"), "1");
        assert!(refused("union nowhere, (print a = 1)").contains("KS204"));
        assert!(refused("union kind=middle (print a = 1)").contains("inner or outer"));
    }
}
