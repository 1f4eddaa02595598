//! `reduce by text [with threshold = …, characters = …]`: texts that share their words become one pattern.
//!
//! The grouping needs all texts before it can say of one which pattern is its own: they are read while the query is
//! bound.
//!
//! Source: <https://learn.microsoft.com/kusto/query/reduce-operator>

mod patterns;

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Int64Array, StringViewArray};
use datafusion::arrow::record_batch::RecordBatch;
use weir_kql::Diagnostic;
use weir_kql::ast::{Expr, ExprKind, Literal, Property, Span};
use weir_value::KustoType;

use super::project::assemble;
use crate::bind::{Binder, Env, Rows, Scope, numbered};
use crate::typed::{Column, Relation, Typed};
use patterns::{Grouping, OTHERS, Separators};

/// The share of rows that makes a pattern, unless another one is asked for.
const THRESHOLD: f64 = 0.1;
/// The column that holds the texts while they are read: no name that a query can write.
const TEXT: &str = "reduce text";

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    properties: &[Property],
    by: &Expr,
    with: &[Property],
    span: Span,
    env: &Env,
) -> Relation {
    let keeps_rows = keeps_rows(binder, properties);
    let (threshold, separators) = settings(binder, with);
    let text = binder.scalar(by, Scope::of(env, &input));
    if !text.poisoned && text.kind != KustoType::String {
        let message = format!("reduce takes a string, this is a {}", text.kind);
        binder
            .tell(Diagnostic::error(Some("KS141"), by.span, message).with_hint("put tostring(…) around it"));
        return Relation::poison();
    }
    if text.poisoned || input.open {
        return Relation::poison();
    }
    let kept: Vec<(String, Typed)> = match keeps_rows {
        true => input.visible().map(|column| (column.name.clone(), column.typed())).collect(),
        false => Vec::new(),
    };
    let items = kept.into_iter().chain([(TEXT.to_owned(), text)]).collect();
    let serialized = input.serialized;
    let read = assemble(binder, input, items, span);
    let Some(Rows { columns, batch }) = binder.read(&read, span) else { return Relation::poison() };
    let Some(texts) = batch.columns().last().and_then(|texts| texts.as_string_view_opt()) else {
        return Relation::poison();
    };
    let made = patterns::group(texts, threshold, &separators).and_then(|grouping| match keeps_rows {
        true => {
            rows_with_patterns(columns, &batch, &grouping).map(|relation| Relation { serialized, ..relation })
        }
        false => summary(texts, &grouping),
    });
    match made {
        Ok(relation) => relation,
        Err(error) => {
            binder.error(None, span, format!("these texts cannot be grouped: {}", error.strip_backtrace()));
            Relation::poison()
        }
    }
}

/// Whether rows stay, and only learn their patterns: `kind = source`.
fn keeps_rows(binder: &mut Binder<'_>, properties: &[Property]) -> bool {
    let mut keeps = false;
    for property in properties {
        match (property.name.text.to_ascii_lowercase().as_str(), &property.value.kind) {
            ("kind", ExprKind::Name(name)) if name.text == "source" => keeps = true,
            ("kind", _) => binder.error(Some("KS005"), property.value.span, "the kind of a reduce is source"),
            (name, _) if name.starts_with("hint.") => {}
            (name, _) => {
                binder.error(None, property.name.span, format!("a reduce has no property '{name}'"));
            }
        }
    }
    keeps
}

/// The share of rows that makes a pattern, and what is between words.
fn settings(binder: &mut Binder<'_>, with: &[Property]) -> (f64, Separators) {
    let (mut threshold, mut separators) = (THRESHOLD, Separators::Usual);
    for property in with {
        let value = match &property.value.kind {
            ExprKind::Literal(literal) => Some(literal),
            _ => None,
        };
        match (property.name.text.to_ascii_lowercase().as_str(), value) {
            ("threshold", Some(Literal::Real(Some(share)))) if (0.0..=1.0).contains(share) => {
                threshold = *share;
            }
            ("threshold", Some(Literal::Long(Some(share @ 0..=1)))) => threshold = *share as f64,
            ("threshold", _) => {
                let message = "a threshold is a number from 0 to 1, as it stands: no expression";
                binder.error(Some("KS224"), property.value.span, message);
            }
            ("characters", Some(Literal::String(text))) => {
                separators = Separators::Only(text.value.chars().collect());
            }
            ("characters", _) => {
                binder.error(Some("KS222"), property.value.span, "the characters are a string as it stands");
            }
            (name, _) => {
                let message = format!("a reduce has no setting '{name}'");
                let hint = "there are threshold and characters";
                binder.tell(Diagnostic::error(None, property.name.span, message).with_hint(hint));
            }
        }
    }
    (threshold, separators)
}

