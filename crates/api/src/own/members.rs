//! What the body of a request says, member by member, and what of an answer a header says.

use std::collections::HashMap;
use std::time::Duration;

use axum::extract::Request;
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::http;
use crate::kusto::moment;
use crate::service::Service;

/// The members of a request's body, which is a JSON object.
pub(super) async fn members_of(service: &Service, request: Request) -> Result<Map<String, Value>, Failure> {
    let limits = &service.limits;
    match http::json_body(request.into_body(), limits.body_bytes, limits.idle).await? {
        Value::Object(members) => Ok(members),
        _ => Err(Failure::Request("the body of the request is no JSON object".to_owned())),
    }
}

/// How long the request may take, at most `most`; nothing where it does not say.
pub(super) fn timeout(members: &Map<String, Value>, most: Duration) -> Result<Option<Duration>, Failure> {
    let Some(seconds) = number(members, "timeout")? else { return Ok(None) };
    let timeout = Duration::try_from_secs_f64(seconds).map_err(|_| wrong("timeout", "seconds"))?;
    Ok(Some(timeout.min(most)))
}

/// A time in ticks.
pub(super) fn time(members: &Map<String, Value>, name: &str) -> Result<Option<i64>, Failure> {
    match member(members, name)? {
        Some(text) => moment(text).map(Some).ok_or_else(|| wrong(name, "a datetime")),
        None => Ok(None),
    }
}

/// A text; nothing where there is none.
pub(super) fn member<'m>(members: &'m Map<String, Value>, name: &str) -> Result<Option<&'m str>, Failure> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(wrong(name, "a text")),
    }
}

/// A number that is not below zero.
pub(super) fn number(members: &Map<String, Value>, name: &str) -> Result<Option<f64>, Failure> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => Ok(number.as_f64().filter(|number| *number >= 0.0)),
        Some(_) => Err(wrong(name, "a number")),
    }
}

/// A member that is not what it should be.
fn wrong(name: &str, expected: &str) -> Failure {
    Failure::Request(format!("the member '{name}' of the request is not {expected}"))
}

/// Values of the query's parameters, by name.
pub(super) fn parameters(members: &Map<String, Value>) -> Result<HashMap<String, String>, Failure> {
    let parameters = match members.get("parameters") {
        None | Some(Value::Null) => return Ok(HashMap::new()),
        Some(Value::Object(parameters)) => parameters,
        Some(_) => return Err(wrong("parameters", "an object")),
    };
    let text = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        _ => Err(wrong("parameters", "an object of texts")),
    };
    parameters.iter().map(|(name, value)| Ok((name.clone(), text(value)?))).collect()
}

/// JSON in the letters that a header may hold.
pub(super) fn ascii(json: &str) -> String {
    let mut text = String::new();
    for letter in json.chars() {
        match letter {
            letter if letter.is_ascii() => text.push(letter),
            letter => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    text.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    text
}
