//! Texts of every shape are bound and planned, or refused: nothing panics, nothing outlasts its limits.
//!
//! `fuzz/fuzz_targets/bind.rs` does the same for as long as one likes; `WEIR_SEEDS=100000` makes this test go on.

use std::time::{Duration, Instant};

use weir_query::{Engine, EngineOptions, QueryOptions, WorkspaceCatalog};

use crate::{random, spliced};

#[allow(dead_code)] // the tests of the parser use the rest
#[path = "../../../kql/tests/it/generate.rs"]
mod generate;

const TIMEOUT: Duration = Duration::from_secs(2);
const OVERTIME: Duration = Duration::from_secs(20);

/// A tree with what a person would put before, a pipeline that means something, and queries of people spliced.
fn texts(seed: u64) -> [String; 3] {
    let tree = weir_kql::format(&generate::Generator::new(seed, 60).query());
    // Names of the generator are few: with tables and columns of those names, more of a tree means something.
    let named = "let T = datatable(a: long, b: string, x: dynamic, y: real)[1, 'q', dynamic([1]), 2.0];\n";
    [format!("{named}{tree}"), random::pipeline(seed), spliced::text(seed)]
}

#[test]
fn any_text_is_planned_or_refused() {
    let seeds = std::env::var("WEIR_SEEDS").ok().and_then(|count| count.parse().ok()).unwrap_or(150);
    let runtime = weir_query::runtime().unwrap();
    let options = EngineOptions { threads: 1, memory_bytes: 128 << 20 };
    let engine = Engine::new(options, runtime.handle().clone()).unwrap();
    let catalog = WorkspaceCatalog::empty();
    let options = QueryOptions { timeout: Some(TIMEOUT), ..QueryOptions::default() };
    let mut planned = 0;
    for seed in 1..=seeds {
        for text in texts(seed) {
            let started = Instant::now();
            planned += usize::from(engine.explain(&text, &catalog, &options).is_ok());
            assert!(started.elapsed() < OVERTIME, "{:?}: {text}", started.elapsed());
        }
    }
    assert!(planned as u64 >= seeds / 2, "only {planned} texts of {seeds} seeds could be planned");
    runtime.shutdown_background();
}
