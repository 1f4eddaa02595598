//! Times in the names of files.

use weir_value::datetime;

/// `20260601T120000.000000Z`: a time as a file may be called anywhere, in the order of times.
pub(crate) fn stamp(micros: i64) -> String {
    let text = datetime::format(datetime::from_unix_micros(micros).unwrap_or(datetime::UNIX_EPOCH));
    // `2026-06-01T12:00:00.0000000Z`, whose last digit is below a microsecond.
    let kept: String = text.chars().filter(|c| !matches!(c, '-' | ':')).collect();
    format!("{}Z", kept.get(..22).unwrap_or(&kept))
}

/// The time of such a name.
pub(crate) fn parse_stamp(text: &str) -> Option<i64> {
    let part = |range: std::ops::Range<usize>| text.get(range);
    let (date, time, fraction) = (part(0..8)?, part(9..15)?, part(16..22)?);
    let plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    let form = text.len() == 23 && part(8..9)? == "T" && part(15..16)? == "." && part(22..23)? == "Z";
    if !form || ![date, time, fraction].into_iter().all(plain) {
        return None;
    }
    let spelled = format!(
        "{}-{}-{}T{}:{}:{}.{fraction}Z",
        &date[..4],
        &date[4..6],
        &date[6..],
        &time[..2],
        &time[2..4],
        &time[4..]
    );
    datetime::parse(&spelled).map(|ticks| (ticks - datetime::UNIX_EPOCH) / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_file_names_and_back() {
        for micros in [0, 1, 1_786_654_881_019_501, 253_402_300_799_999_999] {
            assert_eq!(parse_stamp(&stamp(micros)), Some(micros), "{}", stamp(micros));
        }
        assert_eq!(stamp(1_780_315_200_000_000), "20260601T120000.000000Z");
        for other in ["", "20260601T120000Z", "20261301T120000.000000Z", "2026é601T120000.000000Z"] {
            assert_eq!(parse_stamp(other), None, "{other}");
        }
    }
}
