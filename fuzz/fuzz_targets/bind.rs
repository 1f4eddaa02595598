//! Any text that is read is bound and planned against all tables without rows, or refused; nothing of it panics, and
//! nothing of it outlasts its limits.
//!
//! Half of the inputs are texts. The others are numbers, from which the generators of the tests make texts: trees of
//! every shape, and pipelines that mean something.

#![no_main]

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use libfuzzer_sys::fuzz_target;
use weir_query::{Engine, EngineOptions, QueryOptions, WorkspaceCatalog};

#[allow(dead_code)]
#[path = "../../crates/kql/tests/it/generate.rs"]
mod generate;
#[allow(dead_code)]
#[path = "../../crates/query/tests/it/random.rs"]
mod random;

/// What a text may take, and what it must not take however it is stopped: a second of it is the machine's.
const TIMEOUT: Duration = Duration::from_secs(2);
const OVERTIME: Duration = Duration::from_secs(6);

static RUNTIME: LazyLock<tokio::runtime::Runtime> =
    LazyLock::new(|| weir_query::runtime().expect("a runtime can be started"));
static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let options = EngineOptions { threads: 1, memory_bytes: 128 << 20 };
    Engine::new(options, RUNTIME.handle().clone()).expect("an engine can be made")
});
static TABLES: LazyLock<WorkspaceCatalog> = LazyLock::new(WorkspaceCatalog::empty);

fuzz_target!(|input: &[u8]| {
    let Some((kind, rest)) = input.split_first() else { return };
    let seed = rest.iter().fold(0_u64, |seed, byte| seed.wrapping_mul(257).wrapping_add(u64::from(*byte)));
    let text = match kind % 4 {
        0 | 1 => match std::str::from_utf8(rest) {
            Ok(text) => text.to_owned(),
            Err(_) => return,
        },
        2 => weir_kql::format(&generate::Generator::new(seed, 60).query()),
        _ => random::pipeline(seed),
    };
    if weir_kql::parse(&text).has_errors() {
        return;
    }
    let options = QueryOptions { timeout: Some(TIMEOUT), ..QueryOptions::default() };
    let started = Instant::now();
    let _ = ENGINE.explain(&text, &*TABLES, &options);
    assert!(started.elapsed() < OVERTIME, "stopped after {:?}: {text}", started.elapsed());
});
