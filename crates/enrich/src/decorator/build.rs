//! An inventory as tables.

use std::net::IpAddr;

use weir_decode::Address;
use weir_topology::{Inventory, IpConfiguration, ResourceId};

use super::networks::Network;
use super::outside::{Claim, Outside, OutsideKind, Way};
use super::prefixes::{Prefix, PrefixTable};
use super::words::{Side, SideColumn, Word, Words};
use super::{
    Decorator, Endpoint, EndpointId, Map, NetworkId, Nic, NicId, Place, PlaceKind, SideId, group_and_name,
    short, target_key,
};

/// Builds the tables: networks first, then what is in them, then what is outside.
pub(super) fn build(inventory: &Inventory) -> Decorator {
    let mut builder = Builder::new(inventory);
    builder.networks();
    builder.network_links();
    builder.interfaces();
    builder.private_endpoints();
    builder.load_balancers();
    builder.application_gateways();
    builder.appliances();
    builder.clusters();
    builder.sites();
    builder.clients();
    builder.security_groups();
    builder.finish()
}

struct Builder<'i> {
    inventory: &'i Inventory,
    words: Words,
    sides: Vec<Side>,
    side_numbers: Map<Side, SideId>,
    networks: Vec<Network>,
    network_ids: Map<&'i str, NetworkId>,
    subnets: Map<&'i str, Subnet>,
    tenants: Map<&'i str, Word>,
    groups: Map<&'i str, Vec<String>>,
    /// The application gateway whose instances are in a subnet.
    gateways_in: Map<&'i str, Word>,
    /// The load balancer that has a configuration among its back ends, by its id.
    balancers: Map<&'i str, &'i str>,
    /// Virtual network gateways: their networks.
    gateways: Map<&'i str, NetworkId>,
    public_addresses: Map<&'i str, Address>,
    endpoints: Vec<Endpoint>,
    /// The private endpoint that an interface belongs to.
    endpoint_of: Map<&'i str, EndpointId>,
    /// Places of single addresses.
    single: Vec<(Address, Place)>,
    /// Places of prefixes.
    in_prefix: Vec<(Prefix, Place)>,
    spaces: Vec<(Prefix, NetworkId)>,
    clusters: Vec<(Prefix, NetworkId)>,
    outsides: Vec<Outside>,
    claims: Vec<(Prefix, Claim)>,
    nics: Vec<Nic>,
    /// The first place of each interface, for as long as places have no numbers.
    nic_places: Vec<Option<(Address, Place)>>,
    /// The networks of interfaces, by their ids.
    nic_networks: Map<&'i str, NetworkId>,
    by_mac: Map<Box<str>, NicId>,
    own: Vec<(u128, u128)>,
    targets: Map<Box<str>, NetworkId>,
    group_ids: Map<Box<str>, Word>,
}

/// A subnet as the resources in it need it.
#[derive(Clone, Copy)]
struct Subnet {
    network: NetworkId,
    /// What is said of all that is in it: subnet, application gateway, groups.
    side: Side,
}

/// A resource that has addresses.
struct Holder<'i> {
    /// What is said of an address without a subnet.
    side: Side,
    /// The network of such an address.
    network: Option<NetworkId>,
    /// Its id.
    id: &'i str,
    region: &'i str,
}

