//! `weir raw`

use std::path::Path;

use anyhow::{Context, bail};
use weir_decode::Limits;
use weir_query::{Engine, EngineOptions, Error, QueryOptions, WorkspaceCatalog};
use weir_raw::{Found, Places, Wanted, rows_query};
use weir_value::datetime;

use super::query::{Target, now_ticks, text, with_hint, wrong};
use super::{INGEST_FIRST, existing};
use crate::args::{Folder, Raw};
use crate::exit::Exit;
use crate::numbers::{bytes, grouped};

/// Ticks of a millisecond.
const MILLISECOND: i64 = 10_000;
/// Tuples that are shown where no other number is asked for.
const TUPLES_MAX: usize = 100_000;
/// Rows whose tuples are looked for at once.
const ROWS_MAX: usize = 1_000_000;
/// Memory of the query for the rows.
const MEMORY_BYTES: usize = 4 << 30;
/// Blobs that are named when something of them is missing.
const MISSING_PRINTED: usize = 20;

pub fn run(folder: &Folder, args: &Raw) -> anyhow::Result<Exit> {
    let (from, to) = (moment(args.from.as_deref())?, moment(args.to.as_deref())?);
    if args.condition.is_none() && args.file.is_none() && from.is_none() && to.is_none() {
        bail!("say which rows are meant: --where CONDITION, --file FILE, or --from and --to");
    }
    let runtime = weir_query::runtime().context("cannot start the runtime")?;
    let workspace = existing(folder, INGEST_FIRST)?;
    let query = match &args.file {
        Some(file) if file == Path::new("-") => text(Some("-"), None)?,
        Some(file) => text(None, Some(file))?,
        None => rows_query(&conditions(args.condition.as_deref(), from, to)),
    };
    let catalog = WorkspaceCatalog::new(Some(&workspace), folder.data.join(&folder.workspace));
    let threads = super::ingest::default_threads();
    let engine =
        Engine::new(EngineOptions { threads, memory_bytes: MEMORY_BYTES }, runtime.handle().clone())?;
    let options = QueryOptions {
        now_ticks: now_ticks(args.now.as_deref())?,
        parameters: args.parameters.iter().cloned().collect(),
        rows_max: Some(ROWS_MAX),
        ..QueryOptions::default()
    };
    let mut answers = match engine.run(&query, &catalog, &options) {
        Ok(outcome) => outcome.answers,
        Err(Error::Text(diagnostics)) => return Ok(wrong(&query, &diagnostics)),
        Err(Error::TooManyRows(most)) => {
            bail!("more than {} rows are meant: narrow the condition", grouped(most as u64))
        }
        Err(error) => return Err(with_hint(error)),
    };
    let (Some(rows), 0) = (answers.pop(), answers.len()) else {
        bail!("the query for the rows must have one result");
    };
    let wanted = Wanted::of(&rows, workspace.settings().interval())?;
    drop(rows);
    let mut places = Places::anywhere();
    if !args.sources.is_empty() {
        let found = weir_blob::find(&args.sources)?;
        for problem in &found.problems {
            eprintln!("note: {}: {}", problem.name, problem.error);
        }
        places = places.with_sources(found.blobs);
    }
    let millis = |ticks: i64| (ticks - datetime::UNIX_EPOCH).div_euclid(MILLISECOND);
    let options = weir_raw::Options {
        times: from.map_or(i64::MIN, millis)..to.map_or(i64::MAX, millis),
        tuples_max: args.limit.unwrap_or(TUPLES_MAX),
        bytes_max: u64::MAX,
        limits: Limits::default(),
        stop: &|| false,
        runtime: runtime.handle(),
    };
    let found = weir_raw::find(&workspace, &wanted, places, &options)?;
    let target = Target { format: args.format, out: args.out.as_deref(), file: args.file.as_deref() };
    target.show(std::slice::from_ref(&found.answer))?;
    Ok(tell(&found, &wanted, args))
}

/// Rows that may have tuples of a time, besides a condition of the user's.
fn conditions(condition: Option<&str>, from: Option<i64>, to: Option<i64>) -> Vec<String> {
    let bound = |column: &str, sign: &str, ticks: i64| {
        format!("{column} {sign} datetime({})", datetime::format(ticks))
    };
    condition
        .map(str::to_owned)
        .into_iter()
        .chain(to.map(|to| bound("FlowStartTime", "<", to)))
        .chain(from.map(|from| bound("FlowEndTime", ">=", from)))
        .collect()
}

/// Says what was read and what was missing.
fn tell(found: &Found, wanted: &Wanted, args: &Raw) -> Exit {
    let tuples = found.answer.row_count();
    eprintln!(
        "{} tuples of {} rows, from {} of {} blobs",
        grouped(tuples as u64),
        grouped(wanted.rows() as u64),
        bytes(found.bytes),
        grouped(found.blobs as u64)
    );
    for missing in found.missing.iter().take(MISSING_PRINTED) {
        eprintln!(
            "missing: {}: {}: records {} to {}, {} tuples, of these rows or others",
            missing.blob,
            missing.why,
            missing.records.start,
            missing.records.end,
            grouped(missing.tuples)
        );
    }
    if found.missing.len() > MISSING_PRINTED {
        eprintln!("… and {} more", found.missing.len() - MISSING_PRINTED);
    }
    if !found.missing.is_empty() {
        eprintln!("  hint: name folders with copies of these blobs: weir raw FOLDER …");
    }
    if found.cut {
        eprintln!("there are more tuples than {}: allow more with --limit", grouped(tuples as u64));
    }
    match (found.missing.is_empty(), tuples) {
        (false, 0) => Exit::Failed,
        (false, _) => Exit::Partly,
        (true, _) if found.cut && args.limit.is_none() => Exit::Partly,
        (true, _) => Exit::Done,
    }
}

fn moment(text: Option<&str>) -> anyhow::Result<Option<i64>> {
    text.map(|text| {
        datetime::parse(text)
            .with_context(|| format!("'{text}' is no datetime: write it as 2026-06-01T12:30"))
    })
    .transpose()
}
