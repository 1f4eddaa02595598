//! Whole queries and what becomes of them here: plan and rows. `crates/kql` tells what comes before.
//!
//! Each `testdata/kql/<name>.kql` has a `<name>.answer` beside it.

use std::fmt::Write as _;

use weir_answer::encode::{Format, Options};
use weir_query::{Engine, EngineOptions, QueryOptions, WorkspaceCatalog};

#[path = "../../../kql/tests/it/story.rs"]
mod story;

fn told(engine: &Engine, text: &str) -> String {
    let now_ticks = weir_value::datetime::parse("2026-06-15T12:30:00Z").unwrap();
    let request = QueryOptions { now_ticks, ..QueryOptions::default() };
    let catalog = WorkspaceCatalog::empty();
    let plans = engine.explain(text, &catalog, &request).expect("a story can be planned");
    // The plan behind it depends on the machine.
    let plan = plans.split("\n\n").next().unwrap_or_default();
    let outcome = engine.run(text, &catalog, &request).expect("a story can be run");
    let mut out = format!("-- plan\n{plan}\n");
    for answer in &outcome.answers {
        let columns: Vec<String> = answer.columns.iter().map(|c| format!("{}:{}", c.name, c.kind)).collect();
        let _ = writeln!(out, "-- rows of {}", columns.join(", "));
        let mut rows = Vec::new();
        weir_answer::write(answer, Format::Jsonl, &Options::default(), &mut rows)
            .expect("rows can be written");
        out += &String::from_utf8(rows).expect("rows are text");
    }
    for note in &outcome.diagnostics {
        let _ = writeln!(out, "-- note\n{}", note.message);
    }
    out
}

#[test]
fn stories_are_answered_as_recorded() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let options = EngineOptions { threads: 1, memory_bytes: 1 << 28 };
    let engine = Engine::new(options, runtime.handle().clone()).unwrap();
    story::compare("answer", |text| told(&engine, text));
}
