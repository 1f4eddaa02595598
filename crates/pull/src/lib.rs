//! Asks Azure for the inventory, and others for feeds.
//!
//! In comes where to ask and who asks; out come the entries of Resource Graph, as [`weir topology import`] reads them
//! from a file. Answers come in pages; an answer is whole or an error, so that what is missing from it is gone.
//! Requests are repeated where Azure asks to wait or a connection breaks. This crate and what it stands on are the
//! only ones that reach the network.
//!
//! [`Feeds`] fetches files as they are, and the objects of TAXII collections as one bundle.
//!
//! [`weir topology import`]: https://learn.microsoft.com/azure/governance/resource-graph/overview
//!
//! Source: <https://learn.microsoft.com/rest/api/azureresourcegraph/resourcegraph/resources/resources>

mod credential;
mod error;
mod feeds;
mod graph;
mod queries;
mod taxii;

pub use credential::{Credential, CredentialKind};
pub use error::Error;
pub use feeds::{FeedCredential, FeedFile, Feeds};
pub use graph::{Graph, Pages, Pulled, Waits};
pub use queries::{QUERIES, Query};
