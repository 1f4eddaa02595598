//! Network security groups and their rules.

use serde_json::Value;

use crate::read::parts::{Notes, Parts, Resource, part_id};
use crate::read::value::*;
use crate::{NetworkSecurityGroup, RuleTerms, SecurityRule};

pub(super) fn security_group(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let body = &resource.body;
    let own = list(body, "securityrules").iter();
    let own = own.map(|part| rule(part, part_id(part, &resource.id, "securityrules"), false));
    let default = list(body, "defaultsecurityrules").iter();
    let default = default.map(|part| rule(part, part_id(part, &resource.id, "defaultsecurityrules"), true));
    let group = NetworkSecurityGroup {
        header: resource.header(),
        guid: text(body, "resourceguid").to_ascii_lowercase(),
        rules: own.chain(default).collect(),
        subnets: ids(body, "subnets"),
        network_interfaces: ids(body, "networkinterfaces"),
    };
    super::add(&mut parts.network_security_groups, resource, file, group, notes);
}

pub(super) fn lone_rule(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let default = resource.kind.ends_with("/defaultsecurityrules");
    let rule = rule(&resource.body, resource.id.clone(), default);
    super::add(&mut parts.security_rules, resource, file, rule, notes);
}

fn rule(part: &Value, id: String, default: bool) -> SecurityRule {
    SecurityRule { id, default, terms: terms(part), description: text(part, "description") }
}

fn terms(part: &Value) -> RuleTerms {
    let with_groups = |mut prefixes: Vec<String>, groups: &str| {
        prefixes.extend(ids(part, groups));
        prefixes
    };
    RuleTerms {
        access: text(part, "access"),
        direction: text(part, "direction"),
        priority: whole32(part, "priority").unwrap_or(0),
        protocol: text(part, "protocol"),
        source_prefixes: with_groups(
            one_or_many(part, "sourceaddressprefix", "sourceaddressprefixes"),
            "sourceapplicationsecuritygroups",
        ),
        source_ports: one_or_many(part, "sourceportrange", "sourceportranges"),
        destination_prefixes: with_groups(
            one_or_many(part, "destinationaddressprefix", "destinationaddressprefixes"),
            "destinationapplicationsecuritygroups",
        ),
        destination_ports: one_or_many(part, "destinationportrange", "destinationportranges"),
    }
}

/// The rules that every group has, for exports that leave them out.
///
/// Source: <https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview#default-security-rules>
pub(crate) fn default_rules(group: &str) -> Vec<SecurityRule> {
    const RULES: [(&str, &str, &str, i32, &str, &str); 6] = [
        ("AllowVnetInBound", "Allow", "Inbound", 65_000, "VirtualNetwork", "VirtualNetwork"),
        ("AllowAzureLoadBalancerInBound", "Allow", "Inbound", 65_001, "AzureLoadBalancer", "*"),
        ("DenyAllInBound", "Deny", "Inbound", 65_500, "*", "*"),
        ("AllowVnetOutBound", "Allow", "Outbound", 65_000, "VirtualNetwork", "VirtualNetwork"),
        ("AllowInternetOutBound", "Allow", "Outbound", 65_001, "*", "Internet"),
        ("DenyAllOutBound", "Deny", "Outbound", 65_500, "*", "*"),
    ];
    let any = || vec!["*".to_owned()];
    let rule =
        |(name, access, direction, priority, source, destination): (&str, &str, &str, i32, &str, &str)| {
            SecurityRule {
                id: format!("{group}/defaultsecurityrules/{}", name.to_ascii_lowercase()),
                default: true,
                terms: RuleTerms {
                    access: access.to_owned(),
                    direction: direction.to_owned(),
                    priority,
                    protocol: "*".to_owned(),
                    source_prefixes: vec![source.to_owned()],
                    source_ports: any(),
                    destination_prefixes: vec![destination.to_owned()],
                    destination_ports: any(),
                },
                description: String::new(),
            }
        };
    RULES.map(rule).into()
}
