//! `range x from a to b step s`: one column of evenly spaced values, both ends included.
//!
//! Source: <https://learn.microsoft.com/kusto/query/range-operator>

use datafusion::common::ScalarValue;
use weir_kql::ast::{Expr, Name, Span};
use weir_value::KustoType;

use super::datatable::memory;
use crate::bind::{Binder, Scope};
use crate::typed::{Column, Relation};

/// Values that a range may have.
const VALUES_MAX: usize = 50_000_000;

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    name: &Name,
    [from, to, step]: [&Expr; 3],
    span: Span,
    scope: Scope<'_>,
) -> Relation {
    let typed = [from, to, step].map(|expr| binder.scalar(expr, scope));
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
    let values = match (first, last, by) {
        (ScalarValue::Int64(Some(first)), ScalarValue::Int64(Some(last)), ScalarValue::Int64(Some(by))) => {
            whole(*first, *last, *by)
        }
        (
            ScalarValue::Float64(Some(first)),
            ScalarValue::Float64(Some(last)),
            ScalarValue::Float64(Some(by)),
        ) => real(*first, *last, *by),
        _ => Some(Vec::new()),
    };
    let Some(values) = values else {
        let message = format!("the range needs a step other than 0 and at most {VALUES_MAX} values");
        binder.error(None, step.span, message);
        return poisoned(name);
    };
    match memory(&[Column::new(&name.text, kind)], vec![values]) {
        Ok(relation) => relation,
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

/// Nothing when the step is 0 or there are too many values.
fn whole(first: i64, last: i64, by: i64) -> Option<Vec<ScalarValue>> {
    if by == 0 {
        return None;
    }
    let distance = i128::from(last) - i128::from(first);
    let count = distance / i128::from(by);
    if distance.signum() * i128::from(by).signum() < 0 {
        return Some(Vec::new());
    }
    let count = usize::try_from(count).ok().filter(|count| *count < VALUES_MAX)?;
    Some(
        (0..=count)
            .map(|n| ScalarValue::Int64(Some(first.wrapping_add(by.wrapping_mul(n as i64)))))
            .collect(),
    )
}

fn real(first: f64, last: f64, by: f64) -> Option<Vec<ScalarValue>> {
    if by == 0.0 || !(first.is_finite() && last.is_finite() && by.is_finite()) {
        return None;
    }
    let count = (last - first) / by;
    if count < 0.0 {
        return Some(Vec::new());
    }
    // A last value that misses the end by a rounding error belongs to the range.
    let count = (count + 1e-9).floor();
    (count < VALUES_MAX as f64)
        .then(|| (0..=count as usize).map(|n| ScalarValue::Float64(Some(first + by * n as f64))).collect())
}
