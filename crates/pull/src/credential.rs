use std::collections::HashMap;
use std::sync::Arc;

use azure_core::credentials::{Secret, TokenCredential};
use azure_identity::{
    ClientSecretCredential, DeveloperToolsCredential, ManagedIdentityCredential, WorkloadIdentityCredential,
};

use crate::Error;

/// A way of signing in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialKind {
    /// What the environment tells, else whoever is signed in to the Azure command line.
    Auto,
    /// Whoever is signed in to `az` or `azd`.
    Cli,
    /// A service principal: `AZURE_TENANT_ID`, `AZURE_CLIENT_ID`, `AZURE_CLIENT_SECRET`.
    Environment,
    /// A pod's identity on Kubernetes.
    Workload,
    /// The identity of the machine that this runs on.
    ManagedIdentity,
    /// A token in `WEIR_AZURE_TOKEN`, as `az account get-access-token` prints it.
    Token,
}

impl CredentialKind {
    /// All of them.
    pub const ALL: [CredentialKind; 6] = [
        CredentialKind::Auto,
        CredentialKind::Cli,
        CredentialKind::Environment,
        CredentialKind::Workload,
        CredentialKind::ManagedIdentity,
        CredentialKind::Token,
    ];

    /// As it is named on the command line.
    pub fn name(self) -> &'static str {
        match self {
            CredentialKind::Auto => "auto",
            CredentialKind::Cli => "cli",
            CredentialKind::Environment => "environment",
            CredentialKind::Workload => "workload",
            CredentialKind::ManagedIdentity => "managed-identity",
            CredentialKind::Token => "token",
        }
    }
}

/// Whoever asks.
#[derive(Clone)]
pub struct Credential {
    kind: CredentialKind,
    source: Source,
}

#[derive(Clone)]
enum Source {
    Token(Secret),
    Azure(Arc<dyn TokenCredential>),
}

/// A token is never shown.
impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Credential {
    /// Prepares a way of signing in; `environment` has the variables of the process.
    pub fn new(kind: CredentialKind, environment: &HashMap<String, String>) -> Result<Self, Error> {
        let told = |name: &str| environment.get(name).filter(|value| !value.is_empty());
        let kind = match kind {
            CredentialKind::Auto if told("WEIR_AZURE_TOKEN").is_some() => CredentialKind::Token,
            CredentialKind::Auto if told("AZURE_CLIENT_SECRET").is_some() => CredentialKind::Environment,
            CredentialKind::Auto if told("AZURE_FEDERATED_TOKEN_FILE").is_some() => CredentialKind::Workload,
            CredentialKind::Auto if told("IDENTITY_ENDPOINT").is_some() => CredentialKind::ManagedIdentity,
            CredentialKind::Auto => CredentialKind::Cli,
            named => named,
        };
        let needed = |variable: &'static str| {
            told(variable).cloned().ok_or(Error::Variable { kind: kind.name(), variable })
        };
        let failed = |source| Error::SignIn { kind: kind.name(), source };
        let source = match kind {
            CredentialKind::Token => Source::Token(Secret::new(needed("WEIR_AZURE_TOKEN")?)),
            CredentialKind::Environment => {
                let (tenant, client) = (needed("AZURE_TENANT_ID")?, needed("AZURE_CLIENT_ID")?);
                let secret = Secret::new(needed("AZURE_CLIENT_SECRET")?);
                Source::Azure(ClientSecretCredential::new(&tenant, client, secret, None).map_err(failed)?)
            }
            CredentialKind::Workload => Source::Azure(WorkloadIdentityCredential::new(None).map_err(failed)?),
            CredentialKind::ManagedIdentity => {
                Source::Azure(ManagedIdentityCredential::new(None).map_err(failed)?)
            }
            CredentialKind::Cli | CredentialKind::Auto => {
                Source::Azure(DeveloperToolsCredential::new(None).map_err(failed)?)
            }
        };
        Ok(Credential { kind, source })
    }

    /// The way that is used.
    pub fn kind(&self) -> CredentialKind {
        self.kind
    }

    /// A token for an audience; Azure's own library keeps it until it runs out.
    pub(crate) async fn token(&self, scope: &str) -> Result<Secret, Error> {
        match &self.source {
            Source::Token(token) => Ok(token.clone()),
            Source::Azure(credential) => {
                let got = credential.get_token(&[scope], None).await;
                got.map(|token| token.token)
                    .map_err(|source| Error::SignIn { kind: self.kind.name(), source })
            }
        }
    }
}
