//! Whole numbers as bits.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-functions#binary-functions>

use datafusion::arrow::array::Int64Array;

use crate::functions::{Accepts, Function, Naming, by_kernel, one};
use crate::kernel;
use crate::kernel::{Long, map1, map2};

pub(crate) const FUNCTIONS: &[&Function] =
    &[&BINARY_AND, &BINARY_NOT, &BINARY_OR, &BINARY_XOR, &SHIFT_LEFT, &SHIFT_RIGHT, &COUNT_ONES];

const TWO: &[crate::functions::Parameter] = &[one("a", Accepts::Integer), one("b", Accepts::Integer)];
const ONE: &[crate::functions::Parameter] = &[one("value", Accepts::Integer)];

macro_rules! of_two {
    ($function:ident, $kernel:ident, $name:literal, |$x:ident, $y:ident| $value:expr) => {
        function!($function = [$name], Naming::FirstArgument, [by_kernel(TWO, &$kernel)]);
        kernel!($kernel = (concat!("kql_", $name)) -> Long, |a, n| {
            map2::<Long, Long, i64, Int64Array>(a, n, |$x, $y| $value)
        });
    };
}

of_two!(BINARY_AND, AND, "binary_and", |x, y| Some(x & y));
of_two!(BINARY_OR, OR, "binary_or", |x, y| Some(x | y));
of_two!(BINARY_XOR, XOR, "binary_xor", |x, y| Some(x ^ y));
// A shift counts modulo 64; there is none by a negative number.
of_two!(SHIFT_LEFT, LEFT, "binary_shift_left", |x, y| u32::try_from(y & 63)
    .ok()
    .filter(|_| y >= 0)
    .map(|by| x << by));
of_two!(SHIFT_RIGHT, RIGHT, "binary_shift_right", |x, y| u32::try_from(y & 63)
    .ok()
    .filter(|_| y >= 0)
    .map(|by| x >> by));

function!(BINARY_NOT = ["binary_not"], Naming::FirstArgument, [by_kernel(ONE, &NOT)]);
kernel!(NOT = "kql_binary_not" -> Long, |a, n| map1::<Long, i64, Int64Array>(a, n, |x| Some(!x)));

function!(COUNT_ONES = ["bitset_count_ones"], Naming::FirstArgument, [by_kernel(ONE, &ONES)]);
kernel!(ONES = "kql_bitset_count_ones" -> Long, |a, n| {
    map1::<Long, i64, Int64Array>(a, n, |x| Some(x.count_ones().into()))
});

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, value};

    #[test]
    fn bits_are_those_of_a_long() {
        assert_eq!(
            value("binary_and(12, 10), binary_or(12, 10), binary_xor(12, 10), binary_not(0)"),
            "8 | 14 | 6 | -1"
        );
        assert_eq!(
            value("binary_shift_left(1, 65), binary_shift_right(-8, 1), binary_shift_left(1, -1)"),
            "2 | -4 | null"
        );
        assert_eq!(
            value("bitset_count_ones(-1), bitset_count_ones(int(7)), binary_and(1, long(null))"),
            "64 | 3 | null"
        );
        assert_eq!(answer("range x from 3 to 3 step 1 | project binary_and(x, 1)"), "x:long\n1");
        assert!(refused("print binary_and(1.5, 1)").contains("whole number"));
    }
}
