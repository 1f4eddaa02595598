//! The commands, one file each.

mod bad_records;
mod days;
mod decoration;
pub mod doctor;
pub mod explain_flow;
pub mod ingest;
pub mod intel;
pub mod maintain;
pub mod query;
pub mod raw;
pub mod redecorate;
pub mod serve;
pub mod simulate;
pub mod token;
pub mod topology;

use std::io::{self, IsTerminal, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use weir_answer::{Answer, Columns};
use weir_table::Workspace;
use weir_value::datetime;

use crate::args::Folder;
use crate::form::{Form, Place};

/// Program and version, as ledgers and tables name it.
pub const PROGRAM: &str = concat!("weir ", env!("CARGO_PKG_VERSION"));

/// The clock: microseconds since the Unix epoch.
pub fn now_micros() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_micros()).unwrap_or(i64::MAX)
}

/// The clock as KQL has it: ticks.
pub fn now_ticks() -> i64 {
    datetime::from_unix_micros(now_micros()).unwrap_or(datetime::UNIX_EPOCH)
}

/// The workspace that a command is about. `otherwise` says what makes one.
pub fn existing(folder: &Folder, otherwise: &str) -> anyhow::Result<Workspace> {
    Workspace::open(&folder.data, &folder.workspace)?.with_context(|| {
        format!("there is no data in {}: {otherwise}", folder.data.join(&folder.workspace).display())
    })
}

/// What makes a workspace with flows.
pub const INGEST_FIRST: &str = "fill it with weir ingest PATH";

/// Prints on standard output. Whoever reads it may stop when they have seen enough.
pub fn print(write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| Ok(out.flush()?)) {
        Err(error) if is_broken_pipe(&error) => {
            // What is left over would be written when the buffer is dropped.
            let _ = out.into_parts();
            Ok(())
        }
        result => result,
    }
}

/// Shows columns that a command makes itself, in the form asked for or else in the usual one.
pub fn show(columns: Columns, title: &str, form: Option<Form>) -> anyhow::Result<()> {
    show_answer(columns.answer().context("cannot put the answer together")?, title, form)
}

/// Shows an answer, in the form asked for or else in the usual one.
pub fn show_answer(answer: Answer, title: &str, form: Option<Form>) -> anyhow::Result<()> {
    let (answers, place) = ([answer], Place::of_stdout());
    let form = form.unwrap_or_else(|| Form::usual(&answers, place));
    if io::stdout().is_terminal() && !form.is_text() {
        bail!("this format is not for a terminal: send it to a file");
    }
    print(|out| form.write(&answers, title, place, out))
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(broken))
}
