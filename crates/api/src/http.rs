//! Requests taken in and answers sent out, whatever they say.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::Value;

use crate::failure::Failure;
use crate::service::Service;
use crate::spool::{Spool, Spooled};

/// How much of a body that is too long is heard out, so that its sender comes to hear that it is.
const HEARD_OUT_BYTES: usize = 256 << 20;
/// How long.
const HEARD_OUT: Duration = Duration::from_secs(30);

/// The body of a request.
pub async fn body(body: Body, bytes_max: usize, idle: Duration) -> Result<Vec<u8>, Failure> {
    let mut body = body;
    let mut bytes = Vec::new();
    let mut heard = 0_usize;
    let began = std::time::Instant::now();
    loop {
        let frame = tokio::time::timeout(idle, body.frame()).await;
        let frame = frame.map_err(|_| Failure::Request("the request was not sent to its end".to_owned()))?;
        let Some(frame) = frame else { break };
        let frame =
            frame.map_err(|error| Failure::Request(format!("the request cannot be read: {error}")))?;
        let Ok(piece) = frame.into_data() else { continue };
        heard = heard.saturating_add(piece.len());
        if heard <= bytes_max {
            bytes.extend_from_slice(&piece);
        } else {
            bytes = Vec::new();
            // Closing the connection in the middle would take the answer with it.
            if heard > HEARD_OUT_BYTES || began.elapsed() > HEARD_OUT {
                break;
            }
        }
    }
    if heard > bytes_max { Err(Failure::TooLarge(bytes_max)) } else { Ok(bytes) }
}

/// The body of a request, as JSON.
pub async fn json_body(from: Body, bytes_max: usize, idle: Duration) -> Result<Value, Failure> {
    let bytes = body(from, bytes_max, idle).await?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Failure::Request(format!("the body of the request is no JSON: {error}")))
}

/// Whether whoever asks reads gzip.
pub fn takes_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|choice| {
        let (name, parameter) = choice.split_once(';').unwrap_or((choice, ""));
        let weight = parameter.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok());
        name.trim().eq_ignore_ascii_case("gzip") && weight != Some(0.0)
    })
}

/// An answer that is written.
pub fn spooled(status: StatusCode, kind: &'static str, spooled: Spooled) -> Result<Response, Failure> {
    let (bytes, gzip) = (spooled.bytes, spooled.gzip);
    let body = spooled.into_body().map_err(|error| Failure::internal(&error))?;
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes));
    if gzip {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}

/// An answer of JSON.
pub fn json(status: StatusCode, value: &Value) -> Response {
    text(status, "application/json; charset=utf-8", value.to_string())
}

/// A short answer.
pub fn text(status: StatusCode, kind: &'static str, text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// Writes an answer on a thread that may block, as encoding takes its time.
pub async fn write(
    service: &Service,
    gzip: bool,
    write: impl FnOnce(&mut Spool) -> Result<(), weir_answer::encode::Error> + Send + 'static,
) -> Result<Spooled, Failure> {
    let written = tokio::task::spawn_blocking(move || {
        let mut spool = Spool::new(gzip);
        write(&mut spool)?;
        spool.finish().map_err(weir_answer::encode::Error::from)
    });
    let written = written.await.map_err(|_| Failure::Internal("writing the answer broke off".to_owned()))?;
    let mut spooled = written.map_err(|error| Failure::internal(&error))?;
    if !service.disk.hold(&mut spooled, service.limits.disk_bytes) {
        return Err(Failure::Busy);
    }
    service.metrics.sent(spooled.bytes);
    Ok(spooled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_to_those_who_read_it() {
        let takes = |value: &'static str| {
            takes_gzip(&HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(value))]))
        };
        assert!(takes("gzip,deflate") && takes("deflate, GZIP;q=0.5"));
        assert!(!takes("deflate") && !takes("gzip;q=0") && !takes_gzip(&HeaderMap::new()));
    }

    #[tokio::test]
    async fn a_body_has_a_limit() {
        let read = async |length: usize| body(Body::from(vec![b' '; length]), 10, HEARD_OUT).await;
        assert_eq!(read(10).await.unwrap().len(), 10);
        assert!(matches!(read(11).await, Err(Failure::TooLarge(10))));
    }
}
