//! `bin_at`, `bin_auto`, `around`: values on a grid, values about a centre.
//!
//! Sources: <https://learn.microsoft.com/kusto/query/bin-at-function>,
//! <https://learn.microsoft.com/kusto/query/bin-auto-function>

use datafusion::arrow::array::{BooleanArray, Float64Array, Int64Array};
use weir_value::KustoType::{self, Bool, Datetime, Decimal, Long, Real, Timespan};
use weir_value::datetime;

use super::super::{decimal, math::bin};
use crate::bind::{Arguments, is_number};
use crate::functions::{Accepts, Function, Naming, one, with};
use crate::kernel;
use crate::kernel::{Column, Dec, Kernel, Long as LongValue, Real as RealValue};
use crate::typed::Typed;

pub(crate) const FUNCTIONS: &[&Function] = &[&BIN_AT, &BIN_AUTO, &AROUND];

/// Three arguments in one type: whole numbers, reals, decimals, or times of which one is a span.
fn aligned(a: &mut Arguments<'_, '_, '_>, function: &str, span: usize) -> Option<([Typed; 3], KustoType)> {
    let typed = [0, 1, 2].map(|index| a.take(index));
    let value = typed[0].kind;
    let kinds = typed.each_ref().map(|typed| typed.kind);
    let whole = |kind| matches!(kind, KustoType::Int | Long);
    let times = matches!(value, Datetime | Timespan)
        && kinds
            .iter()
            .enumerate()
            .all(|(place, kind)| *kind == if place == span { Timespan } else { value });
    let (kind, target) = match value {
        _ if times => (value, None),
        _ if kinds.into_iter().all(whole) => (Long, Some(Long)),
        _ if kinds.into_iter().all(is_number) && kinds.contains(&Decimal) => (Decimal, Some(Decimal)),
        _ if kinds.into_iter().all(is_number) => (Real, Some(Real)),
        _ => {
            // The original sees only when it runs what it makes of them.
            let message = format!(
                "not supported yet: {function}() of a {}, a {} and a {}",
                kinds[0], kinds[1], kinds[2]
            );
            a.refuse(0, message);
            return None;
        }
    };
    let typed = match target {
        Some(target) => typed.map(|typed| a.binder.converted(typed, target)),
        None => typed,
    };
    Some((typed, kind))
}

const VALUE: crate::functions::Parameter = one("value", Accepts::Any);

function!(
    BIN_AT = ["bin_at"],
    Naming::FirstArgument,
    [with(&[VALUE, one("bin size", Accepts::Any), one("fixed point", Accepts::Any)], |a| on_grid(
        a, "bin_at"
    ))]
);

/// The request option that says how long the bins of `bin_auto` are.
pub(crate) const AUTO_SIZE: &str = "query_bin_auto_size";
/// The request option that says where one of them begins.
pub(crate) const AUTO_AT: &str = "query_bin_auto_at";

function!(
    BIN_AUTO = ["bin_auto"],
    Naming::FirstArgument,
    [with(&[one("value", Accepts::Summable)], |a| {
        let Some(size) = a.binder.setting(AUTO_SIZE) else {
            let message = "bin_auto() goes by an option of the query that says how long bins are";
            let hint = format!("put a statement before: set {AUTO_SIZE} = 1h;");
            a.binder.tell(weir_kql::Diagnostic::error(None, a.span, message).with_hint(hint));
            return Typed::poison();
        };
        let value = a.take(0);
        let at = a.binder.setting(AUTO_AT).unwrap_or_else(|| match value.kind {
            Datetime | Timespan => Typed { kind: value.kind, ..Typed::long(0) },
            _ => Typed::long(0),
        });
        if size.poisoned || at.poisoned {
            return Typed::poison();
        }
        a.typed = vec![value, size, at];
        on_grid(a, "bin_auto")
    })]
);

