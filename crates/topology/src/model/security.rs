use serde::{Deserialize, Serialize};

use super::Header;

/// A network security group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NetworkSecurityGroup {
    /// Id, region, tags.
    pub header: Header,
    /// The resource's GUID, which older flow logs name; blank when not told.
    pub guid: String,
    /// Rules, default ones included, by direction and priority.
    pub rules: Vec<SecurityRule>,
    /// Subnets that it guards.
    pub subnets: Vec<String>,
    /// Network interfaces that it guards.
    pub network_interfaces: Vec<String>,
}

/// A rule of a network security group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SecurityRule {
    /// Full id, without the prefixes of flow logs.
    pub id: String,
    /// Whether Azure made it.
    pub default: bool,
    /// What it matches and does.
    pub terms: RuleTerms,
    /// Free text.
    pub description: String,
}

/// What a rule matches and does.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleTerms {
    /// `Allow`, `Deny`, `AlwaysAllow`.
    pub access: String,
    /// `Inbound` or `Outbound`.
    pub direction: String,
    /// Lower goes first.
    pub priority: i32,
    /// `Tcp`, `Udp`, `Icmp`, `*`.
    pub protocol: String,
    /// Prefixes, tags and ids of application security groups.
    pub source_prefixes: Vec<String>,
    /// `*`, `443`, `1024-65535`.
    pub source_ports: Vec<String>,
    /// As `source_prefixes`.
    pub destination_prefixes: Vec<String>,
    /// As `source_ports`.
    pub destination_ports: Vec<String>,
}

/// A network group of Virtual Network Manager.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NetworkGroup {
    /// Id, region, tags.
    pub header: Header,
    /// Networks and subnets that belong to it.
    pub members: Vec<String>,
}

/// A security admin rule of Virtual Network Manager.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AdminRule {
    /// Id, region, tags.
    pub header: Header,
    /// What it matches and does.
    pub terms: RuleTerms,
    /// Network groups that its collection applies to.
    pub applies_to: Vec<String>,
    /// Free text.
    pub description: String,
}

/// A flow log.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FlowLog {
    /// Id, region, tags.
    pub header: Header,
    /// Network, subnet, interface or security group that it logs.
    pub target: Option<String>,
    /// Storage account that it is written to.
    pub storage: Option<String>,
    /// Whether it is switched on.
    pub enabled: bool,
    /// Version of the format; 0 when not told.
    pub version: i32,
    /// Minutes of an interval of Traffic Analytics; 0 when not switched on.
    pub analytics_interval_minutes: i32,
}
