//! Files of feeds, in all their forms, to entries.
//!
//! [`recognise`] tells the form of a file by its bytes, [`read`] hands over its entries one by one. Nothing of a file is
//! kept: whoever wants a table, a count or the entries around one address takes what he needs of them.

mod csv;
mod finding;
mod indicator;
mod list;
mod misp;
mod mmdb;
mod pattern;
mod recognise;
mod stix;
mod stream;
mod tags;
mod text;

pub use finding::{Finding, FindingKind, Findings};
pub use recognise::{Recognised, recognise};
pub use text::{date_in, feed_name};

use crate::{Entry, FeedKind, Form, Given, Says};

/// Bytes of a file, unpacked.
pub const BYTES_MAX: u64 = 2 << 30;
/// Ranges of a file: a database of all cities has a fifth of them.
const ENTRIES_MAX: u64 = 30_000_000;
/// Indicators of a file.
const THREATS_MAX: u64 = 5_000_000;

/// A file as it is to be read.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// What it is called, for findings.
    pub name: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
    /// How it is written.
    pub form: Form,
    /// What it is about.
    pub kind: FeedKind,
    /// What was given with it.
    pub given: &'a Given,
}

/// Names of what a column may be, for whoever maps columns.
pub fn roles() -> impl Iterator<Item = &'static str> {
    csv::role_names()
}

/// The cloud that a file of service tags is of, by what it says of itself; blank for any other file.
pub fn cloud(about: &str) -> &str {
    tags::cloud(about)
}

/// What a file came to, beside its entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read {
    /// Entries that were handed over.
    pub entries: u64,
    /// Entries that name a host or a page and no address: flows know none of them.
    pub without_address: u64,
    /// Entries that are not meant to be looked for: revoked, harmless, not sure enough.
    pub not_meant: u64,
    /// What it says of itself.
    pub about: String,
    /// Of what time it speaks, where it says so: microseconds since the Unix epoch.
    pub dated_micros: Option<i64>,
    /// What it calls itself.
    pub title: String,
}

/// Takes entries and findings while a file is read.
pub(crate) struct Sink<'a> {
    file: &'a str,
    kind: FeedKind,
    given: &'a Given,
    read: Read,
    findings: &'a mut Findings,
    entry: &'a mut dyn FnMut(&Entry<'_>),
    full: bool,
}

impl Sink<'_> {
    /// Hands an entry over, unless it is not wanted.
    fn entry(&mut self, entry: &Entry<'_>) {
        if let Says::Threat(threat) = &entry.says {
            if indicator::is_too_wide(entry.range) {
                return self.bad(entry.place, &format!("{} is too wide for an indicator", entry.range));
            }
            if let (Some(least), Some(sure)) = (self.given.confidence_min, threat.confidence)
                && sure < least
            {
                self.read.not_meant += 1;
                return;
            }
        }
        let most = if self.kind == FeedKind::Threats { THREATS_MAX } else { ENTRIES_MAX };
        if self.read.entries >= most {
            if !self.full {
                self.full = true;
                let detail = format!("more than {most} entries: the rest is left out");
                self.findings.note(FindingKind::TooMuch, self.file, entry.place, &detail);
            }
            return;
        }
        self.read.entries += 1;
        (self.entry)(entry);
    }

    fn bad(&mut self, place: impl Into<String>, detail: &str) {
        self.findings.note(FindingKind::BadEntry, self.file, place, detail);
    }

    fn note(&mut self, kind: FindingKind, place: impl Into<String>, detail: &str) {
        self.findings.note(kind, self.file, place, detail);
    }
}

/// Reads a file and hands over its entries, in the order of the file. What cannot be used is a finding.
pub fn read(file: File<'_>, findings: &mut Findings, entry: &mut dyn FnMut(&Entry<'_>)) -> Read {
    let File { name, bytes, form, kind, given } = file;
    let read = Read::default();
    let mut sink = Sink { file: name, kind, given, read, findings, entry, full: false };
    match form {
        Form::Mmdb => mmdb::read(bytes, &mut sink),
        Form::AzureTags => tags::read(bytes, &mut sink),
        Form::Stix => stix::read(bytes, &mut sink),
        Form::Misp => misp::read_events(bytes, &mut sink),
        Form::WarningList => misp::read_warning_list(bytes, &mut sink),
        Form::Csv => text::with_text(bytes, &mut sink, csv::read),
        Form::List => text::with_text(bytes, &mut sink, list::read),
    }
    sink.read
}
