//! The network manager: groups, members, security-admin rules.
//! <https://learn.microsoft.com/azure/virtual-network-manager/concept-security-admins>

use std::io;

use serde_json::{Value, json};

use super::row::row;
use super::{Export, Rows};
use crate::model::edges::{NETWORK_MANAGER, NETWORK_MANAGER_VNET};
use crate::model::{Company, guid};

/// Ports that attackers try first.
const HIGH_RISK_PORTS: [&str; 6] = ["23", "135", "139", "445", "3389", "5985"];

pub(super) fn rows(export: &Export<'_>, rows: &mut Rows<'_>) -> io::Result<()> {
    let company = export.company;
    let vnet = NETWORK_MANAGER_VNET;
    let manager = company.network_id(vnet, "networkManagers", NETWORK_MANAGER);
    let mut each =
        |id: &str, properties: Value| rows(row(company, vnet, id, Value::Null, Value::Null, properties));
    let subscriptions = company.subscriptions.iter().map(|of| format!("/subscriptions/{}", of.id));
    each(
        &manager,
        json!({
            "provisioningState": "Succeeded",
            "resourceGuid": guid(&manager),
            "networkManagerScopes": { "subscriptions": subscriptions.collect::<Vec<_>>(), "managementGroups": [] },
            "networkManagerScopeAccesses": ["SecurityAdmin"],
        }),
    )?;
    for group in &company.network_groups {
        let id = company.network_group_id(group.name);
        each(
            &id,
            json!({
                "provisioningState": "Succeeded",
                "resourceGuid": guid(&id),
                "memberType": "VirtualNetwork",
            }),
        )?;
        for (number, member) in members(company, group.name).iter().enumerate() {
            let name = format!("member-{}", number + 1);
            each(
                &format!("{id}/staticMembers/{name}"),
                json!({
                    "provisioningState": "Succeeded",
                    "region": company.vnets[0].region,
                    "resourceId": member,
                }),
            )?;
        }
    }
    let configuration = format!("{manager}/securityAdminConfigurations/sac-baseline");
    each(
        &configuration,
        json!({
            "provisioningState": "Succeeded",
            "resourceGuid": guid(&configuration),
            "description": "What no network may let in",
            "applyOnNetworkIntentPolicyBasedServices": ["None"],
        }),
    )?;
    let collection = format!("{configuration}/ruleCollections/from-internet");
    let guarded = company.network_groups.iter().filter(|group| group.guarded);
    let applies = guarded.map(|group| json!({ "networkGroupId": company.network_group_id(group.name) }));
    each(
        &collection,
        json!({
            "provisioningState": "Succeeded",
            "resourceGuid": guid(&collection),
            "appliesToGroups": applies.collect::<Vec<_>>(),
        }),
    )?;
    let rule = format!("{collection}/rules/DenyHighRiskPortsFromInternet");
    each(
        &rule,
        json!({
            "provisioningState": "Succeeded",
            "resourceGuid": guid(&rule),
            "description": "",
            "access": "Deny",
            "direction": "Inbound",
            "priority": 100,
            "protocol": "Tcp",
            "sources": [{ "addressPrefix": "Internet", "addressPrefixType": "ServiceTag" }],
            "destinations": [{ "addressPrefix": "*", "addressPrefixType": "IPPrefix" }],
            "sourcePortRanges": ["0-65535"],
            "destinationPortRanges": HIGH_RISK_PORTS,
        }),
    )
}

fn members(company: &Company, name: &str) -> Vec<String> {
    let groups = company.network_groups.iter().filter(|group| group.name == name);
    groups
        .flat_map(|group| {
            let vnets = group
                .vnets
                .iter()
                .map(|&vnet| company.network_id(vnet, "virtualNetworks", &company.vnets[vnet].name));
            let subnets = group
                .subnets
                .iter()
                .map(|&(vnet, subnet)| company.subnet_id(vnet, company.subnet_of(vnet, subnet)));
            vnets.chain(subnets).collect::<Vec<_>>()
        })
        .collect()
}
