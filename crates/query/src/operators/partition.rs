//! `partition by key (…)`: a query on the rows of each key by themselves.
//!
//! Source: <https://learn.microsoft.com/kusto/query/partition-operator>

use datafusion::arrow::compute::{concat_batches, partition};
use datafusion::common::ScalarValue;
use weir_kql::ast::{ExprKind, Partition, Span};
use weir_value::KustoType;

use super::steps;
use super::union::unite_outer;
use crate::bind::{Binder, Binding, Env, Rows, numbered};
use crate::typed::{Column, Relation, Typed, column};

/// Keys that the original allows a query to be run for one after the other.
const LEGACY_KEYS_MAX: usize = 64;
/// Keys that we allow.
const KEYS_MAX: usize = 10_000;

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    operator: &Partition,
    span: Span,
    env: &Env,
) -> Relation {
    let mut legacy = operator.subquery.source.is_some();
    for property in &operator.properties {
        let word = match &property.value.kind {
            ExprKind::Name(name) => name.text.as_str(),
            _ => "",
        };
        match (property.name.text.to_ascii_lowercase().as_str(), word) {
            ("hint.strategy", "legacy") => legacy = true,
            ("hint.strategy", "native" | "shuffle") => {}
            ("hint.strategy", _) => {
                binder.error(None, property.value.span, "strategies are native, shuffle and legacy");
            }
            (name, _) if name.starts_with("hint.") => {}
            (name, _) => {
                binder.error(None, property.name.span, format!("a partition has no property '{name}'"));
            }
        }
    }
    let ExprKind::Name(name) = &operator.by.kind else {
        binder.error(None, operator.by.span, "a partition is by the name of a column");
        return Relation::poison();
    };
    let Some(key) = input.column(&name.text).cloned() else {
        if !input.open {
            binder.unknown_name(name, "column", input.visible().map(|column| column.name.as_str()));
        }
        return Relation::poison();
    };
    if key.kind == KustoType::Dynamic && !key.poisoned {
        binder.error(Some("KS127"), operator.by.span, "a dynamic cannot be grouped by");
        return Relation::poison();
    }
    let Some((rows, parts)) = parts(binder, input.clone(), &key, operator.by.span, span) else {
        // The steps may have errors of their own.
        steps(binder, input, &operator.subquery, env);
        return Relation::poison();
    };
    let most = if legacy { LEGACY_KEYS_MAX } else { KEYS_MAX };
    if parts.len() > most {
        let message = format!("there are {} keys, a partition may have {most}", parts.len());
        binder.error(None, operator.by.span, message);
        return Relation::poison();
    }
    let mut results: Vec<Rows> = Vec::new();
    let mut serialized = parts.len() < 2;
    for (value, offset, count) in &parts {
        let part = match rows.table(*offset, *count) {
            Ok(part) => Relation { serialized: input.serialized, ..part },
            Err(error) => {
                binder.planning_failed(span, &error);
                return Relation::poison();
            }
        };
        // In a query with a source of its own the key is a scalar.
        let constant = Binding::Scalar(Typed::constant(value.clone(), key.kind));
        let env =
            if operator.subquery.source.is_some() { env.with(&key.name, constant) } else { env.clone() };
        let result = steps(binder, part, &operator.subquery, &env);
        serialized &= result.serialized;
        match binder.read(&result, operator.subquery.span) {
            Some(rows) => results.push(rows),
            None => return Relation::poison(),
        }
    }
    match together(binder, results, span) {
        Some(relation) if serialized => relation,
        Some(relation) => Relation { serialized: false, ..relation },
        None => Relation::poison(),
    }
}

/// A key with the first of its rows and how many there are.
type Part = (ScalarValue, usize, usize);

