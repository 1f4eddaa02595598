//! Reduced flows to the rows of the tables.
//!
//! In comes a [`ReducedFlow`]; out goes an [`EnrichedFlow`]: the same counters with what is known of both ends.
//! [`fold()`] puts the rows of many public addresses into one, each address with its counters in a list.
//! [`spelling`] holds how the tables write what the logs say. The crate is pure: no clock, no file, no network.

mod decorator;
mod flow_type;
mod fold;
mod l7_protocol;
mod memo;
mod public;
pub mod public_list;
pub mod spelling;
mod tally;

use weir_reduce::ReducedFlow;

pub use decorator::{
    CapturePoint, Decoration, Decorator, EndpointId, Ends, Explanation, Hubs, Link, LinkKind, LinkWords,
    NetworkId, Outcome, PublicSide, SideColumn, SideId, Step, UnknownReason,
};
pub use flow_type::{
    End, FlowType, METADATA_ADDRESS, PLATFORM_ADDRESS, PublicKind, end_by_address, flow_type,
    flow_type_by_address, is_platform,
};
pub use fold::{FoldRules, FoldTally, Folded, Group, GroupId, Member, fold};
pub use l7_protocol::l7_protocol;
pub use memo::{Memo, Version};
pub use public::{PublicAddress, PublicAddresses, PublicId};
pub use tally::DecorationTally;

/// A row with what is known of both ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnrichedFlow {
    /// Key and counters, unchanged.
    pub flow: ReducedFlow,
    /// The service that the destination port is registered for, or `Unknown`.
    pub l7_protocol: &'static str,
    /// What is known of the two ends and what joins them.
    pub decoration: Decoration,
    /// Which of the decorators that go with the rows gave it; none where no inventory holds.
    pub decorator: Option<u32>,
    /// The public end among those that go with the rows, where `decoration` says that there is one.
    pub public: Option<PublicId>,
    /// The group among those that go with the rows, where it stands for the rows of several public addresses.
    pub group: Option<GroupId>,
    /// When the logs were read, microseconds since the Unix epoch.
    pub processed_micros: i64,
}
