use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{Header, is_default};

/// A virtual network.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct VirtualNetwork {
    /// Id, region, tags.
    pub header: Header,
    /// Address space.
    pub prefixes: Vec<IpNet>,
    /// Subnets.
    pub subnets: Vec<Subnet>,
    /// Peerings that this network has with others.
    pub peerings: Vec<Peering>,
    /// Whether encryption of its traffic is switched on; `None` when not told.
    pub encryption: Option<bool>,
    /// `AllowUnencrypted` or `DropUnencrypted`; blank when not told.
    pub encryption_enforcement: String,
}

/// A subnet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Subnet {
    /// Full id.
    pub id: String,
    /// Address prefixes.
    pub prefixes: Vec<IpNet>,
    /// Network security group.
    pub network_security_group: Option<String>,
    /// Route table.
    pub route_table: Option<String>,
    /// NAT gateway.
    pub nat_gateway: Option<String>,
    /// Services that may deploy into it, `Microsoft.Web/serverFarms`.
    pub delegations: Vec<String>,
}

/// A peering from one network to another.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Peering {
    /// Full id, below that of the network it leaves from.
    pub id: String,
    /// The network at its other end.
    pub remote_network: Option<String>,
    /// Address space of the other end, as last seen.
    pub remote_prefixes: Vec<IpNet>,
    /// `Connected`, `Initiated`, `Disconnected`.
    pub state: String,
    /// Machines of the two reach each other.
    pub allow_virtual_network_access: Option<bool>,
    /// Forwarded traffic is let in.
    pub allow_forwarded_traffic: Option<bool>,
    /// The peer may use this network's gateway.
    pub allow_gateway_transit: Option<bool>,
    /// This network uses the peer's gateway.
    pub use_remote_gateways: Option<bool>,
}

/// A network interface.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NetworkInterface {
    /// Id, region, tags.
    pub header: Header,
    /// Twelve hex digits in upper case; blank while never started.
    pub mac: String,
    /// The machine, scale set instances included.
    #[serde(skip_serializing_if = "is_default")]
    pub virtual_machine: Option<String>,
    /// The private endpoint whose interface it is.
    #[serde(skip_serializing_if = "is_default")]
    pub private_endpoint: Option<String>,
    /// Network security group of the interface itself.
    #[serde(skip_serializing_if = "is_default")]
    pub network_security_group: Option<String>,
    /// Whether it may forward what is not its own.
    #[serde(skip_serializing_if = "is_default")]
    pub ip_forwarding: bool,
    /// All configurations, the primary one first.
    pub ip_configurations: Vec<IpConfiguration>,
}

/// One address of a network interface, or a part of a gateway.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct IpConfiguration {
    /// Full id; blank where the export does not tell it.
    pub id: String,
    /// Private address; `None` when dynamic and not assigned.
    #[serde(skip_serializing_if = "is_default")]
    pub private_address: Option<IpAddr>,
    /// Block of addresses that goes with the configuration (pods of a node), beside `private_address`.
    #[serde(skip_serializing_if = "is_default")]
    pub private_prefix: Option<IpNet>,
    /// Subnet.
    #[serde(skip_serializing_if = "is_default")]
    pub subnet: Option<String>,
    /// Id of the public address resource.
    #[serde(skip_serializing_if = "is_default")]
    pub public_ip: Option<String>,
    /// Back-end pools, of load balancers and application gateways.
    #[serde(skip_serializing_if = "is_default")]
    pub backend_pools: Vec<String>,
}

/// A route table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RouteTable {
    /// Id, region, tags.
    pub header: Header,
    /// Routes.
    pub routes: Vec<Route>,
}

/// A route.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Route {
    /// Full id.
    pub id: String,
    /// A prefix or a service tag, as written.
    pub prefix: String,
    /// `VirtualAppliance`, `VirtualNetworkGateway`, `VnetLocal`, `Internet`, `None`.
    pub next_hop_type: String,
    /// Address of the appliance.
    pub next_hop_ip: Option<IpAddr>,
}

/// A public address.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PublicIp {
    /// Id, region, tags.
    pub header: Header,
    /// The address; `None` while not assigned.
    pub address: Option<IpAddr>,
    /// Id of the configuration (of an interface, gateway or load balancer) that has it.
    pub ip_configuration: Option<String>,
    /// Name under which the address is published; blank when there is none.
    pub domain_name: String,
}
