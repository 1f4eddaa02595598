//! `timespan`: a signed number of ticks of 100 ns.

/// Ticks in a second.
pub const TICKS_PER_SECOND: i64 = 10_000_000;
/// Ticks in a minute.
pub const TICKS_PER_MINUTE: i64 = 60 * TICKS_PER_SECOND;
/// Ticks in an hour.
pub const TICKS_PER_HOUR: i64 = 60 * TICKS_PER_MINUTE;
/// Ticks in a day.
pub const TICKS_PER_DAY: i64 = 24 * TICKS_PER_HOUR;

/// Suffixes of timespan literals with their length in ticks, longest spelling first.
///
/// Source: <https://learn.microsoft.com/kusto/query/scalar-data-types/timespan>
pub const UNITS: [(&str, i64); 27] = [
    ("milliseconds", TICKS_PER_SECOND / 1_000),
    ("microseconds", 10),
    ("millisecond", TICKS_PER_SECOND / 1_000),
    ("microsecond", 10),
    ("minutes", TICKS_PER_MINUTE),
    ("seconds", TICKS_PER_SECOND),
    ("minute", TICKS_PER_MINUTE),
    ("millis", TICKS_PER_SECOND / 1_000),
    ("micros", 10),
    ("second", TICKS_PER_SECOND),
    ("hours", TICKS_PER_HOUR),
    ("milli", TICKS_PER_SECOND / 1_000),
    ("micro", 10),
    ("ticks", 1),
    ("hour", TICKS_PER_HOUR),
    ("days", TICKS_PER_DAY),
    ("tick", 1),
    ("day", TICKS_PER_DAY),
    ("min", TICKS_PER_MINUTE),
    ("sec", TICKS_PER_SECOND),
    ("hrs", TICKS_PER_HOUR),
    ("hr", TICKS_PER_HOUR),
    ("ms", TICKS_PER_SECOND / 1_000),
    ("d", TICKS_PER_DAY),
    ("h", TICKS_PER_HOUR),
    ("m", TICKS_PER_MINUTE),
    ("s", TICKS_PER_SECOND),
];

/// Kusto's text of a timespan: `[-][d.]hh:mm:ss[.fffffff]`.
pub fn format(ticks: i64) -> String {
    let mut text = String::with_capacity(24);
    write(&mut text, ticks);
    text
}

/// Appends what [`format()`] returns.
pub fn write(out: &mut String, ticks: i64) {
    use std::fmt::Write;
    if ticks < 0 {
        out.push('-');
    }
    let size = ticks.unsigned_abs();
    let (second, minute, hour, day) = (10_000_000, 600_000_000, 36_000_000_000, 864_000_000_000);
    // Writing to a String cannot fail.
    if size >= day {
        let _ = write!(out, "{}.", size / day);
    }
    let _ = write!(out, "{:02}:{:02}:{:02}", size / hour % 24, size / minute % 60, size / second % 60);
    if !size.is_multiple_of(second) {
        let _ = write!(out, ".{:07}", size % second);
    }
}

/// Reads `[-][d.]hh:mm[:ss[.fffffff]]`, a literal such as `1.5h`, or a bare number of days.
///
/// Nothing when the text is none or the span does not fit.
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let ticks = if rest.contains(':') { parse_clock(rest)? } else { parse_literal(rest)? };
    Some(if negative { -ticks } else { ticks })
}

/// Reads a number with a unit, `1.5h`, or without one, which counts days. No sign.
pub fn parse_literal(text: &str) -> Option<i64> {
    let digits = text.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let (number, unit) = text.split_at(digits);
    let unit_ticks = if unit.is_empty() { TICKS_PER_DAY } else { unit_ticks(unit)? };
    scale(number, unit_ticks)
}

/// The length in ticks of a unit of a timespan literal.
pub fn unit_ticks(unit: &str) -> Option<i64> {
    UNITS.iter().find(|(name, _)| *name == unit).map(|(_, ticks)| *ticks)
}

