//! Databases in MaxMind's format, of whoever makes them: the records tell what they are about.
//!
//! Source: <https://maxmind.github.io/MaxMind-DB/>

use std::fmt;

use hashbrown::HashMap;
use ipnet::IpNet;
use maxminddb::{Reader, WithinOptions};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::{FindingKind, Sink, text};
use crate::{AddressRange, Entry, FeedKind, Place, PlaceEntry, Says, ThreatEntry, ThreatKind};

/// What one record comes to, kept because thousands of networks share it.
enum Known {
    Place {
        country: String,
        place: String,
        owner: String,
    },
    Threat {
        kind: ThreatKind,
        description: String,
    },
    /// It says nothing that weir uses.
    Nothing,
}

pub(super) fn read(bytes: &[u8], sink: &mut Sink<'_>) {
    let damaged = |error: maxminddb::MaxMindDbError| error.to_string();
    let reader = match Reader::from_source(bytes) {
        Ok(reader) => reader,
        Err(error) => return sink.note(FindingKind::DamagedFile, "", &damaged(error)),
    };
    let metadata = reader.metadata();
    sink.read.title = metadata.database_type.clone();
    sink.read.about = format!("database of type {}", metadata.database_type);
    sink.read.dated_micros =
        i64::try_from(metadata.build_epoch).ok().and_then(|seconds| seconds.checked_mul(1_000_000));
    let networks = match reader.networks(WithinOptions::default()) {
        Ok(networks) => networks,
        Err(error) => return sink.note(FindingKind::DamagedFile, "", &damaged(error)),
    };
    let is_six = metadata.ip_version == 6;
    let mut records: HashMap<usize, Known, foldhash::fast::RandomState> = HashMap::default();
    for found in networks {
        // A tree that is broken at one place cannot be trusted behind it.
        let (found, network) = match found.and_then(|found| found.network().map(|network| (found, network))) {
            Ok(both) => both,
            Err(error) => return sink.note(FindingKind::DamagedFile, "", &damaged(error)),
        };
        let (Some(offset), Ok(network)) = (found.offset(), IpNet::new(network.ip(), network.prefix())) else {
            continue;
        };
        let range = AddressRange::from(network.trunc());
        let range = if is_six { unwrapped(range) } else { range };
        let known = match records.get(&offset) {
            Some(known) => known,
            None => {
                let known = match found.decode::<Node>() {
                    Ok(record) => known(sink.kind, &record.unwrap_or(Node::Other)),
                    Err(error) => {
                        sink.bad(network.to_string(), &damaged(error));
                        Known::Nothing
                    }
                };
                records.entry(offset).insert(known).into_mut()
            }
        };
        let says = match known {
            Known::Nothing => continue,
            Known::Place { country, place, owner } => Says::Place(PlaceEntry { country, place, owner }),
            Known::Threat { kind, description } => {
                Says::Threat(ThreatEntry { kind: Some(*kind), description, ..ThreatEntry::default() })
            }
        };
        sink.entry(&Entry { range, place: Place::Tree, says });
    }
}

/// A tree of IPv6 has IPv4 in its lowest 32 bits.
fn unwrapped(range: AddressRange) -> AddressRange {
    match range {
        AddressRange::Six(first, last) if last >> 32 == 0 => AddressRange::Four(first as u32, last as u32),
        other => other,
    }
}

fn known(kind: FeedKind, record: &Node) -> Known {
    match kind {
        FeedKind::Geography => place(record),
        FeedKind::Threats => threat(record),
        _ => Known::Nothing,
    }
}

fn place(record: &Node) -> Known {
    // MaxMind and DB-IP nest; IPinfo and others are flat. A country that is a word is not its code.
    let countries = [
        record.at(&["country", "iso_code"]),
        record.at(&["country_code"]),
        record.at(&["country"]),
        record.at(&["registered_country", "iso_code"]),
    ];
    let country = countries.into_iter().find_map(text::country).unwrap_or_default();
    let first = |paths: &[&[&str]]| paths.iter().map(|path| record.at(path)).find(|text| !text.is_empty());
    let city = first(&[&["city", "names", "en"], &["city"]]).unwrap_or("");
    let region = first(&[&["subdivisions", "0", "names", "en"], &["region"], &["state1"], &["stateprov"]]);
    let place = text::place(city, region.unwrap_or(""));
    let owners: [&[&str]; 8] = [
        &["autonomous_system_organization"],
        &["organization"],
        &["as_name"],
        &["as_organization"],
        &["traits", "autonomous_system_organization"],
        &["isp"],
        &["org"],
        &["name"],
    ];
    let owner = first(&owners).unwrap_or("").trim().to_owned();
    match country.is_empty() && place.is_empty() && owner.is_empty() {
        true => Known::Nothing,
        false => Known::Place { country, place, owner },
    }
}

/// Databases of anonymous addresses tell by flags what an address is used for.
fn threat(record: &Node) -> Known {
    const FLAGS: [(&str, ThreatKind, &str); 8] = [
        ("is_tor_exit_node", ThreatKind::DarkNet, "Tor exit node"),
        ("is_public_proxy", ThreatKind::Proxy, "public proxy"),
        ("is_residential_proxy", ThreatKind::Proxy, "residential proxy"),
        ("is_anonymous_vpn", ThreatKind::Proxy, "anonymous VPN"),
        ("tor", ThreatKind::DarkNet, "Tor exit node"),
        ("proxy", ThreatKind::Proxy, "public proxy"),
        ("vpn", ThreatKind::Proxy, "anonymous VPN"),
        ("is_anonymous", ThreatKind::Proxy, "anonymous address"),
    ];
    let set =
        |name: &str| matches!(record.get(name), Some(Node::Truth(true))) || record.at(&[name]) == "true";
    let hosting = set("is_hosting_provider");
    let found = FLAGS.into_iter().find(|(name, ..)| set(name));
    match found {
        // That a provider rents machines out is held against nobody.
        Some(("is_anonymous", ..)) if hosting => Known::Nothing,
        Some((_, kind, description)) => Known::Threat { kind, description: description.to_owned() },
        None => Known::Nothing,
    }
}

/// A value of a record, as far as it is of use.
#[derive(Debug)]
enum Node {
    Text(String),
    Truth(bool),
    Map(Vec<(String, Node)>),
    List(Vec<Node>),
    Other,
}

impl Node {
    fn get(&self, name: &str) -> Option<&Node> {
        match self {
            Node::Map(members) => members.iter().find(|(member, _)| member == name).map(|(_, node)| node),
            Node::List(elements) => elements.get(name.parse::<usize>().ok()?),
            _ => None,
        }
    }

    /// The text at a path; blank where there is none.
    fn at(&self, path: &[&str]) -> &str {
        match path.iter().try_fold(self, |node, name| node.get(name)) {
            Some(Node::Text(text)) => text,
            _ => "",
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(record: D) -> Result<Self, D::Error> {
        record.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Node, E> {
        Ok(Node::Truth(truth))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Node::Map(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element()? {
            elements.push(element);
        }
        Ok(Node::List(elements))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<Node, E> {
        Ok(Node::Other)
    }
}
