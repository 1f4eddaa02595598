//! Numbers: the kernels of arithmetic, `round`, `bin`, `abs` and their kin.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-functions#mathematical-functions>

pub(crate) mod bits;
pub(crate) mod random;
pub(crate) mod special;
pub(crate) mod trigonometry;
pub(crate) mod units;

use datafusion::arrow::array::{BooleanArray, Float64Array, Int64Array};
use datafusion::logical_expr::Expr;
use weir_value::{KustoType, datetime};

use super::{Accepts, Function, Naming, by_kernel, decimal, exactly, one, optional, with};
use crate::kernel;
use crate::kernel::{Long, Real, map1, map2};
use crate::typed::Typed;

use KustoType::{Datetime, Timespan};

pub(crate) const FUNCTIONS: &[&Function] = &[
    &BIN, &ROUND, &CEILING, &ABS, &SIGN, &SQRT, &POW, &EXP, &LOG, &LOG2, &LOG10, &PI, &IS_NAN, &IS_INF,
    &IS_FINITE,
];

kernel!(NEGATE_REAL = "kql_negate_real" -> Real, |a, n| map1::<Real, f64, Float64Array>(a, n, |x| Some(-x)));
kernel!(
    /// Towards zero; null for a divisor of zero.
    DIVIDE_LONG = "kql_divide_long" -> Long, |a, n| {
        map2::<Long, Long, i64, Int64Array>(a, n, |x, y| (y != 0).then(|| x.wrapping_div(y)))
    }
);
kernel!(
    /// Never negative; null for a divisor of zero.
    MODULO_LONG = "kql_modulo_long" -> Long, |a, n| {
        map2::<Long, Long, i64, Int64Array>(a, n, |x, y| (y != 0).then(|| x.wrapping_rem_euclid(y)))
    }
);
kernel!(DIVIDE_REAL = "kql_divide_real" -> Real, |a, n| {
    map2::<Real, Real, f64, Float64Array>(a, n, |x, y| Some(x / y))
});
kernel!(MODULO_REAL = "kql_modulo_real" -> Real, |a, n| {
    map2::<Real, Real, f64, Float64Array>(a, n, |x, y| Some(x.rem_euclid(y)))
});
kernel!(
    /// How often one number of ticks goes into another.
    TICKS_RATIO = "kql_ticks_ratio" -> Real, |a, n| {
        map2::<Long, Long, f64, Float64Array>(a, n, |x, y| (y != 0).then(|| {
            // Whole results are exact although ticks since year 1 exceed what a real can count.
            if x % y == 0 { (x / y) as f64 } else { (x / y) as f64 + (x % y) as f64 / y as f64 }
        }))
    }
);
kernel!(
    /// A span a real number of times; exact where that number is whole.
    SPAN_TIMES_REAL = "kql_span_times_real" -> Timespan, |a, n| {
        map2::<Long, Real, i64, Int64Array>(a, n, |span, times| {
            if times.fract() == 0.0 && times.abs() < 9e15 {
                span.checked_mul(times as i64)
            } else {
                ticks(span as f64 * times)
            }
        })
    }
);
kernel!(SPAN_DIVIDED = "kql_span_divided" -> Timespan, |a, n| {
    map2::<Long, Real, i64, Int64Array>(a, n, |span, by| {
        if by.fract() == 0.0 && by != 0.0 && by.abs() < 9e15 {
            Some(span / by as i64)
        } else {
            ticks(span as f64 / by)
        }
    })
});

/// A real number of ticks, cut to whole ones; nothing when it is none.
fn ticks(value: f64) -> Option<i64> {
    (value.is_finite() && value.abs() < 9.2e18).then_some(value as i64)
}

kernel!(REAL_EQUALS = "kql_real_equals" -> Bool, |a, n| map2::<Real, Real, bool, BooleanArray>(a, n, |x, y| Some(x == y)));
kernel!(REAL_LESS = "kql_real_less" -> Bool, |a, n| map2::<Real, Real, bool, BooleanArray>(a, n, |x, y| Some(x < y)));
kernel!(REAL_LESS_OR_EQUAL = "kql_real_less_or_equal" -> Bool, |a, n| {
    map2::<Real, Real, bool, BooleanArray>(a, n, |x, y| Some(x <= y))
});

/// Whether a real is no number.
pub(crate) fn is_nan(expr: Expr) -> Expr {
    NOT_A_NUMBER.call(vec![expr])
}