impl<'i> Builder<'i> {
    fn new(inventory: &'i Inventory) -> Self {
        let mut words = Words::default();
        let tenants =
            inventory.subscriptions.iter().map(|s| (s.id.as_str(), words.number(&s.tenant_id))).collect();
        let mut groups: Map<&str, Vec<String>> = Map::default();
        for group in &inventory.network_groups {
            for member in &group.members {
                groups.entry(member).or_default().push(short(&group.header.id));
            }
        }
        let mut gateways_in: Map<&str, Word> = Map::default();
        for gateway in &inventory.application_gateways {
            for subnet in &gateway.subnets {
                // Lists are in the order of ids: the smallest comes first.
                gateways_in.entry(subnet).or_insert_with(|| words.number(&short(&gateway.header.id)));
            }
        }
        let public_addresses = inventory
            .public_ips
            .iter()
            .filter_map(|public| Some((public.header.id.as_str(), address(public.address?))))
            .collect();
        Builder {
            inventory,
            words,
            sides: vec![Side::default()],
            side_numbers: Map::from_iter([(Side::default(), SideId::default())]),
            networks: Vec::new(),
            network_ids: Map::default(),
            subnets: Map::default(),
            tenants,
            groups,
            gateways_in,
            balancers: Map::default(),
            gateways: Map::default(),
            public_addresses,
            endpoints: Vec::new(),
            endpoint_of: Map::default(),
            single: Vec::new(),
            in_prefix: Vec::new(),
            spaces: Vec::new(),
            clusters: Vec::new(),
            outsides: Vec::new(),
            claims: Vec::new(),
            nics: Vec::new(),
            nic_places: Vec::new(),
            nic_networks: Map::default(),
            by_mac: Map::default(),
            own: Vec::new(),
            targets: Map::default(),
            group_ids: Map::default(),
        }
    }

    fn side(&mut self, side: Side) -> SideId {
        let next = SideId(self.sides.len() as u32);
        let number = *self.side_numbers.entry(side).or_insert(next);
        if number == next {
            self.sides.push(side);
        }
        number
    }

    /// Subscription, directory and region of a resource.
    fn owned(&mut self, side: Side, id: &'i str, region: &str) -> Side {
        let subscription = ResourceId::parse(id).map_or("", |parsed| parsed.subscription);
        side.with(SideColumn::Subscription, self.words.number(subscription))
            .with(SideColumn::TenantId, self.tenants.get(subscription).copied().unwrap_or_default())
            .with(SideColumn::Region, self.words.number(region))
    }

    /// The network of an id. One that is only named by others gets a number, too.
    fn network(&mut self, id: &'i str) -> NetworkId {
        if let Some(known) = self.network_ids.get(id) {
            return *known;
        }
        let groups = self.groups_of(&[id]);
        let side = self.owned(Side::default(), id, "").with(SideColumn::NetworkGroups, groups);
        let network =
            Network { short: self.words.number(&short(id)), side: self.side(side), ..Network::default() };
        let number = NetworkId(self.networks.len() as u32);
        self.networks.push(network);
        self.network_ids.insert(id, number);
        number
    }

    fn groups_of(&mut self, members: &[&str]) -> Word {
        let mut names: Vec<&str> = members
            .iter()
            .filter_map(|member| self.groups.get(member))
            .flatten()
            .map(String::as_str)
            .collect();
        names.sort_unstable();
        names.dedup();
        self.words.number(&names.join(" "))
    }

    /// The subnet of an id; one whose network is not in the inventory is in it by name.
    fn subnet(&mut self, id: &'i str) -> Option<Subnet> {
        if let Some(known) = self.subnets.get(id) {
            return Some(*known);
        }
        let (network_id, _) = id.rsplit_once("/subnets/")?;
        let network = self.network(network_id);
        let name = ResourceId::parse(id)?.relative();
        let side = Side::default()
            .with(SideColumn::Subnet, self.words.number(&name))
            .with(SideColumn::NetworkGroups, self.groups_of(&[id, network_id]))
            .with(SideColumn::ApplicationGateway, self.gateways_in.get(id).copied().unwrap_or_default());
        let subnet = Subnet { network, side };
        self.subnets.insert(id, subnet);
        Some(subnet)
    }

