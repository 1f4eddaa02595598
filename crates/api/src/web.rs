//! The web application: files that were taken into the program when it was built.
//!
//! They are kept packed with gzip and sent so to whoever reads it, which is every browser. The page asks the same
//! addresses as any other client.

use std::collections::HashMap;
use std::io::Read;
use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;
use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};

use crate::http;

/// A file of the application.
struct File {
    /// Where a browser finds it.
    path: &'static str,
    /// Its content, packed with gzip.
    packed: &'static [u8],
}

/// What tells a file's content from another, by its path.
static TAGS: LazyLock<HashMap<&'static str, String>> =
    LazyLock::new(|| FILES.iter().map(|file| (file.path, tag(file.packed))).collect());

static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/web.rs"));

/// Addresses of the application's pages: each is the same file, and the script in it draws the page.
const PAGES: [&str; 9] =
    ["/", "/distribution", "/topology", "/ports", "/internet", "/rules", "/security", "/health", "/query"];

/// What the page may do: its own scripts alone, nothing from elsewhere. Charts and the editor set styles of elements,
/// which cannot be told from styles in the text of a page.
const POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; \
                      img-src 'self' data:; font-src 'self' data:; style-src 'self' 'unsafe-inline'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What a browser is shown by a program without the application.
const WITHOUT: &str = "weir is running. This program was built without its web application: make web, then build it.\n\n\
                       Ask it with any client of Azure Data Explorer or Log Analytics, or through \
                       /api/v1/openapi.json.\n";

/// The answer to a request for a file or a page; nothing when there is none of that name.
pub fn answer(request: &Request) -> Option<Response> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return None;
    }
    let path = request.uri().path();
    let is_page =
        PAGES.contains(&path) || path.strip_prefix("/address/").is_some_and(|rest| !rest.is_empty());
    if is_page && FILES.is_empty() {
        return Some(http::text(StatusCode::OK, "text/plain; charset=utf-8", WITHOUT.to_owned()));
    }
    let wanted = if is_page { "/index.html" } else { path };
    let file = FILES.iter().find(|file| file.path == wanted)?;
    let tag = TAGS.get(file.path).map_or("", String::as_str);
    Some(send(file, tag, request.headers()))
}

fn tag(content: &[u8]) -> String {
    let hash = Sha256::digest(content);
    let digits: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{digits}\"")
}

fn send(file: &File, tag: &str, headers: &HeaderMap) -> Response {
    let mut response = Response::new(Body::empty());
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    if known.flat_map(|value| value.split(',')).any(|one| one.trim().trim_start_matches("W/") == tag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else if http::takes_gzip(headers) {
        *response.body_mut() = Body::from(file.packed);
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    } else {
        let mut plain = Vec::new();
        // The bytes were packed when the program was built: they are whole.
        if GzDecoder::new(file.packed).read_to_end(&mut plain).is_err() {
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        }
        *response.body_mut() = Body::from(plain);
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind(file.path)));
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(ETAG, tag);
    }
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    // The names of these files hold a hash of their content.
    let lasting = file.path.starts_with("/assets/");
    let cached = if lasting { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cached));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "ttf" => "font/ttf",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header::ACCEPT_ENCODING;

    use super::*;

    fn get(path: &str) -> Request {
        Request::get(path).body(Body::empty()).unwrap()
    }

    #[test]
    fn pages_are_there_with_and_without_the_application() {
        for path in PAGES.into_iter().chain(["/address/10.1.1.8"]) {
            assert_eq!(answer(&get(path)).unwrap().status(), StatusCode::OK, "{path}");
        }
        assert!(answer(&get("/elsewhere")).is_none() && answer(&get("/address/")).is_none());
        assert!(answer(&get("/assets/../index.html")).is_none());
        assert!(answer(&Request::post("/").body(Body::empty()).unwrap()).is_none());
    }

    #[test]
    fn a_file_is_sent_packed_or_plain_and_not_again() {
        let mut encoder = flate2::read::GzEncoder::new(b"<p>".as_slice(), flate2::Compression::fast());
        let mut packed = Vec::new();
        encoder.read_to_end(&mut packed).unwrap();
        let file = File { path: "/index.html", packed: packed.leak() };
        let one = "\"1\"";
        let with = |name, value| HeaderMap::from_iter([(name, HeaderValue::from_static(value))]);
        let sent = send(&file, one, &with(ACCEPT_ENCODING, "gzip, br"));
        assert_eq!(sent.headers()[CONTENT_ENCODING], "gzip");
        assert!(!sent.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap().contains("unsafe-eval"));
        let sent = send(&file, one, &HeaderMap::new());
        assert!(!sent.headers().contains_key(CONTENT_ENCODING));
        assert_eq!(
            send(&file, one, &with(IF_NONE_MATCH, "W/\"1\", \"2\"")).status(),
            StatusCode::NOT_MODIFIED
        );
    }
}
