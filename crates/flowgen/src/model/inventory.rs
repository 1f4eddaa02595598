//! The company in the form others read.

use std::net::Ipv4Addr;

use serde::Serialize;

use super::{company, fleet};

/// Everything that exists in the generated company.
#[derive(Debug, Clone, Serialize)]
pub struct Company {
    /// Name of the company.
    pub name: &'static str,
    /// Azure subscriptions.
    pub subscriptions: Vec<Subscription>,
    /// Virtual networks, each with one flow log.
    pub vnets: Vec<Vnet>,
    /// Network interfaces, in the order of `vnets` and their subnets.
    pub nics: Vec<Nic>,
    /// Load balancers.
    pub load_balancers: Vec<LoadBalancer>,
    /// Peerings between virtual networks.
    pub peerings: Vec<Peering>,
    /// Sites of the customer outside Azure.
    pub sites: Vec<Site>,
    /// ExpressRoute circuits to the sites.
    pub circuits: Vec<Circuit>,
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
    pub prefix: String,
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
    /// Address prefix, `10.1.1.0/27`.
    pub prefix: String,
    /// Network security group; none on a gateway subnet.
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
    /// Resource name of the virtual machine.
    pub vm: String,
    /// What the machine does.
    pub role: Role,
    /// Position in [`Company::vnets`].
    pub vnet: usize,
    /// Position in [`Vnet::subnets`].
    pub subnet: usize,
    /// Private address.
    pub address: Ipv4Addr,
    /// Public address of the machine itself, if it has one.
    pub public_address: Option<Ipv4Addr>,
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

/// A load balancer.
///
/// Its clients log the frontend as destination, its backends their own address.
#[derive(Debug, Clone, Serialize)]
pub struct LoadBalancer {
    /// Resource name.
    pub name: &'static str,
    /// Position of its network in [`Company::vnets`].
    pub vnet: usize,
    /// Frontend address, private or public.
    pub frontend: Ipv4Addr,
    /// Positions of the backends in [`Company::nics`].
    pub backends: Vec<usize>,
}

/// A peering between two virtual networks, positions in [`Company::vnets`].
#[derive(Debug, Clone, Serialize)]
pub struct Peering {
    /// Resource name on the first side.
    pub name: &'static str,
    /// First side.
    pub vnet1: usize,
    /// Second side.
    pub vnet2: usize,
}

/// A place of the customer outside Azure.
#[derive(Debug, Clone, Serialize)]
pub struct Site {
    /// Name.
    pub name: &'static str,
    /// Address space, `10.4.0.0/16`.
    pub prefix: &'static str,
}

/// An ExpressRoute circuit with private peering.
#[derive(Debug, Clone, Serialize)]
pub struct Circuit {
    /// Resource name.
    pub name: &'static str,
    /// Position in [`Company::sites`].
    pub site: usize,
    /// Position in [`Company::vnets`] of the network with the gateway.
    pub vnet: usize,
    /// Peering type as the analytics tables spell it.
    pub peering_type: &'static str,
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

    /// Position in [`Company::nics`] of a virtual machine.
    pub fn nic_of(&self, vm: &str) -> Option<usize> {
        self.nics.iter().position(|nic| nic.vm == vm)
    }
}
