//! `as name`: the table so far has a name for the rest of the pipeline.
//!
//! Source: <https://learn.microsoft.com/kusto/query/as-operator>

use weir_kql::ast::{ExprKind, Literal, Name, Property};

use crate::bind::{Binder, Binding, Env};
use crate::typed::Relation;

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    name: &Name,
    properties: &[Property],
    env: &Env,
) -> (Relation, Env) {
    let mut once = false;
    for property in properties {
        match (property.name.text.to_ascii_lowercase().as_str(), &property.value.kind) {
            ("hint.materialized", ExprKind::Literal(Literal::Bool(value))) => once = *value == Some(true),
            (hint, _) if hint.starts_with("hint.") => {}
            (other, _) => binder.error(None, property.name.span, format!("as has no property '{other}'")),
        }
    }
    let input = if once { binder.materialized(input, name.span) } else { input };
    let named = Relation { name: Some(name.text.clone()), ..input };
    let env = env.with(&name.text, Binding::Table(named.clone()));
    (named, env)
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, rows};

    #[test]
    fn the_name_holds_in_the_steps_that_follow() {
        let t = "range x from 1 to 3 step 1";
        assert_eq!(rows(&format!("{t} | as T | where x == toscalar(T | summarize max(x))")), "3");
        assert_eq!(
            rows(&format!(
                "{t} | as hint.materialized = true T | where x > 2 | union T | summarize n = count() by x | sort by n desc | take 1"
            )),
            "3 | 2"
        );
        assert!(refused(&format!("{t} | as T; T")).contains("no table is named 'T'"));
    }
}
