//! Which files there are, and which of them hold when.

use std::collections::{BTreeMap, BTreeSet};

use crate::{FeedKind, Manifest};

/// Which files there are, without their entries.
///
/// Files of one kind and one source follow one another in time: at a time holds the last one that is dated at or before
/// it. Before the first one nothing holds, or the first one, as the workspace has it. The newest list of threats of a
/// source looks back as well: what is learnt of an address today was often so before, and where it was not, the
/// indicator itself says since when.
#[derive(Debug, Clone, Default)]
pub struct Feeds {
    /// By kind, then the newest first.
    files: Vec<Manifest>,
    look_back: bool,
    /// The times at which something changes, in order.
    changes: Vec<i64>,
}

/// A stretch of time in which nothing changes. Equal versions of the same feeds give equal lookups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FeedsVersion {
    starts_micros: i64,
}

impl FeedsVersion {
    /// When the stretch begins, microseconds since the Unix epoch; the lowest number for that before all changes.
    pub fn starts_micros(self) -> i64 {
        self.starts_micros
    }
}

impl Feeds {
    /// The feeds of these files. `look_back` says whether the first file of a source holds before its date too.
    pub fn new(mut files: Vec<Manifest>, look_back: bool) -> Self {
        files.sort_by(|a, b| {
            let date = |file: &Manifest| (file.as_of_micros, file.imported_micros);
            a.kind.cmp(&b.kind).then_with(|| date(b).cmp(&date(a))).then_with(|| b.id.cmp(&a.id))
        });
        files.dedup_by(|a, b| a.id == b.id);
        let mut changes = BTreeSet::new();
        for file in &files {
            changes.insert(file.as_of_micros);
            changes.extend(&file.changes_micros);
        }
        Feeds { files, look_back, changes: changes.into_iter().collect() }
    }

    /// All files: by kind, then the newest first.
    pub fn files(&self) -> &[Manifest] {
        &self.files
    }

    /// The stretch of time that a time is in, microseconds since the Unix epoch.
    pub fn version_at(&self, micros: i64) -> FeedsVersion {
        let after = self.changes.partition_point(|change| *change <= micros);
        FeedsVersion { starts_micros: after.checked_sub(1).map_or(i64::MIN, |change| self.changes[change]) }
    }

    /// The files that hold in a stretch, those that decide first in front: the newest.
    pub fn holding(&self, version: FeedsVersion) -> Vec<&Manifest> {
        let micros = version.starts_micros;
        let mut by_source: BTreeMap<(FeedKind, &str), Vec<usize>> = BTreeMap::new();
        for (position, file) in self.files.iter().enumerate() {
            by_source.entry((file.kind, &file.source)).or_default().push(position);
        }
        let mut holding: BTreeSet<usize> = BTreeSet::new();
        for ((kind, _), newest_first) in by_source {
            let before = newest_first.iter().find(|file| self.files[**file].as_of_micros <= micros);
            let first = newest_first.last().filter(|_| self.look_back);
            holding.extend(before.or(first));
            if kind == FeedKind::Threats {
                holding.extend(newest_first.first());
            }
        }
        holding.into_iter().map(|position| &self.files[position]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(kind: FeedKind, source: &str, as_of_micros: i64, changes_micros: &[i64]) -> Manifest {
        Manifest {
            id: format!("{}/{source}-{as_of_micros}", kind.name()),
            source: source.to_owned(),
            as_of_micros,
            changes_micros: changes_micros.to_vec(),
            ..Manifest::blank(kind)
        }
    }

    fn holding(feeds: &Feeds, micros: i64) -> Vec<&str> {
        let mut ids: Vec<&str> =
            feeds.holding(feeds.version_at(micros)).into_iter().map(|file| file.id.as_str()).collect();
        ids.sort_unstable();
        ids
    }

    #[test]
    fn the_file_of_the_time_holds() {
        let files = || {
            vec![
                file(FeedKind::ServiceTags, "Public", 10, &[]),
                file(FeedKind::ServiceTags, "Public", 20, &[]),
                file(FeedKind::ServiceTags, "AzureGovernment", 15, &[]),
            ]
        };
        let feeds = Feeds::new(files(), true);
        let government = "service-tags/AzureGovernment-15";
        assert_eq!(holding(&feeds, 5), [government, "service-tags/Public-10"]);
        assert_eq!(holding(&feeds, 19), [government, "service-tags/Public-10"]);
        assert_eq!(holding(&feeds, 20), [government, "service-tags/Public-20"]);
        let strict = Feeds::new(files(), false);
        assert!(holding(&strict, 5).is_empty());
        assert_eq!(holding(&strict, 12), ["service-tags/Public-10"]);
    }

    #[test]
    fn the_newest_threats_look_back() {
        let list = |micros| file(FeedKind::Threats, "list", micros, &[]);
        let feeds = Feeds::new(vec![list(10), list(20), list(30)], false);
        assert_eq!(holding(&feeds, 5), ["threats/list-30"]);
        assert_eq!(holding(&feeds, 25), ["threats/list-20", "threats/list-30"]);
        assert_eq!(holding(&feeds, 35), ["threats/list-30"]);
    }

    #[test]
    fn versions_change_where_something_does() {
        let feeds = Feeds::new(
            vec![
                file(FeedKind::Threats, "list", 100, &[40, 160]),
                file(FeedKind::Geography, "places", 50, &[]),
            ],
            true,
        );
        let version = |micros| feeds.version_at(micros);
        for (one, other, equal) in [
            (0, 39, true),
            (39, 40, false),
            (40, 49, true),
            (49, 50, false),
            (100, 159, true),
            (159, 160, false),
        ] {
            assert_eq!(version(one) == version(other), equal, "{one} {other}");
        }
        assert_eq!(Feeds::default().version_at(7), Feeds::default().version_at(i64::MAX));
    }
}
