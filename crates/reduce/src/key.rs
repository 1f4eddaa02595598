use std::hash::{Hash, Hasher};

use weir_decode::{Address, Decision, Direction};

/// The place of an interval in time, counted from the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IntervalNumber(pub u32);

/// A source in [`Names`](crate::Names).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub u32);

/// A rule in [`Names`](crate::Names).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub u32);

/// A word for encryption in [`Names`](crate::Names).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WordId(pub u8);

/// What makes two tuples one row.
///
/// Source: the aggregation of Traffic Analytics,
/// <https://learn.microsoft.com/azure/network-watcher/traffic-analytics-schema#data-aggregation>; the source port
/// is left out, the interface, the status, the encryption and the flow log are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlowKey {
    /// Who opened the flow.
    pub src_ip: Address,
    /// Who was called.
    pub dest_ip: Address,
    /// The interval of the record's time.
    pub interval: IntervalNumber,
    /// Flow log, target and interface.
    pub source: SourceId,
    /// Access-control list and rule.
    pub rule: RuleId,
    /// Destination port.
    pub dest_port: u16,
    /// IANA protocol number.
    pub protocol: u8,
    /// Seen from the interface.
    pub direction: Direction,
    /// Whether it was let through.
    pub decision: Decision,
    /// How it was encrypted.
    pub encryption: WordId,
}

impl Hash for FlowKey {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        let small = u64::from(self.dest_port)
            | u64::from(self.protocol) << 16
            | (self.direction as u64) << 24
            | (self.decision as u64) << 25
            | u64::from(self.encryption.0) << 26
            | u64::from(self.rule.0) << 34;
        state.write_u128(self.src_ip.bits());
        state.write_u128(self.dest_ip.bits());
        let place = u64::from(self.interval.0) | u64::from(self.source.0) << 32;
        state.write_u128(u128::from(small) | u128::from(place) << 64);
    }
}
