//! `weir query`

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Read, Write};
use std::path::Path;

use anyhow::{Context, bail};
use weir_answer::{Answer, Format, Options, encode};
use weir_query::{Engine, EngineOptions, Error, Outcome, Request, WorkspaceCatalog};
use weir_table::Workspace;
use weir_value::datetime;

use super::now_micros;
use crate::args::{Folder, Query};
use crate::exit::Exit;

/// Memory that a query may hold before it spills to disk.
const MEMORY_BYTES: usize = 4 << 30;

pub fn run(folder: &Folder, args: &Query) -> anyhow::Result<Exit> {
    let text = text(args)?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let workspace = Workspace::open(&folder.data, &folder.workspace)?;
    let catalog = WorkspaceCatalog::new(workspace.as_ref(), folder.data.join(&folder.workspace));
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let options = EngineOptions { threads, memory_bytes: MEMORY_BYTES };
    let engine = Engine::new(options, runtime.handle().clone())?;
    let request =
        Request { now_ticks: now_ticks(args)?, parameters: args.parameters.iter().cloned().collect() };
    if args.explain {
        return match engine.explain(&text, &catalog, &request) {
            Ok(plan) => {
                print!("{plan}");
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

fn shown(text: &str, diagnostics: &[weir_kql::Diagnostic]) -> String {
    match std::io::stderr().is_terminal() {
        true => weir_kql::render_coloured(text, diagnostics),
        false => weir_kql::render(text, diagnostics),
    }
}

fn print_all(args: &Query, outcome: &Outcome) -> anyhow::Result<()> {
    let stdout = std::io::stdout();
    let terminal = stdout.is_terminal();
    let format = args.format.unwrap_or(Format::Table);
    if terminal && !format.is_text() {
        bail!("{format} is no text for a terminal: add --out FILE");
    }
    let mut out = BufWriter::new(stdout.lock());
    let written = write_all(&mut out, format, terminal, outcome).and_then(|()| Ok(out.flush()?));
    match written {
        // Whoever reads has seen enough.
        Err(error) if is_broken_pipe(&error) => Ok(()),
        result => result,
    }
}

fn write_all(out: &mut dyn Write, format: Format, terminal: bool, outcome: &Outcome) -> anyhow::Result<()> {
    if format == Format::KustoV1 {
        let answers: Vec<&Answer> = outcome.answers.iter().collect();
        return Ok(encode::kusto_v1::write(&answers, &encode::Request::default(), out)?);
    }
    let width = terminal.then(terminal_width).flatten();
    for (place, answer) in outcome.answers.iter().enumerate() {
        if place > 0 {
            writeln!(out)?;
        }
        let options = Options { width, ..Options::default() };
        weir_answer::write(answer, format, &options, out)?;
    }
    Ok(())
}

fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |error: &std::io::Error| error.kind() == std::io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref::<std::io::Error>().is_some_and(broken))
}

/// Writes the answer to a file, in the format asked for or in that of its ending.
fn write_file(path: &Path, args: &Query, outcome: &Outcome) -> anyhow::Result<()> {
    let [answer] = outcome.answers.as_slice() else {
        bail!("the query has {} results, a file holds one", outcome.answers.len());
    };
    let format = match args.format {
        Some(format) => format,
        None => format_of(path)?,
    };
    let create = || File::create(path).with_context(|| format!("cannot create {}", path.display()));
    let mut out = BufWriter::new(create()?);
    weir_answer::write(answer, format, &Options::default(), &mut out)
        .with_context(|| format!("cannot write {}", path.display()))?;
    out.flush().with_context(|| format!("cannot write {}", path.display()))?;
    eprintln!("{} rows written to {}", answer.row_count(), path.display());
    Ok(())
}

fn format_of(path: &Path) -> anyhow::Result<Format> {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    match ending.to_ascii_lowercase().as_str() {
        "txt" => Ok(Format::Table),
        other => other
            .parse()
            .with_context(|| format!("the ending of {} names no format: add --format", path.display())),
    }
}
