//! Why a request has no answer, and how each protocol says so.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use weir_kql::Diagnostic;
use weir_value::datetime;

use crate::auth::Denied;
use crate::context::{Context, now_ticks};

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The query cannot be read, or means nothing.
    #[error("{}", .0.message)]
    Query(Box<BadQuery>),
    /// The request itself is not what it should be.
    #[error("{0}")]
    Request(String),
    /// There is no such workspace, or none that the caller may ask.
    #[error("there is no database '{0}'")]
    Database(String),
    /// There is no such workspace at an address, or none that the caller may ask.
    #[error("there is no workspace '{0}'")]
    Workspace(String),
    /// There is no saved query of this name.
    #[error("there is no saved query '{0}'")]
    SavedQuery(String),
    /// Nobody knows who asks.
    #[error("{0}")]
    Unknown(Denied),
    /// Whoever asks may not.
    #[error("{0}")]
    Forbidden(String),
    /// The request was sent to a name that the server does not go by.
    #[error("this server does not go by the name '{0}'")]
    Misdirected(String),
    /// There is nothing at this address.
    #[error("there is nothing at this address")]
    NotFound,
    /// There is something at this address, for other methods.
    #[error("this address does not take the method of the request")]
    Method,
    /// The answer has no form that the client takes.
    #[error("{0}")]
    NotAcceptable(String),
    /// The body is too long.
    #[error("the request is longer than {0} bytes")]
    TooLarge(usize),
    /// Too many queries wait already.
    #[error("too many queries are waiting: try again in a moment")]
    Busy,
    /// The query took too long.
    #[error("the query was stopped: it took longer than its limit of {} s", .0.as_secs_f64())]
    TimedOut(Duration),
    /// The query was stopped by somebody.
    #[error("the query was cancelled")]
    Cancelled,
    /// The query needs more than it may use.
    #[error("{0}")]
    Limit(String),
    /// Running the query failed.
    #[error("the query failed: {0}")]
    Run(String),
    /// The server is at fault.
    #[error("the server could not answer: {0}")]
    Internal(String),
}

/// What is wrong with a query.
#[derive(Debug, Clone)]
pub struct BadQuery {
    /// Whether it could not be read; it was read and means nothing, otherwise.
    pub syntax: bool,
    /// What is wrong with it, for people.
    pub message: String,
    /// Where: line and column, counted from 1 and from 0 as Kusto does.
    pub place: Option<(usize, usize)>,
    /// The text at that place.
    pub token: String,
    /// The query.
    pub text: String,
    /// All that was told of it.
    pub diagnostics: Vec<Diagnostic>,
}

impl BadQuery {
    /// What diagnostics come to, of a text that has `before` bytes of the server's own in front of it.
    pub fn of(diagnostics: Vec<Diagnostic>, whole: &str, before: usize) -> Self {
        let text = whole.get(before..).unwrap_or_default();
        let syntax = weir_kql::parse(text).diagnostics.iter().any(Diagnostic::is_error);
        let mut told = Vec::new();
        let (mut place, mut token) = (None, String::new());
        let mut shifted = Vec::new();
        for mut one in diagnostics {
            // What is wrong with a stored function has no place in the query.
            if one.span.end < before || one.span.start < before {
                one.message = format!("in a stored function: {}", one.message);
                (one.span.start, one.span.end) = (0, 0);
            } else {
                one.span.start -= before;
                one.span.end -= before;
            }
            if one.is_error() {
                let (line, column) = position(text, one.span.start);
                if place.is_none() {
                    place = Some((line, column));
                    token = text.get(one.span.start..one.span.end).unwrap_or_default().to_owned();
                }
                let code = one.code.map(|code| format!("{code}: ")).unwrap_or_default();
                let hint = one.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
                told.push(format!("{code}{}{hint} [line:position={line}:{column}]", one.message));
            }
            shifted.push(one);
        }
        BadQuery {
            syntax,
            message: told.join("; "),
            place,
            token,
            text: text.to_owned(),
            diagnostics: shifted,
        }
    }

