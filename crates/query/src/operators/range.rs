//! `range x from a to b step s`: one column of evenly spaced values, both ends included.
//!
//! Source: <https://learn.microsoft.com/kusto/query/range-operator>

use datafusion::common::ScalarValue;
use datafusion::logical_expr::LogicalPlanBuilder;
use weir_kql::ast::{Expr, Name, Span};
use weir_value::KustoType;

use crate::bind::{Binder, Scope};
use crate::steps::{Generate, Spacing, Step, step};
use crate::typed::{Column, Relation};

/// Values that a range may have.
const VALUES_MAX: u64 = 1_000_000_000;

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    name: &Name,
    [from, to, step_expr]: [&Expr; 3],
    span: Span,
    scope: Scope<'_>,
) -> Relation {
    let typed = [from, to, step_expr].map(|expr| binder.scalar(expr, scope));
    if typed.iter().any(|typed| typed.poisoned) {
        return poisoned(name);
    }
    let [from_typed, to_typed, step_typed] = typed;
    let kind = match (from_typed.kind, to_typed.kind, step_typed.kind) {
        (
            KustoType::Int | KustoType::Long,
            KustoType::Int | KustoType::Long,
            KustoType::Int | KustoType::Long,
        ) => KustoType::Long,
        (KustoType::Datetime, KustoType::Datetime, KustoType::Timespan) => KustoType::Datetime,
        (KustoType::Timespan, KustoType::Timespan, KustoType::Timespan) => KustoType::Timespan,
        (a, b, c) if [a, b, c].into_iter().all(crate::bind::is_number) => KustoType::Real,
        (a, b, c) => {
            binder.error(None, span, format!("a range does not go from a {a} to a {b} by a {c}"));
            return poisoned(name);
        }
    };
    let converted = [from_typed, to_typed].map(|typed| binder.converted(typed, kind));
    let step_kind = if kind == KustoType::Datetime { KustoType::Timespan } else { kind };
    let step_typed = binder.converted(step_typed, step_kind);
    let [Some(first), Some(last), Some(by)] =
        [converted[0].as_constant(), converted[1].as_constant(), step_typed.as_constant()]
    else {
        binder.error(None, span, "the ends and the step of a range must be constants");
        return poisoned(name);
    };
    let numbers = match (first, last, by) {
        (ScalarValue::Int64(Some(first)), ScalarValue::Int64(Some(last)), ScalarValue::Int64(Some(by))) => {
            whole(*first, *last, *by).map(|count| (Spacing::Whole { first: *first, by: *by }, count))
        }
        (
            ScalarValue::Float64(Some(first)),
            ScalarValue::Float64(Some(last)),
            ScalarValue::Float64(Some(by)),
        ) => real(*first, *last, *by)
            .map(|count| (Spacing::Real { first: first.to_bits(), by: by.to_bits() }, count)),
        // Nothing lies between ends of which one is null.
        _ => Some((Spacing::Whole { first: 0, by: 1 }, 0)),
    };
    let Some((values, count)) = numbers else {
        let message = format!("the range needs a step other than 0 and at most {VALUES_MAX} values");
        binder.error(None, step_expr.span, message);
        return poisoned(name);
    };
    let values = match (values, kind) {
        (Spacing::Whole { .. }, KustoType::Real) => Spacing::Real { first: 0, by: 0 },
        (values, _) => values,
    };
    let generate = Step::Generate(Generate { name: name.text.clone(), values, count });
    let plan = LogicalPlanBuilder::empty(true).build().and_then(|row| step(row, generate, Vec::new()));
    match plan {
        Ok(plan) => {
            let columns = vec![Column::new(&name.text, kind)];
            Relation { serialized: true, ..Relation::new(plan, columns) }
        }
        Err(error) => {
            binder.planning_failed(span, &error);
            poisoned(name)
        }
    }
}

fn poisoned(name: &Name) -> Relation {
    let column = Column { poisoned: true, ..Column::new(&name.text, KustoType::Dynamic) };
    Relation { columns: vec![column], ..Relation::poison() }
}

/// How many values there are; nothing when the step is 0 or there are too many.
fn whole(first: i64, last: i64, by: i64) -> Option<u64> {
    if by == 0 {
        return None;
    }
    let distance = i128::from(last) - i128::from(first);
    if distance.signum() * i128::from(by).signum() < 0 {
        return Some(0);
    }
    u64::try_from(distance / i128::from(by) + 1).ok().filter(|count| *count <= VALUES_MAX)
}

fn real(first: f64, last: f64, by: f64) -> Option<u64> {
    if by == 0.0 || !(first.is_finite() && last.is_finite() && by.is_finite()) {
        return None;
    }
    let steps = (last - first) / by;
    if steps < 0.0 {
        return Some(0);
    }
    // A last value that misses the end by a rounding error belongs to the range.
    let steps = (steps + 1e-9).floor();
    (steps < VALUES_MAX as f64).then_some(steps as u64 + 1)
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    #[test]
    fn both_ends_belong_to_it() {
        assert_eq!(answer("range x from 1 to 6 step 2"), "x:long\n1\n3\n5");
        assert_eq!(rows("range x from 3 to 1 step -1"), "3\n2\n1");
        assert_eq!(rows("range x from 1 to 0 step 1"), "");
        assert_eq!(rows("range x from 7 to 7 step 100"), "7");
        assert_eq!(answer("range x from 0 to 1.0 step 0.25 | count"), "Count:long\n5");
        assert_eq!(rows("range x from 0.1 to 0.3 step 0.1 | count"), "3");
    }

    #[test]
    fn times_and_spans_are_ranges_too() {
        assert_eq!(
            answer(
                "range t from datetime(2026-01-01) to datetime(2026-01-02) step 12h | project t = tostring(t)"
            ),
            "t:string\n2026-01-01T00:00:00.0000000Z\n2026-01-01T12:00:00.0000000Z\n2026-01-02T00:00:00.0000000Z"
        );
        assert_eq!(answer("range t from 1h to 3h step 1h | summarize sum(t)"), "sum_t:timespan\n06:00:00");
    }

    #[test]
    fn many_values_are_made_as_they_are_read() {
        assert_eq!(
            rows("range x from 1 to 3000000 step 1 | summarize sum(x), count()"),
            "4500001500000 | 3000000"
        );
        assert_eq!(rows("range x from 1 to 900000000 step 1 | take 2"), "1\n2");
        assert_eq!(rows("range x from 9223372036854775806 to 9223372036854775807 step 1 | count"), "2");
        assert!(refused("range x from 1 to 9000000000 step 1").contains("at most"));
    }

    #[test]
    fn what_is_no_range_is_refused() {
        assert!(refused("range x from 1 to 2 step 0").contains("other than 0"));
        assert!(refused("range x from 1 to datetime(2026-01-01) step 1").contains("does not go"));
        assert!(refused("range x from 1 to 2 step y").contains("KS142"));
        assert_eq!(rows("range x from 1 to long(null) step 1"), "");
    }
}
