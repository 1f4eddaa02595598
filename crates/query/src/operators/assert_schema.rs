//! `assert-schema (column: type, …)`: the same rows, if the table has these columns.

use weir_kql::ast::{ColumnDeclaration, Span};

use crate::bind::Binder;
use crate::typed::Relation;

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    declared: &[ColumnDeclaration],
    span: Span,
) -> Relation {
    if input.open || input.columns.iter().any(|column| column.poisoned) {
        return input;
    }
    let wanted: Vec<String> = declared.iter().map(|c| format!("{}: {}", c.name.text, c.kind)).collect();
    let found: Vec<String> = input.visible().map(|c| format!("{}: {}", c.name, c.kind)).collect();
    if wanted != found {
        binder.error(None, span, format!("the columns are ({})", found.join(", ")));
    }
    input
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, rows};

    #[test]
    fn rows_pass_when_names_types_and_order_are_those() {
        assert_eq!(rows("print a = 1, b = 'x' | assert-schema (a:long, b:string) | project b"), "x");
        for schema in ["a:long", "b:string, a:long", "a:int, b:string"] {
            let text = refused(&format!("print a = 1, b = 'x' | assert-schema ({schema})"));
            assert_eq!(text, "the columns are (a: long, b: string)");
        }
    }
}
