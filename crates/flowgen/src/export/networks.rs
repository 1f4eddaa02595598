//! Networks with their subnets and peerings, route tables, flow logs and their storage.

use std::io;

use serde_json::{Value, json};

use super::row::{nsg_id, part, reference, row};
use super::{Export, Rows};
use crate::blob::{Generation, generations};
use crate::model::{Company, Vnet, guid};

pub(super) fn rows(export: &Export<'_>, rows: &mut Rows<'_>) -> io::Result<()> {
    let company = export.company;
    for (position, vnet) in company.vnets.iter().enumerate() {
        rows(network(export, position, vnet))?;
    }
    for table in &company.route_tables {
        let id = company.network_id(table.vnet, "routeTables", table.name);
        let routes = table.routes.iter().map(|route| {
            part(
                &id,
                "routes",
                route.name,
                json!({
                    "provisioningState": "Succeeded",
                    "addressPrefix": route.prefix,
                    "nextHopType": route.next_hop,
                    "nextHopIpAddress": route.appliance,
                    "hasBgpOverride": false,
                }),
            )
        });
        let subnets = table
            .subnets
            .iter()
            .map(|name| reference(&company.subnet_id(table.vnet, company.subnet_of(table.vnet, name))));
        let properties = json!({
            "provisioningState": "Succeeded",
            "resourceGuid": guid(&id),
            "disableBgpRoutePropagation": false,
            "routes": routes.collect::<Vec<_>>(),
            "subnets": subnets.collect::<Vec<_>>(),
        });
        rows(row(company, table.vnet, &id, Value::Null, Value::Null, properties))?;
    }
    for (position, vnet) in company.vnets.iter().enumerate() {
        for flow_log in flow_logs(export, position, vnet) {
            rows(flow_log)?;
        }
    }
    storage_accounts(company, rows)
}

fn network(export: &Export<'_>, position: usize, vnet: &Vnet) -> Value {
    let company = export.company;
    let id = company.network_id(position, "virtualNetworks", &vnet.name);
    let subnets = vnet.subnets.iter().enumerate().map(|(number, subnet)| {
        let table = company
            .route_tables
            .iter()
            .find(|table| table.vnet == position && table.subnets.contains(&subnet.name.as_str()));
        let mut properties = json!({
            "provisioningState": "Succeeded",
            "addressPrefix": subnet.prefixes[0],
            "delegations": [],
            "serviceEndpoints": [],
            "privateEndpointNetworkPolicies": "Disabled",
            "privateLinkServiceNetworkPolicies": "Enabled",
        });
        if subnet.prefixes.len() > 1 {
            // Several prefixes stand in a list, and the single one is left out.
            properties["addressPrefixes"] = json!(subnet.prefixes);
            properties.as_object_mut().and_then(|properties| properties.shift_remove("addressPrefix"));
        }
        if let Some(nsg) = &subnet.nsg {
            properties["networkSecurityGroup"] = reference(&nsg_id(company, position, &nsg.name));
        }
        if let Some(table) = table {
            properties["routeTable"] = reference(&company.network_id(position, "routeTables", table.name));
        }
        json!({
            "id": company.subnet_id(position, number),
            "name": subnet.name,
            "type": "Microsoft.Network/virtualNetworks/subnets",
            "properties": properties,
        })
    });
    let properties = json!({
        "provisioningState": "Succeeded",
        "resourceGuid": guid(&id),
        "addressSpace": { "addressPrefixes": vnet.prefixes },
        "subnets": subnets.collect::<Vec<_>>(),
        "virtualNetworkPeerings": peerings(company, position, &id),
        "enableDdosProtection": false,
        "encryption": { "enabled": vnet.encryption, "enforcement": "AllowUnencrypted" },
    });
    row(company, position, &id, Value::Null, Value::Null, properties)
}

