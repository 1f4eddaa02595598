//! Resources by what flows and topology rows say of them.
//!
//! All ids are full Azure resource ids in lower case; a reference to another resource is its id, whether or not
//! that resource is in the inventory. Names, regions and resource groups are lower case. Words that Azure defines
//! (`Allow`, `IPsec`, `VirtualAppliance`) keep its spelling. Text that is not known is blank, an id that is not
//! known is `None`.

mod balancing;
mod compute;
mod edge;
mod gateway;
mod merge;
mod network;
mod security;
mod site;

pub use balancing::*;
pub use compute::*;
pub use edge::*;
pub use gateway::*;
pub use network::*;
pub use security::*;
use serde::{Deserialize, Serialize};
pub use site::*;

/// What is stored without: of a hundred thousand interfaces most say little, and all of it is read again.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What all resources have.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Header {
    /// Full resource id, lower case.
    pub id: String,
    /// Azure region, `westeurope`; blank where the resource has none of its own.
    #[serde(skip_serializing_if = "is_default")]
    pub region: String,
    /// Tags as `name=value`, in the order of names.
    #[serde(skip_serializing_if = "is_default")]
    pub tags: Vec<(String, String)>,
    /// Availability zones.
    #[serde(skip_serializing_if = "is_default")]
    pub zones: Vec<String>,
    /// The three parts of `Family;Name;Tier`; each may be blank.
    #[serde(skip_serializing_if = "is_default")]
    pub sku: Sku,
    /// `provisioningState`.
    #[serde(skip_serializing_if = "is_default")]
    pub state: String,
}

/// Stock keeping unit of a resource.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sku {
    /// Family.
    pub family: String,
    /// Name.
    pub name: String,
    /// Tier.
    pub tier: String,
}

/// A subscription.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Subscription {
    /// GUID, lower case.
    pub id: String,
    /// Display name, as given; blank when no export tells it.
    pub name: String,
    /// Directory; blank when no export tells it.
    pub tenant_id: String,
}

/// The state of everything known, at one time.
///
/// Each list is in the order of ids and holds an id once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Inventory {
    /// Subscriptions, those that are only named by a resource's id included.
    pub subscriptions: Vec<Subscription>,
    /// Virtual networks with their subnets and peerings.
    pub virtual_networks: Vec<VirtualNetwork>,
    /// Network interfaces, those of scale set instances included.
    pub network_interfaces: Vec<NetworkInterface>,
    /// Virtual machines, instances of scale sets included.
    pub virtual_machines: Vec<VirtualMachine>,
    /// Virtual machine scale sets.
    pub scale_sets: Vec<ScaleSet>,
    /// Network security groups with their rules.
    pub network_security_groups: Vec<NetworkSecurityGroup>,
    /// Route tables with their routes.
    pub route_tables: Vec<RouteTable>,
    /// Load balancers.
    pub load_balancers: Vec<LoadBalancer>,
    /// Application gateways.
    pub application_gateways: Vec<ApplicationGateway>,
    /// VPN and ExpressRoute gateways.
    pub virtual_network_gateways: Vec<VirtualNetworkGateway>,
    /// Connections of gateways.
    pub connections: Vec<Connection>,
    /// Local network gateways.
    pub local_network_gateways: Vec<LocalNetworkGateway>,
    /// ExpressRoute circuits with their peerings.
    pub circuits: Vec<Circuit>,
    /// Public addresses.
    pub public_ips: Vec<PublicIp>,
    /// Private endpoints.
    pub private_endpoints: Vec<PrivateEndpoint>,
    /// Firewalls.
    pub firewalls: Vec<Firewall>,
    /// Bastions.
    pub bastions: Vec<Bastion>,
    /// NAT gateways.
    pub nat_gateways: Vec<NatGateway>,
    /// Groups of Virtual Network Manager.
    pub network_groups: Vec<NetworkGroup>,
    /// Security admin rules of Virtual Network Manager.
    pub admin_rules: Vec<AdminRule>,
    /// Flow logs.
    pub flow_logs: Vec<FlowLog>,
    /// Node pools of managed Kubernetes clusters.
    pub node_pools: Vec<NodePool>,
    /// Places outside Azure, of a weir sites file.
    pub sites: Vec<Site>,
    /// Addresses of VPN clients, of a weir sites file.
    pub client_pools: Vec<ClientPool>,
}
