//! `weir simulate`

use std::time::Instant;

use anyhow::{Context, bail};
use weir_flowgen::{Config, Scale, TruthDetail, UnixSeconds};
use weir_value::datetime;
use weir_value::timespan::TICKS_PER_SECOND;

use super::now_micros;
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
    config.scale = Scale { background_nics: args.nics, size_bytes: args.size };
    config.format = args.format;
    if args.totals_only {
        config.truth = TruthDetail::Totals;
    }
    let mut shown: Option<Shown> = None;
    let truth = weir_flowgen::simulate(&config, &args.folder, &mut |progress| {
        // Hours of machines stand for bytes: how many there will be is not known.
        let shown = shown.get_or_insert_with(|| Shown::new(progress.planned));
        shown.at(progress.done, || bytes(progress.bytes));
    })?;
    drop(shown);
    let totals = &truth.totals;
    println!("blobs      {}, {}", grouped(totals.blobs), bytes(totals.bytes));
    println!("records    {}", grouped(totals.records));
    println!("tuples     {}", grouped(totals.tuples));
    println!(
        "rows       {} an hour, {} at ten minutes",
        grouped(totals.rows_60_minutes),
        grouped(totals.rows_10_minutes)
    );
    println!("time       {}", time(started.elapsed()));
    println!("written to {}; truth.json tells what is in it", args.folder.display());
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
