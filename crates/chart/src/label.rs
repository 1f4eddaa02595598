//! Numbers and times in a few characters.

use weir_value::datetime::{clock, to_civil};
use weir_value::timespan::{TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MINUTE, TICKS_PER_SECOND};
use weir_value::{datetime, timespan};

use crate::model::Unit;

/// A prefix and what it multiplies by, largest first.
const PREFIXES: [(f64, &str); 6] =
    [(1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
/// Above and below, powers of ten.
const LARGE: f64 = 1e21;
const SMALL: f64 = 1e-3;
/// Units of a timespan in seconds, largest first.
const SPANS: [(f64, &str); 6] =
    [(86_400.0, "d"), (3_600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms"), (1e-6, "µs")];

/// A number to three digits: `1.2G`, `42`, `0.25`.
pub fn short(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return value.to_string();
    }
    if size != 0.0 && !(SMALL..LARGE).contains(&size) {
        return power(value);
    }
    // What rounds up to the next prefix has it.
    let prefix = PREFIXES.iter().find(|(factor, _)| size >= factor * 0.9995);
    let (factor, prefix) = prefix.copied().unwrap_or((1.0, ""));
    let scaled = value / factor;
    let decimals = match scaled.abs() {
        s if s >= 99.95 => 0,
        s if s >= 9.995 => 1,
        s if s >= 0.9995 => 2,
        _ => 3,
    };
    format!("{}{prefix}", without_zeros(format!("{scaled:.decimals$}")))
}

fn power(value: f64) -> String {
    let text = format!("{value:.1e}");
    text.replace(".0e", "e")
}

/// A number in full, whole numbers without a fraction.
pub fn exact(value: f64) -> String {
    if value == value.trunc() && value.abs() < 1e18 {
        return format!("{value:.0}").replace("-0", if value == 0.0 { "0" } else { "-0" });
    }
    if (1e-6..1e18).contains(&value.abs()) { value.to_string() } else { format!("{value:e}") }
}

/// A value in full.
pub fn value(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Number => exact(value),
        Unit::Percent => format!("{} %", without_zeros(format!("{value:.2}"))),
        Unit::Seconds => {
            // The conversion saturates; a longer span has no text.
            timespan::format((value * TICKS_PER_SECOND as f64).round() as i64)
        }
    }
}

/// A value in a few characters.
pub fn short_value(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Number => short(value),
        Unit::Percent => format!("{} %", without_zeros(format!("{value:.1}"))),
        Unit::Seconds => {
            let (factor, name) = span_unit(value.abs());
            format!("{} {name}", short(value / factor))
        }
    }
}

/// What a tick step of seconds is a multiple of, by the largest value: a minute, an hour …
pub fn span_unit(largest: f64) -> (f64, &'static str) {
    let unit = SPANS.iter().find(|(factor, _)| largest >= *factor);
    unit.copied().unwrap_or(if largest > 0.0 { (1e-6, "µs") } else { (1.0, "s") })
}

/// The labels of an axis: one prefix or unit for all, and as many decimals as tell them apart.
pub fn ticks(values: &[f64], unit: Unit) -> Vec<String> {
    let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let (factor, suffix) = match unit {
        Unit::Percent => (1.0, " %"),
        Unit::Seconds => {
            let (factor, name) = span_unit(largest);
            return scaled(values, factor, &format!(" {name}"));
        }
        Unit::Number if largest != 0.0 && !(SMALL..LARGE).contains(&largest) => {
            return values
                .iter()
                .map(|value| if *value == 0.0 { "0".into() } else { power(*value) })
                .collect();
        }
        Unit::Number => PREFIXES.iter().find(|(factor, _)| largest >= *factor).copied().unwrap_or((1.0, "")),
    };
    scaled(values, factor, suffix)
}

fn scaled(values: &[f64], factor: f64, suffix: &str) -> Vec<String> {
    let is_exact = |decimals: usize| {
        values.iter().all(|value| {
            let scaled = value / factor;
            let shown: f64 = format!("{scaled:.decimals$}").parse().unwrap_or(scaled);
            (shown - scaled).abs() <= scaled.abs() * 1e-6
        })
    };
    let decimals = (0..6).find(|decimals| is_exact(*decimals)).unwrap_or(6);
    let label = |value: &f64| {
        if *value == 0.0 { "0".to_owned() } else { format!("{:.decimals$}{suffix}", value / factor) }
    };
    values.iter().map(label).collect()
}

fn without_zeros(text: String) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A time as short as it can be told in full: `2024-11-18`, `2024-11-18 14:00`, `2024-11-18 14:00:05.25`.
pub fn time_in_full(ticks: i64) -> String {
    let text = datetime::format(ticks);
    let (date, time) = text.trim_end_matches('Z').split_once('T').unwrap_or((&text, ""));
    if ticks % TICKS_PER_DAY == 0 {
        return date.to_owned();
    }
    let time = if ticks % TICKS_PER_MINUTE == 0 {
        time.get(..5).unwrap_or(time)
    } else {
        time.trim_end_matches('0').trim_end_matches('.')
    };
    format!("{date} {time}")
}

/// A time on an axis whose labels are so far apart.
pub fn time_tick(ticks: i64, step: TimeStep) -> String {
    let civil = to_civil(ticks);
    let (hour, minute, second, fraction) = clock(civil.time);
    let date = || format!("{:02}-{:02}", civil.month, civil.day);
    match step {
        TimeStep::Months(months) if months % 12 == 0 => format!("{:04}", civil.year),
        TimeStep::Months(_) => format!("{:04}-{:02}", civil.year, civil.month),
        TimeStep::Ticks(step) if step % TICKS_PER_DAY == 0 => date(),
        TimeStep::Ticks(_) if civil.time == 0 => date(),
        TimeStep::Ticks(step) if step % TICKS_PER_MINUTE == 0 => format!("{hour:02}:{minute:02}"),
        TimeStep::Ticks(step) if step % TICKS_PER_SECOND == 0 => {
            format!("{hour:02}:{minute:02}:{second:02}")
        }
        TimeStep::Ticks(_) => {
            let digits = format!("{fraction:07}");
            format!("{minute:02}:{second:02}.{}", digits.trim_end_matches('0'))
        }
    }
}

/// The distance of two labels on an axis of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeStep {
    /// Ticks of 100 ns.
    Ticks(i64),
    /// Months of the calendar.
    Months(u32),
}

