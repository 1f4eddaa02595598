//! A flow tuple before it is text.

use crate::model::links::Encryption;
use crate::model::talk::Protocol;

/// A flow tuple as one NIC logs it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tuple {
    pub(crate) time_ms: i64,
    /// As `model::address` packs it, like the target.
    pub(crate) source: u32,
    pub(crate) target: u32,
    pub(crate) source_port: u16,
    pub(crate) target_port: u16,
    /// Position in the NIC's rules.
    pub(crate) rule: u16,
    /// Position in the NIC's views: the conversation that it belongs to.
    pub(crate) view: u16,
    pub(crate) protocol: Protocol,
    pub(crate) inbound: bool,
    pub(crate) state: State,
    pub(crate) encryption: Encryption,
    /// Since the previous tuple of the flow.
    pub(crate) counts: Counts,
}

/// Flow state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Begin,
    Continuing,
    End,
    Deny,
}

/// Packets and bytes both ways; sent is source to destination.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) sent_packets: u64,
    pub(crate) sent_bytes: u64,
    pub(crate) received_packets: u64,
    pub(crate) received_bytes: u64,
}

impl Counts {
    pub(crate) fn is_zero(self) -> bool {
        self == Counts::default()
    }
}

impl std::ops::Sub for Counts {
    type Output = Counts;

    fn sub(self, earlier: Counts) -> Counts {
        Counts {
            sent_packets: self.sent_packets - earlier.sent_packets,
            sent_bytes: self.sent_bytes - earlier.sent_bytes,
            received_packets: self.received_packets - earlier.received_packets,
            received_bytes: self.received_bytes - earlier.received_bytes,
        }
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.sent_packets += other.sent_packets;
        self.sent_bytes += other.sent_bytes;
        self.received_packets += other.received_packets;
        self.received_bytes += other.received_bytes;
    }
}
