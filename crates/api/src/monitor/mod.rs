//! The query API of Azure Monitor Log Analytics: everything below `/v1` that is not Kusto's.
//!
//! A workspace is named by its id or name, `/v1/workspaces/{id}/query`, or by a resource id that ends in its name,
//! `/v1/subscriptions/…/workspaces/{name}/query`.
//!
//! Source: <https://learn.microsoft.com/azure/azure-monitor/logs/api/request-format>, and what its clients send

mod batch;
mod metadata;
mod prefer;
mod timespan;

use std::sync::Arc;

use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use weir_answer::Answer;
use weir_answer::encode::{self, PartialFailure, kusto_v1, log_analytics};
use weir_query::{Cut, TimeScope};

use crate::ask::{Answered, Bounds, Question, ask, cut_message};
use crate::catalogue::Database;
use crate::context::{Context, now_ticks};
use crate::failure::Failure;
use crate::http;
use crate::kusto::moment;
use crate::service::Service;
use crate::spool::Spooled;
use prefer::Prefer;
pub(crate) use timespan::scope as time_scope;

/// Most workspaces that one query names.
const WORKSPACES_MAX: usize = 100;

/// Everything below `/v1`.
pub async fn handle(
    State(service): State<Arc<Service>>,
    Extension(context): Extension<Context>,
    request: Request,
) -> Response {
    match respond(&service, &context, request).await {
        Ok(response) => response,
        Err(failure) => refusal(&failure, &context),
    }
}

/// The answer to a request that failed.
pub fn refusal(failure: &Failure, context: &Context) -> Response {
    http::json(failure.status(), &failure.log_analytics(context))
}

async fn respond(service: &Service, context: &Context, request: Request) -> Result<Response, Failure> {
    let gzip = http::takes_gzip(request.headers());
    let path = request.uri().path().to_owned();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).skip(1).collect();
    let (what, resource) = parts.split_last().ok_or(Failure::NotFound)?;
    match (*what, request.method()) {
        ("$batch", &Method::POST) if resource.is_empty() => {
            batch::respond(service, context, request, gzip).await
        }
        ("query" | "search", &Method::GET | &Method::POST) => {
            let prefer = Prefer::read(request.headers());
            let workspace = workspace(service, context, resource).await?;
            let body = body(service, request).await?;
            let answer = answer(service, context, workspace, &body, &prefer, gzip).await?;
            http::spooled(StatusCode::OK, "application/json; charset=utf-8", answer)
        }
        ("metadata", &Method::GET | &Method::POST) => {
            let workspace = workspace(service, context, resource).await?;
            Ok(http::json(StatusCode::OK, &metadata::of(&workspace, &service.library.library())))
        }
        ("$batch" | "query" | "search" | "metadata", _) => Err(Failure::Method),
        _ => Err(Failure::NotFound),
    }
}

/// The members of a request, from its body or its address.
async fn body(service: &Service, request: Request) -> Result<Map<String, Value>, Failure> {
    if request.method() == Method::GET {
        let query = request.uri().query().unwrap_or_default();
        let mut members = Map::new();
        let mut workspaces = Vec::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "workspaces" => workspaces.extend(value.split(',').map(|name| Value::from(name.trim()))),
                _ => _ = members.insert(name.into_owned(), value.into_owned().into()),
            }
        }
        if !workspaces.is_empty() {
            members.insert("workspaces".to_owned(), workspaces.into());
        }
        return Ok(members);
    }
    let limits = &service.limits;
    match http::json_body(request.into_body(), limits.body_bytes, limits.idle).await? {
        Value::Object(members) => Ok(members),
        _ => Err(Failure::Request("the body of the request is no JSON object".to_owned())),
    }
}

/// The workspace that an address names.
async fn workspace(service: &Service, context: &Context, resource: &[&str]) -> Result<Database, Failure> {
    let name = match resource {
        // `/v1/query` asks the default, as `/v1/workspaces/{id}/query` asks one by its name.
        [] => service.workspaces.default_name(),
        ["workspaces" | "apps", name] | [.., "workspaces" | "components", name] => name,
        _ => return Err(Failure::NotFound),
    };
    let name = percent_decode_str(name).decode_utf8().map_err(|_| Failure::NotFound)?;
    named(service, context, &name).await
}

/// The workspace of a name, an id or a resource id.
async fn named(service: &Service, context: &Context, name: &str) -> Result<Database, Failure> {
    // A resource id ends in the name of the resource.
    let short = match name.strip_prefix('/') {
        Some(id) if !id.split('/').any(|part| part == "..") => id.rsplit('/').next().unwrap_or(id),
        _ => name,
    };
    let found = service.workspaces.find(short).await.map_err(|error| Failure::internal(&error))?;
    let allowed = found.filter(|found| context.principal.may_ask(&found.name));
    allowed.ok_or_else(|| Failure::Database(name.chars().take(200).collect()))
}

