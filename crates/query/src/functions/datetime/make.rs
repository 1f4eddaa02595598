//! Datetimes and timespans of numbers.
//!
//! Source: <https://learn.microsoft.com/kusto/query/make-datetime-function>

use datafusion::arrow::array::Int64Array;
use datafusion::common::Result;
use weir_value::KustoType::{self, Datetime, Timespan};
use weir_value::datetime::{UNIX_EPOCH, from_civil, in_range};
use weir_value::timespan::{TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MINUTE, TICKS_PER_SECOND};

use crate::bind::Arguments;
use crate::functions::{Accepts, Function, Naming, one, optional, with};
use crate::kernel;
use crate::kernel::{Column, Kernel, Long, Real, map1};
use crate::typed::Typed;

pub(crate) const FUNCTIONS: &[&Function] = &[
    &MAKE_DATETIME,
    &MAKE_TIMESPAN,
    &UNIX_SECONDS,
    &UNIX_MILLISECONDS,
    &UNIX_MICROSECONDS,
    &UNIX_NANOSECONDS,
];

function!(
    MAKE_DATETIME = ["make_datetime"],
    Naming::OnlyArgument,
    [
        with(&[one("value", Accepts::Any)], |a| {
            let value = a.take(0);
            a.binder.converted(value, Datetime)
        }),
        with(
            &[
                one("year", Accepts::Number),
                one("month", Accepts::Number),
                one("day", Accepts::Number),
                optional("hour", Accepts::Number),
                optional("minute", Accepts::Number),
                optional("second", Accepts::Number),
            ],
            |a| {
                let count = a.typed.len();
                let mut exprs = Vec::new();
                for place in 0..6 {
                    let kind = if place == 5 { KustoType::Real } else { KustoType::Long };
                    let value = if place < count { a.take(place) } else { Typed::long(0) };
                    exprs.push(a.binder.converted(value, kind).expr);
                }
                a.binder.fold(Typed::new(DATE.call(exprs), Datetime))
            },
        )
    ]
);
kernel!(
    /// Null where a part is out of its range.
    DATE = "kql_make_datetime" -> Datetime, |a, n| {
        let parts = a[..5].iter().map(Column::<Long>::of).collect::<Result<Vec<_>>>()?;
        let seconds = Column::<Real>::of(&a[5])?;
        let dates: Int64Array = crate::limits::rows(n)
            .map(|row| {
                let parts: Option<Vec<i64>> = parts.iter().map(|part| part.get(row)).collect();
                let &[year, month, day, hour, minute] = parts?.as_slice() else { return None };
                from_civil(
                    i32::try_from(year).ok()?,
                    u32::try_from(month).ok()?,
                    u32::try_from(day).ok()?,
                    time_of_day(hour, minute, seconds.get(row)?)?,
                )
            })
            .collect();
        Ok(std::sync::Arc::new(dates))
    }
);

/// Ticks since midnight; nothing where a part is out of its range.
fn time_of_day(hour: i64, minute: i64, second: f64) -> Option<i64> {
    let valid = (0..24).contains(&hour) && (0..60).contains(&minute) && (0.0..60.0).contains(&second);
    let ticks = (second * TICKS_PER_SECOND as f64).round() as i64;
    valid.then(|| hour * TICKS_PER_HOUR + minute * TICKS_PER_MINUTE + ticks)
}

function!(
    MAKE_TIMESPAN = ["make_timespan"],
    Naming::OnlyArgument,
    [
        with(&[one("value", Accepts::Any)], |a| {
            let value = a.take(0);
            a.binder.converted(value, Timespan)
        }),
        with(
            &[
                one("hours", Accepts::Integer),
                one("minutes", Accepts::Integer),
                optional("seconds", Accepts::Number)
            ],
            |a| make_timespan(a, [None, Some(0), Some(1), Some(2)]),
        ),
        with(
            &[
                one("days", Accepts::Integer),
                one("hours", Accepts::Integer),
                one("minutes", Accepts::Integer),
                one("seconds", Accepts::Number)
            ],
            |a| make_timespan(a, [Some(0), Some(1), Some(2), Some(3)]),
        )
    ]
);

/// A timespan of days, hours, minutes and seconds, each by its place among the arguments.
fn make_timespan(a: &mut Arguments<'_, '_, '_>, places: [Option<usize>; 4]) -> Typed {
    let count = a.typed.len();
    let mut exprs = Vec::new();
    for (part, place) in places.into_iter().enumerate() {
        let kind = if part == 3 { KustoType::Real } else { KustoType::Long };
        let value = match place.filter(|place| *place < count) {
            Some(place) => a.take(place),
            None => Typed::long(0),
        };
        exprs.push(a.binder.converted(value, kind).expr);
    }
    a.binder.fold(Typed::new(SPAN.call(exprs), Timespan))
}

kernel!(
    /// Null where a part is out of its range.
    SPAN = "kql_make_timespan" -> Timespan, |a, n| {
        let parts = a[..3].iter().map(Column::<Long>::of).collect::<Result<Vec<_>>>()?;
        let seconds = Column::<Real>::of(&a[3])?;
        let spans: Int64Array = crate::limits::rows(n)
            .map(|row| {
                let parts: Option<Vec<i64>> = parts.iter().map(|part| part.get(row)).collect();
                let &[days, hours, minutes] = parts?.as_slice() else { return None };
                let time = time_of_day(hours, minutes, seconds.get(row)?)?;
                (days >= 0).then(|| days.checked_mul(TICKS_PER_DAY)?.checked_add(time))?
            })
            .collect();
        Ok(std::sync::Arc::new(spans))
    }
);

