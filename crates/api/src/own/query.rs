//! Queries: asked by their text or by the name under which they were saved.

use std::sync::Arc;

use axum::extract::{Extension, Path, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::{Map, Value, json};
use weir_answer::Options;

use super::members::{ascii, member, members_of, number, parameters, time, timeout};
use super::{accept, or_refusal, workspace};
use crate::ask::{Answered, Question, ask, cut_message};
use crate::context::{Context, now_ticks};
use crate::failure::{Failure, diagnostic};
use crate::http;
use crate::kusto::settings_of;
use crate::monitor::time_scope;
use crate::service::Service;

/// What tells that rows were cut off.
const CUT: HeaderName = HeaderName::from_static("weir-cut");
/// What tells notes on the query, as JSON.
const NOTES: HeaderName = HeaderName::from_static("weir-notes");
/// Notes that a header holds.
const NOTES_BYTES_MAX: usize = 4_000;

/// `GET /api/v1/queries`
pub async fn saved_queries(State(service): State<Arc<Service>>) -> Response {
    let library = service.library.library();
    let queries = library.queries.iter();
    let queries: Vec<Value> =
        queries.map(|(name, query)| json!({ "name": name, "description": query.description })).collect();
    http::json(StatusCode::OK, &json!({ "queries": queries }))
}

/// `GET /api/v1/queries/{name}`
pub async fn saved_query(
    State(service): State<Arc<Service>>,
    Extension(context): Extension<Context>,
    Path(name): Path<String>,
) -> Response {
    let library = service.library.library();
    let found = library.queries.get(&name).ok_or_else(|| unknown(&name)).map(|query| {
        let query = json!({ "name": name, "description": query.description, "query": query.text });
        http::json(StatusCode::OK, &query)
    });
    or_refusal(found, &context)
}

fn unknown(name: &str) -> Failure {
    Failure::SavedQuery(name.chars().take(200).collect())
}

/// `POST /api/v1/workspaces/{workspace}/query`
pub async fn query(
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
    let gzip = http::takes_gzip(request.headers());
    let (kind, format) = accept::form(request.headers())?;
    let workspace = workspace(service, context, name).await?;
    let limits = &service.limits;
    let members = &members_of(service, request).await?;
    let text = query_text(service, members)?;
    let mut bounds = settings_of(&text, limits)?;
    if let Some(timeout) = timeout(members, limits.timeout_max)? {
        bounds.timeout = timeout;
    }
    if let Some(rows) = number(members, "rows")? {
        bounds.rows = rows as usize;
    }
    let question = Question {
        workspace,
        others: Vec::new(),
        text,
        before: 0,
        parameters: parameters(members)?,
        now_ticks: time(members, "now")?,
        scopes: match member(members, "timespan")? {
            Some(span) => vec![time_scope(span, now_ticks())?],
            None => Vec::new(),
        },
        bounds,
    };
    let Answered { mut answers, diagnostics, cut } = ask(service, context, question).await?;
    let wanted = number(members, "result")?.map(|number| number as usize);
    let answer = match (wanted, answers.len()) {
        (Some(number), count) if number < count => answers.swap_remove(number),
        (Some(number), count) => {
            return Err(Failure::Request(format!("there is no result {number}: the query has {count}")));
        }
        (None, 1) => answers.swap_remove(0),
        (None, 0) => return Err(Failure::Request("the query has no result".to_owned())),
        (None, count) => {
            let message =
                format!("the query has {count} results: name one by the member 'result', from 0 on");
            return Err(Failure::Request(message));
        }
    };
    let spooled =
        http::write(service, gzip, move |out| weir_answer::write(&answer, format, &Options::default(), out));
    let mut response = http::spooled(StatusCode::OK, kind, spooled.await?)?;
    if let Some(cut) = cut
        && let Ok(told) = HeaderValue::from_str(&cut_message(cut))
    {
        response.headers_mut().insert(CUT, told);
    }
    let notes = Value::from(diagnostics.iter().map(diagnostic).collect::<Vec<_>>()).to_string();
    if !diagnostics.is_empty()
        && notes.len() <= NOTES_BYTES_MAX
        && let Ok(told) = HeaderValue::from_str(&ascii(&notes))
    {
        response.headers_mut().insert(NOTES, told);
    }
    Ok(response)
}

/// The text of a query, or of the saved one that is meant.
fn query_text(service: &Service, members: &Map<String, Value>) -> Result<String, Failure> {
    match (member(members, "query")?, member(members, "saved")?) {
        (Some(text), None) if !text.trim().is_empty() => Ok(text.to_owned()),
        (None, Some(name)) => {
            let library = service.library.library();
            library.queries.get(name).map(|query| query.text.clone()).ok_or_else(|| unknown(name))
        }
        _ => Err(Failure::Request(
            "the request needs one of the members 'query', a text, and 'saved', a name".to_owned(),
        )),
    }
}
