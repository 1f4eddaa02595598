//! Angles, and powers of fixed bases.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-functions#mathematical-functions>

use datafusion::arrow::array::Float64Array;
use weir_value::KustoType;

use super::of_reals;
use crate::functions::{Function, Naming, by_kernel, exactly};
use crate::kernel;
use crate::kernel::{Real, map1, map2};

pub(crate) const FUNCTIONS: &[&Function] =
    &[&ACOS, &ASIN, &ATAN, &ATAN2, &COS, &COT, &DEGREES, &EXP10, &EXP2, &RADIANS, &SIN, &TAN];

of_reals!(ACOS, ACOS_REAL, "acos", Naming::FirstArgument, |x| Some(x.acos()));
of_reals!(ASIN, ASIN_REAL, "asin", Naming::FirstArgument, |x| Some(x.asin()));
of_reals!(ATAN, ATAN_REAL, "atan", Naming::FirstArgument, |x| Some(x.atan()));
of_reals!(ATAN2, ATAN2_REAL, "atan2", Naming::FirstArgument, |y, x| Some(y.atan2(x)));
of_reals!(COS, COS_REAL, "cos", Naming::FirstArgument, |x| Some(x.cos()));
of_reals!(COT, COT_REAL, "cot", Naming::None, |x| Some(1.0 / x.tan()));
of_reals!(DEGREES, DEGREES_REAL, "degrees", Naming::None, |x| Some(x.to_degrees()));
of_reals!(EXP10, EXP10_REAL, "exp10", Naming::FirstArgument, |x| Some(10_f64.powf(x)));
of_reals!(EXP2, EXP2_REAL, "exp2", Naming::FirstArgument, |x| Some(x.exp2()));
of_reals!(RADIANS, RADIANS_REAL, "radians", Naming::None, |x| Some(x.to_radians()));
of_reals!(SIN, SIN_REAL, "sin", Naming::FirstArgument, |x| Some(x.sin()));
of_reals!(TAN, TAN_REAL, "tan", Naming::FirstArgument, |x| Some(x.tan()));

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, value};

    #[test]
    fn angles_are_in_radians() {
        assert_eq!(
            value("sin(0), cos(0), tan(0), asin(0), acos(1), atan(0)"),
            "0.0 | 1.0 | 0.0 | 0.0 | 0.0 | 0.0"
        );
        assert_eq!(value("degrees(pi()), radians(180) == pi(), atan2(0, 1)"), "180.0 | True | 0.0");
        assert_eq!(value("round(cot(pi() / 4), 10)"), "1.0");
        assert_eq!(value("isnan(asin(2)), sin(real(null))"), "True | null");
        assert_eq!(value("exp2(10), exp10(-1)"), "1024.0 | 0.1");
        assert_eq!(
            answer("range x from 0 to 0 step 1 | project sin(x), degrees(x)"),
            "x:real, Column1:real\n0.0 | 0.0"
        );
        assert!(refused("print sin('x')").contains("takes a real"));
        assert!(refused("print d = dynamic({'x': 1}) | project sin(d.x)").contains("this is a dynamic"));
    }
}
