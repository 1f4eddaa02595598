use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use url::Url;

use crate::{Credential, Error, Query};

/// Version of the API.
const API_VERSION: &str = "2024-04-01";
/// Entries of a page; the most that Resource Graph gives.
const PAGE_ENTRIES: u64 = 1_000;
/// Pages of an answer: a hundred million resources.
const PAGES_MAX: u64 = 100_000;
/// Bytes of a page, unpacked. Resource Graph itself stops at 16 MB.
const PAGE_BYTES_MAX: usize = 256 << 20;
/// Bytes of an error that are told.
const MESSAGE_BYTES: usize = 400;

/// How patient the asking is.
#[derive(Debug, Clone, Copy)]
pub struct Waits {
    /// Requests for one page.
    pub tries_max: u32,
    /// First wait where Azure does not say how long; each further one is twice as long.
    pub first: Duration,
    /// Longest wait for one page, all together.
    pub all_max: Duration,
    /// Longest time that a request may take.
    pub request_max: Duration,
}

impl Default for Waits {
    fn default() -> Self {
        Waits {
            tries_max: 8,
            first: Duration::from_secs(1),
            all_max: Duration::from_secs(600),
            request_max: Duration::from_secs(120),
        }
    }
}

/// Resource Graph of one cloud, and whoever asks it.
#[derive(Debug)]
pub struct Graph {
    client: Client,
    endpoint: Url,
    scope: String,
    credential: Credential,
    waits: Waits,
}

/// Takes the entries of a page.
pub type Pages<'a> = &'a mut dyn FnMut(&Query, u64, Vec<Value>);

/// What an answer came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pulled {
    /// Pages.
    pub pages: u64,
    /// Entries of all pages.
    pub entries: u64,
    /// Requests that had to be repeated.
    pub repeated: u64,
}

impl Graph {
    /// Resource Graph at an endpoint of Resource Manager: `https://management.azure.com`, or that of another cloud.
    ///
    /// A token goes over encrypted connections only, or stays on this machine.
    pub fn new(endpoint: &str, credential: Credential, waits: Waits) -> Result<Self, Error> {
        let bad = |why| Error::Endpoint { endpoint: endpoint.to_owned(), why };
        let url = Url::parse(endpoint).map_err(|_| bad("write https://management.azure.com"))?;
        let here = match url.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => return Err(bad("it names no host")),
        };
        if url.scheme() != "https" && !(here && url.scheme() == "http") {
            return Err(bad("it must begin with https://"));
        }
        let connection =
            |source| Error::Connection { endpoint: endpoint.to_owned(), what: "anything", source };
        // A redirection would take the token elsewhere.
        let client = Client::builder()
            .timeout(waits.request_max)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("weir/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(connection)?;
        let scope = format!("{}/.default", url.origin().ascii_serialization());
        Ok(Graph { client, endpoint: url, scope, credential, waits })
    }

    /// Asks a question, of all subscriptions that may be read or of some, and hands over the answer page by page.
    pub async fn pull(
        &self,
        query: &Query,
        subscriptions: &[String],
        pages: Pages<'_>,
    ) -> Result<Pulled, Error> {
        let mut pulled = Pulled::default();
        let mut skip: Option<String> = None;
        let mut promised = None;
        loop {
            let page = self.page(query, subscriptions, skip.as_deref(), &mut pulled).await?;
            let entries = page.entries.len() as u64;
            pulled.pages += 1;
            pulled.entries += entries;
            promised = promised.or(page.total);
            pages(query, pulled.pages, page.entries);
            match page.skip {
                None => break,
                Some(next) if skip.as_ref() == Some(&next) || pulled.pages >= PAGES_MAX => {
                    return Err(self.answer(query, "its pages do not end"));
                }
                Some(next) => skip = Some(next),
            }
        }
        // Resources may come and go between two pages; an answer that was cut off is short by more.
        match promised {
            Some(total) if pulled.entries + PAGE_ENTRIES <= total => {
                let why = format!("it has {} of {total} entries and names no further page", pulled.entries);
                Err(self.answer(query, &why))
            }
            _ => Ok(pulled),
        }
    }

    /// One page; asked for again where that may help.
    async fn page(
        &self,
        query: &Query,
        subscriptions: &[String],
        skip: Option<&str>,
        pulled: &mut Pulled,
    ) -> Result<Page, Error> {
        let mut waited = Duration::ZERO;
        let mut wait = self.waits.first;
        for number in 1.. {
            let trouble = match self.ask(query, subscriptions, skip).await? {
                Asked::Page(page) => return Ok(page),
                Asked::Again(trouble) => trouble,
            };
            let pause = trouble.pause.unwrap_or(wait);
            if number >= self.waits.tries_max || waited + pause > self.waits.all_max {
                return Err(trouble.error.unwrap_or_else(|| Error::Busy {
                    endpoint: self.endpoint.to_string(),
                    what: query.what,
                    waited,
                }));
            }
            pulled.repeated += 1;
            tokio::time::sleep(pause).await;
            waited += pause;
            wait *= 2;
        }
        Err(self.answer(query, "it does not end"))
    }

