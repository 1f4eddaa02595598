//! The axis of `make-series`: its steps, and which of them a row falls on.

use datafusion::arrow::array::Int64Array;
use datafusion::common::ScalarValue;
use datafusion::logical_expr::Expr as PlanExpr;
use weir_kql::ast::{Expr, MakeSeries, Span};
use weir_value::KustoType;
use weir_value::dynamic::Packer;

use crate::aggregates::ELEMENTS_MAX;
use crate::bind::{Binder, Env, Scope};
use crate::kernel;
use crate::kernel::{Column, Kernel, Long, PackedOut, Real, map2};
use crate::typed::Typed;

use KustoType::{Datetime, Dynamic, Int, Timespan};

/// The axis: where steps begin, and how wide they are.
pub(super) struct Axis {
    /// The type of its values.
    pub kind: KustoType,
    /// Where step 0 begins.
    pub origin: Typed,
    pub step: Typed,
    /// The first and the last step, where they are given.
    pub ends: (Option<i64>, Option<i64>),
    /// Which rows are on it.
    pub within: Vec<PlanExpr>,
    /// The step that a row falls on.
    pub place: PlanExpr,
}

/// The axis as it is asked for.
pub(super) fn axis(
    binder: &mut Binder<'_>,
    scope: Scope<'_>,
    operator: &MakeSeries,
    env: &Env,
) -> Option<Axis> {
    let on = binder.scalar(&operator.on.value, scope).widened();
    let mut bound =
        |expr: Option<&Expr>| expr.map(|expr| (binder.scalar(expr, Scope::outside(env)), expr.span));
    let (from, to, step) =
        (bound(operator.from.as_ref()), bound(operator.to.as_ref()), bound(operator.step.as_ref()));
    let given = [&from, &to, &step];
    if on.poisoned || given.iter().any(|given| given.as_ref().is_some_and(|(typed, _)| typed.poisoned)) {
        return None;
    }
    let span = operator.on.value.span;
    let Some(step) = step else {
        binder.error(None, span, "make-series needs a step");
        return None;
    };
    let real =
        [&from, &to].iter().any(|given| given.as_ref().is_some_and(|(t, _)| t.kind == KustoType::Real))
            || step.0.kind == KustoType::Real;
    let kind = match on.kind {
        KustoType::Long if real => KustoType::Real,
        kind @ (KustoType::Long | KustoType::Real | Datetime | Timespan) => kind,
        kind => {
            binder.error(None, span, format!("an axis is of numbers or times, not of a {kind}"));
            return None;
        }
    };
    let on = binder.converted(on, kind);
    let step_kind = if kind == Datetime { Timespan } else { kind };
    let step = constant(binder, Some(step), step_kind)?;
    let from = constant(binder, from, kind)?;
    let to = constant(binder, to, kind)?;
    let step = step.unwrap_or_else(|| Typed::null(step_kind));
    let zero = Typed::constant(
        if kind == KustoType::Real { ScalarValue::Float64(Some(0.0)) } else { ScalarValue::Int64(Some(0)) },
        kind,
    );
    let mut within = vec![on.expr.clone().is_not_null()];
    if let Some(from) = &from {
        within.push(on.expr.clone().gt_eq(from.expr.clone()));
    }
    if let Some(to) = &to {
        let inside = on.expr.clone();
        within.push(if operator.in_range {
            inside.lt_eq(to.expr.clone())
        } else {
            inside.lt(to.expr.clone())
        });
    }
    let origin = from.clone().unwrap_or(zero);
    let positive = step.as_constant().is_some_and(|step| match step {
        ScalarValue::Int64(Some(step)) => *step > 0,
        ScalarValue::Float64(Some(step)) => *step > 0.0 && step.is_finite(),
        _ => false,
    });
    if !positive {
        let place = operator.step.as_ref().map_or(span, |step| step.span);
        binder.error(None, place, "the step of an axis must be larger than 0");
        return None;
    }
    let last = to.as_ref().map(|to| last_step(&origin, to, &step, operator.in_range));
    let fits = |last: Option<i64>| last.is_some_and(|last| from.is_none() || last < ELEMENTS_MAX as i64);
    if let Some(last) = last
        && !fits(last)
    {
        let message = format!("the axis has more than {ELEMENTS_MAX} steps");
        binder.error(None, operator.to.as_ref().map_or(span, |to| to.span), message);
        return None;
    }
    let last = last.flatten();
    let place = if kind == KustoType::Real { &STEP_REAL } else { &STEP_LONG };
    // The distance from the origin, in steps.
    let place = place.call(vec![on.expr - origin.expr.clone(), step.expr.clone()]);
    Some(Axis { kind, ends: (from.map(|_| 0), last), origin, step, within, place })
}

