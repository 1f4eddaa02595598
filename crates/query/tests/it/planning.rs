//! Queries of many steps and of many columns: planned in a time that a person waits.

use std::time::{Duration, Instant};

use weir_query::{Engine, EngineOptions, QueryOptions, WorkspaceCatalog};

/// How long a plan may take here: unoptimised, on a machine that has other things to do.
const LIMIT: Duration = Duration::from_secs(60);

/// Texts by what there is much of. None of it is written by hand; programs write it.
fn wide(count: usize) -> [(&'static str, String); 4] {
    let joined = |one: fn(usize) -> String, between| (0..count).map(one).collect::<Vec<_>>().join(between);
    let source = "range x from 1 to 3 step 1";
    [
        (
            "steps",
            format!(
                "{source} | extend a0 = x | {}",
                joined(|n| format!("extend a{} = a{n} + 1", n + 1), " | ")
            ),
        ),
        (
            "aggregates",
            format!("{source} | summarize {}", joined(|n| format!("sum(x + {n}), max(x * {n})"), ", ")),
        ),
        ("groups", format!("{source} | {}", joined(|n| format!("summarize c{n} = count() by x"), " | "))),
        (
            "columns",
            format!(
                "{source} | project {} | where c1 > 0 | project-away c0",
                joined(|n| format!("c{n} = x + {n}"), ", ")
            ),
        ),
    ]
}

#[test]
fn what_is_wide_is_planned_in_time() {
    let runtime = weir_query::runtime().unwrap();
    let options = EngineOptions { threads: 2, memory_bytes: 256 << 20 };
    let engine = Engine::new(options, runtime.handle().clone()).unwrap();
    let catalog = WorkspaceCatalog::empty();
    for (what, text) in wide(100) {
        let started = Instant::now();
        engine.explain(&text, &catalog, &QueryOptions::default()).unwrap();
        let took = started.elapsed();
        println!("{what}: {took:?}");
        assert!(took < LIMIT, "{what}: planned in {took:?}");
    }
}