    fn networks(&mut self) {
        for network in &self.inventory.virtual_networks {
            let (id, region) = (network.header.id.as_str(), network.header.region.as_str());
            let number = self.network(id);
            let groups = self.groups_of(&[id]);
            let side = self.owned(Side::default(), id, region).with(SideColumn::NetworkGroups, groups);
            let side = self.side(side);
            let object = self.words.number(&short(id));
            self.networks[number.0 as usize].side = side;
            for prefix in network.prefixes.iter().map(|prefix| Prefix::from(*prefix)) {
                self.spaces.push((prefix, number));
                self.add_prefix(prefix, number, PlaceKind::Space, side, object);
            }
            self.targets.insert(target_key("VirtualNetwork", &short(id)).into(), number);
            for subnet in &network.subnets {
                let Some(known) = self.subnet(&subnet.id) else { continue };
                let side = self.owned(known.side, id, region);
                let side = self.side(side);
                let object = self.words.number(&short(&subnet.id));
                for net in &subnet.prefixes {
                    let prefix = Prefix::from(*net);
                    // A subnet may lie outside of the address space that an export tells.
                    if !network.prefixes.iter().any(|space| space.contains(net)) {
                        self.spaces.push((prefix, number));
                    }
                    self.add_prefix(prefix, number, PlaceKind::Subnet, side, object);
                }
                self.targets.insert(target_key("Subnet", &short(&subnet.id)).into(), number);
            }
        }
    }

    fn add_prefix(
        &mut self,
        prefix: Prefix,
        network: NetworkId,
        kind: PlaceKind,
        side: SideId,
        object: Word,
    ) {
        let length = prefix.length;
        let place = Place { network, kind, length, side, nic: None, endpoint: None, object };
        self.in_prefix.push((prefix, place));
    }

    /// Peerings, gateways, and connections of gateways.
    fn network_links(&mut self) {
        let inventory = self.inventory;
        let known: std::collections::HashSet<&str> =
            inventory.virtual_networks.iter().map(|network| network.header.id.as_str()).collect();
        for network in &inventory.virtual_networks {
            let one = self.network(&network.header.id);
            for peering in network.peerings.iter().filter(|peering| is_up(&peering.state)) {
                let Some(remote) = peering.remote_network.as_deref() else { continue };
                let other = self.network(remote);
                if !known.contains(remote) {
                    self.remote_space(other, &peering.remote_prefixes);
                }
                let name = self.words.number(&short(&peering.id));
                let networks = &mut self.networks;
                networks[one.0 as usize].peerings.push((other, name));
                networks[one.0 as usize].peers.push(other);
                networks[other.0 as usize].peers.push(one);
                if peering.use_remote_gateways == Some(true) {
                    networks[one.0 as usize].remote_gateways.push(other);
                }
            }
        }
        for gateway in &inventory.virtual_network_gateways {
            let subnet = gateway.ip_configurations.iter().find_map(|part| part.subnet.as_deref());
            if let Some(subnet) = subnet.and_then(|subnet| self.subnet(subnet)) {
                self.gateways.insert(&gateway.header.id, subnet.network);
            }
        }
        for connection in inventory.connections.iter().filter(|c| c.kind.eq_ignore_ascii_case("vnet2vnet")) {
            let network = |gateway: &Option<String>| self.gateways.get(gateway.as_deref()?).copied();
            let (Some(one), Some(other)) = (network(&connection.gateway1), network(&connection.gateway2))
            else {
                continue;
            };
            let name = self.words.number(&short(&connection.header.id));
            self.networks[one.0 as usize].connections.push((other, name));
            self.networks[one.0 as usize].connected.push(other);
            self.networks[other.0 as usize].connected.push(one);
        }
        self.networks.iter_mut().for_each(Network::arrange);
    }

    /// The address space of a network that is known from its peer alone.
    fn remote_space(&mut self, network: NetworkId, prefixes: &[ipnet::IpNet]) {
        let Network { side, short, .. } = self.networks[network.0 as usize];
        for prefix in prefixes.iter().map(|prefix| Prefix::from(*prefix)) {
            self.spaces.push((prefix, network));
            self.add_prefix(prefix, network, PlaceKind::Space, side, short);
        }
    }

