//! Contradictions within an inventory. All of it is used as it is; what does not fit is told.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use ipnet::IpNet;

use super::extract::is_known;
use super::finding::{FindingKind, Findings};
use super::parts::parent;
use crate::*;

pub(super) fn check(inventory: &Inventory, findings: &mut Findings) {
    addresses(inventory, findings);
    macs(inventory, findings);
    for network in &inventory.virtual_networks {
        prefixes(network, findings);
    }
    peerings(inventory, findings);
    references(inventory, findings);
}

fn addresses(inventory: &Inventory, findings: &mut Findings) {
    let mut seen: HashMap<(&str, IpAddr), &str> = HashMap::new();
    for nic in &inventory.network_interfaces {
        for part in &nic.ip_configurations {
            let (Some(address), Some(subnet)) = (part.private_address, &part.subnet) else { continue };
            match seen.insert((parent(subnet), address), &nic.header.id) {
                Some(other) if other != nic.header.id => {
                    let detail = format!("{address} is that of {other}, too");
                    findings.note(FindingKind::DuplicateAddress, "", &nic.header.id, detail);
                }
                _ => {}
            }
        }
    }
}

fn macs(inventory: &Inventory, findings: &mut Findings) {
    let mut seen: HashMap<&str, &str> = HashMap::new();
    for nic in inventory.network_interfaces.iter().filter(|nic| !nic.mac.is_empty()) {
        if let Some(other) = seen.insert(&nic.mac, &nic.header.id) {
            let detail = format!("{} is that of {other}, too", nic.mac);
            findings.note(FindingKind::DuplicateMac, "", &nic.header.id, detail);
        }
    }
}

fn prefixes(network: &VirtualNetwork, findings: &mut Findings) {
    let mut all: Vec<(IpNet, &str)> = Vec::new();
    for subnet in &network.subnets {
        for prefix in &subnet.prefixes {
            let within = network.prefixes.iter().any(|space| space.contains(prefix));
            // A network that is known by its subnets alone has no space.
            if !within && !network.prefixes.is_empty() {
                let detail = format!("{prefix} is not in the address space of {}", network.header.id);
                findings.note(FindingKind::SubnetOutside, "", &subnet.id, detail);
            }
            all.push((*prefix, &subnet.id));
        }
    }
    // In the order of their beginnings, the longer ones first; of two that overlap one contains the other.
    all.sort();
    let mut open: Vec<(IpNet, &str)> = Vec::new();
    for (prefix, subnet) in all {
        open.retain(|(wider, _)| wider.contains(&prefix));
        if let Some((wider, other)) = open.last().filter(|(_, other)| *other != subnet) {
            let detail = format!("{prefix} overlaps {wider} of {other}");
            findings.note(FindingKind::OverlappingPrefixes, "", subnet, detail);
        }
        open.push((prefix, subnet));
    }
}

fn peerings(inventory: &Inventory, findings: &mut Findings) {
    let mut peered: BTreeSet<(&str, &str)> = BTreeSet::new();
    for network in &inventory.virtual_networks {
        let remotes = network.peerings.iter().filter_map(|peering| peering.remote_network.as_deref());
        peered.extend(remotes.map(|remote| (network.header.id.as_str(), remote)));
    }
    let there: BTreeSet<&str> = inventory.virtual_networks.iter().map(|it| it.header.id.as_str()).collect();
    for network in &inventory.virtual_networks {
        for peering in &network.peerings {
            let Some(remote) = peering.remote_network.as_deref() else { continue };
            if remote == network.header.id {
                findings.note(
                    FindingKind::CircularPeering,
                    "",
                    &peering.id,
                    "it leads back to its own network",
                );
            } else if there.contains(remote) && !peered.contains(&(remote, network.header.id.as_str())) {
                let detail = format!("{remote} has no peering back");
                findings.note(FindingKind::OneSidedPeering, "", &peering.id, detail);
            }
        }
    }
}

