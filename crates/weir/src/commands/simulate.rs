//! `weir simulate`

use std::time::Instant;

use anyhow::{Context, anyhow, bail};
use weir_flowgen::{Config, Scale, TruthDetail, UnixSeconds};
use weir_value::datetime;
use weir_value::timespan::TICKS_PER_SECOND;

use super::{now_micros, print};
use crate::args::Simulate;
use crate::exit::Exit;
use crate::numbers::{bytes, grouped, time};
use crate::progress::Shown;

const HOUR_SECONDS: i64 = 3_600;

pub fn run(args: &Simulate) -> anyhow::Result<Exit> {
    let started = Instant::now();
    let mut config = Config::demo(args.seed, end(args)?);
    if let Some(days) = args.days {
        config.hours = days.saturating_mul(24);
    }
    config.hours = args.hours.unwrap_or(config.hours);
    config.scale =
        Scale { background_nics: args.nics, inventory_nics: args.inventory_nics, size_bytes: args.size };
    config.format = args.format;
    if args.totals_only {
        config.truth = TruthDetail::Totals;
    }
    let mut shown: Option<Shown> = None;
    let truth = weir_flowgen::simulate(&config, &args.folder, &mut |progress| {
        // Hours of machines stand for bytes: how many there will be is not known.
        let shown = shown.get_or_insert_with(|| Shown::new(progress.planned));
        shown.at(progress.done, || bytes(progress.bytes));
    });
    let truth = truth.map_err(|error| match (error, &args.end) {
        // In the words of the command line, not in seconds.
        (weir_flowgen::Error::End { .. }, Some(end)) => {
            anyhow!("--end: {end} is not a full hour between 1980 and 9892")
        }
        (error, _) => error.into(),
    })?;
    drop(shown);
    let totals = &truth.totals;
    print(|out| {
        writeln!(out, "blobs      {}, {}", grouped(totals.blobs), bytes(totals.bytes))?;
        writeln!(out, "records    {}", grouped(totals.records))?;
        writeln!(out, "tuples     {}", grouped(totals.tuples))?;
        let (hour, ten_minutes) = (grouped(totals.rows_60_minutes), grouped(totals.rows_10_minutes));
        writeln!(out, "rows       {hour} an hour, {ten_minutes} at ten minutes")?;
        writeln!(out, "time       {}", time(started.elapsed()))?;
        writeln!(out, "written to {}; truth.json tells what is in it", args.folder.display())?;
        writeln!(out, "the company's inventory is in {}", args.folder.join("inventory").display())?;
        writeln!(out, "feeds about public addresses are in {}", args.folder.join("intel").display())?;
        Ok(())
    })?;
    Ok(Exit::Done)
}

/// The end asked for, or the last full hour.
fn end(args: &Simulate) -> anyhow::Result<UnixSeconds> {
    match &args.end {
        None => Ok(UnixSeconds(now_micros() / 1_000_000 / HOUR_SECONDS * HOUR_SECONDS)),
        Some(text) => {
            let ticks = datetime::parse(text).with_context(|| format!("--end: '{text}' is no datetime"))?;
            let seconds = (ticks - datetime::UNIX_EPOCH) / TICKS_PER_SECOND;
            if seconds % HOUR_SECONDS != 0 {
                bail!("--end: {text} is no full hour");
            }
            Ok(UnixSeconds(seconds))
        }
    }
}