    fn interfaces(&mut self) {
        let inventory = self.inventory;
        for balancer in &inventory.load_balancers {
            for pool in &balancer.backend_pools {
                for configuration in &pool.ip_configurations {
                    self.balancers.entry(configuration).or_insert(&balancer.header.id);
                }
            }
        }
        let mut by_address: Map<Address, &'i str> = Map::default();
        for balancer in &inventory.load_balancers {
            for backend in balancer.backend_pools.iter().flat_map(|pool| &pool.addresses) {
                by_address.entry(address(*backend)).or_insert(&balancer.header.id);
            }
        }
        for endpoint in &inventory.private_endpoints {
            let number = EndpointId(self.endpoints.len() as u32);
            let target = endpoint.target.as_deref().and_then(ResourceId::parse);
            let resource_name = target.as_ref().and_then(|t| t.names.last().copied()).unwrap_or_default();
            let resource = target.as_ref().map_or_else(String::new, |target| {
                let kind = target.types.last().copied().unwrap_or_default();
                format!("{}/{kind}/{resource_name}", target.resource_group)
            });
            let id = self.words.number(&group_and_name(&endpoint.header.id));
            let resource = self.words.number(&resource);
            let resource_name = self.words.number(resource_name);
            self.endpoints.push(Endpoint { id, resource, resource_name });
            for nic in &endpoint.network_interfaces {
                self.endpoint_of.insert(nic, number);
            }
        }
        let endpoint_ids: Map<&str, EndpointId> = inventory
            .private_endpoints
            .iter()
            .enumerate()
            .map(|(number, endpoint)| (endpoint.header.id.as_str(), EndpointId(number as u32)))
            .collect();
        for nic in &inventory.network_interfaces {
            if let Some(endpoint) = nic.private_endpoint.as_deref().and_then(|id| endpoint_ids.get(id)) {
                self.endpoint_of.insert(&nic.header.id, *endpoint);
            }
            self.interface(nic, &by_address);
        }
    }

    fn interface(&mut self, nic: &'i weir_topology::NetworkInterface, by_address: &Map<Address, &'i str>) {
        let id = nic.header.id.as_str();
        let number = NicId(self.nics.len() as u32);
        let endpoint = self.endpoint_of.get(id).copied();
        let words = &mut self.words;
        let own_side = Side::default().with(SideColumn::Nic, words.number(&group_and_name(id))).with(
            SideColumn::Vm,
            words.number(&nic.virtual_machine.as_deref().map_or_else(String::new, machine)),
        );
        let own_side = self.owned(own_side, id, &nic.header.region);
        let subnets: Vec<Option<Subnet>> = nic
            .ip_configurations
            .iter()
            .map(|part| part.subnet.as_deref().and_then(|subnet| self.subnet(subnet)))
            .collect();
        let network = subnets.iter().flatten().next().map(|subnet| subnet.network);
        let first_own = self.own.len() as u32;
        let mut first_place = None;
        for (part, subnet) in nic.ip_configurations.iter().zip(&subnets) {
            let private = part.private_address.map(address);
            let public = part.public_ip.as_deref().and_then(|id| self.public_addresses.get(id)).copied();
            let balancer = part
                .backend_pools
                .iter()
                .filter_map(|pool| pool.split_once("/backendaddresspools/").map(|(owner, _)| owner))
                .filter(|owner| owner.contains("/loadbalancers/"))
                .chain(self.balancers.get(part.id.as_str()).copied())
                .chain(private.and_then(|private| by_address.get(&private)).copied())
                .min();
            let block = part.private_prefix.map(Prefix::from);
            let singles = [private, public].into_iter().flatten();
            self.own.extend(singles.clone().map(|own| (own.bits(), own.bits())));
            self.own.extend(block.map(|block| (block.first, block.last())));
            let Some(network) = subnet.map(|subnet| subnet.network).or(network) else { continue };
            let balancer = balancer.map_or_else(Word::default, |id| self.words.number(&short(id)));
            let side = merged(own_side, *subnet).with(SideColumn::LoadBalancer, balancer);
            let place = Place {
                network,
                kind: PlaceKind::Nic,
                length: 128,
                side: self.side(side),
                nic: Some(number),
                endpoint,
                object: Word::default(),
            };
            for single in singles {
                first_place = first_place.or(Some((single, place)));
                self.single.push((single, place));
            }
            if let Some(block) = block {
                self.spaces.push((block, network));
                let place = Place { kind: PlaceKind::PodBlock, length: block.length, ..place };
                self.in_prefix.push((block, place));
            }
        }
        let own = (first_own, self.own.len() as u32 - first_own);
        self.nics.push(Nic { network, place: None, forwards: nic.ip_forwarding, own });
        self.nic_places.push(first_place);
        if let Some(network) = network {
            self.nic_networks.insert(id, network);
        }
        if !nic.mac.is_empty() {
            self.by_mac.entry(nic.mac.as_str().into()).or_insert(number);
        }
    }

