//! What is known of a stored file without reading it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{FeedKind, ThreatKind};

/// Version of what is stored that this program reads and writes.
pub const FORMAT: u64 = 1;

/// What is known of a stored file without reading it: what it is, what was given with it, and what was found in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of what is stored.
    pub format: u64,
    /// `<kind>/<date>-<hash>`: where it is kept.
    pub id: String,
    /// What it is about.
    pub kind: FeedKind,
    /// How it is written.
    pub form: Form,
    /// The feed that it is of. Files of one feed follow one another in time.
    pub source: String,
    /// What the file was called, without its folder.
    pub file: String,
    /// Of what time it speaks, microseconds since the Unix epoch.
    pub as_of_micros: i64,
    /// When it was imported, microseconds since the Unix epoch.
    pub imported_micros: i64,
    /// What was given with it.
    pub given: Given,
    /// Size as it was read, in bytes.
    pub size_bytes: u64,
    /// Ranges that say something.
    pub entries: u64,
    /// Entries of which something is known that has no address: names of hosts, pages.
    pub without_address: u64,
    /// Entries that are not meant to be looked for: revoked, harmless, not sure enough.
    #[serde(default)]
    pub not_meant: u64,
    /// What it gives: `country`, `place`, `owner`, `region`, `service tag`, `threat`, `allowed`.
    pub gives: Vec<String>,
    /// What it says of itself: its cloud and change number, the type of database.
    pub about: String,
    /// The whole hours at which indicators begin or end to hold, microseconds since the Unix epoch, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes_micros: Vec<i64>,
}

/// What was given with a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// Which column is what: names of roles, and the header or the number, from 1, of a column.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, String>,
    /// The type of indicators that tell none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threat_kind: Option<ThreatKind>,
    /// How many days indicators hold that tell no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasts_days: Option<u32>,
    /// How sure indicators must be, 0 to 100; those that do not say are taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence_min: Option<u8>,
}

impl Given {
    /// What a file is about that is to be read like this, where that tells: nobody names the port of a place.
    pub(crate) fn kind(&self) -> Option<FeedKind> {
        const OF_THREATS: [&str; 7] =
            ["type", "description", "domain", "port", "confidence", "valid-from", "valid-until"];
        const OF_PLACES: [&str; 4] = ["country", "city", "region", "owner"];
        let named = |names: &[&str]| names.iter().any(|name| self.columns.contains_key(*name));
        let threats = self.threat_kind.is_some()
            || self.lasts_days.is_some()
            || self.confidence_min.is_some()
            || named(&OF_THREATS);
        match (threats, named(&OF_PLACES)) {
            (true, _) => Some(FeedKind::Threats),
            (false, true) => Some(FeedKind::Geography),
            (false, false) => None,
        }
    }
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A database in MaxMind's format.
    Mmdb,
    /// Columns of ranges.
    Csv,
    /// Addresses, a line each.
    List,
    /// Azure's published ranges.
    AzureTags,
    /// A bundle of STIX 2.
    Stix,
    /// Events or attributes of MISP.
    Misp,
    /// A warning list of MISP.
    WarningList,
}

impl Form {
    /// As people read it.
    pub const fn name(self) -> &'static str {
        match self {
            Form::Mmdb => "MMDB",
            Form::Csv => "CSV",
            Form::List => "list",
            Form::AzureTags => "service tags",
            Form::Stix => "STIX",
            Form::Misp => "MISP",
            Form::WarningList => "MISP warning list",
        }
    }
}

impl Manifest {
    /// A file of a kind of which nothing is known yet.
    pub fn blank(kind: FeedKind) -> Self {
        Manifest {
            format: FORMAT,
            id: String::new(),
            kind,
            form: Form::List,
            source: String::new(),
            file: String::new(),
            as_of_micros: 0,
            imported_micros: 0,
            given: Given::default(),
            size_bytes: 0,
            entries: 0,
            without_address: 0,
            not_meant: 0,
            gives: Vec::new(),
            about: String::new(),
            changes_micros: Vec::new(),
        }
    }
}
