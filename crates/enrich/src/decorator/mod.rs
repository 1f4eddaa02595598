//! What is known of the two ends of a flow, by the inventory of a time.
//!
//! [`Decorator::new`] turns an inventory into tables: addresses, MAC addresses, prefixes, links. [`Decorator::decorate`]
//! reads them and nothing else; what it gives are numbers of words, so that a column is written by what it says, not
//! by row. [`Decorator::explain`] tells the same step by step.

mod build;
mod explain;
mod link;
mod networks;
mod outside;
mod pairs;
mod prefixes;
mod resolve;
mod words;

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};
use weir_decode::{Address, Direction};
use weir_topology::{Inventory, ResourceId};

use crate::flow_type::{End, FlowType, PublicKind, flow_type, is_platform};
use networks::Network;
use outside::Outside;
use prefixes::PrefixTable;
use words::{Side, Word, Words};

pub use explain::{Explanation, Outcome, Step};
pub use link::{Hubs, Link, LinkKind, LinkWords};
pub(crate) use resolve::Found;
pub use words::SideColumn;

type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// A virtual network of a decorator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NetworkId(u32);

/// What is said of a side; the default says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct SideId(u32);

/// A private endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EndpointId(u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
struct NicId(u32);

/// Where a flow was logged, as far as the inventory knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct CapturePoint {
    nic: Option<NicId>,
    network: Option<NetworkId>,
}

impl CapturePoint {
    /// Whether the interface is in the inventory.
    pub fn is_known(self) -> bool {
        self.nic.is_some()
    }
}

/// All that decides how a flow is decorated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ends {
    /// Who opened it.
    pub src: Address,
    /// Who was called.
    pub dest: Address,
    /// Seen from the interface.
    pub direction: Direction,
    /// The interface and what the log was enabled on.
    pub captured_at: CapturePoint,
}

/// What is known of a flow beside what its tuples say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decoration {
    /// What is known of the source.
    pub src: SideId,
    /// What is known of the destination.
    pub dest: SideId,
    /// What the ends are to each other.
    pub flow_type: FlowType,
    /// What carries the flow from one network to the other.
    pub link: Link,
    /// The private endpoint that one of the ends is.
    pub endpoint: Option<EndpointId>,
    /// Whether the interface forwards the flow and is no end of it.
    pub captured_at_hop: bool,
    /// Why the flow type is `Unknown`, where it is.
    pub unknown: Option<UnknownReason>,
    /// Which end is the public one, where the flow type says that one is.
    pub public: Option<PublicSide>,
}

/// The end of a flow that is outside, at a public address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PublicSide {
    /// The source.
    Src,
    /// The destination.
    Dest,
}

impl PublicSide {
    /// Of the two, that of this side.
    pub fn of<T>(self, src: T, dest: T) -> T {
        match self {
            PublicSide::Src => src,
            PublicSide::Dest => dest,
        }
    }
}

impl Decoration {
    /// What is known of a flow without an inventory.
    pub fn by_address(src: Address, dest: Address) -> Self {
        let flow_type = crate::flow_type::flow_type_by_address(src, dest);
        let public_side = if is_platform(src) { PublicSide::Src } else { PublicSide::Dest };
        Decoration {
            src: SideId::default(),
            dest: SideId::default(),
            flow_type,
            public: flow_type.has_public_end().then_some(public_side),
            link: Link::default(),
            endpoint: None,
            captured_at_hop: false,
            unknown: (flow_type == FlowType::Unknown).then_some(UnknownReason::NoInventory),
        }
    }
}

/// Why a flow is of the type `Unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum UnknownReason {
    /// No inventory holds at that time.
    NoInventory,
    /// Neither end is in a known network, and the interface that logged the flow is not in the inventory.
    NicUnknown,
    /// Neither end is in a known network, though the interface is.
    NeitherEndKnown,
    /// Both ends are inside a cluster, on addresses of its own.
    Pods,
    /// The other end is no place: multicast, broadcast, unspecified.
    Nowhere,
}

impl UnknownReason {
    /// All of them, in the order of their numbers.
    pub const ALL: [UnknownReason; 5] = [
        UnknownReason::NoInventory,
        UnknownReason::NicUnknown,
        UnknownReason::NeitherEndKnown,
        UnknownReason::Pods,
        UnknownReason::Nowhere,
    ];

    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            UnknownReason::NoInventory => "no inventory of that time",
            UnknownReason::NicUnknown => "no interface of the MAC address, and no network of either address",
            UnknownReason::NeitherEndKnown => "no network of either address",
            UnknownReason::Pods => "both addresses are a cluster's own",
            UnknownReason::Nowhere => "multicast, broadcast or unspecified address",
        }
    }
}