    /// Private endpoints whose interfaces no export has.
    fn private_endpoints(&mut self) {
        for (number, endpoint) in self.inventory.private_endpoints.iter().enumerate() {
            let known =
                endpoint.network_interfaces.iter().any(|nic| self.nic_networks.contains_key(nic.as_str()));
            let Some(subnet) = endpoint.subnet.as_deref().and_then(|subnet| self.subnet(subnet)) else {
                continue;
            };
            if known {
                continue;
            }
            let nic = endpoint.network_interfaces.first().map_or_else(String::new, |nic| group_and_name(nic));
            let side = Side::default().with(SideColumn::Nic, self.words.number(&nic));
            let side = self.owned(side, &endpoint.header.id, &endpoint.header.region);
            let place = Place {
                network: subnet.network,
                kind: PlaceKind::Nic,
                length: 128,
                side: self.side(merged(side, Some(subnet))),
                nic: None,
                endpoint: Some(EndpointId(number as u32)),
                object: self.words.number(&short(&endpoint.header.id)),
            };
            self.single.extend(endpoint.addresses.iter().map(|single| (address(*single), place)));
        }
    }

    /// Adds the addresses of a resource's parts.
    fn parts(&mut self, holder: &Holder<'i>, parts: &'i [IpConfiguration]) {
        let owned = self.owned(Side::default(), holder.id, holder.region);
        for part in parts {
            let subnet = part.subnet.as_deref().and_then(|subnet| self.subnet(subnet));
            let private = part.private_address.map(address);
            let public = part.public_ip.as_deref().and_then(|id| self.public_addresses.get(id)).copied();
            if private.or(public).is_none() {
                continue;
            }
            let network = match subnet.map(|subnet| subnet.network).or(holder.network) {
                Some(network) => network,
                // A public front end without back ends is in no network that is known; it is not outside, either.
                None => self.network(holder.id),
            };
            let mut side = merged(owned, subnet);
            for column in SideColumn::ALL {
                let word = holder.side.get(column);
                if !word.is_blank() {
                    side = side.with(column, word);
                }
            }
            let place = Place {
                network,
                kind: PlaceKind::FrontEnd,
                length: 128,
                side: self.side(side),
                nic: None,
                endpoint: None,
                object: self.words.number(&short(holder.id)),
            };
            self.single.extend([private, public].into_iter().flatten().map(|single| (single, place)));
        }
    }

    fn load_balancers(&mut self) {
        for balancer in &self.inventory.load_balancers {
            let id = balancer.header.id.as_str();
            let backends = balancer.backend_pools.iter().flat_map(|pool| &pool.ip_configurations);
            let network = backends
                .filter_map(|configuration| configuration.rsplit_once("/ipconfigurations/"))
                .find_map(|(nic, _)| self.nic_networks.get(nic).copied());
            let side = Side::default().with(SideColumn::LoadBalancer, self.words.number(&short(id)));
            let holder = Holder { side, network, id, region: &balancer.header.region };
            self.parts(&holder, &balancer.frontends);
        }
    }

    fn application_gateways(&mut self) {
        for gateway in &self.inventory.application_gateways {
            let id = gateway.header.id.as_str();
            let network = gateway.subnets.iter().find_map(|subnet| Some(self.subnet(subnet)?.network));
            let side = Side::default().with(SideColumn::ApplicationGateway, self.words.number(&short(id)));
            let holder = Holder { side, network, id, region: &gateway.header.region };
            self.parts(&holder, &gateway.frontends);
        }
    }

