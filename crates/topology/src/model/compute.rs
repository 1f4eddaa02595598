use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{Header, is_default};

/// A virtual machine, or an instance of a scale set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct VirtualMachine {
    /// Id, region, tags. An instance's id ends in `/virtualmachinescalesets/<set>/virtualmachines/<number>`.
    pub header: Header,
    /// Name of the operating system's disk or image kind, `Linux` or `Windows`; blank when not told.
    #[serde(skip_serializing_if = "is_default")]
    pub os: String,
    /// The scale set that it belongs to, also for machines of flexible sets.
    #[serde(skip_serializing_if = "is_default")]
    pub scale_set: Option<String>,
    /// Network interfaces.
    #[serde(skip_serializing_if = "is_default")]
    pub network_interfaces: Vec<String>,
}

/// A virtual machine scale set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScaleSet {
    /// Id, region, tags.
    pub header: Header,
    /// `Uniform` or `Flexible`; blank when not told.
    pub orchestration: String,
    /// Subnets its instances are put into.
    pub subnets: Vec<String>,
}

/// A node pool of a managed Kubernetes cluster.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NodePool {
    /// The cluster's id, region, tags, with `/agentpools/<name>` behind its id.
    pub header: Header,
    /// Group that holds the nodes' resources, lower case.
    pub node_resource_group: String,
    /// Subnet of the nodes.
    pub node_subnet: Option<String>,
    /// Subnet of the pods, when they have one of their own.
    pub pod_subnet: Option<String>,
    /// Addresses of pods on an overlay, unknown to the virtual network.
    pub pod_prefixes: Vec<IpNet>,
    /// Addresses of services within the cluster.
    pub service_prefixes: Vec<IpNet>,
}
