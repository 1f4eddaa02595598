//! Numbers, times and names as people read them, and tables that are made here.

use std::time::Duration;

use weir_answer::{Answer, Columns};
use weir_value::datetime;

use crate::asked::{DAY_MICROS, HOUR_MICROS};

/// `1234567` as `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 hour`, `3 hours`.
pub(crate) fn counted(number: u64, one: &str) -> String {
    format!("{} {one}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// `2026-06-01 14:00`.
pub(crate) fn minute(micros: i64) -> String {
    let text = datetime::from_unix_micros(micros).map(datetime::format).unwrap_or_default();
    text.chars().take(16).map(|character| if character == 'T' { ' ' } else { character }).collect()
}

/// `3 days`, `5 hours`, `20 minutes`.
pub(crate) fn span(micros: i64) -> String {
    let of = |unit: i64, one: &str| counted(u64::try_from(micros / unit).unwrap_or(0), one);
    match micros {
        m if m >= 2 * DAY_MICROS => of(DAY_MICROS, "day"),
        m if m >= 2 * HOUR_MICROS => of(HOUR_MICROS, "hour"),
        _ => of(HOUR_MICROS / 60, "minute"),
    }
}

/// The last part of a name: `<subscription>/<group>/<watcher>/<flow log>` as the flow log.
pub(crate) fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// The table of columns; blank where they differ in length, which they do not.
pub(crate) fn table(columns: Columns) -> Answer {
    let blank = Answer { columns: Vec::new(), batches: Vec::new(), render: None, took: Duration::ZERO };
    columns.answer().unwrap_or(blank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_readable() {
        assert_eq!(counted(1, "hour"), "1 hour");
        assert_eq!(counted(1_200, "hour"), "1,200 hours");
        assert_eq!(minute(1_780_272_000_000_000), "2026-06-01 00:00");
        assert_eq!(span(90 * 60_000_000), "90 minutes");
        assert_eq!(span(5 * HOUR_MICROS), "5 hours");
        assert_eq!(span(10 * DAY_MICROS), "10 days");
        assert_eq!(last("a/b/c"), "c");
    }
}
