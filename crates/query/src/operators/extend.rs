//! `extend a = …`: further columns; one of a name that exists takes its place.
//!
//! Source: <https://learn.microsoft.com/kusto/query/extend-operator>

use weir_kql::ast::{NamedExpr, Span};

use super::project::assemble;
use crate::bind::{Binder, Env, Scope, UniqueNames, Windows, default_name};
use crate::functions::several;
use crate::typed::{Column, Relation, Typed};

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    items: &[NamedExpr],
    span: Span,
    env: &Env,
) -> Relation {
    // Those of the order may change with the first window function; they follow by themselves.
    let ordering = |column: &&Column| input.order_columns().any(|key| key.name == column.name);
    let own = input.columns.iter().filter(|column| !ordering(column));
    let mut columns: Vec<(String, Typed, bool)> =
        own.map(|column| (column.name.clone(), column.typed(), column.hidden)).collect();
    let mut names = UniqueNames::default();
    for column in &input.columns {
        names.take(&column.name);
    }
    let windows = Windows::over(&input);
    let mut given = UniqueNames::default();
    for name in items.iter().flat_map(|item| &item.names) {
        if !given.take(&name.text) {
            binder.error(Some("KS171"), name.span, format!("there are two columns '{}'", name.text));
        }
    }
    for item in items {
        if let Some(several) = several(binder, &item.value, Scope::of(env, &input).windowing(&windows)) {
            for (place, (own, typed)) in several.into_iter().enumerate() {
                let name = match item.names.get(place) {
                    Some(name) => name.text.clone(),
                    None if item.names.is_empty() => names.unique(&own),
                    None => break,
                };
                names.take(&name);
                match columns.iter_mut().find(|(known, ..)| *known == name) {
                    Some(place) => *place = (name, typed, false),
                    None => columns.push((name, typed, false)),
                }
            }
            continue;
        }
        if let [_, second, ..] = item.names.as_slice() {
            binder.unsupported(second.span, "several columns from one expression");
            continue;
        }
        let typed = binder.scalar(&item.value, Scope::of(env, &input).windowing(&windows));
        let name = match item.names.first() {
            Some(name) => name.text.clone(),
            None => match default_name(&item.value) {
                // `extend bin(t, 1h)` is `extend t = bin(t, 1h)`.
                Some(name) => name,
                None => names.numbered(),
            },
        };
        names.take(&name);
        match columns.iter_mut().find(|(known, ..)| *known == name) {
            Some(place) => *place = (name, typed, false),
            None => columns.push((name, typed, false)),
        }
    }
    let hidden: Vec<bool> = columns.iter().map(|(.., hidden)| *hidden).collect();
    let input = binder.windowed(input, windows, span);
    let open = input.open;
    let items = columns.into_iter().map(|(name, typed, _)| (name, typed)).collect();
    let mut output = assemble(binder, input, items, span);
    for (column, hidden) in output.columns.iter_mut().zip(hidden) {
        column.hidden = hidden;
    }
    Relation { open, ..output }
}
