//! `weir maintain`

use std::io::Write;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use weir_ingest::{MaintainOptions, Maintained, maintain};
use weir_table::Workspace;

use super::redecorate::day;
use super::{now_micros, print};
use crate::args::{Folder, Maintain};
use crate::exit::Exit;
use crate::numbers::{bytes, grouped, time};

/// Who wrote a batch of the ledger.
const WRITTEN_BY: &str = concat!("weir ", env!("CARGO_PKG_VERSION"), " maintain");

pub fn run(folder: &Folder, args: &Maintain) -> anyhow::Result<Exit> {
    let started = Instant::now();
    let from = args.from.as_deref().map(day).transpose()?;
    let to = args.to.as_deref().map(day).transpose()?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let Some(workspace) = Workspace::open(&folder.data, &folder.workspace)? else {
        bail!(
            "there is no data in {}: fill it with weir ingest PATH",
            folder.data.join(&folder.workspace).display()
        );
    };
    let mut writer = runtime.block_on(workspace.writer())?;
    let told = Mutex::new(Instant::now());
    let progress = |done: u64, all: u64| {
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.elapsed() > Duration::from_secs(10) {
            *told = Instant::now();
            eprintln!("{} of {} days of tables", grouped(done), grouped(all));
        }
    };
    let options = MaintainOptions {
        days: from.unwrap_or(i32::MIN)..to.map_or(i32::MAX, |day| day.saturating_add(1)),
        retention_micros: i64::try_from(args.retain.as_micros()).unwrap_or(i64::MAX),
        now_micros: &now_micros,
        written_by: WRITTEN_BY,
        runtime: runtime.handle(),
        progress: &progress,
    };
    let done = maintain(&mut writer, &options)?;
    let took = started.elapsed();
    print(|out| match args.json {
        true => Ok(writeln!(out, "{}", as_json(&done, took))?),
        false => Ok(write_summary(&done, took, out)?),
    })?;
    Ok(Exit::Done)
}

fn write_summary(done: &Maintained, took: Duration, out: &mut dyn Write) -> std::io::Result<()> {
    if done.tables.is_empty() {
        writeln!(out, "tables     in order already")?;
    }
    for (name, table) in &done.tables {
        let files = &table.files;
        writeln!(
            out,
            "{name}: {} days, {} files became {}, {} rows became {}",
            grouped(table.days),
            grouped(files.files_before),
            grouped(files.files_after),
            grouped(files.rows_before),
            grouped(files.rows_after)
        )?;
    }
    let vacuumed = &done.vacuumed;
    writeln!(
        out,
        "removed    {} files ({}), {} records of batches",
        grouped(vacuumed.files),
        bytes(vacuumed.bytes),
        grouped(vacuumed.records)
    )?;
    writeln!(out, "time       {}", time(took))
}

fn as_json(done: &Maintained, took: Duration) -> serde_json::Value {
    let tables: serde_json::Map<String, serde_json::Value> = done
        .tables
        .iter()
        .map(|(name, table)| {
            let told = serde_json::json!({
                "days": table.days,
                "files_before": table.files.files_before,
                "files_after": table.files.files_after,
                "rows_before": table.files.rows_before,
                "rows_after": table.files.rows_after,
            });
            ((*name).to_owned(), told)
        })
        .collect();
    serde_json::json!({
        "tables": tables,
        "files_removed": done.vacuumed.files,
        "bytes_removed": done.vacuumed.bytes,
        "records_removed": done.vacuumed.records,
        "checkpoints": done.vacuumed.checkpoints,
        "seconds": took.as_secs_f64(),
    })
}
