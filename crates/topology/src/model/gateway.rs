use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{Header, IpConfiguration};

/// A VPN or ExpressRoute gateway of a virtual network.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct VirtualNetworkGateway {
    /// Id, region, tags.
    pub header: Header,
    /// `Vpn` or `ExpressRoute`.
    pub kind: String,
    /// Its parts, each in the gateway subnet.
    pub ip_configurations: Vec<IpConfiguration>,
    /// Addresses that its clients get.
    pub client_prefixes: Vec<IpNet>,
    /// Whether routes are exchanged by BGP; `None` when not told.
    pub bgp: Option<bool>,
}

/// What a connection joins its gateway to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Connection {
    /// Id, region, tags.
    pub header: Header,
    /// `IPsec`, `Vnet2Vnet`, `ExpressRoute`.
    pub kind: String,
    /// The gateway.
    pub gateway1: Option<String>,
    /// The other gateway, for `Vnet2Vnet`.
    pub gateway2: Option<String>,
    /// The site's gateway, for `IPsec`.
    pub local_network_gateway: Option<String>,
    /// The circuit, for `ExpressRoute`.
    pub circuit: Option<String>,
    /// `Connected`, `NotConnected`, `Unknown`.
    pub status: String,
    /// Weight of its routes.
    pub routing_weight: Option<i32>,
    /// Whether routes are exchanged by BGP; `None` when not told.
    pub bgp: Option<bool>,
    /// Bytes that left through it, since it was set up.
    pub egress_bytes: Option<i64>,
    /// Bytes that came in through it, since it was set up.
    pub ingress_bytes: Option<i64>,
}

/// Azure's idea of a gateway at a site.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LocalNetworkGateway {
    /// Id, region, tags.
    pub header: Header,
    /// Prefixes behind it.
    pub prefixes: Vec<IpNet>,
    /// Its public address, as written; a name when it has one instead.
    pub address: String,
    /// Its autonomous system, when routes are exchanged by BGP.
    pub asn: Option<i64>,
    /// Address that speaks BGP.
    pub bgp_peer: Option<IpAddr>,
}

/// An ExpressRoute circuit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Circuit {
    /// Id, region, tags.
    pub header: Header,
    /// `Enabled` and the like, on Microsoft's side.
    pub circuit_state: String,
    /// `Provisioned` and the like, on the provider's side.
    pub provider_state: String,
    /// Name of the provider.
    pub provider: String,
    /// Megabits a second.
    pub bandwidth_mbps: Option<i64>,
    /// Place of the peering.
    pub peering_location: String,
    /// Peerings.
    pub peerings: Vec<CircuitPeering>,
}

/// A peering of a circuit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CircuitPeering {
    /// Full id.
    pub id: String,
    /// `AzurePrivatePeering`, `AzurePublicPeering`, `MicrosoftPeering`.
    pub kind: String,
    /// Whether it is up.
    pub state: String,
    /// Autonomous system of the customer.
    pub peer_asn: Option<i64>,
    /// Autonomous system of Microsoft.
    pub azure_asn: Option<i64>,
    /// VLAN.
    pub vlan_id: Option<i32>,
    /// Port names of the two paths.
    pub azure_ports: [String; 2],
    /// Link prefixes of the two paths, as written.
    pub peer_prefixes: [String; 2],
    /// Prefixes that the customer announces, as far as an export tells them.
    pub advertised_prefixes: Vec<IpNet>,
}
