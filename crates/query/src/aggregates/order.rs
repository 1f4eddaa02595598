//! Reals as whole numbers of the same order, so that those that are no number come where the original has them.
//!
//! One NaN in a group is its smallest and its largest value.

use datafusion::arrow::array::{Float64Array, Int64Array};
use weir_value::KustoType;

use crate::kernel;
use crate::kernel::{Long, Real, map1};
use crate::typed::Typed;

kernel!(
    /// NaN is the largest.
    ORDER_OF_REAL = "kql_order_of_real" -> Long, |a, n| map1::<Real, i64, Int64Array>(a, n, |x| Some(order(x)))
);
kernel!(
    /// NaN is the smallest.
    ORDER_OF_REAL_NAN_FIRST = "kql_order_of_real_nan_first" -> Long, |a, n| {
        map1::<Real, i64, Int64Array>(a, n, |x| Some(if x.is_nan() { i64::MIN } else { order(x) }))
    }
);
kernel!(REAL_OF_ORDER = "kql_real_of_order" -> Real, |a, n| {
    map1::<Long, f64, Float64Array>(a, n, |x| Some(real(x)))
});

/// The place of a real among whole numbers.
fn order(value: f64) -> i64 {
    if value.is_nan() {
        return i64::MAX;
    }
    // Zero has two signs and one place.
    let bits = (value + 0.0).to_bits() as i64;
    bits ^ ((bits >> 63) as u64 >> 1) as i64
}

/// The real at a place.
pub(super) fn real(place: i64) -> f64 {
    if place == i64::MAX || place == i64::MIN {
        return f64::NAN;
    }
    f64::from_bits((place ^ ((place >> 63) as u64 >> 1) as i64) as u64)
}

/// A value as its group compares it: `smallest` says which end is looked for.
pub(super) fn comparable(typed: Typed, smallest: bool) -> Typed {
    match typed.kind {
        KustoType::Real => {
            let kernel = if smallest { &ORDER_OF_REAL_NAN_FIRST } else { &ORDER_OF_REAL };
            Typed::new(kernel.call(vec![typed.expr]), KustoType::Long)
        }
        _ => typed,
    }
}

/// What was compared, as a value of its own type again.
pub(super) fn compared(found: Typed, kind: KustoType) -> Typed {
    match kind {
        KustoType::Real => Typed::new(REAL_OF_ORDER.call(vec![found.expr]), kind),
        _ => Typed { kind, ..found },
    }
}

#[cfg(test)]
mod tests {
    use super::{order, real};

    #[test]
    fn places_are_those_of_the_numbers() {
        let sorted = [f64::NEG_INFINITY, -2.5, -1e-300, 0.0, 1e-300, 1.0, 2.5, f64::INFINITY];
        assert!(sorted.windows(2).all(|pair| order(pair[0]) < order(pair[1])));
        assert!(sorted.iter().all(|value| real(order(*value)) == *value));
        assert_eq!(order(0.0), order(-0.0));
        assert!(order(f64::NAN) > order(f64::INFINITY) && real(order(f64::NAN)).is_nan());
        assert!(real(i64::MIN).is_nan());
    }
}
