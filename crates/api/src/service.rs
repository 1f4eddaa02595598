//! What a server consists of, apart from its sockets.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::Handle;
use weir_query::{Engine, EngineOptions};

use crate::audit::Audit;
use crate::auth::oidc::{self, Oidc, OidcSettings};
use crate::auth::tokens::{self, TokenFile};
use crate::auth::{Access, Failures};
use crate::catalogue::Workspaces;
use crate::gate::Gate;
use crate::library::Folder;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::running::Running;
use crate::spool::Disk;

/// What a server is to be.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The data folder.
    pub data: PathBuf,
    /// The workspace that is meant where none is named.
    pub workspace: String,
    /// Folder of saved queries and stored functions.
    pub library: Option<PathBuf>,
    /// Folders whose files `externaldata` may read.
    pub external_folders: Vec<PathBuf>,
    /// Folders with flow logs that may be read again to show tuples; none is read when there are none.
    pub sources: Vec<PathBuf>,
    /// Names under which the server may be addressed, beside those of the loopback interface; without ports.
    pub hosts: Vec<String>,
    /// What else it may be addressed by.
    pub addressed: Addressed,
    /// The file of tokens.
    pub tokens: Option<PathBuf>,
    /// The identity provider.
    pub oidc: Option<OidcSettings>,
    /// The file to which every query is written.
    pub audit: Option<PathBuf>,
    /// Parts of a query that run at the same time.
    pub threads: usize,
    /// Bytes of memory that all queries together may hold.
    pub memory_bytes: usize,
    /// What requests may use.
    pub limits: Limits,
    /// Name and version of the program.
    pub program: &'static str,
}

/// What a server may be addressed by.
///
/// A page of another site can give a name of its own the address of this server, and have a browser ask it as if it
/// were that site. So names are accepted that no such page has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addressed {
    /// By its known names.
    ByName,
    /// By its known names and by any address in digits.
    ByAddress,
    /// By anything: it asks for tokens, which no browser sends by itself.
    ByAnything,
}

/// A server, apart from its sockets.
pub struct Service {
    pub(crate) engine: Engine,
    pub(crate) workspaces: Workspaces,
    pub(crate) library: Folder,
    pub(crate) gate: Arc<Gate>,
    pub(crate) running: Running,
    pub(crate) disk: Disk,
    pub(crate) metrics: Metrics,
    pub(crate) access: Access,
    pub(crate) failures: Failures,
    pub(crate) audit: Option<Audit>,
    pub(crate) hosts: Vec<String>,
    pub(crate) addressed: Addressed,
    pub(crate) oidc: Option<OidcSettings>,
    pub(crate) limits: Limits,
    pub(crate) sources: Vec<PathBuf>,
    pub(crate) program: &'static str,
}

/// Why a server cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The engine does not start.
    #[error("cannot start the query engine")]
    Engine(#[source] weir_query::Error),
    /// The tokens cannot be used.
    #[error(transparent)]
    Tokens(#[from] tokens::Error),
    /// The identity provider cannot be used.
    #[error(transparent)]
    Oidc(#[from] oidc::Error),
    /// The audit log cannot be written.
    #[error("cannot open the audit log {}", path.display())]
    Audit {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// The share of the memory of queries that is for what days came to, one so many-th: dashboards ask the same again and
/// again of days that do not change any more.
const KEPT_SHARE: usize = 8;

impl Service {
    /// Makes a server; `queries` is the runtime that queries run on, which must not be the one that serves.
    pub async fn new(settings: Settings, queries: Handle) -> Result<Service, Error> {
        let kept_bytes = settings.memory_bytes / KEPT_SHARE;
        let options =
            EngineOptions { threads: settings.threads, memory_bytes: settings.memory_bytes - kept_bytes };
        let tokens = settings.tokens.map(TokenFile::open).transpose()?;
        let oidc = match &settings.oidc {
            Some(settings) => Some(Oidc::open(settings.clone()).await?),
            None => None,
        };
        if tokens.as_ref().is_some_and(TokenFile::is_empty) && oidc.is_none() {
            tracing::warn!("there are no tokens yet, so nobody is let in: 'weir token add' makes one");
        }
        let access = match (tokens, oidc) {
            (None, None) => Access::Open,
            (tokens, oidc) => Access::Guarded { tokens, oidc },
        };
        let audit = match settings.audit {
            Some(path) => Some(Audit::open(&path).map_err(|source| Error::Audit { path, source })?),
            None => None,
        };
        let limits = settings.limits;
        Ok(Service {
            engine: Engine::new(options, queries).map_err(Error::Engine)?.keeping(kept_bytes),
            workspaces: Workspaces::new(settings.data, settings.workspace, settings.external_folders),
            library: Folder::new(settings.library),
            gate: Gate::new(limits.running, limits.queued),
            running: Running::default(),
            disk: Disk::default(),
            metrics: Metrics::default(),
            access,
            failures: Failures::new(limits.failed_logins),
            audit,
            hosts: settings.hosts,
            addressed: settings.addressed,
            oidc: settings.oidc,
            limits,
            sources: settings.sources,
            program: settings.program,
        })
    }

    /// Whether it asks who its callers are.
    pub fn is_guarded(&self) -> bool {
        matches!(self.access, Access::Guarded { .. })
    }
}
