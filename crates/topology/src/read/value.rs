//! Properties of a resource in the one form that all exports are brought into.
//!
//! Azure spells `privateIPAddress`, its command line once `privateIpAddress`, Terraform `private_ip_address`, and the
//! command line lifts what is below `properties` one level up. Here all names are in lower case, and what was below
//! `properties` is lifted everywhere.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::{Map, Value};

use super::finding::FindingKind;
use super::parts::Notes;

/// Brings a value into the one form. Names of tags are people's own and stay.
pub(crate) fn canonical(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(canonical).collect()),
        Value::Object(map) => {
            let mut out = Map::with_capacity(map.len());
            let mut lifted = None;
            for (mut name, value) in map {
                name.make_ascii_lowercase();
                match (name.as_str(), value) {
                    ("tags", value) => put(&mut out, name, value),
                    ("properties", Value::Object(inner)) => lifted = Some(inner),
                    // The portal's CSV has it as text.
                    ("properties", Value::String(text)) => match serde_json::from_str(&text) {
                        Ok(Value::Object(inner)) => lifted = Some(inner),
                        _ => put(&mut out, name, Value::String(text)),
                    },
                    (_, value) => put(&mut out, name, canonical(value)),
                }
            }
            if let Some(Value::Object(inner)) = lifted.map(|inner| canonical(Value::Object(inner))) {
                for (name, value) in inner {
                    put(&mut out, name, value);
                }
            }
            Value::Object(out)
        }
        other => other,
    }
}

/// Puts a property unless it is there already, and not null.
fn put(out: &mut Map<String, Value>, name: String, value: Value) {
    match out.get_mut(&name) {
        Some(Value::Null) => drop(out.insert(name, value)),
        Some(_) => {}
        None => drop(out.insert(name, value)),
    }
}

/// A property that is there and not null.
pub(crate) fn get<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.get(name).filter(|value| !value.is_null())
}

/// A property of a property.
pub(crate) fn dig<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, name| get(value, name))
}

/// Text of a property; blank when it is not there.
pub(crate) fn text(value: &Value, name: &str) -> String {
    get(value, name).map(as_text).unwrap_or_default()
}

/// Text of a value: numbers and truth as they are spelled, other things blank.
pub(crate) fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        _ => String::new(),
    }
}

/// Elements of a property; one that is no list is a list of one, as Terraform and some exporters write it.
pub(crate) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    match get(value, name) {
        Some(Value::Array(items)) => items,
        Some(one @ Value::Object(_)) => std::slice::from_ref(one),
        _ => &[],
    }
}

/// Texts of a property that is a list of them, or one.
pub(crate) fn texts(value: &Value, name: &str) -> Vec<String> {
    let texts = match get(value, name) {
        Some(Value::Array(items)) => items.iter().map(as_text).collect(),
        Some(one) => vec![as_text(one)],
        None => Vec::new(),
    };
    texts.into_iter().filter(|text| !text.is_empty()).collect()
}

/// The texts of `name` and of `names` together: Azure has the one or the other.
pub(crate) fn one_or_many(value: &Value, name: &str, names: &str) -> Vec<String> {
    let mut all = texts(value, name);
    for text in texts(value, names) {
        if !all.contains(&text) {
            all.push(text);
        }
    }
    all
}

/// Truth of a property, also where it is spelled as a word.
pub(crate) fn truth(value: &Value, name: &str) -> Option<bool> {
    match get(value, name)? {
        Value::Bool(truth) => Some(*truth),
        other => match as_text(other).to_ascii_lowercase().as_str() {
            "true" | "enabled" => Some(true),
            "false" | "disabled" => Some(false),
            _ => None,
        },
    }
}

/// A whole number of a property, also where it is spelled as text.
pub(crate) fn whole(value: &Value, name: &str) -> Option<i64> {
    let value = get(value, name)?;
    value.as_i64().or_else(|| as_text(value).parse().ok())
}

