//! Puts together what exports tell apart: parts and wholes, and both sides of every link.

use std::collections::{BTreeMap, BTreeSet};

use super::extract::default_rules;
use super::finding::{FindingKind, Findings};
use super::parts::{Association, ById, From, Parts, last_segment, parent};
use crate::*;

pub(super) fn assemble(mut parts: Parts, files: &[String], findings: &mut Findings) -> Inventory {
    let mut adopt = Adopt { files, findings };
    networks(&mut parts, &mut adopt);
    security(&mut parts, &mut adopt);
    routes(&mut parts, &mut adopt);
    balancing(&mut parts, &mut adopt);
    circuits(&mut parts, &mut adopt);
    manager(&mut parts, &mut adopt);
    kubernetes(&mut parts);
    associations(&mut parts, &mut adopt);
    instances(&mut parts);
    let mut inventory = inventory(parts);
    links(&mut inventory);
    inventory
}

/// Brings parts that were told apart to what they are part of.
struct Adopt<'a> {
    files: &'a [String],
    findings: &'a mut Findings,
}

impl Adopt<'_> {
    /// Notes that the whole is not there. It is made of its id alone, so that its parts are used all the same.
    fn missing(&mut self, file: usize, part: &str, whole: &str) {
        let file = self.files.get(file).map_or("", String::as_str);
        self.findings.note(FindingKind::MissingParent, file, part, format!("{whole} is not in the export"));
    }
}

/// Puts a part among the others of its whole: instead of the one with its id, or behind them.
fn put<T>(all: &mut Vec<T>, part: T, id: impl Fn(&T) -> &str) {
    match all.iter().position(|known| id(known) == id(&part)) {
        Some(at) => all[at] = part,
        None => all.push(part),
    }
}

/// The whole of a part, made if need be.
fn whole<'a, T: PartialEq>(
    wholes: &'a mut ById<T>,
    of: &str,
    part: &str,
    file: usize,
    adopt: &mut Adopt<'_>,
    make: impl FnOnce(Header) -> T,
) -> Option<&'a mut T> {
    if wholes.get_mut(of).is_none() {
        adopt.missing(file, part, of);
        wholes.add(of.to_owned(), file, make(Header { id: of.to_owned(), ..Header::default() }));
    }
    wholes.get_mut(of)
}

fn networks(parts: &mut Parts, adopt: &mut Adopt<'_>) {
    let make = |header| VirtualNetwork { header, ..VirtualNetwork::default() };
    for (id, From { what, file }) in parts.subnets.take() {
        if let Some(network) = whole(&mut parts.virtual_networks, parent(&id), &id, file, adopt, make) {
            put(&mut network.subnets, what, |subnet| &subnet.id);
        }
    }
    for (id, From { what, file }) in parts.peerings.take() {
        if let Some(network) = whole(&mut parts.virtual_networks, parent(&id), &id, file, adopt, make) {
            put(&mut network.peerings, what, |peering| &peering.id);
        }
    }
    for network in parts.virtual_networks.values_mut() {
        network.subnets.sort_by(|a, b| a.id.cmp(&b.id));
        network.peerings.sort_by(|a, b| a.id.cmp(&b.id));
    }
}

fn security(parts: &mut Parts, adopt: &mut Adopt<'_>) {
    for (id, From { what, file }) in parts.security_rules.take() {
        let make = |header| NetworkSecurityGroup { header, ..NetworkSecurityGroup::default() };
        let groups = &mut parts.network_security_groups;
        if let Some(group) = whole(groups, parent(&id), &id, file, adopt, make) {
            put(&mut group.rules, what, |rule| &rule.id);
        }
    }
    for group in parts.network_security_groups.values_mut() {
        // Every group has them, whether or not an export tells them.
        if !group.rules.iter().any(|rule| rule.default) {
            group.rules.extend(default_rules(&group.header.id));
        }
        group.rules.sort_by(|a, b| {
            let key =
                |rule: &SecurityRule| (rule.terms.direction.clone(), rule.terms.priority, rule.id.clone());
            key(a).cmp(&key(b))
        });
    }
}