/// Answers one query.
async fn answer(
    service: &Service,
    context: &Context,
    workspace: Database,
    body: &Map<String, Value>,
    prefer: &Prefer,
    gzip: bool,
) -> Result<Spooled, Failure> {
    let question = question(service, context, workspace, body, prefer).await?;
    let Answered { answers, cut, .. } = ask(service, context, question).await?;
    let (prefer, context) = (prefer.clone(), context.clone());
    let spooled = http::write(gzip, move |out| {
        let all: Vec<&Answer> = answers.iter().collect();
        if prefer.as_kusto {
            let request = encode::Request {
                time: Some(now_ticks()),
                activity_id: context.activity_id.clone(),
                client_request_id: context.client_request_id.clone(),
            };
            kusto_v1::write(&all, &request, cut.map(kusto_failure).as_ref(), out)?;
        } else {
            let error = cut.map(partial);
            let extras =
                log_analytics::Extras { statistics: prefer.statistics, render: prefer.render, error };
            log_analytics::write(&all, &extras, out)?;
        }
        Ok(())
    });
    let spooled = spooled.await?;
    service.metrics.sent(spooled.bytes);
    Ok(spooled)
}

async fn question(
    service: &Service,
    context: &Context,
    workspace: Database,
    body: &Map<String, Value>,
    prefer: &Prefer,
) -> Result<Question, Failure> {
    let text = |name: &str| match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(Failure::Request(format!("the member '{name}' of the request is no text"))),
    };
    let query = text("query")?.unwrap_or_default();
    if query.trim().is_empty() {
        return Err(Failure::Request("the request holds no query: its member 'query' is empty".to_owned()));
    }
    let mut scopes = Vec::new();
    if let Some(span) = text("timespan")?.filter(|span| !span.trim().is_empty()) {
        scopes.push(timespan::scope(span, now_ticks())?);
    }
    let time = |name: &str| match text(name)? {
        None => Ok(None),
        Some(value) => match moment(value) {
            Some(ticks) => Ok(Some(ticks)),
            None => Err(Failure::Request(format!("the member '{name}' of the request is no datetime"))),
        },
    };
    let (from_ticks, to_ticks) = (time("query_datetimescope_from")?, time("query_datetimescope_to")?);
    if from_ticks.is_some() || to_ticks.is_some() {
        let column = text("query_datetimescope_column")?.unwrap_or("TimeGenerated").to_owned();
        scopes.push(TimeScope { column, from_ticks, to_ticks });
    }
    let mut others: Vec<Database> = Vec::new();
    for name in ["workspaces", "resources", "applications"] {
        let names = match body.get(name) {
            None | Some(Value::Null) => continue,
            Some(Value::Array(names)) if names.len() <= WORKSPACES_MAX => names,
            Some(_) => {
                let message =
                    format!("the member '{name}' of the request is no list of up to {WORKSPACES_MAX} names");
                return Err(Failure::Request(message));
            }
        };
        for name in names.iter().filter_map(Value::as_str) {
            let other = named(service, context, name).await?;
            if other.name != workspace.name && others.iter().all(|known| known.name != other.name) {
                others.push(other);
            }
        }
    }
    let limits = &service.limits;
    let settings = crate::kusto::settings_of(query, limits)?;
    let bounds =
        Bounds { timeout: prefer.wait.unwrap_or(settings.timeout).min(limits.timeout_max), ..settings };
    Ok(Question {
        workspace,
        others,
        text: query.to_owned(),
        before: 0,
        parameters: Default::default(),
        now_ticks: None,
        scopes,
        bounds,
    })
}

/// What is told of rows that were cut off.
fn partial(cut: Cut) -> Value {
    json!({
        "code": "PartialError",
        "message": "There were some errors when processing your query.",
        "details": [{
            "code": "EngineError",
            "message": "Something went wrong processing your query on the server.",
            "innererror": {
                "code": "-2133196797",
                "message": cut_message(cut),
                "severity": 2,
                "severityName": "Error",
            },
        }],
    })
}

fn kusto_failure(cut: Cut) -> PartialFailure {
    PartialFailure {
        answer: cut.answer,
        one_api: Value::Null,
        text: cut_message(cut),
        status: -2_133_196_797,
        status_name: String::new(),
        event: "QueryLimitsExceeded",
    }
}

/// The headers of one query of a batch.
fn headers_of(value: Option<&Value>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in value.and_then(Value::as_object).into_iter().flatten() {
        let name = axum::http::HeaderName::try_from(name.as_str());
        let value = value.as_str().and_then(|value| axum::http::HeaderValue::from_str(value).ok());
        if let (Ok(name), Some(value)) = (name, value) {
            headers.insert(name, value);
        }
    }
    headers
}