macro_rules! unix_time {
    ($function:ident, $whole:ident, $real:ident, $unit:literal, |$count:ident| $ticks:expr, $per_second:expr) => {
        function!(
            $function = [concat!("unixtime_", $unit, "_todatetime")],
            Naming::None,
            [with(&[one("number", Accepts::Number)], |a| unix_time(a, &$whole, &$real))]
        );
        kernel!($whole = (concat!("kql_unixtime_", $unit)) -> Datetime, |a, n| {
            map1::<Long, i64, Int64Array>(a, n, |$count| in_range(UNIX_EPOCH.checked_add($ticks?)?))
        });
        kernel!($real = (concat!("kql_unixtime_", $unit, "_real")) -> Datetime, |a, n| {
            map1::<Real, i64, Int64Array>(a, n, |count| {
                // Whole seconds and the rest apart, which keeps the rest exact.
                let seconds = (count / $per_second).floor();
                let rest = (count - seconds * $per_second) / $per_second * TICKS_PER_SECOND as f64;
                if !seconds.is_finite() || seconds.abs() > 1e12 {
                    return None;
                }
                in_range(UNIX_EPOCH.checked_add((seconds as i64).checked_mul(TICKS_PER_SECOND)?)? + rest.round() as i64)
            })
        });
    };
}

unix_time!(UNIX_SECONDS, SECONDS, SECONDS_REAL, "seconds", |count| count.checked_mul(TICKS_PER_SECOND), 1.0);
unix_time!(
    UNIX_MILLISECONDS,
    MILLISECONDS,
    MILLISECONDS_REAL,
    "milliseconds",
    |count| count.checked_mul(TICKS_PER_SECOND / 1_000),
    1e3
);
unix_time!(
    UNIX_MICROSECONDS,
    MICROSECONDS,
    MICROSECONDS_REAL,
    "microseconds",
    |count| count.checked_mul(10),
    1e6
);
unix_time!(
    UNIX_NANOSECONDS,
    NANOSECONDS,
    NANOSECONDS_REAL,
    "nanoseconds",
    |count| Some(count.div_euclid(100)),
    1e9
);

fn unix_time(a: &mut Arguments<'_, '_, '_>, whole: &'static Kernel, real: &'static Kernel) -> Typed {
    let value = a.take(0);
    let (kernel, value) = match value.kind {
        KustoType::Real => (real, value),
        _ => (whole, a.binder.converted(value, KustoType::Long)),
    };
    a.binder.fold(Typed::new(kernel.call(vec![value.expr]), Datetime))
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, rows, value};

    #[test]
    fn datetimes_are_made_of_parts() {
        assert_eq!(value("make_datetime(2024, 2, 29)"), "2024-02-29T00:00:00.0000000Z");
        assert_eq!(value("make_datetime(2024, 2, 29, 12, 30, 1.5)"), "2024-02-29T12:30:01.5000000Z");
        assert_eq!(value("make_datetime('2024-02-29')"), "2024-02-29T00:00:00.0000000Z");
        assert_eq!(
            value(
                "make_datetime(2023, 2, 29), make_datetime(2024, 1, 1, 24), make_datetime(int(null), 1, 1)"
            ),
            "null | null | null"
        );
        assert!(refused("print make_datetime(2024, 1)").contains("does not take 2 arguments"));
        assert!(refused("print make_datetime('2024', 1, 1)").contains("takes a number"));
    }

    #[test]
    fn timespans_are_made_of_parts() {
        assert_eq!(value("make_timespan(1, 30)"), "01:30:00");
        assert_eq!(value("make_timespan(1, 30, 2.25)"), "01:30:02.2500000");
        assert_eq!(value("make_timespan(3, 1, 30, 0)"), "3.01:30:00");
        assert_eq!(
            value("make_timespan(24, 0), make_timespan(0, 60), make_timespan(-1, 0, 0, 0)"),
            "null | null | null"
        );
        assert_eq!(value("make_timespan('1d')"), "1.00:00:00");
    }

    #[test]
    fn unix_time_counts_from_1970() {
        assert_eq!(value("unixtime_seconds_todatetime(1)"), "1970-01-01T00:00:01.0000000Z");
        assert_eq!(value("unixtime_seconds_todatetime(-0.5)"), "1969-12-31T23:59:59.5000000Z");
        assert_eq!(value("unixtime_milliseconds_todatetime(1718454645123)"), "2024-06-15T12:30:45.1230000Z");
        assert_eq!(value("unixtime_microseconds_todatetime(-1)"), "1969-12-31T23:59:59.9999990Z");
        assert_eq!(
            value("unixtime_nanoseconds_todatetime(1718454645123456789)"),
            "2024-06-15T12:30:45.1234567Z"
        );
        assert_eq!(
            value("unixtime_seconds_todatetime(9223372036854775807), unixtime_seconds_todatetime(real(nan))"),
            "null | null"
        );
        assert_eq!(
            rows("print d = dynamic({'t': 60}) | project unixtime_seconds_todatetime(tolong(d.t))"),
            "1970-01-01T00:01:00.0000000Z"
        );
    }
}
