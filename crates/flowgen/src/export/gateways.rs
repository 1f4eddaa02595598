//! VPN and ExpressRoute gateways, their connections, and what is at the other end.

use std::io;

use serde_json::{Value, json};

use super::row::{part, public_address, public_address_id, row};
use super::{Export, Rows};
use crate::model::{Circuit, Company, Connection, Gateway, LocalGateway, Peer, guid};

/// Autonomous system of Microsoft's edge, and one of the private range for the customer.
const AZURE_ASN: u32 = 12_076;
const CUSTOMER_ASN: u32 = 65_010;

pub(super) fn rows(export: &Export<'_>, rows: &mut Rows<'_>) -> io::Result<()> {
    let company = export.company;
    for gateway in &company.gateways {
        let id = gateway_id(company, gateway);
        rows(virtual_network_gateway(company, gateway, &id))?;
        let (name, configuration) =
            (format!("pip-{}", gateway.name), format!("{id}/ipConfigurations/default"));
        rows(public_address(company, gateway.vnet, &name, gateway.public_address, &configuration))?;
    }
    for local in &company.local_gateways {
        rows(local_network_gateway(company, local))?;
    }
    for circuit in &company.circuits {
        rows(self::circuit(company, circuit))?;
    }
    for connection in &company.connections {
        rows(self::connection(company, connection))?;
    }
    Ok(())
}

fn gateway_id(company: &Company, gateway: &Gateway) -> String {
    company.network_id(gateway.vnet, "virtualNetworkGateways", gateway.name)
}

fn virtual_network_gateway(company: &Company, gateway: &Gateway, id: &str) -> Value {
    let subnet = company.subnet_id(gateway.vnet, company.subnet_of(gateway.vnet, "GatewaySubnet"));
    let configuration = part(
        id,
        "ipConfigurations",
        "default",
        json!({
            "provisioningState": "Succeeded",
            "privateIPAllocationMethod": "Dynamic",
            "publicIPAddress": {
                "id": public_address_id(company, gateway.vnet, &format!("pip-{}", gateway.name)),
            },
            "subnet": { "id": subnet },
        }),
    );
    let name = if gateway.kind == "Vpn" { "VpnGw2AZ" } else { "ErGw1AZ" };
    let mut properties = json!({
        "provisioningState": "Succeeded",
        "resourceGuid": guid(id),
        "gatewayType": gateway.kind,
        "vpnType": "RouteBased",
        "enableBgp": false,
        "activeActive": false,
        "sku": { "name": name, "tier": name, "capacity": 2 },
        "ipConfigurations": [configuration],
    });
    if let Some(clients) = gateway.clients {
        properties["vpnClientConfiguration"] = json!({
            "vpnClientAddressPool": { "addressPrefixes": [clients] },
            "vpnClientProtocols": ["OpenVPN"],
            "vpnAuthenticationTypes": ["AAD"],
            "vpnClientRootCertificates": [],
            "vpnClientRevokedCertificates": [],
        });
    }
    row(company, gateway.vnet, id, Value::Null, Value::Null, properties)
}

fn local_gateway_id(company: &Company, local: &LocalGateway) -> String {
    company.network_id(local.vnet, "localNetworkGateways", local.name)
}

fn local_network_gateway(company: &Company, local: &LocalGateway) -> Value {
    let id = local_gateway_id(company, local);
    let properties = json!({
        "provisioningState": "Succeeded",
        "resourceGuid": guid(&id),
        "localNetworkAddressSpace": { "addressPrefixes": [local.prefix] },
        "gatewayIpAddress": local.public_address,
    });
    row(company, local.vnet, &id, Value::Null, Value::Null, properties)
}

fn circuit_id(company: &Company, circuit: &Circuit) -> String {
    company.network_id(circuit.vnet, "expressRouteCircuits", circuit.name)
}

fn circuit(company: &Company, circuit: &Circuit) -> Value {
    let id = circuit_id(company, circuit);
    let peering = part(
        &id,
        "peerings",
        circuit.peering_type,
        json!({
            "provisioningState": "Succeeded",
            "peeringType": circuit.peering_type,
            "state": "Enabled",
            "azureASN": AZURE_ASN,
            "peerASN": CUSTOMER_ASN,
            "vlanId": 200,
            "primaryAzurePort": "AMS-06GMR-CIS-1-PRI-A",
            "secondaryAzurePort": "AMS-06GMR-CIS-2-SEC-A",
            "primaryPeerAddressPrefix": "192.168.215.0/30",
            "secondaryPeerAddressPrefix": "192.168.215.4/30",
            "lastModifiedBy": "Customer",
            "connections": [],
            "peeredConnections": [],
        }),
    );
    let properties = json!({
        "provisioningState": "Succeeded",
        "circuitProvisioningState": "Enabled",
        "serviceProviderProvisioningState": "Provisioned",
        "serviceProviderProperties": {
            "serviceProviderName": "Equinix",
            "peeringLocation": "Amsterdam",
            "bandwidthInMbps": 500,
        },
        "serviceKey": guid(&id),
        "allowClassicOperations": false,
        "globalReachEnabled": false,
        "peerings": [peering],
        "authorizations": [],
    });
    let sku = json!({ "name": "Standard_MeteredData", "tier": "Standard", "family": "MeteredData" });
    row(company, circuit.vnet, &id, sku, Value::Null, properties)
}

fn connection(company: &Company, connection: &Connection) -> Value {
    let gateway = &company.gateways[connection.gateway];
    let id = company.network_id(gateway.vnet, "connections", connection.name);
    let mut properties = json!({
        "provisioningState": "Succeeded",
        "resourceGuid": guid(&id),
        "virtualNetworkGateway1": { "id": gateway_id(company, gateway) },
        "connectionStatus": "Connected",
        "routingWeight": 0,
        "enableBgp": false,
        "egressBytesTransferred": 48_210_377_112_u64,
        "ingressBytesTransferred": 91_733_004_561_u64,
        "expressRouteGatewayBypass": false,
        "usePolicyBasedTrafficSelectors": false,
    });
    let (kind, at, to) = match connection.to {
        Peer::Gateway(other) => {
            ("Vnet2Vnet", "virtualNetworkGateway2", gateway_id(company, &company.gateways[other]))
        }
        Peer::LocalGateway(local) => {
            ("IPsec", "localNetworkGateway2", local_gateway_id(company, &company.local_gateways[local]))
        }
        Peer::Circuit(circuit) => ("ExpressRoute", "peer", circuit_id(company, &company.circuits[circuit])),
    };
    properties["connectionType"] = json!(kind);
    properties[at] = json!({ "id": to });
    row(company, gateway.vnet, &id, Value::Null, Value::Null, properties)
}
