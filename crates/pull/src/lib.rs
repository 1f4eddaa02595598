//! Asks Azure for the inventory.
//!
//! In comes where to ask and who asks; out come the entries of Resource Graph, as [`weir topology import`] reads them
//! from a file. Answers come in pages; an answer is whole or an error, so that what is missing from it is gone.
//! Requests are repeated where Azure asks to wait or a connection breaks. This crate and what it stands on are the
//! only ones that reach the network.
//!
//! [`weir topology import`]: https://learn.microsoft.com/azure/governance/resource-graph/overview
//!
//! Source: <https://learn.microsoft.com/rest/api/azureresourcegraph/resourcegraph/resources/resources>

mod credential;
mod error;
mod graph;
mod queries;

pub use credential::{Credential, CredentialKind};
pub use error::Error;
pub use graph::{Graph, Pages, Pulled, Waits};
pub use queries::{QUERIES, Query};