function!(
    BIN = ["bin", "floor"],
    Naming::FirstArgument,
    [
        by_kernel(&[one("value", Accepts::Integer), one("round to", Accepts::Integer)], &BIN_LONG),
        by_kernel(&[exactly("value", Timespan), exactly("round to", Timespan)], &BIN_TIMESPAN),
        by_kernel(&[exactly("value", Datetime), exactly("round to", Timespan)], &BIN_DATETIME),
        with(&[exactly("value", Datetime), exactly("round to", Datetime)], |a| {
            a.refuse(1, "not supported yet: bins of the length of a datetime")
        }),
        with(&[one("value", Accepts::Number), one("round to", Accepts::Number)], |a| {
            let (value, by) = (a.take(0), a.take(1));
            if value.kind == KustoType::Decimal || by.kind == KustoType::Decimal {
                let value = a.binder.converted(value, KustoType::Decimal);
                let by = a.binder.converted(by, KustoType::Decimal);
                let bin = decimal::BIN.call(vec![value.expr, by.expr]);
                return a.binder.fold(Typed::new(bin, KustoType::Decimal));
            }
            let (value, by) = (value.as_real(), by.as_real());
            a.binder.fold(Typed::new(BIN_REAL.call(vec![value.expr, by.expr]), KustoType::Real))
        })
    ]
);

kernel!(BIN_LONG = "kql_bin_long" -> Long, |a, n| map2::<Long, Long, i64, Int64Array>(a, n, bin));
kernel!(BIN_TIMESPAN = "kql_bin_timespan" -> Timespan, |a, n| map2::<Long, Long, i64, Int64Array>(a, n, bin));
kernel!(
    /// Ticks count from year 1, a Monday: bins of seven days begin on Mondays.
    BIN_DATETIME = "kql_bin_datetime" -> Datetime, |a, n| {
        map2::<Long, Long, i64, Int64Array>(a, n, |value, by| bin(value, by).and_then(datetime::in_range))
    }
);
kernel!(BIN_REAL = "kql_bin_real" -> Real, |a, n| {
    map2::<Real, Real, f64, Float64Array>(a, n, |value, by| (by > 0.0).then(|| (value / by).floor() * by))
});

/// The multiple of `by` at or below a value; nothing unless `by` is positive.
pub(crate) fn bin(value: i64, by: i64) -> Option<i64> {
    (by > 0).then(|| value.wrapping_sub(value.rem_euclid(by)))
}

function!(
    ROUND = ["round"],
    Naming::FirstArgument,
    [with(
        &[one("number", Accepts::Number), optional("precision", Accepts::Constant(KustoType::Long))],
        |a| {
            let number = a.take(0);
            let kind = number.kind;
            let (kernel, number) = match kind {
                KustoType::Decimal => (&decimal::ROUND, number),
                KustoType::Real => (&ROUND_REAL, number),
                _ => (&ROUND_LONG, number.widened()),
            };
            let mut exprs = vec![number.expr];
            if a.typed.len() > 1 {
                exprs.push(a.take(1).expr);
            }
            let rounded = a.binder.fold(Typed::new(kernel.call(exprs), kernel.result));
            a.binder.converted(rounded, kind)
        }
    )]
);

kernel!(ROUND_LONG = "kql_round_long" -> Long, |a, n| {
    match a.len() {
        1 => map1::<Long, i64, Int64Array>(a, n, Some),
        _ => map2::<Long, Long, i64, Int64Array>(a, n, |value, digits| Some(round(value as f64, digits) as i64)),
    }
});
kernel!(ROUND_REAL = "kql_round_real" -> Real, |a, n| {
    match a.len() {
        1 => map1::<Real, f64, Float64Array>(a, n, |value| Some(value.round())),
        _ => map2::<Real, Long, f64, Float64Array>(a, n, |value, digits| Some(round(value, digits))),
    }
});

/// Half away from zero, at so many digits behind the point.
fn round(value: f64, digits: i64) -> f64 {
    let digits = digits.clamp(-300, 300) as i32;
    let scale = 10_f64.powi(digits.abs());
    let rounded = if digits >= 0 { (value * scale).round() / scale } else { (value / scale).round() * scale };
    if rounded.is_finite() { rounded } else { value }
}

function!(
    CEILING = ["ceiling"],
    Naming::FirstArgument,
    [with(&[one("number", Accepts::Number)], |a| {
        let number = a.take(0);
        let (kernel, kind) = match number.kind {
            KustoType::Decimal => (&decimal::CEILING, KustoType::Decimal),
            // Of whole numbers, too.
            _ => (&CEILING_REAL, KustoType::Real),
        };
        let number = a.binder.converted(number, kind);
        a.binder.fold(Typed::new(kernel.call(vec![number.expr]), kind))
    })]
);

kernel!(CEILING_REAL = "kql_ceiling" -> Real, |a, n| map1::<Real, f64, Float64Array>(a, n, |x| Some(x.ceil())));

function!(
    ABS = ["abs"],
    Naming::FirstArgument,
    [
        by_kernel(&[one("number", Accepts::Integer)], &ABS_LONG),
        by_kernel(&[exactly("number", Timespan)], &ABS_TIMESPAN),
        by_kernel(&[exactly("number", KustoType::Decimal)], &decimal::ABS),
        by_kernel(&[exactly("number", KustoType::Real)], &ABS_REAL)
    ]
);

kernel!(ABS_LONG = "kql_abs_long" -> Long, |a, n| map1::<Long, i64, Int64Array>(a, n, |x| Some(x.wrapping_abs())));
kernel!(ABS_TIMESPAN = "kql_abs_timespan" -> Timespan, |a, n| {
    map1::<Long, i64, Int64Array>(a, n, |x| Some(x.wrapping_abs()))
});
kernel!(ABS_REAL = "kql_abs_real" -> Real, |a, n| map1::<Real, f64, Float64Array>(a, n, |x| Some(x.abs())));

