//! `weir query`

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Read, Write};
use std::path::Path;

use anyhow::{Context, bail};
use url::Url;
use weir_answer::Answer;
use weir_api::client;
use weir_query::{Engine, EngineOptions, Error, QueryOptions, WorkspaceCatalog};
use weir_table::Workspace;
use weir_value::datetime;

use super::print;
use crate::args::{Folder, Query};
use crate::exit::Exit;
use crate::form::{Form, Place};
use crate::numbers::grouped;

pub fn run(folder: &Folder, args: &Query) -> anyhow::Result<Exit> {
    let text = text(args.kql.as_deref(), args.file.as_deref())?;
    if let Some(server) = &args.server {
        return from_server(server, &folder.workspace, args, text);
    }
    let runtime = weir_query::runtime().context("cannot start the runtime")?;
    let workspace = Workspace::open(&folder.data, &folder.workspace)?;
    let catalog = WorkspaceCatalog::new(workspace.as_ref(), folder.data.join(&folder.workspace))
        .with_external_folders(args.external_folders.clone());
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let memory_bytes = usize::try_from(args.memory).unwrap_or(usize::MAX);
    let engine = Engine::new(EngineOptions { threads, memory_bytes }, runtime.handle().clone())?;
    let options = QueryOptions {
        now_ticks: now_ticks(args.now.as_deref())?,
        parameters: args.parameters.iter().cloned().collect(),
        timeout: args.timeout,
        rows_max: args.limit_rows,
        bytes_max: args.limit_bytes.map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX)),
        ..QueryOptions::default()
    };
    if args.explain {
        return match engine.explain(&text, &catalog, &options) {
            Ok(plan) => {
                print(|out| Ok(write!(out, "{plan}")?))?;
                Ok(Exit::Done)
            }
            Err(Error::Text(diagnostics)) => Ok(wrong(&text, &diagnostics)),
            Err(error) => Err(with_hint(error)),
        };
    }
    let outcome = match engine.run(&text, &catalog, &options) {
        Ok(outcome) => outcome,
        Err(Error::Text(diagnostics)) => return Ok(wrong(&text, &diagnostics)),
        Err(error) => {
            // What it left behind is not waited for.
            runtime.shutdown_background();
            return Err(with_hint(error));
        }
    };
    if !outcome.diagnostics.is_empty() {
        eprint!("{}", shown(&text, &outcome.diagnostics));
    }
    if outcome.answers.is_empty() && outcome.diagnostics.is_empty() {
        bail!("the query is empty: there is nothing to answer");
    }
    show(args, &outcome.answers)?;
    Ok(Exit::Done)
}

/// Asks a server. Rows that it left out make the answer a partial one.
fn from_server(server: &Url, database: &str, args: &Query, text: String) -> anyhow::Result<Exit> {
    let token = match &args.token_file {
        Some(path) => Some(
            std::fs::read_to_string(path)
                .with_context(|| format!("cannot read the token in {}", path.display()))?,
        ),
        None => std::env::var("WEIR_TOKEN").ok(),
    };
    let question = client::Question {
        server: server.clone(),
        token: token.map(|token| token.trim().to_owned()).filter(|token| !token.is_empty()),
        database: database.to_owned(),
        text,
        parameters: args.parameters.iter().cloned().collect(),
        now: args.now.clone(),
        timeout: args.timeout,
        rows: args.limit_rows,
        bytes: args.limit_bytes,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let reply = runtime.block_on(client::ask(&question))?;
    show(args, &reply.answers)?;
    match reply.failure {
        Some(failure) => {
            eprintln!("error: the answer is not whole: {failure}");
            Ok(Exit::Partly)
        }
        None => Ok(Exit::Done),
    }
}

/// Where answers are wanted, and in which form.
pub(super) struct Target<'a> {
    pub format: Option<Form>,
    pub out: Option<&'a Path>,
    /// The file of the query.
    pub file: Option<&'a Path>,
}

