//! `find [in (tables)] where predicate [project …]`: rows of several tables that fulfil a condition.
//!
//! Tables without any column that the condition names are left out, unless it speaks of all columns.
//!
//! Source: <https://learn.microsoft.com/kusto/query/find-operator>

use weir_kql::ast::{Expr, ExprKind, Find, FindColumn, Literal, Property, Span};
use weir_value::KustoType;

use super::parse::with_columns;
use super::project::assemble;
use super::search::condition;
use super::union::{all_tables, legs, unite_aligned};
use crate::bind::{Binder, Env, Scope, pack};
use crate::functions::dynamic::BAG;
use crate::typed::{self, Column, Relation, Typed};

/// The column that holds what no column of its own.
const PACKED: &str = "pack_";

pub(crate) fn bind(binder: &mut Binder<'_>, find: &Find, span: Span, env: &Env) -> Relation {
    let source = source_column(binder, &find.properties);
    let tables = match find.tables.is_empty() {
        true => all_tables(binder, span, env),
        false => legs(binder, &find.tables, false, env),
    };
    if tables.is_empty() || tables.iter().any(|table| table.open) {
        return Relation::poison();
    }
    let mut referenced = Vec::new();
    names(&find.predicate, &mut referenced);
    let referenced: Vec<Column> = referenced
        .iter()
        .filter_map(|name| tables.iter().find_map(|table| table.column(name).cloned()))
        .collect();
    let everywhere = tables.len() == 1 || speaks_of_all(&find.predicate);
    let concerned =
        |table: &Relation| everywhere || referenced.iter().any(|c| table.column(&c.name).is_some());
    let chosen: Vec<(usize, Relation)> =
        tables.into_iter().enumerate().filter(|(_, table)| concerned(table)).collect();
    if chosen.is_empty() {
        // No table has a column that is named: the condition says which.
        let nowhere = Relation { open: false, ..Relation::poison() };
        condition::bind(binder, &find.predicate, Scope::of(env, &nowhere), false);
        if !binder.has_errors() {
            binder.error(None, find.predicate.span, "no table has a column that this condition names");
        }
        return Relation::poison();
    }
    let Some(output) = output(binder, &chosen, &referenced, &find.project) else { return Relation::poison() };
    let mut parts = Vec::new();
    for (place, table) in chosen {
        let name = table.name.clone().unwrap_or_else(|| format!("union_arg{place}"));
        let found = matching(binder, table, &referenced, &find.predicate, span, env);
        if found.open {
            return found;
        }
        parts.push(shaped(binder, found, (&source, &name), &output, span));
    }
    unite_aligned(binder, parts, span)
}

/// The columns of the result.
struct Output {
    columns: Vec<Column>,
    /// Whether what is left of each row stands in one more column.
    packed: bool,
}

fn source_column(binder: &mut Binder<'_>, properties: &[Property]) -> String {
    let mut source = "source_".to_owned();
    for property in properties {
        match (property.name.text.as_str(), &property.value.kind) {
            ("withsource" | "with_source", ExprKind::Name(name)) => source.clone_from(&name.text),
            ("withsource" | "with_source", ExprKind::Literal(Literal::String(text))) => {
                source.clone_from(&text.value);
            }
            ("datascope", _) => {}
            (name, _) if name.starts_with("hint.") => {}
            (name, _) => binder.error(None, property.name.span, format!("a find has no property '{name}'")),
        }
    }
    source
}

/// Names that a condition uses, each once, in their order.
fn names(expr: &Expr, found: &mut Vec<String>) {
    match &expr.kind {
        ExprKind::Name(name) if !found.contains(&name.text) => found.push(name.text.clone()),
        ExprKind::Paren(inner)
        | ExprKind::Unary { operand: inner, .. }
        | ExprKind::Member { base: inner, .. } => {
            names(inner, found);
        }
        ExprKind::Index { base, index } => [base, index].into_iter().for_each(|part| names(part, found)),
        ExprKind::Binary { left, right, .. } => [left, right].into_iter().for_each(|part| names(part, found)),
        ExprKind::Between { value, low, high, .. } => {
            [value, low, high].into_iter().for_each(|part| names(part, found));
        }
        ExprKind::Call(call) => call.arguments.iter().for_each(|argument| names(&argument.value, found)),
        ExprKind::In { value, list, .. } => {
            names(value, found);
            list.iter().for_each(|item| names(item, found));
        }
        _ => {}
    }
}

/// Whether a condition speaks of all columns: a text alone, or `* has "x"`.
fn speaks_of_all(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Star | ExprKind::Literal(Literal::String(_)) => true,
        ExprKind::Paren(inner) => speaks_of_all(inner),
        ExprKind::Binary { op, left, right, .. } => match op {
            weir_kql::ast::BinaryOp::And | weir_kql::ast::BinaryOp::Or => {
                speaks_of_all(left) || speaks_of_all(right)
            }
            _ => matches!(left.kind, ExprKind::Star),
        },
        ExprKind::Call(call) if call.name.text == "not" => {
            call.arguments.iter().any(|argument| speaks_of_all(&argument.value))
        }
        _ => false,
    }
}

