//! `weir query`

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Read, Write};
use std::path::Path;

use anyhow::{Context, bail};
use weir_answer::Answer;
use weir_query::{Engine, EngineOptions, Error, Outcome, Request, WorkspaceCatalog};
use weir_table::Workspace;
use weir_value::datetime;

use super::{now_micros, print};
use crate::args::{Folder, Query};
use crate::exit::Exit;
use crate::form::{Form, Place};
use crate::numbers::grouped;

/// Memory that a query may hold before it spills to disk.
pub(super) const MEMORY_BYTES: usize = 4 << 30;

pub fn run(folder: &Folder, args: &Query) -> anyhow::Result<Exit> {
    let text = text(args)?;
    let runtime = weir_query::runtime().context("cannot start the runtime")?;
    let workspace = Workspace::open(&folder.data, &folder.workspace)?;
    let catalog = WorkspaceCatalog::new(workspace.as_ref(), folder.data.join(&folder.workspace))
        .with_external_folders(args.external_folders.clone());
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let options = EngineOptions { threads, memory_bytes: MEMORY_BYTES };
    let engine = Engine::new(options, runtime.handle().clone())?;
    let request =
        Request { now_ticks: now_ticks(args)?, parameters: args.parameters.iter().cloned().collect() };
    if args.explain {
        return match engine.explain(&text, &catalog, &request) {
            Ok(plan) => {
                print(|out| Ok(write!(out, "{plan}")?))?;
                Ok(Exit::Done)
            }
            Err(Error::Text(diagnostics)) => Ok(wrong(&text, &diagnostics)),
            Err(error) => Err(error.into()),
        };
    }
    let outcome = match engine.run(&text, &catalog, &request) {
        Ok(outcome) => outcome,
        Err(Error::Text(diagnostics)) => return Ok(wrong(&text, &diagnostics)),
        Err(error) => return Err(error.into()),
    };
    if !outcome.diagnostics.is_empty() {
        eprint!("{}", shown(&text, &outcome.diagnostics));
    }
    if outcome.answers.is_empty() && outcome.diagnostics.is_empty() {
        bail!("the query is empty: there is nothing to answer");
    }
    match &args.out {
        Some(path) => write_file(path, args, &outcome)?,
        None => print_all(args, &outcome)?,
    }
    Ok(Exit::Done)
}

/// The text: an argument, a file, or standard input.
fn text(args: &Query) -> anyhow::Result<String> {
    match (&args.kql, &args.file) {
        (Some(_), Some(_)) => bail!("give the query as an argument or in a file, not both"),
        (Some(text), None) if text != "-" => Ok(text.clone()),
        (None, Some(path)) => std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the query in {}", path.display())),
        _ => {
            let mut text = String::new();
            if std::io::stdin().is_terminal() {
                eprintln!("reading the query from standard input; end it with Ctrl-D");
            }
            std::io::stdin()
                .read_to_string(&mut text)
                .context("cannot read the query from standard input")?;
            Ok(text)
        }
    }
}

fn now_ticks(args: &Query) -> anyhow::Result<i64> {
    match &args.now {
        Some(text) => datetime::parse(text).with_context(|| format!("'{text}' is no datetime")),
        None => Ok(datetime::from_unix_micros(now_micros()).unwrap_or(datetime::UNIX_EPOCH)),
    }
}

/// Shows what is wrong with the text.
fn wrong(text: &str, diagnostics: &[weir_kql::Diagnostic]) -> Exit {
    eprint!("{}", shown(text, diagnostics));
    Exit::Failed
}

pub(super) fn shown(text: &str, diagnostics: &[weir_kql::Diagnostic]) -> String {
    match std::io::stderr().is_terminal() {
        true => weir_kql::render_coloured(text, diagnostics),
        false => weir_kql::render(text, diagnostics),
    }
}

fn print_all(args: &Query, outcome: &Outcome) -> anyhow::Result<()> {
    let stdout = std::io::stdout();
    let terminal = stdout.is_terminal();
    let place = Place {
        width: terminal.then(terminal_width).flatten(),
        colour: terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    };
    let form = args.format.unwrap_or_else(|| Form::usual(&outcome.answers, place));
    if terminal && !form.is_text() {
        bail!("this format is not for a terminal: add --out FILE");
    }
    several(form, outcome)?;
    print(|out| form.write(&outcome.answers, &title(args), place, out))
}

/// What a page is called: the file of the query.
fn title(args: &Query) -> String {
    let stem = args.file.as_ref().and_then(|file| file.file_stem());
    stem.map_or_else(|| "weir".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

fn several(form: Form, outcome: &Outcome) -> anyhow::Result<()> {
    if outcome.answers.len() > 1 && !form.holds_several() {
        bail!("the query has {} results, this format holds one", outcome.answers.len());
    }
    Ok(())
}

fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
}

/// Writes the answer to a file, in the form asked for or in that of its ending.
fn write_file(path: &Path, args: &Query, outcome: &Outcome) -> anyhow::Result<()> {
    let form = match args.format {
        Some(form) => form,
        None => Form::of_file(path)?,
    };
    several(form, outcome)?;
    let file = File::create(path).with_context(|| format!("cannot create {}", path.display()))?;
    let mut out = BufWriter::new(file);
    form.write(&outcome.answers, &title(args), Place::default(), &mut out)
        .and_then(|()| Ok(out.flush()?))
        .with_context(|| format!("cannot write {}", path.display()))?;
    let rows: usize = outcome.answers.iter().map(Answer::row_count).sum();
    eprintln!("{} rows written to {}", grouped(rows as u64), path.display());
    Ok(())
}
