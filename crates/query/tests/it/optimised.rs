//! A plan gives the same rows however it runs: optimised or not, in one part or in several.
//!
//! Tables of random rows go through random pipelines of operators that leave nothing to chance.

use weir_query::{Engine, EngineOptions, Error, QueryOptions, WorkspaceCatalog};

use crate::random::pipeline;

/// Pipelines that are tried.
const PIPELINES: u64 = 200;

/// The rows as sorted lines.
fn rows(engine: &Engine, text: &str) -> Result<Vec<String>, String> {
    let now_ticks = weir_value::datetime::parse("2026-06-15T12:30:00Z").unwrap();
    let request = QueryOptions { now_ticks, ..QueryOptions::default() };
    let outcome = engine.run(text, &WorkspaceCatalog::empty(), &request).map_err(|error| match error {
        Error::Text(diagnostics) => weir_kql::render(text, &diagnostics),
        other => format!("{other:?}"),
    })?;
    let cells = |row: Vec<weir_answer::Cell<'_>>| {
        let cells: Vec<String> =
            row.into_iter().map(|c| if c.is_null() { "null".to_owned() } else { c.text() }).collect();
        cells.join(" | ")
    };
    let mut rows: Vec<String> = outcome.answers.iter().flat_map(|answer| answer.rows().map(cells)).collect();
    rows.sort();
    Ok(rows)
}

/// The shortest pipeline with the same beginning that differs, and its rows.
fn shortest(plain: &Engine, engine: &Engine, text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    for count in 1..=lines.len() {
        let text = lines[..count].join("\n");
        let (expected, found) = (rows(plain, &text), rows(engine, &text));
        if expected != found {
            let plan = engine.explain(&text, &WorkspaceCatalog::empty(), &QueryOptions::default());
            return format!("{text}\n{expected:#?}\n{found:#?}\n{}", plan.unwrap_or_default());
        }
    }
    "nothing differs the second time".to_owned()
}

#[test]
fn optimised_or_not_the_rows_are_the_same() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let options = |threads| EngineOptions { threads, memory_bytes: 1 << 28 };
    let one = Engine::new(options(1), runtime.handle().clone()).unwrap();
    let many = Engine::new(options(8), runtime.handle().clone()).unwrap();
    let plain = Engine::unoptimised(options(2), runtime.handle().clone()).unwrap();
    let work = move || {
        let mut with_rows = 0;
        for seed in 0..PIPELINES {
            let text = pipeline(seed);
            let expected = rows(&plain, &text).unwrap_or_else(|error| panic!("{text}\n{error}"));
            for engine in [&one, &many] {
                let found = rows(engine, &text).unwrap_or_else(|error| panic!("{text}\n{error}"));
                if found != expected {
                    panic!("seed {seed}: {}", shortest(&plain, engine, &text));
                }
            }
            with_rows += u64::from(expected.len() > 1);
        }
        assert!(with_rows > PIPELINES / 3, "most pipelines end without rows");
    };
    // A query is bound by recursion, in a build that is not optimised.
    std::thread::Builder::new().stack_size(64 << 20).spawn(work).unwrap().join().unwrap();
}
