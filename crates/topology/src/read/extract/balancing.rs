//! Load balancers and application gateways.

use serde_json::Value;

use super::interface::ip_configurations;
use crate::read::parts::{Notes, Parts, Resource, part_id};
use crate::read::value::*;
use crate::{ApplicationGateway, BackendPool, BalancingRule, LoadBalancer};

pub(super) fn load_balancer(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let (body, own) = (&resource.body, resource.id.as_str());
    let mut rules = Vec::new();
    for kind in ["loadbalancingrules", "inboundnatrules"] {
        rules.extend(list(body, kind).iter().map(|part| rule(part, part_id(part, own, kind))));
    }
    let balancer = LoadBalancer {
        header: resource.header(),
        frontends: ip_configurations(body, "frontendipconfigurations", own, notes),
        backend_pools: pools(body, own, notes),
        rules,
    };
    super::add(&mut parts.load_balancers, resource, file, balancer, notes);
}

pub(super) fn application_gateway(
    resource: &Resource,
    file: usize,
    parts: &mut Parts,
    notes: &mut Notes<'_>,
) {
    let (body, own) = (&resource.body, resource.id.as_str());
    let mut subnets: Vec<String> =
        list(body, "gatewayipconfigurations").iter().filter_map(|part| id(part, "subnet")).collect();
    subnets.sort();
    subnets.dedup();
    let gateway = ApplicationGateway {
        header: resource.header(),
        subnets,
        frontends: ip_configurations(body, "frontendipconfigurations", own, notes),
        backend_pools: pools(body, own, notes),
        frontend_ports: list(body, "frontendports").iter().filter_map(|port| whole32(port, "port")).collect(),
    };
    super::add(&mut parts.application_gateways, resource, file, gateway, notes);
}

pub(super) fn lone_pool(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let pool = pool(&resource.body, resource.id.clone(), notes);
    super::add(&mut parts.backend_pools, resource, file, pool, notes);
}

pub(super) fn lone_rule(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let rule = rule(&resource.body, resource.id.clone());
    super::add(&mut parts.balancing_rules, resource, file, rule, notes);
}

fn pools(body: &Value, own: &str, notes: &mut Notes<'_>) -> Vec<BackendPool> {
    let kind = "backendaddresspools";
    list(body, kind).iter().map(|part| pool(part, part_id(part, own, kind), notes)).collect()
}

fn pool(part: &Value, own: String, notes: &mut Notes<'_>) -> BackendPool {
    let mut pool = BackendPool { id: own, ..BackendPool::default() };
    pool.ip_configurations = ids(part, "backendipconfigurations");
    for address in list(part, "loadbalancerbackendaddresses") {
        match id(address, "networkinterfaceipconfiguration") {
            Some(configuration) if !pool.ip_configurations.contains(&configuration) => {
                pool.ip_configurations.push(configuration);
            }
            Some(_) => {}
            None => pool.addresses.extend(super::value_address(address, notes)),
        }
    }
    for address in list(part, "backendaddresses") {
        let name = text(address, "fqdn");
        if name.is_empty() {
            pool.addresses.extend(super::value_address(address, notes));
        } else {
            pool.host_names.push(name);
        }
    }
    pool
}

fn rule(part: &Value, own: String) -> BalancingRule {
    // A rule has one pool, or a list of one.
    let pool = id(part, "backendaddresspool").or_else(|| ids(part, "backendaddresspools").into_iter().next());
    BalancingRule {
        id: own,
        frontend: id(part, "frontendipconfiguration"),
        backend_pool: pool,
        backend_ip_configuration: id(part, "backendipconfiguration"),
        protocol: text(part, "protocol"),
        frontend_port: whole32(part, "frontendport"),
        backend_port: whole32(part, "backendport"),
        floating_ip: truth(part, "enablefloatingip").unwrap_or(false),
    }
}
