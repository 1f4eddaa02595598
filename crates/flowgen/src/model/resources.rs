//! The company in the form others read.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::Serialize;

use super::connected::{
    ApplicationGateway, Circuit, ClientPool, Connection, Gateway, LoadBalancer, LocalGateway, NetworkGroup,
    Peering, PrivateEndpoint, RouteTable, Site,
};
use super::{company, fleet};

/// Everything that exists in the generated company.
///
/// Positions refer to the lists here. Resources lie in the subscription and the resource group of their network, unless
/// they name another group.
#[derive(Debug, Clone, Serialize)]
pub struct Company {
    /// Name of the company.
    pub name: &'static str,
    /// Directory of its subscriptions, a GUID in lower case.
    pub tenant_id: &'static str,
    /// Azure subscriptions.
    pub subscriptions: Vec<Subscription>,
    /// Virtual networks, each with one flow log.
    pub vnets: Vec<Vnet>,
    /// Network interfaces of machines, in the order of `vnets` and their subnets.
    pub nics: Vec<Nic>,
    /// Scale sets that machines belong to.
    pub scale_sets: Vec<ScaleSet>,
    /// Kubernetes clusters whose nodes are scale sets.
    pub clusters: Vec<Cluster>,
    /// Load balancers.
    pub load_balancers: Vec<LoadBalancer>,
    /// Application gateways.
    pub application_gateways: Vec<ApplicationGateway>,
    /// Private endpoints.
    pub private_endpoints: Vec<PrivateEndpoint>,
    /// Route tables.
    pub route_tables: Vec<RouteTable>,
    /// Peerings between virtual networks.
    pub peerings: Vec<Peering>,
    /// Gateways of virtual networks.
    pub gateways: Vec<Gateway>,
    /// Connections of gateways.
    pub connections: Vec<Connection>,
    /// Azure's idea of gateways at sites.
    pub local_gateways: Vec<LocalGateway>,
    /// Sites of the customer outside Azure that no resource describes.
    pub sites: Vec<Site>,
    /// Addresses of VPN clients that no gateway describes.
    pub client_pools: Vec<ClientPool>,
    /// ExpressRoute circuits to the sites.
    pub circuits: Vec<Circuit>,
    /// The network manager's groups.
    pub network_groups: Vec<NetworkGroup>,
}

/// A subscription.
#[derive(Debug, Clone, Serialize)]
pub struct Subscription {
    /// GUID in lower case.
    pub id: &'static str,
    /// Display name.
    pub name: &'static str,
}

/// A virtual network.
#[derive(Debug, Clone, Serialize)]
pub struct Vnet {
    /// Resource name, capitalised as created.
    pub name: String,
    /// Position in [`Company::subscriptions`].
    pub subscription: usize,
    /// Resource group, capitalised as created.
    pub resource_group: String,
    /// Azure region, `westeurope`.
    pub region: &'static str,
    /// Address space, `10.1.0.0/16`.
    pub prefixes: Vec<String>,
    /// 0, or a number of its own when its addresses are those of another network, too.
    pub realm: u32,
    /// Whether virtual network encryption is switched on.
    pub encryption: bool,
    /// The flow log whose target this network is.
    pub flow_log: FlowLog,
    /// Subnets.
    pub subnets: Vec<Subnet>,
}

/// A VNet flow log.
#[derive(Debug, Clone, Serialize)]
pub struct FlowLog {
    /// Resource name.
    pub name: String,
    /// GUID of the flow-log resource.
    pub guid: String,
    /// Order of the keys in its records.
    pub key_order: KeyOrder,
    /// How its records name network security groups.
    pub acl_ids: AclIds,
}

/// The two orders of keys in VNet flow-log records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyOrder {
    /// 2022 to 2024: `flowLogVersion` comes second.
    VersionSecond,
    /// Since 2025: `flowLogVersion` follows `targetResourceID`.
    VersionAfterTarget,
}

/// The two forms of `aclID` of a network security group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AclIds {
    /// 2022 to 2024: the GUID of the group.
    Guid,
    /// Since 2025: the full ARM id, capitalised as created.
    ArmId,
}

/// A subnet.
#[derive(Debug, Clone, Serialize)]
pub struct Subnet {
    /// Resource name.
    pub name: String,
    /// Address prefixes, `10.1.1.0/27`.
    pub prefixes: Vec<String>,
    /// Network security group; none on subnets of gateways and appliances.
    pub nsg: Option<Nsg>,
}

/// A network security group.
#[derive(Debug, Clone, Serialize)]
pub struct Nsg {
    /// Resource name.
    pub name: String,
    /// GUID of the resource.
    pub guid: String,
}

