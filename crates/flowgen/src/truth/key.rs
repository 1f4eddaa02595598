//! The parts of a row's key that differ within a blob; flow log, target, MAC and hour are those of the blob.

use crate::blob::Generation;
use crate::model::links::Encryption;
use crate::model::talk::Protocol;
use crate::traffic::{State, Tuple};

/// Bits of the interval in a packed key, below all others.
pub(super) const INTERVAL_BITS: u32 = 3;
const MINUTES_PER_INTERVAL: i64 = 10;
const ENCRYPTION_BITS: u32 = 4;

/// The key of a row of 60 minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowKey {
    pub(super) source: u32,
    pub(super) target: u32,
    pub(super) target_port: u16,
    /// Position in the NIC's rules.
    pub(super) rule: u16,
    pub(super) protocol: Protocol,
    pub(super) inbound: bool,
    pub(super) denied: bool,
    /// None in logs of network security groups.
    pub(super) encryption: Option<Encryption>,
}

/// The key of the row that a tuple goes into, and its interval of ten minutes in the lowest bits.
pub(super) fn pack(tuple: &Tuple, minute: i64, generation: Generation) -> u128 {
    let interval = (minute.rem_euclid(60) / MINUTES_PER_INTERVAL) as u128;
    // Zero stands for none.
    let encryption = if generation == Generation::Vnet { tuple.encryption as u128 + 1 } else { 0 };
    let mut key = u128::from(tuple.source);
    key = key << 32 | u128::from(tuple.target);
    key = key << 16 | u128::from(tuple.target_port);
    key = key << 16 | u128::from(tuple.rule);
    key = key << 1 | tuple.protocol as u128;
    key = key << 1 | u128::from(tuple.inbound);
    key = key << 1 | u128::from(tuple.state == State::Deny);
    key = key << ENCRYPTION_BITS | encryption;
    key << INTERVAL_BITS | interval
}

/// The parts of a packed key whose interval was shifted out.
pub(super) fn unpack(packed: u128) -> RowKey {
    let mut rest = packed;
    let mut take = |bits: u32| {
        let part = rest & ((1 << bits) - 1);
        rest >>= bits;
        part
    };
    let encryption = take(ENCRYPTION_BITS);
    let denied = take(1) == 1;
    let inbound = take(1) == 1;
    let protocol = if take(1) == 0 { Protocol::Tcp } else { Protocol::Udp };
    let rule = take(16) as u16;
    let target_port = take(16) as u16;
    let target = take(32) as u32;
    RowKey {
        source: take(32) as u32,
        target,
        target_port,
        rule,
        protocol,
        inbound,
        denied,
        encryption: Encryption::ALL.into_iter().find(|&known| known as u128 + 1 == encryption),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::Counts;

    #[test]
    fn what_is_packed_is_unpacked() {
        for encryption in Encryption::ALL {
            let tuple = Tuple {
                time_ms: 0,
                source: 0x0a01_0108,
                target: u32::MAX,
                source_port: 1,
                target_port: 65_535,
                rule: 300,
                view: 0,
                protocol: Protocol::Udp,
                inbound: true,
                state: State::Deny,
                encryption,
                counts: Counts::default(),
            };
            let key = unpack(pack(&tuple, 59, Generation::Vnet) >> INTERVAL_BITS);
            assert_eq!(
                (key.source, key.target, key.target_port, key.rule),
                (0x0a01_0108, u32::MAX, 65_535, 300)
            );
            assert_eq!((key.protocol, key.inbound, key.denied), (Protocol::Udp, true, true));
            assert_eq!(key.encryption, Some(encryption));
            let nsg = pack(&tuple, 59, Generation::Nsg { version: 2 }) >> INTERVAL_BITS;
            assert_eq!(unpack(nsg).encryption, None);
        }
    }
}
