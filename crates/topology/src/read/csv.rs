//! CSV as the portal's Resource Graph explorer downloads it: a header, objects as JSON text in cells.

use std::io::BufRead;

use serde_json::{Map, Value};

use super::Reader;
use super::finding::FindingKind;

pub(super) fn read(reader: &mut Reader, mut bytes: impl BufRead) {
    let delimiter = match bytes.fill_buf() {
        Ok(head) => delimiter(head),
        Err(error) => return reader.damaged(&error.to_string()),
    };
    let mut csv = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(bytes);
    let names: Vec<String> = match csv.headers() {
        Ok(header) => header.iter().map(|name| name.trim().to_ascii_lowercase()).collect(),
        Err(error) => return reader.damaged(&error.to_string()),
    };
    if !names.iter().any(|name| name == "id") {
        return reader.unknown(&format!("the table has no column 'id', only: {}", names.join(", ")));
    }
    let before = reader.total;
    for row in csv.records() {
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                let used = reader.total - before;
                return reader.damaged(&format!("{error}; the {used} resources before that are used"));
            }
        };
        if row.len() != names.len() {
            let line = row.position().map_or(0, csv::Position::line);
            let detail = format!("line {line} has {} cells, the header {}", row.len(), names.len());
            reader.note(FindingKind::NoResource, "", detail);
            continue;
        }
        let cells = names.iter().cloned().zip(row.iter().map(cell));
        reader.entry(Value::Object(cells.collect::<Map<_, _>>()));
    }
}

/// The character between the cells of the header: what is not within quotes and occurs most.
fn delimiter(head: &[u8]) -> u8 {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for byte in line {
        quoted ^= *byte == b'"';
        if let Some((_, count)) = counts.iter_mut().find(|(known, _)| !quoted && known == byte) {
            *count += 1;
        }
    }
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(byte, _)| *byte)
}

/// A cell; objects and lists are JSON text, and so is null.
fn cell(text: &str) -> Value {
    let trimmed = text.trim();
    if trimmed.is_empty() || trimmed == "null" {
        return Value::Null;
    }
    if trimmed.starts_with(['{', '[']) {
        return serde_json::from_str(trimmed).unwrap_or_else(|_| Value::String(text.to_owned()));
    }
    Value::String(text.to_owned())
}
