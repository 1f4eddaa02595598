//! A file that somebody has, to what is kept of it; and back to a table.

use std::collections::BTreeSet;

use crate::read::{self, BYTES_MAX, FindingKind, Findings};
use crate::{FeedKind, Form, Given, Manifest, Says, Source, SourceBuilder};

/// What somebody says of a file; what is left out is found in it.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// What it is about.
    pub kind: Option<FeedKind>,
    /// The feed that it is of.
    pub source: Option<String>,
    /// Of what time it speaks, microseconds since the Unix epoch.
    pub as_of_micros: Option<i64>,
    /// The cloud whose flows are decorated: `Public`, `AzureGovernment`, `China`. Blank for any.
    pub cloud: String,
    /// How it is to be read.
    pub given: Given,
}

/// Hours of changes that are kept; of more, the days.
const CHANGES_MAX: usize = 200_000;
const DAY_MICROS: i64 = 86_400_000_000;

/// Reads a file to its end and says what is to be kept of it; nothing where it is of no use. The name, that of the file,
/// tells what the file itself does not: its date, and the feed that it is of.
pub fn import(
    name: &str,
    bytes: &[u8],
    told: &Told,
    now_micros: i64,
    findings: &mut Findings,
) -> Option<Manifest> {
    if bytes.len() as u64 > BYTES_MAX {
        findings.note(FindingKind::TooMuch, name, "", "the file is larger than two gibibytes");
        return None;
    }
    let Some(recognised) = read::recognise(bytes, !told.given.columns.is_empty()) else {
        let told = "it is no database, columns, list, service tags, STIX or MISP";
        findings.note(FindingKind::UnknownFile, name, "", told);
        return None;
    };
    let form = recognised.form;
    // Of a file of columns or of a list it is told only by what is expected of it.
    let told_kind =
        told.kind.or_else(|| told.given.kind().filter(|_| matches!(form, Form::Csv | Form::List)));
    let kind = told_kind.unwrap_or(recognised.kind);
    if (kind == FeedKind::ServiceTags) != (form == Form::AzureTags) {
        let told = format!("{} cannot be read as {}", form.name(), kind.name());
        findings.note(FindingKind::UnknownFile, name, "", &told);
        return None;
    }
    let file_name = name.rsplit(['/', '\\']).next().unwrap_or(name).to_owned();
    let mut manifest = Manifest {
        form,
        file: file_name,
        given: told.given.clone(),
        imported_micros: now_micros,
        size_bytes: bytes.len() as u64,
        ..Manifest::blank(kind)
    };
    let mut gives = BTreeSet::new();
    let (before, all_before) = (findings.count(FindingKind::DamagedFile), findings.total());
    let mut builder = SourceBuilder::new(kind, "");
    let file = read::File { name, bytes, form, kind, given: &told.given };
    let read = read::read(file, findings, &mut |entry| {
        note_gives(&entry.says, &mut gives);
        // Only what holds for a time has to be known beforehand.
        if kind == FeedKind::Threats {
            builder.add(entry);
        }
    });
    // A cloud of which a part is missing would make the rest of it the internet.
    let damaged = findings.count(FindingKind::DamagedFile) > before;
    if read.entries == 0 || damaged && kind == FeedKind::ServiceTags {
        if !damaged && read.without_address > 0 {
            let told = format!("{} entries, and none of them has an address", read.without_address);
            findings.note(FindingKind::UnknownFile, name, "", &told);
        } else if findings.total() == all_before {
            let told = format!("there is nothing in it about {}", kind.name());
            findings.note(FindingKind::UnknownFile, name, "", &told);
        }
        return None;
    }
    let cloud = read::cloud(&read.about);
    if kind == FeedKind::ServiceTags && !told.cloud.is_empty() && !cloud.eq_ignore_ascii_case(&told.cloud) {
        let told = format!("they are of {cloud}, and the flows of {} (--cloud)", told.cloud);
        findings.note(FindingKind::OtherCloud, name, "", &told);
        return None;
    }
    let title = Some(&read.title).filter(|title| !title.is_empty());
    manifest.source = told.source.clone().or_else(|| title.cloned()).unwrap_or_else(|| read::feed_name(name));
    let dated = told.as_of_micros.or(read.dated_micros).or_else(|| read::date_in(&manifest.file));
    manifest.as_of_micros = dated.unwrap_or(now_micros);
    manifest.about = read.about;
    manifest.entries = read.entries;
    manifest.without_address = read.without_address;
    manifest.not_meant = read.not_meant;
    manifest.gives = gives.into_iter().map(str::to_owned).collect();
    if let Some(days) = told.given.lasts_days {
        builder.end_after(manifest.as_of_micros, days);
    }
    manifest.changes_micros = changes(&builder);
    Some(manifest)
}

fn note_gives(says: &Says<'_>, gives: &mut BTreeSet<&'static str>) {
    match says {
        Says::Tag(_) => {
            gives.extend(["region", "service tag"]);
        }
        Says::Place(place) => {
            let all = [("country", place.country), ("place", place.place), ("owner", place.owner)];
            gives.extend(all.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, _)| name));
        }
        Says::Threat(_) => {
            gives.insert("threat");
        }
        Says::Allowed => {
            gives.insert("allowed");
        }
    }
}

fn changes(builder: &SourceBuilder) -> Vec<i64> {
    let mut hours: Vec<i64> = builder.changes().collect();
    hours.sort_unstable();
    hours.dedup();
    if hours.len() > CHANGES_MAX {
        hours.iter_mut().for_each(|hour| *hour = hour.div_euclid(DAY_MICROS).saturating_mul(DAY_MICROS));
        hours.dedup();
        hours.truncate(CHANGES_MAX);
    }
    hours
}

/// Makes the table of a file that is kept.
pub fn source(manifest: &Manifest, bytes: &[u8], findings: &mut Findings) -> Source {
    let mut builder = SourceBuilder::new(manifest.kind, &manifest.source);
    if let Some(kind) =
        manifest.given.threat_kind.or_else(|| crate::ThreatKind::of_words([&*manifest.source]))
    {
        builder = builder.otherwise(kind);
    }
    read::read(file(manifest, bytes), findings, &mut |entry| builder.add(entry));
    if let Some(days) = manifest.given.lasts_days {
        builder.end_after(manifest.as_of_micros, days);
    }
    builder.finish()
}

/// A file that is kept, as it is to be read.
pub(crate) fn file<'a>(manifest: &'a Manifest, bytes: &'a [u8]) -> read::File<'a> {
    let Manifest { file, form, kind, given, .. } = manifest;
    read::File { name: file, bytes, form: *form, kind: *kind, given }
}
