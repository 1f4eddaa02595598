//! What each end of a conversation is, and what carries it: the words that decoration has to find.
//!
//! Everything follows from the conversation's ends in the tables and from `model::paths`. No address is looked up.

use crate::model::Company;
use crate::model::links::{Link, Member, Side, balancer};
use crate::model::outside::Means;
use crate::model::paths::{Path, SiteLink, path, site_link};
use crate::model::talk::Party;

/// What the columns of one side say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SideWords {
    pub(super) subscription: String,
    pub(super) region: String,
    pub(super) nic: String,
    pub(super) vm: String,
    pub(super) subnet: String,
    pub(super) application_gateway: String,
    pub(super) load_balancer: String,
    pub(super) local_network_gateway: String,
    pub(super) express_route_circuit: String,
    pub(super) network_groups: String,
    pub(super) tenant_id: String,
}

/// What the columns of the link say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct LinkWords {
    pub(super) connection_type: &'static str,
    pub(super) connection_name: String,
    pub(super) connecting_vnets: String,
    pub(super) peering_type: &'static str,
}

/// What the columns of a private link say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PrivateLinkWords {
    pub(super) endpoint_id: String,
    pub(super) resource_id: String,
    pub(super) resource_name: String,
}

/// Everything that decoration says of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decoration {
    /// With address intelligence.
    pub(super) flow_type: &'static str,
    /// By the inventory alone: a public address that is not the platform's is external.
    pub(super) flow_type_by_inventory: &'static str,
    pub(super) source: SideWords,
    pub(super) target: SideWords,
    pub(super) link: LinkWords,
    /// The client, which ends the name of the connection, is the source or the target.
    pub(super) client: Option<Client>,
    pub(super) private_link: PrivateLinkWords,
    pub(super) captured_at_hop: bool,
}

/// The side that a VPN client is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Client {
    Source,
    Target,
}

/// What an end is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In a network.
    Network(usize),
    /// On an overlay.
    Pod,
    /// Not in a network.
    Outside(Means),
}

struct End {
    place: Place,
    words: SideWords,
    private_link: Option<PrivateLinkWords>,
}

/// What is to be said of a link's rows that a NIC logs on one of its sides.
pub(super) fn decoration(company: &Company, link: &Link, side: Side) -> Decoration {
    let source = member(company, link.from);
    let target = match (side, link.talk.to) {
        // The backend answers under its own address; everybody before it sees the frontend.
        (Side::Source | Side::HopIn | Side::HopOut, Party::Balanced(name)) => frontend(company, name),
        _ => member(company, link.to),
    };
    let (flow_type, flow_type_by_inventory) = flow_types(source.place, target.place);
    let client = match (source.place, target.place) {
        (Place::Outside(Means::Clients(_)), _) => Some(Client::Source),
        (_, Place::Outside(Means::Clients(_))) => Some(Client::Target),
        _ => None,
    };
    let own = match side {
        Side::Source => has_own_address(company, link.from),
        Side::Target => has_own_address(company, link.to),
        Side::HopIn | Side::HopOut => false,
    };
    Decoration {
        flow_type,
        flow_type_by_inventory,
        link: link_words(company, source.place, target.place),
        client: client.filter(|_| flow_type == "P2S"),
        private_link: source.private_link.or(target.private_link).unwrap_or_default(),
        source: source.words,
        target: target.words,
        captured_at_hop: !own,
    }
}

/// Whether what a machine says comes from an address of its interface: pods on an overlay have others.
fn has_own_address(company: &Company, member: Member) -> bool {
    match member {
        Member::Nic(_) => true,
        Member::Pods(nic) => company.nics[nic].pods.is_some_and(|pods| pods.subnet.is_some()),
        Member::Pool(_) => false,
    }
}

fn flow_types(source: Place, target: Place) -> (&'static str, &'static str) {
    let other = match (source, target) {
        (Place::Network(one), Place::Network(other)) if one == other => return ("IntraVNet", "IntraVNet"),
        (Place::Network(_), Place::Network(_)) => return ("InterVNet", "InterVNet"),
        (Place::Network(_), other) | (other, Place::Network(_)) => other,
        _ => return ("Unknown", "Unknown"),
    };
    let means = match other {
        Place::Outside(means) => means,
        _ => return ("UnknownPrivate", "UnknownPrivate"),
    };
    match means {
        Means::Internet => ("ExternalPublic", "ExternalPublic"),
        Means::Malicious => ("MaliciousFlow", "ExternalPublic"),
        Means::Azure => ("AzurePublic", "ExternalPublic"),
        Means::Platform => ("AzurePublic", "AzurePublic"),
        Means::Site(_) => ("S2S", "S2S"),
        Means::Clients(_) => ("P2S", "P2S"),
        Means::Everybody => ("Unknown", "Unknown"),
        _ => ("UnknownPrivate", "UnknownPrivate"),
    }
}

