//! `project-by-names name, …`: columns whose names are values: strings or arrays of strings, with wildcards.
//!
//! Source: <https://learn.microsoft.com/kusto/query/project-by-names-operator>

use weir_kql::ast::{Expr, Span};
use weir_value::KustoType;
use weir_value::dynamic::{Kind, View};

use super::project::keep;
use super::project_away::matches_wildcard;
use crate::bind::{Binder, Env, Scope};
use crate::typed::{Column, Relation, Typed};

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    items: &[Expr],
    span: Span,
    env: &Env,
) -> Relation {
    if input.open {
        return input;
    }
    let mut columns: Vec<Column> = Vec::new();
    for item in items {
        let typed = binder.scalar(item, Scope::outside(env));
        if typed.poisoned {
            continue;
        }
        let Some(names) = names(&typed) else {
            let message = "names of columns are constant strings or arrays of them";
            binder.error(None, item.span, message);
            continue;
        };
        for name in names {
            let matched: Vec<Column> =
                input.visible().filter(|column| matches_wildcard(&name, &column.name)).cloned().collect();
            if matched.is_empty() && !name.contains('*') {
                binder.error(Some("KS142"), item.span, format!("no column is named '{name}'"));
            }
            for column in matched {
                if !columns.contains(&column) {
                    columns.push(column);
                }
            }
        }
    }
    keep(binder, input, columns, span)
}

/// The names that a constant holds.
fn names(typed: &Typed) -> Option<Vec<String>> {
    if let Some(text) = typed.as_text() {
        return Some(vec![text.to_owned()]);
    }
    let datafusion::common::ScalarValue::BinaryView(Some(bytes)) = typed.as_constant()? else { return None };
    let view = View::new(bytes);
    match view.kind() {
        Kind::Array if typed.kind == KustoType::Dynamic => {
            view.items().map(|item| item.as_str().map(str::to_owned)).collect()
        }
        _ => view.as_str().map(|name| vec![name.to_owned()]),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused};

    const T: &str = "print Src = 'a', Port = 1, Dest = 'b'";

    #[test]
    fn names_are_values() {
        assert_eq!(
            answer(&format!("{T} | project-by-names 'Port', dynamic(['Src'])")),
            "Port:long, Src:string\n1 | a"
        );
        assert_eq!(
            answer(&format!("let n = dynamic(['P*', 'Dest']); {T} | project-by-names n")),
            "Port:long, Dest:string\n1 | b"
        );
    }

    #[test]
    fn what_is_no_name_is_refused() {
        assert!(refused(&format!("{T} | project-by-names 'Nope'")).contains("no column is named 'Nope'"));
        assert!(refused(&format!("{T} | project-by-names 1")).contains("names of columns"));
    }
}
