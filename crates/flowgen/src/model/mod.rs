//! The company: what exists, who talks to whom.
//!
//! Tables hold everything a newcomer would change: the networks and machines in `company` and `spokes`, what is
//! between and around them in `edges`, how they reach each other in `paths`, the conversations in `talks`, the
//! addresses outside in `outside`, whose those are in `whereabouts`. A new role or conversation is one entry. [`Company`] is the tables in the form
//! that others read; `links` turns conversations into pairs.

pub(crate) mod address;
mod company;
mod connected;
pub(crate) mod curve;
pub(crate) mod edges;
mod fleet;
mod ids;
pub(crate) mod links;
pub(crate) mod outside;
pub(crate) mod paths;
mod profiles;
mod resources;
mod spokes;
pub(crate) mod talk;
pub(crate) mod talks;
pub(crate) mod whereabouts;

pub(crate) use company::guid;
pub use connected::*;
pub(crate) use fleet::FLEET_MAX as BACKGROUND_NICS_MAX;
pub use resources::*;

/// The workstation-like server that the published recipes look at, and that leaks data at night.
pub(crate) const WATCHED_HOST: &str = "vm-ops-01";
/// Where the leaked data goes.
pub(crate) const DROP_POINT: std::net::Ipv4Addr = std::net::Ipv4Addr::new(136, 144, 58, 113);
