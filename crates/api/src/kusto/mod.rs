//! The protocol of Kusto: `/v1/rest/query`, `/v2/rest/query`, `/v1/rest/mgmt`, `/v1/rest/auth/metadata`.
//!
//! Sources: <https://learn.microsoft.com/kusto/api/rest/>, and what its clients send

mod command;
mod properties;
mod rows;
mod schema;
mod show;

use std::sync::Arc;

use axum::extract::{Extension, Request, State};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};
use weir_answer::encode::{self, PartialFailure, kusto_v1, kusto_v2};
use weir_query::Cut;

use crate::ask::{Answered, Bounds, Question, ask, cut_message};
use crate::catalogue::Database;
use crate::context::{Context, now_ticks};
use crate::failure::{Failure, activity};
use crate::guard::CLIENT_REQUEST_ID;
use crate::http;
use crate::limits::Limits;
use crate::service::Service;
use properties::Properties;
pub(crate) use properties::moment;

/// The two shapes of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

/// `/v1/rest/query`
pub async fn query_v1(
    State(service): State<Arc<Service>>,
    Extension(context): Extension<Context>,
    request: Request,
) -> Response {
    answer(&service, context, request, Version::One, false).await
}

/// `/v2/rest/query`
pub async fn query_v2(
    State(service): State<Arc<Service>>,
    Extension(context): Extension<Context>,
    request: Request,
) -> Response {
    answer(&service, context, request, Version::Two, false).await
}

/// `/v1/rest/mgmt`
pub async fn management(
    State(service): State<Arc<Service>>,
    Extension(context): Extension<Context>,
    request: Request,
) -> Response {
    answer(&service, context, request, Version::One, true).await
}

/// `/v1/rest/ingest/…`: nobody writes through this door.
pub async fn ingest(Extension(context): Extension<Context>) -> Response {
    let failure = Failure::Request(
        "weir takes no rows over this protocol: its tables are filled from flow logs, by 'weir ingest'"
            .to_owned(),
    );
    refusal(&failure, &context, "")
}

/// `/v1/rest/auth/metadata`: where clients get their tokens.
///
/// Clients read all members or none. Where no identity provider is named, they are told of the public cloud, which
/// is what they would assume by themselves.
pub async fn metadata(State(service): State<Arc<Service>>) -> Response {
    let provider = service.oidc.as_ref();
    let issuer = provider.and_then(|provider| url::Url::parse(&provider.issuer).ok());
    let login = issuer.as_ref().map_or_else(
        || "https://login.microsoftonline.com".to_owned(),
        |issuer| issuer.origin().ascii_serialization(),
    );
    let authority = provider.map_or_else(
        || format!("{login}/f8cdef31-a31e-4b4a-93e4-5f571e91255a"),
        |provider| provider.issuer.trim_end_matches('/').trim_end_matches("/v2.0").to_owned(),
    );
    let resource = provider.map_or("https://kusto.kusto.windows.net", |provider| provider.audience.as_str());
    let metadata = json!({ "AzureAD": {
        "LoginEndpoint": login,
        "LoginMfaRequired": false,
        "KustoClientAppId": "db662dc1-0cfe-4e1c-a843-19a68e65be58",
        "KustoClientRedirectUri": "http://localhost",
        "KustoServiceResourceId": resource,
        "FirstPartyAuthorityUrl": authority,
    }});
    http::json(StatusCode::OK, &metadata)
}

/// What a client asks.
struct Asked {
    database: String,
    text: String,
    properties: Properties,
}

async fn answer(
    service: &Service,
    mut context: Context,
    request: Request,
    version: Version,
    management: bool,
) -> Response {
    let gzip = http::takes_gzip(request.headers());
    let asked = match asked(service, request).await {
        Ok(asked) => asked,
        Err(failure) => return refusal(&failure, &context, ""),
    };
    if let Some(id) = &asked.properties.client_request_id {
        context.client_request_id.clone_from(id);
    }
    let mut response = match respond(service, &context, &asked, version, management, gzip).await {
        Ok(response) => response,
        Err(failure) => refusal(&failure, &context, &asked.database),
    };
    if let Ok(id) = HeaderValue::from_str(&context.client_request_id) {
        response.headers_mut().insert(CLIENT_REQUEST_ID, id);
    }
    response
}

