//! Inventories over time, and which of them holds at a time.

use serde::{Deserialize, Serialize};

use crate::Inventory;

/// The state of everything known, as it was at a time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// When it was taken, microseconds since the Unix epoch.
    pub taken_micros: i64,
    /// What there was.
    pub inventory: Inventory,
}

/// What a snapshot is called, and when it was taken: all that is needed to choose one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotName {
    /// When it was taken, microseconds since the Unix epoch.
    pub taken_micros: i64,
    /// Its name in the store; `TopologyVersion` of its rows.
    pub name: String,
}

/// What holds before the first snapshot was taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fallback {
    /// The first snapshot: networks change slowly, and a name that was given later tells more than none.
    #[default]
    Later,
    /// Nothing.
    None,
}

/// The snapshots of a workspace, by time.
///
/// It holds names alone: an inventory is large, and few of many are needed at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// In the order of their times; of one time in that of their names.
    snapshots: Vec<SnapshotName>,
    fallback: Fallback,
}

impl History {
    /// The history of these snapshots, in whatever order they come.
    pub fn new(mut snapshots: Vec<SnapshotName>, fallback: Fallback) -> Self {
        snapshots.sort();
        snapshots.dedup();
        History { snapshots, fallback }
    }

    /// All snapshots, the oldest first.
    pub fn snapshots(&self) -> &[SnapshotName] {
        &self.snapshots
    }

    /// What holds before the first one.
    pub fn fallback(&self) -> Fallback {
        self.fallback
    }

    /// The snapshot that holds at a time, microseconds since the Unix epoch: the last one taken at or before it.
    ///
    /// Where none was, the next one that was taken, or none, as [`Fallback`] says. Of several that were taken at one
    /// time the one with the last name holds.
    pub fn at(&self, micros: i64) -> Option<&SnapshotName> {
        let later = self.snapshots.partition_point(|snapshot| snapshot.taken_micros <= micros);
        if let Some(last) = later.checked_sub(1) {
            return self.snapshots.get(last);
        }
        match self.fallback {
            Fallback::None => None,
            Fallback::Later => {
                let first = self.snapshots.first()?.taken_micros;
                self.snapshots.iter().take_while(|snapshot| snapshot.taken_micros == first).last()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(times: &[(i64, &str)], fallback: Fallback) -> History {
        let name = |(taken_micros, name): &(i64, &str)| SnapshotName {
            taken_micros: *taken_micros,
            name: (*name).to_owned(),
        };
        History::new(times.iter().map(name).collect(), fallback)
    }

    fn at(history: &History, micros: i64) -> Option<&str> {
        history.at(micros).map(|snapshot| snapshot.name.as_str())
    }

    #[test]
    fn the_last_snapshot_before_a_time_holds() {
        let history = history(&[(30, "c"), (10, "a"), (20, "b")], Fallback::Later);
        for (micros, name) in [(10, "a"), (19, "a"), (20, "b"), (29, "b"), (30, "c"), (i64::MAX, "c")] {
            assert_eq!(at(&history, micros), Some(name), "{micros}");
        }
    }

    #[test]
    fn before_the_first_one_the_setting_decides() {
        let times = [(10, "a"), (10, "b"), (20, "c")];
        assert_eq!(at(&history(&times, Fallback::Later), 9), Some("b"), "as at 10");
        assert_eq!(at(&history(&times, Fallback::Later), 10), Some("b"));
        assert_eq!(at(&history(&times, Fallback::None), 9), None);
        assert_eq!(at(&history(&[], Fallback::Later), 9), None);
    }
}