/// The values of the axis from its first to its last step: `first step, last step, origin, step`.
pub(super) fn axis_values(kind: KustoType) -> &'static Kernel {
    match kind {
        KustoType::Real => &AXIS_REAL,
        Datetime => &AXIS_DATETIME,
        Timespan => &AXIS_TIMESPAN,
        _ => &AXIS_LONG,
    }
}

/// An end of the axis in its type; the outer nothing when it is no constant.
fn constant(binder: &mut Binder<'_>, given: Option<(Typed, Span)>, kind: KustoType) -> Option<Option<Typed>> {
    let Some((typed, span)) = given else { return Some(None) };
    let fits = typed.kind == kind
        || matches!(typed.kind, Int | KustoType::Long) && !matches!(kind, Datetime | Timespan);
    if !fits && typed.kind != Dynamic {
        binder.error(Some("KS107"), span, format!("a {kind} is expected here, this is a {}", typed.kind));
        return None;
    }
    let typed = binder.converted(typed, kind);
    match typed.as_constant() {
        Some(value) if !value.is_null() => Some(Some(typed)),
        Some(_) => {
            binder.error(None, span, "the axis of a series has no end at null");
            None
        }
        None => {
            binder.error(None, span, "the ends and the step of a series must be constants");
            None
        }
    }
}

/// The last step before the end, or the one that holds it where the end is included.
fn last_step(origin: &Typed, to: &Typed, step: &Typed, included: bool) -> Option<i64> {
    match (origin.as_constant()?, to.as_constant()?, step.as_constant()?) {
        (ScalarValue::Int64(Some(origin)), ScalarValue::Int64(Some(to)), ScalarValue::Int64(Some(step)))
            if *step > 0 =>
        {
            let distance = i128::from(*to) - i128::from(*origin) - i128::from(!included);
            i64::try_from(distance.div_euclid(i128::from(*step))).ok()
        }
        (
            ScalarValue::Float64(Some(origin)),
            ScalarValue::Float64(Some(to)),
            ScalarValue::Float64(Some(step)),
        ) if *step > 0.0 => {
            // An end that misses a step by a rounding error is on it.
            let steps = (to - origin) / step;
            let last = if included { (steps + 1e-9).floor() } else { (steps - 1e-9).ceil() - 1.0 };
            (last.abs() < 9e15).then_some(last as i64)
        }
        _ => None,
    }
}

kernel!(STEP_LONG = "kql_series_step" -> Long, |a, n| {
    map2::<Long, Long, i64, Int64Array>(a, n, |distance, step| (step > 0).then(|| distance.div_euclid(step)))
});
kernel!(STEP_REAL = "kql_series_step_real" -> Long, |a, n| {
    map2::<Real, Real, i64, Int64Array>(a, n, |distance, step| {
        let steps = (distance / step).floor();
        (steps.abs() < 9e15).then_some(steps as i64)
    })
});

macro_rules! axis_of {
    ($kernel:ident, $name:literal, $value:ident, $pack:ident, $number:ty, $at:expr) => {
        kernel!($kernel = $name -> Dynamic, |a, n| {
            let (first, last) = (Column::<Long>::of(&a[0])?, Column::<Long>::of(&a[1])?);
            let (origin, step) = (Column::<$value>::of(&a[2])?, Column::<$value>::of(&a[3])?);
            let mut out = PackedOut::new(n);
            for row in crate::limits::rows(n) {
                let ends = first.get(row).zip(last.get(row)).zip(origin.get(row)).zip(step.get(row));
                out.pack(|bytes| {
                    Packer::new(bytes).array(|array| {
                        let Some((((first, last), origin), step)) = ends else { return };
                        for place in (first..=last).take(ELEMENTS_MAX) {
                            let at: fn($number, $number, i64) -> $number = $at;
                            array.item(|packer| packer.$pack(at(origin, step, place)));
                        }
                    });
                });
            }
            Ok(out.finish())
        });
    };
}

axis_of!(AXIS_LONG, "kql_series_axis_long", Long, long, i64, |o, s, p| o.wrapping_add(s.wrapping_mul(p)));
axis_of!(AXIS_DATETIME, "kql_series_axis_datetime", Long, datetime, i64, |o, s, p| o
    .wrapping_add(s.wrapping_mul(p)));
axis_of!(AXIS_TIMESPAN, "kql_series_axis_timespan", Long, timespan, i64, |o, s, p| o
    .wrapping_add(s.wrapping_mul(p)));
axis_of!(AXIS_REAL, "kql_series_axis_real", Real, real, f64, |o, s, p| o + s * p as f64);