/// Value, size of the bins, and a place where one begins.
fn on_grid(a: &mut Arguments<'_, '_, '_>, function: &str) -> Typed {
    let Some((typed, kind)) = aligned(a, function, 1) else { return Typed::poison() };
    let kernel: &'static Kernel = match kind {
        Datetime => &AT_DATETIME,
        Timespan => &AT_TIMESPAN,
        Real => &AT_REAL,
        Decimal => &AT_DECIMAL,
        _ => &AT_LONG,
    };
    a.binder.fold(Typed::new(kernel.call(typed.map(|typed| typed.expr).to_vec()), kind))
}

/// The place of the grid at or below a value; null unless bins are longer than nothing.
fn at(value: i64, size: i64, fixed: i64) -> Option<i64> {
    bin(value.checked_sub(fixed)?, size)?.checked_add(fixed)
}

fn at_whole(
    a: &[datafusion::logical_expr::ColumnarValue],
    rows: usize,
    in_range: fn(i64) -> Option<i64>,
) -> datafusion::common::Result<datafusion::arrow::array::ArrayRef> {
    let [values, sizes, fixed] = [0, 1, 2].map(|index| Column::<LongValue>::of(&a[index]));
    let (values, sizes, fixed) = (values?, sizes?, fixed?);
    let found: Int64Array = crate::limits::rows(rows)
        .map(|row| in_range(at(values.get(row)?, sizes.get(row)?, fixed.get(row)?)?))
        .collect();
    Ok(std::sync::Arc::new(found))
}

kernel!(AT_DATETIME = "kql_bin_at_datetime" -> Datetime, |a, n| at_whole(a, n, datetime::in_range));
kernel!(AT_TIMESPAN = "kql_bin_at_timespan" -> Timespan, |a, n| at_whole(a, n, Some));
kernel!(AT_LONG = "kql_bin_at_long" -> Long, |a, n| at_whole(a, n, Some));
kernel!(AT_REAL = "kql_bin_at_real" -> Real, |a, n| {
    let [values, sizes, fixed] = [0, 1, 2].map(|index| Column::<RealValue>::of(&a[index]));
    let (values, sizes, fixed) = (values?, sizes?, fixed?);
    let found: Float64Array = crate::limits::rows(n)
        .map(|row| {
            let (value, size, fixed) = (values.get(row)?, sizes.get(row)?, fixed.get(row)?);
            (size > 0.0).then(|| ((value - fixed) / size).floor() * size + fixed)
        })
        .collect();
    Ok(std::sync::Arc::new(found))
});

kernel!(AT_DECIMAL = "kql_bin_at_decimal" -> Decimal, |a, n| decimal::decimals_of_three(a, n, |value, size, fixed| {
    let from_fixed = value.minus(fixed)?;
    decimal::bin(from_fixed, size)?.plus(fixed)
}));

function!(
    AROUND = ["around"],
    Naming::None,
    [with(&[VALUE, one("center", Accepts::Any), one("delta", Accepts::Any)], |a| {
        let Some((typed, kind)) = aligned(a, "around", 2) else { return Typed::poison() };
        let kernel: &'static Kernel = match kind {
            Real => &NEAR_REAL,
            Decimal => &NEAR_DECIMAL,
            _ => &NEAR,
        };
        a.binder.fold(Typed::new(kernel.call(typed.map(|typed| typed.expr).to_vec()), Bool))
    })]
);
kernel!(NEAR = "kql_around" -> Bool, |a, n| {
    let [values, centers, deltas] = [0, 1, 2].map(|index| Column::<LongValue>::of(&a[index]));
    let (values, centers, deltas) = (values?, centers?, deltas?);
    let near: BooleanArray = crate::limits::rows(n)
        .map(|row| {
            let (value, center, delta) = (values.get(row)?, centers.get(row)?, deltas.get(row)?);
            Some((i128::from(value) - i128::from(center)).abs() <= i128::from(delta))
        })
        .collect();
    Ok(std::sync::Arc::new(near))
});
kernel!(NEAR_REAL = "kql_around_real" -> Bool, |a, n| {
    let [values, centers, deltas] = [0, 1, 2].map(|index| Column::<RealValue>::of(&a[index]));
    let (values, centers, deltas) = (values?, centers?, deltas?);
    let near: BooleanArray = crate::limits::rows(n)
        .map(|row| {
            let (value, center, delta) = (values.get(row)?, centers.get(row)?, deltas.get(row)?);
            Some(value >= center - delta && value <= center + delta)
        })
        .collect();
    Ok(std::sync::Arc::new(near))
});

