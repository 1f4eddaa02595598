//! Virtual networks and what joins them.

use serde::{Deserialize, Serialize};

use super::words::Word;
use super::{Decorator, NetworkId, SideId};

/// A virtual network.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Network {
    /// `subscription/group/network`
    pub short: Word,
    /// What is said of an address that is in its space and in no subnet.
    pub side: SideId,
    /// Its own peerings, `subscription/group/network/peering`, in the order of the networks at their other ends.
    pub peerings: Vec<(NetworkId, Word)>,
    /// Networks that it is peered with, told by either.
    pub peers: Vec<NetworkId>,
    /// Connections of its gateways to those of other networks, in the order of networks.
    pub connections: Vec<(NetworkId, Word)>,
    /// Networks that a connection of gateways joins it with, told by either.
    pub connected: Vec<NetworkId>,
    /// Peers whose gateways it uses as its own.
    pub remote_gateways: Vec<NetworkId>,
}

impl Network {
    /// Puts everything in order, once.
    pub fn arrange(&mut self) {
        self.peerings.sort_unstable();
        self.connections.sort_unstable();
        for list in [&mut self.peers, &mut self.connected, &mut self.remote_gateways] {
            list.sort_unstable();
            list.dedup();
        }
    }
}

/// How far a network is from the one where a flow was logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    /// It is the same.
    Home,
    /// They are peered.
    Peered,
    /// Their gateways are connected.
    Connected,
    /// Another network lies between them.
    Transit,
    /// Nothing is known to join them.
    Elsewhere,
}

impl Decorator {
    pub(super) fn network(&self, id: NetworkId) -> &Network {
        &self.networks[id.0 as usize]
    }

    pub(super) fn scope(&self, home: Option<NetworkId>, other: NetworkId) -> Scope {
        let Some(home) = home else { return Scope::Elsewhere };
        if home == other {
            return Scope::Home;
        }
        let network = self.network(home);
        if network.peers.binary_search(&other).is_ok() {
            Scope::Peered
        } else if network.connected.binary_search(&other).is_ok() {
            Scope::Connected
        } else if self.common_peers(home, other).next().is_some()
            || self.connection_between(home, other).is_some()
        {
            Scope::Transit
        } else {
            Scope::Elsewhere
        }
    }

    /// Networks that both are peered with, in order.
    pub(super) fn common_peers(
        &self,
        one: NetworkId,
        other: NetworkId,
    ) -> impl Iterator<Item = NetworkId> + '_ {
        let (one, other) = (&self.network(one).peers, &self.network(other).peers);
        let (few, many) = if one.len() < other.len() { (one, other) } else { (other, one) };
        few.iter().copied().filter(|peer| many.binary_search(peer).is_ok())
    }

    /// Networks whose gateways serve a network: its own first.
    fn gateway_networks(&self, network: NetworkId) -> impl Iterator<Item = NetworkId> + '_ {
        std::iter::once(network).chain(self.network(network).remote_gateways.iter().copied())
    }

    /// The connection of gateways that joins two networks, and the networks of the gateways.
    pub(super) fn connection_between(
        &self,
        src: NetworkId,
        dest: NetworkId,
    ) -> Option<(Word, NetworkId, NetworkId)> {
        self.gateway_networks(src).find_map(|from| {
            self.gateway_networks(dest).filter(|to| *to != from).find_map(|to| {
                let name = self.own_connection(from, to).or_else(|| self.own_connection(to, from))?;
                Some((name, from, to))
            })
        })
    }

    fn own_connection(&self, from: NetworkId, to: NetworkId) -> Option<Word> {
        first_with(&self.network(from).connections, to)
    }

    /// The name of the peering between two networks, that of the first one if it has one.
    pub(super) fn peering_between(&self, src: NetworkId, dest: NetworkId) -> Option<Word> {
        first_with(&self.network(src).peerings, dest)
            .or_else(|| first_with(&self.network(dest).peerings, src))
    }
}

fn first_with(sorted: &[(NetworkId, Word)], id: NetworkId) -> Option<Word> {
    let start = sorted.partition_point(|(other, _)| *other < id);
    sorted.get(start).filter(|(other, _)| *other == id).map(|(_, name)| *name)
}
