//! What carries a conversation from one network to another, or out of Azure.

use super::ends::{Place, network, owned};
use crate::model::Company;
use crate::model::outside::Means;
use crate::model::paths::{Path, SiteLink, path, site_link};

/// What the columns of the link say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct LinkWords {
    pub(super) connection_type: &'static str,
    pub(super) connection_name: String,
    pub(super) connecting_vnets: String,
    pub(super) peering_type: &'static str,
}

/// What carries a conversation between two places.
pub(super) fn link_words(company: &Company, source: Place, target: Place) -> LinkWords {
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
