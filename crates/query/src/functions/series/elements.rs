//! Functions of each element by itself, and of two series element by element.

use weir_value::dynamic::{Kind, Packer, View};

use super::super::{Accepts, Function, Naming, by_kernel, exactly, one, with};
use super::{DYNAMIC, number, numbers, one_number, pack_reals};
use crate::kernel;
use crate::kernel::{Dyn, pack1, pack2};

pub(crate) const FUNCTIONS: &[&Function] = &[
    &ABS,
    &ACOS,
    &ASIN,
    &ATAN,
    &CEILING,
    &COS,
    &EXP,
    &FLOOR,
    &LOG,
    &SIGN,
    &SIN,
    &TAN,
    &ADD,
    &SUBTRACT,
    &MULTIPLY,
    &DIVIDE,
    &POW,
    &EQUALS,
    &NOT_EQUALS,
    &LESS,
    &LESS_EQUALS,
    &GREATER,
    &GREATER_EQUALS,
];

macro_rules! each {
    ($function:ident, $kernel:ident, $name:literal, |$x:ident| $value:expr) => {
        function!(
            $function = [$name],
            Naming::None,
            [by_kernel(&[exactly("series", DYNAMIC)], &$kernel)]
        );
        kernel!($kernel = (concat!("kql_", $name)) -> Dynamic, |a, n| {
            pack1::<Dyn>(a, n, |series, out| {
                if let Some(series) = numbers(series) {
                    pack_reals(out, series.into_iter().map(|x| x.map(|$x: f64| $value)));
                }
            })
        });
    };
}

each!(ABS, EACH_ABS, "series_abs", |x| x.abs());
each!(ACOS, EACH_ACOS, "series_acos", |x| x.acos());
each!(ASIN, EACH_ASIN, "series_asin", |x| x.asin());
each!(ATAN, EACH_ATAN, "series_atan", |x| x.atan());
each!(CEILING, EACH_CEILING, "series_ceiling", |x| x.ceil());
each!(COS, EACH_COS, "series_cos", |x| x.cos());
each!(EXP, EACH_EXP, "series_exp", |x| x.exp());
each!(FLOOR, EACH_FLOOR, "series_floor", |x| x.floor());
each!(LOG, EACH_LOG, "series_log", |x| x.ln());
each!(SIN, EACH_SIN, "series_sin", |x| x.sin());
each!(TAN, EACH_TAN, "series_tan", |x| x.tan());

function!(SIGN = ["series_sign"], Naming::None, [by_kernel(&[exactly("series", DYNAMIC)], &EACH_SIGN)]);
kernel!(EACH_SIGN = "kql_series_sign" -> Dynamic, |a, n| {
    pack1::<Dyn>(a, n, |series, out| {
        let Some(series) = numbers(series) else { return };
        Packer::new(out).array(|array| {
            for x in series {
                array.item(|packer| match x {
                    Some(x) if !x.is_nan() => packer.long(i64::from(x > 0.0) - i64::from(x < 0.0)),
                    _ => packer.null(),
                });
            }
        });
    })
});

