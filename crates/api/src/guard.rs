//! What every request passes: where it was sent to, from which page, by whom; and what every answer carries.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Extension, Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::Response;

use crate::auth::{Denied, Principal, Role, Workspaces};
use crate::context::{Context, new_id};
use crate::failure::Failure;
use crate::metrics::Part;
use crate::service::{Addressed, Service};
use crate::{audit, kusto, monitor, own, web};

/// The id that a client gives its request.
pub const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-client-request-id");
const ACTIVITY_ID: HeaderName = HeaderName::from_static("x-ms-activity-id");
/// What a request took in here, in milliseconds: <https://www.w3.org/TR/server-timing/>
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// A client's id is no longer than this.
const ID_BYTES_MAX: usize = 256;

/// Where a connection came from, as the server that accepted it says.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// The part of the server that an address belongs to.
pub fn part(path: &str) -> Part {
    let below =
        |prefix: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if below("/v1/rest") || below("/v2/rest") {
        Part::Kusto
    } else if below("/v1") {
        Part::LogAnalytics
    } else if below("/api") {
        Part::Own
    } else {
        Part::Other
    }
}

/// Lets a request through, or not.
pub async fn guard(State(service): State<Arc<Service>>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let address = request.extensions().get::<Peer>().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.0);
    let path = request.uri().path().to_owned();
    let method = request.method().clone();
    let part = part(&path);
    let mut context = Context {
        client_request_id: client_id(request.headers()),
        activity_id: new_id(),
        address,
        principal: nobody(),
    };
    let mut response = match admit(&service, request.uri(), request.headers(), part, address).await {
        Ok(principal) => {
            context.principal = principal;
            request.extensions_mut().insert(context.clone());
            next.run(request).await
        }
        Err(failure) => {
            service.metrics.turned_away();
            audit::refused(&service, &context, &path, &failure);
            refusal(part, &failure, &context)
        }
    };
    dress(&mut response, &context, began.elapsed());
    service.metrics.request(part, response.status());
    tracing::info!(
        method = %method,
        path,
        status = response.status().as_u16(),
        milliseconds = began.elapsed().as_secs_f64() * 1e3,
        address = %address,
        principal = context.principal.name,
        request = context.activity_id,
        client_request = context.client_request_id,
        "request"
    );
    response
}

/// Somebody of whom nothing is known yet.
fn nobody() -> Principal {
    Principal { name: None, role: Role::Reader, workspaces: Workspaces::Named(Default::default()) }
}

/// The answer to a request that failed, in the words of the part that it was sent to.
pub fn refusal(part: Part, failure: &Failure, context: &Context) -> Response {
    let mut response = match part {
        Part::Kusto => kusto::refusal(failure, context, ""),
        Part::LogAnalytics => monitor::refusal(failure, context),
        Part::Own | Part::Other => own::refusal(failure, context),
    };
    if let Failure::Unknown(denied) = failure {
        let headers = response.headers_mut();
        match denied {
            Denied::TooManyFailures => headers.insert(header::RETRY_AFTER, HeaderValue::from_static("60")),
            _ => headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"weir\"")),
        };
    }
    response
}

async fn admit(
    service: &Service,
    uri: &Uri,
    headers: &HeaderMap,
    part: Part,
    address: IpAddr,
) -> Result<Principal, Failure> {
    let host = addressed(uri, headers)?;
    if !is_known(&host, &service.hosts, service.addressed) {
        return Err(Failure::Misdirected(host));
    }
    check_origin(headers, &host)?;
    if is_public(uri.path(), part) {
        return Ok(nobody());
    }
    let known = service.access.principal(headers, address, &service.failures).await;
    known.map_err(Failure::Unknown)
}

/// What anybody may see: that the server is there, where its clients get tokens, the pages themselves.
fn is_public(path: &str, part: Part) -> bool {
    match part {
        Part::Kusto => path == "/v1/rest/auth/metadata",
        Part::Other => path != "/metrics",
        Part::LogAnalytics | Part::Own => false,
    }
}

/// The host that a request was sent to, with its port.
fn addressed(uri: &Uri, headers: &HeaderMap) -> Result<String, Failure> {
    let mut values = headers.get_all(header::HOST).iter();
    let (first, second) = (values.next(), values.next());
    if second.is_some() {
        return Err(Failure::Request("the request names several hosts".to_owned()));
    }
    // Version 2 of HTTP has it in the address.
    let host = match (uri.authority(), first) {
        (Some(authority), _) => Some(authority.as_str()),
        (None, Some(value)) => value.to_str().ok(),
        (None, None) => None,
    };
    host.map(str::to_ascii_lowercase).ok_or_else(|| Failure::Request("the request names no host".to_owned()))
}

/// A host without its port.
fn without_port(host: &str) -> &str {
    match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => host.split(':').next().unwrap_or(host),
    }
}

