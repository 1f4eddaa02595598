//! What stands between networks and around them, in the form others read.

use std::net::Ipv4Addr;

use serde::Serialize;

use super::company;
use super::resources::Role;

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
    /// Position in [`Vnet::subnets`] of the subnet of a private frontend.
    pub subnet: Option<usize>,
    /// Positions of the backends in [`Company::nics`].
    pub backends: Vec<usize>,
}

/// An application gateway.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ApplicationGateway {
    /// Resource name.
    pub name: &'static str,
    /// Position in [`Company::vnets`].
    pub vnet: usize,
    /// Name of the subnet that its instances and its private frontend are in.
    pub subnet: &'static str,
    /// Private frontend.
    pub frontend: Ipv4Addr,
    /// Public frontend.
    pub public_frontend: Ipv4Addr,
    /// What it stands in front of.
    pub backends: Role,
}

/// A private endpoint.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct PrivateEndpoint {
    /// Resource name.
    pub name: &'static str,
    /// Position in [`Company::vnets`].
    pub vnet: usize,
    /// Name of its subnet.
    pub subnet: &'static str,
    /// Its address.
    pub address: Ipv4Addr,
    /// Type of the resource behind it, `Microsoft.Storage/storageAccounts`.
    pub target_type: &'static str,
    /// Name of the resource behind it, in the same group.
    pub target: &'static str,
    /// Part of the resource, `blob`.
    pub part: &'static str,
}

/// A route table.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct RouteTable {
    /// Resource name.
    pub name: &'static str,
    /// Position in [`Company::vnets`].
    pub vnet: usize,
    /// Names of the subnets that it guides.
    pub subnets: &'static [&'static str],
    /// Its routes.
    pub routes: &'static [Route],
}

/// A route.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Route {
    /// Resource name.
    pub name: &'static str,
    /// Where it leads, a prefix or a tag.
    pub prefix: &'static str,
    /// `VirtualAppliance`, `Internet`, `None`.
    pub next_hop: &'static str,
    /// Address of an appliance.
    pub appliance: Option<Ipv4Addr>,
}

/// A peering between two virtual networks, positions in [`Company::vnets`].
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Peering {
    /// Resource name on the first side.
    pub name: &'static str,
    /// Resource name on the second side.
    pub name_back: &'static str,
    /// First side.
    pub vnet1: usize,
    /// Second side.
    pub vnet2: usize,
    /// Whether the second side uses the gateway of the first.
    pub shares_gateway: bool,
}

/// A gateway of a virtual network.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Gateway {
    /// Resource name.
    pub name: &'static str,
    /// `Vpn` or `ExpressRoute`.
    pub kind: &'static str,
    /// Position in [`Company::vnets`].
    pub vnet: usize,
    /// Its public address.
    pub public_address: Ipv4Addr,
    /// Addresses that its clients get.
    pub clients: Option<&'static str>,
}

/// A connection of a gateway, in the group of its network.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Connection {
    /// Resource name.
    pub name: &'static str,
    /// Position in [`Company::gateways`].
    pub gateway: usize,
    /// What is at its other end.
    pub to: Peer,
}

/// The other end of a gateway's connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Peer {
    /// A gateway, position in [`Company::gateways`].
    Gateway(usize),
    /// A site's gateway, position in [`Company::local_gateways`].
    LocalGateway(usize),
    /// A circuit, position in [`Company::circuits`].
    Circuit(usize),
}

/// Azure's idea of a gateway at a site.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct LocalGateway {
    /// Resource name.
    pub name: &'static str,
    /// Position in [`Company::vnets`] of the network in whose group it is.
    pub vnet: usize,
    /// Address space behind it.
    pub prefix: &'static str,
    /// Its public address.
    pub public_address: Ipv4Addr,
}

/// A place of the customer outside Azure.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Site {
    /// Name.
    pub name: &'static str,
    /// Address space, `10.4.0.0/16`.
    pub prefix: &'static str,
    /// `vpn`, `express_route`, `virtual_wan`.
    pub via: &'static str,
    /// Name of the connection or circuit, with the network in whose group it is.
    pub connection: Option<(usize, &'static str)>,
}

/// Addresses of VPN clients that no gateway describes.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ClientPool {
    /// Name.
    pub name: &'static str,
    /// Addresses that clients get.
    pub prefix: &'static str,
}

/// An ExpressRoute circuit with private peering.
#[derive(Debug, Clone, Copy, Serialize)]
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

/// A group of the network manager.
#[derive(Debug, Clone, Serialize)]
pub struct NetworkGroup {
    /// Resource name.
    pub name: &'static str,
    /// Networks that belong to it, positions in [`Company::vnets`].
    pub vnets: Vec<usize>,
    /// Subnets that belong to it, by network and name.
    pub subnets: Vec<(usize, &'static str)>,
    /// Whether the security-admin rules apply to it.
    pub guarded: bool,
}

impl PrivateEndpoint {
    /// Name of its interface: Azure makes it up.
    pub(crate) fn interface_name(&self) -> String {
        format!("{}.nic.{}", self.name, company::guid(self.name))
    }
}
