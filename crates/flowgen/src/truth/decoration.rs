//! What decoration has to say of a row.
//!
//! Everything follows from the conversation's ends in the tables and from `model::paths`. No address is looked up.

use super::carried::{LinkWords, link_words};
use super::ends::{Place, PrivateLinkWords, SideWords, frontend, member};
use crate::model::Company;
use crate::model::links::{Link, Member, Side};
use crate::model::outside::Means;
use crate::model::talk::Party;

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

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::model::links::expand;
    use crate::model::paths::path;

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
