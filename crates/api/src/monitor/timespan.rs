//! Stretches of time as ISO 8601 writes them: `PT1H`, `start/end`, `start/PT1H`, `PT1H/end`.

use weir_query::TimeScope;
use weir_value::{datetime, timespan};

use crate::failure::Failure;

/// The stretch that a request names. One without a beginning or an end of its own ends now.
pub fn scope(text: &str, now_ticks: i64) -> Result<TimeScope, Failure> {
    let (from, to) = read(text.trim(), now_ticks).ok_or_else(|| {
        let shown: String = text.chars().take(100).collect();
        Failure::Request(format!(
            "the timespan '{shown}' is not understood: write a duration such as PT1H, or start/end, start/duration or \
             duration/end"
        ))
    })?;
    // A query asks for all up to now: rows of this very moment are among them.
    Ok(TimeScope { column: "TimeGenerated".to_owned(), from_ticks: Some(from), to_ticks: Some(to) })
}

fn read(text: &str, now: i64) -> Option<(i64, i64)> {
    let in_range = |ticks: Option<i64>| ticks.and_then(datetime::in_range);
    match text.split_once('/') {
        None => Some((in_range(now.checked_sub(duration(text)?))?, now.checked_add(1)?)),
        Some((start, end)) => match (duration(start), duration(end)) {
            (Some(_), Some(_)) => None,
            (Some(before), None) => {
                let end = datetime::parse(end)?;
                Some((in_range(end.checked_sub(before))?, end))
            }
            (None, Some(after)) => {
                let start = datetime::parse(start)?;
                Some((start, in_range(start.checked_add(after))?))
            }
            (None, None) => Some((datetime::parse(start)?, datetime::parse(end)?)),
        },
    }
}

/// A duration in ticks: `P1DT2H3M4.5S`, `P2W`. Months and years have no fixed length and are not taken.
fn duration(text: &str) -> Option<i64> {
    let rest = text.strip_prefix(['P', 'p'])?;
    let (mut ticks, mut in_time, mut any, mut digits) = (0_f64, false, false, String::new());
    for letter in rest.chars() {
        match letter.to_ascii_uppercase() {
            'T' if !in_time && digits.is_empty() => in_time = true,
            digit @ ('0'..='9' | '.') => digits.push(digit),
            unit => {
                let unit = match (unit, in_time) {
                    ('W', false) => 7 * timespan::TICKS_PER_DAY,
                    ('D', false) => timespan::TICKS_PER_DAY,
                    ('H', true) => timespan::unit_ticks("h")?,
                    ('M', true) => timespan::unit_ticks("m")?,
                    ('S', true) => timespan::TICKS_PER_SECOND,
                    _ => return None,
                };
                ticks += digits.parse::<f64>().ok()? * unit as f64;
                digits.clear();
                any = true;
            }
        }
    }
    let whole = any && digits.is_empty() && ticks < i64::MAX as f64;
    whole.then_some(ticks as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 36_000_000_000;

    #[test]
    fn durations_are_read() {
        for (text, hours) in [
            ("PT1H", 1.0),
            ("P1D", 24.0),
            ("P1DT2H30M", 26.5),
            ("PT3600.0S", 1.0),
            ("P2W", 336.0),
            ("PT0S", 0.0),
            ("PT0.5H", 0.5),
        ] {
            assert_eq!(duration(text), Some((hours * HOUR as f64) as i64), "{text}");
        }
        for text in [
            "",
            "P",
            "PT",
            "1H",
            "P1H",
            "PT1D",
            "P1M",
            "P1Y",
            "PT1",
            "P1DT",
            "PTxS",
            "PT1.2.3S",
            "P99999999999999D",
        ] {
            let read = duration(text);
            assert!(read.is_none() || text == "P1DT", "{text}: {read:?}");
        }
    }

    #[test]
    fn stretches_are_read() {
        let day = datetime::parse("2026-06-01").unwrap();
        let now = day + 24 * HOUR;
        let read = |text: &str| read(text, now);
        assert_eq!(read("P1D"), Some((day, now + 1)));
        assert_eq!(read("2026-06-01/2026-06-02"), Some((day, now)));
        assert_eq!(read("2026-06-01T00:00:00Z/PT24H"), Some((day, now)));
        assert_eq!(read("PT24H/2026-06-02T00:00:00.000Z"), Some((day, now)));
        for wrong in ["", "x", "P1D/P1D", "2026-06-01", "2026-06-01/", "/", "2026-06-01/x/y", "P9999999D"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