/// Two series element by element; where one is longer, nulls.
fn pairs(
    left: View<'_>,
    right: View<'_>,
    out: &mut Vec<u8>,
    write: impl Fn(View<'_>, View<'_>, &mut Packer<'_>),
) {
    if left.kind() != Kind::Array || right.kind() != Kind::Array {
        return;
    }
    let nothing = View::new(&[]);
    let (mut left_items, mut right_items) = (left.items(), right.items());
    Packer::new(out).array(|array| {
        for _ in 0..left.len().max(right.len()) {
            let (x, y) = (left_items.next().unwrap_or(nothing), right_items.next().unwrap_or(nothing));
            array.item(|packer| write(x, y, packer));
        }
    });
}

macro_rules! arithmetic {
    ($function:ident, $kernel:ident, $name:literal, $whole:expr, |$x:ident, $y:ident| $value:expr) => {
        both!($function, $kernel, $name, |x, y, packer| {
            let whole: fn(i64, i64) -> Option<i64> = $whole;
            let longs = (x.kind() == Kind::Long && y.kind() == Kind::Long)
                .then(|| x.as_long().zip(y.as_long()))
                .flatten()
                .and_then(|(x, y)| whole(x, y));
            match (longs, number(x), number(y)) {
                (Some(value), ..) => packer.long(value),
                (None, Some($x), Some($y)) => packer.real($value),
                _ => packer.null(),
            }
        });
    };
}

macro_rules! comparison {
    ($function:ident, $kernel:ident, $name:literal, $op:tt) => {
        both!($function, $kernel, $name, |x, y, packer| match (number(x), number(y)) {
            (Some(x), Some(y)) => packer.bool(x $op y),
            _ => packer.null(),
        });
    };
}

macro_rules! both {
    ($function:ident, $kernel:ident, $name:literal, |$x:ident, $y:ident, $packer:ident| $write:expr) => {
        function!(
            $function = [$name],
            Naming::None,
            [
                by_kernel(&[exactly("series1", DYNAMIC), exactly("series2", DYNAMIC)], &$kernel),
                with(&[exactly("series1", DYNAMIC), one("series2", Accepts::Number)], one_number),
                with(&[one("series1", Accepts::Number), exactly("series2", DYNAMIC)], one_number)
            ]
        );
        kernel!($kernel = (concat!("kql_", $name)) -> Dynamic, |a, n| {
            pack2::<Dyn, Dyn>(a, n, |left, right, out| pairs(left, right, out, |$x, $y, $packer| $write))
        });
    };
}

arithmetic!(ADD, BOTH_ADD, "series_add", |x, y| Some(x.wrapping_add(y)), |x, y| x + y);
arithmetic!(SUBTRACT, BOTH_SUBTRACT, "series_subtract", |x, y| Some(x.wrapping_sub(y)), |x, y| x - y);
arithmetic!(MULTIPLY, BOTH_MULTIPLY, "series_multiply", |x, y| Some(x.wrapping_mul(y)), |x, y| x * y);
arithmetic!(DIVIDE, BOTH_DIVIDE, "series_divide", |_, _| None, |x, y| x / y);
arithmetic!(POW, BOTH_POW, "series_pow", |_, _| None, |x, y| x.powf(y));
comparison!(EQUALS, BOTH_EQUALS, "series_equals", ==);
comparison!(NOT_EQUALS, BOTH_NOT_EQUALS, "series_not_equals", !=);
comparison!(LESS, BOTH_LESS, "series_less", <);
comparison!(LESS_EQUALS, BOTH_LESS_EQUALS, "series_less_equals", <=);
comparison!(GREATER, BOTH_GREATER, "series_greater", >);
comparison!(GREATER_EQUALS, BOTH_GREATER_EQUALS, "series_greater_equals", >=);

#[cfg(test)]
mod tests {
    use crate::testing::{refused, value};

    #[test]
    fn each_element_by_itself() {
        assert_eq!(value("series_abs(dynamic([-1, 2.5, null, 'x']))"), "[1.0,2.5,null,null]");
        assert_eq!(value("series_ceiling(dynamic([1.2, -1.2]))"), "[2.0,-1.0]");
        assert_eq!(value("series_sign(dynamic([-3.5, 0, 7]))"), "[-1,0,1]");
        assert_eq!(value("series_exp(dynamic([0]))"), "[1.0]");
        assert_eq!(value("series_floor(dynamic([]))"), "[]");
        assert_eq!(value("series_sin(dynamic({'a': 1}))"), "null");
        assert_eq!(value("series_cos(dynamic(null))"), "null");
    }

    #[test]
    fn two_series_element_by_element() {
        assert_eq!(value("series_add(dynamic([1, 2.5, 3]), dynamic([10, 1]))"), "[11,3.5,null]");
        assert_eq!(value("series_subtract(dynamic([1]), dynamic(['a']))"), "[null]");
        assert_eq!(value("series_multiply(dynamic([3]), dynamic([0.5]))"), "[1.5]");
        assert_eq!(value("series_divide(dynamic([1, 4]), dynamic([2, 2]))"), "[0.5,2.0]");
        assert_eq!(value("series_pow(dynamic([2]), dynamic([3]))"), "[8.0]");
        assert_eq!(value("series_less(dynamic([1, 2]), dynamic([2, 2]))"), "[true,false]");
        assert_eq!(
            value("series_greater_equals(dynamic([1, 2, null]), dynamic([2, 2, 2]))"),
            "[false,true,null]"
        );
        assert_eq!(value("series_equals(dynamic([1, 2]), dynamic(5))"), "null");
    }

    #[test]
    fn what_is_no_series_is_refused() {
        assert!(refused("print series_add(dynamic([1]), 1)").contains("not supported yet"));
        assert!(refused("print series_less(1.5, dynamic([1]))").contains("not supported yet"));
        assert!(refused("print series_less(1.5, 1)").contains("KS107"));
        assert!(refused("print series_abs('x')").contains("KS107"));
        assert!(refused("print series_add(dynamic([1]), 'x')").contains("KS107"));
        assert!(refused("print series_add(dynamic([1]))").contains("KS119"));
    }
}
