//! From a question to its answer: turn, limits, functions, running, cutting.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use weir_answer::Answer;
use weir_kql::Diagnostic;
use weir_query::{Cancel, Cut, CutBy, QueryOptions, TimeScope, WorkspaceCatalog};

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

impl Question {
    /// The beginning of the client's text as others may see it: what it marks as secret, `h'…'`, is not in it.
    pub fn shown(&self, letters_max: usize) -> String {
        let text = self.text.get(self.before..).unwrap_or_default();
        let end = text.char_indices().nth(letters_max).map_or(text.len(), |(place, _)| place);
        let text = &text[..end];
        let mut shown = String::new();
        let mut done = 0;
        let is_secret = |token: &str| {
            token.strip_prefix(['h', 'H']).is_some_and(|rest| rest.starts_with(['"', '\'', '@', '`', '~']))
        };
        // Nearly no query has any, and telling words apart costs.
        if text.char_indices().any(|(place, _)| is_secret(&text[place..])) {
            for (_, span) in weir_kql::tokens(text) {
                if is_secret(text.get(span.start..span.end).unwrap_or_default()) {
                    shown.push_str(text.get(done..span.start).unwrap_or_default());
                    shown.push_str("h'******'");
                    done = span.end;
                }
            }
        }
        shown.push_str(text.get(done..).unwrap_or_default());
        shown
    }
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

/// What is told to who asked for an answer that lacks rows.
pub fn cut_message(cut: Cut) -> String {
    let limit = match cut.limit {
        CutBy::Rows(rows) => format!("{rows} records"),
        CutBy::Bytes(bytes) => format!("{bytes} bytes"),
    };
    format!(
        "Query execution has exceeded the allowed limits (80DA0003): The results of this query exceed the set limit of \
         {limit}, so not all records were returned (E_QUERY_RESULT_SET_TOO_LARGE, 0x80DA0003). See \
         https://aka.ms/kustoquerylimits for more information and possible solutions."
    )
}

/// Answers a question.
pub async fn ask(service: &Service, context: &Context, question: Question) -> Result<Answered, Failure> {
    let timeout = question.bounds.timeout;
    let running = service.running.enter(context, &question);
    let mut account = Account { service, context, question: &question, began: Instant::now(), given: false };
    let answered = tokio::time::timeout(timeout, async {
        let _pass = service.gate.enter(&line(context)).await.map_err(|_| Failure::Busy)?;
        let waited = account.began.elapsed();
        service.metrics.waited(waited);
        answer(service, &question, &running.cancel, timeout.saturating_sub(waited)).await
    });
    let answered = answered.await.unwrap_or(Err(Failure::TimedOut(timeout)));
    account.give(answered.as_ref());
    answered
}

/// What is counted and written down of a question, also of one whose client goes away.
struct Account<'a> {
    service: &'a Service,
    context: &'a Context,
    question: &'a Question,
    began: Instant,
    given: bool,
}

impl Account<'_> {
    fn give(&mut self, answered: Result<&Answered, &Failure>) {
        let took = self.began.elapsed();
        self.given = true;
        self.service.metrics.answered(answered, took);
        crate::audit::query(self.service, self.context, self.question, answered, took);
    }
}

impl Drop for Account<'_> {
    fn drop(&mut self) {
        // The future was dropped in the middle.
        if !self.given {
            self.give(Err(&Failure::Cancelled));
        }
    }
}

/// The line in which somebody waits.
pub fn line(context: &Context) -> String {
    match &context.principal.name {
        Some(name) => name.clone(),
        None => context.address.to_string(),
    }
}

async fn answer(
    service: &Service,
    question: &Question,
    cancel: &Cancel,
    timeout: Duration,
) -> Result<Answered, Failure> {
    let catalog = catalog(service, question).await?;
    let asked = question.text.get(question.before..).unwrap_or_default();
    let mut text = service.library.library().lets(asked);
    let before = text.len() + question.before;
    text.push_str(&question.text);
    let options = QueryOptions {
        now_ticks: question.now_ticks.unwrap_or_else(now_ticks),
        parameters: question.parameters.clone(),
        timeout: Some(timeout),
        memory_bytes: Some(service.limits.query_memory_bytes),
        rows_max: Some(question.bounds.rows),
        bytes_max: Some(question.bounds.bytes),
        cut: true,
        cancel: cancel.clone(),
    };
    // Whoever goes away drops this future, and so stops the query.
    let outcome = service.engine.start(text.clone(), catalog, options).await;
    let outcome = outcome.map_err(|error| failure(error, &text, before))?;
    let diagnostics = match outcome.diagnostics.is_empty() {
        true => Vec::new(),
        false => BadQuery::of(outcome.diagnostics, &text, before).diagnostics,
    };
    let (mut answers, cut) = (outcome.answers, outcome.cut);
    if let Some(most) = question.bounds.take {
        answers.iter_mut().for_each(|answer| keep(answer, most));
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
        weir_query::Error::TimedOut(limit) => Failure::TimedOut(limit),
        weir_query::Error::Cancelled => Failure::Cancelled,
        error @ weir_query::Error::OutOfMemory { .. } => Failure::Limit(error.to_string()),
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

/// Keeps the first rows of an answer.
fn keep(answer: &mut Answer, rows_max: usize) {
    let mut rows = 0;
    for batch in &mut answer.batches {
        let kept = batch.num_rows().min(rows_max - rows);
        *batch = batch.slice(0, kept);
        rows += kept;
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::{ArrayRef, Int64Array, RecordBatch};

    use super::*;

    #[test]
    fn what_is_secret_is_not_shown() {
        let question = |text: &str| Question {
            workspace: Database {
                name: String::new(),
                id: String::new(),
                interval_minutes: 60,
                created: String::new(),
            },
            others: Vec::new(),
            text: format!("datatable(){text}"),
            before: 11,
            parameters: HashMap::new(),
            now_ticks: None,
            scopes: Vec::new(),
            bounds: Bounds { timeout: Duration::ZERO, rows: 0, bytes: 0, take: None },
        };
        let shown = |text: &str| question(text).shown(100);
        assert_eq!(shown("print h'a', hash = H\"b\", 'c'"), "print h'******', hash = h'******', 'c'");
        assert_eq!(shown("print h@'a"), "print h'******'");
        assert_eq!(question("print 'äöü'").shown(9), "print 'äö");
    }

    #[test]
    fn the_first_rows_are_kept() {
        let batch = |from: i64| {
            let values: ArrayRef = Arc::new((from..from + 10).map(Some).collect::<Int64Array>());
            RecordBatch::try_from_iter([("x", values)]).unwrap()
        };
        for (most, expected) in [(0, 0), (7, 7), (10, 10), (15, 15), (20, 20), (50, 20)] {
            let batches = vec![batch(0), batch(10)];
            let mut answer = Answer { columns: Vec::new(), batches, render: None, took: Duration::ZERO };
            keep(&mut answer, most);
            assert_eq!(answer.row_count(), expected);
        }
    }
}