fn routes(parts: &mut Parts, adopt: &mut Adopt<'_>) {
    for (id, From { what, file }) in parts.routes.take() {
        let make = |header| RouteTable { header, ..RouteTable::default() };
        if let Some(table) = whole(&mut parts.route_tables, parent(&id), &id, file, adopt, make) {
            put(&mut table.routes, what, |route| &route.id);
        }
    }
}

fn balancing(parts: &mut Parts, adopt: &mut Adopt<'_>) {
    let make = |header| LoadBalancer { header, ..LoadBalancer::default() };
    for (id, From { what, file }) in parts.backend_pools.take() {
        if let Some(balancer) = whole(&mut parts.load_balancers, parent(&id), &id, file, adopt, make) {
            put(&mut balancer.backend_pools, what, |pool| &pool.id);
        }
    }
    for (id, From { what, file }) in parts.balancing_rules.take() {
        if let Some(balancer) = whole(&mut parts.load_balancers, parent(&id), &id, file, adopt, make) {
            put(&mut balancer.rules, what, |rule| &rule.id);
        }
    }
}

fn circuits(parts: &mut Parts, adopt: &mut Adopt<'_>) {
    for (id, From { what, file }) in parts.circuit_peerings.take() {
        let make = |header| Circuit { header, ..Circuit::default() };
        if let Some(circuit) = whole(&mut parts.circuits, parent(&id), &id, file, adopt, make) {
            put(&mut circuit.peerings, what, |peering| &peering.id);
        }
    }
}

fn manager(parts: &mut Parts, adopt: &mut Adopt<'_>) {
    for (id, From { what, file }) in parts.static_members.take() {
        let group = id.split_once("/staticmembers/").map_or(id.as_str(), |(group, _)| group);
        let make = |header| NetworkGroup { header, ..NetworkGroup::default() };
        if let Some(group) = whole(&mut parts.network_groups, group, &id, file, adopt, make) {
            group.members.push(what);
        }
    }
    for group in parts.network_groups.values_mut() {
        group.members.sort();
        group.members.dedup();
    }
    let collections: BTreeMap<String, Vec<String>> =
        parts.rule_collections.take().map(|(id, collection)| (id, collection.what)).collect();
    for rule in parts.admin_rules.values_mut() {
        if let Some(groups) = collections.get(parent(&rule.header.id)) {
            rule.applies_to.clone_from(groups);
        }
    }
}

/// A pool that came apart from its cluster has the cluster's addresses.
fn kubernetes(parts: &mut Parts) {
    for pool in parts.node_pools.values_mut() {
        let Some(cluster) = parts.clusters.get_mut(parent(&pool.header.id)) else { continue };
        if pool.node_resource_group.is_empty() {
            pool.node_resource_group.clone_from(&cluster.node_resource_group);
        }
        if pool.pod_prefixes.is_empty() {
            pool.pod_prefixes.clone_from(&cluster.pod_prefixes);
        }
        if pool.service_prefixes.is_empty() {
            pool.service_prefixes.clone_from(&cluster.service_prefixes);
        }
        if pool.header.region.is_empty() {
            pool.header.region.clone_from(&cluster.header.region);
        }
    }
}

