//! `weir ingest`

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use weir_blob::Found;
use weir_decode::{Discarded, Limits, Reason, State};
use weir_enrich::FoldTally;
use weir_ingest::{Exchanged, Options, Outcome, Progress, Summary, TopologySummary};
use weir_table::{NewWorkspace, Workspace};

use super::bad_records::BadRecords;
use super::{PROGRAM, decoration, now_micros, print};
use crate::args::{Folder, Ingest};
use crate::exit::Exit;
use crate::numbers::{bytes, grouped, per_second, time};
use crate::progress::Shown;

/// Stored bytes that are committed together.
const ROUND_BYTES: u64 = 1 << 30;
/// Largest blob, unpacked: a packed one may be a trap.
const BLOB_BYTES_MAX: u64 = 64 << 30;
/// Incidents that are printed; the JSON summary has more.
const INCIDENTS_PRINTED: usize = 20;

pub fn run(folder: &Folder, args: &Ingest) -> anyhow::Result<Exit> {
    let started = Instant::now();
    let found = weir_blob::find(&args.paths)?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let new = NewWorkspace {
        interval_minutes: args.interval,
        fold_public: args.fold_public.map(Into::into),
        public_ips_max: args.public_ips_max.map(std::num::NonZeroUsize::get),
        fold_denied_scans: args.fold_denied_scans,
        now_micros: now_micros(),
        created_by: PROGRAM.to_owned(),
    };
    let mut writer = runtime.block_on(async {
        Workspace::open_or_create(&folder.data, &folder.workspace, &new).await?.writer().await
    })?;
    let bad_records = args.bad_records.as_deref().map(BadRecords::create).transpose()?;
    let tell = |blob: &str, discarded: &Discarded<'_>| {
        if let Some(bad_records) = &bad_records {
            bad_records.tell(blob, discarded);
        }
    };
    let threads = args.threads.map_or_else(default_threads, std::num::NonZeroUsize::get);
    let options = Options {
        threads,
        round_bytes: ROUND_BYTES,
        part_rows: (args.memory)
            .map_or(Options::PART_ROWS, |bytes| Options::part_rows_within(bytes, threads)),
        blob_bytes_max: BLOB_BYTES_MAX,
        limits: Limits::default(),
        now_micros: &now_micros,
        written_by: PROGRAM,
        runtime: runtime.handle(),
        bad_records: match &bad_records {
            Some(_) => Some(&tell),
            None => None,
        },
    };
    let progress = Progress::default();
    let summary =
        while_showing(&progress, &found, || weir_ingest::ingest(&mut writer, &found, &options, &progress))?;
    let handle = runtime.handle();
    let topology = weir_ingest::write_topology(&mut writer, None, now_micros(), PROGRAM, handle)?;
    let took = started.elapsed();
    print(|out| match args.json {
        true => Ok(writeln!(out, "{}", as_json(&summary, &found, &topology, took))?),
        false => Ok(write_summary(&summary, &found, &topology, took, out)?),
    })?;
    if !args.json {
        tell_incidents(&summary);
    }
    if let Some(bad_records) = bad_records {
        bad_records.finish(&summary.incidents)?;
    }
    let exit = exit(&summary);
    if exit == Exit::Failed {
        eprintln!("error: {}", nothing_read(&summary));
    }
    Ok(exit)
}

/// Why nothing could be used.
fn nothing_read(summary: &Summary) -> &'static str {
    let blobs = &summary.blobs;
    if blobs.total() == 0 {
        "no file there has the name of a flow log: .json, .jsonl, .ndjson or .log, packed or not, or a .zip of them"
    } else if blobs.of(Outcome::NoFlowLog) == blobs.total() {
        "there is no record of a flow log in what was named"
    } else {
        "nothing of what was found could be used"
    }
}

pub(super) fn default_threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get)
}

