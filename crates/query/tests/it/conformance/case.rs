//! One recorded query: how it is read, run and judged.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;
use weir_answer::encode::{Request as EncodeRequest, kusto_v1};
use weir_query::{Engine, Error, QueryOptions, WorkspaceCatalog};

use super::same::{same_rows, same_type};

/// `now()` in recorded queries: any time will do for those that have one answer.
const NOW: &str = "2026-06-15T12:30:00Z";

/// A query and what the engine answered.
pub struct Case {
    pub id: String,
    query: String,
    columns: Vec<(String, String)>,
    rows: Vec<Vec<Value>>,
    /// Rows of the whole answer, where only the first are recorded.
    rows_total: usize,
    ordered: bool,
    /// Whether the engine refuses the query.
    refused: bool,
    /// Whether another run of the engine may give other rows of the same shape.
    arbitrary: bool,
}

/// What an answer is worth.
#[derive(Debug)]
pub enum Verdict {
    Right,
    /// Not answered, with the reason.
    Refused(String),
    /// Answered with other rows, names or types.
    Different(String),
    /// Answered though the engine refuses.
    Accepted,
    /// The program panicked.
    Panicked,
}

impl Verdict {
    pub fn word(&self) -> &'static str {
        match self {
            Verdict::Right => "right",
            Verdict::Refused(_) => "refused",
            Verdict::Different(_) => "different",
            Verdict::Accepted => "accepted",
            Verdict::Panicked => "panicked",
        }
    }

    pub fn detail(&self) -> String {
        match self {
            Verdict::Refused(why) | Verdict::Different(why) => why.chars().take(300).collect(),
            _ => String::new(),
        }
    }

    pub fn is_different(&self) -> bool {
        matches!(self, Verdict::Different(_) | Verdict::Panicked)
    }
}

impl Case {
    pub fn read(line: &str) -> Case {
        let case: Value = serde_json::from_str(line).expect("a case is JSON");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let columns = list(&case["expected_columns"]);
        let rows: Vec<Vec<Value>> = list(&case["expected_rows"]).iter().map(list).collect();
        let flags: Vec<String> = list(&case["flags"]).iter().map(text).collect();
        Case {
            id: text(&case["id"]),
            query: text(&case["query"]),
            columns: columns.iter().map(|column| (text(&column["name"]), text(&column["type"]))).collect(),
            rows_total: case["rows_total"].as_u64().map_or(rows.len(), |total| total as usize),
            rows,
            ordered: case["ordered"].as_bool().unwrap_or_default(),
            refused: case["expect_error"].as_bool().unwrap_or_default(),
            arbitrary: flags.iter().any(|flag| flag == "take-unordered" || flag == "prefix-unordered"),
        }
    }

    pub fn run(&self, engine: &Engine) -> Verdict {
        let catalog = WorkspaceCatalog::new(None, "nowhere".into());
        let now_ticks = weir_value::datetime::parse(NOW).unwrap();
        let request = QueryOptions { now_ticks, ..QueryOptions::default() };
        match catch_unwind(AssertUnwindSafe(|| engine.run(&self.query, &catalog, &request))) {
            Err(_) => Verdict::Panicked,
            Ok(Err(_)) if self.refused => Verdict::Right,
            Ok(Err(error)) => Verdict::Refused(told(&error)),
            Ok(Ok(_)) if self.refused => Verdict::Accepted,
            Ok(Ok(outcome)) => match outcome.answers.first() {
                Some(answer) => self.judge(answer),
                None => Verdict::Different("no result".to_owned()),
            },
        }
    }

    fn judge(&self, answer: &weir_answer::Answer) -> Verdict {
        let mut bytes = Vec::new();
        kusto_v1::write(&[answer], &EncodeRequest::default(), None, &mut bytes)
            .expect("an answer is written");
        let written: Value = serde_json::from_slice(&bytes).expect("an answer is JSON");
        let rows: Vec<Vec<Value>> = written["Tables"][0]["Rows"]
            .as_array()
            .map(|rows| rows.iter().map(|row| row.as_array().cloned().unwrap_or_default()).collect())
            .unwrap_or_default();
        let different = |what: String| Verdict::Different(what);
        if answer.columns.len() != self.columns.len() {
            return different(format!("{} columns instead of {}", answer.columns.len(), self.columns.len()));
        }
        if rows.len() != self.rows_total {
            return different(format!("{} rows instead of {}", rows.len(), self.rows_total));
        }
        let kinds: Vec<&str> = self.columns.iter().map(|(_, kind)| kind.as_str()).collect();
        if !self.arbitrary
            && let Err(row) = same_rows(&self.rows, &rows, &kinds, self.ordered)
        {
            let ours = rows.get(row).map(|row| Value::from(row.clone()).to_string()).unwrap_or_default();
            let theirs = Value::from(self.rows[row].clone());
            return different(format!("row {row}: {ours} instead of {theirs}"));
        }
        for (column, (name, kind)) in answer.columns.iter().zip(&self.columns) {
            let ours = column.kind.to_string();
            if column.name != *name || !same_type(kind, &ours) {
                return different(format!("column {}:{ours} instead of {name}:{kind}", column.name));
            }
        }
        Verdict::Right
    }
}

fn told(error: &Error) -> String {
    match error {
        Error::Text(diagnostics) => {
            let told: Vec<&str> =
                diagnostics.iter().filter(|d| d.is_error()).map(|d| d.message.as_str()).collect();
            told.join("; ")
        }
        other => format!("{other:?}"),
    }
}
