//! How the server is, what it runs, what its workspaces hold.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Extension, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};
use weir_answer::{Answer, Format, Options};

use super::{operator, or_refusal, workspace};
use crate::ask::{Bounds, Question, ask};
use crate::catalogue::Database;
use crate::context::Context;
use crate::failure::Failure;
use crate::http;
use crate::service::Service;

const INGEST: &str = include_str!("ingest.kql");
/// The queries of this interface are small.
const TIMEOUT: Duration = Duration::from_secs(30);

/// `GET /api/v1/status`
pub async fn status(State(service): State<Arc<Service>>, Extension(context): Extension<Context>) -> Response {
    or_refusal(state(&service, &context).await, &context)
}

async fn state(service: &Service, context: &Context) -> Result<Response, Failure> {
    let (running, waiting) = service.gate.load();
    let mut workspaces = Vec::new();
    for database in service.workspaces.list().await.map_err(|error| Failure::internal(&error))? {
        if context.principal.may_ask(&database.name) {
            workspaces.push(described(service, &database).await?);
        }
    }
    Ok(http::json(
        StatusCode::OK,
        &json!({
            "program": service.program,
            "uptimeSeconds": service.metrics.uptime().as_secs_f64(),
            "running": running,
            "waiting": waiting,
            "principal": context.principal.name,
            "role": context.principal.role.name(),
            "defaultWorkspace": service.workspaces.default_name(),
            "workspaces": workspaces,
            "rawTuples": !service.sources.is_empty(),
            "limits": {
                "timeoutSeconds": service.limits.timeout.as_secs_f64(),
                "timeoutMaxSeconds": service.limits.timeout_max.as_secs_f64(),
                "rows": service.limits.rows,
                "bytes": service.limits.bytes,
                "queryMemoryBytes": service.limits.query_memory_bytes,
                "bodyBytes": service.limits.body_bytes,
            },
        }),
    ))
}

async fn described(service: &Service, database: &Database) -> Result<Value, Failure> {
    let catalog = service.workspaces.catalog(&database.name).await;
    let states = match catalog.map_err(|error| Failure::internal(&error))? {
        Some(catalog) => catalog.states().await.map_err(|error| Failure::internal(&error))?,
        None => Vec::new(),
    };
    let tables: Vec<Value> = states
        .iter()
        .map(|state| {
            json!({
                "name": state.table,
                "version": state.version,
                "files": state.files,
                "rows": state.rows,
                "bytes": state.bytes,
            })
        })
        .collect();
    Ok(json!({
        "name": database.name,
        "id": database.id,
        "intervalMinutes": database.interval_minutes,
        "created": database.created,
        "tables": tables,
    }))
}

/// `GET /api/v1/running`
pub async fn running(
    State(service): State<Arc<Service>>,
    Extension(context): Extension<Context>,
) -> Response {
    let queries: Vec<Value> = service
        .running
        .list(&context)
        .into_iter()
        .map(|(id, query)| {
            json!({
                "id": id,
                "clientRequestId": query.client_request_id,
                "principal": query.principal,
                "address": query.address,
                "workspace": query.workspace,
                "query": query.text,
                "started": query.started,
                "seconds": query.seconds(),
            })
        })
        .collect();
    http::json(StatusCode::OK, &json!({ "queries": queries }))
}

/// `DELETE /api/v1/running/{id}`
pub async fn cancel(
    State(service): State<Arc<Service>>,
    Extension(context): Extension<Context>,
    Path(id): Path<String>,
) -> Response {
    match service.running.cancel(&context, &id) {
        0 => super::refusal(&Failure::NotFound, &context),
        count => http::json(StatusCode::OK, &json!({ "cancelled": count })),
    }
}

/// `GET /api/v1/workspaces/{workspace}/ingest`
pub async fn ingest(
    State(service): State<Arc<Service>>,
    Extension(context): Extension<Context>,
    Path(name): Path<String>,
) -> Response {
    let answer = async {
        let answers = answers(&service, &context, &name, INGEST, HashMap::new()).await?;
        let mut answers = answers.iter().map(objects);
        let mut next = || answers.next().unwrap_or_else(|| Ok(Value::Null));
        let (total, states, partial) = (next()?, next()?, next()?);
        let total = total.get(0).cloned().unwrap_or(Value::Null);
        Ok(http::json(StatusCode::OK, &json!({ "total": total, "states": states, "partial": partial })))
    };
    or_refusal(answer.await, &context)
}

/// The answers of a query of this interface.
pub(super) async fn answers(
    service: &Service,
    context: &Context,
    name: &str,
    text: &str,
    parameters: HashMap<String, String>,
) -> Result<Vec<Answer>, Failure> {
    let question = Question {
        workspace: workspace(service, context, name).await?,
        others: Vec::new(),
        text: text.to_owned(),
        before: 0,
        parameters,
        now_ticks: None,
        scopes: Vec::new(),
        bounds: Bounds {
            timeout: TIMEOUT,
            rows: service.limits.rows,
            bytes: service.limits.bytes,
            take: None,
        },
    };
    Ok(ask(service, context, question).await?.answers)
}

/// The rows of an answer as objects.
pub(super) fn objects(answer: &Answer) -> Result<Value, Failure> {
    let mut text = Vec::new();
    weir_answer::write(answer, Format::Json, &Options::default(), &mut text)
        .map_err(|error| Failure::internal(&error))?;
    serde_json::from_slice(&text).map_err(|error| Failure::internal(&error))
}

/// `GET /metrics`
pub async fn metrics(
    State(service): State<Arc<Service>>,
    Extension(context): Extension<Context>,
) -> Response {
    let page = async {
        operator(&context)?;
        let mut versions = Vec::new();
        for database in service.workspaces.list().await.map_err(|error| Failure::internal(&error))? {
            let described = described(&service, &database).await?;
            for table in described["tables"].as_array().into_iter().flatten() {
                let name = table["name"].as_str().unwrap_or_default().to_owned();
                versions.push((database.name.clone(), name, table["version"].as_f64().unwrap_or(0.0)));
            }
        }
        let page = service.metrics.page(service.gate.load(), &versions);
        Ok(http::text(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", page))
    };
    or_refusal(page.await, &context)
}
