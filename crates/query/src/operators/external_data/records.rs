//! JSON values, one behind the other, or the elements of one array.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch};
use weir_value::KustoType;
use weir_value::dynamic::{Kind, View, pack_json};

use crate::kernel::PackedOut;
use crate::physical;

/// The column that holds the records.
pub(super) const RECORD: &str = "external record";

/// The records of a text.
pub(super) fn batch(text: &str) -> Result<RecordBatch, String> {
    let mut records: Vec<Vec<u8>> = Vec::new();
    for (at, value) in values(text) {
        let mut bytes = Vec::new();
        pack_json(value, &mut bytes).map_err(|error| format!("there is no JSON at byte {at}: {error}"))?;
        let view = View::new(&bytes);
        match view.kind() {
            Kind::Array => records.extend(view.items().map(|item| item.bytes().to_vec())),
            Kind::Bag => records.push(bytes),
            _ => return Err(format!("there is no JSON object at byte {at}")),
        }
    }
    let mut out = PackedOut::new(records.len());
    records.iter().for_each(|record| out.push(View::new(record)));
    let array: ArrayRef = out.finish();
    let schema = physical::schema([(RECORD, KustoType::Dynamic)]);
    RecordBatch::try_new(Arc::clone(&schema), vec![array]).map_err(|error| error.to_string())
}

/// The values at the top of a text, each with the byte at which it begins.
fn values(text: &str) -> Vec<(usize, &str)> {
    let mut values = Vec::new();
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    let mut start = None;
    for (at, byte) in text.bytes().enumerate() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        match (start, byte) {
            (None, b' ' | b'\t' | b'\r' | b'\n' | b',') => {}
            (None, _) => start = Some(at),
            // A value at the top that is neither object nor array ends with its line.
            (Some(from), b'\n') if depth == 0 => {
                values.push((from, text[from..at].trim_end()));
                start = None;
            }
            _ => {}
        }
        if let (Some(from), b'}' | b']', 0) = (start, byte, depth) {
            values.push((from, &text[from..=at]));
            start = None;
        }
    }
    if let Some(from) = start {
        values.push((from, text[from..].trim_end()));
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_follow_each_other_or_stand_in_an_array() {
        let parts = |text| values(text).into_iter().map(|(_, value)| value).collect::<Vec<_>>();
        assert_eq!(parts("{\"a\": \"}\"}{\"b\":[{}]}\n\n {}"), ["{\"a\": \"}\"}", "{\"b\":[{}]}", "{}"]);
        assert_eq!(batch("[{\"a\":1},{\"a\":2}] {\"a\":3}").unwrap().num_rows(), 3);
        assert!(batch("12").is_err() && batch("{\"a\":").is_err() && batch("no\n{}").is_err());
        assert_eq!(batch("").unwrap().num_rows(), 0);
    }
}
