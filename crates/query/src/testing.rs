//! Queries in unit tests: text in, text out.

use std::path::PathBuf;
use std::sync::LazyLock;

use tokio::runtime::Runtime;
use weir_answer::{Answer, Cell};

use crate::{Engine, EngineOptions, Error, QueryOptions, WorkspaceCatalog};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// 2026-06-15T12:30:00, a Monday: `now()` in tests.
pub(crate) const NOW: &str = "2026-06-15T12:30:00Z";

/// Runs a text without tables.
pub(crate) fn run(text: &str) -> Result<Vec<Answer>, Error> {
    run_in(text, 2, Vec::new())
}

/// Runs a text without tables, in so many parts at a time.
pub(crate) fn run_with(text: &str, threads: usize) -> Result<Vec<Answer>, Error> {
    run_in(text, threads, Vec::new())
}

/// Runs a text that may read the files of some folders.
fn run_in(text: &str, threads: usize, folders: Vec<PathBuf>) -> Result<Vec<Answer>, Error> {
    let options = EngineOptions { threads, memory_bytes: 1 << 30 };
    let engine = Engine::new(options, RUNTIME.handle().clone())?;
    let catalog = WorkspaceCatalog::new(None, PathBuf::from("nowhere")).with_external_folders(folders);
    let request =
        QueryOptions { now_ticks: weir_value::datetime::parse(NOW).unwrap(), ..QueryOptions::default() };
    engine.run(text, &catalog, &request).map(|outcome| outcome.answers)
}

/// The columns of a text over tables without rows.
#[track_caller]
pub(crate) fn columns_over_empty_tables(text: &str) -> Vec<(String, weir_value::KustoType)> {
    let options = EngineOptions { threads: 1, memory_bytes: 1 << 30 };
    let engine = Engine::new(options, RUNTIME.handle().clone()).unwrap();
    let results = engine.columns(text, &WorkspaceCatalog::empty(), &QueryOptions::default());
    let results = results.unwrap_or_else(|error| panic!("{text}: {}", told(&error)));
    results.concat().into_iter().map(|column| (column.name, column.kind)).collect()
}

/// The plan of a text as the engine would run it.
#[track_caller]
pub(crate) fn explained(text: &str) -> String {
    let options = EngineOptions { threads: 2, memory_bytes: 1 << 30 };
    let engine = Engine::new(options, RUNTIME.handle().clone()).unwrap();
    let catalog = WorkspaceCatalog::new(None, PathBuf::from("nowhere"));
    engine
        .explain(text, &catalog, &QueryOptions::default())
        .unwrap_or_else(|error| panic!("{text}: {}", told(&error)))
}

/// The first result: `name:type, …` in the first line, then its rows, values apart by ` | `.
///
/// Strings and what is inside dynamics are as they are, nulls are `null`.
#[track_caller]
pub(crate) fn answer(text: &str) -> String {
    let answers = run(text).unwrap_or_else(|error| panic!("{text}: {}", told(&error)));
    written(answers.first().unwrap())
}

/// The first result of a text that may read the files of a folder.
#[track_caller]
pub(crate) fn answer_of_files(text: &str, folder: &std::path::Path) -> String {
    let answers = run_in(text, 2, vec![folder.to_owned()]);
    let answers = answers.unwrap_or_else(|error| panic!("{text}: {}", told(&error)));
    written(answers.first().unwrap())
}

fn written(answer: &Answer) -> String {
    let header: Vec<String> = answer.columns.iter().map(|c| format!("{}:{}", c.name, c.kind)).collect();
    let mut lines = vec![header.join(", ")];
    lines.extend(answer.rows().map(|row| row.into_iter().map(shown).collect::<Vec<_>>().join(" | ")));
    lines.join("\n")
}

/// The rows of the first result, without the header.
#[track_caller]
pub(crate) fn rows(text: &str) -> String {
    answer(text).split_once('\n').map_or(String::new(), |(_, rows)| rows.to_owned())
}

/// The value of a scalar expression.
#[track_caller]
pub(crate) fn value(expression: &str) -> String {
    rows(&format!("print {expression}"))
}

/// The type of a scalar expression.
#[track_caller]
pub(crate) fn kind(expression: &str) -> String {
    let answer = answer(&format!("print x = {expression}"));
    answer.lines().next().unwrap().trim_start_matches("x:").to_owned()
}

/// Why a text is refused: code and message of each error.
#[track_caller]
pub(crate) fn refused(text: &str) -> String {
    match run(text) {
        Ok(_) => panic!("{text}: was answered"),
        Err(error) => told(&error),
    }
}

/// Why a text is refused that may read the files of a folder.
#[track_caller]
pub(crate) fn refused_of_files(text: &str, folder: &std::path::Path) -> String {
    match run_in(text, 2, vec![folder.to_owned()]) {
        Ok(_) => panic!("{text}: was answered"),
        Err(error) => told(&error),
    }
}

/// What is said of a text that runs, over tables without rows: message and hint of each.
#[track_caller]
pub(crate) fn notes(text: &str) -> String {
    let options = EngineOptions { threads: 2, memory_bytes: 1 << 30 };
    let engine = Engine::new(options, RUNTIME.handle().clone()).unwrap();
    let outcome = engine.run(text, &WorkspaceCatalog::empty(), &QueryOptions::default());
    let diagnostics = outcome.unwrap_or_else(|error| panic!("{text}: {}", told(&error))).diagnostics;
    let one = |d: &weir_kql::Diagnostic| match &d.hint {
        Some(hint) => format!("{} ({hint})", d.message),
        None => d.message.clone(),
    };
    diagnostics.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn told(error: &Error) -> String {
    match error {
        Error::Text(diagnostics) => {
            let one = |d: &weir_kql::Diagnostic| match (d.code, &d.hint) {
                (Some(code), Some(hint)) => format!("{code}: {} ({hint})", d.message),
                (Some(code), None) => format!("{code}: {}", d.message),
                (None, Some(hint)) => format!("{} ({hint})", d.message),
                (None, None) => d.message.clone(),
            };
            diagnostics.iter().filter(|d| d.is_error()).map(one).collect::<Vec<_>>().join("\n")
        }
        Error::Engine(error) => format!("engine: {error}"),
        other => other.to_string(),
    }
}

fn shown(cell: Cell<'_>) -> String {
    if cell.is_null() { "null".to_owned() } else { cell.text() }
}
