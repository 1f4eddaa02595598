use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{Header, IpConfiguration};

/// A load balancer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoadBalancer {
    /// Id, region, tags.
    pub header: Header,
    /// Front ends.
    pub frontends: Vec<IpConfiguration>,
    /// Back-end pools.
    pub backend_pools: Vec<BackendPool>,
    /// Load-balancing and inbound translation rules.
    pub rules: Vec<BalancingRule>,
}

/// Back ends.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BackendPool {
    /// Full id.
    pub id: String,
    /// Ids of the interfaces' configurations in it.
    pub ip_configurations: Vec<String>,
    /// Addresses that are given as such.
    pub addresses: Vec<IpAddr>,
    /// Names that are given as such.
    pub host_names: Vec<String>,
}

/// A rule of a load balancer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BalancingRule {
    /// Full id.
    pub id: String,
    /// Id of the front end.
    pub frontend: Option<String>,
    /// Id of the back-end pool.
    pub backend_pool: Option<String>,
    /// Id of the one back end of an inbound translation rule.
    pub backend_ip_configuration: Option<String>,
    /// `Tcp`, `Udp`, `All`.
    pub protocol: String,
    /// Port in front.
    pub frontend_port: Option<i32>,
    /// Port behind.
    pub backend_port: Option<i32>,
    /// Whether back ends see the front end's address.
    pub floating_ip: bool,
}

/// An application gateway.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApplicationGateway {
    /// Id, region, tags.
    pub header: Header,
    /// Subnets that its instances are in.
    pub subnets: Vec<String>,
    /// Front ends.
    pub frontends: Vec<IpConfiguration>,
    /// Back-end pools.
    pub backend_pools: Vec<BackendPool>,
    /// Ports in front.
    pub frontend_ports: Vec<i32>,
}
