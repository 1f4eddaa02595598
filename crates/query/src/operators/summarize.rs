//! `summarize aggregates by keys`: one row a group.
//!
//! Source: <https://learn.microsoft.com/kusto/query/summarize-operator>

use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder};
use weir_kql::ast::{ExprKind, NamedExpr, Span, Summarize};
use weir_value::KustoType;

use super::project::assemble;
use crate::aggregates;
use crate::bind::{Aggregates, Binder, Env, Scope, UniqueNames, Windows, default_name};
use crate::typed::{self, Column, Relation, Typed, column};

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    summarize: &Summarize,
    span: Span,
    env: &Env,
) -> Relation {
    let mut names = UniqueNames::default();
    let windows = Windows::over(&input);
    let scope = Scope::of(env, &input).windowing(&windows);
    let keys = keys(binder, scope, &summarize.by, &mut names);
    // What stands as a key is not meant by `arg_max(x, *)`.
    let plain = summarize.by.iter().filter_map(|item| match &item.value.kind {
        ExprKind::Name(name) => Some(name.text.clone()),
        _ => None,
    });
    let aggregates = Aggregates::by(plain.collect());
    let results = results(binder, scope, &summarize.aggregates, &mut names, &aggregates);
    let input = binder.windowed(input, windows, span);
    group(binder, input, keys, results, aggregates, span)
}

/// The keys with their names, which the aggregates may not take.
pub(crate) fn keys(
    binder: &mut Binder<'_>,
    scope: Scope<'_>,
    items: &[NamedExpr],
    names: &mut UniqueNames,
) -> Vec<(String, Typed)> {
    take_given(binder, items, names);
    let mut keys = Vec::new();
    for item in items {
        let typed = binder.scalar(&item.value, scope);
        if typed.kind == KustoType::Dynamic && !typed.poisoned {
            let message = "a dynamic cannot be grouped by";
            let hint = "convert it, with tostring() for example";
            binder.tell(weir_kql::Diagnostic::error(None, item.value.span, message).with_hint(hint));
        }
        let name = match item.names.first() {
            Some(name) => name.text.clone(),
            None => match default_name(&item.value) {
                Some(name) => names.unique(&name),
                None => names.numbered(),
            },
        };
        keys.push((name, typed));
    }
    keys
}

/// The aggregates with their names, as expressions of what each group came to.
pub(crate) fn results(
    binder: &mut Binder<'_>,
    scope: Scope<'_>,
    items: &[NamedExpr],
    names: &mut UniqueNames,
    aggregates: &Aggregates,
) -> Vec<(String, Typed)> {
    let scope = scope.aggregating(aggregates);
    take_given(binder, items, names);
    let mut results = Vec::new();
    for item in items {
        // Some aggregates make several columns, with names of their own.
        if let ExprKind::Call(call) = &item.value.kind
            && let Some(many) = aggregates::several(&call.name.text)
        {
            let columns = many(binder, call, item, scope);
            for (name, given, typed) in columns {
                let name = if given { name } else { names.unique(&name) };
                results.push((name, typed));
            }
            continue;
        }
        let typed = binder.scalar(&item.value, scope);
        let typed = only_aggregates(binder, scope.columns, typed, item.value.span);
        let name = match item.names.first() {
            Some(name) => name.text.clone(),
            None => match default_name(&item.value) {
                Some(name) => names.unique(&name),
                None => names.numbered(),
            },
        };
        results.push((name, typed));
    }
    results
}

/// Takes the names that are given, each once.
fn take_given(binder: &mut Binder<'_>, items: &[NamedExpr], names: &mut UniqueNames) {
    for name in items.iter().flat_map(|item| &item.names) {
        if !names.take(&name.text) {
            binder.error(Some("KS171"), name.span, format!("there are two columns '{}'", name.text));
        }
    }
}

/// Refuses a column that stands outside of an aggregate: a group has many values of it.
fn only_aggregates(binder: &mut Binder<'_>, columns: &[Column], typed: Typed, span: Span) -> Typed {
    let outside = typed
        .expr
        .column_refs()
        .into_iter()
        .find(|column| columns.iter().any(|known| known.name == column.name))
        .map(|column| column.name.clone());
    match outside {
        Some(name) if !typed.poisoned => {
            let message = format!("'{name}' stands outside of an aggregate");
            let hint = format!("group by it, or take one of its values with take_any({name})");
            binder.tell(weir_kql::Diagnostic::error(None, span, message).with_hint(hint));
            Typed::poison()
        }
        _ => typed,
    }
}

