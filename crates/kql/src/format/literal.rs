//! The canonical text of literals and names.

use weir_value::{Dynamic, datetime, timespan};

use super::doc::{Doc, comma_list, concat, group, indent, text};
use crate::ast::{Literal, StringLiteral};

/// A literal as the language writes it.
pub(super) fn literal(value: &Literal) -> Doc {
    match value {
        Literal::Dynamic(value) => concat(vec![text("dynamic("), dynamic(value), text(")")]),
        Literal::String(value) => text(string(value)),
        Literal::Bool(Some(value)) => text(value.to_string()),
        Literal::Int(Some(value)) => text(format!("int({value})")),
        Literal::Long(Some(value)) if *value >= 0 => text(value.to_string()),
        Literal::Long(Some(value)) => text(format!("long({value})")),
        Literal::Real(Some(value)) => text(real(*value)),
        Literal::Decimal(Some(digits)) => text(format!("decimal({digits})")),
        Literal::Datetime(Some(ticks)) => text(datetime_literal(*ticks)),
        Literal::Timespan(Some(ticks)) => text(timespan_literal(*ticks)),
        Literal::Guid(Some(guid)) => text(format!("guid({guid})")),
        Literal::Bool(None) => text("bool(null)"),
        Literal::Int(None) => text("int(null)"),
        Literal::Long(None) => text("long(null)"),
        Literal::Real(None) => text("real(null)"),
        Literal::Decimal(None) => text("decimal(null)"),
        Literal::Datetime(None) => text("datetime(null)"),
        Literal::Timespan(None) => text("timespan(null)"),
        Literal::Guid(None) => text("guid(null)"),
    }
}

fn real(value: f64) -> String {
    if value.is_nan() {
        "real(nan)".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "real(+inf)".to_owned() } else { "real(-inf)".to_owned() }
    } else if value.is_sign_negative() {
        format!("real({value:?})")
    } else {
        format!("{value:?}")
    }
}

/// The shortest text of an instant: no time at midnight, no zeros at the end of a fraction.
fn datetime_literal(ticks: i64) -> String {
    let full = datetime::format(ticks);
    let date = full.strip_suffix("T00:00:00.0000000Z");
    let short =
        date.unwrap_or_else(|| full.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.'));
    format!("datetime({short})")
}

/// The largest unit that measures the span in whole numbers.
fn timespan_literal(ticks: i64) -> String {
    const UNITS: [(&str, i64); 7] = [
        ("d", timespan::TICKS_PER_DAY),
        ("h", timespan::TICKS_PER_HOUR),
        ("m", timespan::TICKS_PER_MINUTE),
        ("s", timespan::TICKS_PER_SECOND),
        ("ms", timespan::TICKS_PER_SECOND / 1_000),
        ("microsecond", 10),
        ("tick", 1),
    ];
    if ticks < 0 {
        return format!("timespan({})", timespan::format(ticks));
    }
    if ticks == 0 {
        return "0s".to_owned();
    }
    let (unit, length) = UNITS.iter().find(|(_, length)| ticks % length == 0).unwrap_or(&("tick", 1));
    format!("{}{unit}", ticks / length)
}

/// A string literal with the quotes that need the fewest escapes.
pub(super) fn string(literal: &StringLiteral) -> String {
    let prefix = if literal.hidden { "h" } else { "" };
    format!("{prefix}{}", quoted(&literal.value))
}

/// A text in quotes.
pub(super) fn quoted(value: &str) -> String {
    let plain = !value.contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'));
    let quote = if value.contains('"') && !value.contains('\'') { '\'' } else { '"' };
    if plain && value.contains('\\') && !value.contains(quote) {
        return format!("@{quote}{value}{quote}");
    }
    escaped(value, quote)
}

fn escaped(value: &str, quote: char) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(value.len() + 2);
    out.push(quote);
    for c in value.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

/// A value inside `dynamic(…)`.
fn dynamic(value: &Dynamic) -> Doc {
    match value {
        Dynamic::Null => text("null"),
        Dynamic::Bool(value) => text(value.to_string()),
        Dynamic::Long(value) => text(value.to_string()),
        Dynamic::Real(value) if value.is_finite() => text(format!("{value:?}")),
        Dynamic::Real(value) => text(real(*value)),
        Dynamic::String(value) => text(escaped(value, '"')),
        Dynamic::Datetime(ticks) => text(datetime_literal(*ticks)),
        Dynamic::Timespan(ticks) => text(timespan_literal(*ticks)),
        Dynamic::Guid(guid) => text(format!("guid({guid})")),
        Dynamic::Array(values) => brackets("[", values.iter().map(dynamic).collect(), "]"),
        Dynamic::Bag(properties) => {
            let property = |(name, value): &(String, Dynamic)| {
                concat(vec![text(escaped(name, '"')), text(": "), dynamic(value)])
            };
            brackets("{", properties.iter().map(property).collect(), "}")
        }
    }
}

/// A list in brackets, on one line if it fits.
pub(super) fn brackets(open: &str, items: Vec<Doc>, close: &str) -> Doc {
    if items.is_empty() {
        return text(format!("{open}{close}"));
    }
    group(vec![text(open), indent(vec![Doc::Soft, comma_list(items)]), Doc::Soft, text(close)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_chosen_for_readability() {
        assert_eq!(quoted("it's"), "\"it's\"");
        assert_eq!(quoted("say \"x\""), "'say \"x\"'");
        assert_eq!(quoted(r"\d+"), "@\"\\d+\"");
        assert_eq!(quoted("a\nb\\"), "\"a\\nb\\\\\"");
        assert_eq!(quoted("\u{7}"), "\"\\u0007\"");
        assert_eq!(quoted("“”"), "\"“”\"");
    }

    #[test]
    fn spans_use_the_largest_whole_unit() {
        assert_eq!(timespan_literal(timespan::TICKS_PER_HOUR * 3 / 2), "90m");
        assert_eq!(timespan_literal(timespan::TICKS_PER_DAY * 2), "2d");
        assert_eq!(timespan_literal(-timespan::TICKS_PER_DAY), "timespan(-1.00:00:00)");
        assert_eq!(timespan_literal(60), "6microsecond");
        assert_eq!(timespan_literal(0), "0s");
    }

    #[test]
    fn instants_are_short() {
        let literal = |text: &str| datetime_literal(datetime::parse(text).unwrap());
        assert_eq!(literal("2026-01-02"), "datetime(2026-01-02)");
        assert_eq!(literal("2026-01-02T03:00:00Z"), "datetime(2026-01-02T03:00:00)");
        assert_eq!(literal("2026-01-02T03:04:05.1200000Z"), "datetime(2026-01-02T03:04:05.12)");
    }
}