/// A step in words: `hour`, `5 minutes`, `2 years`.
pub fn time_step(step: TimeStep) -> String {
    let (count, unit) = match step {
        TimeStep::Months(months) if months % 12 == 0 => (i64::from(months / 12), "year"),
        TimeStep::Months(months) => (i64::from(months), "month"),
        TimeStep::Ticks(ticks) => {
            let units = [
                (TICKS_PER_DAY, "day"),
                (TICKS_PER_HOUR, "hour"),
                (TICKS_PER_MINUTE, "minute"),
                (TICKS_PER_SECOND, "second"),
            ];
            let unit = units.into_iter().find(|(length, _)| ticks % length == 0);
            let (length, unit) = unit.unwrap_or((TICKS_PER_SECOND / 1_000, "millisecond"));
            (ticks / length, unit)
        }
    };
    if count == 1 { unit.to_owned() } else { format!("{count} {unit}s") }
}

/// What labels of an axis leave out: the day of a few hours, the year of a few days.
pub fn time_context(first: i64, last: i64, step: TimeStep) -> String {
    let (from, to) = (to_civil(first), to_civil(last));
    match step {
        TimeStep::Months(_) => String::new(),
        TimeStep::Ticks(step)
            if step % TICKS_PER_DAY != 0 && first / TICKS_PER_DAY == last / TICKS_PER_DAY =>
        {
            format!("{:04}-{:02}-{:02}", from.year, from.month, from.day)
        }
        TimeStep::Ticks(_) if from.year == to.year => format!("{:04}", from.year),
        TimeStep::Ticks(_) => format!("{:04}–{:04}", from.year, to.year),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_and_a_prefix() {
        for (value, text) in [
            (0.0, "0"),
            (42.0, "42"),
            (999.4, "999"),
            (999.6, "1k"),
            (1_204.0, "1.2k"),
            (123_456.0, "123k"),
            (999_999.0, "1M"),
            (1.5e9, "1.5G"),
            (-2.25e12, "-2.25T"),
            (9.3e18, "9.3E"),
            (1e24, "1e24"),
            (0.25, "0.25"),
            (0.001, "0.001"),
            (0.000_02, "2e-5"),
        ] {
            assert_eq!(short(value), text);
        }
    }

    #[test]
    fn exact_numbers_read_back() {
        for value in [0.0, -1.0, 0.1, 1e17, 1e300, -2.5e-9, 123_456_789.25, f64::MAX] {
            assert_eq!(exact(value).parse::<f64>(), Ok(value));
        }
        assert_eq!(exact(-0.0), "0");
        assert_eq!(exact(443.0), "443");
    }

    #[test]
    fn the_labels_of_an_axis_share_a_prefix_and_differ() {
        assert_eq!(ticks(&[0.0, 5e8, 1e9, 1.5e9], Unit::Number), ["0", "0.5G", "1.0G", "1.5G"]);
        assert_eq!(ticks(&[100_000.0, 100_200.0], Unit::Number), ["100.0k", "100.2k"]);
        assert_eq!(ticks(&[0.0, 50.0, 100.0], Unit::Percent), ["0", "50 %", "100 %"]);
        assert_eq!(ticks(&[0.0, 1_800.0, 3_600.0], Unit::Seconds), ["0", "0.5 h", "1.0 h"]);
        assert_eq!(ticks(&[0.0, 1e300], Unit::Number), ["0", "1e300"]);
        assert_eq!(ticks(&[-20.0, 0.0], Unit::Number), ["-20", "0"]);
    }

    #[test]
    fn times_say_what_their_step_needs() {
        let at = |text| datetime::parse(text).unwrap();
        let afternoon = at("2024-11-18T14:05:09.25Z");
        for (step, text) in [
            (TimeStep::Months(12), "2024"),
            (TimeStep::Months(1), "2024-11"),
            (TimeStep::Ticks(7 * TICKS_PER_DAY), "11-18"),
            (TimeStep::Ticks(TICKS_PER_HOUR), "14:05"),
            (TimeStep::Ticks(TICKS_PER_SECOND), "14:05:09"),
            (TimeStep::Ticks(1), "05:09.25"),
        ] {
            assert_eq!(time_tick(afternoon, step), text);
        }
        assert_eq!(time_tick(at("2024-11-18"), TimeStep::Ticks(TICKS_PER_HOUR)), "11-18");
        let hours = TimeStep::Ticks(TICKS_PER_HOUR);
        assert_eq!(time_context(at("2024-11-18T01:00"), afternoon, hours), "2024-11-18");
        assert_eq!(time_context(at("2024-11-17"), afternoon, hours), "2024");
        assert_eq!(time_in_full(afternoon), "2024-11-18 14:05:09.25");
        assert_eq!(time_in_full(at("2024-11-18T14:00")), "2024-11-18 14:00");
        assert_eq!(time_in_full(at("2024-11-18")), "2024-11-18");
    }
}
