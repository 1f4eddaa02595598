//! Datetimes and timespans.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-functions#datetime-timespan-functions>

pub(crate) mod bins;
pub(crate) mod difference;
pub(crate) mod make;
pub(crate) mod parts;
pub(crate) mod periods;
pub(crate) mod spans;
pub(crate) mod zones;

use datafusion::arrow::array::{Int32Array, Int64Array};
use datafusion::common::ScalarValue;
use weir_value::timespan::{TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MINUTE, TICKS_PER_SECOND};
use weir_value::{KustoType, datetime};

use super::{Accepts, Function, Naming, by_kernel, exactly, one, optional, with};
use crate::kernel;
use crate::kernel::{Column, Long, Str, TextOut, map1, map2};
use crate::typed::Typed;

use KustoType::{Datetime, Timespan};

pub(crate) const FUNCTIONS: &[&Function] = &[
    &AGO,
    &NOW,
    &DATETIME_ADD,
    &FORMAT_DATETIME,
    &START_OF_DAY,
    &START_OF_WEEK,
    &START_OF_MONTH,
    &START_OF_YEAR,
    &HOUR_OF_DAY,
    &DAY_OF_WEEK,
    &DAY_OF_MONTH,
];

kernel!(
    /// Null beyond the years 1 to 9999.
    DATETIME_PLUS = "kql_datetime_plus" -> Datetime, |a, n| {
        map2::<Long, Long, i64, Int64Array>(a, n, |ticks, span| ticks.checked_add(span).and_then(datetime::in_range))
    }
);
kernel!(DATETIME_MINUS = "kql_datetime_minus" -> Datetime, |a, n| {
    map2::<Long, Long, i64, Int64Array>(a, n, |ticks, span| ticks.checked_sub(span).and_then(datetime::in_range))
});

function!(
    AGO = ["ago"],
    Naming::None,
    [with(&[exactly("timespan", Timespan)], |a| {
        let now = ScalarValue::Int64(Some(a.binder.context().now_ticks));
        let (now, span) = (Typed::constant(now, Datetime), a.take(0));
        a.binder.fold(Typed::new(DATETIME_MINUS.call(vec![now.expr, span.expr]), Datetime))
    })]
);

function!(
    NOW = ["now"],
    Naming::None,
    [with(&[exactly("offset", Timespan)], |a| {
        let now = ScalarValue::Int64(Some(a.binder.context().now_ticks));
        let (now, span) = (Typed::constant(now, Datetime), a.take(0));
        a.binder.fold(Typed::new(DATETIME_PLUS.call(vec![now.expr, span.expr]), Datetime))
    })]
);

/// A part of a date, as functions name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// So many months.
    Months(i64),
    /// So many ticks.
    Ticks(i64),
    /// Hundredths of a tick.
    Nanoseconds,
}

/// The parts that `datetime_add` knows.
fn part(name: &str) -> Option<Part> {
    Some(match name.to_ascii_lowercase().as_str() {
        "year" => Part::Months(12),
        "quarter" => Part::Months(3),
        "month" => Part::Months(1),
        "week" => Part::Ticks(7 * TICKS_PER_DAY),
        "day" => Part::Ticks(TICKS_PER_DAY),
        "hour" => Part::Ticks(TICKS_PER_HOUR),
        "minute" => Part::Ticks(TICKS_PER_MINUTE),
        "second" => Part::Ticks(TICKS_PER_SECOND),
        "millisecond" => Part::Ticks(TICKS_PER_SECOND / 1_000),
        "microsecond" => Part::Ticks(TICKS_PER_SECOND / 1_000_000),
        "nanosecond" => Part::Nanoseconds,
        _ => return None,
    })
}

function!(
    DATETIME_ADD = ["datetime_add"],
    Naming::None,
    [with(
        &[
            one("part", Accepts::Constant(KustoType::String)),
            one("value", Accepts::Integer),
            exactly("datetime", Datetime)
        ],
        |a| {
            let name = a.typed[0].as_text().unwrap_or_default().to_owned();
            if part(&name).is_none() {
                return a.refuse(0, format!("'{name}' is no part of a date"));
            }
            let exprs = vec![a.take(0).expr, a.take(1).expr, a.take(2).expr];
            a.binder.fold(Typed::new(ADD_PART.call(exprs), Datetime))
        },
    )]
);

