//! Security groups, their rules, what Virtual Network Manager has beside them, and flow logs.

use super::Detail;
use super::lookup::{Lookup, storage};
use crate::{
    FlowLog, Inventory, NetworkSecurityGroup, ResourceId, RuleTerms, relative_resource_id, short_resource_id,
};

pub(super) fn rows(inventory: &Inventory, lookup: &Lookup<'_>, rows: &mut Vec<Detail>) {
    for group in &inventory.network_security_groups {
        let header = &group.header;
        let mut row = Detail::of("NetworkSecurityGroup", header);
        if let Some(log) = log_of_group(group, lookup) {
            row.truth("IsFlowEnabled", Some(true));
            row.text("FlowLogStorageAccount", storage(log));
        }
        rows.push(row);
        let own = relative_resource_id(&header.id);
        for rule in &group.rules {
            // Flow logs name rules of both kinds alike.
            let name = format!("{own}/{}", rule.id.rsplit('/').next().unwrap_or_default());
            let mut row = Detail::new("NetworkSecurityGroupRule", &header.id, name, &header.region);
            row.text("Nsg", &own);
            terms(&mut row, &rule.terms, if rule.default { "Default" } else { "UserDefined" });
            row.text("Description", &rule.description);
            rows.push(row);
        }
    }
    for group in &inventory.network_groups {
        rows.push(Detail::of("NetworkGroup", &group.header));
    }
    for rule in &inventory.admin_rules {
        let mut row = Detail::of("SecurityAdminRule", &rule.header);
        terms(&mut row, &rule.terms, "Admin");
        row.text("Description", &rule.description);
        rows.push(row);
    }
    for log in &inventory.flow_logs {
        let mut row = Detail::of("FlowLog", &log.header);
        row.truth("IsFlowEnabled", Some(log.enabled));
        row.text("FlowLogStorageAccount", storage(log));
        let target = log.target.as_deref();
        let kind = target.and_then(ResourceId::parse).map(|parsed| parsed.type_word());
        let (relative, short) = (target.map(relative_resource_id), target.map(short_resource_id));
        let column = match kind {
            Some("VirtualNetwork") => Some(("VirtualNetwork1", short)),
            Some("Subnet") => Some(("Subnetwork", relative)),
            Some("NetworkSecurityGroup") => Some(("Nsg", relative)),
            _ => None,
        };
        if let Some((column, text)) = column {
            row.text(column, text.unwrap_or_default());
        }
        rows.push(row);
    }
}

/// The flow log of a group: its own, or that of a network, subnet or interface that it guards. Dashboards count a
/// region as watched by its groups, also where networks are logged.
fn log_of_group<'a>(group: &NetworkSecurityGroup, lookup: &Lookup<'a>) -> Option<&'a FlowLog> {
    let subnets = group.subnets.iter().find_map(|subnet| lookup.log_of(None, Some(subnet)));
    let own = lookup.own_log(&group.header.id);
    own.or(subnets).or_else(|| {
        group.network_interfaces.iter().find_map(|nic| lookup.log_of(Some(nic), lookup.subnet_of(nic)))
    })
}

fn terms(row: &mut Detail, terms: &RuleTerms, kind: &str) {
    row.text("RuleType", kind);
    row.text("Access", &terms.access);
    row.text("Direction", &terms.direction);
    row.number("Priority", Some(terms.priority));
    row.text("Protocol", &terms.protocol);
    row.text("SourceAddressPrefix", terms.source_prefixes.join(" "));
    row.text("SourcePortRange", terms.source_ports.join(" "));
    row.text("DestinationAddressPrefix", terms.destination_prefixes.join(" "));
    row.text("DestinationPortRange", terms.destination_ports.join(" "));
}
