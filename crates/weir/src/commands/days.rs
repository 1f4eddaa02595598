//! Days of the command line.

use std::ops::Range;

use anyhow::Context;
use weir_table::rows::day_of;
use weir_value::datetime;

/// The first day and the one behind the last, counted from 1970-01-01. `to` is inclusive; what is not told is open.
pub fn between(from: Option<&str>, to: Option<&str>) -> anyhow::Result<Range<i32>> {
    let from = from.map(day).transpose()?;
    let to = to.map(day).transpose()?;
    Ok(from.unwrap_or(i32::MIN)..to.map_or(i32::MAX, |day| day.saturating_add(1)))
}

fn day(text: &str) -> anyhow::Result<i32> {
    let ticks =
        datetime::parse(text).with_context(|| format!("'{text}' is no date: write it as 2026-06-01"))?;
    Ok(day_of(datetime::to_unix_micros(ticks)))
}