/// The rows with those of a key together, and where each key has its own. One key that is null where there are no
/// rows: the steps say which columns there are.
fn parts(
    binder: &mut Binder<'_>,
    input: Relation,
    key: &Column,
    key_span: Span,
    span: Span,
) -> Option<(Rows, Vec<Part>)> {
    let numbered = binder.numbered(input, span);
    let before = numbered.sort_exprs();
    let mut order = vec![column(&key.name).sort(true, true)];
    order.extend(before);
    let by_key = binder.ordered(numbered, order, span);
    let rows = binder.read(&by_key, key_span)?;
    let place = rows.columns.iter().position(|column| column.name == key.name)?;
    let keys = rows.batch.column(place);
    if keys.is_empty() {
        return Some((rows, vec![(crate::physical::null(key.kind), 0, 0)]));
    }
    let ranges = partition(std::slice::from_ref(keys)).ok()?.ranges();
    let part = |range: std::ops::Range<usize>| {
        Some((ScalarValue::try_from_array(keys, range.start).ok()?, range.start, range.len()))
    };
    let parts = ranges.into_iter().map(part).collect::<Option<Vec<Part>>>()?;
    Some((rows, parts))
}

/// The results one below the other. Those of other columns than the first are united by name.
fn together(binder: &mut Binder<'_>, results: Vec<Rows>, span: Span) -> Option<Relation> {
    let columns = results.first()?.columns.clone();
    let made = if results.iter().all(|rows| rows.columns == columns) {
        let schema = results.first()?.batch.schema();
        concat_batches(&schema, results.iter().map(|rows| &rows.batch))
            .map_err(Into::into)
            .and_then(|batch| numbered(columns, batch.columns().to_vec(), batch.num_rows()))
    } else {
        if results.len() > LEGACY_KEYS_MAX {
            binder.unsupported(span, format!("more than {LEGACY_KEYS_MAX} parts of different columns"));
            return None;
        }
        let legs =
            results.iter().map(|rows| rows.table(0, rows.batch.num_rows())).collect::<Result<Vec<_>, _>>();
        legs.map(|legs| unite_outer(binder, legs, span))
    };
    match made {
        Ok(relation) => Some(relation),
        Err(error) => {
            binder.planning_failed(span, &error);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    const T: &str = "datatable(g:string, x:long)['q', 4, 'p', 1, 'p', 3, 'q', long(null), '', 5]";

    #[test]
    fn each_key_is_a_table_of_its_own() {
        assert_eq!(
            answer(&format!("{T} | partition by g (top 1 by x desc)")),
            "g:string, x:long\n | 5\np | 3\nq | 4"
        );
        assert_eq!(
            rows(&format!(
                "{T} | partition hint.strategy=native by g (sort by x asc | extend n = row_number()) | sort by g asc, n desc"
            )),
            " | 5 | 1\np | 3 | 2\np | 1 | 1\nq | 4 | 2\nq | null | 1"
        );
        assert_eq!(rows(&format!("{T} | partition by x (count) | summarize count(), sum(Count)")), "5 | 5");
    }

    #[test]
    fn a_query_with_its_own_source_knows_the_key() {
        assert_eq!(
            rows(
                "let U = range n from 1 to 3 step 1; datatable(k:long)[1, 3, 1] | partition by k { U | where n >= k | summarize s = sum(n), k = any(k) } | sort by s asc"
            ),
            "3 | 3\n6 | 1"
        );
    }

    #[test]
    fn nothing_has_columns_all_the_same() {
        assert_eq!(
            answer(&format!("{T} | where false | partition by g (summarize s = sum(x) by g)")),
            "g:string, s:long"
        );
    }

    #[test]
    fn too_many_keys_and_wrong_ones_are_refused() {
        let t = "range x from 1 to 65 step 1";
        assert!(refused(&format!("{t} | partition hint.strategy=legacy by x (count)")).contains("65 keys"));
        assert_eq!(rows(&format!("{t} | partition hint.strategy=native by x (count) | count")), "65");
        assert!(refused(&format!("{t} | partition by y (count)")).contains("KS142"));
        assert!(refused(&format!("{t} | partition by x (project z)")).contains("KS142"));
        assert!(
            refused(&format!("{t} | extend d = pack_array(x) | partition by d (count)")).contains("KS127")
        );
    }
}
