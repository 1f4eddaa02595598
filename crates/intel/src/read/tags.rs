//! The ranges that Azure publishes, by service tag.
//!
//! Source: <https://learn.microsoft.com/azure/virtual-network/service-tags-overview#service-tags-on-premises>

use serde::Deserialize;

use super::{FindingKind, Sink, stream};
use crate::{AddressRange, Entry, Place, Says, TagEntry};

#[derive(Deserialize)]
struct Tag {
    name: String,
    properties: Properties,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    #[serde(default)]
    region: String,
    #[serde(default)]
    system_service: String,
    #[serde(default)]
    address_prefixes: Vec<String>,
}

pub(super) fn read(bytes: &[u8], sink: &mut Sink<'_>) {
    let (mut cloud, mut change) = (String::new(), String::new());
    let mut tag_number = 0;
    let member = |name: &str, value: &serde_json::Value| match name {
        "cloud" => cloud = value.as_str().unwrap_or_default().to_owned(),
        "changeNumber" => change = value.to_string(),
        _ => {}
    };
    let read = stream::elements(bytes, "values", member, |tag: Tag| {
        let region = region(&tag.properties.region);
        let says = TagEntry {
            tag: tag_number,
            name: &tag.name,
            region: &region,
            service: &tag.properties.system_service,
        };
        tag_number += 1;
        let place = Place::Object(&tag.name);
        for prefix in &tag.properties.address_prefixes {
            match AddressRange::parse(prefix) {
                Some(range) => sink.entry(&Entry { range, place, says: Says::Tag(says) }),
                None => sink.bad(place, &format!("'{prefix}' is no prefix")),
            }
        }
    });
    if let Err(error) = read {
        let told = format!("{error}; {tag_number} tags were read before");
        sink.note(FindingKind::DamagedFile, "", &told);
    }
    sink.read.title = format!("Azure {cloud}").trim_end().to_owned();
    sink.read.about = match (cloud.as_str(), change.as_str()) {
        ("", _) => String::new(),
        (cloud, "") => format!("cloud {cloud}"),
        (cloud, change) => format!("cloud {cloud}, change {change}"),
    };
}

/// The cloud that a file of tags is of, by what is said of it.
pub(super) fn cloud(about: &str) -> &str {
    about.strip_prefix("cloud ").and_then(|rest| rest.split(',').next()).unwrap_or("")
}

/// A region as the resources of the cloud name it. The tags abbreviate some, and put the direction first in others.
fn region(tag: &str) -> String {
    let plain: String = tag.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    let known = REGIONS.iter().find(|(short, _)| *short == plain);
    known.map_or(plain, |(_, long)| (*long).to_owned())
}

/// Regions as tags have them, and as resources do.
///
/// Source: <https://learn.microsoft.com/azure/reliability/regions-list>
const REGIONS: [(&str, &str); 11] = [
    ("brazilne", "brazilnortheast"),
    ("brazilse", "brazilsoutheast"),
    ("centralfrance", "francecentral"),
    ("chilec", "chilecentral"),
    ("germanyn", "germanynorth"),
    ("germanywc", "germanywestcentral"),
    ("norwaye", "norwayeast"),
    ("norwayw", "norwaywest"),
    ("southfrance", "francesouth"),
    ("switzerlandn", "switzerlandnorth"),
    ("switzerlandw", "switzerlandwest"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_those_of_resources() {
        for (tag, name) in [
            ("", ""),
            ("westeurope", "westeurope"),
            ("centralfrance", "francecentral"),
            ("West US", "westus"),
        ] {
            assert_eq!(region(tag), name);
        }
        assert_eq!(cloud("cloud Public, change 375"), "Public");
        assert_eq!(cloud("GeoLite2-City"), "");
    }
}
