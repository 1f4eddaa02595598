//! Tokens of an identity provider: JSON web tokens, as OpenID Connect and Microsoft Entra give them out.
//!
//! A token must be signed by a key of the provider, be for this server (`aud`), come from the provider (`iss`) and
//! be valid now. What it allows stands in its claim `roles`: `weir.reader` or `weir.operator`, for all workspaces, or
//! `weir.reader.NAME` for one.
//!
//! Source: <https://learn.microsoft.com/entra/identity-platform/access-tokens>

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use super::{Principal, Role, Workspaces};

/// What is known of an identity provider.
#[derive(Debug, Clone)]
pub struct OidcSettings {
    /// What its tokens name as their issuer.
    pub issuer: String,
    /// What its tokens name this server.
    pub audience: String,
    /// Where its keys are.
    pub keys: KeySource,
    /// What somebody may do whose token names no role of weir's; nothing, for not to be let in.
    pub default_role: Option<Role>,
}

/// Where the keys of a provider are.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// In a file: a set of JSON web keys.
    File(PathBuf),
    /// At an address that answers with one.
    Url(Url),
}

/// Why the keys of a provider are not known.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("cannot read the keys in {}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The address does not answer.
    #[error("cannot fetch the keys from {url}")]
    Fetch {
        /// Which address.
        url: Url,
        /// Why.
        source: reqwest::Error,
    },
    /// The answer is too long to be a set of keys.
    #[error("cannot use the keys from {0}: they are longer than {max} bytes", max = KEYS_BYTES_MAX)]
    TooLong(Url),
    /// What was read is no set of keys.
    #[error("cannot understand the keys of {issuer}")]
    Bad {
        /// Of which provider.
        issuer: String,
        /// Why.
        source: serde_json::Error,
    },
    /// Keys that travel in the open can be exchanged on the way.
    #[error("the keys must come from an https address, not from {0}")]
    Insecure(Url),
    /// The program cannot fetch anything.
    #[error("cannot prepare to fetch keys")]
    Client(#[source] reqwest::Error),
}

const KEYS_BYTES_MAX: usize = 1 << 20;
const FETCH: Duration = Duration::from_secs(10);
/// Keys are fetched again after this time at the latest.
const FRESH: Duration = Duration::from_secs(60 * 60);
/// A token with an unknown key makes keys be fetched again, but no more often than this.
const PAUSE: Duration = Duration::from_secs(60);
/// Clocks may differ by this.
const LEEWAY_SECONDS: u64 = 60;
/// A token is no longer than this.
const TOKEN_BYTES_MAX: usize = 16 << 10;
/// Signatures that are accepted; those with a shared secret are not among them.
const ALGORITHMS: [Algorithm; 8] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
];

/// An identity provider and its keys.
pub struct Oidc {
    settings: OidcSettings,
    client: reqwest::Client,
    keys: Mutex<Keys>,
}

struct Keys {
    set: Arc<JwkSet>,
    read: Instant,
}

#[derive(Deserialize)]
struct Claims {
    #[serde(default)]
    roles: Vec<String>,
    preferred_username: Option<String>,
    upn: Option<String>,
    azp: Option<String>,
    appid: Option<String>,
    sub: Option<String>,
}

impl Oidc {
    /// Reads the keys of a provider for the first time.
    pub async fn open(settings: OidcSettings) -> Result<Oidc, Error> {
        if let KeySource::Url(url) = &settings.keys
            && url.scheme() != "https"
            && !is_loopback(url)
        {
            return Err(Error::Insecure(url.clone()));
        }
        let client = reqwest::Client::builder()
            .timeout(FETCH)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(Error::Client)?;
        let set = Arc::new(read(&settings, &client).await?);
        Ok(Oidc { settings, client, keys: Mutex::new(Keys { set, read: Instant::now() }) })
    }

    /// Whose token this is; why not, otherwise.
    pub async fn principal(&self, token: &str) -> Result<Principal, String> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err("it is too long".to_owned());
        }
        let header = decode_header(token).map_err(|error| error.to_string())?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(format!("it is signed by {:?}", header.alg));
        }
        let kid = header.kid.ok_or("it names no key")?;
        let set = self.keys(&kid).await;
        let jwk = set.find(&kid).ok_or("the provider has no such key")?;
        let key = DecodingKey::from_jwk(jwk).map_err(|error| error.to_string())?;
        let mut validation = Validation::new(header.alg);
        validation.leeway = LEEWAY_SECONDS;
        validation.validate_nbf = true;
        validation.set_issuer(&[&self.settings.issuer]);
        validation.set_audience(&[&self.settings.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        let claims = decode::<Claims>(token, &key, &validation).map_err(|error| error.to_string())?.claims;
        self.allowed(claims)
    }

    fn allowed(&self, claims: Claims) -> Result<Principal, String> {
        // For all workspaces the most that is granted holds; for some, the least: one role in this workspace and
        // another in that one would be both in both.
        let (mut everywhere, mut somewhere): (Option<Role>, Option<Role>) = (None, None);
        let mut named = BTreeSet::new();
        for text in claims.roles.iter().filter_map(|text| text.strip_prefix("weir.")) {
            let (word, workspace) = match text.split_once('.') {
                Some((word, workspace)) => (word, Some(workspace)),
                None => (text, None),
            };
            let Some(granted) = Role::named(word) else { continue };
            match workspace {
                None => everywhere = everywhere.max(Some(granted)),
                Some(workspace) => {
                    somewhere = Some(somewhere.map_or(granted, |role| role.min(granted)));
                    named.insert(workspace.to_owned());
                }
            }
        }
        let (role, workspaces) = match (everywhere, somewhere) {
            (Some(role), _) => (role, Workspaces::All),
            (None, Some(role)) => (role, Workspaces::Named(named)),
            (None, None) => {
                (self.settings.default_role.ok_or("it names no role of weir's")?, Workspaces::All)
            }
        };
        let names = [claims.preferred_username, claims.upn, claims.azp, claims.appid, claims.sub];
        Ok(Principal { name: names.into_iter().flatten().next(), role, workspaces })
    }

    /// The keys, read again where they are old or lack one.
    async fn keys(&self, kid: &str) -> Arc<JwkSet> {
        let mut keys = self.keys.lock().await;
        let age = keys.read.elapsed();
        if age >= FRESH || (age >= PAUSE && keys.set.find(kid).is_none()) {
            keys.read = Instant::now();
            match read(&self.settings, &self.client).await {
                Ok(set) => keys.set = Arc::new(set),
                Err(error) => tracing::error!(%error, "the keys of the identity provider stay as they were"),
            }
        }
        Arc::clone(&keys.set)
    }
}

async fn read(settings: &OidcSettings, client: &reqwest::Client) -> Result<JwkSet, Error> {
    let text = match &settings.keys {
        KeySource::File(path) => {
            tokio::fs::read(path).await.map_err(|source| Error::File { path: path.clone(), source })?
        }
        KeySource::Url(url) => {
            let fetch = |source| Error::Fetch { url: url.clone(), source };
            let request = client.get(url.clone()).send().await;
            let mut response = request.and_then(reqwest::Response::error_for_status).map_err(fetch)?;
            let mut text = Vec::new();
            while let Some(piece) = response.chunk().await.map_err(fetch)? {
                text.extend_from_slice(&piece);
                if text.len() > KEYS_BYTES_MAX {
                    return Err(Error::TooLong(url.clone()));
                }
            }
            text
        }
    };
    serde_json::from_slice(&text).map_err(|source| Error::Bad { issuer: settings.issuer.clone(), source })
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
