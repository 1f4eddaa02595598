use crate::Inventory;

/// The state of everything known at one time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// When it was taken, microseconds since the Unix epoch.
    pub taken_micros: i64,
    /// What was there.
    pub inventory: Inventory,
}

/// Snapshots in the order of their times.
#[derive(Debug, Clone, Default)]
pub struct History {
    snapshots: Vec<Snapshot>,
}

/// What holds before the first snapshot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fallback {
    /// Nothing.
    None,
    /// The nearest later one.
    #[default]
    Later,
}

impl History {
    /// A history of snapshots in any order; of two of one time the one that is given last holds.
    pub fn new(mut snapshots: Vec<Snapshot>) -> Self {
        snapshots.sort_by_key(|snapshot| snapshot.taken_micros);
        History { snapshots }
    }

    /// The snapshots, in the order of their times.
    pub fn snapshots(&self) -> &[Snapshot] {
        &self.snapshots
    }

    /// The newest snapshot taken at or before a time; when there is none, what `fallback` says.
    pub fn at(&self, micros: i64, fallback: Fallback) -> Option<&Snapshot> {
        holding(&self.snapshots, |snapshot| snapshot.taken_micros, micros, fallback)
    }
}

/// Of things in the order of their times, the one that holds at a time.
pub fn holding<T>(
    dated: &[T],
    taken_micros: impl Fn(&T) -> i64,
    micros: i64,
    fallback: Fallback,
) -> Option<&T> {
    let until = dated.partition_point(|thing| taken_micros(thing) <= micros);
    match until.checked_sub(1) {
        Some(newest) => dated.get(newest),
        None if fallback == Fallback::Later => dated.first(),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_holds_until_the_next() {
        let snapshot = |taken_micros| Snapshot { taken_micros, ..Snapshot::default() };
        let history = History::new(vec![snapshot(20), snapshot(10), snapshot(30)]);
        let at = |micros, fallback| history.at(micros, fallback).map(|snapshot| snapshot.taken_micros);
        for (micros, holds) in [(10, 10), (19, 10), (20, 20), (29, 20), (30, 30), (i64::MAX, 30)] {
            assert_eq!(at(micros, Fallback::None), Some(holds));
        }
        assert_eq!((at(9, Fallback::None), at(9, Fallback::Later)), (None, Some(10)));
        assert!(History::default().at(0, Fallback::Later).is_none());
    }
}
