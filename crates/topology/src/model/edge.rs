use serde::{Deserialize, Serialize};

use super::{Header, IpConfiguration};

/// A private endpoint.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PrivateEndpoint {
    /// Id, region, tags.
    pub header: Header,
    /// Subnet that its address is of.
    pub subnet: Option<String>,
    /// Its network interfaces, which hold the addresses.
    pub network_interfaces: Vec<String>,
    /// Addresses as the endpoint itself tells them, when the interfaces are not in the export.
    pub addresses: Vec<std::net::IpAddr>,
    /// The resource behind it, `/subscriptions/…/microsoft.storage/storageaccounts/a`.
    pub target: Option<String>,
    /// Parts of the target, `blob`.
    pub groups: Vec<String>,
    /// `Approved`, `Pending`, `Rejected`, `Disconnected`.
    pub connection_state: String,
}

/// An Azure Firewall.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Firewall {
    /// Id, region, tags.
    pub header: Header,
    /// Its addresses, each in the firewall's subnet.
    pub ip_configurations: Vec<IpConfiguration>,
}

/// A bastion.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Bastion {
    /// Id, region, tags.
    pub header: Header,
    /// Its parts, each in the bastion's subnet.
    pub ip_configurations: Vec<IpConfiguration>,
}

/// A NAT gateway.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NatGateway {
    /// Id, region, tags.
    pub header: Header,
    /// Ids of its public addresses.
    pub public_ips: Vec<String>,
    /// Subnets that it serves.
    pub subnets: Vec<String>,
}
