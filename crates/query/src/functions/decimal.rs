//! Decimals: arithmetic, conversion, `todecimal`.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-data-types/decimal>

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, FixedSizeBinaryArray, Float64Array, Int32Array, Int64Array,
};
use datafusion::arrow::error::ArrowError;
use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;
use weir_value::dynamic::{Kind, Packer, View};
use weir_value::{Decimal, KustoType, decimal};

use super::{Accepts, Function, Naming, one, with};
use crate::kernel;
use crate::kernel::{Column, Dec, Dyn, Long, PackedOut, Real, Str, Value, map1, write1};

pub(crate) const FUNCTIONS: &[&Function] = &[&TO_DECIMAL];

function!(
    TO_DECIMAL = ["todecimal"],
    Naming::FirstArgument,
    [with(&[one("value", Accepts::Any)], |a| {
        let value = a.take(0);
        a.binder.converted(value, KustoType::Decimal)
    })]
);

/// A column of decimals.
fn column(values: impl Iterator<Item = Option<Decimal>>) -> Result<ArrayRef> {
    let bytes = values.map(|value| value.map(Decimal::to_bytes));
    let array = FixedSizeBinaryArray::try_from_sparse_iter_with_size(bytes, 16);
    Ok(Arc::new(array.map_err(|error: ArrowError| error)?))
}

/// One decimal a row of one argument.
pub(crate) fn decimals<A: Value>(
    arguments: &[ColumnarValue],
    rows: usize,
    f: impl for<'a> Fn(A::Item<'a>) -> Option<Decimal>,
) -> Result<ArrayRef> {
    let values = Column::<A>::of(&arguments[0])?;
    column(crate::limits::rows(rows).map(|row| values.get(row).and_then(&f)))
}

/// One decimal a row of two; null where either is.
fn decimals_of_two(
    arguments: &[ColumnarValue],
    rows: usize,
    f: fn(Decimal, Decimal) -> Option<Decimal>,
) -> Result<ArrayRef> {
    let (left, right) = (Column::<Dec>::of(&arguments[0])?, Column::<Dec>::of(&arguments[1])?);
    column(crate::limits::rows(rows).map(|row| f(left.get(row)?, right.get(row)?)))
}

/// One decimal a row of three; null where any is.
pub(crate) fn decimals_of_three(
    arguments: &[ColumnarValue],
    rows: usize,
    f: fn(Decimal, Decimal, Decimal) -> Option<Decimal>,
) -> Result<ArrayRef> {
    let [first, second, third] = [0, 1, 2].map(|index| Column::<Dec>::of(&arguments[index]));
    let (first, second, third) = (first?, second?, third?);
    column(crate::limits::rows(rows).map(|row| f(first.get(row)?, second.get(row)?, third.get(row)?)))
}

kernel!(PLUS = "kql_decimal_plus" -> Decimal, |a, n| decimals_of_two(a, n, Decimal::plus));
kernel!(MINUS = "kql_decimal_minus" -> Decimal, |a, n| decimals_of_two(a, n, Decimal::minus));
kernel!(TIMES = "kql_decimal_times" -> Decimal, |a, n| decimals_of_two(a, n, Decimal::times));
kernel!(DIVIDE = "kql_decimal_divide" -> Decimal, |a, n| decimals_of_two(a, n, Decimal::divided_by));
kernel!(MODULO = "kql_decimal_modulo" -> Decimal, |a, n| decimals_of_two(a, n, Decimal::modulo));
kernel!(NEGATE = "kql_decimal_negate" -> Decimal, |a, n| decimals::<Dec>(a, n, |x| Some(x.negated())));
kernel!(ABS = "kql_decimal_abs" -> Decimal, |a, n| decimals::<Dec>(a, n, |x| Some(x.abs())));
kernel!(
    /// The multiple of the second at or below the first; nothing unless the second is positive.
    BIN = "kql_decimal_bin" -> Decimal, |a, n| decimals_of_two(a, n, bin)
);

/// The multiple of `by` at or below a value; nothing unless `by` is positive.
pub(crate) fn bin(value: Decimal, by: Decimal) -> Option<Decimal> {
    if by <= Decimal::ZERO {
        return None;
    }
    value.minus(value.modulo(by)?)
}

kernel!(CEILING = "kql_decimal_ceiling" -> Decimal, |a, n| {
    decimals::<Dec>(a, n, |x| Some(x.negated().floor().negated()))
});
kernel!(ROUND = "kql_decimal_round" -> Decimal, |a, n| match a.get(1) {
    None => decimals::<Dec>(a, n, |x| Some(x.round(0))),
    Some(places) => {
        let (values, places) = (Column::<Dec>::of(&a[0])?, Column::<Long>::of(places)?);
        column(crate::limits::rows(n).map(|row| {
            let places = i32::try_from(places.get(row)?.clamp(-10_000, 10_000)).ok()?;
            Some(values.get(row)?.round(places))
        }))
    }
});

