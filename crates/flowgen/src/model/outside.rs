//! Addresses without a flow log: the internet, Azure services, the customer's own site.
//!
//! Azure services stand on addresses out of the ranges Microsoft publishes as service tags, so that
//! decoration has something to find. Attackers by name stand on documentation addresses, so that nobody is
//! accused.

use std::net::Ipv4Addr;

use crate::dice::{Dice, key_of, scramble};

/// A named set of addresses.
#[derive(Debug)]
pub(crate) struct Pool {
    pub(crate) name: &'static str,
    pub(crate) addresses: Addresses,
}

#[derive(Debug)]
pub(crate) enum Addresses {
    /// These; the first ones are used most.
    Fixed(&'static [Ipv4Addr]),
    /// So many addresses spread over blocks (network, prefix length); the first ones are used most.
    Spread(u32, &'static [(Ipv4Addr, u8)]),
    /// Any public address outside Azure's ranges.
    Anywhere,
}

/// An address as a constant.
pub(crate) const fn ip(a: u8, b: u8, c: u8, d: u8) -> Ipv4Addr {
    Ipv4Addr::new(a, b, c, d)
}

impl Pool {
    /// Draws an address.
    pub(crate) fn pick(&self, dice: &mut Dice) -> u32 {
        match self.addresses {
            Addresses::Fixed(list) => u32::from(list[dice.skewed(list.len() as u32) as usize]),
            Addresses::Spread(count, blocks) => self.spread(dice.skewed(count), blocks),
            Addresses::Anywhere => anywhere(dice),
        }
    }

    /// Whether its addresses belong to the customer's private space.
    pub(crate) fn is_private(&self) -> bool {
        match self.addresses {
            Addresses::Fixed(list) => list.iter().all(Ipv4Addr::is_private),
            Addresses::Spread(_, blocks) => blocks.iter().all(|(network, _)| network.is_private()),
            Addresses::Anywhere => false,
        }
    }

    fn spread(&self, index: u32, blocks: &[(Ipv4Addr, u8)]) -> u32 {
        let draw = scramble(key_of(self.name) ^ u64::from(index));
        let (network, length) = blocks[(draw % blocks.len() as u64) as usize];
        let hosts = u32::MAX.checked_shr(u32::from(length)).unwrap_or(0);
        // An odd last octet is neither the network nor the broadcast address.
        u32::from(network) | (draw >> 32) as u32 & hosts | 1
    }
}

fn anywhere(dice: &mut Dice) -> u32 {
    // First octets in public use that hold none of Azure's published ranges.
    const FIRST: &[u8] = &[
        1, 2, 5, 14, 27, 31, 36, 37, 41, 42, 45, 46, 49, 58, 59, 60, 61, 62, 77, 78, 79, 80, 81, 82, 83, 84,
        87, 88, 89, 91, 92, 93, 95, 101, 105, 106, 109, 110, 112, 113, 114, 115, 116, 117, 118, 119, 120,
        121, 122, 123, 124, 125, 139, 141, 154, 159, 161, 162, 165, 171, 175, 176, 177, 178, 179, 180, 181,
        182, 183, 185, 186, 187, 188, 189, 190, 194, 195, 196, 197, 200, 201, 210, 211, 212, 217, 218, 219,
        220, 221, 222,
    ];
    let first = FIRST[dice.below(FIRST.len() as u32) as usize];
    u32::from(first) << 24 | dice.next() >> 8
}

const fn fixed(name: &'static str, addresses: &'static [Ipv4Addr]) -> Pool {
    Pool { name, addresses: Addresses::Fixed(addresses) }
}

const fn spread(name: &'static str, count: u32, blocks: &'static [(Ipv4Addr, u8)]) -> Pool {
    Pool { name, addresses: Addresses::Spread(count, blocks) }
}

// The internet.
pub(crate) static CUSTOMERS: Pool = spread(
    "customers",
    900,
    &[
        (ip(77, 160, 0, 0), 13),
        (ip(84, 80, 0, 0), 13),
        (ip(91, 32, 0, 0), 11),
        (ip(79, 192, 0, 0), 11),
        (ip(90, 0, 0, 0), 11),
        (ip(81, 128, 0, 0), 12),
        (ip(109, 128, 0, 0), 14),
        (ip(188, 60, 0, 0), 15),
    ],
);
pub(crate) static ANYWHERE: Pool = Pool { name: "anywhere", addresses: Addresses::Anywhere };
pub(crate) static ATTACKERS: Pool =
    fixed("attackers", &[ip(203, 0, 113, 66), ip(198, 51, 100, 23), ip(203, 0, 113, 187), ip(192, 0, 2, 77)]);
pub(crate) static DROP_POINT: Pool = fixed("drop point", &[super::DROP_POINT]);
pub(crate) static DEAD_PARTNER: Pool = fixed("dead partner", &[ip(212, 83, 170, 44)]);
pub(crate) static MAIL_RELAYS: Pool = fixed("mail relays", &[ip(185, 70, 40, 101), ip(195, 130, 217, 9)]);
pub(crate) static SAAS: Pool = fixed(
    "software as a service",
    &[
        ip(140, 82, 121, 4),
        ip(104, 18, 32, 68),
        ip(104, 16, 218, 84),
        ip(151, 101, 129, 140),
        ip(185, 199, 108, 133),
        ip(54, 246, 191, 30),
    ],
);
pub(crate) static PUBLIC_TIME: Pool = fixed("public time", &[ip(195, 13, 1, 153), ip(162, 159, 200, 1)]);

// Azure services.
pub(crate) static STORAGE: Pool = fixed(
    "storage",
    &[
        ip(20, 60, 26, 36),
        ip(20, 60, 150, 4),
        ip(20, 150, 37, 132),
        ip(52, 239, 140, 100),
        ip(20, 38, 108, 164),
    ],
);
pub(crate) static STORAGE_NORTH: Pool =
    fixed("storage north", &[ip(20, 60, 40, 100), ip(20, 150, 26, 4), ip(20, 38, 102, 68)]);
pub(crate) static AZURE_MONITOR: Pool =
    fixed("monitor", &[ip(13, 69, 109, 228), ip(20, 50, 88, 235), ip(13, 69, 106, 212), ip(4, 207, 185, 12)]);
pub(crate) static DIRECTORY: Pool = fixed(
    "directory",
    &[ip(20, 190, 159, 64), ip(40, 126, 31, 71), ip(20, 190, 160, 17), ip(40, 126, 32, 138)],
);
pub(crate) static WINDOWS_UPDATE: Pool =
    fixed("update", &[ip(20, 54, 24, 148), ip(20, 54, 25, 16), ip(20, 54, 110, 119), ip(13, 95, 31, 18)]);
pub(crate) static BACKUP: Pool = fixed("backup", &[ip(20, 61, 102, 140), ip(52, 236, 187, 150)]);
pub(crate) static AZURE_TIME: Pool = fixed("azure time", &[ip(20, 101, 57, 9), ip(51, 145, 123, 29)]);
pub(crate) static WIRE_SERVER: Pool = fixed("wire server", &[ip(168, 63, 129, 16)]);
/// Azure-owned sources that probe under the platform rule. The final zeros are real.
pub(crate) static PLATFORM_PROBES: Pool =
    fixed("platform probes", &[ip(20, 61, 34, 0), ip(13, 94, 200, 0), ip(20, 54, 80, 0), ip(20, 71, 12, 0)]);

// The site behind ExpressRoute, 10.4.0.0/16.
pub(crate) static SITE_CLIENTS: Pool = spread("site clients", 60, &[(ip(10, 4, 16, 0), 22)]);
pub(crate) static SITE_SERVERS: Pool =
    fixed("site servers", &[ip(10, 4, 2, 10), ip(10, 4, 2, 11), ip(10, 4, 2, 30)]);
pub(crate) static SITE_DIRECTORY: Pool = fixed("site directory", &[ip(10, 4, 1, 10), ip(10, 4, 1, 11)]);
pub(crate) static SITE_RETIRED: Pool = fixed("retired server", &[ip(10, 4, 9, 20)]);