fn associations(parts: &mut Parts, adopt: &mut Adopt<'_>) {
    for From { what, file } in std::mem::take(&mut parts.associations) {
        match what {
            Association::SubnetSecurityGroup(subnet, group) => {
                on_subnet(parts, &subnet, file, adopt, |it| it.network_security_group = Some(group));
            }
            Association::SubnetRouteTable(subnet, table) => {
                on_subnet(parts, &subnet, file, adopt, |it| it.route_table = Some(table));
            }
            Association::SubnetNatGateway(subnet, gateway) => {
                on_subnet(parts, &subnet, file, adopt, |it| it.nat_gateway = Some(gateway));
            }
            Association::InterfaceSecurityGroup(interface, group) => {
                match parts.network_interfaces.get_mut(&interface) {
                    Some(interface) => interface.network_security_group = Some(group),
                    None => adopt.missing(file, &group, &interface),
                }
            }
            Association::InterfacePool(interface, name, pool) => {
                let found = parts.network_interfaces.get_mut(&interface).and_then(|found| {
                    found.ip_configurations.iter_mut().find(|it| last_segment(&it.id) == name)
                });
                match found {
                    Some(configuration) => configuration.backend_pools.push(pool),
                    None => adopt.missing(file, &pool, &format!("{interface}/ipconfigurations/{name}")),
                }
            }
            Association::NatGatewayPublicIp(gateway, ip) => match parts.nat_gateways.get_mut(&gateway) {
                Some(gateway) => gateway.public_ips.push(ip),
                None => adopt.missing(file, &ip, &gateway),
            },
        }
    }
}

fn on_subnet(
    parts: &mut Parts,
    id: &str,
    file: usize,
    adopt: &mut Adopt<'_>,
    change: impl FnOnce(&mut Subnet),
) {
    let network = parts.virtual_networks.get_mut(parent(id));
    match network.and_then(|network| network.subnets.iter_mut().find(|subnet| subnet.id == id)) {
        Some(subnet) => change(subnet),
        None => adopt.missing(file, id, "the subnet"),
    }
}

/// Instances of uniform scale sets that only their interfaces tell of.
fn instances(parts: &mut Parts) {
    let mut told: Vec<(String, String)> = Vec::new();
    for interface in parts.network_interfaces.values_mut() {
        let machine = interface.virtual_machine.clone();
        if let Some(machine) = machine.filter(|machine| machine.contains("/virtualmachinescalesets/")) {
            told.push((machine, interface.header.region.clone()));
        }
    }
    for (id, region) in told {
        if parts.virtual_machines.get_mut(&id).is_none() {
            let set = parent(&id).to_owned();
            let region = match parts.scale_sets.get_mut(&set) {
                Some(set) if region.is_empty() => set.header.region.clone(),
                _ => region,
            };
            let header = Header { id: id.clone(), region, ..Header::default() };
            let machine = VirtualMachine { header, scale_set: Some(set), ..VirtualMachine::default() };
            parts.virtual_machines.add(id, 0, machine);
        }
    }
}

fn inventory(parts: Parts) -> Inventory {
    let mut inventory = Inventory {
        subscriptions: parts.subscriptions.into_values().collect(),
        virtual_networks: parts.virtual_networks.into_values(),
        network_interfaces: parts.network_interfaces.into_values(),
        virtual_machines: parts.virtual_machines.into_values(),
        scale_sets: parts.scale_sets.into_values(),
        network_security_groups: parts.network_security_groups.into_values(),
        route_tables: parts.route_tables.into_values(),
        load_balancers: parts.load_balancers.into_values(),
        application_gateways: parts.application_gateways.into_values(),
        virtual_network_gateways: parts.virtual_network_gateways.into_values(),
        connections: parts.connections.into_values(),
        local_network_gateways: parts.local_network_gateways.into_values(),
        circuits: parts.circuits.into_values(),
        public_ips: parts.public_ips.into_values(),
        private_endpoints: parts.private_endpoints.into_values(),
        firewalls: parts.firewalls.into_values(),
        bastions: parts.bastions.into_values(),
        nat_gateways: parts.nat_gateways.into_values(),
        network_groups: parts.network_groups.into_values(),
        admin_rules: parts.admin_rules.into_values(),
        flow_logs: parts.flow_logs.into_values(),
        node_pools: parts.node_pools.into_values(),
        sites: parts.sites,
        client_pools: parts.client_pools,
    };
    inventory.sites.sort_by(|a, b| a.name.cmp(&b.name));
    inventory.client_pools.sort_by(|a, b| a.name.cmp(&b.name));
    inventory
}

