//! How networks and sites reach each other: what the company's network engineers would answer when asked.
//!
//! Nothing here is looked up in peerings and gateways: the ground truth says what was meant.

use super::resources::Company;
use super::spokes::{AKS, HUB, LAB, NORTH, PAY, WEST};

/// How two networks reach each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Path {
    /// They are peered.
    Peering,
    /// Both are peered with a third one, which forwards.
    Hub(usize),
    /// Their gateways are connected; the names of the connection at the first and at the second, and the network that
    /// lends the first one its gateway.
    Tunnel { there: &'static str, back: &'static str, lender: Option<usize> },
    /// Not at all, or by their public addresses.
    Unlinked,
}

const PATHS: &[(usize, usize, Path)] = &[
    (WEST, NORTH, Path::Peering),
    (HUB, WEST, Path::Peering),
    (HUB, PAY, Path::Peering),
    (HUB, AKS, Path::Peering),
    (WEST, PAY, Path::Hub(HUB)),
    (WEST, AKS, Path::Hub(HUB)),
    (PAY, AKS, Path::Hub(HUB)),
    (HUB, LAB, Path::Tunnel { there: "cn-hub-lab", back: "cn-lab-hub", lender: None }),
    (PAY, LAB, Path::Tunnel { there: "cn-hub-lab", back: "cn-lab-hub", lender: Some(HUB) }),
    (LAB, NORTH, Path::Unlinked),
    (LAB, WEST, Path::Unlinked),
];

/// What a site is reached by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SiteLink {
    /// A circuit, by a connection of the network's own gateway or of the one that a peer lends it.
    Circuit { circuit: &'static str, connection: &'static str, owner: usize },
    /// A site's gateway, likewise.
    LocalGateway { gateway: &'static str, connection: &'static str, owner: usize },
    /// Something that no resource describes.
    Configured,
}

const SITE_LINKS: &[(&str, SiteLink)] = &[
    (
        "site-tillermoor-hq",
        SiteLink::Circuit { circuit: "erc-tillermoor-ams", connection: "cn-er-ams", owner: WEST },
    ),
    ("lng-leeds", SiteLink::LocalGateway { gateway: "lng-leeds", connection: "cn-leeds", owner: HUB }),
    ("stores", SiteLink::Configured),
    ("depot", SiteLink::Configured),
];

/// How flows get from one network to another; nothing when the tables do not say.
pub(crate) fn path(company: &Company, from: usize, to: usize) -> Option<Path> {
    // Background networks keep to themselves.
    debug_assert!(company.vnets.len() > from.max(to));
    PATHS.iter().find_map(|&(one, other, path)| match path {
        _ if (one, other) == (from, to) => Some(path),
        Path::Tunnel { there, back, lender } if (other, one) == (from, to) => {
            Some(Path::Tunnel { there: back, back: there, lender })
        }
        _ if (other, one) == (from, to) => Some(path),
        _ => None,
    })
}

/// What a site is reached by.
pub(crate) fn site_link(site: &str) -> Option<SiteLink> {
    SITE_LINKS.iter().find(|(name, _)| *name == site).map(|&(_, link)| link)
}
