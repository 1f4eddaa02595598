//! Queries with recorded answers of the real engine: what it runs must be read.

use crate::round_trip::check;
use crate::seeds::local_input;

fn cases(file: &str) -> Option<Vec<(String, String)>> {
    let path = local_input("WEIR_CASES", "../shared/kql-conformance").join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: no {}", path.display());
        return None;
    };
    let case = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).expect("a case is JSON");
        let field = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        (field("id"), field("query"))
    };
    Some(text.lines().map(case).collect())
}

fn assert_all_read(file: &str) {
    let Some(cases) = cases(file) else { return };
    for (id, query) in &cases {
        let parsed = weir_kql::parse(query);
        assert!(!parsed.has_errors(), "{id}\n{}", weir_kql::render(query, &parsed.diagnostics));
        check(query);
    }
    println!("{file}: {} queries read", cases.len());
}

#[test]
fn documented_queries() {
    assert_all_read("engine-docs.jsonl");
}

#[test]
fn tricky_queries() {
    assert_all_read("engine-adversarial.jsonl");
}

#[test]
fn refused_queries() {
    let Some(cases) = cases("engine-refuses.jsonl") else { return };
    let refused = cases.iter().filter(|(_, query)| weir_kql::parse(query).has_errors()).count();
    println!("engine-refuses.jsonl: {refused} of {} refused by the grammar alone", cases.len());
}
