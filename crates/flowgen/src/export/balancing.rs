//! Load balancers, application gateways, private endpoints and what is behind them.

use std::io;

use serde_json::{Value, json};

use super::interfaces::endpoint_interface_id;
use super::row::{configuration_id, part, public_address, public_address_id, reference, row};
use super::{Export, Rows};
use crate::model::{ApplicationGateway, Company, LoadBalancer, PrivateEndpoint, guid};

const PORTS: [u16; 2] = [80, 443];

pub(super) fn rows(export: &Export<'_>, rows: &mut Rows<'_>) -> io::Result<()> {
    let company = export.company;
    for balancer in &company.load_balancers {
        rows(load_balancer(company, balancer))?;
        if balancer.subnet.is_none() {
            let id = company.network_id(balancer.vnet, "loadBalancers", balancer.name);
            let frontend = format!("{id}/frontendIPConfigurations/frontend");
            let name = format!("pip-{}", balancer.name);
            rows(public_address(company, balancer.vnet, &name, balancer.frontend, &frontend))?;
        }
    }
    for gateway in &company.application_gateways {
        rows(application_gateway(company, gateway))?;
        let id = company.network_id(gateway.vnet, "applicationGateways", gateway.name);
        let frontend = format!("{id}/frontendIPConfigurations/public");
        let name = format!("pip-{}", gateway.name);
        rows(public_address(company, gateway.vnet, &name, gateway.public_frontend, &frontend))?;
    }
    for endpoint in &company.private_endpoints {
        rows(private_endpoint(company, endpoint))?;
        rows(target(company, endpoint))?;
    }
    Ok(())
}

fn load_balancer(company: &Company, balancer: &LoadBalancer) -> Value {
    let id = company.network_id(balancer.vnet, "loadBalancers", balancer.name);
    let frontend = match balancer.subnet {
        Some(subnet) => json!({
            "provisioningState": "Succeeded",
            "privateIPAddress": balancer.frontend,
            "privateIPAddressVersion": "IPv4",
            "privateIPAllocationMethod": "Static",
            "subnet": { "id": company.subnet_id(balancer.vnet, subnet) },
        }),
        None => json!({
            "provisioningState": "Succeeded",
            "privateIPAllocationMethod": "Dynamic",
            "publicIPAddress": {
                "id": public_address_id(company, balancer.vnet, &format!("pip-{}", balancer.name)),
            },
        }),
    };
    let backends: Vec<Value> = balancer
        .backends
        .iter()
        .map(|&nic| reference(&configuration_id(company, &company.nics[nic])))
        .collect();
    let rules = PORTS.map(|port| {
        part(
            &id,
            "loadBalancingRules",
            &format!("tcp-{port}"),
            json!({
                "provisioningState": "Succeeded",
                "frontendIPConfiguration": { "id": format!("{id}/frontendIPConfigurations/frontend") },
                "backendAddressPool": { "id": format!("{id}/backendAddressPools/backend") },
                "probe": { "id": format!("{id}/probes/health") },
                "protocol": "Tcp",
                "frontendPort": port,
                "backendPort": port,
                "enableFloatingIP": false,
                "idleTimeoutInMinutes": 4,
                "loadDistribution": "Default",
            }),
        )
    });
    let health = json!({
        "provisioningState": "Succeeded",
        "protocol": "Http",
        "port": 80,
        "requestPath": "/health",
        "intervalInSeconds": 15,
        "numberOfProbes": 2,
    });
    let properties = json!({
        "provisioningState": "Succeeded",
        "resourceGuid": guid(&id),
        "frontendIPConfigurations": [part(&id, "frontendIPConfigurations", "frontend", frontend)],
        "backendAddressPools": [part(&id, "backendAddressPools", "backend", json!({
            "provisioningState": "Succeeded",
            "backendIPConfigurations": backends,
        }))],
        "loadBalancingRules": rules,
        "probes": [part(&id, "probes", "health", health)],
        "inboundNatRules": [],
        "outboundRules": [],
    });
    let sku = json!({ "name": "Standard", "tier": "Regional" });
    row(company, balancer.vnet, &id, sku, Value::Null, properties)
}

