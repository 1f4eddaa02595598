use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, StatusCode};
use std::time::Duration;
use url::Url;

use crate::{Error, Waits};

/// Bytes of a feed, unpacked.
pub(crate) const BYTES_MAX: usize = 1 << 30;
/// Bytes of a page that only leads to a feed.
const PAGE_BYTES_MAX: usize = 8 << 20;
/// Bytes of a refusal that are told.
const MESSAGE_BYTES: usize = 400;
/// Redirections that are followed.
const REDIRECTIONS_MAX: usize = 5;

/// Who asks for a feed.
#[derive(Clone, Default)]
pub struct FeedCredential(Option<Secret>);

#[derive(Clone)]
enum Secret {
    Token(String),
    Password(String, String),
}

impl std::fmt::Debug for FeedCredential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            None => "nobody",
            Some(Secret::Token(_)) => "a token",
            Some(Secret::Password(..)) => "a name and a password",
        })
    }
}

impl FeedCredential {
    /// What the environment has: `WEIR_FEED_TOKEN`, or `WEIR_FEED_USER` and `WEIR_FEED_PASSWORD`, or nothing.
    pub fn new(variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let told = |name| variable(name).filter(|value| !value.is_empty());
        let missing = |variable| Error::Variable { kind: "feed", variable };
        Ok(FeedCredential(
            match (told("WEIR_FEED_TOKEN"), told("WEIR_FEED_USER"), told("WEIR_FEED_PASSWORD")) {
                (Some(token), ..) => Some(Secret::Token(token)),
                (None, Some(user), Some(password)) => Some(Secret::Password(user, password)),
                (None, None, None) => None,
                (None, Some(_), None) => return Err(missing("WEIR_FEED_PASSWORD")),
                (None, None, Some(_)) => return Err(missing("WEIR_FEED_USER")),
            },
        ))
    }

    fn sign(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.0 {
            None => request,
            Some(Secret::Token(token)) => request.bearer_auth(token),
            Some(Secret::Password(user, password)) => request.basic_auth(user, Some(password)),
        }
    }
}

/// A feed as it was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedFile {
    /// What it is called: the end of its address.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// Pages that it came in; one for a file.
    pub pages: u64,
}

/// Fetches feeds.
#[derive(Debug)]
pub struct Feeds {
    client: Client,
    credential: FeedCredential,
    waits: Waits,
}

/// What was answered.
pub(crate) struct Answer {
    pub(crate) bytes: Vec<u8>,
    pub(crate) headers: HeaderMap,
}

