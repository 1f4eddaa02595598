//! Node pools of managed Kubernetes clusters.

use serde_json::Value;

use crate::read::parts::{Notes, Parts, Resource, part_id};
use crate::read::value::*;
use crate::{Header, NodePool};

pub(super) fn cluster(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let body = &resource.body;
    let network = get(body, "networkprofile").unwrap_or(&Value::Null);
    let shared = NodePool {
        header: resource.header(),
        node_resource_group: text(body, "noderesourcegroup").to_ascii_lowercase(),
        node_subnet: None,
        pod_subnet: None,
        pod_prefixes: prefixes(&one_or_many(network, "podcidr", "podcidrs"), notes),
        service_prefixes: prefixes(&one_or_many(network, "servicecidr", "servicecidrs"), notes),
    };
    super::add(&mut parts.clusters, resource, file, shared.clone(), notes);
    for part in list(body, "agentpoolprofiles") {
        let id = part_id(part, &resource.id, "agentpools");
        let header = Header { id: id.clone(), ..shared.header.clone() };
        parts.node_pools.add(id, file, pool(part, NodePool { header, ..shared.clone() }));
    }
}

/// A pool that comes apart from its cluster; the cluster's addresses are filled in at the end.
pub(super) fn lone_pool(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let pool = pool(&resource.body, NodePool { header: resource.header(), ..NodePool::default() });
    super::add(&mut parts.node_pools, resource, file, pool, notes);
}

fn pool(part: &Value, pool: NodePool) -> NodePool {
    NodePool { node_subnet: id(part, "vnetsubnetid"), pod_subnet: id(part, "podsubnetid"), ..pool }
}