async fn asked(service: &Service, request: Request) -> Result<Asked, Failure> {
    let mut body: Value = match *request.method() {
        Method::GET => {
            let query = request.uri().query().unwrap_or_default();
            let pairs = url::form_urlencoded::parse(query.as_bytes());
            let pairs = pairs.filter(|(name, _)| ["db", "csl", "properties"].contains(&name.as_ref()));
            pairs.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect()
        }
        _ => {
            let limits = &service.limits;
            http::json_body(request.into_body(), limits.body_bytes, limits.idle).await?
        }
    };
    let Some(members) = body.as_object_mut() else {
        return Err(Failure::Request("the body of the request is no JSON object".to_owned()));
    };
    let mut text = |name: &str| match members.remove(name) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(Failure::Request(format!("the member '{name}' of the request is no text"))),
    };
    let (database, query) = (text("db")?, text("csl")?);
    if query.trim().is_empty() {
        return Err(Failure::Request("the request holds no query: its member 'csl' is empty".to_owned()));
    }
    let properties = members.get("properties").map_or_else(|| Ok(Properties::default()), Properties::read)?;
    Ok(Asked { database, text: query, properties })
}

async fn respond(
    service: &Service,
    context: &Context,
    asked: &Asked,
    version: Version,
    management: bool,
    gzip: bool,
) -> Result<Response, Failure> {
    let is_command = command::is_command(&asked.text);
    if management && !is_command {
        return Err(Failure::Request(
            "this address takes commands, which begin with a dot; queries go to /v2/rest/query".to_owned(),
        ));
    }
    let properties = match is_command {
        true => asked.properties.clone(),
        false => asked.properties.clone().with_statements(&asked.text),
    };
    properties.check_language()?;
    let workspace = database(service, context, &asked.database, is_command).await?;
    let (text, before) = match is_command {
        true => show::as_query(service, context, &workspace, &asked.text).await?,
        false => (asked.text.clone(), 0),
    };
    let question = Question {
        workspace,
        others: Vec::new(),
        text,
        before,
        parameters: properties.parameters.clone(),
        now_ticks: properties.now()?,
        scopes: properties.scope()?.into_iter().collect(),
        bounds: properties.bounds(&service.limits)?,
    };
    let frames = properties.frames()?;
    let Answered { answers, cut, .. } = ask(service, context, question).await?;
    let request = encode::Request {
        time: Some(now_ticks()),
        activity_id: context.activity_id.clone(),
        client_request_id: context.client_request_id.clone(),
    };
    let failure = cut.map(|cut| partial(cut, context));
    let spooled = http::write(gzip, move |out| {
        let all: Vec<&weir_answer::Answer> = answers.iter().collect();
        match (version, all.as_slice()) {
            (Version::Two, _) => kusto_v2::write(&all, &request, frames, failure.as_ref(), out)?,
            // Clients read a single table as the answer of a command; with more, they look for contents.
            (Version::One, [one]) if is_command && failure.is_none() => kusto_v1::write_command(one, out)?,
            (Version::One, _) => kusto_v1::write(&all, &request, failure.as_ref(), out)?,
        }
        Ok(())
    });
    let spooled = spooled.await?;
    service.metrics.sent(spooled.bytes);
    http::spooled(StatusCode::OK, "application/json", spooled)
}

/// What the `set` statements of a query say of what its answer may cost.
pub(crate) fn settings_of(query: &str, limits: &Limits) -> Result<Bounds, Failure> {
    Properties::default().with_statements(query).bounds(limits)
}

/// The workspace that a database's name means. Commands need none.
async fn database(
    service: &Service,
    context: &Context,
    name: &str,
    is_command: bool,
) -> Result<Database, Failure> {
    let default = service.workspaces.default_name();
    let meant = if name.is_empty() || name.eq_ignore_ascii_case("NetDefaultDB") { default } else { name };
    let found = service.workspaces.find(meant).await.map_err(|error| Failure::internal(&error))?;
    let allowed = found.filter(|found| context.principal.may_ask(&found.name));
    match allowed {
        Some(found) => Ok(found),
        // Somebody who may ask other workspaces than the default lists them with commands that name none.
        None if is_command && meant == default => {
            let all = service.workspaces.list().await.map_err(|error| Failure::internal(&error))?;
            let first = all.into_iter().find(|one| context.principal.may_ask(&one.name));
            first.ok_or_else(|| Failure::Database(meant.to_owned()))
        }
        None => Err(Failure::Database(meant.to_owned())),
    }
}

/// What is told of rows that were cut off.
fn partial(cut: Cut, context: &Context) -> PartialFailure {
    let message = cut_message(cut);
    let one_api = json!({ "error": {
        "code": "LimitsExceeded",
        "message": "Request is invalid and cannot be executed.",
        "@type": "Kusto.Data.Exceptions.KustoServicePartialQueryFailureLimitsExceededException",
        "@message": message,
        "@context": activity(context),
        "@permanent": false,
    }});
    PartialFailure {
        answer: cut.answer,
        one_api,
        text: message,
        status: -2_133_196_797,
        status_name: "Query result set too large (E_QUERY_RESULT_SET_TOO_LARGE). (-2133196797)".to_owned(),
        event: "QueryLimitsExceeded",
    }
}

/// The answer to a request that failed.
pub fn refusal(failure: &Failure, context: &Context, database: &str) -> Response {
    http::json(failure.status(), &failure.one_api(context, database))
}