/// A decimal number times a unit, exact to the tick, cut below it.
fn scale(number: &str, unit_ticks: i64) -> Option<i64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    // 18 digits hold any fraction of a day to the tick.
    let digits = fraction.get(..18.min(fraction.len()))?;
    let part: i128 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    let unit = i128::from(unit_ticks);
    let ticks = whole.checked_mul(unit)? + part * unit / 10_i128.pow(digits.len() as u32);
    i64::try_from(ticks).ok()
}

/// `[d.]hh:mm[:ss[.fffffff]]`, also `d:hh:mm:ss`.
fn parse_clock(text: &str) -> Option<i64> {
    let fields: Vec<&str> = text.split(':').collect();
    let number = |digits: &str| -> Option<i64> {
        (!digits.is_empty() && digits.len() <= 8 && digits.bytes().all(|b| b.is_ascii_digit()))
            .then(|| digits.parse().ok())?
    };
    let (days, hours, minutes, seconds) = match fields.as_slice() {
        [head, minutes] => {
            let (days, hours) = head.split_once('.').unwrap_or(("0", head));
            (days, hours, *minutes, "0")
        }
        [head, minutes, seconds] => {
            let (days, hours) = head.split_once('.').unwrap_or(("0", head));
            (days, hours, *minutes, *seconds)
        }
        [days, hours, minutes, seconds] => (*days, *hours, *minutes, *seconds),
        _ => return None,
    };
    let (seconds, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    if fraction.is_empty() || fraction.len() > 9 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let fraction = fraction
        .bytes()
        .chain(std::iter::repeat(b'0'))
        .take(7)
        .fold(0, |ticks, digit| ticks * 10 + i64::from(digit - b'0'));
    let (days, hours, minutes, seconds) = (number(days)?, number(hours)?, number(minutes)?, number(seconds)?);
    if hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    days.checked_mul(TICKS_PER_DAY)?.checked_add(
        hours * TICKS_PER_HOUR + minutes * TICKS_PER_MINUTE + seconds * TICKS_PER_SECOND + fraction,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn prints_as_kusto_does() {
        assert_eq!(format(TICKS_PER_DAY), "1.00:00:00");
        assert_eq!(format(-TICKS_PER_DAY - 2 * TICKS_PER_HOUR), "-1.02:00:00");
        assert_eq!(format(1), "00:00:00.0000001");
        assert_eq!(format(0), "00:00:00");
        assert_eq!(format(i64::MIN), "-10675199.02:48:05.4775808");
    }

    #[test]
    fn reads_clocks_literals_and_days() {
        assert_eq!(parse("01:00:00"), Some(TICKS_PER_HOUR));
        assert_eq!(parse("1d"), Some(TICKS_PER_DAY));
        assert_eq!(parse("1.5h"), Some(TICKS_PER_HOUR * 3 / 2));
        assert_eq!(parse("2"), Some(2 * TICKS_PER_DAY));
        assert_eq!(parse("1.02:03:04.5"), parse("1:02:03:04.5"));
        assert_eq!(parse("-0.5s"), Some(-TICKS_PER_SECOND / 2));
        assert_eq!(parse("7tick"), Some(7));
        assert_eq!(parse("6microsecond"), Some(60));
    }

    #[test]
    fn refuses_what_is_no_timespan() {
        for text in
            ["", "1ns", "1us", "abc", "1:2:3:4:5", "25:00:00", "1.2.3d", "99999999999999999999d", "1 d"]
        {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(ticks in -TICKS_PER_DAY * 9_999_999..TICKS_PER_DAY * 9_999_999) {
            prop_assert_eq!(parse(&format(ticks)), Some(ticks));
        }

        #[test]
        fn reading_never_panics(text in "\\PC{0,40}") {
            let _ = parse(&text);
        }
    }
}
