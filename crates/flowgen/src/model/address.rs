//! Addresses in 32 bits, so that a tuple stays small.
//!
//! An IPv4 address stands for itself. An IPv6 address is one of [`SIX`] and stands as its position behind 240.0.0.0,
//! in a block that no network uses. Both orders are the same.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const SIX_BASE: u32 = 240 << 24;

/// All IPv6 addresses, ascending.
const SIX: [Ipv6Addr; 8] = [
    // A storage service and a resolver on the internet.
    Ipv6Addr::new(0x2603, 0x1020, 0x206, 0x2, 0, 0, 0, 0x1a),
    Ipv6Addr::new(0x2606, 0x4700, 0x4700, 0, 0, 0, 0, 0x1111),
    // The dual-stack subnet.
    Ipv6Addr::new(0xfd4c, 0x7a1e, 0x9b02, 0x16, 0, 0, 0, 4),
    Ipv6Addr::new(0xfd4c, 0x7a1e, 0x9b02, 0x16, 0, 0, 0, 5),
    // Private, and nowhere in the inventory.
    Ipv6Addr::new(0xfd99, 0x10, 0, 0, 0, 0, 0, 0x2a),
    // Link-local.
    Ipv6Addr::new(0xfe80, 0, 0, 0, 0x1234, 0x5678, 0x9abc, 0xdef0),
    // All nodes; all DHCP agents.
    Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1),
    Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 1, 2),
];

/// The position of [`SIX`] at which the storage service stands, and so on.
pub(crate) const SIX_STORAGE: u8 = 0;
pub(crate) const SIX_RESOLVER: u8 = 1;
pub(crate) const SIX_FIRST_HOST: u8 = 2;
pub(crate) const SIX_SECOND_HOST: u8 = 3;
pub(crate) const SIX_UNKNOWN: u8 = 4;
pub(crate) const SIX_LINK_LOCAL: u8 = 5;
pub(crate) const SIX_ALL_NODES: u8 = 6;
pub(crate) const SIX_DHCP_AGENTS: u8 = 7;

/// The IPv6 address at a position of the list.
pub(crate) const fn six(position: u8) -> Ipv6Addr {
    SIX[position as usize]
}

/// The IPv6 address at a position of the list, in 32 bits.
pub(crate) const fn packed_six(position: u8) -> u32 {
    SIX_BASE | position as u32
}

/// An IPv6 address in 32 bits; nothing when it is not of the list.
pub(crate) fn pack_six(address: Ipv6Addr) -> Option<u32> {
    SIX.iter().position(|&known| known == address).map(|position| packed_six(position as u8))
}

/// The IPv6 address that 32 bits stand for; nothing when they are an IPv4 address.
pub(crate) fn as_six(address: u32) -> Option<Ipv6Addr> {
    if address >> 24 == 240 { SIX.get((address & 0xff_ffff) as usize).copied() } else { None }
}

/// The address that 32 bits stand for.
pub(crate) fn unpacked(address: u32) -> IpAddr {
    as_six(address).map_or_else(|| Ipv4Addr::from(address).into(), IpAddr::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_addresses() {
        assert!(SIX.is_sorted());
        for (position, &address) in SIX.iter().enumerate() {
            assert_eq!(unpacked(packed_six(position as u8)), IpAddr::from(address));
        }
        assert_eq!(unpacked(u32::MAX).to_string(), "255.255.255.255");
        assert_eq!(unpacked(0x0a01_0108).to_string(), "10.1.1.8");
    }
}
