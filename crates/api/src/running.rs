//! The queries that run or wait now.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use weir_query::Cancel;
use weir_value::datetime;

use crate::ask::Question;
use crate::context::{Context, now_ticks};

/// How much of a query is shown to others.
const TEXT_SHOWN: usize = 4_000;

/// The queries that run or wait now, by their activity ids.
#[derive(Debug, Default)]
pub struct Running(Arc<Mutex<BTreeMap<String, RunningQuery>>>);

/// One of them.
#[derive(Debug, Clone)]
pub struct RunningQuery {
    /// The id that its client gave it.
    pub client_request_id: String,
    /// In whose name it runs.
    pub principal: Option<String>,
    /// Where it came from.
    pub address: String,
    /// Which workspace it asks.
    pub workspace: String,
    /// The beginning of its text.
    pub text: String,
    /// When it came, UTC.
    pub started: String,
    since: Instant,
    cancel: Cancel,
}

/// A query that is among them until this is dropped.
#[derive(Debug)]
pub struct Entered {
    queries: Arc<Mutex<BTreeMap<String, RunningQuery>>>,
    id: String,
    /// Stops it.
    pub cancel: Cancel,
}

impl Running {
    /// Adds a query.
    pub fn enter(&self, context: &Context, question: &Question) -> Entered {
        let cancel = Cancel::new();
        let query = RunningQuery {
            client_request_id: context.client_request_id.clone(),
            principal: context.principal.name.clone(),
            address: context.address.to_string(),
            workspace: question.workspace.name.clone(),
            text: question.shown(TEXT_SHOWN),
            started: datetime::format(now_ticks()),
            since: Instant::now(),
            cancel: cancel.clone(),
        };
        // The parts of a batch have one activity, and places of their own.
        let mut queries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut id = context.activity_id.clone();
        while queries.contains_key(&id) {
            id = crate::context::new_id();
        }
        queries.insert(id.clone(), query);
        Entered { queries: Arc::clone(&self.0), id, cancel }
    }

    /// Those that somebody may see: their own, or all.
    pub fn list(&self, context: &Context) -> Vec<(String, RunningQuery)> {
        let queries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = queries.iter().filter(|(_, query)| query.is_for(context));
        seen.map(|(id, query)| (id.clone(), query.clone())).collect()
    }

    /// Stops the query of an activity id or of a client's id; how many those were.
    pub fn cancel(&self, context: &Context, id: &str) -> usize {
        let queries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let meant = queries.iter().filter(|(known, query)| {
            (*known == id || query.client_request_id == id) && query.is_for(context)
        });
        meant.inspect(|(_, query)| query.cancel.fire()).count()
    }
}

impl RunningQuery {
    /// How long it has been there, in seconds.
    pub fn seconds(&self) -> f64 {
        self.since.elapsed().as_secs_f64()
    }

    fn is_for(&self, context: &Context) -> bool {
        context.principal.role == crate::auth::Role::Operator || self.principal == context.principal.name
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.queries.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}