/// A function of one or two reals: its name, its default name, its value.
macro_rules! of_reals {
    ($function:ident, $kernel:ident, $name:literal, $naming:expr, |$($x:ident),+| $value:expr) => {
        const $function: Function = Function {
            names: &[$name],
            naming: $naming,
            overloads: &[by_kernel(&[$(exactly(stringify!($x), KustoType::Real)),+], &$kernel)],
        };
        of_reals!(@kernel $kernel, $name, |$($x),+| $value);
    };
    (@kernel $kernel:ident, $name:literal, |$x:ident| $value:expr) => {
        kernel!($kernel = (concat!("kql_", $name)) -> Real, |a, n| map1::<Real, f64, Float64Array>(a, n, |$x| $value));
    };
    (@kernel $kernel:ident, $name:literal, |$x:ident, $y:ident| $value:expr) => {
        kernel!($kernel = (concat!("kql_", $name)) -> Real, |a, n| map2::<Real, Real, f64, Float64Array>(a, n, |$x, $y| $value));
    };
}

pub(super) use of_reals;

of_reals!(SIGN, SIGN_REAL, "sign", Naming::None, |x| Some(if x > 0.0 {
    1.0
} else if x < 0.0 {
    -1.0
} else {
    // No number has no sign either.
    0.0
}));
of_reals!(SQRT, SQRT_REAL, "sqrt", Naming::FirstArgument, |x| Some(x.sqrt()));
of_reals!(POW, POW_REAL, "pow", Naming::FirstArgument, |x, y| Some(x.powf(y)));
of_reals!(EXP, EXP_REAL, "exp", Naming::FirstArgument, |x| Some(x.exp()));
/// Whether a number has a logarithm: those below zero have none, that of NaN is NaN.
fn real_logarithm(x: f64) -> bool {
    x >= 0.0 || x.is_nan()
}

of_reals!(LOG, LOG_REAL, "log", Naming::FirstArgument, |x| real_logarithm(x).then(|| x.ln()));
of_reals!(LOG2, LOG2_REAL, "log2", Naming::FirstArgument, |x| real_logarithm(x).then(|| x.log2()));
of_reals!(LOG10, LOG10_REAL, "log10", Naming::FirstArgument, |x| real_logarithm(x).then(|| x.log10()));

function!(
    PI = ["pi"],
    Naming::None,
    [with(&[], |_| {
        let pi = datafusion::common::ScalarValue::Float64(Some(std::f64::consts::PI));
        Typed::constant(pi, KustoType::Real)
    })]
);

function!(IS_NAN = ["isnan"], Naming::None, [by_kernel(&[one("number", Accepts::Real)], &NOT_A_NUMBER)]);
function!(IS_INF = ["isinf"], Naming::None, [by_kernel(&[one("number", Accepts::Real)], &INFINITE)]);
function!(IS_FINITE = ["isfinite"], Naming::None, [by_kernel(&[one("number", Accepts::Real)], &FINITE)]);

kernel!(NOT_A_NUMBER = "kql_isnan" -> Bool, |a, n| map1::<Real, bool, BooleanArray>(a, n, |x| Some(x.is_nan())));
kernel!(INFINITE = "kql_isinf" -> Bool, |a, n| map1::<Real, bool, BooleanArray>(a, n, |x| Some(x.is_infinite())));
kernel!(FINITE = "kql_isfinite" -> Bool, |a, n| map1::<Real, bool, BooleanArray>(a, n, |x| Some(x.is_finite())));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{kind, refused, value};

    #[test]
    fn bins_round_down_below_zero_too() {
        assert_eq!(bin(-5, 2), Some(-6));
        assert_eq!(bin(5, 2), Some(4));
        assert_eq!((bin(5, 0), bin(5, -1)), (None, None));
    }

    #[test]
    fn numbers_keep_their_type() {
        assert_eq!(
            value("round(int(7), -1), round(decimal(1.25), 1), ceiling(decimal(1.25))"),
            "10 | 1.3 | 2"
        );
        assert_eq!(kind("round(int(7))"), "int");
        assert_eq!(kind("ceiling(decimal(1.25))"), "decimal");
        // Whole numbers become reals, as the original answers.
        assert_eq!(kind("ceiling(1)"), "real");
        assert!(refused("print isnan(decimal(1))").contains("takes a real here, this is a decimal"));
        assert!(refused("print t = now() | project bin(t, t)").contains("not supported yet"));
        let refused = refused("range x from 1 to 2 step 1 | project round(x, x)");
        assert!(refused.contains("KS129") && refused.contains("takes a constant"));
    }

    #[test]
    fn halves_are_rounded_away_from_zero() {
        assert_eq!((round(2.5, 0), round(-2.5, 0), round(2.345, 2)), (3.0, -3.0, 2.35));
        assert_eq!(round(1234.0, -2), 1200.0);
    }
}