    async fn ask(&self, query: &Query, subscriptions: &[String], skip: Option<&str>) -> Result<Asked, Error> {
        let mut options = json!({ "resultFormat": "objectArray", "$top": PAGE_ENTRIES });
        if let Some(skip) = skip {
            options["$skipToken"] = skip.into();
        }
        let mut body = json!({ "query": query.kql, "options": options });
        if !subscriptions.is_empty() {
            body["subscriptions"] = subscriptions.into();
        }
        let mut url = self.endpoint.clone();
        url.set_path("/providers/Microsoft.ResourceGraph/resources");
        url.set_query(Some(&format!("api-version={API_VERSION}")));
        let token = self.credential.token(&self.scope).await?;
        let request = self
            .client
            .post(url)
            .bearer_auth(token.secret())
            .header("content-type", "application/json")
            .body(body.to_string());
        let connection =
            |source| Error::Connection { endpoint: self.endpoint.to_string(), what: query.what, source };
        let mut response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Ok(Asked::again(None, connection(error))),
        };
        let (status, pause) = (response.status(), pause(response.headers()));
        let mut bytes = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if bytes.len() + chunk.len() <= PAGE_BYTES_MAX => {
                    bytes.extend_from_slice(&chunk);
                }
                Ok(Some(_)) => return Err(self.answer(query, "a page is larger than may be")),
                Ok(None) => break,
                // It ended too early.
                Err(error) => return Ok(Asked::again(None, connection(error))),
            }
        }
        if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            return Ok(Asked::Again(Trouble { pause, error: None }));
        }
        if !status.is_success() {
            let refused = Error::Refused {
                endpoint: self.endpoint.to_string(),
                what: query.what,
                status: status.as_u16(),
                message: message(&bytes),
            };
            return match status.is_server_error() {
                true => Ok(Asked::again(pause, refused)),
                false => Err(refused),
            };
        }
        Ok(match Page::read(&bytes) {
            Ok(page) => Asked::Page(page),
            Err(why) => Asked::again(None, self.answer(query, &why)),
        })
    }

    fn answer(&self, query: &Query, why: &str) -> Error {
        Error::Answer { endpoint: self.endpoint.to_string(), what: query.what, why: why.to_owned() }
    }
}

enum Asked {
    Page(Page),
    Again(Trouble),
}

/// Why a page has to be asked for again, and what is told when that does not help.
struct Trouble {
    pause: Option<Duration>,
    error: Option<Error>,
}

impl Asked {
    fn again(pause: Option<Duration>, error: Error) -> Self {
        Asked::Again(Trouble { pause, error: Some(error) })
    }
}

struct Page {
    entries: Vec<Value>,
    skip: Option<String>,
    total: Option<u64>,
}

impl Page {
    fn read(bytes: &[u8]) -> Result<Page, String> {
        let mut answer: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let Some(Value::Array(entries)) = answer.get_mut("data").map(Value::take) else {
            return Err("it has no list 'data'".to_owned());
        };
        let count = answer.get("count").and_then(Value::as_u64);
        if count.is_some_and(|count| count != entries.len() as u64) {
            return Err("it has not as many entries as it says".to_owned());
        }
        let skip = answer.get("$skipToken").and_then(Value::as_str).filter(|skip| !skip.is_empty());
        let total = answer.get("totalRecords").and_then(Value::as_u64);
        // Without a way to go on, what was cut off cannot be had.
        let cut = answer.get("resultTruncated");
        if skip.is_none() && cut.is_some_and(|cut| *cut == "true" || *cut == true) {
            return Err("it is cut off, and names no further page".to_owned());
        }
        Ok(Page { entries, skip: skip.map(str::to_owned), total })
    }
}

/// How long Azure asks to wait: in seconds, or until the quota of the one who asks is filled again.
///
/// Source: <https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests>
fn pause(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let after = text(RETRY_AFTER.as_str()).and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs);
    after.or_else(|| clock(text("x-ms-user-quota-resets-after")?))
}

/// `hh:mm:ss`.
fn clock(text: &str) -> Option<Duration> {
    let mut parts = text.split(':');
    let mut next = || parts.next()?.parse::<u64>().ok().filter(|part| *part < 100);
    let (hours, minutes, seconds) = (next()?, next()?, next()?);
    Some(Duration::from_secs(hours * 3_600 + minutes * 60 + seconds))
}

/// What Azure says of an error: its code and message, or the beginning of whatever it sent.
fn message(bytes: &[u8]) -> String {
    let told = serde_json::from_slice::<Value>(bytes).ok().and_then(|answer| {
        let error = answer.get("error")?;
        // The reason is often within.
        let inner = error.get("details").and_then(|details| details.get(0)).unwrap_or(error);
        let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(format!("{}: {}", text(error, "code")?, text(inner, "message")?))
    });
    let told = told.unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned());
    told.chars().filter(|c| !c.is_control()).take(MESSAGE_BYTES).collect()
}
