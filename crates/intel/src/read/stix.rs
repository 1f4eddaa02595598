//! Bundles of STIX 2, and answers of TAXII, which have the same objects in them.
//!
//! Source: <https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html>

use std::collections::HashMap;

use serde::Deserialize;

use super::pattern::{self, Way};
use super::{FindingKind, Sink, stream, text};
use crate::{Entry, Place, Says, ThreatEntry, ThreatKind};

/// An object, as far as it is of use here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Object {
    #[serde(rename = "type")]
    kind: String,
    id: String,
    modified: String,
    name: String,
    description: String,
    pattern: String,
    pattern_type: String,
    valid_from: Option<String>,
    valid_until: Option<String>,
    revoked: bool,
    confidence: Option<f64>,
    labels: Vec<String>,
    indicator_types: Vec<String>,
    malware_types: Vec<String>,
    relationship_type: String,
    source_ref: String,
    target_ref: String,
}

/// What an indicator is a sign of.
struct Sign {
    kind: String,
    words: Vec<String>,
}

pub(super) fn read(bytes: &[u8], sink: &mut Sink<'_>) {
    // An object has versions; the last one holds. In the order in which they are first met.
    let mut indicators: Vec<Object> = Vec::new();
    let mut by_id: HashMap<String, usize> = HashMap::new();
    let mut signs: HashMap<String, Sign> = HashMap::new();
    let mut indicates: HashMap<String, Vec<String>> = HashMap::new();
    let mut odd = Vec::new();
    let (mut objects, mut newest) = (0u64, String::new());
    let read = stream::elements(
        bytes,
        "objects",
        |_, _| {},
        |value: serde_json::Value| {
            objects += 1;
            let object = match serde_json::from_value::<Object>(value) {
                Ok(object) => object,
                Err(error) => return odd.push((objects, error.to_string())),
            };
            match object.kind.as_str() {
                "indicator" => {
                    if object.modified > newest {
                        newest.clone_from(&object.modified);
                    }
                    match by_id.get(&object.id).filter(|_| !object.id.is_empty()) {
                        Some(known) if indicators[*known].modified < object.modified => {
                            indicators[*known] = object;
                        }
                        Some(_) => {}
                        None => {
                            by_id.insert(object.id.clone(), indicators.len());
                            indicators.push(object);
                        }
                    }
                }
                "relationship" if object.relationship_type == "indicates" => {
                    indicates.entry(object.source_ref).or_default().push(object.target_ref);
                }
                "malware" | "attack-pattern" | "tool" | "infrastructure" => {
                    let words = [object.malware_types, object.labels, vec![object.name]].concat();
                    signs.insert(object.id, Sign { kind: object.kind, words });
                }
                _ => {}
            }
        },
    );
    if let Err(error) = read {
        let told = format!("{error}; {objects} objects were read before");
        sink.note(FindingKind::DamagedFile, "", &told);
    }
    for (number, why) in odd {
        sink.bad(format!("object {number}"), &why);
    }
    sink.read.dated_micros = text::micros(&newest);
    sink.read.about = format!("{objects} objects, {} indicators", indicators.len());
    for indicator in &indicators {
        let targets = indicates.get(&indicator.id).into_iter().flatten();
        let targets: Vec<&Sign> = targets.filter_map(|target| signs.get(target)).collect();
        self::indicator(indicator, &targets, sink);
    }
}

fn indicator(object: &Object, signs: &[&Sign], sink: &mut Sink<'_>) {
    let place = Place::Object(if object.id.is_empty() { &object.name } else { &object.id });
    if object.revoked || object.indicator_types.iter().any(|kind| kind == "benign") {
        sink.read.not_meant += 1;
        return;
    }
    if !matches!(object.pattern_type.as_str(), "" | "stix") {
        let told = format!("a pattern of the type {}", object.pattern_type);
        return sink.note(FindingKind::Pattern, place, &told);
    }
    let ways = match pattern::ways(&object.pattern) {
        Ok(ways) => ways,
        Err(why) => return sink.note(FindingKind::Pattern, place, &format!("{why}: {}", object.pattern)),
    };
    let known = ways.iter().filter(|way| way.range.is_some() && !way.other).count();
    if known == 0 {
        sink.read.without_address += 1;
        return;
    }
    // A pattern with one name and its addresses: the name leads to each of them.
    let one = |text: fn(&Way) -> &str| {
        let mut texts: Vec<&str> = ways.iter().map(text).filter(|text| !text.is_empty()).collect();
        texts.sort_unstable();
        texts.dedup();
        if let [text] = texts[..] { text } else { "" }
    };
    let (domain, url) = (one(|way| &way.domain), one(|way| &way.url));
    let kind = kind(object, signs);
    let description = match (object.name.trim(), object.description.trim()) {
        ("", description) => description.to_owned(),
        (name, "") => name.to_owned(),
        (name, description) if description.contains(name) => description.to_owned(),
        (name, description) => format!("{name}: {description}"),
    };
    let micros = |time: &Option<String>| time.as_deref().and_then(text::micros);
    for way in ways.iter().filter(|way| !way.other) {
        let Some(range) = way.range else { continue };
        let says = ThreatEntry {
            kind,
            description: &description,
            dns_domain: if way.domain.is_empty() { domain } else { &way.domain },
            url: if way.url.is_empty() { url } else { &way.url },
            port: way.port,
            confidence: object.confidence.map(|sure| sure.clamp(0.0, 100.0) as u8),
            valid_from_micros: micros(&object.valid_from),
            valid_until_micros: micros(&object.valid_until),
        };
        sink.entry(&Entry { range, place, says: Says::Threat(says) });
    }
}

/// The type of an indicator: by its own words, by those of what it is a sign of, by what that is.
fn kind(object: &Object, signs: &[&Sign]) -> Option<ThreatKind> {
    let own = object.labels.iter().chain(&object.indicator_types).map(String::as_str);
    let of_signs = || signs.iter().flat_map(|sign| &sign.words).map(String::as_str);
    let is_malware = || signs.iter().any(|sign| sign.kind == "malware").then_some(ThreatKind::Malware);
    let by_name = || ThreatKind::of_words([object.name.as_str()]);
    ThreatKind::of_words(own)
        .or_else(by_name)
        .or_else(|| ThreatKind::of_words(of_signs()))
        .or_else(is_malware)
}
