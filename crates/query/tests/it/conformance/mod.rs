//! Recorded queries: the answer is the engine's, or the query is refused. `make conformance` prints the score.
//!
//! Cases lie outside of the repository (`WEIR_CASES`); without them the test says so. What is answered differently
//! on purpose has its id on the page `docs/deviations.md`, with the reason.

mod case;
mod same;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use case::{Case, Verdict};
use weir_query::{Engine, EngineOptions};

/// Right answers of the tricky queries, in percent.
const RIGHT_PERCENT_MIN: usize = 97;
/// Refusals of the queries that the engine refuses, in percent.
const REFUSED_PERCENT_MIN: usize = 80;
/// Different answers among all queries, in percent; each is on the page of deviations.
const DIFFERENT_PERCENT_MAX: usize = 1;

fn root() -> PathBuf {
    PathBuf::from("../..")
}

fn cases(file: &str) -> Option<Vec<Case>> {
    let default = || root().join("../shared/kql-conformance");
    let path = std::env::var_os("WEIR_CASES").map_or_else(default, PathBuf::from).join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: no {}", path.display());
        return None;
    };
    Some(text.lines().filter(|line| !line.is_empty()).map(Case::read).collect())
}

/// Runs all cases, several at a time.
fn verdicts(cases: &[Case]) -> Vec<Verdict> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let options = EngineOptions { threads: 2, memory_bytes: 1 << 30 };
    let engine = Engine::new(options, runtime.handle().clone()).unwrap();
    let next = AtomicUsize::new(0);
    let verdicts: Mutex<BTreeMap<usize, Verdict>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            // A query is bound by recursion, in a build that is not optimised.
            let worker = std::thread::Builder::new().stack_size(64 << 20);
            let work = || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(index) else { break };
                    let verdict = case.run(&engine);
                    verdicts.lock().unwrap().insert(index, verdict);
                }
            };
            worker.spawn_scoped(scope, work).unwrap();
        }
    });
    verdicts.into_inner().unwrap().into_values().collect()
}

/// The ids on the page of deviations, in backticks. Those on a line that says arbitrary may come out either way.
fn deviations(cases: &[Case]) -> BTreeMap<String, bool> {
    let page = std::fs::read_to_string(root().join("docs/deviations.md")).unwrap();
    let known: BTreeSet<&str> = cases.iter().map(|case| case.id.as_str()).collect();
    let ids = |line: &str| -> Vec<String> {
        line.split('`').filter(|text| known.contains(text)).map(str::to_owned).collect()
    };
    page.lines().flat_map(|line| ids(line).into_iter().map(|id| (id, line.contains("arbitrary")))).collect()
}

/// Prints the score of a suite: how many are right, and what became of the others.
fn print(file: &str, cases: &[Case], verdicts: &[Verdict]) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for verdict in verdicts {
        *counts.entry(verdict.word()).or_default() += 1;
    }
    let right = counts.remove("right").unwrap_or(0);
    let others: Vec<String> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
    let percent = 100.0 * right as f64 / cases.len().max(1) as f64;
    println!("{file}: {right} of {} right ({percent:.1} %) {}", cases.len(), others.join(", "));
}

#[test]
fn recorded_answers() {
    let files = ["engine-docs.jsonl", "engine-adversarial.jsonl", "engine-refuses.jsonl"];
    let Some(suites) = files.iter().map(|file| cases(file)).collect::<Option<Vec<_>>>() else { return };
    let results: Vec<Vec<Verdict>> = suites.iter().map(|cases| verdicts(cases)).collect();
    let mut failures = Vec::new();
    for ((file, cases), verdicts) in files.iter().zip(&suites).zip(&results) {
        print(file, cases, verdicts);
        for (case, verdict) in cases.iter().zip(verdicts).filter(|(_, verdict)| verdict.word() != "right") {
            println!("  {:9} {}: {}", verdict.word(), case.id, verdict.detail());
        }
    }
    let all: Vec<(&Case, &Verdict)> = suites.iter().flatten().zip(results.iter().flatten()).collect();
    let different: BTreeSet<String> =
        all.iter().filter(|(_, v)| v.is_different()).map(|(case, _)| case.id.clone()).collect();
    let listed: BTreeMap<String, bool> = suites.iter().flat_map(|cases| deviations(cases)).collect();
    for id in different.iter().filter(|id| !listed.contains_key(*id)) {
        failures.push(format!("{id} is answered differently and is not on the page of deviations"));
    }
    for (id, _) in listed.iter().filter(|(id, arbitrary)| !**arbitrary && !different.contains(*id)) {
        failures.push(format!("{id} is on the page of deviations and is none any more"));
    }
    if different.len() * 100 > all.len() * DIFFERENT_PERCENT_MAX {
        failures.push(format!("{} of {} answers are different", different.len(), all.len()));
    }
    let right = |verdicts: &[Verdict]| verdicts.iter().filter(|v| v.word() == "right").count() * 100;
    if right(&results[1]) < RIGHT_PERCENT_MIN * suites[1].len() {
        failures.push(format!("less than {RIGHT_PERCENT_MIN} % of the tricky queries are right"));
    }
    if right(&results[2]) < REFUSED_PERCENT_MIN * suites[2].len() {
        failures.push(format!("less than {REFUSED_PERCENT_MIN} % of the wrong queries are refused"));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
