//! `weir redecorate`

use std::io::Write;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use weir_ingest::{RedecorateOptions, Redecorated, redecorate};
use weir_table::Workspace;
use weir_table::rows::day_of;
use weir_value::datetime;

use super::ingest::default_threads;
use super::{decoration, now_micros, print};
use crate::args::{Folder, Redecorate};
use crate::exit::Exit;
use crate::numbers::{grouped, time};

/// Who wrote a batch of the ledger.
const WRITTEN_BY: &str = concat!("weir ", env!("CARGO_PKG_VERSION"), " redecorate");

pub fn run(folder: &Folder, args: &Redecorate) -> anyhow::Result<Exit> {
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
            eprintln!("{} of {} files", grouped(done), grouped(all));
        }
    };
    let options = RedecorateOptions {
        days: from.unwrap_or(i32::MIN)..to.map_or(i32::MAX, |day| day.saturating_add(1)),
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

/// A day, counted from 1970-01-01.
pub(super) fn day(text: &str) -> anyhow::Result<i32> {
    let ticks =
        datetime::parse(text).with_context(|| format!("'{text}' is no date: write it as 2026-06-01"))?;
    Ok(day_of((ticks - datetime::UNIX_EPOCH).div_euclid(datetime::TICKS_PER_MICROSECOND)))
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
