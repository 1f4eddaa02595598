//! Literals whose type is written: the text between the brackets to a value.

use weir_value::{KustoType, datetime, guid, timespan};

use crate::ast::Literal;

/// The value of `kind(content)`; nothing when the content is none of the kind.
pub(crate) fn parse(kind: KustoType, content: &str, quoted: bool) -> Option<Literal> {
    let text = content.trim();
    if !quoted && (text.is_empty() || text == "null") {
        return Some(null(kind));
    }
    match kind {
        KustoType::Bool => boolean(text).map(|value| Literal::Bool(Some(value))),
        KustoType::Int => i32::try_from(whole(text)?).ok().map(|value| Literal::Int(Some(value))),
        KustoType::Long => whole(text).map(|value| Literal::Long(Some(value))),
        KustoType::Real => real(text).map(|value| Literal::Real(Some(value))),
        KustoType::Decimal => decimal(text).then(|| Literal::Decimal(Some(text.to_owned()))),
        KustoType::Datetime => {
            // Editors that format KQL put blanks around the hyphens of a date.
            let value = datetime::parse(text).or_else(|| datetime::parse(&text.replace(" - ", "-")));
            value.map(|value| Literal::Datetime(Some(value)))
        }
        KustoType::Timespan => timespan::parse(text).map(|value| Literal::Timespan(Some(value))),
        KustoType::Guid => guid::parse(text).map(|value| Literal::Guid(Some(value))),
        KustoType::String | KustoType::Dynamic => None,
    }
}

/// `kind(null)`.
pub(crate) fn null(kind: KustoType) -> Literal {
    match kind {
        KustoType::Bool => Literal::Bool(None),
        KustoType::Int => Literal::Int(None),
        KustoType::Long => Literal::Long(None),
        KustoType::Real => Literal::Real(None),
        KustoType::Decimal => Literal::Decimal(None),
        KustoType::Datetime => Literal::Datetime(None),
        KustoType::Timespan => Literal::Timespan(None),
        KustoType::Guid => Literal::Guid(None),
        KustoType::String | KustoType::Dynamic => Literal::Dynamic(weir_value::Dynamic::Null),
    }
}

/// A whole number as it stands in a query, without or with a sign.
pub(crate) fn whole(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let size = match hex {
        Some(hex) if !hex.starts_with(['+', '-']) => i128::from(u64::from_str_radix(hex, 16).ok()?),
        Some(_) => return None,
        None if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok()?,
        None => return None,
    };
    i64::try_from(if negative { -size } else { size }).ok()
}

/// A real as it stands in a query or in `real(…)`.
pub(crate) fn real(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    match unsigned.to_ascii_lowercase().as_str() {
        "nan" => Some(f64::NAN),
        "inf" | "infinity" if text.starts_with('-') => Some(f64::NEG_INFINITY),
        "inf" | "infinity" => Some(f64::INFINITY),
        // Rust reads words of its own; numbers only from here on.
        digits if decimal(digits) => text.parse().ok(),
        _ => None,
    }
}

/// Digits with an optional sign, fraction and exponent.
fn decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && digits(exponent)
        && !exponent.is_empty()
}

fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        whole(text).map(|number| number != 0)
    }
}

/// What to write instead of a content that is none of the kind.
pub(crate) fn hint(kind: KustoType, content: &str) -> String {
    let begins_name = content.starts_with(|c: char| c.is_alphabetic() || c == '_');
    match kind {
        KustoType::Datetime if content.starts_with("now") => "the current time is now()".to_owned(),
        _ if begins_name => format!("the brackets hold a literal: to{kind}(…) converts a column"),
        KustoType::Datetime => "write datetime(2026-01-31 23:59:59), from year 1 to 9999".to_owned(),
        KustoType::Timespan => {
            "write timespan(1.02:03:04) for days, hours, minutes and seconds, or 1d".to_owned()
        }
        KustoType::Guid => "a GUID has 32 hex digits".to_owned(),
        KustoType::Bool => "write true or false".to_owned(),
        KustoType::Int => "an int lies between -2147483648 and 2147483647".to_owned(),
        KustoType::Long => "a long lies between -9223372036854775808 and 9223372036854775807".to_owned(),
        _ => format!("write a number, or {kind}(null)"),
    }
}

/// A kind as a sentence names one value of it.
pub(crate) fn with_article(kind: KustoType) -> String {
    let article = if kind == KustoType::Int { "an" } else { "a" };
    format!("{article} {kind}")
}

/// The beginning of a text, short enough for a message.
pub(crate) fn excerpt(text: &str) -> String {
    const LENGTH_MAX: usize = 40;
    let line = text.lines().next().unwrap_or("");
    let mut shown: String = line.chars().take(LENGTH_MAX).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_are_read_by_kind() {
        assert_eq!(parse(KustoType::Int, " -5 ", false), Some(Literal::Int(Some(-5))));
        assert_eq!(parse(KustoType::Int, "2147483648", false), None);
        assert_eq!(
            parse(KustoType::Long, "-9223372036854775808", false),
            Some(Literal::Long(Some(i64::MIN)))
        );
        assert_eq!(parse(KustoType::Long, "0xFf", false), Some(Literal::Long(Some(255))));
        assert_eq!(parse(KustoType::Real, "-inf", false), Some(Literal::Real(Some(f64::NEG_INFINITY))));
        assert_eq!(parse(KustoType::Real, "1e5", true), Some(Literal::Real(Some(1e5))));
        assert_eq!(parse(KustoType::Real, "1e", false), None);
        assert_eq!(parse(KustoType::Decimal, ".5", false), Some(Literal::Decimal(Some(".5".to_owned()))));
        assert_eq!(parse(KustoType::Bool, "TRUE", false), Some(Literal::Bool(Some(true))));
        assert_eq!(parse(KustoType::Datetime, "", true), None);
        let day = parse(KustoType::Datetime, "2017-08-03", false);
        assert!(day.is_some());
        assert_eq!(parse(KustoType::Datetime, "2017 - 08 - 03", false), day);
    }

    #[test]
    fn empty_brackets_and_null_are_null() {
        for kind in KustoType::ALL {
            assert_eq!(parse(kind, "", false), Some(null(kind)));
            assert_eq!(parse(kind, "null", false), Some(null(kind)));
        }
    }
}
