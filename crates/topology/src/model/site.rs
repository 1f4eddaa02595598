use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// A place outside Azure that only its owner knows: an office, a data centre, a branch on a virtual WAN.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Site {
    /// Name, as the owner writes it.
    pub name: String,
    /// Its address space.
    pub prefixes: Vec<IpNet>,
    /// How it is reached.
    pub via: SiteLink,
    /// Id, or `subscription/group/name`, of the connection, circuit or virtual hub it is reached by.
    pub connection: Option<String>,
    /// Id, or `subscription/group/name`, of the virtual networks that reach it; any when empty.
    pub virtual_networks: Vec<String>,
}

/// How a site is reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SiteLink {
    /// A VPN gateway.
    #[default]
    Vpn,
    /// An ExpressRoute circuit.
    ExpressRoute,
    /// A virtual WAN.
    VirtualWan,
}

/// Addresses of VPN clients that no gateway in the inventory tells.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClientPool {
    /// Name, as the owner writes it.
    pub name: String,
    /// Addresses that clients get.
    pub prefixes: Vec<IpNet>,
    /// Id, or `subscription/group/name`, of the gateway that they come through.
    pub gateway: Option<String>,
}
