//! What MISP exports: events and attributes, which are indicators, and warning lists, which are what is none.
//!
//! Source: <https://www.misp-project.org/openapi/>, <https://github.com/MISP/misp-warninglists>

use serde_json::Value;

use super::indicator::{Named, named};
use super::{FindingKind, Sink, list, stream, text};
use crate::{Entry, Place, Says, ThreatEntry, ThreatKind};

pub(super) fn read_events(bytes: &[u8], sink: &mut Sink<'_>) {
    match serde_json::from_slice::<Value>(bytes) {
        Ok(answer) => any(&answer, sink),
        Err(error) => sink.note(FindingKind::DamagedFile, "", &error.to_string()),
    }
}

/// Events and attributes, however the answer wraps them.
fn any(value: &Value, sink: &mut Sink<'_>) {
    match value {
        Value::Array(elements) => elements.iter().for_each(|element| any(element, sink)),
        Value::Object(members) => {
            if let Some(event) = members.get("Event").filter(|event| event.is_object()) {
                return self::event(event, sink);
            }
            if let Some(response) = members.get("response") {
                return any(response, sink);
            }
            match members.get("Attribute") {
                Some(Value::Array(attributes)) => {
                    for attribute in attributes {
                        // An answer about attributes names their event in each of them.
                        let about = attribute.get("Event").map_or("", |event| text_of(event, "info"));
                        self::attribute(attribute, about, &[], sink);
                    }
                }
                Some(attribute) => self::attribute(attribute, "", &[], sink),
                None if members.contains_key("info") => event(value, sink),
                None => sink.bad("", "an object that is neither an event nor an attribute"),
            }
        }
        _ => sink.bad("", "something that is neither an event nor an attribute"),
    }
}

fn event(event: &Value, sink: &mut Sink<'_>) {
    let info = text_of(event, "info");
    let tags = tags(event);
    let dated = text::micros(text_of(event, "date"));
    sink.read.dated_micros = sink.read.dated_micros.max(dated);
    let of =
        |value: &'_ Value, name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let objects = of(event, "Object");
    let own = of(event, "Attribute");
    let attributes =
        own.iter().chain(objects.iter().filter_map(|object| object.get("Attribute")?.as_array()).flatten());
    for attribute in attributes {
        self::attribute(attribute, info, &tags, sink);
    }
}

fn attribute(attribute: &Value, info: &str, tags_of_event: &[String], sink: &mut Sink<'_>) {
    let id = text_of(attribute, "uuid");
    let place = Place::Object(id);
    let (kind, value) = (text_of(attribute, "type"), text_of(attribute, "value"));
    let truth = |name| attribute.get(name).and_then(Value::as_bool);
    if truth("to_ids") == Some(false) || truth("deleted") == Some(true) {
        sink.read.not_meant += 1;
        return;
    }
    // Two values in one: `192.0.2.1|443`, `example.org|192.0.2.1`.
    let (first, second) = value.split_once('|').unwrap_or((value, ""));
    let (address, domain, port) = match kind {
        "ip-src" | "ip-dst" => (value, "", ""),
        "ip-src|port" | "ip-dst|port" => (first, "", second),
        "domain|ip" => (second, first, ""),
        "url" | "uri" | "link" => (value, "", ""),
        "domain" | "hostname" | "hostname|port" => {
            sink.read.without_address += 1;
            return;
        }
        // Hashes, names of files, numbers of networks: nothing that a flow has.
        _ => {
            sink.read.without_address += 1;
            return;
        }
    };
    let (range, page, own_port) = match named(address) {
        Named::Addresses(range, page, port) => (range, page, port),
        Named::Host => {
            sink.read.without_address += 1;
            return;
        }
        Named::Nothing => return sink.bad(place, &format!("'{value}' is no {kind}")),
    };
    let own_tags = tags(attribute);
    let (category, comment) = (text_of(attribute, "category"), text_of(attribute, "comment"));
    let words = own_tags.iter().chain(tags_of_event).map(String::as_str).chain([comment, info, category]);
    let description = match (info, comment) {
        (info, "") => info.to_owned(),
        ("", comment) => comment.to_owned(),
        (info, comment) => format!("{info}: {comment}"),
    };
    let says = ThreatEntry {
        kind: ThreatKind::of_words(words),
        description: &description,
        dns_domain: domain,
        url: page.as_deref().unwrap_or(""),
        port: port.parse().ok().or(own_port),
        ..ThreatEntry::default()
    };
    let says = match list::says(sink.kind, "", "", None) {
        Says::Threat(_) => Says::Threat(says),
        other => other,
    };
    sink.entry(&Entry { range, place, says });
}

fn tags(of: &Value) -> Vec<String> {
    let tags = of.get("Tag").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    tags.iter().map(|tag| text_of(tag, "name").to_owned()).collect()
}

fn text_of<'a>(of: &'a Value, name: &str) -> &'a str {
    of.get(name).and_then(Value::as_str).unwrap_or("")
}

/// A list of what is known and harmless, or known and loud.
pub(super) fn read_warning_list(bytes: &[u8], sink: &mut Sink<'_>) {
    let (mut name, mut version) = (String::new(), String::new());
    let mut values: Vec<String> = Vec::new();
    let member = |of: &str, value: &Value| match of {
        "name" => name = value.as_str().unwrap_or_default().to_owned(),
        "version" => version = value.to_string(),
        _ => {}
    };
    let read = stream::elements(bytes, "list", member, |value: Value| {
        values.push(value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    });
    if let Err(error) = read {
        sink.note(
            FindingKind::DamagedFile,
            "",
            &format!("{error}; {} entries were read before", values.len()),
        );
    }
    sink.read.about = match version.as_str() {
        "" => name.clone(),
        version => format!("{name}, version {version}"),
    };
    for (number, value) in (1u64..).zip(&values) {
        let place = Place::Entry(number);
        match named(value) {
            Named::Addresses(range, page, port) => {
                let says = list::says(sink.kind, &name, page.as_deref().unwrap_or(""), port);
                sink.entry(&Entry { range, place, says });
            }
            Named::Host => sink.read.without_address += 1,
            Named::Nothing => sink.bad(place, &format!("'{value}' is no address")),
        }
    }
}