    /// Kusto's number for its kind.
    fn code(&self) -> &'static str {
        if self.syntax { "SYN0002" } else { "SEM0100" }
    }

    fn kind(&self) -> &'static str {
        if self.syntax { "Syntax" } else { "Semantic" }
    }
}

/// Line and column of a place in a text.
fn position(text: &str, place: usize) -> (usize, usize) {
    let before = text.get(..place).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count());
    (line, column)
}

/// How much of a query is repeated to who asked it.
const QUERY_SHOWN: usize = 2_000;

impl Failure {
    /// Something that is the server's fault.
    pub fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(next) = cause {
            text = format!("{text}: {next}");
            cause = next.source();
        }
        tracing::error!(error = text, "a request failed");
        Failure::Internal(text)
    }

    /// The status that goes with it.
    pub fn status(&self) -> StatusCode {
        match self {
            Failure::Query(_)
            | Failure::Request(_)
            | Failure::Database(_)
            | Failure::Limit(_)
            | Failure::Run(_)
            | Failure::Cancelled => StatusCode::BAD_REQUEST,
            Failure::Unknown(Denied::TooManyFailures) | Failure::Busy => StatusCode::TOO_MANY_REQUESTS,
            Failure::Unknown(_) => StatusCode::UNAUTHORIZED,
            Failure::Forbidden(_) => StatusCode::FORBIDDEN,
            Failure::Misdirected(_) => StatusCode::MISDIRECTED_REQUEST,
            Failure::NotFound | Failure::Workspace(_) | Failure::SavedQuery(_) => StatusCode::NOT_FOUND,
            Failure::NotAcceptable(_) => StatusCode::NOT_ACCEPTABLE,
            Failure::Method => StatusCode::METHOD_NOT_ALLOWED,
            Failure::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Failure::TimedOut(_) => StatusCode::GATEWAY_TIMEOUT,
            Failure::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Whether the same request would fail again.
    fn is_permanent(&self) -> bool {
        !matches!(
            self,
            Failure::Busy
                | Failure::TimedOut(_)
                | Failure::Internal(_)
                | Failure::Unknown(Denied::TooManyFailures)
        )
    }

    /// What it says to who asked: the ways of the server are not their business.
    fn public(&self) -> String {
        match self {
            Failure::Internal(_) => "the server could not answer; its log says why".to_owned(),
            other => other.to_string(),
        }
    }

    /// The names of Kusto for it: code, type of exception, message in its words.
    fn kusto_names(&self) -> (&'static str, &'static str, String) {
        let bad = |message: String| ("General_BadRequest", "KustoBadRequestException", message);
        match self {
            Failure::Query(query) => {
                let shown: String = query.text.chars().take(QUERY_SHOWN).collect();
                bad(format!(
                    "Request is invalid and cannot be processed: {} error: {}: {}. Query: '{shown}'",
                    query.kind(),
                    query.code(),
                    query.message
                ))
            }
            Failure::Database(name) => (
                "BadRequest_EntityNotFound",
                "EntityNotFoundException",
                format!("Entity ID '{name}' of kind 'Database' was not found."),
            ),
            Failure::Unknown(Denied::TooManyFailures) | Failure::Busy => {
                ("Too many requests", "KustoRequestThrottledException", self.public())
            }
            Failure::Unknown(_) => ("Unauthorized", "KustoUnauthorizedException", self.public()),
            Failure::Forbidden(_) => ("Forbidden", "KustoRequestDeniedException", self.public()),
            Failure::Misdirected(_) => ("MisdirectedRequest", "KustoBadRequestException", self.public()),
            Failure::NotFound
            | Failure::Workspace(_)
            | Failure::SavedQuery(_)
            | Failure::NotAcceptable(_) => ("NotFound", "KustoBadRequestException", self.public()),
            Failure::Method => ("MethodNotAllowed", "KustoBadRequestException", self.public()),
            Failure::TooLarge(_) => ("RequestEntityTooLarge", "KustoBadRequestException", self.public()),
            Failure::TimedOut(_) => (
                "Timeout",
                "KustoServiceTimeoutException",
                format!("Request aborted due to a timeout (E_QUERY_TIMEOUT): {}", self.public()),
            ),
            Failure::Limit(_) => (
                "LimitsExceeded",
                "KustoServicePartialQueryFailureLimitsExceededException",
                format!("Query execution has exceeded the allowed limits: {}", self.public()),
            ),
            Failure::Internal(_) => ("InternalServiceError", "KustoServiceException", self.public()),
            Failure::Request(_) | Failure::Run(_) | Failure::Cancelled => bad(self.public()),
        }
    }

    /// The body by which Kusto's services say so.
    ///
    /// Source: <https://learn.microsoft.com/kusto/api/rest/response-http-v2>
    pub fn one_api(&self, context: &Context, database: &str) -> Value {
        let (code, exception, message) = self.kusto_names();
        let permanent = self.is_permanent();
        let outer = match code {
            "General_BadRequest" => "Request is invalid and cannot be executed.",
            _ => message.as_str(),
        };
        let mut error = json!({
            "code": code,
            "message": outer,
            "@type": format!("Kusto.Data.Exceptions.{exception}"),
            "@message": message,
            "@context": activity(context),
            "@permanent": permanent,
        });
        if let (Failure::Query(query), Some(members)) = (self, error.as_object_mut()) {
            let (kind, code) = (query.kind(), query.code());
            let text = format!("{kind} error: {code}: {}", query.message);
            members.insert("@text".into(), query.text.chars().take(QUERY_SHOWN).collect::<String>().into());
            members.insert("@database".into(), database.into());
            let mut inner = json!({
                "code": code,
                "message": text,
                "@type": format!("Kusto.Data.Exceptions.{kind}Exception"),
                "@message": text,
                "@errorCode": code,
                "@errorMessage": query.message,
                "@permanent": true,
            });
            if let (Some((line, column)), Some(inner)) = (query.place, inner.as_object_mut()) {
                for members in [members as &mut serde_json::Map<String, Value>, inner] {
                    members.insert("@line".into(), line.to_string().into());
                    members.insert("@pos".into(), column.to_string().into());
                    members.insert("@token".into(), query.token.chars().take(200).collect::<String>().into());
                }
            }
            members.insert("@errorCode".into(), code.into());
            members.insert("@errorMessage".into(), query.message.clone().into());
            members.insert("innererror".into(), inner);
        }
        json!({ "error": error })
    }

    /// The body by which Log Analytics says so.
    ///
    /// Source: <https://learn.microsoft.com/azure/azure-monitor/logs/api/errors>
    pub fn log_analytics(&self, context: &Context) -> Value {
        let simple = |code: &str| json!({ "code": code, "message": self.public() });
        let mut error = match self {
            Failure::Query(query) => json!({
                "message": "The request had some invalid properties",
                "code": "BadArgumentError",
                "innererror": {
                    "code": format!("{}Error", query.kind()),
                    "message": format!("A {} error occurred.", query.kind().to_ascii_lowercase()),
                    "innererror": {
                        "code": query.code(),
                        "message": format!("{}Error: {}", query.kind(), query.message),
                        "line": query.place.map(|(line, _)| line),
                        "pos": query.place.map(|(_, column)| column),
                        "token": query.token.chars().take(200).collect::<String>(),
                    },
                },
            }),
            Failure::Database(_) => json!({ "code": "PathNotFoundError", "message": self.public() }),
            Failure::Request(_) | Failure::Run(_) | Failure::Cancelled => simple("BadArgumentError"),
            Failure::Unknown(Denied::TooManyFailures) | Failure::Busy => simple("ThrottledError"),
            Failure::Unknown(_) => simple("AuthenticationFailed"),
            Failure::Forbidden(_) => simple("InsufficientAccessError"),
            Failure::Misdirected(_) => simple("MisdirectedRequest"),
            Failure::NotFound
            | Failure::Workspace(_)
            | Failure::SavedQuery(_)
            | Failure::NotAcceptable(_) => simple("PathNotFoundError"),
            Failure::Method => simple("MethodNotAllowed"),
            Failure::TooLarge(_) => simple("RequestEntityTooLarge"),
            Failure::TimedOut(_) => simple("GatewayTimeout"),
            Failure::Limit(_) => simple("LimitsExceededError"),
            Failure::Internal(_) => simple("InternalServerError"),
        };
        if let Some(members) = error.as_object_mut() {
            members.insert("correlationId".into(), context.activity_id.clone().into());
        }
        json!({ "error": error })
    }

    /// The body by which weir's own interface says so.
    pub fn own(&self, context: &Context) -> Value {
        let code = match self {
            Failure::Query(query) if query.syntax => "syntax",
            Failure::Query(_) => "semantics",
            Failure::Request(_) => "request",
            Failure::Database(_) => "database",
            Failure::Unknown(_) => "token",
            Failure::Forbidden(_) => "forbidden",
            Failure::Misdirected(_) => "host",
            Failure::NotFound => "address",
            Failure::Workspace(_) => "workspace",
            Failure::SavedQuery(_) => "query",
            Failure::NotAcceptable(_) => "form",
            Failure::Method => "method",
            Failure::TooLarge(_) => "size",
            Failure::Busy => "busy",
            Failure::TimedOut(_) => "time",
            Failure::Cancelled => "cancelled",
            Failure::Limit(_) => "limit",
            Failure::Run(_) => "run",
            Failure::Internal(_) => "internal",
        };
        let mut error = json!({ "code": code, "message": self.public(), "request": context.activity_id });
        if let (Failure::Query(query), Some(members)) = (self, error.as_object_mut()) {
            let diagnostics = query.diagnostics.iter().map(diagnostic);
            members.insert("diagnostics".into(), diagnostics.collect());
        }
        json!({ "error": error })
    }
}

/// A note, a warning or an error on a query.
pub fn diagnostic(told: &Diagnostic) -> Value {
    json!({
        "severity": format!("{:?}", told.severity).to_ascii_lowercase(),
        "code": told.code,
        "start": told.span.start,
        "end": told.span.end,
        "message": told.message,
        "hint": told.hint,
    })
}

/// What Kusto's services say of the request that an error belongs to.
pub fn activity(context: &Context) -> Value {
    json!({
        "timestamp": datetime::format(now_ticks()),
        "serviceAlias": "weir",
        "clientRequestId": context.client_request_id,
        "activityId": context.activity_id,
        "subActivityId": context.activity_id,
        "activityType": "PO.WEIR.Request",
        "parentActivityId": context.activity_id,
        "activityStack": "",
    })
}

#[cfg(test)]
mod tests {
    use weir_kql::ast::Span;

    use super::*;

    #[test]
    fn places_are_those_of_the_query() {
        let whole = "let F = () { 1 };\nT\n| where x == 1";
        let before = 18;
        let error =
            Diagnostic::error(Some("KS142"), Span { start: 28, end: 29 }, "no x").with_hint("write y");
        let wrong = BadQuery::of(vec![error], whole, before);
        assert!(!wrong.syntax);
        assert_eq!((wrong.place, wrong.token.as_str()), (Some((2, 8)), "x"));
        assert_eq!(wrong.message, "KS142: no x (write y) [line:position=2:8]");
        let error = Diagnostic::error(None, Span { start: 4, end: 5 }, "no");
        assert!(BadQuery::of(vec![error], whole, before).message.starts_with("in a stored function: no"));
    }
}
