//! Addresses without a flow log: the internet, Azure services, the customer's own site.
//!
//! Azure services stand on addresses out of the ranges Microsoft publishes as service tags, so that
//! decoration has something to find. Attackers by name stand on documentation addresses, so that nobody is
//! accused.

use std::net::Ipv4Addr;

use super::address;
use super::spokes::PAY;
use crate::dice::{Dice, key_of, scramble};

/// A named set of addresses.
#[derive(Debug)]
pub(crate) struct Pool {
    pub(crate) name: &'static str,
    pub(crate) means: Means,
    pub(crate) addresses: Addresses,
}

/// What the company knows these addresses as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Means {
    /// The internet outside Azure.
    Internet,
    /// The internet outside Azure, on lists of attackers.
    Malicious,
    /// A service of Azure.
    Azure,
    /// An address that the platform answers at in every network.
    Platform,
    /// A site, by its name in `paths`.
    Site(&'static str),
    /// Clients of a VPN gateway, by its name, or of a pool that no gateway describes.
    Clients(&'static str),
    /// Instances and private frontend of an application gateway.
    ApplicationGateway(&'static str),
    /// A private endpoint.
    Endpoint(&'static str),
    /// Addresses of a subnet, by network and name, that no interface has.
    Bare(usize, &'static str),
    /// Private, and nobody's as far as anybody knows.
    UnknownPrivate,
    /// Broadcast and multicast.
    Everybody,
}

#[derive(Debug)]
pub(crate) enum Addresses {
    /// These; the first ones are used most.
    Fixed(&'static [Ipv4Addr]),
    /// These, one as often as the other.
    Even(&'static [Ipv4Addr]),
    /// So many addresses spread over blocks (network, prefix length); the first ones are used most.
    Spread(u32, &'static [(Ipv4Addr, u8)]),
    /// Any public address outside Azure's ranges.
    Anywhere,
    /// IPv6 addresses, by position.
    Six(&'static [u8]),
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
            Addresses::Even(list) => u32::from(list[dice.below(list.len() as u32) as usize]),
            Addresses::Spread(count, blocks) => self.spread(dice.skewed(count), blocks),
            Addresses::Anywhere => anywhere(dice),
            Addresses::Six(list) => address::packed_six(list[dice.skewed(list.len() as u32) as usize]),
        }
    }

    /// Whether its addresses belong to the customer's private space.
    pub(crate) fn is_private(&self) -> bool {
        match self.addresses {
            Addresses::Fixed(list) | Addresses::Even(list) => list.iter().all(Ipv4Addr::is_private),
            Addresses::Spread(_, blocks) => blocks.iter().all(|(network, _)| network.is_private()),
            Addresses::Six(list) => list.iter().all(|&position| address::six(position).is_unique_local()),
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

/// First octets in public use that hold none of Azure's published ranges.
pub(crate) const FIRST_OCTETS: &[u8] = &[
    1, 2, 5, 14, 27, 31, 36, 37, 41, 42, 45, 46, 49, 58, 59, 60, 61, 62, 77, 78, 79, 80, 81, 82, 83, 84, 87,
    88, 89, 91, 92, 93, 95, 101, 105, 106, 109, 110, 112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122,
    123, 124, 125, 139, 141, 154, 159, 161, 162, 165, 171, 175, 176, 177, 178, 179, 180, 181, 182, 183, 185,
    186, 187, 188, 189, 190, 194, 195, 196, 197, 200, 201, 210, 211, 212, 217, 218, 219, 220, 221, 222,
];

fn anywhere(dice: &mut Dice) -> u32 {
    let first = FIRST_OCTETS[dice.below(FIRST_OCTETS.len() as u32) as usize];
    u32::from(first) << 24 | dice.next() >> 8
}

const fn fixed(name: &'static str, means: Means, addresses: &'static [Ipv4Addr]) -> Pool {
    Pool { name, means, addresses: Addresses::Fixed(addresses) }
}

const fn spread(name: &'static str, means: Means, count: u32, blocks: &'static [(Ipv4Addr, u8)]) -> Pool {
    Pool { name, means, addresses: Addresses::Spread(count, blocks) }
}

const fn six(name: &'static str, means: Means, positions: &'static [u8]) -> Pool {
    Pool { name, means, addresses: Addresses::Six(positions) }
}

// The internet.
pub(crate) static CUSTOMERS: Pool = spread(
    "customers",
    Means::Internet,
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
pub(crate) static ANYWHERE: Pool =
    Pool { name: "anywhere", means: Means::Internet, addresses: Addresses::Anywhere };
pub(crate) static ATTACKERS: Pool = Pool {
    name: "attackers",
    means: Means::Malicious,
    // One for each type of threat that is documented, but for that of the drop point.
    addresses: Addresses::Even(&[
        ip(203, 0, 113, 66),
        ip(198, 51, 100, 23),
        ip(203, 0, 113, 187),
        ip(192, 0, 2, 77),
        ip(203, 0, 113, 9),
        ip(203, 0, 113, 141),
        ip(198, 51, 100, 58),
        ip(198, 51, 100, 201),
        ip(192, 0, 2, 130),
        ip(192, 0, 2, 219),
    ]),
};
pub(crate) static DROP_POINT: Pool = fixed("drop point", Means::Malicious, &[super::DROP_POINT]);
pub(crate) static DEAD_PARTNER: Pool = fixed("dead partner", Means::Internet, &[ip(212, 83, 170, 44)]);
pub(crate) static MAIL_RELAYS: Pool =
    fixed("mail relays", Means::Internet, &[ip(185, 70, 40, 101), ip(195, 130, 217, 9)]);
pub(crate) static SAAS: Pool = fixed(
    "software as a service",
    Means::Internet,
    &[
        ip(140, 82, 121, 4),
        ip(104, 18, 32, 68),
        ip(104, 16, 218, 84),
        ip(151, 101, 129, 140),
        ip(185, 199, 108, 133),
        ip(54, 246, 191, 30),
    ],
);
pub(crate) static PUBLIC_TIME: Pool =
    fixed("public time", Means::Internet, &[ip(195, 13, 1, 153), ip(162, 159, 200, 1)]);

// Azure services.
pub(crate) static STORAGE: Pool = fixed(
    "storage",
    Means::Azure,
    &[
        ip(20, 60, 26, 36),
        ip(20, 60, 150, 4),
        ip(20, 150, 37, 132),
        ip(52, 239, 140, 100),
        ip(20, 38, 108, 164),
    ],
);
pub(crate) static STORAGE_NORTH: Pool =
    fixed("storage north", Means::Azure, &[ip(20, 60, 40, 100), ip(20, 150, 26, 4), ip(20, 38, 102, 68)]);
pub(crate) static AZURE_MONITOR: Pool = fixed(
    "monitor",
    Means::Azure,
    &[ip(13, 69, 109, 228), ip(20, 50, 88, 235), ip(13, 69, 106, 212), ip(4, 207, 185, 12)],
);
pub(crate) static DIRECTORY: Pool = fixed(
    "directory",
    Means::Azure,
    &[ip(20, 190, 159, 64), ip(40, 126, 31, 71), ip(20, 190, 160, 17), ip(40, 126, 32, 138)],
);
pub(crate) static WINDOWS_UPDATE: Pool = fixed(
    "update",
    Means::Azure,
    &[ip(20, 54, 24, 148), ip(20, 54, 25, 16), ip(20, 54, 110, 119), ip(13, 95, 31, 18)],
);
pub(crate) static BACKUP: Pool =
    fixed("backup", Means::Azure, &[ip(20, 61, 102, 140), ip(52, 236, 187, 150)]);
pub(crate) static AZURE_TIME: Pool =
    fixed("azure time", Means::Azure, &[ip(20, 101, 57, 9), ip(51, 145, 123, 29)]);
pub(crate) static WIRE_SERVER: Pool = fixed("wire server", Means::Platform, &[ip(168, 63, 129, 16)]);
/// Azure-owned sources that probe under the platform rule. The final zeros are real.
pub(crate) static PLATFORM_PROBES: Pool = fixed(
    "platform probes",
    Means::Azure,
    &[ip(20, 61, 34, 0), ip(13, 94, 200, 0), ip(20, 54, 80, 0), ip(20, 71, 12, 0)],
);

pub(crate) static METADATA: Pool = fixed("instance metadata", Means::Platform, &[ip(169, 254, 169, 254)]);

// The site behind ExpressRoute, 10.4.0.0/16.
const HQ: Means = Means::Site("site-tillermoor-hq");
pub(crate) static SITE_CLIENTS: Pool = spread("site clients", HQ, 60, &[(ip(10, 4, 16, 0), 22)]);
pub(crate) static SITE_SERVERS: Pool =
    fixed("site servers", HQ, &[ip(10, 4, 2, 10), ip(10, 4, 2, 11), ip(10, 4, 2, 30)]);
pub(crate) static SITE_DIRECTORY: Pool = fixed("site directory", HQ, &[ip(10, 4, 1, 10), ip(10, 4, 1, 11)]);
pub(crate) static SITE_RETIRED: Pool = fixed("retired server", HQ, &[ip(10, 4, 9, 20)]);

// Other sites, and clients on the road.
pub(crate) static LEEDS: Pool = spread("leeds", Means::Site("lng-leeds"), 24, &[(ip(10, 20, 4, 0), 24)]);
pub(crate) static STORES: Pool = spread("stores", Means::Site("stores"), 40, &[(ip(10, 60, 0, 0), 19)]);
pub(crate) static DEPOT: Pool = fixed("depot", Means::Site("depot"), &[ip(10, 61, 2, 20), ip(10, 61, 2, 21)]);
pub(crate) static CLIENTS: Pool =
    spread("clients", Means::Clients("vpngw-hub"), 12, &[(ip(172, 16, 40, 0), 26)]);
pub(crate) static CONTRACTORS: Pool =
    spread("contractors", Means::Clients("contractors"), 4, &[(ip(172, 16, 90, 0), 28)]);

// Addresses in the networks that are no machine's.
pub(crate) static GATEWAY_FRONT: Pool =
    fixed("gateway front", Means::ApplicationGateway("agw-pay"), &[ip(10, 11, 2, 10)]);
pub(crate) static GATEWAY_INSTANCES: Pool =
    fixed("gateway instances", Means::ApplicationGateway("agw-pay"), &[ip(10, 11, 2, 4), ip(10, 11, 2, 5)]);
pub(crate) static RECEIPTS: Pool =
    fixed("receipts", Means::Endpoint("pe-receipts-blob"), &[ip(10, 11, 3, 4)]);
pub(crate) static LEDGER: Pool = fixed("ledger", Means::Endpoint("pe-ledger-sql"), &[ip(10, 11, 3, 5)]);
/// Where a machine stood until last year.
pub(crate) static DELETED: Pool = fixed("deleted", Means::Bare(PAY, "snet-pay"), &[ip(10, 11, 1, 9)]);

// Private addresses that no inventory and nobody knows.
pub(crate) static UNKNOWN: Pool =
    fixed("unknown", Means::UnknownPrivate, &[ip(192, 168, 77, 10), ip(100, 64, 10, 3), ip(169, 254, 8, 8)]);
/// A network that somebody made outside of what the inventory covers.
pub(crate) static SHADOW: Pool =
    fixed("shadow", Means::UnknownPrivate, &[ip(10, 99, 0, 4), ip(10, 99, 0, 5)]);
/// Two networks have these addresses, and neither is joined to the rest.
pub(crate) static AMBIGUOUS: Pool = fixed("ambiguous", Means::UnknownPrivate, &[ip(10, 50, 0, 4)]);
pub(crate) static UNKNOWN_SIX: Pool =
    six("unknown six", Means::UnknownPrivate, &[address::SIX_UNKNOWN, address::SIX_LINK_LOCAL]);

// Everybody.
pub(crate) static EVERYBODY: Pool = fixed(
    "everybody",
    Means::Everybody,
    &[ip(255, 255, 255, 255), ip(224, 0, 0, 251), ip(239, 255, 255, 250)],
);
pub(crate) static EVERYBODY_SIX: Pool =
    six("everybody six", Means::Everybody, &[address::SIX_DHCP_AGENTS, address::SIX_ALL_NODES]);

// The internet by IPv6.
pub(crate) static STORAGE_SIX: Pool = six("storage six", Means::Azure, &[address::SIX_STORAGE]);
pub(crate) static RESOLVER_SIX: Pool = six("resolver six", Means::Internet, &[address::SIX_RESOLVER]);