/// Pairs of ids that belong together, each way.
type Pairs = BTreeSet<(String, String)>;

/// Tells both ends of a link of it, where an export tells one.
pub(crate) fn links(inventory: &mut Inventory) {
    let turned = |pairs: &Pairs| -> Pairs { pairs.iter().map(|(a, b)| (b.clone(), a.clone())).collect() };
    let first = |pairs: &Pairs, id: &str| -> Option<String> { of(pairs, id).next().cloned() };

    let mut machines = Pairs::new();
    let mut endpoints = Pairs::new();
    let mut guarded = Pairs::new();
    let mut pools = Pairs::new();
    let mut public = Pairs::new();
    for nic in &inventory.network_interfaces {
        let id = &nic.header.id;
        machines.extend(nic.virtual_machine.iter().map(|it| (it.clone(), id.clone())));
        endpoints.extend(nic.private_endpoint.iter().map(|it| (it.clone(), id.clone())));
        guarded.extend(nic.network_security_group.iter().map(|it| (it.clone(), id.clone())));
        for part in &nic.ip_configurations {
            pools.extend(part.backend_pools.iter().map(|it| (it.clone(), part.id.clone())));
        }
    }
    for machine in &inventory.virtual_machines {
        machines.extend(machine.network_interfaces.iter().map(|it| (machine.header.id.clone(), it.clone())));
    }
    for endpoint in &inventory.private_endpoints {
        endpoints
            .extend(endpoint.network_interfaces.iter().map(|it| (endpoint.header.id.clone(), it.clone())));
    }
    let mut guarded_subnets = Pairs::new();
    let mut translated = Pairs::new();
    for subnet in inventory.virtual_networks.iter().flat_map(|network| &network.subnets) {
        guarded_subnets
            .extend(subnet.network_security_group.iter().map(|it| (it.clone(), subnet.id.clone())));
        translated.extend(subnet.nat_gateway.iter().map(|it| (it.clone(), subnet.id.clone())));
    }
    for group in &inventory.network_security_groups {
        let id = &group.header.id;
        guarded.extend(group.network_interfaces.iter().map(|it| (id.clone(), it.clone())));
        guarded_subnets.extend(group.subnets.iter().map(|it| (id.clone(), it.clone())));
    }
    for gateway in &inventory.nat_gateways {
        translated.extend(gateway.subnets.iter().map(|it| (gateway.header.id.clone(), it.clone())));
    }
    for pool in pools_of(inventory) {
        pools.extend(pool.ip_configurations.iter().map(|it| (pool.id.clone(), it.clone())));
    }
    each_configuration(inventory, |part| {
        public.extend(part.public_ip.iter().map(|it| (it.clone(), part.id.clone())));
    });
    for ip in &inventory.public_ips {
        public.extend(ip.ip_configuration.iter().map(|it| (ip.header.id.clone(), it.clone())));
    }

    let by_interface = turned(&machines);
    let endpoint_of = turned(&endpoints);
    let group_of = turned(&guarded);
    let pools_of_part = turned(&pools);
    let ip_of_part = turned(&public);
    for nic in &mut inventory.network_interfaces {
        let id = &nic.header.id;
        nic.virtual_machine = nic.virtual_machine.take().or_else(|| first(&by_interface, id));
        nic.private_endpoint = nic.private_endpoint.take().or_else(|| first(&endpoint_of, id));
        nic.network_security_group = nic.network_security_group.take().or_else(|| first(&group_of, id));
        for part in &mut nic.ip_configurations {
            part.backend_pools = of(&pools_of_part, &part.id).cloned().collect();
        }
    }
    each_configuration_mut(inventory, |part| {
        part.public_ip = part.public_ip.take().or_else(|| first(&ip_of_part, &part.id));
    });
    for machine in &mut inventory.virtual_machines {
        machine.network_interfaces = of(&machines, &machine.header.id).cloned().collect();
    }
    for endpoint in &mut inventory.private_endpoints {
        endpoint.network_interfaces = of(&endpoints, &endpoint.header.id).cloned().collect();
    }
    for group in &mut inventory.network_security_groups {
        group.network_interfaces = of(&guarded, &group.header.id).cloned().collect();
        group.subnets = of(&guarded_subnets, &group.header.id).cloned().collect();
    }
    let (group_of_subnet, gateway_of_subnet) = (turned(&guarded_subnets), turned(&translated));
    for subnet in inventory.virtual_networks.iter_mut().flat_map(|network| &mut network.subnets) {
        let group = subnet.network_security_group.take();
        subnet.network_security_group = group.or_else(|| first(&group_of_subnet, &subnet.id));
        subnet.nat_gateway = subnet.nat_gateway.take().or_else(|| first(&gateway_of_subnet, &subnet.id));
    }
    for gateway in &mut inventory.nat_gateways {
        gateway.subnets = of(&translated, &gateway.header.id).cloned().collect();
    }
    for balancer in &mut inventory.load_balancers {
        for pool in &mut balancer.backend_pools {
            pool.ip_configurations = of(&pools, &pool.id).cloned().collect();
        }
    }
    for gateway in &mut inventory.application_gateways {
        for pool in &mut gateway.backend_pools {
            pool.ip_configurations = of(&pools, &pool.id).cloned().collect();
        }
    }
    for ip in &mut inventory.public_ips {
        ip.ip_configuration = ip.ip_configuration.take().or_else(|| first(&public, &ip.header.id));
    }
}