fn output(
    binder: &mut Binder<'_>,
    tables: &[(usize, Relation)],
    referenced: &[Column],
    project: &[FindColumn],
) -> Option<Output> {
    let mut columns: Vec<Column> = Vec::new();
    if project.is_empty() {
        let same = |table: &Relation, column: &Column| {
            table.column(&column.name).is_some_and(|c| c.kind == column.kind)
        };
        let first = tables.first()?;
        columns.extend(first.1.visible().filter(|c| tables.iter().all(|(_, table)| same(table, c))).cloned());
        columns.extend(
            referenced
                .iter()
                .filter(|c| !columns.iter().any(|known| known.name == c.name))
                .cloned()
                .collect::<Vec<_>>(),
        );
        let packed = tables
            .iter()
            .any(|(_, table)| table.visible().any(|c| !columns.iter().any(|k| k.name == c.name)));
        return Some(Output { columns, packed });
    }
    let mut packed = false;
    for (place, wanted) in project.iter().enumerate() {
        match wanted {
            FindColumn::PackAll(span) => {
                packed = true;
                if place + 1 < project.len() {
                    binder.error(None, *span, "pack(*) must be the last of the columns");
                    return None;
                }
            }
            FindColumn::Column { name, kind } => {
                let known = tables.iter().find_map(|(_, table)| table.column(&name.text));
                match (known, kind) {
                    (Some(known), kind) => columns.push(Column::new(&name.text, kind.unwrap_or(known.kind))),
                    (None, Some(kind)) => columns.push(Column::new(&name.text, *kind)),
                    (None, None) => {
                        let all = tables.iter().flat_map(|(_, table)| table.visible());
                        binder.unknown_name(name, "column", all.map(|column| column.name.as_str()));
                        return None;
                    }
                }
            }
        }
    }
    Some(Output { columns, packed })
}

/// The rows of one table for which the condition holds; columns that only other tables have are null.
fn matching(
    binder: &mut Binder<'_>,
    table: Relation,
    referenced: &[Column],
    predicate: &Expr,
    span: Span,
    env: &Env,
) -> Relation {
    let missing: Vec<(String, Typed)> = referenced
        .iter()
        .filter(|column| table.column(&column.name).is_none())
        .map(|column| (column.name.clone(), Typed::null(column.kind)))
        .collect();
    let own: Vec<Column> = table.columns.clone();
    let extended = match missing.is_empty() {
        true => table,
        false => with_columns(binder, table, missing, span),
    };
    let condition = condition::bind(binder, predicate, Scope::of(env, &extended), false);
    if condition.poisoned {
        return Relation::poison();
    }
    let plan = binder.step(span, &extended, |plan| typed::filter(plan, condition.expr));
    Relation { plan, columns: own, ..extended }
}

/// The rows of one table with the columns of the result.
fn shaped(
    binder: &mut Binder<'_>,
    table: Relation,
    (source, name): (&str, &str),
    output: &Output,
    span: Span,
) -> Relation {
    let mut items = vec![(source.to_owned(), Typed::text(name))];
    for wanted in &output.columns {
        let typed = match table.column(&wanted.name) {
            Some(known) => binder.converted(known.typed(), wanted.kind),
            None => Typed::null(wanted.kind),
        };
        items.push((wanted.name.clone(), typed));
    }
    if output.packed {
        let rest = table.visible().filter(|c| !output.columns.iter().any(|known| known.name == c.name));
        let properties = rest.flat_map(|c| [Typed::text(&c.name).expr, pack(c.typed()).expr]).collect();
        let bag = Typed::new(BAG.call(properties), KustoType::Dynamic);
        items.push((PACKED.to_owned(), binder.fold(bag)));
    }
    assemble(binder, table, items, span)
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    const LETS: &str = "let a = view () { datatable(host:string, port:long, up:bool)['web', 443, true, 'db', 5432, false] };\
        let b = view () { datatable(host:string, note:string)['web', 'slow', 'mail', 'web'] };\
        let c = view () { print other = 1 };";

    #[test]
    fn columns_that_all_have_and_those_named_stand_alone() {
        assert_eq!(
            answer(&format!("{LETS} find in (a, b, c) where host == 'web' | sort by source_ asc")),
            "source_:string, host:string, pack_:dynamic\n\
             a | web | {\"port\":443,\"up\":true}\nb | web | {\"note\":\"slow\"}"
        );
        assert_eq!(
            answer(&format!(
                "{LETS} find withsource=t in (a, b) where host == 'mail' or port > 5000 | sort by t asc"
            )),
            "t:string, host:string, port:long, pack_:dynamic\na | db | 5432 | {\"up\":false}\nb | mail | null | {\"note\":\"web\"}"
        );
    }

    #[test]
    fn texts_are_looked_for_in_all_columns() {
        assert_eq!(
            rows(&format!(
                "{LETS} find in (a, b, c) where 'web' | summarize count() by source_ | sort by source_ asc"
            )),
            "a | 1\nb | 2"
        );
    }

    #[test]
    fn columns_can_be_chosen() {
        assert_eq!(
            answer(&format!(
                "{LETS} find in (a, b) where host has 'web' project host, port: string, pack(*) | sort by source_ asc"
            )),
            "source_:string, host:string, port:string, pack_:dynamic\n\
             a | web | 443 | {\"up\":true}\nb | web |  | {\"note\":\"slow\"}"
        );
    }

    #[test]
    fn what_no_table_has_is_refused() {
        assert!(refused(&format!("{LETS} find in (a, b) where nothere == 1")).contains("KS142"));
        assert!(
            refused(&format!("{LETS} find in (a, b) where host == 'web' project nothere")).contains("KS142")
        );
        assert!(refused(&format!("{LETS} find in (nowhere) where host == 'web'")).contains("KS204"));
    }
}
