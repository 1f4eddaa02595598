//! The company: what exists, who talks to whom.
//!
//! Three tables hold everything a newcomer would change: the networks and machines in `company`, the
//! conversations in `talks`, the addresses outside in `outside`. A new role or conversation is one entry.
//! [`Company`] is the tables in the form that others read (topology, load balancers, links); `links` turns
//! conversations into pairs.

mod company;
pub(crate) mod curve;
mod fleet;
mod inventory;
pub(crate) mod links;
pub(crate) mod outside;
mod profiles;
pub(crate) mod talk;
pub(crate) mod talks;

pub(crate) use fleet::FLEET_MAX as BACKGROUND_NICS_MAX;
pub use inventory::{
    AclIds, Circuit, Company, FlowLog, Hardware, KeyOrder, LoadBalancer, Nic, Nsg, Peering, Role, Site,
    Subnet, Subscription, Uptime, Vnet,
};

/// The workstation-like server that the published recipes look at, and that leaks data at night.
pub(crate) const WATCHED_HOST: &str = "vm-ops-01";
/// Where the leaked data goes.
pub(crate) const DROP_POINT: std::net::Ipv4Addr = std::net::Ipv4Addr::new(136, 144, 58, 113);
