//! `partition by key (…)`: a query on the rows of each key by themselves.
//!
//! Source: <https://learn.microsoft.com/kusto/query/partition-operator>

use datafusion::arrow::compute::{concat_batches, partition};
use datafusion::common::ScalarValue;
use datafusion::functions_window::expr_fn::{dense_rank, row_number};
use datafusion::logical_expr::{ExprFunctionExt, LogicalPlanBuilder};
use weir_kql::ast::{ExprKind, OperatorKind, Partition, Span, Subquery};
use weir_value::KustoType;

use super::mv_apply::{self, Within};
use super::steps;
use super::union::unite_outer;
use crate::bind::{Binder, Binding, Env, Rows, numbered};
use crate::typed::{Column, OrderKey, Relation, Typed, cast_to, column};

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
    let whole = !input.is_poisoned() && !binder.has_errors();
    if whole && !legacy && keeps_groups(&operator.subquery) {
        let at_once = binder.attempt(|binder| at_once(binder, &input, &key, &operator.subquery, span, env));
        if let Some(relation) = at_once {
            return relation;
        }
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

/// Whether no key is lost before its rows become one: a summary of no rows would be missing, of all keys at once.
fn keeps_groups(subquery: &Subquery) -> bool {
    let mut lost = false;
    for operator in &subquery.operators {
        match &operator.kind {
            OperatorKind::Count { .. } if lost => return false,
            OperatorKind::Summarize(summarize) if lost && summarize.by.is_empty() => return false,
            OperatorKind::Extend { .. }
            | OperatorKind::Project { .. }
            | OperatorKind::ProjectAway { .. }
            | OperatorKind::ProjectRename { .. }
            | OperatorKind::Sort { .. }
            | OperatorKind::Count { .. }
            | OperatorKind::Summarize(_)
            | OperatorKind::Distinct { .. } => {}
            _ => lost = true,
        }
    }
    subquery.statements.is_empty()
}

/// The steps on the rows of all keys at once, where each step can be: rows are numbered by their keys, and each step
/// works within rows of one number. Nothing where one must see the rows of a key as a table.
fn at_once(
    binder: &mut Binder<'_>,
    input: &Relation,
    key: &Column,
    subquery: &Subquery,
    span: Span,
    env: &Env,
) -> Option<Relation> {
    let depth = input.columns.iter().filter(|column| column.hidden).count();
    let (row, place) = (format!("partition {depth} key"), format!("partition {depth} place"));
    let plan = binder.step(span, input, |plan| {
        let number = dense_rank().order_by(vec![column(&key.name).sort(true, true)]).build()?;
        let in_key = row_number().partition_by(vec![column(&key.name)]);
        let in_key = match input.sort_exprs() {
            order if order.is_empty() => in_key.build()?,
            order => in_key.order_by(order).build()?,
        };
        let names = [&number, &in_key].map(|window| column(&window.schema_name().to_string()));
        let mut exprs: Vec<_> = input.columns.iter().map(|kept| column(&kept.name)).collect();
        for (window, name) in names.into_iter().zip([&row, &place]) {
            exprs.push(cast_to(window, KustoType::Long).alias(name));
        }
        LogicalPlanBuilder::from(plan).window([number])?.window([in_key])?.project(exprs)?.build()
    });
    let mut columns = input.columns.clone();
    columns.extend([&row, &place].map(|name| Column { hidden: true, ..Column::new(name, KustoType::Long) }));
    let numbered = Relation { plan, columns, order: Vec::new(), ..input.clone() };
    let within = Within::group(row.clone(), place.clone());
    let result = mv_apply::steps(binder, numbered, &within, &subquery.operators, env.clone())?;
    let order = vec![OrderKey::rising(row, false), OrderKey::rising(place, false)];
    Some(Relation { order, serialized: false, name: None, ..result })
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
    fn all_keys_at_once_or_one_by_one_is_the_same() {
        for steps in [
            "top 2 by x asc | extend y = x * 2 | where y > 2",
            "summarize n = count(), l = make_list(x) by odd = x % 2",
            "sort by x desc | take 1 | project g, x",
            "distinct g",
            "where x > 1 | summarize n = count()",
            "sort by x asc | extend n = row_number(), p = prev(x)",
        ] {
            let sorted = "extend all = tostring(pack_all()) | project all | sort by all asc";
            let at_once = rows(&format!("{T} | partition hint.strategy=native by g ({steps}) | {sorted}"));
            let by_key = rows(&format!("{T} | partition hint.strategy=legacy by g ({steps}) | {sorted}"));
            assert_eq!(at_once, by_key, "{steps}");
        }
        let many =
            "range x from 1 to 200000 step 1 | extend k = x % 100000 | partition hint.strategy=native by k";
        assert_eq!(rows(&format!("{many} (top 1 by x) | summarize count(), min(x)")), "100000 | 100001");
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
