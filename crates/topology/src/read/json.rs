//! JSON in its forms: answers of Resource Manager, Resource Graph and the command line, templates, Terraform.
//!
//! Lists of resources are read element by element, so that an answer of a gigabyte needs memory for one resource.

use std::fmt;
use std::io::Read;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer};
use serde_json::{Map, Value};

use super::finding::FindingKind;
use super::{Reader, template, terraform, value};

/// Reads a file of one or more JSON values.
pub(super) fn read(reader: &mut Reader, bytes: impl Read) {
    let mut json = serde_json::Deserializer::from_reader(bytes);
    let before = reader.total;
    loop {
        let mut top = Top { reader, rest: Map::new(), entries: false };
        if let Err(error) = (&mut top).deserialize(&mut json) {
            let used = reader.total - before;
            return reader.damaged(&format!("{error}; the {used} resources before that are used"));
        }
        let Top { rest, entries, .. } = top;
        object(reader, rest, entries);
        // Lines of JSON are several values.
        if json.end().is_ok() {
            return;
        }
    }
}

/// What a whole value is, whose lists of entries are done with.
fn object(reader: &mut Reader, rest: Map<String, Value>, entries: bool) {
    if rest.is_empty() && entries {
        return;
    }
    let has = |name: &str| rest.contains_key(name);
    let schema = rest.get("$schema").map(value::as_text).unwrap_or_default().to_ascii_lowercase();
    if schema.contains("deploymenttemplate") || has("contentVersion") && has("resources") {
        return template::read(reader, &Value::Object(rest));
    }
    if has("template") && !has("id") {
        // As `az group export` and deployments wrap it.
        if let Some(Value::Object(inner)) = rest.get("template") {
            return object(reader, inner.clone(), false);
        }
    }
    if has("terraform_version")
        || has("format_version") && (has("values") || has("planned_values"))
        || has("lineage")
    {
        return terraform::read(reader, &Value::Object(rest));
    }
    if entries {
        // `nextLink`, `count`, `total_records` and the like.
        if rest.get("resultTruncated").map(value::as_text).is_some_and(|word| word == "true") {
            reader.note(
                FindingKind::DamagedFile,
                "",
                "Resource Graph cut the answer off: it is not all there is",
            );
        }
        for name in ["nextLink", "$skipToken", "skip_token", "skipToken"] {
            if rest.get(name).is_some_and(|link| !value::as_text(link).is_empty()) {
                reader.note(
                    FindingKind::DamagedFile,
                    "",
                    "this is one page of several: export the others too (the answer names a next page)",
                );
            }
        }
        return;
    }
    let body = Value::Object(rest);
    if value::text(&body, "id").starts_with('/')
        || super::subscription(&value::canonical(body.clone())).is_some()
    {
        return reader.entry(body);
    }
    let names: Vec<&str> =
        body.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).take(8).collect();
    let mut why = format!("no known form of an export begins with: {}", names.join(", "));
    if value::list(&body, "resources").iter().any(|resource| value::get(resource, "associations").is_some()) {
        why = "it is the picture that Network Watcher draws (az network watcher show-topology): it has no addresses; \
               export the resources themselves"
            .to_owned();
    }
    reader.unknown(&why);
}

/// The outermost value: its lists of entries go to the reader, the rest is kept.
struct Top<'r> {
    reader: &'r mut Reader,
    rest: Map<String, Value>,
    entries: bool,
}

impl<'de> DeserializeSeed<'de> for &mut Top<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Top<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list of resources")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.entries = true;
        while let Some(item) = items.next_element::<Value>()? {
            self.reader.entry(item);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if name == "value" || name == "data" {
                let kept = map.next_value_seed(Entries { reader: self.reader })?;
                match kept {
                    None => self.entries = true,
                    Some(kept) => drop(self.rest.insert(name, kept)),
                }
            } else {
                self.rest.insert(name, map.next_value()?);
            }
        }
        Ok(())
    }
}

/// A list of entries, or Resource Graph's table of them; any other value is given back.
struct Entries<'r> {
    reader: &'r mut Reader,
}

impl<'de> DeserializeSeed<'de> for Entries<'_> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Option<Value>, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of resources, or a table of them")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Option<Value>, A::Error> {
        while let Some(item) = items.next_element::<Value>()? {
            self.reader.entry(item);
        }
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<Value>, A::Error> {
        use serde::Deserialize;
        let value = Value::deserialize(MapAccessDeserializer::new(map))?;
        let (Some(Value::Array(columns)), Some(Value::Array(_))) = (value.get("columns"), value.get("rows"))
        else {
            return Ok(Some(value));
        };
        let names: Vec<String> = columns.iter().map(|column| value::text(column, "name")).collect();
        let Some(Value::Array(rows)) = value.get("rows") else { return Ok(None) };
        for row in rows {
            match row {
                Value::Array(cells) if cells.len() == names.len() => {
                    let entry = names.iter().cloned().zip(cells.iter().cloned()).collect();
                    self.reader.entry(Value::Object(entry));
                }
                _ => self.reader.note(
                    FindingKind::NoResource,
                    "",
                    "a row that has not the columns of its table",
                ),
            }
        }
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Option<Value>, E> {
        Ok(Some(Value::Null))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Option<Value>, E> {
        Ok(Some(truth.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Option<Value>, E> {
        Ok(Some(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Option<Value>, E> {
        Ok(Some(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Option<Value>, E> {
        Ok(Some(number.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Option<Value>, E> {
        Ok(Some(text.into()))
    }
}