kernel!(LONG_TO_DECIMAL = "kql_long_to_decimal" -> Decimal, |a, n| {
    decimals::<Long>(a, n, |value| Some(Decimal::from(value)))
});
kernel!(REAL_TO_DECIMAL = "kql_real_to_decimal" -> Decimal, |a, n| decimals::<Real>(a, n, Decimal::from_real));
kernel!(TEXT_TO_DECIMAL = "kql_text_to_decimal" -> Decimal, |a, n| decimals::<Str>(a, n, Decimal::parse));
kernel!(DYNAMIC_TO_DECIMAL = "kql_dynamic_to_decimal" -> Decimal, |a, n| decimals::<Dyn>(a, n, of_view));

/// A dynamic as a decimal.
fn of_view(view: View<'_>) -> Option<Decimal> {
    match view.kind() {
        Kind::Long => view.as_long().map(Decimal::from),
        Kind::Real => view.as_real().and_then(Decimal::from_real),
        Kind::Bool => view.as_bool().map(|value| Decimal::from(i64::from(value))),
        Kind::String => view.as_str().and_then(Decimal::parse),
        _ => None,
    }
}

kernel!(DECIMAL_TO_LONG = "kql_decimal_to_long" -> Long, |a, n| {
    map1::<Dec, i64, Int64Array>(a, n, Decimal::to_long)
});
kernel!(DECIMAL_TO_INT = "kql_decimal_to_int" -> Int, |a, n| {
    map1::<Dec, i32, Int32Array>(a, n, |value| value.to_long().and_then(|value| i32::try_from(value).ok()))
});
kernel!(DECIMAL_TO_REAL = "kql_decimal_to_real" -> Real, |a, n| {
    map1::<Dec, f64, Float64Array>(a, n, |value| Some(value.to_real()))
});
kernel!(DECIMAL_TO_BOOL = "kql_decimal_to_bool" -> Bool, |a, n| {
    map1::<Dec, bool, BooleanArray>(a, n, |value| Some(!value.is_zero()))
});
kernel!(DECIMAL_TO_TEXT = "kql_decimal_to_text" -> String, |a, n| {
    write1::<Dec>(a, n, |value, out| decimal::write(out, value))
});
kernel!(
    /// A dynamic holds no decimals: there they are text.
    PACK_DECIMAL = "kql_pack_decimal" -> Dynamic, |a, n| {
        let values = Column::<Dec>::of(&a[0])?;
        let mut out = PackedOut::new(n);
        for row in crate::limits::rows(n) {
            match values.get(row) {
                Some(value) => out.pack(|bytes| Packer::new(bytes).string(&decimal::format(value))),
                None => out.push_null(),
            }
        }
        Ok(out.finish())
    }
);

#[cfg(test)]
mod tests {
    use crate::testing::{kind, refused, rows, value};

    #[test]
    fn arithmetic_is_exact_in_base_ten() {
        assert_eq!(value("decimal(0.7) + decimal(0.1) - decimal(0.8)"), "0");
        assert_eq!(value("decimal(1) / 7"), "0.1428571428571428571428571428571429");
        assert_eq!(value("decimal(-7.5) % 2, -decimal(3), decimal(2) / 0"), "0.5 | -3 | null");
        assert_eq!(value("1.5 * decimal(2), decimal(null) + 1"), "3 | null");
        assert_eq!(kind("decimal(1) + 1.5"), "decimal");
        assert_eq!(kind("2h * decimal(2)"), "timespan");
    }

    #[test]
    fn decimals_compare_with_every_number() {
        assert_eq!(
            value("decimal(2) == 2, decimal(0.1) == 0.1, decimal(10) > 9, decimal(1) < 0.5"),
            "True | True | True | False"
        );
        assert_eq!(
            value("decimal(3) in (1, 3), decimal(3) between (decimal(1) .. decimal(3))"),
            "True | True"
        );
        assert_eq!(
            value("decimal(null) == decimal(1), isnull(decimal(null) == decimal(null))"),
            "False | True"
        );
    }

    #[test]
    fn conversions_go_both_ways() {
        assert_eq!(value("todecimal(' 12.50 '), todecimal('x'), todecimal('')"), "12.5 | null | null");
        assert_eq!(
            value("toint(decimal(2.9)), tolong(decimal(1e30)), toreal(decimal(0.1)), tobool(decimal(0))"),
            "2 | null | 0.1 | False"
        );
        assert_eq!(
            value("tostring(decimal(1.50)), pack_array(decimal(1.5)), todecimal(dynamic(3))"),
            "1.5 | [\"1.5\"] | 3"
        );
        assert_eq!(
            value("abs(decimal(-1.5)), round(decimal(2.345), 2), bin(decimal(7.3), 2), sqrt(decimal(4))"),
            "1.5 | 2.35 | 6 | 2.0"
        );
        assert!(refused("print decimal(1) + 'a'").contains("KS106"));
    }

    #[test]
    fn columns_of_decimals_sort_group_and_join() {
        let t = "let T = datatable(d:decimal, x:long)[decimal(10.0), 1, decimal(-2), 2, decimal(10), 3, decimal(null), 4];";
        assert_eq!(rows(&format!("{t} T | sort by d asc, x asc | project x")), "4\n2\n1\n3");
        assert_eq!(
            rows(&format!("{t} T | summarize sum(x) by d | sort by d asc nulls last")),
            "-2 | 2\n10 | 4\nnull | 4"
        );
        assert_eq!(rows(&format!("{t} T | join kind=inner (T) on d | count")), "6");
    }
}
