//! `lookup kind=… (right) on conditions`: rows with what another table says of their keys, which are not repeated.
//!
//! Source: <https://learn.microsoft.com/kusto/query/lookup-operator>

use datafusion::common::JoinType;
use datafusion::logical_expr::{Cast, Expr as PlanExpr};
use weir_kql::ast::{ExprKind, Join, Span};

use super::join::{keys, lookup_rows};
use crate::bind::{Binder, Env, Scope};
use crate::typed::Relation;

pub(crate) fn bind(binder: &mut Binder<'_>, left: Relation, join: &Join, span: Span, env: &Env) -> Relation {
    let mut kind = JoinType::Left;
    for property in &join.properties {
        let name = property.name.text.to_ascii_lowercase();
        let word = match &property.value.kind {
            ExprKind::Name(name) => name.text.as_str(),
            _ => "",
        };
        match (name.as_str(), word) {
            ("kind", "leftouter") => kind = JoinType::Left,
            ("kind", "inner") => kind = JoinType::Inner,
            ("kind", _) => {
                binder.error(None, property.value.span, "the kind of a lookup is leftouter or inner");
            }
            (name, _) if name.starts_with("hint.") => {}
            (name, _) => binder.error(None, property.name.span, format!("a lookup has no property '{name}'")),
        }
    }
    let right = binder.table(&join.right, Scope::outside(env));
    let Some(keys) = keys(binder, &left, &right, &join.on, env) else { return Relation::poison() };
    if left.is_poisoned() || right.is_poisoned() {
        return Relation::poison();
    }
    if keys.is_empty() {
        binder.error(None, span, "a lookup needs a condition: on key, or on $left.a == $right.b");
        return Relation::poison();
    }
    let repeated: Vec<String> =
        keys.iter().filter_map(|(_, right)| column_of(&right.expr).map(str::to_owned)).collect();
    match lookup_rows(binder, left, right, kind, keys, &repeated, span) {
        Ok(relation) => relation,
        Err(error) => {
            binder.planning_failed(span, &error);
            Relation::poison()
        }
    }
}

/// The column that a key is, be it widened.
fn column_of(expr: &PlanExpr) -> Option<&str> {
    match expr {
        PlanExpr::Column(column) => Some(&column.name),
        PlanExpr::Cast(Cast { expr, .. }) => column_of(expr),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    const T: &str = "let P = datatable(Port:int, Name:string)[22, 'ssh', 443, 'https', 443, 'web']; \
                     datatable(Ip:string, Port:long)['a', 443, 'b', 80, '', long(null)]";

    #[test]
    fn keys_are_not_repeated_and_rows_without_a_match_are_padded() {
        assert_eq!(
            answer(&format!("{T} | lookup P on Port | sort by Ip asc, Name asc")),
            "Ip:string, Port:long, Name:string\n | null | \na | 443 | https\na | 443 | web\nb | 80 | "
        );
        assert_eq!(
            rows(&format!(
                "{T} | lookup kind=inner (P | project q = Port, n = 1) on $left.Port == $right.q | distinct Ip, n"
            )),
            "a | 1"
        );
    }

    #[test]
    fn a_clash_gets_a_number() {
        assert_eq!(
            answer("print k = 1, v = 'l' | lookup (print k = 1, v = 'r') on k"),
            "k:long, v:string, v1:string\n1 | l | r"
        );
    }

    #[test]
    fn other_kinds_are_refused() {
        assert!(refused(&format!("{T} | lookup kind=fullouter P on Port")).contains("leftouter or inner"));
        assert!(refused(&format!("{T} | lookup P on Name")).contains("KS142"));
    }
}
