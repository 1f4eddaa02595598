use std::collections::BTreeMap;

use serde::Serialize;

/// What may be wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A file that could not be read, or not to its end.
    DamagedFile,
    /// A file of no form that weir reads.
    UnknownFile,
    /// Service tags of a cloud whose flows these are not.
    OtherCloud,
    /// More than a feed may have.
    TooMuch,
    /// An entry that is not what it should be.
    BadEntry,
    /// Two files of one feed and one time, of which only one can hold.
    SameFeed,
    /// A pattern that asks for more than an address.
    Pattern,
}

impl FindingKind {
    /// All of them, in the order in which they are told.
    pub const ALL: [FindingKind; 7] = [
        FindingKind::DamagedFile,
        FindingKind::UnknownFile,
        FindingKind::OtherCloud,
        FindingKind::TooMuch,
        FindingKind::SameFeed,
        FindingKind::BadEntry,
        FindingKind::Pattern,
    ];

    /// As people read it.
    pub fn name(self) -> &'static str {
        match self {
            FindingKind::DamagedFile => "damaged file",
            FindingKind::UnknownFile => "file not understood",
            FindingKind::OtherCloud => "service tags of another cloud",
            FindingKind::TooMuch => "too much",
            FindingKind::SameFeed => "two files of one feed",
            FindingKind::BadEntry => "bad entry",
            FindingKind::Pattern => "pattern not understood",
        }
    }
}

/// Something that was found wrong. All of it means that something of the file is not used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// In which file.
    pub file: String,
    /// Where in it; blank where the whole file is.
    pub place: String,
    /// In which way.
    pub detail: String,
}

/// Findings of a kind that are kept in words; all are counted.
const KEPT_MAX: u64 = 200;
/// Characters of an entry that are told.
const DETAIL_MAX: usize = 200;

/// All that was found wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    counts: BTreeMap<FindingKind, u64>,
    kept: Vec<Finding>,
}

impl Findings {
    /// Takes note of a finding.
    pub fn note(&mut self, kind: FindingKind, file: &str, place: impl Into<String>, detail: &str) {
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        if *count <= KEPT_MAX {
            let detail = detail.chars().filter(|c| !c.is_control()).take(DETAIL_MAX).collect();
            self.kept.push(Finding { kind, file: file.to_owned(), place: place.into(), detail });
        }
    }

    /// How many there are of a kind.
    pub fn count(&self, kind: FindingKind) -> u64 {
        self.counts.get(&kind).copied().unwrap_or(0)
    }

    /// How many there are.
    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }

    /// The findings in words, at most some hundreds of a kind, in the order in which they were made.
    pub fn kept(&self) -> &[Finding] {
        &self.kept
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }
}
