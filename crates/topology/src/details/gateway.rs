//! VPN and ExpressRoute gateways, their connections, sites' gateways and circuits.

use std::collections::HashMap;

use super::Detail;
use super::lookup::{Lookup, network_of, texts};
use crate::{Inventory, VirtualNetworkGateway, relative_resource_id, short_resource_id};

pub(super) fn rows(inventory: &Inventory, lookup: &Lookup<'_>, rows: &mut Vec<Detail>) {
    let gateways: HashMap<&str, &VirtualNetworkGateway> =
        inventory.virtual_network_gateways.iter().map(|it| (it.header.id.as_str(), it)).collect();
    for gateway in &inventory.virtual_network_gateways {
        let mut row = Detail::of("VirtualNetworkGateway", &gateway.header);
        let ends = lookup.ends(&gateway.ip_configurations);
        row.text("GatewayType", &gateway.kind);
        row.text("VirtualSubnetwork", ends.subnets.first().cloned().unwrap_or_default());
        row.list("VipAddress", ends.public.iter().cloned());
        row.text("IpAddress", ends.public.first().cloned().unwrap_or_default());
        row.list("VpnClientAddressPrefixes", texts(&gateway.client_prefixes));
        row.truth("BgpEnabled", gateway.bgp);
        rows.push(row);
    }
    let short = |id: &Option<String>| id.as_deref().map(short_resource_id).unwrap_or_default();
    // The network of a gateway is that of the subnet its parts are in.
    let network = |id: &Option<String>| -> String {
        let gateway = id.as_deref().and_then(|id| gateways.get(id));
        let subnet =
            gateway.and_then(|it| it.ip_configurations.iter().find_map(|part| part.subnet.as_deref()));
        subnet.and_then(network_of).map(short_resource_id).unwrap_or_default()
    };
    for connection in &inventory.connections {
        let mut row = Detail::of("VirtualNetworkGatewayConnection", &connection.header);
        row.text("ConnectionType", &connection.kind);
        row.text("GatewayConnectionType", &connection.kind);
        row.text("VirtualNetworkGateway1", short(&connection.gateway1));
        row.text("VirtualNetworkGateway2", short(&connection.gateway2));
        row.text("VirtualNetwork1", network(&connection.gateway1));
        row.text("VirtualNetwork2", network(&connection.gateway2));
        row.text("LocalNetworkGateway", short(&connection.local_network_gateway));
        row.text("ConnectionStatus", &connection.status);
        row.number("RoutingWeight", connection.routing_weight);
        row.truth("BgpEnabled", connection.bgp);
        row.number("EgressBytesTransferred", connection.egress_bytes);
        row.number("IngressBytesTransferred", connection.ingress_bytes);
        rows.push(row);
    }
    for gateway in &inventory.local_network_gateways {
        let mut row = Detail::of("LocalNetworkGateway", &gateway.header);
        row.list("AddressPrefixes", texts(&gateway.prefixes));
        row.list("SubnetPrefixes", texts(&gateway.prefixes));
        row.text("IpAddress", &gateway.address);
        row.number("PeerAsn", gateway.asn);
        rows.push(row);
    }
    for circuit in &inventory.circuits {
        let header = &circuit.header;
        let mut row = Detail::of("ExpressRouteCircuit", header);
        let sku = [header.sku.family.as_str(), &header.sku.name, &header.sku.tier];
        if sku.iter().any(|part| !part.is_empty()) {
            row.text("SkuDetail", sku.join(";"));
        }
        row.text("CircuitProvisioningState", &circuit.circuit_state);
        row.text("ServiceProviderProvisioningState", &circuit.provider_state);
        if !circuit.provider.is_empty() {
            let bandwidth = circuit.bandwidth_mbps.map(|mbps| mbps.to_string()).unwrap_or_default();
            let provider = format!("{};{bandwidth};{}", circuit.provider, circuit.peering_location);
            row.text("ServiceProviderProperties", provider);
        }
        rows.push(row);
        for peering in &circuit.peerings {
            let name = relative_resource_id(&peering.id);
            let mut row = Detail::new("ExpressRouteCircuitPeering", &peering.id, name, &header.region);
            row.text("PeeringType", &peering.kind);
            row.text("State", &peering.state);
            row.number("PeerAsn", peering.peer_asn);
            row.number("AzureAsn", peering.azure_asn);
            row.number("VlanId", peering.vlan_id);
            row.text("PrimaryAzurePort", &peering.azure_ports[0]);
            row.text("SecondaryAzurePort", &peering.azure_ports[1]);
            row.text("PrimaryPeerAddressPrefix", &peering.peer_prefixes[0]);
            row.text("SecondaryPeerAddressPrefix", &peering.peer_prefixes[1]);
            row.list("AddressPrefixes", texts(&peering.advertised_prefixes));
            rows.push(row);
        }
    }
}
