//! Reduced flows to the rows of the tables.
//!
//! In comes a [`ReducedFlow`]; out goes an [`EnrichedFlow`]: the same counters with what is known of both ends.
//! [`spelling`] holds how the tables write what the logs say. The crate is pure: no clock, no file, no network.

mod flow_type;
mod l7_protocol;
pub mod spelling;

use weir_reduce::ReducedFlow;

pub use flow_type::{FlowType, PLATFORM_ADDRESS, flow_type};
pub use l7_protocol::l7_protocol;

/// A row with what is known of both ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnrichedFlow {
    /// Key and counters, unchanged.
    pub flow: ReducedFlow,
    /// What the two ends are to each other.
    pub flow_type: FlowType,
    /// The service that the destination port is registered for, or `Unknown`.
    pub l7_protocol: &'static str,
}

/// Decorates a row.
pub fn enrich(flow: ReducedFlow) -> EnrichedFlow {
    let key = &flow.key;
    EnrichedFlow {
        flow,
        flow_type: flow_type(key.src_ip, key.dest_ip),
        l7_protocol: l7_protocol(key.protocol, key.dest_port),
    }
}
