//! Parts of a date as numbers.
//!
//! Source: <https://learn.microsoft.com/kusto/query/datetime-part-function>

use datafusion::arrow::array::{Int32Array, Int64Array};
use weir_value::KustoType::{self, Datetime, String as Text};
use weir_value::datetime::{clock, days_from_civil, to_civil};
use weir_value::timespan::TICKS_PER_DAY;

use crate::functions::{Accepts, Function, Naming, by_kernel, exactly, one, with};
use crate::kernel;
use crate::kernel::{Column, Long, Str, map1};
use crate::typed::Typed;

pub(crate) const FUNCTIONS: &[&Function] =
    &[&GET_YEAR, &MONTH_OF_YEAR, &DAY_OF_YEAR, &WEEK_OF_YEAR, &DATETIME_PART];

const DATE: &[crate::functions::Parameter] = &[exactly("date", Datetime)];

function!(GET_YEAR = ["getyear"], Naming::None, [by_kernel(DATE, &YEAR)]);
kernel!(YEAR = "kql_getyear" -> Long, |a, n| {
    map1::<Long, i64, Int64Array>(a, n, |ticks| Some(to_civil(ticks).year.into()))
});

function!(MONTH_OF_YEAR = ["monthofyear", "getmonth"], Naming::None, [by_kernel(DATE, &MONTH)]);
kernel!(MONTH = "kql_monthofyear" -> Int, |a, n| {
    map1::<Long, i32, Int32Array>(a, n, |ticks| i32::try_from(to_civil(ticks).month).ok())
});

function!(DAY_OF_YEAR = ["dayofyear"], Naming::None, [by_kernel(DATE, &YEAR_DAY)]);
kernel!(YEAR_DAY = "kql_dayofyear" -> Int, |a, n| {
    map1::<Long, i32, Int32Array>(a, n, |ticks| i32::try_from(day_of_year(ticks)).ok())
});

fn day_of_year(ticks: i64) -> i64 {
    ticks.div_euclid(TICKS_PER_DAY) - days_from_civil(to_civil(ticks).year, 1, 1) + 1
}

function!(WEEK_OF_YEAR = ["week_of_year", "weekofyear"], Naming::None, [by_kernel(DATE, &WEEK)]);
kernel!(WEEK = "kql_week_of_year" -> Int, |a, n| {
    map1::<Long, i32, Int32Array>(a, n, |ticks| i32::try_from(week_of_year(ticks)).ok())
});

/// The week of ISO 8601: weeks begin on Mondays, the first one is that of the year's first Thursday.
fn week_of_year(ticks: i64) -> i64 {
    let day = ticks.div_euclid(TICKS_PER_DAY);
    // Day 0 was a Monday.
    let thursday = day - day.rem_euclid(7) + 3;
    let year = to_civil(thursday * TICKS_PER_DAY).year;
    (thursday - days_from_civil(year, 1, 1)) / 7 + 1
}

function!(
    DATETIME_PART = ["datetime_part", "datepart"],
    Naming::None,
    [with(&[one("part", Accepts::Constant(Text)), exactly("date", Datetime)], |a| {
        let (part, date) = (a.take(0), a.take(1));
        let name = part.as_text().unwrap_or_default();
        if part_of(name, 0).is_none() {
            let message = format!("'{name}' is no part of a date");
            return a.refuse(0, message);
        }
        a.binder.fold(Typed::new(PART.call(vec![part.expr, date.expr]), KustoType::Int))
    })]
);
kernel!(PART = "kql_datetime_part" -> Int, |a, n| {
    let parts = Column::<Str>::of(&a[0])?;
    let part = parts.get(0).unwrap_or_default();
    map1::<Long, i32, Int32Array>(&a[1..], n, |ticks| i32::try_from(part_of(part, ticks)?).ok())
});

fn part_of(name: &str, ticks: i64) -> Option<i64> {
    let civil = to_civil(ticks);
    let (hour, minute, second, fraction) = clock(civil.time);
    Some(match name.to_ascii_lowercase().as_str() {
        "year" => civil.year.into(),
        "quarter" => i64::from(civil.month - 1) / 3 + 1,
        "month" => civil.month.into(),
        "week_of_year" | "weekofyear" => week_of_year(ticks),
        "day" => civil.day.into(),
        "dayofyear" => day_of_year(ticks),
        "hour" => hour,
        "minute" => minute,
        "second" => second,
        "millisecond" => fraction / 10_000,
        "microsecond" => fraction / 10,
        "nanosecond" => fraction * 100,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{kind, refused, value};

    #[test]
    fn dates_have_parts() {
        let date = "datetime(2024-12-31 23:58:57.1234567)";
        assert_eq!(
            value(&format!("getyear({date}), monthofyear({date}), dayofyear({date})")),
            "2024 | 12 | 366"
        );
        let part = |name: &str| value(&format!("datetime_part('{name}', {date})"));
        let names = [
            "Year",
            "quarter",
            "month",
            "week_of_year",
            "day",
            "dayOfYear",
            "hour",
            "minute",
            "second",
            "millisecond",
            "microsecond",
            "nanosecond",
        ];
        assert_eq!(names.map(part).join(" "), "2024 4 12 1 31 366 23 58 57 123 123456 123456700");
        assert_eq!(kind(&format!("datetime_part('day', {date})")), "int");
        assert!(refused(&format!("print datetime_part('fortnight', {date})")).contains("no part of a date"));
    }

    #[test]
    fn weeks_are_those_of_iso_8601() {
        let week = |date: &str| value(&format!("week_of_year(datetime({date}))"));
        assert_eq!(week("2021-01-03"), "53");
        assert_eq!(week("2021-01-04"), "1");
        assert_eq!(week("2018-12-31"), "1");
        assert_eq!(week("0001-01-01"), "1");
        assert_eq!(value("week_of_year(datetime(null))"), "null");
    }
}