    /// Gateways, firewalls, bastions, NAT gateways.
    fn appliances(&mut self) {
        let inventory = self.inventory;
        let gateways = inventory.virtual_network_gateways.iter().map(|g| (&g.header, &g.ip_configurations));
        let firewalls = inventory.firewalls.iter().map(|f| (&f.header, &f.ip_configurations));
        let bastions = inventory.bastions.iter().map(|b| (&b.header, &b.ip_configurations));
        for (header, parts) in gateways.chain(firewalls).chain(bastions) {
            // A further public address may come without a subnet.
            let subnet = parts.iter().find_map(|part| part.subnet.as_deref());
            let network = subnet.and_then(|subnet| Some(self.subnet(subnet)?.network));
            let holder = Holder { side: Side::default(), network, id: &header.id, region: &header.region };
            self.parts(&holder, parts);
        }
        for gateway in &inventory.nat_gateways {
            let network = gateway.subnets.iter().find_map(|subnet| Some(self.subnet(subnet)?.network));
            let Some(network) = network else { continue };
            let side = self.owned(Side::default(), &gateway.header.id, &gateway.header.region);
            let place = Place {
                network,
                kind: PlaceKind::FrontEnd,
                length: 128,
                side: self.side(side),
                nic: None,
                endpoint: None,
                object: self.words.number(&short(&gateway.header.id)),
            };
            let public = gateway.public_ips.iter().filter_map(|id| self.public_addresses.get(id.as_str()));
            self.single.extend(public.map(|public| (*public, place)));
        }
    }

    fn clusters(&mut self) {
        for pool in &self.inventory.node_pools {
            let Some(subnet) = pool.node_subnet.as_deref().and_then(|subnet| self.subnet(subnet)) else {
                continue;
            };
            let prefixes = pool.pod_prefixes.iter().chain(&pool.service_prefixes);
            self.clusters.extend(prefixes.map(|prefix| (Prefix::from(*prefix), subnet.network)));
        }
    }

    /// Local network gateways, circuits, and the sites of the sites file.
    fn sites(&mut self) {
        let inventory = self.inventory;
        for gateway in &inventory.local_network_gateways {
            let id = gateway.header.id.as_str();
            let name = self.words.number(&short(id));
            let side = self.side(Side::default().with(SideColumn::LocalNetworkGateway, name));
            let ways = self.ways(|connection| connection.local_network_gateway.as_deref() == Some(id));
            let peer = gateway.bgp_peer.map(|peer| Prefix { first: address(peer).bits(), length: 128 });
            let prefixes = gateway.prefixes.iter().map(|prefix| Prefix::from(*prefix)).chain(peer);
            let kind = OutsideKind::LocalNetworkGateway;
            self.add_outside(
                Outside { kind, name, side, express_route: false, ways, only: Vec::new() },
                prefixes,
            );
        }
        for circuit in &inventory.circuits {
            let id = circuit.header.id.as_str();
            let private = circuit.peerings.iter().filter(|peering| peering.kind == "AzurePrivatePeering");
            let prefixes: Vec<Prefix> = private
                .flat_map(|peering| &peering.advertised_prefixes)
                .map(|prefix| Prefix::from(*prefix))
                .collect();
            let name = self.words.number(&short(id));
            let side = self.side(Side::default().with(SideColumn::ExpressRouteCircuit, name));
            let ways = self.ways(|connection| connection.circuit.as_deref() == Some(id));
            let kind = OutsideKind::Circuit;
            self.add_outside(
                Outside { kind, name, side, express_route: true, ways, only: Vec::new() },
                prefixes,
            );
        }
        for site in &inventory.sites {
            let outside = self.configured(site);
            self.add_outside(outside, site.prefixes.iter().map(|prefix| Prefix::from(*prefix)));
        }
    }