/// What is named and not there, of the types that are read; each once.
fn references(inventory: &Inventory, findings: &mut Findings) {
    let there = ids(inventory);
    let mut missing: BTreeMap<&str, (&str, u64)> = BTreeMap::new();
    let mut named = |owner, id| {
        if !there.contains(id) {
            missing.entry(id).or_insert((owner, 0)).1 += 1;
        }
    };
    each_reference(inventory, &mut named);
    for (id, (owner, count)) in missing {
        if !is_known(&super::kind_of(id)) {
            continue;
        }
        let others = match count {
            1 => String::new(),
            more => format!(" and {} more", more - 1),
        };
        findings.note(
            FindingKind::DanglingReference,
            "",
            id,
            format!("named by {owner}{others}; not in the export"),
        );
    }
}

/// The ids of all resources that references lead to.
fn ids(inventory: &Inventory) -> BTreeSet<&str> {
    let mut ids: BTreeSet<&str> = inventory.headers().map(|header| header.id.as_str()).collect();
    for network in &inventory.virtual_networks {
        ids.extend(network.subnets.iter().map(|subnet| subnet.id.as_str()));
    }
    for balancer in &inventory.load_balancers {
        ids.extend(balancer.backend_pools.iter().map(|pool| pool.id.as_str()));
    }
    ids
}

/// Calls `named` with each resource and each id that it names.
fn each_reference<'a>(inventory: &'a Inventory, named: &mut impl FnMut(&'a str, &'a str)) {
    let mut configurations = |owner: &'a str, parts: &'a [IpConfiguration]| {
        for part in parts {
            let pools = part.backend_pools.iter().filter(|pool| pool.contains("/loadbalancers/"));
            part.subnet.iter().chain(&part.public_ip).chain(pools).for_each(|id| named(owner, id));
        }
    };
    for nic in &inventory.network_interfaces {
        configurations(&nic.header.id, &nic.ip_configurations);
    }
    for balancer in &inventory.load_balancers {
        configurations(&balancer.header.id, &balancer.frontends);
    }
    for gateway in &inventory.application_gateways {
        configurations(&gateway.header.id, &gateway.frontends);
    }
    for gateway in &inventory.virtual_network_gateways {
        configurations(&gateway.header.id, &gateway.ip_configurations);
    }
    for firewall in &inventory.firewalls {
        configurations(&firewall.header.id, &firewall.ip_configurations);
    }
    for bastion in &inventory.bastions {
        configurations(&bastion.header.id, &bastion.ip_configurations);
    }
    let mut all = |owner: &'a str, ids: &[Option<&'a String>]| {
        ids.iter().flatten().for_each(|id| named(owner, id));
    };
    for nic in &inventory.network_interfaces {
        let links = [&nic.virtual_machine, &nic.private_endpoint, &nic.network_security_group];
        all(&nic.header.id, &links.map(Option::as_ref));
    }
    for subnet in inventory.virtual_networks.iter().flat_map(|network| &network.subnets) {
        let links = [&subnet.network_security_group, &subnet.route_table, &subnet.nat_gateway];
        all(&subnet.id, &links.map(Option::as_ref));
    }
    for peering in inventory.virtual_networks.iter().flat_map(|network| &network.peerings) {
        all(&peering.id, &[peering.remote_network.as_ref()]);
    }
    for machine in &inventory.virtual_machines {
        all(&machine.header.id, &[machine.scale_set.as_ref()]);
        machine.network_interfaces.iter().for_each(|id| all(&machine.header.id, &[Some(id)]));
    }
    for connection in &inventory.connections {
        let Connection { gateway1, gateway2, local_network_gateway, circuit, .. } = connection;
        all(&connection.header.id, &[gateway1, gateway2, local_network_gateway, circuit].map(Option::as_ref));
    }
    for endpoint in &inventory.private_endpoints {
        all(&endpoint.header.id, &[endpoint.subnet.as_ref()]);
        endpoint.network_interfaces.iter().for_each(|id| all(&endpoint.header.id, &[Some(id)]));
    }
    for log in &inventory.flow_logs {
        all(&log.header.id, &[log.target.as_ref()]);
    }
    for pool in &inventory.node_pools {
        all(&pool.header.id, &[pool.node_subnet.as_ref(), pool.pod_subnet.as_ref()]);
    }
    for group in &inventory.network_groups {
        group.members.iter().for_each(|id| all(&group.header.id, &[Some(id)]));
    }
}