kernel!(ADD_PART = "kql_datetime_add" -> Datetime, |a, n| {
    let parts = Column::<Str>::of(&a[0])?;
    let part = part(parts.get(0).unwrap_or_default());
    map2::<Long, Long, i64, Int64Array>(&a[1..], n, |count, ticks| match part? {
        Part::Ticks(unit) => ticks.checked_add(count.checked_mul(unit)?).and_then(datetime::in_range),
        Part::Months(unit) => add_months(ticks, count.checked_mul(unit)?),
        Part::Nanoseconds => ticks.checked_add(count / 100).and_then(datetime::in_range),
    })
});

/// The same day so many months later, or the last day of a shorter month.
pub(crate) fn add_months(ticks: i64, months: i64) -> Option<i64> {
    let civil = datetime::to_civil(ticks);
    let month = (i64::from(civil.year) * 12 + i64::from(civil.month) - 1).checked_add(months)?;
    let (year, month) = (i32::try_from(month.div_euclid(12)).ok()?, month.rem_euclid(12) as u32 + 1);
    let day = civil.day.min(datetime::days_in_month(year, month));
    datetime::from_civil(year, month, day, civil.time)
}

macro_rules! start_of {
    ($function:ident, $kernel:ident, $name:literal, $naming:expr, |$ticks:ident, $offset:ident| $value:expr) => {
        const $function: Function = Function {
            names: &[$name],
            naming: $naming,
            overloads: &[by_kernel(&[exactly("date", Datetime), optional("offset", Accepts::Integer)], &$kernel)],
        };
        kernel!($kernel = (concat!("kql_", $name)) -> Datetime, |a, n| {
            let start = |$ticks: i64, $offset: i64| -> Option<i64> { $value };
            match a.len() {
                1 => map1::<Long, i64, Int64Array>(a, n, |ticks| start(ticks, 0)),
                _ => map2::<Long, Long, i64, Int64Array>(a, n, start),
            }
        });
    };
}

start_of!(START_OF_DAY, DAY_START, "startofday", Naming::FirstArgument, |ticks, offset| {
    let start = ticks - ticks.rem_euclid(TICKS_PER_DAY);
    start.checked_add(offset.checked_mul(TICKS_PER_DAY)?).and_then(datetime::in_range)
});
start_of!(START_OF_WEEK, WEEK_START, "startofweek", Naming::None, |ticks, offset| {
    // Year 1 began on a Monday; weeks start on Sundays.
    let start = ticks - (ticks + TICKS_PER_DAY).rem_euclid(7 * TICKS_PER_DAY);
    start.checked_add(offset.checked_mul(7 * TICKS_PER_DAY)?).and_then(datetime::in_range)
});
start_of!(START_OF_MONTH, MONTH_START, "startofmonth", Naming::None, |ticks, offset| {
    let civil = datetime::to_civil(ticks);
    add_months(datetime::from_civil(civil.year, civil.month, 1, 0)?, offset)
});
start_of!(START_OF_YEAR, YEAR_START, "startofyear", Naming::None, |ticks, offset| {
    let civil = datetime::to_civil(ticks);
    add_months(datetime::from_civil(civil.year, 1, 1, 0)?, offset.checked_mul(12)?)
});

function!(HOUR_OF_DAY = ["hourofday"], Naming::None, [by_kernel(&[exactly("date", Datetime)], &HOUR)]);
kernel!(HOUR = "kql_hourofday" -> Int, |a, n| {
    map1::<Long, i32, Int32Array>(a, n, |ticks| Some((ticks.rem_euclid(TICKS_PER_DAY) / TICKS_PER_HOUR) as i32))
});

function!(DAY_OF_WEEK = ["dayofweek"], Naming::None, [by_kernel(&[exactly("date", Datetime)], &WEEKDAY)]);
kernel!(
    /// Days since Sunday, as a timespan; null on the last day there is.
    WEEKDAY = "kql_dayofweek" -> Timespan, |a, n| {
        map1::<Long, i64, Int64Array>(a, n, |ticks| {
            // A day later is a day of the week from Monday; behind the last day there is none.
            let later = ticks.checked_add(TICKS_PER_DAY).and_then(datetime::in_range)?;
            Some(later.div_euclid(TICKS_PER_DAY).rem_euclid(7) * TICKS_PER_DAY)
        })
    }
);

function!(DAY_OF_MONTH = ["dayofmonth"], Naming::None, [by_kernel(&[exactly("date", Datetime)], &MONTH_DAY)]);
kernel!(MONTH_DAY = "kql_dayofmonth" -> Int, |a, n| {
    map1::<Long, i32, Int32Array>(a, n, |ticks| Some(datetime::to_civil(ticks).day as i32))
});

