//! Which place an address is, seen from where the flow was logged.

use weir_decode::{Address, Direction};

use super::networks::Scope;
use super::outside::{Claim, Reach};
use super::{Decorator, Ends, NetworkId, PlaceKind};
use crate::flow_type::{End, PublicKind, end_by_address};

/// What an address was found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// A place in a virtual network.
    Place(u32),
    /// An address of a cluster's own.
    Cluster,
    /// A site or a client.
    Outside(u32),
    /// Nothing that the inventory knows.
    Nothing,
}

/// A place that has the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Candidate {
    pub scope: Scope,
    pub kind: PlaceKind,
    pub place: u32,
    pub network: NetworkId,
}

impl Candidate {
    /// The smaller one goes first.
    pub fn rank(&self) -> (Scope, PlaceKind) {
        (self.scope, self.kind)
    }
}

/// What became of the places that have an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    One(Candidate),
    /// Several networks have it, none of them nearer than the others.
    Ambiguous,
    None,
}

impl Decorator {
    /// The network from which addresses are looked at: that of the interface, else the one that is logged, else the one
    /// that holds the logging side, or the other side, beyond doubt.
    pub(super) fn home(&self, ends: &Ends) -> Option<NetworkId> {
        ends.captured_at.network.or_else(|| {
            let (own, other) = match ends.direction {
                Direction::Inbound => (ends.dest, ends.src),
                Direction::Outbound => (ends.src, ends.dest),
            };
            [own, other].into_iter().find_map(|address| match self.find(address, None) {
                Found::Place(place) => Some(self.places[place as usize].network),
                _ => None,
            })
        })
    }

    /// Both ends, and whether one of them follows from the interface alone.
    ///
    /// Azure lets no interface send or receive for addresses that are not its own unless it may forward. So where the
    /// inventory does not know the address on the logging side, that side is the interface all the same: its address
    /// was changed since.
    ///
    /// Source: <https://learn.microsoft.com/azure/virtual-network/virtual-network-network-interface#enable-or-disable-ip-forwarding-for-a-network-interface>
    pub(super) fn both(
        &self,
        ends: &Ends,
        home: Option<NetworkId>,
        mut find: impl FnMut(Address, Option<NetworkId>) -> Found,
    ) -> (Found, Found, bool) {
        let (src, dest) = (find(ends.src, home), find(ends.dest, home));
        let (own, address) = match ends.direction {
            Direction::Inbound => (dest, ends.dest),
            Direction::Outbound => (src, ends.src),
        };
        match self.inferred(ends, own, address) {
            None => (src, dest, false),
            Some(nic) if ends.direction == Direction::Inbound => (src, nic, true),
            Some(nic) => (nic, dest, true),
        }
    }

    /// The place of the logging interface, where it stands for an address that the inventory gives to nobody.
    fn inferred(&self, ends: &Ends, own: Found, address: Address) -> Option<Found> {
        let nic = self.nic(ends.captured_at.nic?);
        let free = match own {
            Found::Nothing => {
                matches!(end_by_address::<NetworkId>(address, |_| PublicKind::External), End::Private)
            }
            Found::Place(place) => {
                let place = &self.places[place as usize];
                place.kind >= PlaceKind::Subnet && Some(place.network) == nic.network
            }
            Found::Cluster | Found::Outside(_) => false,
        };
        (free && !nic.forwards).then_some(Found::Place(nic.place?))
    }

    /// Whether nothing in the inventory has an address, wherever it is looked at from.
    pub(crate) fn is_nowhere(&self, address: Address) -> bool {
        !self.by_address.contains_key(&address)
            && self.spaces.get(address).is_empty()
            && self.clusters.get(address).is_empty()
            && self.outside.get(address).is_empty()
    }

    /// What an address is, seen from a network.
    ///
    /// The nearest network that has the address holds it; within a network an interface before a front end, before a
    /// block of pods, before a subnet, before the address space. What a site claims that the network reaches goes
    /// before networks that nothing joins with it, unless these are more specific.
    pub(crate) fn find(&self, address: Address, home: Option<NetworkId>) -> Found {
        let choice = self.choose(address, home);
        if self.is_cluster_address(address, home, choice) {
            return Found::Cluster;
        }
        let claim = self.claim(address, home);
        match (choice, claim) {
            (Choice::One(candidate), Some((reach, claim)))
                if candidate.scope == Scope::Elsewhere
                    && reach < Reach::Unknown
                    && claim.length >= self.places[candidate.place as usize].length =>
            {
                Found::Outside(claim.outside)
            }
            (Choice::One(candidate), _) => Found::Place(candidate.place),
            (_, Some((_, claim))) => Found::Outside(claim.outside),
            _ => Found::Nothing,
        }
    }

    /// The places that have an address, in no order.
    pub(super) fn candidates(
        &self,
        address: Address,
        home: Option<NetworkId>,
    ) -> impl Iterator<Item = Candidate> + '_ {
        let (start, count) = self.by_address.get(&address).copied().unwrap_or_default();
        let single = start..start + count;
        let in_prefix = self.spaces.get(address).iter().filter_map(move |network| {
            self.inside[network.0 as usize].get(address).first().map(|(_, place)| *place)
        });
        single.chain(in_prefix).map(move |place| {
            let found = &self.places[place as usize];
            Candidate {
                scope: self.scope(home, found.network),
                kind: found.kind,
                place,
                network: found.network,
            }
        })
    }

    /// Chooses among the places that have an address.
    pub(super) fn choose(&self, address: Address, home: Option<NetworkId>) -> Choice {
        let mut choice = Choice::None;
        let mut best: Option<Candidate> = None;
        for candidate in self.candidates(address, home) {
            match best {
                Some(known) if known.rank() < candidate.rank() => {}
                Some(known) if known.rank() == candidate.rank() => {
                    if known.network != candidate.network {
                        choice = Choice::Ambiguous;
                    }
                }
                _ => {
                    best = Some(candidate);
                    choice = Choice::One(candidate);
                }
            }
        }
        choice
    }

    /// Whether an address is a cluster's own. Such addresses are seen inside the network of its nodes, and there only
    /// an interface or a front end goes before them; where the network is not known, everything else does.
    pub(super) fn is_cluster_address(
        &self,
        address: Address,
        home: Option<NetworkId>,
        choice: Choice,
    ) -> bool {
        let clusters = self.clusters.get(address);
        match home {
            _ if clusters.is_empty() => false,
            None => choice == Choice::None,
            Some(home) => {
                let single = matches!(choice, Choice::One(candidate)
                    if candidate.scope == Scope::Home && candidate.kind <= PlaceKind::FrontEnd);
                clusters.contains(&home) && !single
            }
        }
    }

    /// The claim from outside that holds: of those that the network reaches the longest, else the longest of all.
    pub(super) fn claim(&self, address: Address, home: Option<NetworkId>) -> Option<(Reach, Claim)> {
        let claims = self.outside.get(address).iter().filter_map(|claim| {
            let reach = self.reach(home, &self.outsides[claim.outside as usize])?;
            Some((reach, *claim))
        });
        claims.min_by_key(|(reach, claim)| {
            (*reach == Reach::Unknown, 128 - claim.length, claim.kind, *reach, claim.outside)
        })
    }
}