fn peerings(company: &Company, position: usize, id: &str) -> Vec<Value> {
    let ends = company.peerings.iter().flat_map(|peering| {
        let there = (peering.name, peering.vnet1, peering.vnet2, peering.shares_gateway, false);
        let back = (peering.name_back, peering.vnet2, peering.vnet1, false, peering.shares_gateway);
        [there, back]
    });
    let mine = ends.filter(|&(_, vnet, ..)| vnet == position);
    mine.map(|(name, _, other, lends, borrows)| {
        let remote = &company.vnets[other];
        part(
            id,
            "virtualNetworkPeerings",
            name,
            json!({
                "provisioningState": "Succeeded",
                "resourceGuid": guid(name),
                "peeringState": "Connected",
                "peeringSyncLevel": "FullyInSync",
                "remoteVirtualNetwork": { "id": company.network_id(other, "virtualNetworks", &remote.name) },
                "remoteAddressSpace": { "addressPrefixes": remote.prefixes },
                "remoteVirtualNetworkAddressSpace": { "addressPrefixes": remote.prefixes },
                "allowVirtualNetworkAccess": true,
                "allowForwardedTraffic": true,
                "allowGatewayTransit": lends,
                "useRemoteGateways": borrows,
                "doNotVerifyRemoteGateways": false,
            }),
        )
    })
    .collect()
}

/// The flow logs of a network: its own, and those of its security groups.
fn flow_logs(export: &Export<'_>, position: usize, vnet: &Vnet) -> Vec<Value> {
    let company = export.company;
    let flow_log = |name: &str, log_guid: &str, target: &str, target_guid: &str| {
        let properties = json!({
            "provisioningState": "Succeeded",
            "flowLogGuid": log_guid,
            "targetResourceId": target,
            "targetResourceGuid": target_guid,
            "storageId": storage_account_id(company, position),
            "enabled": true,
            "enabledFilteringCriteria": "",
            "recordTypes": "",
            "retentionPolicy": { "days": 90, "enabled": true },
            "format": { "type": "JSON", "version": 2 },
            "flowAnalyticsConfiguration": {
                "networkWatcherFlowAnalyticsConfiguration": {
                    "enabled": true,
                    "trafficAnalyticsInterval": 60,
                    "workspaceId": guid("log-tillermoor"),
                    "workspaceRegion": "westeurope",
                    "workspaceResourceId":
                        company.id(0, "Microsoft.OperationalInsights", "workspaces", "log-tillermoor"),
                },
            },
        });
        row(company, position, &company.flow_log_id(position, name), Value::Null, Value::Null, properties)
    };
    let mut logs = Vec::new();
    for generation in generations(position, export.format) {
        if *generation == Generation::Vnet {
            let target = company.network_id(position, "virtualNetworks", &vnet.name);
            let log = &vnet.flow_log;
            logs.push(flow_log(&log.name, &log.guid, &target, &guid(&target)));
            continue;
        }
        for nsg in vnet.subnets.iter().filter_map(|subnet| subnet.nsg.as_ref()) {
            let (name, target) = (format!("{}-flowlog", nsg.name), nsg_id(company, position, &nsg.name));
            logs.push(flow_log(&name, &guid(&name), &target, &nsg.guid));
        }
    }
    logs
}

/// The storage account that flow logs of a network are written to: one a subscription and region.
pub(super) fn storage_account_id(company: &Company, vnet: usize) -> String {
    let network = &company.vnets[vnet];
    let name = format!("stflow{}{}", network.region, network.subscription + 1);
    company.id_in(vnet, "rg-flowlogs", "Microsoft.Storage", "storageAccounts", &name)
}

fn storage_accounts(company: &Company, rows: &mut Rows<'_>) -> io::Result<()> {
    let mut known = Vec::new();
    for vnet in 0..company.vnets.len() {
        let id = storage_account_id(company, vnet);
        if known.contains(&id) {
            continue;
        }
        let name = id.rsplit('/').next().unwrap_or_default();
        let properties = json!({
            "provisioningState": "Succeeded",
            "accessTier": "Cool",
            "supportsHttpsTrafficOnly": true,
            "minimumTlsVersion": "TLS1_2",
            "primaryLocation": company.vnets[vnet].region,
            "primaryEndpoints": { "blob": format!("https://{name}.blob.core.windows.net/") },
        });
        let sku = json!({ "name": "Standard_LRS", "tier": "Standard" });
        rows(row(company, vnet, &id, sku, Value::Null, properties))?;
        known.push(id);
    }
    Ok(())
}