impl Feeds {
    /// Asks as somebody, and so patiently.
    pub fn new(credential: FeedCredential, waits: Waits) -> Result<Self, Error> {
        // A password stays with the host that it is for: the client takes it off where another one is led to.
        let policy = reqwest::redirect::Policy::custom(|attempt| {
            let safe = is_safe(attempt.url());
            match attempt.previous().len() {
                led if led > REDIRECTIONS_MAX => attempt.error("it leads elsewhere again and again"),
                _ if safe => attempt.follow(),
                _ => attempt.error("it leads to an address without encryption"),
            }
        });
        let client = Client::builder()
            .timeout(waits.request_max)
            .redirect(policy)
            .user_agent(concat!("weir/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|source| Error::Connection { endpoint: String::new(), what: "anything", source })?;
        Ok(Feeds { client, credential, waits })
    }

    /// Fetches a file. A page from which Azure's service tags are downloaded leads to their file.
    pub async fn file(&self, url: &Url) -> Result<FeedFile, Error> {
        let answer = self.get(url, None).await?;
        if answer.bytes.len() <= PAGE_BYTES_MAX
            && is_page(&answer)
            && let Some(file) = tags_in(&String::from_utf8_lossy(&answer.bytes))
        {
            let answer = self.get(&file, None).await?;
            return Ok(FeedFile { name: name_of(&file), bytes: answer.bytes, pages: 1 });
        }
        Ok(FeedFile { name: name_of(url), bytes: answer.bytes, pages: 1 })
    }

    /// Asks once, and again where that may help.
    pub(crate) async fn get(&self, url: &Url, accept: Option<&'static str>) -> Result<Answer, Error> {
        if !is_safe(url) {
            let why = match url.scheme() {
                "http" => "it must begin with https://",
                _ => "write https://…",
            };
            return Err(Error::FeedAddress { url: url.to_string(), why });
        }
        let (mut waited, mut wait) = (Duration::ZERO, self.waits.first);
        let mut number = 1;
        loop {
            let (error, pause) = match self.ask(url, accept).await {
                Ok(answer) => return Ok(answer),
                Err(Trouble { error, again: false, .. }) => return Err(error),
                Err(Trouble { error, pause, .. }) => (error, pause.unwrap_or(wait)),
            };
            if number >= self.waits.tries_max || waited + pause > self.waits.all_max {
                return Err(error);
            }
            tokio::time::sleep(pause).await;
            number += 1;
            waited += pause;
            wait *= 2;
        }
    }

    async fn ask(&self, url: &Url, accept: Option<&'static str>) -> Result<Answer, Trouble> {
        let broken = |source: reqwest::Error| {
            let again = !source.is_redirect() && !source.is_builder();
            // The address itself is told without what may be secret in it.
            let error =
                Error::Connection { endpoint: shown(url), what: "a feed", source: source.without_url() };
            Trouble { error, pause: None, again }
        };
        let mut request = self.credential.sign(self.client.get(url.clone()));
        if let Some(accept) = accept {
            request = request.header(ACCEPT, accept);
        }
        let mut response = request.send().await.map_err(broken)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(broken)? {
            if bytes.len() + chunk.len() > BYTES_MAX {
                let why = "it is larger than a gibibyte".to_owned();
                return Err(Trouble::last(Error::Answer { endpoint: shown(url), what: "a feed", why }));
            }
            bytes.extend_from_slice(&chunk);
        }
        if status.is_success() {
            return Ok(Answer { bytes, headers });
        }
        let seconds = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let text = String::from_utf8_lossy(&bytes);
        let message = text.chars().filter(|c| !c.is_control()).take(MESSAGE_BYTES).collect();
        let error = Error::FeedRefused { url: shown(url), status: status.as_u16(), message };
        let again = status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error();
        Err(Trouble { error, pause: seconds.map(Duration::from_secs), again })
    }
}

/// Why there is no answer, and whether to ask again, after how long.
struct Trouble {
    error: Error,
    pause: Option<Duration>,
    again: bool,
}

impl Trouble {
    fn last(error: Error) -> Self {
        Trouble { error, pause: None, again: false }
    }
}

/// Encrypted, or on this machine.
fn is_safe(url: &Url) -> bool {
    let here = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    url.scheme() == "https" || here && url.scheme() == "http"
}

/// An address without a password, or a key behind the question mark.
pub(crate) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string()
}

/// The last part of an address that is one.
pub(crate) fn name_of(url: &Url) -> String {
    let parts = url.path_segments().into_iter().flatten().filter(|part| !part.is_empty());
    parts.last().or(url.host_str()).unwrap_or("feed").to_owned()
}

fn is_page(answer: &Answer) -> bool {
    let kind = answer.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    kind.contains("html") || answer.bytes.trim_ascii_start().starts_with(b"<")
}

/// The file of service tags that a page leads to.
fn tags_in(page: &str) -> Option<Url> {
    page.match_indices("ServiceTags_").find_map(|(at, _)| {
        let quote = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '(' | ')');
        let start = page[..at].rfind(quote).map_or(0, |quote| quote + 1);
        let end = page[at..].find(quote).map_or(page.len(), |length| at + length);
        let url = Url::parse(&page[start..end].replace("&amp;", "&")).ok()?;
        (url.path().ends_with(".json") && is_safe(&url)).then_some(url)
    })
}