/// A network interface with its virtual machine.
#[derive(Debug, Clone, Serialize)]
pub struct Nic {
    /// Resource name of the interface.
    pub name: String,
    /// Resource name of the virtual machine; of an instance of a uniform scale set, `<set>_<number>`.
    pub vm: String,
    /// Resource group of both.
    pub resource_group: String,
    /// What the machine does.
    pub role: Role,
    /// Position in [`Company::vnets`].
    pub vnet: usize,
    /// Position in [`Vnet::subnets`].
    pub subnet: usize,
    /// Private address.
    pub address: Ipv4Addr,
    /// Second private address, in a subnet of both kinds.
    pub address_six: Option<Ipv6Addr>,
    /// Public address of the machine itself, if it has one.
    pub public_address: Option<Ipv4Addr>,
    /// Addresses of the pods that run on it.
    pub pods: Option<Pods>,
    /// Scale set that the machine belongs to.
    pub instance: Option<Instance>,
    /// Whether it forwards what is not its own.
    pub forwarding: bool,
    /// 12 hexadecimal digits in upper case.
    pub mac: String,
    /// Whether its host can encrypt virtual network traffic.
    pub hardware: Hardware,
    /// When the machine runs.
    pub uptime: Uptime,
    /// Its traffic in percent of what its siblings get.
    pub share_percent: u32,
    /// 0 for the company itself, else the number of a group of background machines. Roles talk within a cell.
    pub cell: u32,
}

/// Addresses of the pods on a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Pods {
    /// First address of the block.
    pub network: Ipv4Addr,
    /// Length of its prefix.
    pub length: u8,
    /// Position in [`Vnet::subnets`] of the subnet that the block is of; none for an overlay, whose addresses the
    /// virtual network does not know.
    pub subnet: Option<usize>,
}

/// A machine's place in a scale set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Instance {
    /// Position in [`Company::scale_sets`].
    pub scale_set: usize,
    /// Number in the set.
    pub number: u32,
}

/// What a machine does. Conversations are between roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Administrators' server in the application subnet.
    Operations,
    /// Desktop, deallocated outside office hours.
    Workstation,
    /// Application server.
    App,
    /// Web server behind the load balancers.
    Web,
    /// SQL server.
    Database,
    /// In-memory cache.
    Cache,
    /// Domain controller: names, time, directory.
    DomainController,
    /// Monitoring server.
    Monitor,
    /// Jump host with a public address.
    Jump,
    /// Nightly jobs.
    Batch,
    /// Shop front in the second region, with a public address.
    Shop,
    /// Reporting.
    Report,
    /// Copy of the database in the second region.
    Replica,
    /// Appliance that forwards between networks.
    Appliance,
    /// Server for everybody, in the hub.
    Shared,
    /// Payments, behind an internal load balancer and an application gateway.
    Payment,
    /// Renders receipts: instances of a uniform scale set.
    Render,
    /// Jobs: machines of a flexible scale set.
    Job,
    /// Kubernetes node whose pods are on an overlay.
    Node,
    /// Kubernetes node whose pods have blocks of a subnet.
    BlockNode,
    /// Machine with IPv4 and IPv6.
    Dual,
    /// Laboratory in the third region, with a public address.
    Lab,
    /// Laboratory without one.
    LabInner,
    /// Machine of the first acquired company.
    Till,
    /// Its server.
    TillServer,
    /// Machine of the second acquired company, with the addresses of the first.
    Stock,
    /// Its server.
    StockServer,
    /// Background machines: front ends.
    FleetFront,
    /// Background machines: application servers.
    FleetApp,
    /// Background machines: databases.
    FleetStore,
}

/// Whether a NIC's host can encrypt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Hardware {
    /// It can.
    Ready,
    /// The host lacks the hardware.
    Unsupported,
    /// The software on the host is not ready.
    NotReady,
    /// It could, and falls back to sending in the clear.
    FallsBack,
}

/// When a machine runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Uptime {
    /// Day and night.
    Always,
    /// Monday to Friday from 05:00 to 19:00 UTC.
    OfficeHours,
}

/// A scale set.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ScaleSet {
    /// Resource name.
    pub name: &'static str,
    /// Resource group; that of the network when blank.
    pub resource_group: &'static str,
    /// Position in [`Company::vnets`].
    pub vnet: usize,
    /// Whether its instances are resources below it; otherwise they are virtual machines of their own.
    pub uniform: bool,
}

/// A Kubernetes cluster.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Cluster {
    /// Resource name.
    pub name: &'static str,
    /// Position in [`Company::vnets`].
    pub vnet: usize,
    /// Group that holds the nodes.
    pub node_resource_group: &'static str,
    /// Name of its node pool.
    pub pool: &'static str,
    /// Name of the subnet of the nodes.
    pub node_subnet: &'static str,
    /// Name of the subnet of the pods, when they have addresses of the network.
    pub pod_subnet: Option<&'static str>,
    /// Addresses of pods on an overlay.
    pub pod_prefix: Option<&'static str>,
    /// Addresses of services in the cluster.
    pub service_prefix: &'static str,
}

impl Company {
    /// The company with a number of background machines beside it.
    pub fn new(background_nics: u32) -> Self {
        let mut company = company::planted();
        fleet::add(&mut company, background_nics);
        company
    }

    /// The subscription of a virtual network.
    pub fn subscription_of(&self, vnet: &Vnet) -> &Subscription {
        &self.subscriptions[vnet.subscription]
    }

    /// Position in a network of a subnet.
    pub(crate) fn subnet_of(&self, vnet: usize, name: &str) -> usize {
        self.vnets[vnet].subnets.iter().position(|subnet| subnet.name == name).unwrap_or_default()
    }

    /// Position in [`Company::nics`] of a virtual machine.
    pub fn nic_of(&self, vm: &str) -> Option<usize> {
        self.nics.iter().position(|nic| nic.vm == vm)
    }
}
