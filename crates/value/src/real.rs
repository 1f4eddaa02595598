//! `real`: the text forms of a 64-bit float.

/// Kusto's `tostring` of a real: always a fraction or an exponent, `NaN`, `inf`, `-inf`.
pub fn format(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "inf".to_owned() } else { "-inf".to_owned() }
    } else if value != 0.0 && (value.abs() >= 1e15 || value.abs() < 1e-5) {
        exponent(value)
    } else {
        format!("{value:?}")
    }
}

/// `1.5e+20`, as the engine prints large and small numbers.
fn exponent(value: f64) -> String {
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    format!("{mantissa}e{sign}{digits:0>2}")
}

#[cfg(test)]
mod tests {
    use super::format;

    #[test]
    fn whole_numbers_keep_their_fraction() {
        assert_eq!(format(1.0), "1.0");
        assert_eq!(format(100_000_000_000.0), "100000000000.0");
        assert_eq!(format(0.1), "0.1");
        assert_eq!(format(f64::INFINITY), "inf");
        assert_eq!(format(f64::NAN), "NaN");
    }
}