/// Groups by the keys and computes the results, keys first.
pub(crate) fn group(
    binder: &mut Binder<'_>,
    input: Relation,
    keys: Vec<(String, Typed)>,
    results: Vec<(String, Typed)>,
    aggregates: Aggregates,
    span: Span,
) -> Relation {
    let (input, aggregates) = in_order(binder, input, aggregates.into_inner(), span);
    let poisoned = input.open || keys.iter().chain(&results).any(|(_, typed)| typed.poisoned);
    let groups: Vec<Expr> = keys
        .iter()
        .enumerate()
        .map(|(place, (_, typed))| typed.expr.clone().alias(key_column(place)))
        .collect();
    let aggregated: Vec<Expr> = aggregates.into_iter().map(|(expr, name)| expr.alias(name)).collect();
    let plan = if poisoned {
        input.plan.clone()
    } else {
        binder.step(span, &input, |plan| match (groups.is_empty(), aggregated.is_empty()) {
            // Constants alone: one row, for which the engine wants something to count.
            (true, true) => {
                let rows = count(Typed::long(1).expr).alias(key_column(0));
                typed::aggregate(plan, groups, vec![rows])
            }
            // summarize by alone: the distinct keys.
            (false, true) => LogicalPlanBuilder::from(plan).project(groups)?.distinct()?.build(),
            _ => typed::aggregate(plan, groups, aggregated),
        })
    };
    let keys = keys
        .into_iter()
        .enumerate()
        .map(|(place, (name, typed))| (name, Typed { expr: column(&key_column(place)), ..typed }));
    let items = keys.chain(results).collect();
    let grouped = Relation { plan, columns: Vec::new(), open: poisoned, name: None, ..input.unordered() };
    assemble(binder, grouped, items, span)
}

/// Lists have their elements in the order of the rows, where those have one.
fn in_order(
    binder: &mut Binder<'_>,
    input: Relation,
    aggregates: Vec<(Expr, String)>,
    span: Span,
) -> (Relation, Vec<(Expr, String)>) {
    let ordinal = column(&input.ordinal());
    let ordered = |expr: &Expr| aggregates::in_order(expr, &ordinal);
    if input.open || input.order.is_empty() || !aggregates.iter().any(|(expr, _)| ordered(expr).is_some()) {
        return (input, aggregates);
    }
    let aggregates = aggregates.into_iter().map(|(expr, name)| (ordered(&expr).unwrap_or(expr), name));
    let aggregates = aggregates.collect();
    (binder.numbered(input, span), aggregates)
}

/// The column of a key between grouping and naming: names of keys may be those of columns.
pub(crate) fn key_column(place: usize) -> String {
    format!("key {place}")
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    const T: &str = "datatable(a:string, x:long)['p', 1, 'q', 2, 'p', 3]";

    #[test]
    fn keys_come_first_and_names_are_the_engines() {
        let query =
            format!("{T} | summarize sum(x), count(), max(x + 1), sum(x) by a, bin(x, 10) | sort by a asc");
        assert_eq!(
            answer(&query),
            "a:string, x:long, sum_x:long, count_:long, max_:long, sum_x1:long\np | 0 | 4 | 2 | 4 | 4\nq | 0 | 2 | 1 | 3 | 2"
        );
    }

    #[test]
    fn nothing_is_summarized_to_one_row_unless_there_are_keys() {
        let none = format!("{T} | where x > 9");
        assert_eq!(
            rows(&format!("{none} | summarize count(), sum(x), max(x), min(a), avg(x)")),
            "0 | 0 | null |  | NaN"
        );
        assert_eq!(rows(&format!("{none} | summarize count() by a")), "");
    }

    #[test]
    fn expressions_of_aggregates_are_computed_behind_the_groups() {
        assert_eq!(rows(&format!("{T} | summarize r = round(1.0 * sum(x) / count(), 2)")), "2.0");
        assert_eq!(rows(&format!("{T} | summarize iff('b' =~ 'B', sum(x), count())")), "6");
        assert_eq!(answer(&format!("{T} | summarize 1 + 1, y = 'a'")), "Column1:long, y:string\n2 | a");
        assert_eq!(
            answer(&format!(
                "{T} | summarize round(avg(x)), round(percentile(x, 50)), tostring(take_any(a)) | take 0"
            )),
            "avg_x:real, Column1:long, Column2:string"
        );
    }

    #[test]
    fn lists_follow_the_order_of_rows() {
        let t = "range x from 1 to 20000 step 1 | extend g = x % 2 | sort by x desc";
        assert_eq!(
            rows(&format!(
                "{t} | extend y = x | summarize l = make_list(y, 3), n = array_length(make_list(x)) by g | sort by g asc"
            )),
            "0 | [20000,19998,19996] | 10000\n1 | [19999,19997,19995] | 10000"
        );
        assert_eq!(
            rows(&format!("{T} | sort by x desc | summarize make_list(a), make_list_with_nulls(x)")),
            "[\"p\",\"q\",\"p\"] | [3,2,1]"
        );
    }

    #[test]
    fn what_cannot_be_grouped_is_refused() {
        assert!(
            refused(&format!("{T} | summarize by d = dynamic([1])"))
                .contains("a dynamic cannot be grouped by")
        );
        assert!(refused(&format!("{T} | summarize sum(a)")).contains("KS107"));
        assert!(refused(&format!("{T} | summarize sum(*), count(*)")).contains("KS191"));
        assert!(refused(&format!("{T} | summarize x")).contains("outside of an aggregate"));
        assert!(refused(&format!("{T} | summarize sum(x) + x")).contains("take_any(x)"));
        assert!(refused(&format!("{T} | summarize c = count() by c = x % 2")).contains("KS171"));
        assert!(refused(&format!("{T} | summarize sum(sum(x))")).contains("KS144"));
        assert_eq!(rows(&format!("{T} | summarize count(x > 1), cnt(), count(x)")), "2 | 3 | 3");
        assert!(refused(&format!("{T} | extend y = sum(x)")).contains("can only be used in summarize"));
    }
}
