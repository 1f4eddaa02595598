//! What is outside of Azure and reached through it: sites and VPN clients.

use serde::{Deserialize, Serialize};

use super::words::Word;
use super::{Decorator, NetworkId, SideId};
use crate::flow_type::End;

/// What claims addresses outside, the first to be asked first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum OutsideKind {
    Clients,
    LocalNetworkGateway,
    Circuit,
    Configured,
}

/// A claim on a prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Claim {
    pub kind: OutsideKind,
    /// Its place in `Decorator::outsides`.
    pub outside: u32,
    /// Bits of the prefix, of 128.
    pub length: u8,
}

/// A site, or the clients of a gateway.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Outside {
    pub kind: OutsideKind,
    /// What it is called: a short id or the name that its owner gave it.
    pub name: Word,
    pub side: SideId,
    /// By a circuit; otherwise by a VPN gateway.
    pub express_route: bool,
    /// The ways there, in the order of their names.
    pub ways: Vec<Way>,
    /// Where there are any: the only networks that reach it.
    pub only: Vec<NetworkId>,
}

/// A way to a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Way {
    /// The network whose gateway it goes through; none where that is not known.
    pub gateway: Option<NetworkId>,
    /// The connection, or the gateway of clients.
    pub name: Word,
}

/// How a network gets to a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// It has it.
    Own,
    /// It uses a peer's as its own.
    Remote,
    /// A peer has it.
    Peer,
    /// Nothing says that it does.
    Unknown,
}

impl Outside {
    pub fn end(&self) -> End<NetworkId> {
        match self.kind {
            OutsideKind::Clients => End::Client,
            _ => End::Site,
        }
    }

    /// Whether only some networks reach it, and this one does not.
    fn is_closed_to(&self, home: Option<NetworkId>) -> bool {
        !self.only.is_empty() && !home.is_some_and(|home| self.only.contains(&home))
    }
}

impl Decorator {
    fn reach_gateway(&self, home: NetworkId, gateway: NetworkId) -> Reach {
        let network = self.network(home);
        if home == gateway {
            Reach::Own
        } else if network.remote_gateways.binary_search(&gateway).is_ok() {
            Reach::Remote
        } else if network.peers.binary_search(&gateway).is_ok() {
            Reach::Peer
        } else {
            Reach::Unknown
        }
    }

    /// The best way from a network to what is outside.
    pub(super) fn way(&self, home: NetworkId, outside: &Outside) -> Option<(Reach, Way)> {
        let reach = |way: &Way| match way.gateway {
            Some(gateway) => self.reach_gateway(home, gateway),
            None => Reach::Unknown,
        };
        outside.ways.iter().map(|way| (reach(way), *way)).min_by_key(|(reach, _)| *reach)
    }

    /// How a network gets to what is outside; none where its owner says that it does not.
    pub(super) fn reach(&self, home: Option<NetworkId>, outside: &Outside) -> Option<Reach> {
        if outside.is_closed_to(home) {
            return None;
        }
        let Some(home) = home else { return Some(Reach::Unknown) };
        if outside.only.contains(&home) {
            return Some(Reach::Own);
        }
        // An owner who names neither networks nor a known gateway means that every network reaches it.
        let anywhere = outside.ways.iter().all(|way| way.gateway.is_none())
            && matches!(outside.kind, OutsideKind::Configured | OutsideKind::Clients);
        if anywhere {
            return Some(Reach::Own);
        }
        Some(self.way(home, outside).map_or(Reach::Unknown, |(reach, _)| reach))
    }
}