kernel!(NEAR_DECIMAL = "kql_around_decimal" -> Bool, |a, n| {
    let [values, centers, deltas] = [0, 1, 2].map(|index| Column::<Dec>::of(&a[index]));
    let (values, centers, deltas) = (values?, centers?, deltas?);
    let near: BooleanArray = crate::limits::rows(n)
        .map(|row| {
            let (value, center, delta) = (values.get(row)?, centers.get(row)?, deltas.get(row)?);
            Some(value >= center.minus(delta)? && value <= center.plus(delta)?)
        })
        .collect();
    Ok(std::sync::Arc::new(near))
});

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, value};

    #[test]
    fn a_fixed_point_moves_the_grid() {
        assert_eq!(value("bin_at(7, 5, 1), bin_at(0, 5, 1), bin_at(7, 0, 1)"), "6 | -4 | null");
        assert_eq!(value("bin_at(6.5, 2.5, 7)"), "4.5");
        assert_eq!(value("bin_at(5h, 2h, 1h), bin_at(0h, 2h, 1h)"), "05:00:00 | -01:00:00");
        assert_eq!(
            value("bin_at(datetime(2024-06-15 05:00), 1d, datetime(2024-01-01 06:00))"),
            "2024-06-14T06:00:00.0000000Z"
        );
        assert_eq!(
            answer("range t from 7 to 7 step 1 | summarize count() by bin_at(t, 5, 1)"),
            "t:long, count_:long\n6 | 1"
        );
        assert_eq!(value("bin_at(decimal(6.5), 2, 1), bin_at(decimal(6.5), 0, 1)"), "5 | null");
        assert!(refused("print bin_at(5h, 2, 1h)").contains("not supported yet: bin_at() of a timespan"));
    }

    #[test]
    fn options_of_the_query_make_the_grid() {
        assert_eq!(
            answer(
                "set query_bin_auto_size=1h; set query_bin_auto_at=datetime(2017-01-01 00:05); \
                 range Timestamp from datetime(2017-01-01 00:05) to datetime(2017-01-01 02:00) step 1m \
                 | summarize count() by bin_auto(Timestamp) | sort by Timestamp asc"
            ),
            "Timestamp:datetime, count_:long\n2017-01-01T00:05:00.0000000Z | 60\n2017-01-01T01:05:00.0000000Z | 56"
        );
        assert_eq!(
            answer("set query_bin_auto_size = 5; print bin_auto(7), bin_auto(-1), bin_auto(7.5)"),
            "print_0:long, print_1:long, print_2:real\n5 | -5 | 5.0"
        );
        assert_eq!(
            answer("set query_bin_auto_size = 1d; print t = bin_auto(datetime(2024-06-15 05:00))"),
            "t:datetime\n2024-06-15T00:00:00.0000000Z"
        );
        assert!(refused("print bin_auto(7)").contains("set query_bin_auto_size = 1h;"));
        assert!(refused("set query_bin_auto_size = 1h; print bin_auto(7)").contains("bin_auto() of a long"));
        assert!(refused("set query_bin_auto_size = x; print bin_auto(7)").contains("KS142"));
    }

    #[test]
    fn values_lie_about_a_centre() {
        assert_eq!(value("around(5, 7, 2), around(5, 8, 2), around(5, 7.5, 2.5)"), "True | False | True");
        assert_eq!(
            value("around(datetime(2024-01-02), datetime(2024-01-01), 1d), around(long(null), 1, 1)"),
            "True | null"
        );
        assert_eq!(
            value("around(decimal(1.1), 1, decimal(0.1)), around(decimal(1.2), 1.0, decimal(0.1))"),
            "True | False"
        );
        assert!(refused("print around('a', 'b', 1)").contains("not supported yet: around() of a string"));
    }
}
