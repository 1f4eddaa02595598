//! The raw tuples behind rows, read again from the blobs that the ledger names.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::extract::{Extension, Path, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::{Map, Value, json};
use weir_answer::Options;
use weir_decode::Limits as DecodeLimits;
use weir_raw::{Found, Places, Wanted, rows_query};
use weir_value::datetime;

use super::members::{ascii, member, members_of, number, parameters, time, timeout};
use super::{accept, or_refusal, workspace};
use crate::ask::{Bounds, Question, ask, line};
use crate::catalogue::Database;
use crate::context::Context;
use crate::failure::Failure;
use crate::http;
use crate::service::Service;

/// What tells that there are more tuples.
const CUT: HeaderName = HeaderName::from_static("weir-cut");
/// What tells which blobs could not be read again, as JSON.
const MISSING: HeaderName = HeaderName::from_static("weir-missing");
/// Blobs that the header names.
const MISSING_MAX: usize = 10;
/// Rows whose tuples are looked for at once.
const ROWS_MAX: usize = 100_000;
/// Tuples of a request that asks for no other number.
const TUPLES: usize = 10_000;
/// Bytes of blobs that a request may have read again, unpacked.
const BYTES_MAX: u64 = 16 << 30;
/// Ticks of a millisecond.
const MILLISECOND: i64 = 10_000;

/// `POST /api/v1/workspaces/{workspace}/raw`
pub async fn raw(
    State(service): State<Arc<Service>>,
    Extension(context): Extension<Context>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    or_refusal(respond(&service, &context, &name, request).await, &context)
}

async fn respond(
    service: &Service,
    context: &Context,
    name: &str,
    request: Request,
) -> Result<Response, Failure> {
    if service.sources.is_empty() {
        let message = "this server reads no flow logs again: it has to be started with --sources DIR";
        return Err(Failure::Forbidden(message.to_owned()));
    }
    let gzip = http::takes_gzip(request.headers());
    let (kind, format) = accept::form(request.headers())?;
    let database = workspace(service, context, name).await?;
    let limits = &service.limits;
    let members = &members_of(service, request).await?;
    let asked = Asked::of(members, limits.rows, limits.timeout, limits.timeout_max)?;
    let question = Question {
        workspace: database.clone(),
        others: Vec::new(),
        text: asked.query.clone(),
        before: 0,
        parameters: parameters(members)?,
        now_ticks: asked.now,
        scopes: Vec::new(),
        bounds: Bounds { timeout: asked.timeout, rows: ROWS_MAX, bytes: limits.bytes_max, take: None },
    };
    let began = Instant::now();
    let answered = ask(service, context, question).await?;
    if answered.cut.is_some() {
        let message = format!("more than {ROWS_MAX} rows are meant: narrow the condition");
        return Err(Failure::Limit(message));
    }
    let [rows] = answered.answers.as_slice() else {
        return Err(Failure::Request("the query for the rows must have one result".to_owned()));
    };
    let minutes = database.interval_minutes;
    let interval = weir_reduce::Interval::from_minutes(minutes).unwrap_or(weir_reduce::Interval::HOUR);
    let wanted = Wanted::of(rows, interval).map_err(|error| Failure::Request(error.to_string()))?;
    let left = asked.timeout.saturating_sub(began.elapsed());
    let found = tokio::time::timeout(left, async {
        let _pass = service.gate.enter(&line(context)).await.map_err(|_| Failure::Busy)?;
        find(service, &database, wanted, &asked).await
    });
    let found = found.await.unwrap_or(Err(Failure::TimedOut(asked.timeout)))?;
    let (cut, missing) = (found.cut, missing(&found));
    let answer = found.answer;
    let spooled =
        http::write(service, gzip, move |out| weir_answer::write(&answer, format, &Options::default(), out));
    let mut response = http::spooled(StatusCode::OK, kind, spooled.await?)?;
    if cut && let Ok(told) = HeaderValue::from_str(&format!("there are more than {} tuples", asked.tuples)) {
        response.headers_mut().insert(CUT, told);
    }
    if let Some(missing) = missing
        && let Ok(told) = HeaderValue::from_str(&ascii(&missing.to_string()))
    {
        response.headers_mut().insert(MISSING, told);
    }
    Ok(response)
}

