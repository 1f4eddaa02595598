//! Public addresses, private endpoints, firewalls, bastions, NAT gateways.

use super::lookup::Lookup;
use super::{Detail, private_link};
use crate::{Header, Inventory, IpConfiguration, relative_resource_id};

pub(super) fn rows(inventory: &Inventory, lookup: &Lookup<'_>, rows: &mut Vec<Detail>) {
    for ip in &inventory.public_ips {
        let mut row = Detail::of("PublicIpAddress", &ip.header);
        let address = ip.address.map(|address| address.to_string()).unwrap_or_default();
        row.text("IpAddress", &address);
        row.text("PublicIpAddresses", address);
        rows.push(row);
    }
    for endpoint in &inventory.private_endpoints {
        let mut row = Detail::of("PrivateEndpoint", &endpoint.header);
        row.text("Subnetwork", endpoint.subnet.as_deref().map(relative_resource_id).unwrap_or_default());
        row.list("PrivateIpAddresses", endpoint.addresses.iter().map(ToString::to_string));
        row.text("PrivateEndpointResourceId", relative_resource_id(&endpoint.header.id));
        row.text("PrivateLinkResourceId", endpoint.target.as_deref().map(private_link).unwrap_or_default());
        row.text("ConnectionStatus", &endpoint.connection_state);
        rows.push(row);
    }
    for firewall in &inventory.firewalls {
        let mut row = placed("AzureFirewall", &firewall.header, &firewall.ip_configurations, lookup);
        row.truth("IsVirtualAppliance", Some(true));
        rows.push(row);
    }
    for bastion in &inventory.bastions {
        rows.push(placed("BastionHost", &bastion.header, &bastion.ip_configurations, lookup));
    }
    for gateway in &inventory.nat_gateways {
        let mut row = Detail::of("NatGateway", &gateway.header);
        let addresses = gateway.public_ips.iter().filter_map(|id| lookup.public_address(id));
        row.list("PublicIpAddresses", addresses.map(|address| address.to_string()));
        rows.push(row);
    }
}

fn placed(kind: &'static str, header: &Header, parts: &[IpConfiguration], lookup: &Lookup<'_>) -> Detail {
    let mut row = Detail::of(kind, header);
    let ends = lookup.ends(parts);
    row.text("Subnetwork", ends.subnets.into_iter().next().unwrap_or_default());
    row.list("PrivateIpAddresses", ends.private);
    row.list("PublicIpAddresses", ends.public);
    row
}
