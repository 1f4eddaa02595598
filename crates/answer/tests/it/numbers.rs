use weir_answer::Format;

use super::{Values, answer, text};

#[test]
fn reals_have_a_fraction_or_an_exponent_and_read_back_as_they_were() {
    let values = [2.0, -0.0, 0.1, 1e15, 1.5e300, 5e-324, f64::MAX, 123_456.789];
    let reals = Values::Reals(values.iter().copied().map(Some).collect());
    let lines = text(&answer(&[("x", reals)], 100), Format::Jsonl);
    for (line, value) in lines.lines().zip(values) {
        let number = line.trim_start_matches("{\"x\":").trim_end_matches('}');
        assert!(number.contains(['.', 'e']), "{number}");
        assert_eq!(number.parse::<f64>().unwrap().to_bits(), value.to_bits(), "{number}");
    }
}

#[test]
fn what_json_has_no_number_for_is_text() {
    let reals = Values::Reals(vec![Some(f64::NAN), Some(f64::INFINITY), Some(f64::NEG_INFINITY), None]);
    let lines = text(&answer(&[("x", reals)], 100), Format::Jsonl);
    assert_eq!(lines, "{\"x\":\"NaN\"}\n{\"x\":\"Infinity\"}\n{\"x\":\"-Infinity\"}\n{\"x\":null}\n");
}

#[test]
fn longs_keep_every_digit() {
    let longs = Values::Longs(vec![Some(i64::MIN), Some(i64::MAX)]);
    let lines = text(&answer(&[("x", longs)], 100), Format::Jsonl);
    assert_eq!(lines, "{\"x\":-9223372036854775808}\n{\"x\":9223372036854775807}\n");
}
