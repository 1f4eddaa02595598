//! `endofday`, `endofweek`, `endofmonth`, `endofyear`: the last tick of a period.
//!
//! Source: <https://learn.microsoft.com/kusto/query/endofday-function>

use datafusion::arrow::array::Int64Array;
use weir_value::KustoType::Datetime;
use weir_value::datetime::{days_from_civil, in_range, to_civil};
use weir_value::timespan::TICKS_PER_DAY;

use crate::functions::{Accepts, Function, Naming, by_kernel, exactly, optional};
use crate::kernel;
use crate::kernel::{Long, map1, map2};

pub(crate) const FUNCTIONS: &[&Function] = &[&END_OF_DAY, &END_OF_WEEK, &END_OF_MONTH, &END_OF_YEAR];

macro_rules! end_of {
    ($function:ident, $kernel:ident, $name:literal, |$ticks:ident, $offset:ident| $day:expr) => {
        function!(
            $function = [$name],
            Naming::None,
            [by_kernel(&[exactly("date", Datetime), optional("offset", Accepts::Integer)], &$kernel)]
        );
        kernel!($kernel = (concat!("kql_", $name)) -> Datetime, |a, n| {
            // The day after the period, which may lie one behind the last there is.
            let day_after = |$ticks: i64, $offset: i64| -> Option<i64> { $day };
            let end = |ticks, offset| in_range(day_after(ticks, offset)?.checked_mul(TICKS_PER_DAY)?.checked_sub(1)?);
            match a.len() {
                1 => map1::<Long, i64, Int64Array>(a, n, |ticks| end(ticks, 0)),
                _ => map2::<Long, Long, i64, Int64Array>(a, n, end),
            }
        });
    };
}

end_of!(END_OF_DAY, DAY_END, "endofday", |ticks, offset| {
    ticks.div_euclid(TICKS_PER_DAY).checked_add(offset)?.checked_add(1)
});
end_of!(END_OF_WEEK, WEEK_END, "endofweek", |ticks, offset| {
    // Day 0 was a Monday; weeks start on Sundays.
    let day = ticks.div_euclid(TICKS_PER_DAY);
    (day - (day + 1).rem_euclid(7)).checked_add(offset.checked_add(1)?.checked_mul(7)?)
});
end_of!(END_OF_MONTH, MONTH_END, "endofmonth", |ticks, offset| {
    let civil = to_civil(ticks);
    first_of_month((i64::from(civil.year) * 12 + i64::from(civil.month)).checked_add(offset)?)
});
end_of!(END_OF_YEAR, YEAR_END, "endofyear", |ticks, offset| {
    let year = i64::from(to_civil(ticks).year).checked_add(offset)?.checked_add(1)?;
    first_of_month(year.checked_mul(12)?)
});

/// The first day of a month, counted from January of the year 0.
fn first_of_month(month: i64) -> Option<i64> {
    let year = i32::try_from(month.div_euclid(12)).ok().filter(|year| (1..=10_000).contains(year))?;
    Some(days_from_civil(year, u32::try_from(month.rem_euclid(12)).ok()? + 1, 1))
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, value};

    #[test]
    fn periods_end_a_tick_before_the_next() {
        let date = "datetime(2024-02-10 11:12:13)";
        assert_eq!(value(&format!("endofday({date})")), "2024-02-10T23:59:59.9999999Z");
        assert_eq!(value(&format!("endofday({date}, -1)")), "2024-02-09T23:59:59.9999999Z");
        assert_eq!(value(&format!("endofweek({date}, 1)")), "2024-02-17T23:59:59.9999999Z");
        assert_eq!(value(&format!("endofmonth({date})")), "2024-02-29T23:59:59.9999999Z");
        assert_eq!(value(&format!("endofmonth({date}, -14)")), "2022-12-31T23:59:59.9999999Z");
        assert_eq!(value(&format!("endofyear({date}, 1)")), "2025-12-31T23:59:59.9999999Z");
    }

    #[test]
    fn there_is_nothing_outside_the_range() {
        let last = "datetime(9999-12-31 12:00)";
        assert_eq!(value(&format!("endofyear({last})")), "9999-12-31T23:59:59.9999999Z");
        assert_eq!(
            value(&format!("endofyear({last}, 1), endofweek({last}), endofday(datetime(null))")),
            "null | null | null"
        );
        assert_eq!(value(&format!("endofmonth({last}, 9223372036854775807)")), "null");
        assert_eq!(
            answer("datatable(t:datetime)[datetime(2024-02-10)] | project endofmonth(t)").lines().next(),
            Some("Column1:datetime")
        );
    }
}
