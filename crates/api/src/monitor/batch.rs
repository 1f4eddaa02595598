//! `/v1/$batch`: several queries in one request, each with a status of its own.
//!
//! Source: <https://learn.microsoft.com/azure/azure-monitor/logs/api/batch-queries>

use std::io::{self, Write};

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use futures::{StreamExt, stream};
use serde_json::Value;

use super::prefer::Prefer;
use super::{answer, headers_of, named};
use crate::context::Context;
use crate::failure::Failure;
use crate::http;
use crate::service::Service;
use crate::spool::Spooled;

/// Queries of a batch that are asked at the same time.
const AT_ONCE: usize = 4;

/// Answers a batch.
pub async fn respond(
    service: &Service,
    context: &Context,
    request: Request,
    gzip: bool,
) -> Result<Response, Failure> {
    let limits = &service.limits;
    let mut body = http::json_body(request.into_body(), limits.body_bytes, limits.idle).await?;
    let Some(Value::Array(requests)) = body.get_mut("requests").map(Value::take) else {
        return Err(Failure::Request("the batch has no list 'requests'".to_owned()));
    };
    if requests.len() > limits.batch {
        return Err(Failure::Request(format!("the batch has more than {} queries", limits.batch)));
    }
    // Some clients take the answers by their ids, others in the order of their questions.
    let answers: Vec<(Value, Result<Spooled, Failure>)> = stream::iter(requests)
        .map(|request| async move {
            let id = request.get("id").cloned().unwrap_or(Value::Null);
            (id, one(service, context, &request).await)
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let context = context.clone();
    let spooled = http::write(service, gzip, move |out| {
        out.write_all(b"{\"responses\":[")?;
        for (place, (id, answer)) in answers.into_iter().enumerate() {
            let separator = if place == 0 { "" } else { "," };
            let status = answer.as_ref().map_or_else(Failure::status, |_| StatusCode::OK).as_u16();
            write!(out, "{separator}{{\"id\":{id},\"status\":{status},\"headers\":{{}},\"body\":")?;
            match answer {
                Ok(mut answer) => _ = io::copy(&mut answer, out)?,
                Err(failure) => write!(out, "{}", failure.log_analytics(&context))?,
            }
            out.write_all(b"}")?;
        }
        out.write_all(b"]}")?;
        Ok(())
    });
    http::spooled(StatusCode::OK, "application/json; charset=utf-8", spooled.await?)
}

async fn one(service: &Service, context: &Context, request: &Value) -> Result<Spooled, Failure> {
    let text = |name: &str| request.get(name).and_then(Value::as_str);
    match text("path") {
        None | Some("/query" | "query" | "/search" | "search") => {}
        Some(_) => return Err(Failure::NotFound),
    }
    let name = text("workspace").unwrap_or_else(|| service.workspaces.default_name());
    let workspace = named(service, context, name).await?;
    let body = match request.get("body") {
        Some(Value::Object(body)) => body.clone(),
        _ => return Err(Failure::Request("the query of the batch has no object 'body'".to_owned())),
    };
    let prefer = Prefer::read(&headers_of(request.get("headers")));
    answer(service, context, workspace, &body, &prefer, false).await
}
