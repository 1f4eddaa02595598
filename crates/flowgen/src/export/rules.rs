//! Security groups: the rules that every group has, and those that the conversations need.

use std::io;

use serde_json::{Value, json};

use super::row::{nsg_id, part, reference, row};
use super::{Export, Rows};
use crate::model::links::Side;
use crate::model::outside::Means;
use crate::model::talk::{Party, Protocol, Rule, Talk};

/// Name, direction, access, priority, source, destination of the rules that Azure makes.
/// <https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview#default-security-rules>
const DEFAULT_RULES: [(&str, &str, &str, u32, &str, &str); 6] = [
    ("AllowVnetInBound", "Inbound", "Allow", 65_000, "VirtualNetwork", "VirtualNetwork"),
    ("AllowAzureLoadBalancerInBound", "Inbound", "Allow", 65_001, "AzureLoadBalancer", "*"),
    ("DenyAllInBound", "Inbound", "Deny", 65_500, "*", "*"),
    ("AllowVnetOutBound", "Outbound", "Allow", 65_000, "VirtualNetwork", "VirtualNetwork"),
    ("AllowInternetOutBound", "Outbound", "Allow", 65_001, "*", "Internet"),
    ("DenyAllOutBound", "Outbound", "Deny", 65_500, "*", "*"),
];
const FIRST_PRIORITY: usize = 100;

/// A rule of the customer.
struct CustomRule {
    name: &'static str,
    inbound: bool,
    protocol: Protocol,
    other_side: &'static str,
    ports: Vec<u16>,
}

pub(super) fn rows(export: &Export<'_>, rows: &mut Rows<'_>) -> io::Result<()> {
    let company = export.company;
    let custom = custom_rules(export);
    for (vnet, network) in company.vnets.iter().enumerate() {
        for (subnet, nsg) in network.subnets.iter().enumerate() {
            let Some(nsg) = &nsg.nsg else { continue };
            let id = nsg_id(company, vnet, &nsg.name);
            let mine = custom.iter().find(|(place, _)| *place == (vnet, subnet));
            let rules = mine.map_or_else(|| background_rules(&id), |(_, rules)| security_rules(&id, rules));
            let properties = json!({
                "provisioningState": "Succeeded",
                "resourceGuid": nsg.guid,
                "securityRules": rules,
                "defaultSecurityRules": default_rules(&id),
                "subnets": [reference(&company.subnet_id(vnet, subnet))],
            });
            rows(row(company, vnet, &id, Value::Null, Value::Null, properties))?;
        }
    }
    Ok(())
}

/// The rules that the views of the company's own machines name, by network and subnet.
fn custom_rules(export: &Export<'_>) -> Vec<((usize, usize), Vec<CustomRule>)> {
    let mut found: Vec<((usize, usize), Vec<CustomRule>)> = Vec::new();
    for (nic, views) in export.plan.company.nics.iter().zip(&export.plan.nics) {
        if nic.cell > 0 {
            continue;
        }
        let place = (nic.vnet, nic.subnet);
        if found.last().is_none_or(|(last, _)| *last != place) {
            found.push((place, Vec::new()));
        }
        let Some((_, rules)) = found.last_mut() else { continue };
        for view in &views.views {
            let talk = export.plan.links[view.link].talk;
            let inbound = view.side.is_inbound();
            if let Rule::User(name) = views.rules[usize::from(view.rules[0])] {
                add(rules, name, inbound, view.side, talk);
            }
        }
    }
    found
}

fn add(rules: &mut Vec<CustomRule>, name: &'static str, inbound: bool, side: Side, talk: &Talk) {
    let known = rules.iter_mut().find(|rule| rule.name == name);
    let ports = talk.ports.iter().map(|&(port, _)| port);
    if let Some(rule) = known {
        rule.ports.extend(ports);
        rule.ports.sort_unstable();
        rule.ports.dedup();
        return;
    }
    let other = if side == Side::Source { talk.to } else { talk.from };
    let other_side = match other {
        Party::Outside(pool) => match pool.means {
            Means::Internet | Means::Malicious | Means::Azure => "Internet",
            _ => "VirtualNetwork",
        },
        _ if talk.over_internet => "Internet",
        _ => "VirtualNetwork",
    };
    rules.push(CustomRule { name, inbound, protocol: talk.protocol, other_side, ports: ports.collect() });
}

fn security_rules(nsg: &str, rules: &[CustomRule]) -> Vec<Value> {
    let rules = rules.iter().enumerate();
    rules
        .map(|(number, rule)| {
            let own_side = if rule.inbound { "VirtualNetwork" } else { "*" };
            let (source, destination) =
                if rule.inbound { (rule.other_side, own_side) } else { (own_side, rule.other_side) };
            security_rule(
                nsg,
                "securityRules",
                rule.name,
                json!({
                    "provisioningState": "Succeeded",
                    "access": if rule.name.starts_with("Deny") { "Deny" } else { "Allow" },
                    "direction": if rule.inbound { "Inbound" } else { "Outbound" },
                    "priority": FIRST_PRIORITY + 10 * number,
                    "protocol": match rule.protocol {
                        Protocol::Tcp => "TCP",
                        Protocol::Udp => "UDP",
                    },
                    "sourcePortRange": "*",
                    "sourceAddressPrefix": source,
                    "destinationAddressPrefix": destination,
                    "destinationPortRanges": rule.ports.iter().map(u16::to_string).collect::<Vec<_>>(),
                    "sourceAddressPrefixes": [],
                    "destinationAddressPrefixes": [],
                    "sourcePortRanges": [],
                }),
            )
        })
        .collect()
}

/// The one rule that background groups have.
fn background_rules(nsg: &str) -> Vec<Value> {
    let rule = CustomRule {
        name: "AllowWebFromInternet",
        inbound: true,
        protocol: Protocol::Tcp,
        other_side: "Internet",
        ports: vec![80, 443],
    };
    security_rules(nsg, &[rule])
}

fn default_rules(nsg: &str) -> Vec<Value> {
    let rules = DEFAULT_RULES.iter();
    rules
        .map(|&(name, direction, access, priority, source, destination)| {
            security_rule(
                nsg,
                "defaultSecurityRules",
                name,
                json!({
                    "provisioningState": "Succeeded",
                    "access": access,
                    "direction": direction,
                    "priority": priority,
                    "protocol": "*",
                    "sourcePortRange": "*",
                    "sourceAddressPrefix": source,
                    "destinationAddressPrefix": destination,
                    "destinationPortRange": "*",
                    "sourceAddressPrefixes": [],
                    "destinationAddressPrefixes": [],
                    "sourcePortRanges": [],
                    "destinationPortRanges": [],
                }),
            )
        })
        .collect()
}

fn security_rule(nsg: &str, kind: &str, name: &str, properties: Value) -> Value {
    let mut rule = part(nsg, kind, name, properties);
    rule["type"] = json!(format!("Microsoft.Network/networkSecurityGroups/{kind}"));
    rule
}