/// Writes answers to where they are wanted.
fn show(args: &Query, answers: &[Answer]) -> anyhow::Result<()> {
    let target = Target { format: args.format, out: args.out.as_deref(), file: args.file.as_deref() };
    target.show(answers)
}

impl Target<'_> {
    /// Writes answers there.
    pub fn show(&self, answers: &[Answer]) -> anyhow::Result<()> {
        match self.out {
            Some(path) => self.write_file(path, answers),
            None => self.print_all(answers),
        }
    }

    fn print_all(&self, answers: &[Answer]) -> anyhow::Result<()> {
        let stdout = std::io::stdout();
        let terminal = stdout.is_terminal();
        let place = Place {
            width: terminal.then(terminal_width).flatten(),
            colour: terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        };
        let form = self.format.unwrap_or_else(|| Form::usual(answers, place));
        if terminal && !form.is_text() {
            bail!("this format is not for a terminal: add --out FILE");
        }
        several(form, answers)?;
        print(|out| form.write(answers, &self.title(), place, out))
    }

    /// What a page is called: the file of the query.
    fn title(&self) -> String {
        let stem = self.file.and_then(|file| file.file_stem());
        stem.map_or_else(|| "weir".to_owned(), |stem| stem.to_string_lossy().into_owned())
    }

    /// Writes the answer to a file, in the form asked for or in that of its ending.
    fn write_file(&self, path: &Path, answers: &[Answer]) -> anyhow::Result<()> {
        let form = match self.format {
            Some(form) => form,
            None => Form::of_file(path)?,
        };
        several(form, answers)?;
        let file = File::create(path).with_context(|| format!("cannot create {}", path.display()))?;
        let mut out = BufWriter::new(file);
        form.write(answers, &self.title(), Place::default(), &mut out)
            .and_then(|()| Ok(out.flush()?))
            .with_context(|| format!("cannot write {}", path.display()))?;
        let rows: usize = answers.iter().map(Answer::row_count).sum();
        eprintln!("{} rows written to {}", grouped(rows as u64), path.display());
        Ok(())
    }
}

/// An error with the option that allows more.
pub(super) fn with_hint(error: Error) -> anyhow::Error {
    let hint = match error {
        Error::TimedOut(_) => "allow more with --timeout",
        Error::OutOfMemory { .. } => "allow more with --memory, or summarize before joining and sorting",
        Error::TooManyRows(_) => "allow more with --limit-rows, or end the query with take, top or summarize",
        Error::TooManyBytes(_) => "allow more with --limit-bytes, or project fewer columns",
        _ => return error.into(),
    };
    let message = format!("{error}: {hint}");
    match error {
        Error::OutOfMemory { source, .. } => anyhow::Error::new(source).context(message),
        _ => anyhow::anyhow!(message),
    }
}

/// The text: an argument, a file, or standard input.
pub(super) fn text(kql: Option<&str>, file: Option<&Path>) -> anyhow::Result<String> {
    match (kql, file) {
        (Some(_), Some(_)) => bail!("give the query as an argument or in a file, not both"),
        (Some(text), None) if text != "-" => Ok(text.to_owned()),
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

pub(super) fn now_ticks(now: Option<&str>) -> anyhow::Result<i64> {
    match now {
        Some(text) => datetime::parse(text).with_context(|| format!("'{text}' is no datetime")),
        None => Ok(super::now_ticks()),
    }
}

/// Shows what is wrong with the text.
pub(super) fn wrong(text: &str, diagnostics: &[weir_kql::Diagnostic]) -> Exit {
    eprint!("{}", shown(text, diagnostics));
    Exit::Failed
}

pub(super) fn shown(text: &str, diagnostics: &[weir_kql::Diagnostic]) -> String {
    match std::io::stderr().is_terminal() {
        true => weir_kql::render_coloured(text, diagnostics),
        false => weir_kql::render(text, diagnostics),
    }
}

fn several(form: Form, answers: &[Answer]) -> anyhow::Result<()> {
    if answers.len() > 1 && !form.holds_several() {
        bail!("the query has {} results, this format holds one", answers.len());
    }
    Ok(())
}

fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
}