/// All, some, or nothing of what was found could be used.
fn exit(summary: &Summary) -> Exit {
    let tally = &summary.tally;
    let trouble: u64 = Outcome::ALL.iter().filter(|o| o.is_trouble()).map(|o| summary.blobs.of(*o)).sum();
    // The rows of a blob that is not what it was are there still.
    let known = [Outcome::Unchanged, Outcome::Copy, Outcome::NotExchanged];
    let known: u64 = known.iter().map(|outcome| summary.blobs.of(*outcome)).sum();
    let discarded = tally.records_discarded() + tally.tuples_discarded();
    // A blob of a flow log may be without tuples.
    let used = known > 0 || tally.records > 0;
    match (used, trouble + discarded) {
        (true, 0) => Exit::Done,
        (true, _) => Exit::Partly,
        (false, _) => Exit::Failed,
    }
}

/// Shows how far the work has come while it is done.
fn while_showing<T>(progress: &Progress, found: &Found, work: impl FnOnce() -> T) -> T {
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let shower = scope.spawn(|| {
            let mut shown = Shown::new(found.size_bytes());
            while !ended.load(Ordering::Relaxed) {
                std::thread::park_timeout(Duration::from_millis(200));
                let tuples = progress.tuples.load(Ordering::Relaxed);
                let done = progress.bytes.load(Ordering::Relaxed);
                shown.at(done, || format!("{} tuples", grouped(tuples)));
            }
        });
        let result = work();
        ended.store(true, Ordering::Relaxed);
        shower.thread().unpark();
        result
    })
}

fn write_summary(
    summary: &Summary,
    found: &Found,
    topology: &TopologySummary,
    took: Duration,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let tally = &summary.tally;
    let counts: Vec<String> = Outcome::ALL
        .iter()
        .filter(|outcome| summary.blobs.of(**outcome) > 0)
        .map(|outcome| format!("{} {}", grouped(summary.blobs.of(*outcome)), outcome.name()))
        .collect();
    writeln!(out, "blobs      {} ({})", grouped(summary.blobs.total()), listed(&counts))?;
    writeln!(out, "bytes      {}", bytes(summary.bytes_read))?;
    writeln!(out, "records    {}", grouped(tally.records))?;
    let states: Vec<String> = State::ALL
        .iter()
        .zip(tally.tuples_by_state)
        .filter(|(_, count)| *count > 0)
        .map(|(state, count)| format!("{} {}", grouped(count), state.name()))
        .collect();
    writeln!(out, "tuples     {} ({})", grouped(tally.tuples()), listed(&states))?;
    for (what, counts) in [("records", &tally.discarded_records), ("tuples", &tally.discarded_tuples)] {
        for (reason, count) in Reason::ALL.iter().zip(counts).filter(|(_, count)| **count > 0) {
            writeln!(out, "discarded  {} {what}: {}", grouped(*count), reason.name())?;
        }
    }
    match summary.reduction_factor() {
        Some(factor) => writeln!(out, "rows       {}, {factor:.1} tuples a row", grouped(summary.rows))?,
        None => writeln!(out, "rows       0")?,
    }
    let Exchanged { rows_left, rows_came } = summary.exchanged;
    if rows_left + rows_came > 0 {
        let (left, came) = (grouped(rows_left), grouped(rows_came));
        writeln!(out, "exchanged  {left} rows of blobs that are not what they were left, {came} came")?;
    }
    decoration::write(&summary.decoration, out)?;
    write_folding(&summary.folding, out)?;
    if summary.rows > 0 && summary.snapshots == 0 {
        writeln!(out, "inventory  none: weir topology import names the machines and networks of rows")?;
    }
    if topology.runs > 0 {
        let (rows, runs) = (grouped(topology.rows), grouped(topology.runs));
        writeln!(out, "topology   {rows} rows of NTATopologyDetails, in {runs} runs")?;
    }
    if summary.rows > 0 {
        let row_bytes = summary.parquet_bytes as f64 / summary.rows as f64;
        writeln!(out, "stored     {}, {row_bytes:.1} bytes a row", bytes(summary.parquet_bytes))?;
    }
    let rate = bytes(per_second(summary.bytes_read, took));
    let tuple_rate = grouped(per_second(tally.tuples(), took));
    writeln!(out, "time       {}, {rate}/s, {tuple_rate} tuples/s", time(took))?;
    if summary.waiting_bytes > 0 {
        let waiting = bytes(summary.waiting_bytes);
        writeln!(out, "waiting    {waiting} at the end of blobs are the beginning of a record")?;
    }
    let alone = found.left_alone;
    if alone.other_files > 0 {
        writeln!(out, "left alone {} files of other names", grouped(alone.other_files))?;
    }
    if alone.links > 0 {
        writeln!(out, "left alone {} links: name what they lead to", grouped(alone.links))?;
    }
    Ok(())
}

