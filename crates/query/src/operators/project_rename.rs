//! `project-rename new = old, …`: the same columns under other names.
//!
//! Source: <https://learn.microsoft.com/kusto/query/project-rename-operator>

use weir_kql::ast::{ExprKind, NamedExpr, Span};

use super::project::assemble;
use crate::bind::Binder;
use crate::typed::Relation;

pub(crate) fn bind(binder: &mut Binder<'_>, input: Relation, items: &[NamedExpr], span: Span) -> Relation {
    if input.open {
        return input;
    }
    let mut names: Vec<String> = input.columns.iter().map(|column| column.name.clone()).collect();
    for item in items {
        let (Some(new), ExprKind::Name(old)) = (item.names.first(), &item.value.kind) else {
            binder.error(None, item.value.span, "write new = old, both names of columns");
            continue;
        };
        match input.columns.iter().position(|column| column.name == old.text) {
            Some(place) => names[place].clone_from(&new.text),
            None => binder.unknown_name(old, "column", input.visible().map(|column| column.name.as_str())),
        }
    }
    for (place, name) in names.iter().enumerate() {
        if names[..place].contains(name) {
            binder.error(Some("KS171"), span, format!("there are two columns '{name}'"));
            return input;
        }
    }
    let items = names.into_iter().zip(input.columns.iter().map(|column| column.typed())).collect();
    let columns = input.columns.clone();
    let mut output = assemble(binder, input, items, span);
    for (column, old) in output.columns.iter_mut().zip(columns) {
        column.hidden = old.hidden;
    }
    output
}
