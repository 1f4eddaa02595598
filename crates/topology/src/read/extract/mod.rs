//! From the one form to typed resources, one function a type.

mod balancing;
mod compute;
mod edge;
mod flow_log;
mod gateway;
mod interface;
mod kubernetes;
mod manager;
mod network;
mod routes;
mod security;

use std::net::IpAddr;

use serde_json::Value;

use super::finding::FindingKind;
use super::parts::{ById, Notes, Parts, Resource};
use super::value;
pub(crate) use security::default_rules;

type Extract = fn(&Resource, usize, &mut Parts, &mut Notes<'_>);

/// What reads a type; nothing for a type that weir has no use for.
fn extract_of(kind: &str) -> Option<Extract> {
    let (provider, kind) = kind.split_once('/')?;
    Some(match (provider, kind) {
        ("microsoft.network", "virtualnetworks") => network::virtual_network,
        ("microsoft.network", "virtualnetworks/subnets") => network::lone_subnet,
        ("microsoft.network", "virtualnetworks/virtualnetworkpeerings") => network::lone_peering,
        ("microsoft.network", "networkinterfaces") => interface::network_interface,
        ("microsoft.compute" | "microsoft.network", SET_INTERFACE | FLEXIBLE_INTERFACE) => {
            interface::network_interface
        }
        ("microsoft.compute", "virtualmachines") => compute::virtual_machine,
        ("microsoft.compute", "virtualmachinescalesets/virtualmachines") => compute::virtual_machine,
        ("microsoft.compute", "virtualmachinescalesets") => compute::scale_set,
        ("microsoft.network", "networksecuritygroups") => security::security_group,
        ("microsoft.network", "networksecuritygroups/securityrules") => security::lone_rule,
        ("microsoft.network", "networksecuritygroups/defaultsecurityrules") => security::lone_rule,
        ("microsoft.network", "routetables") => routes::route_table,
        ("microsoft.network", "routetables/routes") => routes::lone_route,
        ("microsoft.network", "loadbalancers") => balancing::load_balancer,
        ("microsoft.network", "loadbalancers/backendaddresspools") => balancing::lone_pool,
        ("microsoft.network", "loadbalancers/inboundnatrules") => balancing::lone_rule,
        ("microsoft.network", "loadbalancers/loadbalancingrules") => balancing::lone_rule,
        ("microsoft.network", "applicationgateways") => balancing::application_gateway,
        ("microsoft.network", "virtualnetworkgateways") => gateway::virtual_network_gateway,
        ("microsoft.network", "connections") => gateway::connection,
        ("microsoft.network", "localnetworkgateways") => gateway::local_network_gateway,
        ("microsoft.network", "expressroutecircuits") => gateway::circuit,
        ("microsoft.network", "expressroutecircuits/peerings") => gateway::lone_circuit_peering,
        ("microsoft.network", "publicipaddresses") => edge::public_ip,
        ("microsoft.network", "privateendpoints") => edge::private_endpoint,
        ("microsoft.network", "azurefirewalls") => edge::firewall,
        ("microsoft.network", "bastionhosts") => edge::bastion,
        ("microsoft.network", "natgateways") => edge::nat_gateway,
        ("microsoft.network", "networkmanagers/networkgroups") => manager::network_group,
        ("microsoft.network", "networkmanagers/networkgroups/staticmembers") => manager::static_member,
        ("microsoft.network", "networkgroupmemberships") => manager::memberships,
        ("microsoft.network", ADMIN_COLLECTION) => manager::rule_collection,
        ("microsoft.network", ADMIN_RULE) => manager::admin_rule,
        ("microsoft.network", "networkwatchers/flowlogs") => flow_log::flow_log,
        ("microsoft.containerservice", "managedclusters") => kubernetes::cluster,
        ("microsoft.containerservice", "managedclusters/agentpools") => kubernetes::lone_pool,
        _ => return None,
    })
}

const SET_INTERFACE: &str = "virtualmachinescalesets/virtualmachines/networkinterfaces";
/// As it is written for machines of flexible sets in some answers.
const FLEXIBLE_INTERFACE: &str = "virtualmachinescalesets/networkinterfaces";
const ADMIN_COLLECTION: &str = "networkmanagers/securityadminconfigurations/rulecollections";
const ADMIN_RULE: &str = "networkmanagers/securityadminconfigurations/rulecollections/rules";

/// Whether resources of a type are read.
pub(crate) fn is_known(kind: &str) -> bool {
    extract_of(kind).is_some()
}

/// Reads a resource; false when its type is not known.
pub(crate) fn extract(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) -> bool {
    let Some(extract) = extract_of(&resource.kind) else { return false };
    extract(resource, file, parts, notes);
    true
}

fn add<T: PartialEq>(all: &mut ById<T>, resource: &Resource, file: usize, what: T, notes: &mut Notes<'_>) {
    if all.add(resource.id.clone(), file, what) {
        notes.note(FindingKind::Conflict, "came before with other content; this one is used");
    }
}

/// The address of a back end.
fn value_address(part: &Value, notes: &mut Notes<'_>) -> Option<IpAddr> {
    value::address(part, "ipaddress", notes)
}
