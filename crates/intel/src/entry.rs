//! What one entry of a feed says of a range of addresses.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{AddressRange, ThreatKind};

/// Whether a feed is about places, services, threats, or what is no threat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FeedKind {
    /// Published ranges of the cloud's services.
    ServiceTags,
    /// Country, city or owner of ranges.
    Geography,
    /// Addresses with something held against them.
    Threats,
    /// Addresses that threats are not told of.
    Allow,
}

impl FeedKind {
    /// All of them.
    pub const ALL: [FeedKind; 4] =
        [FeedKind::ServiceTags, FeedKind::Geography, FeedKind::Threats, FeedKind::Allow];

    /// The name of its folder, and the word on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            FeedKind::ServiceTags => "service-tags",
            FeedKind::Geography => "geography",
            FeedKind::Threats => "threats",
            FeedKind::Allow => "allow",
        }
    }

    /// The kind of a name.
    pub fn named(name: &str) -> Option<Self> {
        FeedKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// One entry of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The addresses.
    pub range: AddressRange,
    /// Where in the file.
    pub place: Place<'a>,
    /// What it says of them.
    pub says: Says<'a>,
}

/// Where an entry is in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// The line, from 1.
    Line(u64),
    /// The element of a list, from 1.
    Entry(u64),
    /// The object with this name or id.
    Object(&'a str),
    /// In a search tree, where the range says it all.
    Tree,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Line(line) => write!(f, "line {line}"),
            Place::Entry(number) => write!(f, "entry {number}"),
            Place::Object(name) => f.write_str(name),
            Place::Tree => Ok(()),
        }
    }
}

impl From<Place<'_>> for String {
    fn from(place: Place<'_>) -> String {
        place.to_string()
    }
}

/// What is said of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Says<'a> {
    /// It belongs to a service of the cloud.
    Tag(TagEntry<'a>),
    /// Where it is, and whose.
    Place(PlaceEntry<'a>),
    /// Something is held against it.
    Threat(ThreatEntry<'a>),
    /// Nothing is to be held against it.
    Allowed,
}

/// A range of a service tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TagEntry<'a> {
    /// Position of the tag in its file.
    pub tag: u32,
    /// `Storage.WestEurope`
    pub name: &'a str,
    /// The region as tables write it, `francecentral`; blank for tags of all regions.
    pub region: &'a str,
    /// `AzureStorage`; blank for tags that are about regions alone.
    pub service: &'a str,
}

/// Where a range is, and whose. What is not known is blank.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlaceEntry<'a> {
    /// Two letters of ISO 3166-1, in lower case.
    pub country: &'a str,
    /// `city, region`, or one of them.
    pub place: &'a str,
    /// The organisation, in the words of the feed.
    pub owner: &'a str,
}

/// What is held against a range, in what the feed says of it. What is not known is blank.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ThreatEntry<'a> {
    /// The type, where the feed tells one.
    pub kind: Option<ThreatKind>,
    /// In words.
    pub description: &'a str,
    /// A name that leads there.
    pub dns_domain: &'a str,
    /// A page there.
    pub url: &'a str,
    /// A port there.
    pub port: Option<u16>,
    /// 0 to 100.
    pub confidence: Option<u8>,
    /// Microseconds since the Unix epoch.
    pub valid_from_micros: Option<i64>,
    /// Microseconds since the Unix epoch, exclusive.
    pub valid_until_micros: Option<i64>,
}
