//! What was asked by whom, and what came of it: a line of JSON for each query and each refusal.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use weir_value::datetime;

use crate::ask::{Answered, Question};
use crate::context::{Context, now_ticks};
use crate::failure::Failure;
use crate::service::Service;

/// How much of a query is kept.
const TEXT_KEPT: usize = 16_000;

/// The file that lines are added to.
pub struct Audit(Mutex<File>);

impl Audit {
    /// Opens a file to add to; it is made where there is none, for its owner alone.
    pub fn open(path: &Path) -> io::Result<Audit> {
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Audit(Mutex::new(options.open(path)?)))
    }

    fn line(&self, line: &Value) {
        let text = format!("{line}\n");
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = file.write_all(text.as_bytes()) {
            tracing::error!(%error, "the audit log lacks a line");
        }
    }
}

/// A query that was asked.
pub fn query(
    service: &Service,
    context: &Context,
    question: &Question,
    answered: Result<&Answered, &Failure>,
    took: Duration,
) {
    let Some(audit) = &service.audit else { return };
    let rows = answered.ok().map(|a| a.answers.iter().map(weir_answer::Answer::row_count).sum::<usize>());
    audit.line(&json!({
        "time": datetime::format(now_ticks()),
        "event": "query",
        "principal": context.principal.name,
        "role": context.principal.role.name(),
        "address": context.address,
        "request": context.activity_id,
        "client_request": context.client_request_id,
        "workspace": question.workspace.name,
        "query": question.shown(TEXT_KEPT),
        "outcome": answered.err().map_or_else(|| "answered".to_owned(), ToString::to_string),
        "rows": rows,
        "seconds": took.as_secs_f64(),
    }));
}

/// A request that was refused because of who asked.
pub fn refused(service: &Service, context: &Context, path: &str, failure: &Failure) {
    tracing::warn!(
        address = %context.address, request = context.activity_id, path, reason = %failure, "somebody was turned away"
    );
    let Some(audit) = &service.audit else { return };
    audit.line(&json!({
        "time": datetime::format(now_ticks()),
        "event": "refused",
        "principal": context.principal.name,
        "address": context.address,
        "request": context.activity_id,
        "path": path,
        "outcome": failure.to_string(),
    }));
}
