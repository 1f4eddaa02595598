//! `weir redecorate`

use std::io::Write;
use std::time::{Duration, Instant};

use anyhow::Context;
use weir_ingest::{RedecorateOptions, Redecorated, redecorate};

use super::ingest::default_threads;
use super::{INGEST_FIRST, days, decoration, existing, now_micros, print};
use crate::args::{Folder, Redecorate};
use crate::exit::Exit;
use crate::numbers::{grouped, time};
use crate::progress::Lines;

/// Who wrote a batch of the ledger.
const WRITTEN_BY: &str = concat!("weir ", env!("CARGO_PKG_VERSION"), " redecorate");

pub fn run(folder: &Folder, args: &Redecorate) -> anyhow::Result<Exit> {
    let started = Instant::now();
    let days = days::between(args.from.as_deref(), args.to.as_deref())?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let workspace = existing(folder, INGEST_FIRST)?;
    let mut writer = runtime.block_on(workspace.writer())?;
    let lines = Lines::new();
    let progress =
        |done: u64, all: u64| lines.tell(|| format!("{} of {} files", grouped(done), grouped(all)));
    let options = RedecorateOptions {
        days,
        now_micros: &now_micros,
        written_by: WRITTEN_BY,
        runtime: runtime.handle(),
        threads: default_threads(),
        progress: &progress,
    };
    let summary = redecorate(&mut writer, &options)?;
    let took = started.elapsed();
    print(|out| match args.json {
        true => Ok(writeln!(out, "{}", as_json(&summary, took))?),
        false => Ok(write_summary(&summary, took, out)?),
    })?;
    let left = summary.files_without_addresses > 0;
    Ok(if left { Exit::Partly } else { Exit::Done })
}

fn write_summary(summary: &Redecorated, took: Duration, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "snapshots  {}", grouped(summary.snapshots as u64))?;
    writeln!(out, "days       {}, {} changed", grouped(summary.days), grouped(summary.days_changed))?;
    writeln!(out, "files      {}, {} written again", grouped(summary.files), grouped(summary.files_changed))?;
    if summary.files_without_addresses > 0 {
        let count = grouped(summary.files_without_addresses);
        writeln!(out, "left alone {count} files with rows that lack an address")?;
    }
    if summary.days_folded > 0 {
        writeln!(out, "folded     {} days anew", grouped(summary.days_folded))?;
    }
    writeln!(out, "rows       {}, {} changed", grouped(summary.rows), grouped(summary.rows_changed))?;
    decoration::write(&summary.decoration, out)?;
    if summary.snapshots == 0 {
        writeln!(out, "inventory  none: weir topology import names the machines and networks of rows")?;
    }
    writeln!(out, "time       {}", time(took))
}

fn as_json(summary: &Redecorated, took: Duration) -> serde_json::Value {
    serde_json::json!({
        "snapshots": summary.snapshots,
        "days": summary.days,
        "days_changed": summary.days_changed,
        "files": summary.files,
        "files_changed": summary.files_changed,
        "files_without_addresses": summary.files_without_addresses,
        "feeds": summary.feeds,
        "days_folded": summary.days_folded,
        "rows": summary.rows,
        "rows_changed": summary.rows_changed,
        "decoration": decoration::as_json(&summary.decoration),
        "seconds": took.as_secs_f64(),
    })
}
