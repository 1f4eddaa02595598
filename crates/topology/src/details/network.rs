//! Networks, subnets, peerings, route tables and routes.

use super::Detail;
use super::lookup::{Lookup, storage, subnet_texts, texts};
use crate::{Inventory, relative_resource_id, short_resource_id};

pub(super) fn rows(inventory: &Inventory, lookup: &Lookup<'_>, rows: &mut Vec<Detail>) {
    for network in &inventory.virtual_networks {
        let header = &network.header;
        let mut row = Detail::of("VirtualNetwork", header);
        row.list("AddressPrefixes", texts(&network.prefixes));
        row.truth("EncryptionEnabled", network.encryption);
        row.text("EncryptionEnforcement", &network.encryption_enforcement);
        if let Some(log) = lookup.own_log(&header.id) {
            row.truth("IsFlowEnabled", Some(true));
            row.text("FlowLogStorageAccount", storage(log));
        }
        rows.push(row);
        for subnet in &network.subnets {
            let name = relative_resource_id(&subnet.id);
            let mut row = Detail::new("VirtualSubnetwork", &subnet.id, name, &header.region);
            row.list("AddressPrefixes", subnet_texts(subnet));
            row.list("SubnetPrefixes", subnet_texts(subnet));
            row.text(
                "Nsg",
                subnet.network_security_group.as_deref().map(relative_resource_id).unwrap_or_default(),
            );
            row.text(
                "RouteTable",
                subnet.route_table.as_deref().map(relative_resource_id).unwrap_or_default(),
            );
            if let Some(log) = lookup.log_of(None, Some(&subnet.id)) {
                row.truth("IsFlowEnabled", Some(true));
                row.text("FlowLogStorageAccount", storage(log));
            }
            rows.push(row);
        }
        for peering in &network.peerings {
            let name = relative_resource_id(&peering.id);
            let mut row = Detail::new("VirtualNetworkPeering", &peering.id, name, &header.region);
            row.text("VirtualNetwork1", short_resource_id(&header.id));
            row.text(
                "VirtualNetwork2",
                peering.remote_network.as_deref().map(short_resource_id).unwrap_or_default(),
            );
            row.list("AddressPrefixes", texts(&peering.remote_prefixes));
            row.text("ConnectionStatus", &peering.state);
            row.truth("AllowVirtualNetworkAccess", peering.allow_virtual_network_access);
            row.truth("AllowForwardedTraffic", peering.allow_forwarded_traffic);
            row.truth("AllowGatewayTransit", peering.allow_gateway_transit);
            row.truth("UseRemoteGateways", peering.use_remote_gateways);
            rows.push(row);
        }
    }
    for table in &inventory.route_tables {
        rows.push(Detail::of("RouteTable", &table.header));
        for route in &table.routes {
            let name = relative_resource_id(&route.id);
            let mut row = Detail::new("Route", &route.id, name, &table.header.region);
            row.text("RouteTable", relative_resource_id(&table.header.id));
            row.text("AddressPrefixes", &route.prefix);
            row.text("NextHopType", &route.next_hop_type);
            row.text("NextHopIp", route.next_hop_ip.map(|ip| ip.to_string()).unwrap_or_default());
            rows.push(row);
        }
    }
}
