//! Links between subnets of different networks.
//!
//! Azure does not say what its `SubnetworkConnection` rows are made of. Here they are the pairs of subnets that traffic
//! can pass between: each pair of two networks with a peering that is up, and each pair of two networks that are
//! peered with one hub, where the route table of a subnet sends the other's prefix to an appliance. Appliances that
//! routes name on the way are told.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ipnet::IpNet;

use super::lookup::Lookup;
use super::{Detail, SUBNET_LINKS_MAX};
use crate::{Inventory, Route, RouteTable, Subnet, VirtualNetwork, relative_resource_id, short_resource_id};

/// Pairs of subnets that are looked at: those of spokes grow with the square of their number.
const PAIRS_MAX: usize = 10_000_000;

pub(super) fn rows(inventory: &Inventory, lookup: &Lookup<'_>, rows: &mut Vec<Detail>) {
    let tables: HashMap<&str, &RouteTable> =
        inventory.route_tables.iter().map(|table| (table.header.id.as_str(), table)).collect();
    let peered = peered(inventory, lookup);
    let mut links = Links { lookup, tables: &tables, rows, count: 0, looked_at: 0 };
    for (one, others) in &peered {
        for other in others.iter().filter(|other| *other > one) {
            links.between(one, other, false);
        }
    }
    // Over a hub: networks that have one in common, and no peering of their own.
    for (one, hubs) in &peered {
        let beyond: BTreeSet<&&str> = hubs.iter().filter_map(|hub| peered.get(hub)).flatten().collect();
        for other in beyond.into_iter().filter(|other| *other > one && !hubs.contains(*other)) {
            links.between(one, other, true);
        }
    }
}

/// Networks by the networks that they have a peering with, both of the inventory.
fn peered<'a>(inventory: &'a Inventory, lookup: &Lookup<'a>) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let mut peered: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for network in &inventory.virtual_networks {
        let own = network.header.id.as_str();
        for peering in &network.peerings {
            let up = peering.state.is_empty() || peering.state.eq_ignore_ascii_case("connected");
            let Some(remote) = peering.remote_network.as_deref().filter(|remote| *remote != own) else {
                continue;
            };
            if up
                && peering.allow_virtual_network_access != Some(false)
                && lookup.networks.contains_key(remote)
            {
                peered.entry(own).or_default().insert(remote);
                peered.entry(remote).or_default().insert(own);
            }
        }
    }
    peered
}

struct Links<'a, 'r> {
    lookup: &'a Lookup<'a>,
    tables: &'a HashMap<&'a str, &'a RouteTable>,
    rows: &'r mut Vec<Detail>,
    count: usize,
    looked_at: usize,
}

impl Links<'_, '_> {
    /// The links between the subnets of two networks; only those over an appliance where there is a hub between.
    fn between(&mut self, one: &str, other: &str, over_hub: bool) {
        let networks = (self.lookup.networks.get(one), self.lookup.networks.get(other));
        let (Some(one), Some(other)) = networks else { return };
        for from in &one.subnets {
            for to in &other.subnets {
                self.looked_at += 1;
                if self.count == SUBNET_LINKS_MAX || self.looked_at > PAIRS_MAX {
                    return;
                }
                let there = self.appliance(from, to);
                let back = self.appliance(to, from);
                if over_hub && there.is_none() && back.is_none() {
                    continue;
                }
                self.count += 1;
                let row = row((one, from), (other, to), there.into_iter().chain(back));
                self.rows.push(row);
            }
        }
    }

    /// The appliance that the routes of a subnet name for the way to another.
    fn appliance(&self, from: &Subnet, to: &Subnet) -> Option<String> {
        let table = self.tables.get(from.route_table.as_deref()?)?;
        let target = to.prefixes.first()?;
        let covering = |route: &Route| -> Option<IpNet> {
            route.prefix.parse().ok().filter(|prefix: &IpNet| prefix.contains(target))
        };
        let best = table.routes.iter().filter_map(|route| Some((covering(route)?.prefix_len(), route)));
        let (_, route) = best.max_by_key(|(length, _)| *length)?;
        let appliance = route.next_hop_type.eq_ignore_ascii_case("virtualappliance");
        route.next_hop_ip.filter(|_| appliance).map(|ip| ip.to_string())
    }
}

fn row(
    (network1, subnet1): (&VirtualNetwork, &Subnet),
    (network2, subnet2): (&VirtualNetwork, &Subnet),
    appliances: impl Iterator<Item = String>,
) -> Detail {
    let name = format!("{}_{}", relative_resource_id(&subnet1.id), relative_resource_id(&subnet2.id));
    let mut row = Detail::new("SubnetworkConnection", &subnet1.id, name, &network1.header.region);
    row.text("Subnet1", short_resource_id(&subnet1.id));
    row.text("Subnet2", short_resource_id(&subnet2.id));
    row.text("SubnetRegion1", &network1.header.region);
    row.text("SubnetRegion2", &network2.header.region);
    row.text("VirtualNetwork1", short_resource_id(&network1.header.id));
    row.text("VirtualNetwork2", short_resource_id(&network2.header.id));
    row.list("VirtualAppliances", appliances);
    row
}
