//! A report as JSON.

use serde_json::{Value, json};
use weir_answer::{Answer, Format, Options};
use weir_value::datetime;

use crate::report::{Report, Verdict};

/// The report; `rows_max` is how many rows the details of each finding have at most.
pub fn json(report: &Report, workspace: &str, rows_max: usize) -> Value {
    let time = |micros: Option<i64>| micros.and_then(datetime::from_unix_micros).map(datetime::format);
    let checks: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| {
            json!({
                "check": finding.check.name,
                "title": finding.check.title,
                "verdict": finding.verdict.word(),
                "summary": finding.summary,
                "examples": finding.examples,
                "advice": finding.advice,
                "query": finding.query,
                "found": finding.details.row_count(),
                "rows": objects(&finding.details, rows_max),
            })
        })
        .collect();
    json!({
        "workspace": workspace,
        "from": time(report.asked.from_micros),
        "to": time(report.asked.to_micros),
        "now": time(Some(report.asked.now_micros)),
        "verdict": report.verdict().word(),
        "problems": report.count(Verdict::Problem),
        "warnings": report.count(Verdict::Warning),
        "notes": report.count(Verdict::Note),
        "checks": checks,
    })
}

/// The first rows of a table as objects.
fn objects(answer: &Answer, rows_max: usize) -> Value {
    let mut left = rows_max;
    let batches = answer
        .batches
        .iter()
        .map(|batch| {
            let kept = batch.slice(0, batch.num_rows().min(left));
            left -= kept.num_rows();
            kept
        })
        .collect();
    let kept = Answer { columns: answer.columns.clone(), batches, render: None, took: answer.took };
    let mut text = Vec::new();
    let written = weir_answer::write(&kept, Format::Json, &Options::default(), &mut text);
    // What is written is JSON; writing to memory does not fail.
    written.ok().and_then(|()| serde_json::from_slice(&text).ok()).unwrap_or_else(|| json!([]))
}
