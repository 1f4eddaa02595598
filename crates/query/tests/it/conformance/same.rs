//! When two values are the same, though they are printed differently.

use serde_json::Value;
use weir_value::{datetime, timespan};

/// Whether all rows agree; the first that does not. Rows without an order may come in any.
pub fn same_rows(
    expected: &[Vec<Value>],
    found: &[Vec<Value>],
    kinds: &[&str],
    ordered: bool,
) -> Result<(), usize> {
    let same = |a: &[Value], b: &[Value]| {
        a.len() == b.len() && a.iter().zip(b).zip(kinds).all(|((a, b), kind)| same_cell(a, b, kind))
    };
    if ordered {
        return match expected.iter().zip(found).position(|(a, b)| !same(a, b)) {
            Some(row) => Err(row),
            None => Ok(()),
        };
    }
    let mut left: Vec<&Vec<Value>> = found.iter().collect();
    for (row, wanted) in expected.iter().enumerate() {
        match left.iter().position(|candidate| same(wanted, candidate)) {
            Some(place) => drop(left.swap_remove(place)),
            None => return Err(row),
        }
    }
    Ok(())
}

/// Some recordings do not tell ints from longs, nor reals from decimals; they say so by a question mark.
pub fn same_type(expected: &str, found: &str) -> bool {
    match expected {
        "long?" => matches!(found, "int" | "long"),
        "real?" => matches!(found, "real" | "decimal"),
        "" => true,
        _ => expected == found,
    }
}

fn same_cell(expected: &Value, found: &Value, kind: &str) -> bool {
    let kind = kind.trim_end_matches('?');
    if expected.is_null() {
        return found.is_null()
            || kind == "string" && found == ""
            || kind == "dynamic" && (found == "null" || found == "");
    }
    match kind {
        "dynamic" => same_json(&parsed(expected), &parsed(found)) || found.is_string() && found == expected,
        "datetime" => same_text(expected, found, datetime::parse),
        "timespan" => same_text(expected, found, timespan::parse),
        "int" | "long" | "real" | "decimal" => match (expected.as_i64(), found.as_i64()) {
            (Some(a), Some(b)) => a == b,
            _ => same_number(expected, found),
        },
        "bool" => truth(expected).is_some() && truth(expected) == truth(found),
        "guid" => {
            let lower = |value: &Value| value.as_str().map(str::to_lowercase);
            lower(expected).is_some() && lower(expected) == lower(found)
        }
        _ => expected == found,
    }
}

fn same_text(expected: &Value, found: &Value, ticks: fn(&str) -> Option<i64>) -> bool {
    let ticks = |value: &Value| value.as_str().and_then(ticks);
    ticks(expected).is_some() && ticks(expected) == ticks(found)
}

fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::Number(number) => number.as_i64().map(|number| number == 1),
        Value::String(text) => Some(text.eq_ignore_ascii_case("true") || text == "1"),
        _ => None,
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn same_number(expected: &Value, found: &Value) -> bool {
    match (number(expected), number(found)) {
        (Some(a), Some(b)) => near(a, b),
        _ => false,
    }
}

/// The last digits of a sum depend on its order.
fn near(a: f64, b: f64) -> bool {
    if a.is_nan() || b.is_nan() {
        return a.is_nan() && b.is_nan();
    }
    a == b || (a - b).abs() <= (1e-9 * a.abs().max(b.abs())).max(1e-12)
}

/// A dynamic, which an answer may hold as JSON or as the text of it.
fn parsed(value: &Value) -> Value {
    match value {
        Value::String(text) => serde_json::from_str(text.trim()).unwrap_or_else(|_| value.clone()),
        other => other.clone(),
    }
}

fn same_json(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same_json(a, b)))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_json(a, b))
        }
        (Value::Number(_), Value::Number(_)) => same_number(a, b),
        (Value::String(text), other) | (other, Value::String(text)) if text != other => {
            // Times are written with more or fewer digits; what is no number is written as text.
            same_text(a, b, datetime::parse)
                || same_text(a, b, timespan::parse)
                || matches!(text.as_str(), "NaN" | "Infinity" | "-Infinity") && same_number(a, b)
        }
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_agree_but_for_rounding() {
        assert!(same_cell(&json!(0.3), &json!(0.1 + 0.2), "real"));
        assert!(!same_cell(&json!(0.3), &json!(0.301), "real"));
        assert!(!same_cell(&json!(9_007_199_254_740_993_i64), &json!(9_007_199_254_740_992_i64), "long"));
    }

    #[test]
    fn times_agree_however_many_digits_they_have() {
        assert!(same_cell(
            &json!("2026-06-01T00:00:00Z"),
            &json!("2026-06-01T00:00:00.0000000Z"),
            "datetime"
        ));
        assert!(!same_cell(&json!("2026-06-01"), &json!("2026-06-02"), "datetime"));
    }

    #[test]
    fn rows_without_an_order_are_matched_once_each() {
        let rows = |values: &[i64]| values.iter().map(|value| vec![json!(value)]).collect::<Vec<_>>();
        assert!(same_rows(&rows(&[1, 2, 2]), &rows(&[2, 1, 2]), &["long"], false).is_ok());
        assert_eq!(same_rows(&rows(&[1, 2, 2]), &rows(&[2, 1, 1]), &["long"], false), Err(2));
        assert_eq!(same_rows(&rows(&[1, 2]), &rows(&[2, 1]), &["long"], true), Err(0));
    }
}
