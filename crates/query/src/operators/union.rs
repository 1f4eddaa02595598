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
    /// What a table without a name is called there, before its number.
    prefix: String,
}

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Option<Relation>,
    union: &Union,
    span: Span,
    env: &Env,
) -> Relation {
    let options = options(binder, &union.properties);
    let mut all = Vec::new();
    all.extend(input);
    all.extend(legs(binder, &union.operands, options.fuzzy, env));
    if all.is_empty() {
        binder.error(None, span, "there is no table to unite");
        return Relation::poison();
    }
    unite(binder, all, &options, span)
}

/// The tables that are named, each with its name where it has one: lets and pipelines have none.
pub(crate) fn legs(
    binder: &mut Binder<'_>,
    operands: &[UnionOperand],
    fuzzy: bool,
    env: &Env,
) -> Vec<Relation> {
    let mut legs = Vec::new();
    for operand in operands {
        match operand {
            UnionOperand::Table(expr) => {
                if let Some(name) = source_of(expr)
                    && fuzzy
                    && !known(binder, name, env)
                {
                    binder.tell(weir_kql::Diagnostic::note(
                        name.span,
                        format!("no table is named '{}'; it is left out", name.text),
                    ));
                    continue;
                }
                let leg = binder.table(expr, Scope::outside(env));
                let name = match &expr.kind {
                    ExprKind::Name(name) => match env.get(&name.text) {
                        // A view is a table by its name, any other let only a word for what it stands for.
                        Some(Binding::Function(function, _)) if function.view => Some(name.text.clone()),
                        Some(_) => leg.name.clone(),
                        None => Some(name.text.clone()),
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
    legs
}

/// The name at the beginning of a leg, where it begins with one.
fn source_of(expr: &weir_kql::ast::Expr) -> Option<&Name> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name),
        ExprKind::Paren(inner) | ExprKind::Pipe { source: inner, .. } => source_of(inner),
        _ => None,
    }
}

/// Whether a name is a table or a let.
fn known(binder: &Binder<'_>, name: &Name, env: &Env) -> bool {
    env.get(&name.text).is_some() || binder.context().catalog.table(&name.text).is_some()
}

/// All tables there are, and all views.
pub(crate) fn all_tables(binder: &mut Binder<'_>, span: Span, env: &Env) -> Vec<Relation> {
    wildcard(binder, &Name { text: "*".to_owned(), span }, env)
}

/// What the column with the names of the tables is called, and tables that have none.
#[derive(Clone, Copy)]
pub(crate) struct Named<'n> {
    /// The column.
    pub column: &'n str,
    /// What stands before the number of a table without a name.
    pub prefix: &'n str,
}

/// The rows of all tables, columns brought together by name and type, and the name of each row's table.
pub(crate) fn unite_all(
    binder: &mut Binder<'_>,
    tables: Vec<Relation>,
    named: Named<'_>,
    span: Span,
) -> Relation {
    if tables.is_empty() {
        return Relation::poison();
    }
    let options = Options {
        inner: false,
        fuzzy: false,
        source_column: Some(named.column.to_owned()),
        prefix: named.prefix.to_owned(),
    };
    unite(binder, tables, &options, span)
}

fn options(binder: &mut Binder<'_>, properties: &[Property]) -> Options {
    let mut options =
        Options { inner: false, fuzzy: false, source_column: None, prefix: "union_arg".to_owned() };
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
    let mut aligned = Vec::with_capacity(legs.len());
    for (place, leg) in legs.into_iter().enumerate() {
        let mut items = Vec::new();
        if let Some(source) = &options.source_column {
            let name = leg.name.clone().unwrap_or_else(|| format!("{}{place}", options.prefix));
            items.push((source.clone(), Typed::text(&name)));
        }
        for (output, name, kind) in &columns {
            let typed = match leg.visible().find(|column| column.name == *name && column.kind == *kind) {
                Some(column) => column.typed(),
                None => Typed::null(*kind),
            };
            items.push((output.clone(), typed));
        }
        aligned.push(assemble(binder, leg.unordered(), items, span));
    }
    unite_aligned(binder, aligned, span)
}

/// The rows of tables whose columns are the same, in the same order.
pub(crate) fn unite_aligned(binder: &mut Binder<'_>, tables: Vec<Relation>, span: Span) -> Relation {
    let mut plan: Option<LogicalPlanBuilder> = None;
    let mut result_columns = Vec::new();
    for table in tables {
        // What says in which order the rows are differs from table to table.
        let own: Vec<Column> = table.visible().cloned().collect();
        let table = super::project::keep(binder, table.unordered(), own, span);
        result_columns = table.columns;
        let united = match plan {
            None => Ok(LogicalPlanBuilder::from(table.plan)),
            Some(so_far) => so_far.union(table.plan),
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

/// The rows of these tables; none of them needs a name.
pub(crate) fn unite_outer(binder: &mut Binder<'_>, legs: Vec<Relation>, span: Span) -> Relation {
    let options = options(binder, &[]);
    unite(binder, legs, &options, span)
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
    // Columns of one name stand together, where the first of them stood.
    let names: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
    columns.sort_by_key(|(name, _)| names.iter().position(|known| known == name));
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
            answer("print a = 1 | union (print a = 'x') | sort by a_string asc"),
            "a_long:long, a_string:string\n1 | \nnull | x"
        );
        assert_eq!(
            answer("union kind=inner (print a = 1, b = 2), (print b = 3) | sort by b asc"),
            "b:long\n2\n3"
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
    fn tables_are_named_by_as_and_views_lets_are_not() {
        let lets = "let one = print n = 1; let two = view () { print n = 2 };";
        assert_eq!(
            rows(&format!("{lets} union withsource=t one, two, (print n = 3 | as three) | sort by n asc")),
            "union_arg0 | 1\ntwo | 2\nthree | 3"
        );
        assert_eq!(rows(&format!("{lets} union tw* | project n")), "2");
    }

    #[test]
    fn tables_that_are_missing_are_left_out_only_when_asked() {
        assert_eq!(rows("union isfuzzy=true (print n = 1), nowhere"), "1");
        assert_eq!(rows("union isfuzzy=true (nowhere | where x > 1 | project n = x), (print n = 1)"), "1");
        assert!(refused("union isfuzzy=true (print n = 1 | where m > 1), (print n = 1)").contains("KS142"));
        assert!(refused("union isfuzzy=true nowhere").contains("no table to unite"));
        assert!(refused("union (print n = 1), nowhere").contains("KS204"));
        assert!(refused("union kind=left (print n = 1)").contains("inner or outer"));
    }
}
