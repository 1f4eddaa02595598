//! Rows of `NTATopologyDetails`: the whole inventory again and again, as dashboards look for it.

use std::collections::{BTreeMap, BTreeSet};

use tokio::runtime::Handle;
use weir_table::rows::{TopologyRows, day_of};
use weir_table::{Error, Writer, topology};
use weir_topology::{SnapshotName, details};

/// Time between two runs: dashboards look back a day at least, and take the last one.
const EVERY_MICROS: i64 = 6 * 3_600_000_000;
const DAY_MICROS: i64 = 24 * 3_600_000_000;

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TopologySummary {
    /// Runs, each with the whole inventory that held then.
    pub runs: u64,
    /// Rows of all of them.
    pub rows: u64,
}

/// Writes the runs that are missing: four a day, at 00, 06, 12 and 18 hours UTC, of each day that has rows of flows,
/// and one at `taken_micros`, when a snapshot was taken. A run is written once.
///
/// A run of the future is left for later. Runs of a time without a snapshot are those of the next one, or none, as the
/// workspace is set.
pub fn write_topology(
    writer: &mut Writer,
    taken_micros: Option<i64>,
    now_micros: i64,
    written_by: &str,
    runtime: &Handle,
) -> Result<TopologySummary, Error> {
    let workspace = writer.workspace().clone();
    let history = runtime.block_on(topology::load(&workspace))?;
    if history.snapshots().is_empty() {
        return Ok(TopologySummary::default());
    }
    let written = runtime.block_on(topology::runs(&workspace))?;
    let flows = runtime.block_on(workspace.files(super::run::table("NTANetAnalytics")?))?;
    let days: BTreeSet<i32> = flows.files.iter().map(|file| file.day).collect();
    let mut wanted: BTreeMap<&SnapshotName, BTreeSet<i64>> = BTreeMap::new();
    for run in days.into_iter().flat_map(runs_of_day).chain(taken_micros) {
        if run <= now_micros
            && !written.contains(&run)
            && let Some(snapshot) = history.at(run)
        {
            wanted.entry(snapshot).or_default().insert(run);
        }
    }
    let mut summary = TopologySummary::default();
    let batch = writer.begin(now_micros);
    for (name, runs) in wanted {
        let snapshot = runtime.block_on(topology::read(&workspace, name))?;
        let details = details::details(&snapshot.inventory);
        drop(snapshot);
        if details.is_empty() {
            continue;
        }
        let rows = TopologyRows::new(&details, &workspace.settings().workspace_id, &name.name)?;
        drop(details);
        for run in runs {
            let part = [rows.at(run)?];
            runtime.block_on(batch.write(rows.table(), day_of(run), now_micros, &part))?;
            summary.runs += 1;
            summary.rows += rows.len() as u64;
        }
    }
    runtime.block_on(writer.commit(batch, &[], now_micros, written_by))?;
    Ok(summary)
}

/// The times of the runs of a day, counted from 1970-01-01.
fn runs_of_day(day: i32) -> impl Iterator<Item = i64> {
    let first = i64::from(day) * DAY_MICROS;
    (0..DAY_MICROS / EVERY_MICROS).map(move |number| first + number * EVERY_MICROS)
}