/// What belongs to an id.
fn of<'a>(pairs: &'a Pairs, id: &str) -> impl Iterator<Item = &'a String> {
    let from = (id.to_owned(), String::new());
    let id = id.to_owned();
    pairs.range(from..).take_while(move |(known, _)| *known == id).map(|(_, other)| other)
}

fn pools_of(inventory: &Inventory) -> impl Iterator<Item = &BackendPool> {
    let balancers = inventory.load_balancers.iter().flat_map(|balancer| &balancer.backend_pools);
    balancers.chain(inventory.application_gateways.iter().flat_map(|gateway| &gateway.backend_pools))
}

/// Looks at every configuration that may have a public address.
fn each_configuration(inventory: &Inventory, mut look: impl FnMut(&IpConfiguration)) {
    inventory.network_interfaces.iter().flat_map(|it| &it.ip_configurations).for_each(&mut look);
    inventory.load_balancers.iter().flat_map(|it| &it.frontends).for_each(&mut look);
    inventory.application_gateways.iter().flat_map(|it| &it.frontends).for_each(&mut look);
    inventory.virtual_network_gateways.iter().flat_map(|it| &it.ip_configurations).for_each(&mut look);
    inventory.firewalls.iter().flat_map(|it| &it.ip_configurations).for_each(&mut look);
    inventory.bastions.iter().flat_map(|it| &it.ip_configurations).for_each(&mut look);
}

fn each_configuration_mut(inventory: &mut Inventory, mut change: impl FnMut(&mut IpConfiguration)) {
    inventory.network_interfaces.iter_mut().flat_map(|it| &mut it.ip_configurations).for_each(&mut change);
    inventory.load_balancers.iter_mut().flat_map(|it| &mut it.frontends).for_each(&mut change);
    inventory.application_gateways.iter_mut().flat_map(|it| &mut it.frontends).for_each(&mut change);
    inventory
        .virtual_network_gateways
        .iter_mut()
        .flat_map(|it| &mut it.ip_configurations)
        .for_each(&mut change);
    inventory.firewalls.iter_mut().flat_map(|it| &mut it.ip_configurations).for_each(&mut change);
    inventory.bastions.iter_mut().flat_map(|it| &mut it.ip_configurations).for_each(&mut change);
}