/// What holds an address, the most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
enum PlaceKind {
    Nic,
    FrontEnd,
    PodBlock,
    Subnet,
    Space,
}

/// A place in a virtual network.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Place {
    network: NetworkId,
    kind: PlaceKind,
    /// Bits that its addresses have in common, of 128: all for a single address.
    length: u8,
    side: SideId,
    nic: Option<NicId>,
    endpoint: Option<EndpointId>,
    /// `subscription/group/name` of what decides; blank for interfaces, whose side names them.
    object: Word,
}

/// An interface as a place of capture.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Nic {
    network: Option<NetworkId>,
    /// The place of its first address.
    place: Option<u32>,
    forwards: bool,
    /// Its range in `Decorator::own`.
    own: (u32, u32),
}

/// The words of a private endpoint.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Endpoint {
    id: Word,
    resource: Word,
    resource_name: Word,
}

/// What an inventory says of flows. It can be kept: what is read back decorates alike.
#[derive(Debug, Serialize, Deserialize)]
pub struct Decorator {
    words: Words,
    sides: Vec<Side>,
    networks: Vec<Network>,
    /// Places, those of one address side by side.
    places: Vec<Place>,
    /// Where in `places` those of an address begin, and how many there are.
    #[serde(with = "pairs::of_addresses")]
    by_address: Map<Address, (u32, u32)>,
    /// For each network its blocks, subnets and address space.
    inside: Vec<PrefixTable<(PlaceKind, u32)>>,
    /// Which networks have an address in their space.
    spaces: PrefixTable<NetworkId>,
    /// Addresses of pods and services that are valid inside a cluster only, with the networks of its nodes.
    clusters: PrefixTable<NetworkId>,
    outsides: Vec<Outside>,
    /// Sites and clients: what is outside, by prefix.
    outside: PrefixTable<outside::Claim>,
    nics: Vec<Nic>,
    #[serde(with = "pairs")]
    by_mac: Map<Box<str>, NicId>,
    /// First and last numbers of what interfaces call their own.
    own: Vec<(u128, u128)>,
    /// Networks of what logs are enabled on, by type and short id.
    #[serde(with = "pairs")]
    targets: Map<Box<str>, NetworkId>,
    endpoints: Vec<Endpoint>,
    /// Resource ids of network security groups by GUID.
    #[serde(with = "pairs")]
    security_groups: Map<Box<str>, Word>,
}

impl Decorator {
    /// The tables of an inventory.
    pub fn new(inventory: &Inventory) -> Self {
        build::build(inventory)
    }

    /// The place where a log was taken.
    ///
    /// `mac` is twelve upper-case hex digits; `target_type` and `target` are the words of `TargetResourceType` and
    /// `TargetResourceId`. An interface that is not in the inventory is at least in the network that is logged.
    pub fn capture_point(&self, mac: &str, target_type: &str, target: &str) -> CapturePoint {
        let nic = self.by_mac.get(mac).copied();
        let network = nic.and_then(|nic| self.nic(nic).network);
        let network = network.or_else(|| self.targets.get(target_key(target_type, target).as_str()).copied());
        CapturePoint { nic, network }
    }

    /// Decorates a flow. `public` tells whose a public address is.
    pub fn decorate(&self, ends: &Ends, public: impl FnMut(Address) -> PublicKind) -> Decoration {
        self.decorate_with(ends, |address, home| self.find(address, home), public)
    }

    /// The same; `find` does what [`Decorator::find`] does.
    pub(crate) fn decorate_with(
        &self,
        ends: &Ends,
        find: impl FnMut(Address, Option<NetworkId>) -> Found,
        mut public: impl FnMut(Address) -> PublicKind,
    ) -> Decoration {
        let home = self.home(ends);
        let (src, dest, inferred) = self.both(ends, home, find);
        let src_end = self.end(src, ends.src, &mut public);
        let dest_end = self.end(dest, ends.dest, &mut public);
        let flow_type = flow_type(src_end, dest_end);
        let link = self.link(flow_type, (src, ends.src), (dest, ends.dest));
        let unknown = (flow_type == FlowType::Unknown).then(|| match (src_end, dest_end) {
            (End::Pod, End::Pod) => UnknownReason::Pods,
            (End::Nowhere, _) | (_, End::Nowhere) => UnknownReason::Nowhere,
            _ if ends.captured_at.nic.is_some() => UnknownReason::NeitherEndKnown,
            _ => UnknownReason::NicUnknown,
        });
        Decoration {
            src: self.side_of(src, flow_type),
            dest: self.side_of(dest, flow_type),
            flow_type,
            link,
            endpoint: self.endpoint_of(dest).or_else(|| self.endpoint_of(src)),
            captured_at_hop: !inferred && self.is_hop(ends, src, dest),
            unknown,
            public: flow_type.has_public_end().then_some(match src_end {
                End::Public(_) => PublicSide::Src,
                _ => PublicSide::Dest,
            }),
        }
    }

