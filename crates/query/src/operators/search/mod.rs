//! `search predicate`: rows in which a text stands, in whatever column; with the name of their table in `$table`.
//!
//! Source: <https://learn.microsoft.com/kusto/query/search-operator>

pub(crate) mod condition;

use weir_kql::ast::{ExprKind, Property, Search, Span};

use super::union::{Named, legs, unite_all};
use crate::bind::{Binder, Env, Scope};
use crate::typed::{self, Relation};

/// The column with the name of a row's table.
const TABLE: &str = "$table";

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Option<Relation>,
    search: &Search,
    span: Span,
    env: &Env,
) -> Relation {
    let case_sensitive = case_sensitive(binder, &search.properties);
    let tables = match (input, search.tables.is_empty()) {
        (Some(input), true) => vec![input],
        (Some(_), false) => {
            binder.error(None, span, "a search of given tables begins a pipeline");
            return Relation::poison();
        }
        (None, false) => legs(binder, &search.tables, false, env),
        (None, true) => super::union::all_tables(binder, span, env),
    };
    let united = unite_all(binder, tables, Named { column: TABLE, prefix: "search_arg" }, span);
    let scope = Scope::of(env, &united);
    let condition = condition::bind(binder, &search.predicate, scope, case_sensitive);
    if condition.poisoned || united.open {
        return united;
    }
    let plan = binder.step(span, &united, |plan| typed::filter(plan, condition.expr));
    Relation { plan, ..united }
}

fn case_sensitive(binder: &mut Binder<'_>, properties: &[Property]) -> bool {
    let mut sensitive = false;
    for property in properties {
        let word = match &property.value.kind {
            ExprKind::Name(name) => name.text.as_str(),
            _ => "",
        };
        match (property.name.text.as_str(), word) {
            ("kind", "case_sensitive") => sensitive = true,
            ("kind", "case_insensitive" | "default") => sensitive = false,
            ("kind", _) => {
                let message = "the kind of a search is case_insensitive or case_sensitive";
                binder.error(None, property.value.span, message);
            }
            (name, _) if name.starts_with("hint.") => {}
            (name, _) => binder.error(None, property.name.span, format!("a search has no property '{name}'")),
        }
    }
    sensitive
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    const T: &str = "datatable(host:string, note:string, port:long, d:dynamic)[\
        'web01', 'Disk full', 443, dynamic(null), 'db01', 'all well', 5432, dynamic({'zone': 'north'})]";

    fn hosts(predicate: &str) -> String {
        rows(&format!("{T} | search {predicate} | project host")).replace('\n', ", ")
    }

    #[test]
    fn a_text_is_a_term_of_any_column() {
        assert_eq!(
            answer(&format!("{T} | search 'disk'")),
            "$table:string, host:string, note:string, port:long, d:dynamic\n\
             search_arg0 | web01 | Disk full | 443 | null"
        );
        assert_eq!(hosts("'443'"), "web01");
        assert_eq!(hosts("'north'"), "db01");
        assert_eq!(hosts("'dis'"), "");
        assert_eq!(hosts("*"), "web01, db01");
    }

    #[test]
    fn stars_say_where_a_term_may_go_on() {
        assert_eq!(hosts("'dis*'"), "web01");
        assert_eq!(hosts("'*ell'"), "db01");
        assert_eq!(hosts("'*is*'"), "web01");
        assert_eq!(hosts("'we*1'"), "web01");
    }

    #[test]
    fn conditions_are_combined() {
        assert_eq!(hosts("'disk' and 'full'"), "web01");
        assert_eq!(hosts("'disk' or port > 5000"), "web01, db01");
        assert_eq!(hosts("not('disk')"), "db01");
        assert_eq!(hosts("note:'well' and host != 'x'"), "db01");
        assert_eq!(hosts("note has 'full' or ('north' and d.zone == 'north')"), "web01, db01");
        assert_eq!(hosts("* contains 'b0'"), "web01, db01");
        assert_eq!(hosts("* == 443"), "web01");
        assert_eq!(hosts("*:'well'"), "db01");
    }

    #[test]
    fn case_matters_where_it_is_asked_for() {
        assert_eq!(hosts("'DISK'"), "web01");
        assert_eq!(rows(&format!("{T} | search kind=case_sensitive 'disk' | count")), "0");
        assert_eq!(rows(&format!("{T} | search kind=case_sensitive 'Disk' | count")), "1");
    }

    #[test]
    fn several_tables_are_searched_as_one() {
        let lets =
            "let a = view () { print x = 'one', n = 1 }; let b = view () { print x = 'two', y = 'one' };";
        assert_eq!(
            answer(&format!("{lets} search in (a, b) 'one' | sort by x asc")),
            "$table:string, x:string, n:long, y:string\na | one | 1 | \nb | two | null | one"
        );
    }

    #[test]
    fn a_filter_looks_through_all_columns_too() {
        assert_eq!(rows(&format!("{T} | where * has 'full' and port == 443 | project host")), "web01");
        assert_eq!(rows(&format!("{T} | where not(* contains 'disk') | project host")), "db01");
        assert!(refused(&format!("{T} | where 'full'")).contains("KS107"));
        assert!(refused(&format!("{T} | extend x = * has 'full'")).contains("'*' means nothing here"));
    }

    #[test]
    fn what_is_no_condition_is_refused() {
        assert!(refused(&format!("{T} | search nothere == 'x'")).contains("KS142"));
        assert!(refused(&format!("{T} | search in (x) 'y'")).contains("begins a pipeline"));
        assert!(refused(&format!("{T} | search kind=loud 'y'")).contains("case_sensitive"));
    }
}
