//! What carries a flow from one network to another, or out of Azure.

use std::borrow::Cow;

use weir_decode::Address;

use super::outside::OutsideKind;
use super::resolve::Found;
use super::words::Word;
use super::{Decorator, NetworkId};
use crate::flow_type::FlowType;

/// What carries a flow; the default is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Link {
    /// What it is.
    pub kind: LinkKind,
    /// The peering, the connection, or the gateway of clients.
    name: Word,
    /// The client, for clients.
    client: Option<Client>,
    /// Networks in between.
    hubs: Hubs,
}

/// An address in quarters, so that a link takes no more room than it has to: there is one in every row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Client([u32; 4]);

impl From<Address> for Client {
    fn from(address: Address) -> Self {
        Client([96, 64, 32, 0].map(|shift| (address.bits() >> shift) as u32))
    }
}

impl From<Client> for Address {
    fn from(Client(quarters): Client) -> Self {
        Address::from_ipv6(quarters.into_iter().fold(0, |bits, quarter| bits << 32 | u128::from(quarter)))
    }
}

/// What kind of link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LinkKind {
    /// None.
    #[default]
    None,
    /// A peering, or two of them with a network in between.
    Peering,
    /// A VPN gateway.
    Vpn,
    /// An ExpressRoute circuit.
    ExpressRoute,
}

/// Networks in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Hubs {
    /// None.
    #[default]
    None,
    /// One.
    One(NetworkId),
    /// Two, each with a gateway.
    Two(NetworkId, NetworkId),
    /// All that both of these are peered with.
    Common(NetworkId, NetworkId),
}

/// What the columns say of a link.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LinkWords<'a> {
    /// `ConnectionType`
    pub connection_type: &'static str,
    /// `ConnectionName`
    pub connection_name: Cow<'a, str>,
    /// `ConnectingVnets`
    pub connecting_vnets: Cow<'a, str>,
    /// `ExpressRouteCircuitPeeringType`
    pub peering_type: &'static str,
}

impl Decorator {
    /// What carries a flow between two ends.
    pub(super) fn link(&self, flow_type: FlowType, src: (Found, Address), dest: (Found, Address)) -> Link {
        let network = |found: Found| match found {
            Found::Place(place) => Some(self.places[place as usize].network),
            _ => None,
        };
        match flow_type {
            FlowType::InterVNet => match (network(src.0), network(dest.0)) {
                (Some(src), Some(dest)) => self.link_between(src, dest),
                _ => Link::default(),
            },
            FlowType::S2S | FlowType::P2S => match (src, dest) {
                ((Found::Outside(outside), client), (inside, _))
                | ((inside, _), (Found::Outside(outside), client)) => {
                    network(inside).map_or_else(Link::default, |home| self.link_out(home, outside, client))
                }
                _ => Link::default(),
            },
            _ => Link::default(),
        }
    }

    /// What joins two networks: a peering, else a connection of gateways, else peerings with a network in between.
    fn link_between(&self, src: NetworkId, dest: NetworkId) -> Link {
        if let Some(name) = self.peering_between(src, dest) {
            return Link { kind: LinkKind::Peering, name, ..Link::default() };
        }
        if let Some((name, from, to)) = self.connection_between(src, dest) {
            let hubs = match (from != src, to != dest) {
                (false, false) => Hubs::None,
                (true, false) => Hubs::One(from),
                (false, true) => Hubs::One(to),
                (true, true) => Hubs::Two(from, to),
            };
            return Link { kind: LinkKind::Vpn, name, client: None, hubs };
        }
        match self.common_peers(src, dest).next() {
            Some(hub) => {
                let name = self.peering_between(src, hub).unwrap_or_default();
                Link { kind: LinkKind::Peering, name, client: None, hubs: Hubs::Common(src, dest) }
            }
            None => Link::default(),
        }
    }

    /// What leads from a network out of Azure.
    fn link_out(&self, home: NetworkId, outside: u32, client: Address) -> Link {
        let outside = &self.outsides[outside as usize];
        let kind = if outside.express_route { LinkKind::ExpressRoute } else { LinkKind::Vpn };
        let way = self.way(home, outside).map(|(_, way)| way);
        let name = way.map(|way| way.name).unwrap_or_default();
        if outside.kind == OutsideKind::Clients {
            return Link { kind, name, client: Some(client.into()), hubs: Hubs::None };
        }
        let gateway = way.and_then(|way| way.gateway).filter(|gateway| *gateway != home);
        Link { kind, name, client: None, hubs: gateway.map_or(Hubs::None, Hubs::One) }
    }

    /// What the columns say of a link.
    pub fn link_words(&self, link: Link) -> LinkWords<'_> {
        let connection_type = match link.kind {
            LinkKind::None => return LinkWords::default(),
            LinkKind::Peering => "VNetPeering",
            LinkKind::Vpn => "VpnGateway",
            LinkKind::ExpressRoute => "ExpressRoute",
        };
        let name = self.words.text(link.name);
        let network = |id: NetworkId| self.words.text(self.network(id).short);
        let several = |mut names: Vec<&str>| -> Cow<'_, str> {
            names.sort_unstable();
            names.dedup();
            names.join(" ").into()
        };
        LinkWords {
            connection_type,
            connection_name: match link.client {
                Some(client) => format!("{name}_{}", Address::from(client)).into(),
                None => name.into(),
            },
            connecting_vnets: match link.hubs {
                Hubs::None => "".into(),
                Hubs::One(hub) => network(hub).into(),
                Hubs::Two(one, other) => several(vec![network(one), network(other)]),
                Hubs::Common(one, other) => several(self.common_peers(one, other).map(network).collect()),
            },
            peering_type: if link.kind == LinkKind::ExpressRoute { "AzurePrivatePeering" } else { "" },
        }
    }
}