fn member(company: &Company, member: Member) -> End {
    match member {
        Member::Nic(nic) => interface(company, nic, company.nics[nic].subnet),
        Member::Pods(nic) => match company.nics[nic].pods.and_then(|pods| pods.subnet) {
            Some(subnet) => interface(company, nic, subnet),
            None => End { place: Place::Pod, words: SideWords::default(), private_link: None },
        },
        Member::Pool(pool) => outside(company, pool.means),
    }
}

/// An interface, with an address of one of its subnets.
fn interface(company: &Company, position: usize, subnet: usize) -> End {
    let nic = &company.nics[position];
    // A block of pods is no back end.
    let mut balancers: Vec<String> = company
        .load_balancers
        .iter()
        .filter(|balancer| subnet == nic.subnet && balancer.backends.contains(&position))
        .map(|balancer| owned(company, balancer.vnet, balancer.name))
        .collect();
    balancers.sort();
    let group = nic.resource_group.to_lowercase();
    let words = SideWords {
        nic: format!("{group}/{}", nic.name.to_lowercase()),
        vm: format!("{group}/{}", nic.vm.to_lowercase()),
        load_balancer: balancers.into_iter().next().unwrap_or_default(),
        ..in_subnet(company, nic.vnet, subnet)
    };
    End { place: Place::Network(nic.vnet), words, private_link: None }
}

/// What is said of any address of a subnet.
fn in_subnet(company: &Company, vnet: usize, subnet: usize) -> SideWords {
    let network = &company.vnets[vnet];
    let name = &network.subnets[subnet].name;
    let groups = company.network_groups.iter().filter(|group| {
        group.vnets.contains(&vnet) || group.subnets.iter().any(|&(of, member)| of == vnet && member == name)
    });
    let mut groups: Vec<String> = groups.map(|group| short(&company.network_group_id(group.name))).collect();
    groups.sort();
    SideWords {
        subnet: format!("{}/{}/{name}", network.resource_group, network.name).to_lowercase(),
        network_groups: groups.join(" "),
        ..of_subscription(company, vnet)
    }
}

fn of_subscription(company: &Company, vnet: usize) -> SideWords {
    let network = &company.vnets[vnet];
    SideWords {
        subscription: company.subscription_of(network).id.to_owned(),
        region: network.region.to_owned(),
        tenant_id: company.tenant_id.to_owned(),
        ..SideWords::default()
    }
}

/// What clients see of a load balancer.
fn frontend(company: &Company, name: &str) -> End {
    let Some(balancer) = balancer(company, name) else { return outside(company, Means::UnknownPrivate) };
    let words = match balancer.subnet {
        Some(subnet) => in_subnet(company, balancer.vnet, subnet),
        None => of_subscription(company, balancer.vnet),
    };
    let words = SideWords { load_balancer: owned(company, balancer.vnet, name), ..words };
    End { place: Place::Network(balancer.vnet), words, private_link: None }
}

fn outside(company: &Company, means: Means) -> End {
    let somewhere = |words| End { place: Place::Outside(means), words, private_link: None };
    match means {
        Means::Site(site) => somewhere(match site_link(site) {
            Some(SiteLink::Circuit { circuit, owner, .. }) => {
                SideWords { express_route_circuit: owned(company, owner, circuit), ..SideWords::default() }
            }
            Some(SiteLink::LocalGateway { gateway, owner, .. }) => {
                SideWords { local_network_gateway: owned(company, owner, gateway), ..SideWords::default() }
            }
            Some(SiteLink::Configured) | None => SideWords::default(),
        }),
        Means::Bare(vnet, subnet) => {
            let words = in_subnet(company, vnet, company.subnet_of(vnet, subnet));
            End { place: Place::Network(vnet), words, private_link: None }
        }
        Means::ApplicationGateway(name) => {
            let gateway = company.application_gateways.iter().find(|gateway| gateway.name == name);
            let Some(gateway) = gateway else { return somewhere(SideWords::default()) };
            let words = SideWords {
                application_gateway: owned(company, gateway.vnet, name),
                ..in_subnet(company, gateway.vnet, company.subnet_of(gateway.vnet, gateway.subnet))
            };
            End { place: Place::Network(gateway.vnet), words, private_link: None }
        }
        Means::Endpoint(name) => {
            let endpoint = company.private_endpoints.iter().find(|endpoint| endpoint.name == name);
            let Some(endpoint) = endpoint else { return somewhere(SideWords::default()) };
            let group = company.vnets[endpoint.vnet].resource_group.to_lowercase();
            let kind = endpoint.target_type.rsplit('/').next().unwrap_or_default().to_lowercase();
            let words = SideWords {
                nic: format!("{group}/{}", endpoint.interface_name()).to_lowercase(),
                ..in_subnet(company, endpoint.vnet, company.subnet_of(endpoint.vnet, endpoint.subnet))
            };
            let private_link = PrivateLinkWords {
                endpoint_id: format!("{group}/{name}"),
                resource_id: format!("{group}/{kind}/{}", endpoint.target),
                resource_name: endpoint.target.to_owned(),
            };
            End { place: Place::Network(endpoint.vnet), words, private_link: Some(private_link) }
        }
        _ => somewhere(SideWords::default()),
    }
}

