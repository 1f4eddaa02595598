//! `datetime_diff`: how many boundaries of a period lie between two datetimes.
//!
//! Source: <https://learn.microsoft.com/kusto/query/datetime-diff-function>

use datafusion::arrow::array::{Float64Array, Int64Array};
use weir_value::KustoType::{Datetime, Long as LongKind, Real, String as Text};
use weir_value::datetime::to_civil;
use weir_value::timespan::{TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MINUTE, TICKS_PER_SECOND};

use crate::functions::{Accepts, Function, Naming, exactly, one, with};
use crate::kernel;
use crate::kernel::{Column, Long, Str, map2};
use crate::typed::Typed;

pub(crate) const FUNCTIONS: &[&Function] = &[&DATETIME_DIFF];

function!(
    DATETIME_DIFF = ["datetime_diff"],
    Naming::None,
    [with(&[one("period", Accepts::Constant(Text)), exactly("a", Datetime), exactly("b", Datetime)], |a| {
        let (period, later, earlier) = (a.take(0), a.take(1), a.take(2));
        let name = period.as_text().unwrap_or_default();
        // Weeks are divided by their length, which gives a real.
        if name.eq_ignore_ascii_case("week") {
            return a.binder.fold(Typed::new(WEEKS.call(vec![later.expr, earlier.expr]), Real));
        }
        if between(name, 0, 0).is_none() {
            let message = format!("'{name}' is no period of a difference");
            return a.refuse(0, message);
        }
        let exprs = vec![period.expr, later.expr, earlier.expr];
        a.binder.fold(Typed::new(DIFFERENCE.call(exprs), LongKind))
    },)]
);

kernel!(WEEKS = "kql_datetime_diff_week" -> Real, |a, n| {
    // Day 0 was a Monday; weeks start on Sundays.
    let week = |ticks: i64| (ticks.div_euclid(TICKS_PER_DAY) + 1).div_euclid(7);
    map2::<Long, Long, f64, Float64Array>(a, n, |later, earlier| Some((week(later) - week(earlier)) as f64))
});

kernel!(DIFFERENCE = "kql_datetime_diff" -> Long, |a, n| {
    let periods = Column::<Str>::of(&a[0])?;
    let period = periods.get(0).unwrap_or_default();
    map2::<Long, Long, i64, Int64Array>(&a[1..], n, |later, earlier| between(period, later, earlier))
});

fn between(period: &str, later: i64, earlier: i64) -> Option<i64> {
    let periods = |length: i64| later.div_euclid(length) - earlier.div_euclid(length);
    let months = |ticks: i64| {
        let civil = to_civil(ticks);
        i64::from(civil.year) * 12 + i64::from(civil.month) - 1
    };
    let of_months = |count: i64| months(later).div_euclid(count) - months(earlier).div_euclid(count);
    Some(match period.to_ascii_lowercase().as_str() {
        "year" => of_months(12),
        "quarter" => of_months(3),
        "month" => of_months(1),
        "day" => periods(TICKS_PER_DAY),
        "hour" => periods(TICKS_PER_HOUR),
        "minute" => periods(TICKS_PER_MINUTE),
        "second" => periods(TICKS_PER_SECOND),
        "millisecond" => periods(TICKS_PER_SECOND / 1_000),
        "microsecond" => periods(TICKS_PER_SECOND / 1_000_000),
        // What does not fit a long has no answer.
        "nanosecond" => later.checked_sub(earlier)?.checked_mul(100)?,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{kind, refused, value};

    fn difference(period: &str, later: &str, earlier: &str) -> String {
        value(&format!("datetime_diff('{period}', datetime({later}), datetime({earlier}))"))
    }

    #[test]
    fn boundaries_are_counted() {
        assert_eq!(difference("year", "2024-01-01", "2023-12-31 23:59"), "1");
        assert_eq!(difference("quarter", "2023-12-31", "2024-01-01"), "-1");
        assert_eq!(difference("month", "2024-03-31", "2024-03-01"), "0");
        assert_eq!(difference("week", "2024-06-16", "2024-06-15"), "1.0");
        assert_eq!(difference("day", "2024-06-16 00:01", "2024-06-15 23:59"), "1");
        assert_eq!(difference("Hour", "2024-06-16 01:00", "2024-06-15 23:59"), "2");
        assert_eq!(difference("second", "0001-01-01", "0001-01-01 00:00:01"), "-1");
        assert_eq!(difference("microsecond", "2024-01-01 00:00:00.0000019", "2024-01-01"), "1");
        assert_eq!(difference("nanosecond", "2024-01-01 00:00:00.0000019", "2024-01-01"), "1900");
    }

    #[test]
    fn only_periods_are_counted() {
        assert_eq!(difference("nanosecond", "9999-01-01", "0001-01-01"), "null");
        assert_eq!(difference("day", "null", "2024-01-01"), "null");
        assert_eq!(kind("datetime_diff('day', now(), now())"), "long");
        assert!(refused("print datetime_diff('era', now(), now())").contains("no period"));
        assert!(refused("print p = 'day' | project datetime_diff(p, now(), now())").contains("constant"));
    }
}
