//! Load balancers, their rules, application gateways.

use super::Detail;
use super::lookup::{Ends, Lookup};
use crate::{BackendPool, Inventory, LoadBalancer, relative_resource_id};

pub(super) fn rows(inventory: &Inventory, lookup: &Lookup<'_>, rows: &mut Vec<Detail>) {
    for balancer in &inventory.load_balancers {
        let mut row = Detail::of("LoadBalancer", &balancer.header);
        let ends = lookup.ends(&balancer.frontends);
        let public = balancer.frontends.iter().any(|part| part.public_ip.is_some());
        if !balancer.frontends.is_empty() {
            row.text("LoadBalancerType", if public { "Public" } else { "Internal" });
        }
        fronts(&mut row, ends);
        let (addresses, subnets) = backs(&balancer.backend_pools, lookup);
        row.list("LoadBalancerBackendPools", addresses);
        row.list("BackendSubnets", subnets);
        rows.push(row);
        balancing_rules(balancer, lookup, rows);
    }
    for gateway in &inventory.application_gateways {
        let mut row = Detail::of("ApplicationGateway", &gateway.header);
        let ends = lookup.ends(&gateway.frontends);
        let public = gateway.frontends.iter().any(|part| part.public_ip.is_some());
        if !gateway.frontends.is_empty() {
            row.text("AppGatewayType", if public { "Public" } else { "Internal" });
        }
        fronts(&mut row, ends);
        row.text(
            "GatewaySubnet",
            gateway.subnets.first().map(|id| relative_resource_id(id)).unwrap_or_default(),
        );
        row.number("FrontendPort", gateway.frontend_ports.first().copied());
        let (addresses, subnets) = backs(&gateway.backend_pools, lookup);
        row.list("ApplicationGatewayBackendPools", addresses);
        row.list("BackendSubnets", subnets);
        rows.push(row);
    }
}

fn balancing_rules(balancer: &LoadBalancer, lookup: &Lookup<'_>, rows: &mut Vec<Detail>) {
    for rule in &balancer.rules {
        let kind = if rule.id.contains("/inboundnatrules/") { "InboundNatRule" } else { "LoadBalancingRule" };
        let name = relative_resource_id(&rule.id);
        let mut row = Detail::new(kind, &rule.id, name, &balancer.header.region);
        let front = balancer.frontends.iter().find(|part| Some(&part.id) == rule.frontend.as_ref());
        let ends = lookup.ends(front.map(std::slice::from_ref).unwrap_or_default());
        row.list("FrontendIpAddress", ends.private.into_iter().chain(ends.public));
        row.number("FrontendPort", rule.frontend_port);
        row.text("Protocol", &rule.protocol);
        row.text(
            "BackendAddressPool",
            rule.backend_pool.as_deref().map(relative_resource_id).unwrap_or_default(),
        );
        let back = rule.backend_ip_configuration.as_deref().and_then(|id| lookup.part(id));
        let address = back.and_then(|(_, part)| part.private_address);
        row.text("BackendIpAddress", address.map(|ip| ip.to_string()).unwrap_or_default());
        row.number("BackendPort", rule.backend_port);
        row.truth("FloatingIpEnabled", Some(rule.floating_ip));
        rows.push(row);
    }
}

fn fronts(row: &mut Detail, ends: Ends) {
    row.list("FrontendIps", ends.private.iter().chain(&ends.public).cloned());
    row.list("PrivateFrontendIps", ends.private);
    row.list("PublicFrontendIps", ends.public);
    row.text("FrontendSubnet", ends.subnets.first().cloned().unwrap_or_default());
    row.list("FrontendSubnets", ends.subnets);
}

/// Addresses and names of back ends, and the subnets they are in.
fn backs(pools: &[BackendPool], lookup: &Lookup<'_>) -> (Vec<String>, Vec<String>) {
    let (mut addresses, mut subnets) = (Vec::new(), Vec::new());
    for pool in pools {
        for (_, part) in pool.ip_configurations.iter().filter_map(|id| lookup.part(id)) {
            addresses.extend(part.private_address.map(|ip| ip.to_string()));
            subnets.extend(part.subnet.as_deref().map(relative_resource_id));
        }
        addresses.extend(pool.addresses.iter().map(ToString::to_string));
        addresses.extend(pool.host_names.iter().cloned());
    }
    (addresses, subnets)
}