fn link_words(company: &Company, source: Place, target: Place) -> LinkWords {
    match (source, target) {
        (Place::Network(from), Place::Network(to)) if from != to => between(company, from, to),
        (Place::Network(home), Place::Outside(means)) | (Place::Outside(means), Place::Network(home)) => {
            to_outside(company, home, means)
        }
        _ => LinkWords::default(),
    }
}

/// What joins two networks.
fn between(company: &Company, from: usize, to: usize) -> LinkWords {
    let peering = |from: usize, to: usize| {
        let mine = company.peerings.iter().find_map(|peering| match (peering.vnet1, peering.vnet2) {
            (one, other) if (one, other) == (from, to) => Some(peering.name),
            (one, other) if (other, one) == (from, to) => Some(peering.name_back),
            _ => None,
        });
        format!("{}/{}", network(company, from), mine.unwrap_or_default())
    };
    match path(company, from, to) {
        Some(Path::Peering) => LinkWords {
            connection_type: "VNetPeering",
            connection_name: peering(from, to),
            ..LinkWords::default()
        },
        Some(Path::Hub(hub)) => LinkWords {
            connection_type: "VNetPeering",
            connection_name: peering(from, hub),
            connecting_vnets: network(company, hub),
            ..LinkWords::default()
        },
        Some(Path::Tunnel { there, lender, .. }) => LinkWords {
            connection_type: "VpnGateway",
            connection_name: connection(company, there),
            connecting_vnets: lender.map(|lender| network(company, lender)).unwrap_or_default(),
            ..LinkWords::default()
        },
        Some(Path::Unlinked) | None => LinkWords::default(),
    }
}

/// What leads from a network to a site or a client.
fn to_outside(company: &Company, home: usize, means: Means) -> LinkWords {
    let by_owner = |connection_type, name, owner| LinkWords {
        connection_type,
        connection_name: connection(company, name),
        connecting_vnets: if owner == home { String::new() } else { network(company, owner) },
        ..LinkWords::default()
    };
    match means {
        Means::Clients(name) => {
            // What no gateway describes has its own name.
            let gateway = company.gateways.iter().find(|gateway| gateway.name == name);
            let name = gateway.map_or_else(|| name.to_owned(), |of| owned(company, of.vnet, name));
            LinkWords { connection_type: "VpnGateway", connection_name: name, ..LinkWords::default() }
        }
        Means::Site(name) => match site_link(name) {
            Some(SiteLink::Circuit { connection, owner, .. }) => LinkWords {
                peering_type: "AzurePrivatePeering",
                ..by_owner("ExpressRoute", connection, owner)
            },
            Some(SiteLink::LocalGateway { connection, owner, .. }) => {
                by_owner("VpnGateway", connection, owner)
            }
            Some(SiteLink::Configured) | None => {
                let site = company.sites.iter().find(|site| site.name == name);
                let connection = site.and_then(|site| site.connection);
                LinkWords {
                    connection_type: "VpnGateway",
                    connection_name: connection
                        .map(|(vnet, name)| owned(company, vnet, name))
                        .unwrap_or_default(),
                    ..LinkWords::default()
                }
            }
        },
        _ => LinkWords::default(),
    }
}

/// `subscription/group/connection`
fn connection(company: &Company, name: &str) -> String {
    let connection = company.connections.iter().find(|connection| connection.name == name);
    connection.map_or_else(String::new, |of| owned(company, company.gateways[of.gateway].vnet, name))
}

