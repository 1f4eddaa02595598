//! The inventory: what people export of their networks, as typed resources.
//!
//! Out comes an [`Inventory`], the state of all known subscriptions at one time, with everything that decoration
//! of flows and the rows of `NTATopologyDetails` need, and nothing else. The crate knows no clock and no network.

pub mod details;
mod history;
mod id;
mod model;
pub mod read;

pub use history::{Fallback, History, Snapshot, SnapshotName};
pub use id::{ResourceId, group_and_name, machine_name, relative_resource_id, short_resource_id};
pub use model::*;
