//! The same queries read by Microsoft's own parser, where it is installed: see `oracle/README.md`.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::language;

/// Parts of queries that we read and Microsoft's parser does not, and why.
const KINDER: &[(&str, &str)] = &[
    (", *)", "the documentation puts `*` behind columns, too"),
    ("let limit", "the documentation shows lets in sub-queries"),
    ("boolean(", "an alias of bool"),
    ("partition by Ip with", "the clauses of scan in any order"),
    ("title=\"x\"", "commas between the older properties of render"),
    ("“", "typographic quotes"),
    (";;", "a doubled semicolon is a warning"),
];

fn is_kinder(query: &str) -> bool {
    KINDER.iter().any(|(part, _)| query.contains(part))
}

fn verdicts(oracle: &Path, queries: &[String]) -> Vec<Vec<String>> {
    let mut node = Command::new("node")
        .arg("verdicts.js")
        .current_dir(oracle)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node can be started");
    let input = serde_json::to_string(queries).expect("texts are JSON");
    node.stdin.take().expect("input is piped").write_all(input.as_bytes()).expect("the oracle reads");
    let output = node.wait_with_output().expect("the oracle ends");
    assert!(output.status.success(), "run npm ci in {}", oracle.display());
    serde_json::from_slice(&output.stdout).expect("verdicts are JSON")
}

/// The folder of the oracle, if its package is installed.
fn oracle() -> Option<std::path::PathBuf> {
    let folder = std::path::PathBuf::from("oracle");
    folder.join("node_modules").is_dir().then_some(folder)
}

/// Pairs of a query and what Microsoft's parser says; none where it is not installed.
fn judged(queries: Vec<String>) -> Vec<(String, Vec<String>)> {
    let Some(oracle) = oracle() else {
        println!("skipped {} queries: run npm ci in crates/kql/oracle", queries.len());
        return Vec::new();
    };
    let verdicts = verdicts(&oracle, &queries);
    println!("{} queries compared", queries.len());
    queries.into_iter().zip(verdicts).collect()
}

#[test]
fn the_language_is_read_by_both() {
    let queries: Vec<String> = language::queries().map(str::to_owned).collect();
    // What we write must be good for them, too.
    let formatted =
        queries.iter().map(|query| weir_kql::format_text(query).expect("the query has no errors"));
    let both = queries.iter().cloned().chain(formatted).collect();
    for (query, errors) in judged(both) {
        assert!(errors.is_empty() || is_kinder(&query), "{query}\n{errors:?}");
    }
}

#[test]
fn what_they_refuse_we_refuse() {
    for (query, errors) in judged(crate::errors::queries()) {
        let refused = weir_kql::parse(&query).has_errors();
        assert!(errors.is_empty() || refused || is_kinder(&query), "{query}\n{errors:?}");
    }
}
