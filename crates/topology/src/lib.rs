//! The inventory: what people export of their networks, as typed resources.
//!
//! Out comes an [`Inventory`], the state of all known subscriptions at one time, with everything that decoration
//! of flows and the rows of `NTATopologyDetails` need, and nothing else. The crate knows no clock and no network.

mod id;
mod model;

pub use id::{ResourceId, short_resource_id};
pub use model::*;