    /// A site of the sites file: what its connection is, as far as the inventory has it.
    fn configured(&mut self, site: &'i weir_topology::Site) -> Outside {
        let inventory = self.inventory;
        let named = site.connection.as_deref().map(str::to_lowercase).unwrap_or_default();
        let is = |id: &str| !named.is_empty() && (id == named || short(id) == named);
        let connection = inventory.connections.iter().find(|connection| is(&connection.header.id));
        let circuit = inventory.circuits.iter().find(|circuit| is(&circuit.header.id));
        let parsed = ResourceId::parse(&named);
        let names_circuit = circuit.is_some()
            || parsed.as_ref().is_some_and(|id| id.types.last() == Some(&"expressroutecircuits"));
        let express_route = site.via == weir_topology::SiteLink::ExpressRoute;
        let mut side = Side::default();
        let circuit_id = match connection {
            Some(connection) => connection.circuit.clone(),
            None => names_circuit.then(|| circuit.map_or(named.clone(), |circuit| circuit.header.id.clone())),
        };
        if let (true, Some(id)) = (express_route, &circuit_id) {
            side = side.with(SideColumn::ExpressRouteCircuit, self.words.number(&short(id)));
        }
        if let Some(id) = connection.and_then(|connection| connection.local_network_gateway.as_deref()) {
            side = side.with(SideColumn::LocalNetworkGateway, self.words.number(&short(id)));
        }
        let ways = match (connection, &circuit_id) {
            (Some(connection), _) => self.ways(|other| other.header.id == connection.header.id),
            (None, Some(id)) => self.ways(|other| other.circuit.as_deref() == Some(id)),
            (None, None) => vec![Way { gateway: None, name: self.words.number(&short(&named)) }],
        };
        let only: Vec<NetworkId> = site
            .virtual_networks
            .iter()
            .map(|name| name.to_lowercase())
            .filter_map(|name| {
                let known = inventory.virtual_networks.iter().map(|network| network.header.id.as_str());
                let id = known.into_iter().find(|id| *id == name || short(id) == name)?;
                self.network_ids.get(id).copied()
            })
            .collect();
        Outside {
            kind: OutsideKind::Configured,
            name: self.words.number(&site.name),
            side: self.side(side),
            express_route,
            ways,
            only,
        }
    }

    /// The connections that lead to a site, in the order of their names.
    fn ways(&mut self, leads: impl Fn(&weir_topology::Connection) -> bool) -> Vec<Way> {
        let connections = self.inventory.connections.iter().filter(|connection| leads(connection));
        let mut ways: Vec<(String, Option<NetworkId>)> = connections
            .map(|connection| {
                let gateway = connection.gateway1.as_deref().and_then(|id| self.gateways.get(id));
                (short(&connection.header.id), gateway.copied())
            })
            .collect();
        ways.sort();
        ways.into_iter().map(|(name, gateway)| Way { gateway, name: self.words.number(&name) }).collect()
    }

    fn clients(&mut self) {
        let inventory = self.inventory;
        for gateway in &inventory.virtual_network_gateways {
            let id = gateway.header.id.as_str();
            let prefixes = gateway.client_prefixes.iter().map(|prefix| Prefix::from(*prefix));
            let way = Way { gateway: self.gateways.get(id).copied(), name: self.words.number(&short(id)) };
            self.add_clients(way.name, way, prefixes);
        }
        for pool in &inventory.client_pools {
            let named = pool.gateway.as_deref().map(str::to_lowercase).unwrap_or_default();
            let known = inventory
                .virtual_network_gateways
                .iter()
                .map(|gateway| gateway.header.id.as_str())
                .find(|id| !named.is_empty() && (*id == named || short(id) == named));
            let name = match known {
                Some(id) => short(id),
                None if named.is_empty() => pool.name.clone(),
                None => short(&named),
            };
            let gateway = known.and_then(|id| self.gateways.get(id)).copied();
            let way = Way { gateway, name: self.words.number(&name) };
            let name = self.words.number(&pool.name);
            self.add_clients(name, way, pool.prefixes.iter().map(|prefix| Prefix::from(*prefix)));
        }
    }

    fn add_clients(&mut self, name: Word, way: Way, prefixes: impl IntoIterator<Item = Prefix>) {
        let outside = Outside {
            kind: OutsideKind::Clients,
            name,
            side: SideId::default(),
            express_route: false,
            ways: vec![way],
            only: Vec::new(),
        };
        self.add_outside(outside, prefixes);
    }