/// A row for each pattern, those of most rows first.
fn summary(texts: &StringViewArray, grouping: &Grouping) -> datafusion::common::Result<Relation> {
    let groups = &grouping.groups;
    let patterns: StringViewArray = groups.iter().map(|group| Some(group.pattern.as_str())).collect();
    let counts = Int64Array::from_iter_values(groups.iter().map(|group| group.count as i64));
    let representatives: StringViewArray =
        groups.iter().map(|group| Some(group.representative.map_or("", |row| texts.value(row)))).collect();
    let columns = vec![
        Column::new("Pattern", KustoType::String),
        Column::new("Count", KustoType::Long),
        Column::new("Representative", KustoType::String),
    ];
    let arrays: Vec<ArrayRef> = vec![Arc::new(patterns), Arc::new(counts), Arc::new(representatives)];
    // Ordered for whoever looks at it; the language promises no order.
    Ok(Relation { serialized: false, ..numbered(columns, arrays, groups.len())? })
}

/// The rows as they are, each with its pattern behind.
fn rows_with_patterns(
    mut columns: Vec<Column>,
    batch: &RecordBatch,
    grouping: &Grouping,
) -> datafusion::common::Result<Relation> {
    let mut arrays = batch.columns().to_vec();
    columns.pop();
    arrays.pop();
    let pattern = |group: &Option<usize>| match group {
        Some(group) => grouping.groups[*group].pattern.as_str(),
        None => OTHERS,
    };
    let patterns: StringViewArray = grouping.of_rows.iter().map(|group| Some(pattern(group))).collect();
    let mut names = crate::bind::UniqueNames::default();
    columns.iter().for_each(|column| {
        names.take(&column.name);
    });
    columns.push(Column::new(names.unique("Pattern"), KustoType::String));
    arrays.push(Arc::new(patterns));
    numbered(columns, arrays, batch.num_rows())
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    const MACHINES: &str = "range x from 0 to 999 step 1 | project t = strcat('MachineLearningX', tostring(x % 10)) | reduce by t";

    #[test]
    fn words_that_many_texts_share_are_kept() {
        assert_eq!(
            answer(&format!("{MACHINES} with threshold = 0.001, characters = 'X'")),
            "Pattern:string, Count:long, Representative:string\nMachineLearning* | 1000 | MachineLearningX0"
        );
        assert_eq!(
            rows(
                "range x from 1 to 10 step 1 | project s = strcat('foo', 'Z', tostring(x)) | reduce by s with characters = 'Z'"
            ),
            "foo* | 10 | fooZ1"
        );
    }

    #[test]
    fn a_group_shares_the_threshold_of_its_words() {
        let all = rows(&format!("{MACHINES} with threshold = 0.9, characters = 'X'"));
        let expected: Vec<String> =
            (0..10).map(|n| format!("MachineLearning* | 100 | MachineLearningX{n}")).collect();
        assert_eq!(all, expected.join("\n"));
    }

    #[test]
    fn what_has_no_fellows_is_among_others() {
        assert_eq!(
            rows("range x from 1 to 10 step 1 | project s = strcat('foo', 'Z', tostring(x)) | reduce by s"),
            "others | 10 | "
        );
        assert_eq!(
            rows(
                "datatable(s:string)['deny in 10.0.0.1', 'deny in 10.0.0.2', 'deny out 10.0.0.9', 'deny out 10.9.0.1', 'hello', '', ''] | reduce by s with threshold = 0.25"
            ),
            "deny in *.*.*.* | 2 | deny in 10.0.0.1\ndeny out *.*.*.* | 2 | deny out 10.0.0.9\n | 2 | \nothers | 1 | "
        );
    }

    #[test]
    fn longer_texts_of_the_same_words_are_in_the_group() {
        assert_eq!(
            rows(
                "datatable(s:string)['San Jose', 'San Luis Obispo', 'San', 'Paris', 'Paris', 'San Diego'] | reduce by s | sort by Count desc"
            ),
            "San * | 4 | San Jose\nParis | 2 | Paris"
        );
        assert_eq!(rows("datatable(s:string)['San', 'San Jose'] | reduce by s"), "San* | 2 | San");
    }

    #[test]
    fn rows_may_keep_what_they_are() {
        assert_eq!(
            answer(
                "datatable(n:long, s:string)[1, 'a 1', 2, 'b', 3, 'a 2'] | serialize | reduce kind = source by s | extend r = row_number()"
            ),
            "n:long, s:string, Pattern:string, r:long\n1 | a 1 | a * | 1\n2 | b | others | 2\n3 | a 2 | a * | 3"
        );
    }

    #[test]
    fn nothing_is_no_group() {
        assert_eq!(rows("print s = '' | where s != '' | reduce by s"), "");
    }

    #[test]
    fn what_cannot_be_reduced_is_refused() {
        for (query, said) in [
            ("reduce by n", "KS141"),
            ("reduce by t", "KS142"),
            ("reduce kind = rows by s", "KS005"),
            ("reduce by s with threshold = 2.0", "KS224"),
            ("reduce by s with threshold = n", "KS224"),
            ("reduce by s with characters = 5", "KS222"),
        ] {
            let told = refused(&format!("print s = 'a', n = 1 | {query}"));
            assert!(told.contains(said), "{query}: {told}");
        }
    }
}
