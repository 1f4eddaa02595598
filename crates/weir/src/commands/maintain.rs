//! `weir maintain`

use std::io::Write;
use std::time::{Duration, Instant};

use anyhow::Context;
use weir_ingest::{MaintainOptions, Maintained, maintain};

use super::{INGEST_FIRST, days, existing, now_micros, print};
use crate::args::{Folder, Maintain};
use crate::exit::Exit;
use crate::numbers::{bytes, grouped, time};
use crate::progress::Lines;

/// Who wrote a batch of the ledger.
const WRITTEN_BY: &str = concat!("weir ", env!("CARGO_PKG_VERSION"), " maintain");

pub fn run(folder: &Folder, args: &Maintain) -> anyhow::Result<Exit> {
    let started = Instant::now();
    let days = days::between(args.from.as_deref(), args.to.as_deref())?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let workspace = existing(folder, INGEST_FIRST)?;
    let mut writer = runtime.block_on(workspace.writer())?;
    let lines = Lines::new();
    let progress =
        |done: u64, all: u64| lines.tell(|| format!("{} of {} days of tables", grouped(done), grouped(all)));
    let options = MaintainOptions {
        days,
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