    fn add_outside(&mut self, outside: Outside, prefixes: impl IntoIterator<Item = Prefix>) {
        let (kind, number) = (outside.kind, self.outsides.len() as u32);
        self.outsides.push(outside);
        for prefix in prefixes.into_iter().filter(|prefix| !prefix.is_default_route()) {
            self.claims.push((prefix, Claim { kind, outside: number, length: prefix.length }));
        }
    }

    fn security_groups(&mut self) {
        for group in &self.inventory.network_security_groups {
            if !group.guid.is_empty() {
                let id = self.words.number(&group.header.id);
                self.group_ids.insert(group.guid.to_lowercase().into(), id);
            }
            let subnets = group.subnets.iter().filter_map(|id| Some(self.subnet(id)?.network));
            let mut networks: Vec<NetworkId> = subnets.collect();
            networks.extend(
                group.network_interfaces.iter().filter_map(|id| self.nic_networks.get(id.as_str()).copied()),
            );
            networks.sort_unstable();
            networks.dedup();
            if let [network] = networks[..] {
                let key = target_key("NetworkSecurityGroup", &short(&group.header.id));
                self.targets.insert(key.into(), network);
            }
        }
    }

    fn finish(mut self) -> Decorator {
        self.single.sort_by_key(|(address, place)| (*address, place.kind, place.network));
        let mut by_address: Map<Address, (u32, u32)> = Map::default();
        for (number, (address, _)) in self.single.iter().enumerate() {
            by_address.entry(*address).or_insert((number as u32, 0)).1 += 1;
        }
        for (nic, first) in self.nics.iter_mut().zip(&self.nic_places) {
            nic.place = first.as_ref().and_then(|(address, place)| {
                let (start, count) = by_address.get(address).copied()?;
                (start..start + count).find(|number| self.single[*number as usize].1.nic == place.nic)
            });
        }
        let mut places: Vec<Place> = self.single.into_iter().map(|(_, place)| place).collect();
        let mut inside: Vec<Vec<(Prefix, (PlaceKind, u32))>> = Vec::new();
        inside.resize_with(self.networks.len(), Vec::new);
        for (prefix, place) in self.in_prefix {
            inside[place.network.0 as usize].push((prefix, (place.kind, places.len() as u32)));
            places.push(place);
        }
        places.shrink_to_fit();
        self.own.shrink_to_fit();
        Decorator {
            words: self.words,
            sides: self.sides,
            networks: self.networks,
            places,
            by_address,
            inside: inside.into_iter().map(PrefixTable::new).collect(),
            // A network is asked once for an address, however many of its prefixes hold it.
            spaces: PrefixTable::new(self.spaces).without_repetition(),
            clusters: PrefixTable::new(self.clusters),
            outsides: self.outsides,
            outside: PrefixTable::new(self.claims),
            nics: self.nics,
            by_mac: self.by_mac,
            own: self.own,
            targets: self.targets,
            endpoints: self.endpoints,
            security_groups: self.group_ids,
        }
    }
}

/// What is said of a resource, with what is said of everything in its subnet.
fn merged(side: Side, subnet: Option<Subnet>) -> Side {
    let Some(subnet) = subnet else { return side };
    [SideColumn::Subnet, SideColumn::NetworkGroups, SideColumn::ApplicationGateway]
        .into_iter()
        .fold(side, |side, column| side.with(column, subnet.side.get(column)))
}

/// Whether a peering carries traffic; where no export tells, it does.
fn is_up(state: &str) -> bool {
    state.is_empty() || state.eq_ignore_ascii_case("connected")
}

/// `group/machine`; an instance of a scale set is `group/set_number`.
fn machine(id: &str) -> String {
    match ResourceId::parse(id) {
        Some(parsed) => match (&parsed.types[..], &parsed.names[..]) {
            (["virtualmachinescalesets", "virtualmachines"], [set, number]) => {
                format!("{}/{set}_{number}", parsed.resource_group)
            }
            _ => parsed.relative(),
        },
        None => id.to_owned(),
    }
}

fn address(address: IpAddr) -> Address {
    match address {
        IpAddr::V4(address) => Address::from_ipv4(address.to_bits()),
        IpAddr::V6(address) => Address::from_ipv6(address.to_bits()),
    }
}