/// A whole number that fits 32 bits.
pub(crate) fn whole32(value: &Value, name: &str) -> Option<i32> {
    whole(value, name).and_then(|number| i32::try_from(number).ok())
}

/// An id as the inventory keeps it; nothing for text that is none.
pub(crate) fn as_id(value: &Value) -> Option<String> {
    let text = match value {
        Value::Object(_) => text(value, "id"),
        other => as_text(other),
    };
    let id = text.trim_end_matches('/').to_ascii_lowercase();
    id.starts_with('/').then_some(id)
}

/// The id that a property is: `{"id": …}` or text.
pub(crate) fn id(value: &Value, name: &str) -> Option<String> {
    get(value, name).and_then(as_id)
}

/// The ids of a property that is a list of them, or one.
pub(crate) fn ids(value: &Value, name: &str) -> Vec<String> {
    match get(value, name) {
        Some(Value::Array(items)) => items.iter().filter_map(as_id).collect(),
        Some(one) => as_id(one).into_iter().collect(),
        None => Vec::new(),
    }
}

/// A prefix; an address alone is one of all its bits. Bits behind the prefix are told and dropped.
pub(crate) fn prefix(text: &str, notes: &mut Notes<'_>) -> Option<IpNet> {
    let parsed = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    match parsed {
        Ok(net) => {
            if net.addr() != net.network() {
                let detail = format!("'{text}' has bits behind its prefix; taken as {}", net.trunc());
                notes.note(FindingKind::BadPrefix, detail);
            }
            Some(net.trunc())
        }
        Err(_) => {
            notes.note(FindingKind::BadPrefix, format!("'{text}' is no prefix"));
            None
        }
    }
}

/// Prefixes of a property.
pub(crate) fn prefixes(texts: &[String], notes: &mut Notes<'_>) -> Vec<IpNet> {
    let mut all = Vec::with_capacity(texts.len());
    for text in texts {
        if let Some(prefix) = prefix(text, notes)
            && !all.contains(&prefix)
        {
            all.push(prefix);
        }
    }
    all
}

/// The address of a property; nothing when it is blank.
pub(crate) fn address(value: &Value, name: &str, notes: &mut Notes<'_>) -> Option<IpAddr> {
    parse_address(&text(value, name), notes)
}

/// An address; nothing when the text is blank.
pub(crate) fn parse_address(text: &str, notes: &mut Notes<'_>) -> Option<IpAddr> {
    if text.is_empty() {
        return None;
    }
    let parsed = text.parse().ok();
    if parsed.is_none() {
        notes.note(FindingKind::BadAddress, format!("'{text}' is no address"));
    }
    parsed
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn all_spellings_come_to_one() {
        let azure = json!({ "id": "/A", "properties": {
            "ipConfigurations": [{ "name": "c", "properties": { "privateIPAddress": "10.0.0.4" } }] } });
        let cli =
            json!({ "id": "/A", "ipConfigurations": [{ "name": "c", "privateIpAddress": "10.0.0.4" }] });
        let csv = json!({ "ID": "/A", "PROPERTIES":
            r#"{"ipConfigurations":[{"name":"c","properties":{"privateIPAddress":"10.0.0.4"}}]}"# });
        let expected =
            json!({ "id": "/A", "ipconfigurations": [{ "name": "c", "privateipaddress": "10.0.0.4" }] });
        for form in [azure, cli, csv] {
            assert_eq!(canonical(form), expected);
        }
    }

    #[test]
    fn tags_stay_and_what_is_there_is_not_overwritten() {
        let value = json!({ "Tags": { "Owner": "Me" }, "sku": null, "name": "n",
            "properties": { "sku": { "Name": "S" }, "name": "inner" } });
        let expected = json!({ "tags": { "Owner": "Me" }, "sku": { "name": "S" }, "name": "n" });
        assert_eq!(canonical(value), expected);
    }
}
