//! HTTP: the protocols of Kusto and of Log Analytics, and weir's own.
//!
//! In come requests on a socket; out go answers, until somebody says stop. [`Service`] is a server without its
//! sockets, [`run`] gives it one. Everything that a request passes on its way is a module here:
//!
//! 1. `server`, [`tls`]: connections
//! 2. `guard`, [`auth`]: where a request was sent to, from which page, by whom
//! 3. `kusto`, `monitor`, `own`: what it asks, in three languages
//! 4. `ask`: its turn ([`gate`]), its limits, its rows; `catalogue` and `library` are what it is asked of
//! 5. `spool`, `http`: the answer on its way out
//!
//! `web` has the files of the web application, which asks by the same addresses.
//!
//! This is the only crate that knows HTTP; [`client`] speaks it from the other side.

mod ask;
mod audit;
pub mod auth;
mod catalogue;
pub mod client;
mod context;
mod failure;
pub mod gate;
mod guard;
mod http;
mod kusto;
mod library;
mod limits;
mod metrics;
mod monitor;
mod own;
mod running;
mod server;
mod service;
mod spool;
pub mod tls;
mod web;

use std::sync::Arc;

use axum::Router;
use axum::middleware;
use axum::routing::{get, post};

pub use limits::Limits;
pub use own::openapi;
pub use server::run;
pub use service::{Addressed, Error, Service, Settings};

/// Which address is answered by what.
pub(crate) fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route("/v1/rest/query", get(kusto::query_v1).post(kusto::query_v1))
        .route("/v2/rest/query", get(kusto::query_v2).post(kusto::query_v2))
        .route("/v1/rest/mgmt", get(kusto::management).post(kusto::management))
        .route("/v1/rest/auth/metadata", get(kusto::metadata))
        .route("/v1/rest/ingest/{*table}", post(kusto::ingest))
        .route("/v1/{*resource}", get(monitor::handle).post(monitor::handle))
        .merge(own::routes())
        .fallback(guard::other)
        .method_not_allowed_fallback(guard::other_method)
        .layer(middleware::from_fn_with_state(Arc::clone(&service), guard::guard))
        .with_state(service)
}