/// Whether a host is this machine, or has a name that the server goes by.
fn is_known(host: &str, hosts: &[String], addressed: Addressed) -> bool {
    let name = without_port(host).trim_end_matches('.');
    let address = name.parse::<IpAddr>();
    name == "localhost"
        || address.as_ref().is_ok_and(IpAddr::is_loopback)
        || hosts.iter().any(|known| known.eq_ignore_ascii_case(name))
        || match addressed {
            Addressed::ByName => false,
            Addressed::ByAddress => address.is_ok(),
            Addressed::ByAnything => true,
        }
}

/// Refuses what pages of other sites send: browsers say so, and no other client does.
fn check_origin(headers: &HeaderMap, host: &str) -> Result<(), Failure> {
    let foreign = || Failure::Forbidden("requests from pages of other sites are not answered".to_owned());
    if let Some(origin) = headers.get(header::ORIGIN) {
        let origin = origin.to_str().map_err(|_| foreign())?.to_ascii_lowercase();
        let of = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        if of != Some(host) {
            return Err(foreign());
        }
    }
    match headers.get("sec-fetch-site").map(HeaderValue::as_bytes) {
        Some(b"cross-site")
            if headers.get("sec-fetch-mode").map(HeaderValue::as_bytes) != Some(b"navigate") =>
        {
            Err(foreign())
        }
        _ => Ok(()),
    }
}

/// The id that a client gave its request, or one in its place.
fn client_id(headers: &HeaderMap) -> String {
    let given = headers.get(CLIENT_REQUEST_ID).or_else(|| headers.get(REQUEST_ID));
    let given = given.and_then(|value| value.to_str().ok()).map(str::trim);
    match given.filter(|id| !id.is_empty() && id.len() <= ID_BYTES_MAX) {
        Some(id) => id.to_owned(),
        None => format!("unspecified;{}", new_id()),
    }
}

/// Adds what every answer carries.
fn dress(response: &mut Response, context: &Context, took: Duration) {
    let busy = response.status() == StatusCode::TOO_MANY_REQUESTS;
    let headers = response.headers_mut();
    if let Ok(time) = HeaderValue::from_str(&format!("total;dur={:.3}", took.as_secs_f64() * 1e3)) {
        headers.insert(SERVER_TIMING, time);
    }
    if let Ok(id) = HeaderValue::from_str(&context.client_request_id) {
        // A request may name another in its body.
        headers.entry(CLIENT_REQUEST_ID).or_insert(id);
    }
    if let Ok(id) = HeaderValue::from_str(&context.activity_id) {
        headers.insert(ACTIVITY_ID, id.clone());
        headers.insert(REQUEST_ID, id);
    }
    if busy {
        headers.entry(header::RETRY_AFTER).or_insert(HeaderValue::from_static("1"));
    }
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        // A page may have a policy of its own.
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

/// A page or a file of the web application, or what is not there.
pub async fn other(Extension(context): Extension<Context>, request: Request) -> Response {
    let answer = web::answer(&request);
    answer.unwrap_or_else(|| refusal(part(request.uri().path()), &Failure::NotFound, &context))
}

/// What is there for other methods.
pub async fn other_method(Extension(context): Extension<Context>, uri: Uri) -> Response {
    refusal(part(uri.path()), &Failure::Method, &context)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_told_by_their_paths() {
        assert_eq!(part("/v1/rest/query"), Part::Kusto);
        assert_eq!(part("/v2/rest/query"), Part::Kusto);
        assert_eq!(part("/v1//subscriptions/x/query"), Part::LogAnalytics);
        assert_eq!(part("/v1/$batch"), Part::LogAnalytics);
        assert_eq!(part("/api/v1/status"), Part::Own);
        assert_eq!(part("/apis"), Part::Other);
        assert_eq!(part("/"), Part::Other);
    }

    #[test]
    fn only_names_of_this_machine_are_known() {
        let hosts = ["weir.example".to_owned()];
        for host in
            ["localhost", "localhost:80", "127.0.0.1:8080", "127.1.2.3", "[::1]:1", "weir.example:443"]
        {
            assert!(is_known(host, &hosts, Addressed::ByName), "{host}");
        }
        for host in
            ["evil.example", "localhost.evil.example", "10.0.0.1", "127.0.0.1.evil.example", "", ":80"]
        {
            assert!(!is_known(host, &hosts, Addressed::ByName), "{host}");
            assert!(is_known(host, &hosts, Addressed::ByAnything), "{host}");
        }
        assert!(is_known("10.0.0.1:80", &hosts, Addressed::ByAddress));
        assert!(is_known("[2001:db8::1]:80", &hosts, Addressed::ByAddress));
        assert!(!is_known("evil.example", &hosts, Addressed::ByAddress));
    }

    #[test]
    fn pages_of_other_sites_are_refused() {
        let check = |name: &'static str, value: &'static str| {
            let name = HeaderName::from_static(name);
            check_origin(&HeaderMap::from_iter([(name, HeaderValue::from_static(value))]), "localhost:80")
                .is_ok()
        };
        assert!(check("origin", "http://localhost:80"));
        assert!(!check("origin", "http://localhost:81") && !check("origin", "http://evil.example"));
        assert!(!check("origin", "null") && !check("sec-fetch-site", "cross-site"));
        assert!(check("sec-fetch-site", "same-origin") && check("accept", "x"));
    }
}