fn application_gateway(company: &Company, gateway: &ApplicationGateway) -> Value {
    let id = company.network_id(gateway.vnet, "applicationGateways", gateway.name);
    let subnet = company.subnet_id(gateway.vnet, company.subnet_of(gateway.vnet, gateway.subnet));
    let private = json!({
        "provisioningState": "Succeeded",
        "privateIPAddress": gateway.frontend,
        "privateIPAllocationMethod": "Static",
        "subnet": { "id": subnet },
    });
    let public = json!({
        "provisioningState": "Succeeded",
        "privateIPAllocationMethod": "Dynamic",
        "publicIPAddress": {
            "id": public_address_id(company, gateway.vnet, &format!("pip-{}", gateway.name)),
        },
    });
    let backends: Vec<Value> = company
        .nics
        .iter()
        .filter(|nic| nic.role == gateway.backends)
        .map(|nic| reference(&configuration_id(company, nic)))
        .collect();
    let properties = json!({
        "provisioningState": "Succeeded",
        "resourceGuid": guid(&id),
        "operationalState": "Running",
        "sku": { "name": "WAF_v2", "tier": "WAF_v2", "family": "Generation_1", "capacity": 2 },
        "gatewayIPConfigurations": [part(&id, "gatewayIPConfigurations", "instances", json!({
            "provisioningState": "Succeeded",
            "subnet": { "id": subnet },
        }))],
        "frontendIPConfigurations": [
            part(&id, "frontendIPConfigurations", "private", private),
            part(&id, "frontendIPConfigurations", "public", public),
        ],
        "frontendPorts": [part(&id, "frontendPorts", "https", json!({ "port": 443 }))],
        "backendAddressPools": [part(&id, "backendAddressPools", "backend", json!({
            "provisioningState": "Succeeded",
            "backendIPConfigurations": backends,
            "backendAddresses": [],
        }))],
        "backendHttpSettingsCollection": [part(&id, "backendHttpSettingsCollection", "http", json!({
            "port": 8080,
            "protocol": "Http",
        }))],
        "httpListeners": [super::compute::named(&id, "httpListeners", "https")],
        "requestRoutingRules": [super::compute::named(&id, "requestRoutingRules", "payments")],
    });
    row(company, gateway.vnet, &id, Value::Null, json!(["1", "2", "3"]), properties)
}

fn target_id(company: &Company, endpoint: &PrivateEndpoint) -> String {
    let (provider, kind) = endpoint.target_type.split_once('/').unwrap_or((endpoint.target_type, ""));
    company.id(endpoint.vnet, provider, kind, endpoint.target)
}

fn private_endpoint(company: &Company, endpoint: &PrivateEndpoint) -> Value {
    let id = company.network_id(endpoint.vnet, "privateEndpoints", endpoint.name);
    let connection = part(
        &id,
        "privateLinkServiceConnections",
        endpoint.name,
        json!({
            "provisioningState": "Succeeded",
            "privateLinkServiceId": target_id(company, endpoint),
            "groupIds": [endpoint.part],
            "privateLinkServiceConnectionState": {
                "status": "Approved",
                "description": "Auto-Approved",
                "actionsRequired": "None",
            },
        }),
    );
    let subnet = company.subnet_id(endpoint.vnet, company.subnet_of(endpoint.vnet, endpoint.subnet));
    let properties = json!({
        "provisioningState": "Succeeded",
        "resourceGuid": guid(&id),
        "subnet": { "id": subnet },
        "networkInterfaces": [reference(&endpoint_interface_id(company, endpoint))],
        "privateLinkServiceConnections": [connection],
        "manualPrivateLinkServiceConnections": [],
        "customDnsConfigs": [{ "fqdn": format!("{}.example", endpoint.target), "ipAddresses": [endpoint.address] }],
        "ipConfigurations": [],
    });
    row(company, endpoint.vnet, &id, Value::Null, Value::Null, properties)
}

/// The resource behind a private endpoint.
fn target(company: &Company, endpoint: &PrivateEndpoint) -> Value {
    let properties = json!({ "provisioningState": "Succeeded", "publicNetworkAccess": "Disabled" });
    row(company, endpoint.vnet, &target_id(company, endpoint), Value::Null, Value::Null, properties)
}
