//! Interfaces, machines, scale sets and node pools.

use super::lookup::{Lookup, texts};
use super::{Detail, private_link};
use crate::{Inventory, group_and_name, machine_name, relative_resource_id};

pub(super) fn rows(inventory: &Inventory, lookup: &Lookup<'_>, rows: &mut Vec<Detail>) {
    for nic in &inventory.network_interfaces {
        let id = &nic.header.id;
        let mut row = Detail::new("NetworkInterface", id, group_and_name(id), &nic.header.region);
        row.headed(&nic.header);
        let ends = lookup.ends(&nic.ip_configurations);
        let machine = nic.virtual_machine.as_deref();
        row.text("MacAddress", hyphened(&nic.mac));
        row.text("VirtualMachine", machine.map(machine_name).unwrap_or_default());
        let set = machine.and_then(|machine| lookup.scale_sets.get(machine));
        row.text("VmssName", set.map(|set| relative_resource_id(set)).unwrap_or_default());
        row.text("Subnetwork", ends.subnets.first().cloned().unwrap_or_default());
        let blocks = nic.ip_configurations.iter().filter_map(|part| part.private_prefix);
        row.list("PrivateIpAddresses", ends.private.into_iter().chain(blocks.map(|block| block.to_string())));
        row.list("PublicIpAddresses", ends.public);
        row.text("Nsg", nic.network_security_group.as_deref().map(relative_resource_id).unwrap_or_default());
        row.truth("EnableIpForwarding", Some(nic.ip_forwarding));
        if let Some(endpoint) = nic.private_endpoint.as_deref() {
            row.text("PrivateEndpointResourceId", relative_resource_id(endpoint));
            let target = lookup.targets.get(endpoint);
            row.text("PrivateLinkResourceId", target.map(|target| private_link(target)).unwrap_or_default());
        }
        let pools = nic.ip_configurations.iter().flat_map(|part| &part.backend_pools);
        let (balancers, gateways): (Vec<&String>, Vec<&String>) =
            pools.partition(|pool| pool.contains("/loadbalancers/"));
        row.list("LoadBalancerBackendPools", balancers.into_iter().map(|pool| relative_resource_id(pool)));
        row.list(
            "ApplicationGatewayBackendPools",
            gateways.into_iter().map(|pool| relative_resource_id(pool)),
        );
        let subnet = nic.ip_configurations.iter().find_map(|part| part.subnet.as_deref());
        row.truth("IsFlowEnabled", Some(lookup.log_of(Some(id), subnet).is_some()));
        rows.push(row);
    }
    for machine in &inventory.virtual_machines {
        let id = &machine.header.id;
        let mut row = Detail::new("VirtualMachine", id, machine_name(id), &machine.header.region);
        row.headed(&machine.header);
        row.text("VmssName", machine.scale_set.as_deref().map(relative_resource_id).unwrap_or_default());
        row.truth("IsVirtualAppliance", Some(lookup.is_appliance(id)));
        rows.push(row);
    }
    for set in &inventory.scale_sets {
        let mut row = Detail::of("VirtualMachineScaleSet", &set.header);
        row.text("VmssName", relative_resource_id(&set.header.id));
        row.text("Subnetwork", set.subnets.first().map(|id| relative_resource_id(id)).unwrap_or_default());
        rows.push(row);
    }
    for pool in &inventory.node_pools {
        let mut row = Detail::of("KubernetesNodePool", &pool.header);
        row.text("Subnetwork", pool.node_subnet.as_deref().map(relative_resource_id).unwrap_or_default());
        row.list("AddressPrefixes", texts(&pool.pod_prefixes).chain(texts(&pool.service_prefixes)));
        rows.push(row);
    }
}

/// `000D3A703310` as `00-0D-3A-70-33-10`.
fn hyphened(mac: &str) -> String {
    let pairs: Vec<&str> = (0..mac.len()).step_by(2).filter_map(|at| mac.get(at..at + 2)).collect();
    pairs.join("-")
}
