//! `invoke f(arguments)`: a function of the query, with the table so far as its first argument.
//!
//! Source: <https://learn.microsoft.com/kusto/query/invoke-operator>

use weir_kql::ast::{Call, Expr, ExprKind, Name, NamedExpr, Span};

use crate::bind::{Binder, Binding, Env, Scope};
use crate::typed::Relation;

/// The name of the table that flows in, while the call is bound; no query can write it.
const INPUT: &str = "|";

pub(crate) fn bind(binder: &mut Binder<'_>, input: Relation, call: &Call, span: Span, env: &Env) -> Relation {
    if !matches!(env.get(&call.name.text), Some(Binding::Function(..))) {
        let message = format!("no function of the query is named '{}'", call.name.text);
        binder.error(Some("KS211"), call.name.span, message);
        return Relation::poison();
    }
    let env = env.with(INPUT, Binding::Table(input));
    let name = Name { text: INPUT.to_owned(), span: call.name.span };
    let table = Expr { kind: ExprKind::Name(name), span: call.name.span };
    let mut arguments = vec![NamedExpr { names: Vec::new(), value: table }];
    arguments.extend(call.arguments.iter().cloned());
    let call = Call { name: call.name.clone(), arguments };
    binder.table(&Expr { kind: ExprKind::Call(call), span }, Scope::outside(&env))
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, rows};

    #[test]
    fn the_table_is_the_first_argument() {
        let f = "let f = (T:(x:long), low:long, high:long = 9) { T | where x between (low .. high) };";
        assert_eq!(rows(&format!("{f} range x from 1 to 20 step 1 | invoke f(8)")), "8\n9");
        assert_eq!(
            rows(&format!("{f} range x from 1 to 20 step 1 | invoke f(high = 2, low = 1) | count")),
            "2"
        );
        assert!(refused(&format!("{f} print y = 1 | invoke f(1)")).contains("lacks the column 'x'"));
        assert!(refused("print y = 1 | invoke g()").contains("KS211"));
    }
}
