//! From a question to its answer: turn, limits, functions, running, cutting.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use weir_answer::Answer;
use weir_kql::Diagnostic;
use weir_query::{Request, TimeScope, WorkspaceCatalog};

use crate::catalogue::Database;
use crate::context::{Context, now_ticks};
use crate::failure::{BadQuery, Failure};
use crate::service::Service;

/// A question.
#[derive(Debug, Clone)]
pub struct Question {
    /// The workspace that is asked.
    pub workspace: Database,
    /// Workspaces whose rows are added to its own.
    pub others: Vec<Database>,
    /// The query.
    pub text: String,
    /// Bytes at the beginning of the text that are not the client's.
    pub before: usize,
    /// Values of `declare query_parameters`.
    pub parameters: HashMap<String, String>,
    /// What `now()` is, instead of the clock.
    pub now_ticks: Option<i64>,
    /// Stretches of time that tables are narrowed to.
    pub scopes: Vec<TimeScope>,
    /// What the answer may cost.
    pub bounds: Bounds,
}

/// What an answer may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// How long it may take, with the time that it waits for its turn.
    pub timeout: Duration,
    /// Rows of a result; what is beyond is cut off, and that is a failure.
    pub rows: usize,
    /// Bytes of a result, in the same way.
    pub bytes: usize,
    /// Rows of a result; what is beyond is cut off, and that is what was asked for.
    pub take: Option<usize>,
}

/// An answer, perhaps not all of it.
#[derive(Debug)]
pub struct Answered {
    /// One for each tabular statement.
    pub answers: Vec<Answer>,
    /// Notes and warnings, their places in the client's text.
    pub diagnostics: Vec<Diagnostic>,
    /// What was cut off, of the first answer of which something was.
    pub cut: Option<Cut>,
}

/// That an answer is not whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Which one, counted from 0.
    pub answer: usize,
    /// What it was too large for.
    pub limit: CutBy,
}

/// What an answer was too large for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutBy {
    /// So many rows.
    Rows(usize),
    /// So many bytes.
    Bytes(usize),
}

impl Cut {
    /// What is told to who asked.
    pub fn message(&self) -> String {
        let (limit, name, code) = match self.limit {
            CutBy::Rows(rows) => (format!("{rows} records"), "E_QUERY_RESULT_SET_TOO_LARGE", "0x80DA0003"),
            CutBy::Bytes(bytes) => (format!("{bytes} bytes"), "E_QUERY_RESULT_SET_TOO_LARGE", "0x80DA0003"),
        };
        format!(
            "Query execution has exceeded the allowed limits (80DA0003): The results of this query exceed the set \
             limit of {limit}, so not all records were returned ({name}, {code}). See \
             https://aka.ms/kustoquerylimits for more information and possible solutions."
        )
    }
}

/// Answers a question.
pub async fn ask(service: &Service, context: &Context, question: Question) -> Result<Answered, Failure> {
    let began = Instant::now();
    let timeout = question.bounds.timeout;
    let running = service.running.enter(context, &question);
    let answered = tokio::time::timeout(timeout, async {
        let _pass = service.gate.enter(&line(context)).await.map_err(|_| Failure::Busy)?;
        service.metrics.waited(began.elapsed());
        answer(service, &question, &running.cancel, timeout.saturating_sub(began.elapsed())).await
    });
    let answered = answered.await.unwrap_or(Err(Failure::TimedOut(timeout)));
    service.metrics.answered(answered.as_ref(), began.elapsed());
    crate::audit::query(service, context, &question, answered.as_ref(), began.elapsed());
    answered
}

/// The line in which somebody waits.
fn line(context: &Context) -> String {
    match &context.principal.name {
        Some(name) => name.clone(),
        None => context.address.to_string(),
    }
}

async fn answer(
    service: &Service,
    question: &Question,
    _cancel: &(),
    _timeout: Duration,
) -> Result<Answered, Failure> {
    let catalog = catalog(service, question).await?;
    let library = service.library.library();
    let (text, functions) = library.with_functions(&question.text);
    let before = functions + question.before;
    let request = Request {
        now_ticks: question.now_ticks.unwrap_or_else(now_ticks),
        parameters: question.parameters.clone(),
    };
    let engine = service.engine.clone();
    let run_text = text.clone();
    let run = move || engine.run(&run_text, catalog.as_ref(), &request);
    let outcome = tokio::task::spawn_blocking(run)
        .await
        .map_err(|_| Failure::Internal("the thread of the query ended without an answer".to_owned()))?;
    let outcome = outcome.map_err(|error| failure(error, &text, before))?;
    let BadQuery { diagnostics, .. } = BadQuery::of(outcome.diagnostics, &text, before);
    let mut answers = outcome.answers;
    let mut cut = None;
    for (number, answer) in answers.iter_mut().enumerate() {
        if let Some(take) = question.bounds.take {
            keep(answer, take, usize::MAX);
        }
        let limit = keep(answer, question.bounds.rows, question.bounds.bytes);
        cut = cut.or(limit.map(|limit| Cut { answer: number, limit }));
    }
    Ok(Answered { answers, diagnostics, cut })
}