function!(
    FORMAT_DATETIME = ["format_datetime"],
    Naming::FirstArgument,
    [with(&[exactly("date", Datetime), one("format", Accepts::Constant(KustoType::String))], |a| {
        let format = a.typed[1].as_text().unwrap_or_default().to_owned();
        if let Some(wrong) = format.chars().find(|c| !is_format_character(*c)) {
            return a.refuse(1, format!("'{wrong}' means nothing in the format of a datetime"));
        }
        let exprs = vec![a.take(0).expr, a.take(1).expr];
        a.binder.fold(Typed::new(FORMAT.call(exprs), KustoType::String))
    })]
);

pub(super) fn is_format_character(c: char) -> bool {
    matches!(
        c,
        'd' | 'f'
            | 'F'
            | 'h'
            | 'H'
            | 'm'
            | 'M'
            | 's'
            | 'y'
            | 't'
            | ' '
            | '/'
            | '-'
            | ':'
            | ','
            | '.'
            | '_'
            | '['
            | ']'
    )
}

kernel!(FORMAT = "kql_format_datetime" -> String, |a, n| {
    let dates = Column::<Long>::of(&a[0])?;
    let formats = Column::<Str>::of(&a[1])?;
    let mut out = TextOut::new(n);
    for row in crate::limits::rows(n) {
        match dates.get(row) {
            Some(ticks) => out.write(|text| format_datetime(ticks, formats.get(row).unwrap_or_default(), text)),
            None => out.push(""),
        }
    }
    Ok(out.finish())
});

/// Appends a datetime in a format of runs of letters.
///
/// Source: <https://learn.microsoft.com/kusto/query/format-datetime-function>
fn format_datetime(ticks: i64, format: &str, out: &mut String) {
    use std::fmt::Write;
    let civil = datetime::to_civil(ticks);
    let (hour, minute, second, fraction) = datetime::clock(civil.time);
    let half_hour = if hour % 12 == 0 { 12 } else { hour % 12 };
    let mut rest = format.chars().peekable();
    while let Some(letter) = rest.next() {
        let mut length = 1;
        // A number has two digits at most: `dddd` is the day twice.
        let longest = if matches!(letter, 'd' | 'M' | 'H' | 'h' | 'm' | 's') { 2 } else { usize::MAX };
        while length < longest && rest.next_if_eq(&letter).is_some() {
            length += 1;
        }
        // Writing to a String cannot fail.
        let mut number = |value: i64| {
            let _ = if length >= 2 { write!(out, "{value:02}") } else { write!(out, "{value}") };
        };
        match letter {
            'y' if length >= 3 => {
                let _ = write!(out, "{:04}", civil.year);
            }
            'y' => number(i64::from(civil.year % 100)),
            'M' => number(civil.month.into()),
            'd' => number(civil.day.into()),
            'H' => number(hour),
            'h' => number(half_hour),
            'm' => number(minute),
            's' => number(second),
            'f' | 'F' => {
                let digits = format!("{fraction:07}");
                let shown = &digits[..length.min(7)];
                out.push_str(if letter == 'F' { shown.trim_end_matches('0') } else { shown });
            }
            't' => out.push_str(match (hour < 12, length) {
                (true, 1) => "A",
                (false, 1) => "P",
                (true, _) => "AM",
                (false, _) => "PM",
            }),
            other => out.extend(std::iter::repeat_n(other, length)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(text: &str, format: &str) -> String {
        let mut out = String::new();
        format_datetime(datetime::parse(text).unwrap(), format, &mut out);
        out
    }

    #[test]
    fn formats_are_runs_of_letters() {
        assert_eq!(format("2017-01-29 09:00:05", "yy-MM-dd [HH:mm:ss]"), "17-01-29 [09:00:05]");
        assert_eq!(format("2017-01-29 13:00:05", "yyyy-M-dd [H:mm:ss]"), "2017-1-29 [13:00:05]");
        assert_eq!(format("2017-01-29 13:00:05", "yy-MM-dd [hh:mm:ss tt]"), "17-01-29 [01:00:05 PM]");
        assert_eq!(format("2015-12-14 02:03:04.12345", "y-M-d h:m:s.fffffff"), "15-12-14 2:3:4.1234500");
        assert_eq!(format("2015-12-14 02:03:04.12", "s.FFF"), "4.12");
    }

    #[test]
    fn months_end_where_they_end() {
        let months =
            |text, months| datetime::format(add_months(datetime::parse(text).unwrap(), months).unwrap());
        assert_eq!(months("2020-01-31", 1), "2020-02-29T00:00:00.0000000Z");
        assert_eq!(months("2020-03-31", -1), "2020-02-29T00:00:00.0000000Z");
        assert!(add_months(datetime::MAX, 1).is_none());
    }
}
