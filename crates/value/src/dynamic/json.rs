use std::fmt::Write as _;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};

use super::packed::{Kind, Packer, View};
use crate::{datetime, timespan};

/// Appends the packed form of a JSON text to `out`; `out` is as before when the text is not JSON.
///
/// Whole numbers that fit are longs, others reals. Of two properties of one name both are kept, and the first
/// is the one that is found.
pub fn pack_json(text: &str, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    let start = out.len();
    let mut reader = serde_json::Deserializer::from_str(text);
    let result = Seed { packer: Packer::new(out) }.deserialize(&mut reader).and_then(|()| reader.end());
    if result.is_err() {
        out.truncate(start);
    }
    result
}

struct Seed<'b> {
    packer: Packer<'b>,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(mut self) -> Result<(), E> {
        self.packer.null();
        Ok(())
    }

    fn visit_bool<E>(mut self, value: bool) -> Result<(), E> {
        self.packer.bool(value);
        Ok(())
    }

    fn visit_i64<E>(mut self, value: i64) -> Result<(), E> {
        self.packer.long(value);
        Ok(())
    }

    fn visit_u64<E>(mut self, value: u64) -> Result<(), E> {
        match i64::try_from(value) {
            Ok(value) => self.packer.long(value),
            Err(_) => self.packer.real(value as f64),
        }
        Ok(())
    }

    fn visit_f64<E>(mut self, value: f64) -> Result<(), E> {
        self.packer.real(value);
        Ok(())
    }

    fn visit_str<E>(mut self, value: &str) -> Result<(), E> {
        self.packer.string(value);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        self.packer.array(|array| {
            while array.item_if(|packer| items.next_element_seed(Seed { packer }))?.is_some() {}
            Ok(())
        })
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut properties: A) -> Result<(), A::Error> {
        self.packer.bag(|bag| {
            while let Some(key) = properties.next_key::<std::borrow::Cow<'de, str>>()? {
                bag.property(&key, |packer| {
                    let packer = packer.reborrow();
                    properties.next_value_seed(Seed { packer })
                })?;
            }
            Ok(())
        })
    }
}

/// Appends the compact JSON text of a packed value, keys in their order.
///
/// Datetimes and timespans become text in Kusto's form, reals that JSON has no number for become text too.
pub fn write_json(value: View<'_>, out: &mut String) {
    match value.kind() {
        Kind::Null => out.push_str("null"),
        Kind::Bool => out.push_str(if value.as_bool() == Some(true) { "true" } else { "false" }),
        Kind::Long => {
            // Writing to a String cannot fail.
            let _ = write!(out, "{}", value.as_long().unwrap_or_default());
        }
        Kind::Real => {
            let real = value.as_real().unwrap_or_default();
            if real.is_finite() {
                out.push_str(&crate::real::format(real));
            } else {
                write_string(
                    if real.is_nan() {
                        "NaN"
                    } else if real > 0.0 {
                        "Infinity"
                    } else {
                        "-Infinity"
                    },
                    out,
                );
            }
        }
        Kind::String | Kind::Guid => write_string(value.as_str().unwrap_or_default(), out),
        Kind::Datetime => {
            out.push('"');
            datetime::write(out, value.as_long().unwrap_or_default());
            out.push('"');
        }
        Kind::Timespan => {
            out.push('"');
            timespan::write(out, value.as_long().unwrap_or_default());
            out.push('"');
        }
        Kind::Array => {
            out.push('[');
            for (i, item) in value.items().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_json(item, out);
            }
            out.push(']');
        }
        Kind::Bag => {
            out.push('{');
            for (i, (key, item)) in value.properties().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_string(key, out);
                out.push(':');
                write_json(item, out);
            }
            out.push('}');
        }
    }
}

/// Appends a JSON string with its quotes.
fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if (c as u32) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(text: &str) -> String {
        let mut bytes = Vec::new();
        pack_json(text, &mut bytes).unwrap();
        let mut out = String::new();
        write_json(View::new(&bytes), &mut out);
        out
    }

    #[test]
    fn json_reads_and_prints_compactly_in_order() {
        assert_eq!(
            round(r#" { "b" : [1, 2.0, null], "a": {"x": "é\n"} } "#),
            r#"{"b":[1,2.0,null],"a":{"x":"é\n"}}"#
        );
        assert_eq!(round("9223372036854775807"), "9223372036854775807");
        assert_eq!(round(r#"{"a\tb":true}"#), r#"{"a\tb":true}"#);
    }

    #[test]
    fn text_that_is_not_json_leaves_the_buffer_as_it_was() {
        let mut bytes = vec![7];
        for text in ["", "not json", "{\"a\":1", "[1,]", "1 2"] {
            assert!(pack_json(text, &mut bytes).is_err(), "{text}");
            assert_eq!(bytes, [7]);
        }
        let deep = "[".repeat(100_000);
        assert!(pack_json(&deep, &mut bytes).is_err());
    }
}