/// `subscription/group/network`
fn network(company: &Company, vnet: usize) -> String {
    owned(company, vnet, &company.vnets[vnet].name)
}

/// `subscription/group/name` of a resource in the group of a network.
fn owned(company: &Company, vnet: usize, name: &str) -> String {
    let network = &company.vnets[vnet];
    format!("{}/{}/{name}", company.subscription_of(network).id, network.resource_group).to_lowercase()
}

/// An id as tables write it: subscription, group, and the names.
pub(super) fn short(id: &str) -> String {
    let segments: Vec<&str> = id.split('/').collect();
    let names = segments.iter().skip(8).step_by(2);
    let parts: Vec<&str> = [segments[2], segments[4]].iter().chain(names).copied().collect();
    parts.join("/").to_lowercase()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::model::links::expand;

    /// Everything that the links of the company come to, by conversation and side.
    fn decorations() -> Vec<(&'static str, Side, Decoration)> {
        let company = Company::new(20);
        let (links, views) = expand(&company);
        let views = views.iter().flat_map(|nic| &nic.views);
        views
            .map(|view| {
                let link = &links[view.link];
                (link.talk.name, view.side, decoration(&company, link, view.side))
            })
            .collect()
    }

    #[test]
    fn every_flow_type_and_every_kind_of_link_is_planted() {
        let all = decorations();
        let flow_types: BTreeSet<&str> = all.iter().map(|(_, _, row)| row.flow_type).collect();
        assert_eq!(
            flow_types.into_iter().collect::<Vec<_>>(),
            [
                "AzurePublic",
                "ExternalPublic",
                "InterVNet",
                "IntraVNet",
                "MaliciousFlow",
                "P2S",
                "S2S",
                "Unknown",
                "UnknownPrivate"
            ]
        );
        // Flow type, connection type, whether the connection has a name, whether there is a network in between.
        let links: BTreeSet<(&str, &str, bool, bool)> = all
            .iter()
            .map(|(_, _, row)| {
                let link = &row.link;
                let blanks = (link.connection_name.is_empty(), link.connecting_vnets.is_empty());
                (row.flow_type, link.connection_type, !blanks.0, !blanks.1)
            })
            .filter(|(_, kind, ..)| !kind.is_empty())
            .collect();
        assert_eq!(
            links.into_iter().collect::<Vec<_>>(),
            [
                ("InterVNet", "VNetPeering", true, false),
                ("InterVNet", "VNetPeering", true, true),
                ("InterVNet", "VpnGateway", true, false),
                ("InterVNet", "VpnGateway", true, true),
                ("P2S", "VpnGateway", true, false),
                ("S2S", "ExpressRoute", true, false),
                ("S2S", "ExpressRoute", true, true),
                ("S2S", "VpnGateway", false, false),
                ("S2S", "VpnGateway", true, false),
                ("S2S", "VpnGateway", true, true),
            ]
        );
    }

    #[test]
    fn networks_that_talk_have_a_path() {
        let company = Company::new(20);
        let (links, _) = expand(&company);
        for link in links {
            let (from, to) = (member(&company, link.from).place, member(&company, link.to).place);
            if let (Place::Network(from), Place::Network(to)) = (from, to)
                && from != to
            {
                assert!(
                    path(&company, from, to).is_some(),
                    "{}: no path from {from} to {to}",
                    link.talk.name
                );
            }
        }
    }

    #[test]
    fn every_column_is_planted_on_both_sides() {
        let all = decorations();
        let filled = |side: fn(&Decoration) -> &SideWords| {
            let mut filled: BTreeMap<&str, usize> = BTreeMap::new();
            for (_, _, row) in &all {
                let side = side(row);
                for (name, text) in [
                    ("vm", &side.vm),
                    ("application gateway", &side.application_gateway),
                    ("load balancer", &side.load_balancer),
                    ("local network gateway", &side.local_network_gateway),
                    ("circuit", &side.express_route_circuit),
                    ("groups", &side.network_groups),
                ] {
                    *filled.entry(name).or_default() += usize::from(!text.is_empty());
                }
            }
            filled
        };
        for side in [filled(|row| &row.source), filled(|row| &row.target)] {
            assert!(side.values().all(|&rows| rows > 0), "{side:?}");
        }
        let hops = all.iter().filter(|(_, _, row)| row.captured_at_hop);
        let hops: BTreeSet<&str> = hops.map(|(_, _, row)| row.flow_type).collect();
        assert!(hops.contains("InterVNet") && hops.contains("Unknown"), "{hops:?}");
    }
}
