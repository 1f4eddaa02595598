//! The other side: a query sent to a server that speaks Kusto's protocol, its answer as if it had run here.

mod frames;

use std::collections::HashMap;
use std::io::Read;
use std::time::Duration;

use flate2::read::GzDecoder;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE};
use serde_json::{Map, Value, json};
use url::Url;
use weir_answer::Answer;
use weir_value::timespan;

/// The longest answer that is taken, unpacked.
const ANSWER_BYTES_MAX: u64 = 2 << 30;
/// How long is waited for a server to take a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// How much longer than its time a query is waited for.
const GRACE: Duration = Duration::from_secs(30);

/// A question to a server.
#[derive(Debug, Clone)]
pub struct Question {
    /// Where the server is: `http://localhost:8719`.
    pub server: Url,
    /// A token, where it asks for one.
    pub token: Option<String>,
    /// Which database, that is workspace, is asked.
    pub database: String,
    /// The query or command.
    pub text: String,
    /// Values of what it declares as parameters.
    pub parameters: HashMap<String, String>,
    /// What `now()` is, instead of the server's clock.
    pub now: Option<String>,
    /// How long it may take.
    pub timeout: Option<Duration>,
    /// Rows of a result beyond which it is cut off.
    pub rows: Option<usize>,
    /// Bytes of it.
    pub bytes: Option<u64>,
}

/// What a server answered.
#[derive(Debug)]
pub struct Reply {
    /// One for each tabular statement.
    pub answers: Vec<Answer>,
    /// Why they are not whole, where they are not.
    pub failure: Option<String>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server cannot be asked.
    #[error("cannot ask {server}")]
    Unreachable {
        /// Which server.
        server: Url,
        /// Why.
        source: reqwest::Error,
    },
    /// The server refuses.
    #[error("{server} answered {status}: {message}")]
    Refused {
        /// Which server.
        server: Url,
        /// The status of HTTP.
        status: u16,
        /// What it said.
        message: String,
    },
    /// The answer broke off or cannot be unpacked.
    #[error("cannot read the answer of {server}")]
    Broken {
        /// Which server.
        server: Url,
        /// Why.
        source: std::io::Error,
    },
    /// The answer is none of the protocol.
    #[error("cannot understand the answer of {server}: {reason}")]
    Strange {
        /// Which server.
        server: Url,
        /// What is wrong with it.
        reason: String,
    },
    /// The answer is too long.
    #[error("the answer of {0} is longer than {max} bytes", max = ANSWER_BYTES_MAX)]
    TooLong(Url),
}

/// Asks a server.
pub async fn ask(question: &Question) -> Result<Reply, Error> {
    let server = &question.server;
    let is_command = question.text.trim_start().starts_with('.');
    let path = if is_command { "/v1/rest/mgmt" } else { "/v2/rest/query" };
    let mut url = server.clone();
    url.set_path(&format!("{}{path}", server.path().trim_end_matches('/')));
    let unreachable = |source| Error::Unreachable { server: server.clone(), source };
    let client = reqwest::Client::builder()
        .connect_timeout(CONNECT)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(unreachable)?;
    let mut request = client
        .post(url)
        .header(CONTENT_TYPE, "application/json; charset=utf-8")
        .header(ACCEPT_ENCODING, "gzip")
        .header("x-ms-app", "weir")
        .header("x-ms-client-version", concat!("weir:", env!("CARGO_PKG_VERSION")))
        .body(body(question).to_string());
    if let Some(token) = &question.token {
        request = request.bearer_auth(token);
    }
    if let Some(timeout) = question.timeout {
        request = request.timeout(timeout + GRACE);
    }
    let mut response = request.send().await.map_err(unreachable)?;
    let status = response.status();
    let packed = response.headers().get(CONTENT_ENCODING).is_some_and(|encoding| encoding == "gzip");
    let mut bytes = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(unreachable)? {
        bytes.extend_from_slice(&piece);
        if bytes.len() as u64 > ANSWER_BYTES_MAX {
            return Err(Error::TooLong(server.clone()));
        }
    }
    if packed {
        let mut whole = Vec::new();
        let read = GzDecoder::new(bytes.as_slice()).take(ANSWER_BYTES_MAX + 1).read_to_end(&mut whole);
        read.map_err(|source| Error::Broken { server: server.clone(), source })?;
        if whole.len() as u64 > ANSWER_BYTES_MAX {
            return Err(Error::TooLong(server.clone()));
        }
        bytes = whole;
    }
    if !status.is_success() {
        let message = message(&bytes);
        return Err(Error::Refused { server: server.clone(), status: status.as_u16(), message });
    }
    let strange = |reason: String| Error::Strange { server: server.clone(), reason };
    let value: Value = serde_json::from_slice(&bytes).map_err(|error| strange(error.to_string()))?;
    drop(bytes);
    match is_command {
        true => frames::of_command(value),
        false => frames::of_query(value),
    }
    .map_err(strange)
}

fn body(question: &Question) -> Value {
    let mut options = Map::new();
    if let Some(time) = question.timeout {
        let ticks = i64::try_from(time.as_nanos() / 100).unwrap_or(i64::MAX);
        options.insert("servertimeout".to_owned(), timespan::format(ticks).into());
    }
    if let Some(now) = &question.now {
        options.insert("query_now".to_owned(), now.as_str().into());
    }
    if let Some(rows) = question.rows {
        options.insert("truncationmaxrecords".to_owned(), rows.into());
    }
    if let Some(bytes) = question.bytes {
        options.insert("truncationmaxsize".to_owned(), bytes.into());
    }
    json!({
        "db": question.database,
        "csl": question.text,
        "properties": { "Options": options, "Parameters": question.parameters },
    })
}

/// What a server says of a failure: the text that its clients show.
fn message(body: &[u8]) -> String {
    const SHOWN: usize = 4_000;
    let value: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let error = &value["error"];
    let text = error["@message"].as_str().or_else(|| error["message"].as_str());
    match text {
        Some(text) => text.chars().take(SHOWN).collect(),
        None => String::from_utf8_lossy(body).chars().take(SHOWN).collect(),
    }
}
