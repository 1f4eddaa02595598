//! Who may ask what.
//!
//! A server that only this machine reaches asks nobody who they are. Any other knows its callers by tokens of its
//! own ([`tokens`]) or by those of an identity provider ([`oidc`]). Each is somebody with a [`Role`] in some
//! workspaces.

mod failures;
pub mod oidc;
pub mod tokens;

use std::collections::BTreeSet;
use std::net::IpAddr;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

pub use failures::Failures;
use oidc::Oidc;
use tokens::TokenFile;

/// How callers are known.
pub enum Access {
    /// Not at all: everybody who reaches the server may ask everything. What they send as `Authorization` is not
    /// looked at, since clients that insist on sending something send anything.
    Open,
    /// By tokens.
    Guarded {
        /// Tokens that this server gave out.
        tokens: Option<TokenFile>,
        /// Tokens of an identity provider.
        oidc: Option<Oidc>,
    },
}

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Ask: queries, schemas, saved queries.
    Reader,
    /// Ask, and look after the server: its state, its figures, the queries of others.
    Operator,
}

impl Role {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Role::Reader => "reader",
            Role::Operator => "operator",
        }
    }

    /// The role of this name.
    pub fn named(name: &str) -> Option<Role> {
        [Role::Reader, Role::Operator].into_iter().find(|role| role.name() == name)
    }
}

/// The workspaces that somebody may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Workspaces {
    /// All there are.
    All,
    /// Those of these names.
    Named(BTreeSet<String>),
}

/// Somebody who asks.
#[derive(Debug, Clone)]
pub struct Principal {
    /// The name of the token or of the person; nothing where nobody is asked for one.
    pub name: Option<String>,
    /// What they may do.
    pub role: Role,
    /// Where.
    pub workspaces: Workspaces,
}

impl Principal {
    /// Whoever reaches a server that asks nobody who they are.
    pub fn anybody() -> Self {
        Principal { name: None, role: Role::Operator, workspaces: Workspaces::All }
    }

    /// Whether they may ask this workspace.
    pub fn may_ask(&self, workspace: &str) -> bool {
        match &self.workspaces {
            Workspaces::All => true,
            Workspaces::Named(names) => names.contains(workspace),
        }
    }
}

/// Why somebody is not let in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// There is no token.
    #[error("a token is needed: send it as 'Authorization: Bearer …'")]
    NoToken,
    /// The token is none that is known, or no longer.
    #[error("the token is not accepted: {0}")]
    BadToken(String),
    /// There were too many such tokens lately.
    #[error("too many tokens from this address were not accepted: wait a minute")]
    TooManyFailures,
}

impl Access {
    /// Who sends a request with these headers.
    pub async fn principal(
        &self,
        headers: &HeaderMap,
        address: IpAddr,
        failures: &Failures,
    ) -> Result<Principal, Denied> {
        let Access::Guarded { tokens, oidc } = self else { return Ok(Principal::anybody()) };
        if failures.too_many(address) {
            return Err(Denied::TooManyFailures);
        }
        let token = bearer(headers).ok_or(Denied::NoToken)?;
        if let Some(principal) = tokens.as_ref().and_then(|tokens| tokens.principal(token)) {
            return Ok(principal);
        }
        let known = match oidc {
            Some(oidc) => oidc.principal(token).await.map_err(Denied::BadToken),
            None => Err(Denied::BadToken("it is not known, or no longer".to_owned())),
        };
        known.inspect_err(|_| failures.count(address))
    }
}

/// The token of a request.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = text.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
