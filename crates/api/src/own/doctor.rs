//! What is wrong with what is stored: the findings of `weir doctor`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Extension, Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use weir_answer::Answer;
use weir_doctor::{Asked, Question as Looked};
use weir_value::datetime;

use super::{or_refusal, workspace};
use crate::ask::{Bounds, Question, ask};
use crate::context::Context;
use crate::failure::Failure;
use crate::http;
use crate::kusto::moment;
use crate::service::Service;

/// Rows of details of each check that asks for no other number.
const ROWS: usize = 20;
/// The most that may be asked for.
const ROWS_MAX: usize = 100_000;

/// `GET /api/v1/workspaces/{workspace}/doctor`
pub async fn doctor(
    State(service): State<Arc<Service>>,
    Extension(context): Extension<Context>,
    Path(name): Path<String>,
    Query(parameters): Query<BTreeMap<String, String>>,
) -> Response {
    or_refusal(respond(&service, &context, &name, &parameters).await, &context)
}

async fn respond(
    service: &Service,
    context: &Context,
    name: &str,
    parameters: &BTreeMap<String, String>,
) -> Result<Response, Failure> {
    let (asked, rows_max) = asked(parameters)?;
    let database = workspace(service, context, name).await?;
    let mut answered: Vec<(Looked, Answer)> = Vec::new();
    // One after the other: each waits for its turn like any query.
    for looked in weir_doctor::questions(&asked) {
        let question = Question {
            workspace: database.clone(),
            others: Vec::new(),
            text: looked.check.query.to_owned(),
            before: 0,
            parameters: looked.parameters.iter().cloned().collect(),
            now_ticks: datetime::from_unix_micros(asked.now_micros),
            scopes: Vec::new(),
            bounds: Bounds {
                timeout: service.limits.timeout,
                rows: service.limits.rows,
                bytes: service.limits.bytes,
                take: None,
            },
        };
        let answer = ask(service, context, question).await?.answers.into_iter().next();
        let answer = answer.ok_or_else(|| Failure::Run("a query of doctor has no answer".to_owned()))?;
        answered.push((looked, answer));
    }
    let opened = service.workspaces.open(&database).map_err(|error| Failure::internal(&error))?;
    // Inventories are unpacked and put into tables: no work for a thread that serves others.
    let runtime = tokio::runtime::Handle::current();
    let looked = tokio::task::spawn_blocking(move || {
        let facts = match opened {
            Some(opened) => runtime.block_on(weir_doctor::facts(&opened, &answered))?,
            None => weir_doctor::Facts::default(),
        };
        let report = weir_doctor::report(&asked, answered, &facts);
        Ok::<_, weir_table::Error>(weir_doctor::json(&report, &database.name, rows_max))
    });
    let told = looked.await.map_err(|error| Failure::internal(&error))?;
    Ok(http::json(StatusCode::OK, &told.map_err(|error| Failure::internal(&error))?))
}

/// What a request asks for, and how many rows of details.
fn asked(parameters: &BTreeMap<String, String>) -> Result<(Asked, usize), Failure> {
    let time = |name: &str| match parameters.get(name) {
        None => Ok(None),
        Some(text) => {
            let ticks = moment(text).ok_or_else(|| {
                Failure::Request(format!("'{name}' is no datetime: write 2026-06-01T12:00:00Z"))
            })?;
            Ok(Some(datetime::to_unix_micros(ticks)))
        }
    };
    let (from_micros, to_micros) = (time("from")?, time("to")?);
    if from_micros.zip(to_micros).is_some_and(|(from, to)| from >= to) {
        return Err(Failure::Request("'from' is not before 'to'".to_owned()));
    }
    let now_micros = match time("now")? {
        Some(now) => now,
        None => datetime::to_unix_micros(crate::context::now_ticks()),
    };
    let rows =
        match parameters.get("rows") {
            None => ROWS,
            Some(text) => text.parse().ok().filter(|rows| *rows <= ROWS_MAX).ok_or_else(|| {
                Failure::Request(format!("'rows' is no number of rows from 0 to {ROWS_MAX}"))
            })?,
        };
    Ok((Asked { from_micros, to_micros, now_micros, ..Asked::default() }, rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_understood() {
        let of = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
        let (found, rows) = asked(&of("from", "2026-06-01")).unwrap();
        assert_eq!((found.from_micros, rows), (Some(1_780_272_000_000_000), ROWS));
        assert_eq!(asked(&of("rows", "0")).unwrap().1, 0);
        for (name, value) in [("from", "soon"), ("rows", "-1"), ("rows", "100001"), ("now", "")] {
            assert!(asked(&of(name, value)).is_err(), "{name}={value}");
        }
    }
}