    /// The end that a place is.
    fn end(
        &self,
        found: resolve::Found,
        address: Address,
        public: impl FnOnce(Address) -> PublicKind,
    ) -> End<NetworkId> {
        use resolve::Found;
        match found {
            Found::Place(place) => End::Network(self.places[place as usize].network),
            Found::Cluster => End::Pod,
            Found::Outside(outside) => self.outsides[outside as usize].end(),
            Found::Nothing => crate::flow_type::end_by_address(address, public),
        }
    }

    fn side_of(&self, found: resolve::Found, flow_type: FlowType) -> SideId {
        match found {
            resolve::Found::Place(place) => self.places[place as usize].side,
            resolve::Found::Outside(outside) if flow_type == FlowType::S2S => {
                self.outsides[outside as usize].side
            }
            _ => SideId::default(),
        }
    }

    fn endpoint_of(&self, found: resolve::Found) -> Option<EndpointId> {
        match found {
            resolve::Found::Place(place) => self.places[place as usize].endpoint,
            _ => None,
        }
    }

    /// Whether the logging interface is neither source nor destination.
    fn is_hop(&self, ends: &Ends, src: resolve::Found, dest: resolve::Found) -> bool {
        let Some(nic) = ends.captured_at.nic else { return false };
        let nic = self.nic(nic);
        let own = &self.own[nic.own.0 as usize..(nic.own.0 + nic.own.1) as usize];
        let owns =
            |address: Address| own.iter().any(|(first, last)| (*first..=*last).contains(&address.bits()));
        if owns(ends.src) || owns(ends.dest) {
            return false;
        }
        // A balancer with a floating address hands flows on as they are: its back end sees the front end's address.
        let Some(place) = nic.place else { return true };
        let balancer = self.word_of(self.places[place as usize].side, SideColumn::LoadBalancer);
        let fronts = |found: resolve::Found| match found {
            resolve::Found::Place(place) => {
                let place = &self.places[place as usize];
                place.kind == PlaceKind::FrontEnd
                    && self.word_of(place.side, SideColumn::LoadBalancer) == balancer
            }
            _ => false,
        };
        balancer.is_blank() || !(fronts(src) || fronts(dest))
    }

    /// What a column says of a side.
    pub fn side_text(&self, side: SideId, column: SideColumn) -> &str {
        self.words.text(self.word_of(side, column))
    }

    /// `PrivateEndpointResourceId`, `PrivateLinkResourceId` and `PrivateLinkResourceName`.
    pub fn endpoint_texts(&self, endpoint: EndpointId) -> [&str; 3] {
        let Endpoint { id, resource, resource_name } = self.endpoints[endpoint.0 as usize];
        [id, resource, resource_name].map(|word| self.words.text(word))
    }

    /// The resource id of the network security group that has a GUID, in lower case.
    pub fn security_group(&self, guid: &str) -> Option<&str> {
        self.security_groups.get(guid).map(|word| self.words.text(*word))
    }

    fn word_of(&self, side: SideId, column: SideColumn) -> Word {
        self.sides[side.0 as usize].get(column)
    }

    fn nic(&self, nic: NicId) -> Nic {
        self.nics[nic.0 as usize]
    }

    /// Bytes that the tables take, about.
    pub fn bytes(&self) -> usize {
        let keys = |map: &Map<Box<str>, NicId>| map.keys().map(|key| key.len()).sum::<usize>();
        self.words.bytes()
            + self.sides.capacity() * size_of::<Side>()
            + self.places.capacity() * size_of::<Place>()
            + self.by_address.capacity() * size_of::<(Address, (u32, u32), u8)>()
            + self.inside.iter().map(PrefixTable::bytes).sum::<usize>()
            + self.spaces.bytes()
            + self.outside.bytes()
            + self.nics.capacity() * size_of::<Nic>()
            + self.own.capacity() * size_of::<(u128, u128)>()
            + self.by_mac.capacity() * size_of::<(Box<str>, NicId, u8)>()
            + keys(&self.by_mac)
    }
}

/// The key of `Decorator::targets`.
fn target_key(target_type: &str, target: &str) -> String {
    format!("{target_type} {target}")
}

/// `subscription/group/name` of an id; what is none as it is.
fn short(id: &str) -> String {
    weir_topology::short_resource_id(id)
}

/// `group/name` of an id, the last of its names.
fn group_and_name(id: &str) -> String {
    match ResourceId::parse(id) {
        Some(parsed) => {
            format!("{}/{}", parsed.resource_group, parsed.names.last().copied().unwrap_or_default())
        }
        None => id.to_owned(),
    }
}