/// What a request asks for.
struct Asked {
    query: String,
    from: i64,
    to: i64,
    now: Option<i64>,
    tuples: usize,
    timeout: Duration,
}

impl Asked {
    fn of(
        members: &Map<String, Value>,
        tuples_max: usize,
        timeout_default: Duration,
        timeout_max: Duration,
    ) -> Result<Asked, Failure> {
        let (from, to) = (time(members, "from")?, time(members, "to")?);
        let query = match (member(members, "where")?, member(members, "query")?) {
            (Some(_), Some(_)) => {
                return Err(Failure::Request("give one of the members 'where' and 'query'".to_owned()));
            }
            (None, Some(query)) => query.to_owned(),
            (None, None) if from.is_none() && to.is_none() => {
                let message = "the request needs 'where', a condition, 'query', a text, or 'from' and 'to'";
                return Err(Failure::Request(message.to_owned()));
            }
            (condition, None) => {
                let bound = |column: &str, sign: &str, ticks: i64| {
                    format!("{column} {sign} datetime({})", datetime::format(ticks))
                };
                let conditions: Vec<String> = condition
                    .map(str::to_owned)
                    .into_iter()
                    .chain(to.map(|to| bound("FlowStartTime", "<", to)))
                    .chain(from.map(|from| bound("FlowEndTime", ">=", from)))
                    .collect();
                rows_query(&conditions)
            }
        };
        let millis = |ticks: i64| (ticks - datetime::UNIX_EPOCH).div_euclid(MILLISECOND);
        Ok(Asked {
            query,
            from: from.map_or(i64::MIN, millis),
            to: to.map_or(i64::MAX, millis),
            now: time(members, "now")?,
            tuples: number(members, "limit")?.map_or(TUPLES, |limit| limit as usize).min(tuples_max),
            timeout: timeout(members, timeout_max)?.unwrap_or(timeout_default),
        })
    }
}

/// Stops the work when whoever asked goes away.
struct Asking(Arc<AtomicBool>);

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

async fn find(
    service: &Service,
    database: &Database,
    wanted: Wanted,
    asked: &Asked,
) -> Result<Found, Failure> {
    let opened = service.workspaces.open(database).map_err(|error| Failure::internal(&error))?;
    let Some(workspace) = opened else { return Err(Failure::Workspace(database.name.clone())) };
    let stopped = Arc::new(AtomicBool::new(false));
    let _asking = Asking(Arc::clone(&stopped));
    let folders = service.sources.clone();
    let runtime = tokio::runtime::Handle::current();
    let (times, tuples_max) = (asked.from..asked.to, asked.tuples);
    let work = move || {
        let options = weir_raw::Options {
            times,
            tuples_max,
            bytes_max: BYTES_MAX,
            limits: DecodeLimits::default(),
            stop: &|| stopped.load(Ordering::Relaxed),
            runtime: &runtime,
        };
        weir_raw::find(&workspace, &wanted, Places::within(&folders), &options)
    };
    let found = tokio::task::spawn_blocking(work).await.map_err(|error| Failure::internal(&error))?;
    found.map_err(|error| Failure::internal(&error))
}

/// The blobs that could not be read again: how many, and the first of them.
fn missing(found: &Found) -> Option<Value> {
    let blobs: Vec<Value> = found
        .missing
        .iter()
        .take(MISSING_MAX)
        .map(|missing| {
            json!({
                "blob": missing.blob,
                "why": missing.why.to_string(),
                "fromRecord": missing.records.start,
                "toRecord": missing.records.end,
                "tuples": missing.tuples,
            })
        })
        .collect();
    (!blobs.is_empty()).then(|| json!({ "count": found.missing.len(), "blobs": blobs }))
}