/// The tables that a question is about.
async fn catalog(service: &Service, question: &Question) -> Result<Arc<WorkspaceCatalog>, Failure> {
    let find = async |database: &Database| {
        let found = service.workspaces.catalog(&database.name).await;
        found
            .map_err(|error| Failure::internal(&error))?
            .ok_or_else(|| Failure::Database(database.name.clone()))
    };
    let catalog = find(&question.workspace).await?;
    if question.others.is_empty() && question.scopes.is_empty() {
        return Ok(catalog);
    }
    let mut others = Vec::new();
    for other in &question.others {
        others.push(find(other).await?);
    }
    let others: Vec<&WorkspaceCatalog> = others.iter().map(Arc::as_ref).collect();
    let united = catalog.as_ref().clone().united(&others);
    Ok(Arc::new(question.scopes.iter().fold(united, |catalog, scope| catalog.narrowed(scope))))
}

/// Why a query has no answer, to who asked.
fn failure(error: weir_query::Error, text: &str, before: usize) -> Failure {
    match error {
        weir_query::Error::Text(diagnostics) => {
            Failure::Query(Box::new(BadQuery::of(diagnostics, text, before)))
        }
        error => {
            let mut cause: &dyn std::error::Error = &error;
            while let Some(next) = cause.source() {
                cause = next;
            }
            // Errors of the engine tell of the values of a query first, of its own faults by name.
            match cause.to_string() {
                message if message.contains("Internal error") => Failure::internal(&error),
                message => Failure::Run(message),
            }
        }
    }
}

/// Keeps the first rows of an answer, as many as are allowed; what it was too large for.
fn keep(answer: &mut Answer, rows_max: usize, bytes_max: usize) -> Option<CutBy> {
    let (mut rows, mut bytes) = (0_usize, 0_usize);
    for place in 0..answer.batches.len() {
        let batch = &answer.batches[place];
        let (more, size) = (batch.num_rows(), bytes_of(batch));
        // Of a batch that is too large as a whole, the part that fits, as if all its rows were of one size.
        let fitting = match size {
            0 => more,
            size => {
                let left = u128::try_from(bytes_max.saturating_sub(bytes)).unwrap_or(u128::MAX);
                let fits = left.saturating_mul(more as u128) / size as u128;
                usize::try_from(fits).unwrap_or(usize::MAX)
            }
        };
        let kept = more.min(rows_max - rows).min(fitting);
        if kept < more {
            let limit = if rows + kept == rows_max { CutBy::Rows(rows_max) } else { CutBy::Bytes(bytes_max) };
            answer.batches[place] = batch.slice(0, kept);
            answer.batches.truncate(place + 1);
            return Some(limit);
        }
        rows += more;
        bytes = bytes.saturating_add(size);
    }
    None
}

/// Bytes that the values of a batch take.
fn bytes_of(batch: &RecordBatch) -> usize {
    batch.columns().iter().map(|column| column.to_data().get_slice_memory_size().unwrap_or(0)).sum()
}

#[cfg(test)]
mod tests {
    use arrow_array::{ArrayRef, Int64Array};

    use super::*;

    fn answer() -> Answer {
        let batch = |from: i64| {
            let values: ArrayRef = Arc::new((from..from + 10).map(Some).collect::<Int64Array>());
            RecordBatch::try_from_iter([("x", values)]).unwrap()
        };
        Answer { columns: Vec::new(), batches: vec![batch(0), batch(10)], render: None, took: Duration::ZERO }
    }

    #[test]
    fn rows_beyond_a_limit_are_cut_off() {
        for (rows, expected) in [(0, 0), (7, 7), (10, 10), (15, 15), (20, 20), (50, 20)] {
            let mut answer = answer();
            let cut = keep(&mut answer, rows, usize::MAX);
            assert_eq!(answer.row_count(), expected);
            assert_eq!(cut, (rows < 20).then_some(CutBy::Rows(rows)));
        }
    }

    #[test]
    fn bytes_beyond_a_limit_are_cut_off() {
        let whole = bytes_of(&answer().batches[0]);
        let mut half = answer();
        assert_eq!(keep(&mut half, usize::MAX, whole / 2), Some(CutBy::Bytes(whole / 2)));
        assert!((1..10).contains(&half.row_count()));
        assert_eq!(keep(&mut answer(), usize::MAX, whole * 2), None);
    }
}
