use std::time::Duration;

/// Why something could not be fetched. No message holds a token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The endpoint is no address that may be asked.
    #[error("'{endpoint}' is no endpoint of Azure: {why}")]
    Endpoint {
        /// As it was given.
        endpoint: String,
        /// Why not.
        why: &'static str,
    },
    /// There is no token to be had.
    #[error("cannot sign in to Azure ({kind})")]
    SignIn {
        /// The way that was tried.
        kind: &'static str,
        /// Why it failed.
        source: azure_core::Error,
    },
    /// An environment variable that the way of signing in needs is not set.
    #[error("cannot sign in to Azure ({kind}): {variable} is not set")]
    Variable {
        /// The way that was tried.
        kind: &'static str,
        /// The variable.
        variable: &'static str,
    },
    /// Azure could not be reached, or the connection broke.
    #[error("cannot ask {endpoint} for {what}")]
    Connection {
        /// Who was asked.
        endpoint: String,
        /// For what.
        what: &'static str,
        /// Why it failed.
        source: reqwest::Error,
    },
    /// Azure refused.
    #[error("{endpoint} refuses {what}: {status} {message}")]
    Refused {
        /// Who was asked.
        endpoint: String,
        /// For what.
        what: &'static str,
        /// Status of HTTP.
        status: u16,
        /// What Azure says.
        message: String,
    },
    /// Azure asked to wait, longer or more often than is waited.
    #[error("{endpoint} is too busy for {what}: gave up after {} s of waiting", waited.as_secs())]
    Busy {
        /// Who was asked.
        endpoint: String,
        /// For what.
        what: &'static str,
        /// How long it was waited.
        waited: Duration,
    },
    /// An answer is not what an answer of Resource Graph is.
    #[error("the answer of {endpoint} for {what} is not understood: {why}")]
    Answer {
        /// Who was asked.
        endpoint: String,
        /// For what.
        what: &'static str,
        /// In which way.
        why: String,
    },
    /// The address of a feed is none that may be asked.
    #[error("'{url}' is no address of a feed: {why}")]
    FeedAddress {
        /// As it was given.
        url: String,
        /// Why not.
        why: &'static str,
    },
    /// Whoever has a feed refused it.
    #[error("{url} refuses the feed: {status} {message}")]
    FeedRefused {
        /// Who was asked.
        url: String,
        /// Status of HTTP.
        status: u16,
        /// What it says.
        message: String,
    },
}

impl Error {
    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Error::SignIn { .. } => Some(
                "sign in with 'az login', or choose another way with --auth; see README.md on what each needs",
            ),
            Error::Refused { status: 401, .. } => {
                Some("the token is not for this endpoint or has run out: sign in again")
            }
            Error::Refused { status: 403, .. } => {
                Some("whoever is signed in needs the role Reader on the subscriptions")
            }
            Error::FeedRefused { status: 401 | 403, .. } => {
                Some("set WEIR_FEED_TOKEN, or WEIR_FEED_USER and WEIR_FEED_PASSWORD, to those of this feed")
            }
            Error::FeedRefused { status: 404 | 406, .. } => {
                Some("a TAXII 2.1 collection is …/collections/<id>/, asked for with --taxii")
            }
            Error::Busy { .. } => Some("try again later, or ask for fewer subscriptions at once"),
            _ => None,
        }
    }
}
