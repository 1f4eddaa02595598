//! weir's own interface, below `/api`, and the pages and figures beside it.

mod accept;
mod doctor;
mod members;
mod openapi;
mod query;
mod raw;
mod status;
mod topology;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{delete, get, post};

use crate::auth::Role;
use crate::catalogue::Database;
use crate::context::Context;
use crate::failure::Failure;
use crate::http;
use crate::service::Service;

pub use openapi::openapi;

/// Its addresses; `openapi` describes those below `/api`.
pub fn routes() -> Router<Arc<Service>> {
    Router::new()
        .route("/healthz", get(health))
        .route("/readyz", get(ready))
        .route("/metrics", get(status::metrics))
        .route("/api/v1/openapi.json", get(description))
        .route("/api/v1/status", get(status::status))
        .route("/api/v1/running", get(status::running))
        .route("/api/v1/running/{id}", delete(status::cancel))
        .route("/api/v1/queries", get(query::saved_queries))
        .route("/api/v1/queries/{name}", get(query::saved_query))
        .route("/api/v1/workspaces/{workspace}/query", post(query::query))
        .route("/api/v1/workspaces/{workspace}/raw", post(raw::raw))
        .route("/api/v1/workspaces/{workspace}/ingest", get(status::ingest))
        .route("/api/v1/workspaces/{workspace}/topology", get(topology::topology))
        .route("/api/v1/workspaces/{workspace}/doctor", get(doctor::doctor))
}

/// The answer to a request that failed.
pub fn refusal(failure: &Failure, context: &Context) -> Response {
    http::json(failure.status(), &failure.own(context))
}

async fn health() -> Response {
    http::text(StatusCode::OK, "text/plain; charset=utf-8", "ok\n".to_owned())
}

/// Ready is who can say which workspaces there are.
async fn ready(State(service): State<Arc<Service>>) -> Response {
    match service.workspaces.list().await {
        Ok(_) => http::text(StatusCode::OK, "text/plain; charset=utf-8", "ready\n".to_owned()),
        Err(error) => {
            tracing::error!(%error, "not ready");
            let kind = "text/plain; charset=utf-8";
            http::text(StatusCode::SERVICE_UNAVAILABLE, kind, "the data folder cannot be read\n".to_owned())
        }
    }
}

async fn description() -> Response {
    http::json(StatusCode::OK, &openapi())
}

/// The workspace of a name that somebody may ask.
async fn workspace(service: &Service, context: &Context, name: &str) -> Result<Database, Failure> {
    let found = service.workspaces.find(name).await.map_err(|error| Failure::internal(&error))?;
    let allowed = found.filter(|found| context.principal.may_ask(&found.name));
    allowed.ok_or_else(|| Failure::Workspace(name.chars().take(200).collect()))
}

/// Refuses those who only ask.
fn operator(context: &Context) -> Result<(), Failure> {
    match context.principal.role {
        Role::Operator => Ok(()),
        Role::Reader => Err(Failure::Forbidden("this is for tokens of the role 'operator'".to_owned())),
    }
}

/// An answer, or why there is none.
fn or_refusal(answer: Result<Response, Failure>, context: &Context) -> Response {
    answer.unwrap_or_else(|failure| refusal(&failure, context))
}
