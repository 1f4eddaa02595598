//! Names and types against Microsoft's own binder, where it is installed: see `crates/kql/oracle`.
//!
//! What it binds we bind with the same columns, or refuse by name as not there yet; what it refuses we refuse. Exceptions
//! are listed with their reason.

mod calls;
mod files;

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use weir_query::{Engine, EngineOptions, Error, QueryOptions, WorkspaceCatalog};

/// What a binder makes of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    /// `name:type, …` of the last result.
    Columns(String),
    /// Codes or messages.
    Refused(String),
    /// Refused because it is not there yet; only we do that.
    Unsupported(String),
    /// None: the binder failed; only theirs does that.
    Failed,
}

/// A query that the two binders see differently.
struct Difference {
    query: String,
    theirs: Verdict,
    ours: Verdict,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}\n    theirs {:?}\n    ours   {:?}", self.query, self.theirs, self.ours)
    }
}

/// The folder of the oracle, if its package is installed.
fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from("../kql/oracle");
    let installed = folder.join("node_modules").is_dir();
    if !installed {
        println!("skipped: run npm ci in crates/kql/oracle");
    }
    installed.then_some(folder)
}

/// Runs a script of the oracle.
fn ask(script: &str, input: &Value) -> Option<Value> {
    let mut node = Command::new("node")
        .arg(script)
        .current_dir(folder()?)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node can be started");
    let mut stdin = node.stdin.take().expect("input is piped");
    let text = input.to_string();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = node.wait_with_output().expect("the oracle ends");
    // A script that needs no input may end before it was read.
    let _ = writer.join().expect("the input is written");
    assert!(output.status.success(), "{script} failed");
    Some(serde_json::from_slice(&output.stdout).expect("the oracle prints JSON"))
}

/// What both make of the queries; the differences. `None` without the oracle.
fn differences(queries: Vec<String>) -> Option<Vec<Difference>> {
    let tables: serde_json::Map<String, Value> = weir_schema::tables::ALL
        .iter()
        .map(|table| {
            let columns: Vec<String> =
                table.columns.iter().map(|column| format!("['{}']:{}", column.name, column.kind)).collect();
            (table.name.to_owned(), Value::from(format!("({})", columns.join(", "))))
        })
        .collect();
    let answers = ask("bind.js", &json!({ "tables": tables, "queries": queries }))?;
    let theirs: Vec<Verdict> =
        answers.as_array().expect("an answer for each query").iter().map(theirs).collect();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let engine =
        Engine::new(EngineOptions { threads: 2, memory_bytes: 1 << 30 }, runtime.handle().clone()).unwrap();
    let catalog = WorkspaceCatalog::empty();
    let ours = |query: &String| ours(&engine, &catalog, query);
    // A query is bound by recursion, in a build that is not optimised.
    let ours: Vec<Verdict> = std::thread::scope(|scope| {
        let work = || queries.iter().map(ours).collect();
        let worker = std::thread::Builder::new().stack_size(64 << 20).spawn_scoped(scope, work);
        worker.unwrap().join().expect("binding does not panic")
    });
    let compared = queries.into_iter().zip(theirs).zip(ours);
    Some(
        compared
            .filter(|((_, theirs), ours)| !agree(theirs, ours))
            .map(|((query, theirs), ours)| Difference { query, theirs, ours })
            .collect(),
    )
}

fn agree(theirs: &Verdict, ours: &Verdict) -> bool {
    match (theirs, ours) {
        (Verdict::Columns(theirs), Verdict::Columns(ours)) => theirs == ours,
        (Verdict::Failed, _) | (_, Verdict::Unsupported(_)) => true,
        (Verdict::Refused(_), Verdict::Refused(_)) => true,
        _ => false,
    }
}

fn theirs(answer: &Value) -> Verdict {
    if answer.is_null() {
        return Verdict::Failed;
    }
    let list = |name: &str| answer[name].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let errors: Vec<String> =
        list("errors").iter().map(|e| format!("{} {}", text(&e["code"]), text(&e["message"]))).collect();
    match errors.is_empty() {
        true => {
            let columns = list("columns");
            let shown: Vec<String> =
                columns.iter().map(|c| format!("{}:{}", text(&c["name"]), text(&c["type"]))).collect();
            Verdict::Columns(shown.join(", "))
        }
        false => Verdict::Refused(errors.join("; ")),
    }
}

fn ours(engine: &Engine, catalog: &WorkspaceCatalog, query: &str) -> Verdict {
    let now_ticks = weir_value::datetime::parse("2026-06-15T12:30:00Z").unwrap();
    let request = QueryOptions { now_ticks, ..QueryOptions::default() };
    match engine.columns(query, catalog, &request) {
        Ok(results) => {
            let last = results.last().map(Vec::as_slice).unwrap_or_default();
            let shown: Vec<String> = last.iter().map(|c| format!("{}:{}", c.name, c.kind)).collect();
            Verdict::Columns(shown.join(", "))
        }
        Err(Error::Text(diagnostics)) => {
            let errors = || diagnostics.iter().filter(|d| d.is_error());
            let told: Vec<&str> = errors().map(|d| d.message.as_str()).collect();
            match errors().any(|d| d.message.starts_with("not supported yet")) {
                true => Verdict::Unsupported(told.join("; ")),
                false => Verdict::Refused(told.join("; ")),
            }
        }
        Err(error) => Verdict::Refused(format!("{error:?}")),
    }
}
