//! What the ends of a conversation are, and the words for them.

use crate::model::Company;
use crate::model::links::{Member, balancer};
use crate::model::outside::Means;
use crate::model::paths::{SiteLink, site_link};

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

/// What the columns of a private link say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PrivateLinkWords {
    pub(super) endpoint_id: String,
    pub(super) resource_id: String,
    pub(super) resource_name: String,
}

/// What an end is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In a network.
    Network(usize),
    /// On an overlay.
    Pod,
    /// Not in a network.
    Outside(Means),
}

/// An end of a conversation.
pub(super) struct End {
    pub(super) place: Place,
    pub(super) words: SideWords,
    pub(super) private_link: Option<PrivateLinkWords>,
}

/// What a member of a conversation is.
pub(super) fn member(company: &Company, member: Member) -> End {
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
pub(super) fn frontend(company: &Company, name: &str) -> End {
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

/// `subscription/group/network`
pub(super) fn network(company: &Company, vnet: usize) -> String {
    owned(company, vnet, &company.vnets[vnet].name)
}

/// `subscription/group/name` of a resource in the group of a network.
pub(super) fn owned(company: &Company, vnet: usize, name: &str) -> String {
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