/// What was folded, and what folding scans would save, where it is worth a word.
fn write_folding(folding: &FoldTally, out: &mut dyn Write) -> std::io::Result<()> {
    let FoldTally { folded, groups, scan_rows, scan_groups } = *folding;
    if folded > 0 {
        writeln!(out, "folded     {} rows of public addresses into {}", grouped(folded), grouped(groups))?;
    }
    if scan_rows >= 2 * scan_groups.max(1) {
        let (rows, few) = (grouped(scan_rows), grouped(scan_groups));
        writeln!(
            out,
            "scans      {rows} rows of denied flows from outside; {few} with --fold-denied-scans true"
        )?;
    }
    Ok(())
}

fn tell_incidents(summary: &Summary) {
    for incident in summary.incidents.iter().take(INCIDENTS_PRINTED) {
        eprintln!("{}: {}: {}", incident.outcome.name(), incident.blob, incident.detail);
    }
    if summary.incidents.len() > INCIDENTS_PRINTED {
        eprintln!("… and {} more; --json lists them", summary.incidents.len() - INCIDENTS_PRINTED);
    }
}

fn listed(parts: &[String]) -> String {
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}

fn as_json(
    summary: &Summary,
    found: &Found,
    topology: &TopologySummary,
    took: Duration,
) -> serde_json::Value {
    let tally = &summary.tally;
    let reasons = |counts: &[u64]| -> serde_json::Map<String, serde_json::Value> {
        let named = Reason::ALL.iter().zip(counts).filter(|(_, count)| **count > 0);
        named.map(|(reason, count)| (reason.name().replace(' ', "_"), (*count).into())).collect()
    };
    let outcomes: serde_json::Map<_, _> =
        Outcome::ALL.iter().map(|o| (o.name().replace(' ', "_"), summary.blobs.of(*o).into())).collect();
    let states: serde_json::Map<_, _> = State::ALL
        .iter()
        .zip(tally.tuples_by_state)
        .map(|(state, count)| (state.name().to_owned(), count.into()))
        .collect();
    let incidents: Vec<_> = summary
        .incidents
        .iter()
        .map(|i| serde_json::json!({ "blob": i.blob, "outcome": i.outcome.name(), "detail": i.detail }))
        .collect();
    serde_json::json!({
        "blobs": outcomes,
        "bytes": summary.bytes_read,
        "waiting_bytes": summary.waiting_bytes,
        "records": tally.records,
        "records_discarded": reasons(&tally.discarded_records),
        "tuples": tally.tuples(),
        "tuples_by_state": states,
        "tuples_denied": tally.tuples_denied,
        "tuples_discarded": reasons(&tally.discarded_tuples),
        "packets_src_to_dest": tally.packets_src_to_dest as u64,
        "bytes_src_to_dest": tally.bytes_src_to_dest as u64,
        "packets_dest_to_src": tally.packets_dest_to_src as u64,
        "bytes_dest_to_src": tally.bytes_dest_to_src as u64,
        "rows": summary.rows,
        "exchanged": {
            "rows_left": summary.exchanged.rows_left,
            "rows_came": summary.exchanged.rows_came,
        },
        "reduction_factor": summary.reduction_factor(),
        "snapshots": summary.snapshots,
        "feeds": summary.feeds,
        "decoration": decoration::as_json(&summary.decoration),
        "folded": {
            "rows": summary.folding.folded,
            "groups": summary.folding.groups,
            "scan_rows": summary.folding.scan_rows,
            "scan_groups": summary.folding.scan_groups,
        },
        "topology_rows": topology.rows,
        "topology_runs": topology.runs,
        "parquet_bytes": summary.parquet_bytes,
        "batches": summary.batches,
        "seconds": took.as_secs_f64(),
        "left_alone": { "other_files": found.left_alone.other_files, "links": found.left_alone.links },
        "incidents": incidents,
    })
}
