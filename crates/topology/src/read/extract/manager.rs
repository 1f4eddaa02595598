//! Groups and security admin rules of Virtual Network Manager.

use serde_json::Value;

use crate::read::finding::FindingKind;
use crate::read::parts::{Notes, Parts, Resource};
use crate::read::value::*;
use crate::{AdminRule, NetworkGroup, RuleTerms};

pub(super) fn network_group(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let group = NetworkGroup { header: resource.header(), members: Vec::new() };
    super::add(&mut parts.network_groups, resource, file, group, notes);
}

pub(super) fn static_member(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let Some(member) = id(&resource.body, "resourceid") else {
        return notes.note(FindingKind::DanglingReference, "a membership without a member");
    };
    // `…/networkgroups/g/staticmembers/m`.
    super::add(&mut parts.static_members, resource, file, member, notes);
}

/// Resource Graph tells of every network which groups it is in, by whatever way it came there.
pub(super) fn memberships(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let Some((network, _)) = resource.id.split_once("/providers/microsoft.network/networkgroupmemberships")
    else {
        return notes.note(FindingKind::MissingParent, "a membership that is not below a network");
    };
    for membership in list(&resource.body, "groupmemberships") {
        if let Some(group) = id(membership, "networkgroupid").or_else(|| id(membership, "networkgroup")) {
            let key = format!("{group}/staticmembers/{network}");
            parts.static_members.add(key, file, network.to_owned());
        }
    }
}

pub(super) fn rule_collection(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let groups = list(&resource.body, "appliestogroups").iter();
    let groups: Vec<String> = groups.filter_map(|group| id(group, "networkgroupid")).collect();
    super::add(&mut parts.rule_collections, resource, file, groups, notes);
}

pub(super) fn admin_rule(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let body = &resource.body;
    let rule = AdminRule {
        header: resource.header(),
        terms: RuleTerms {
            access: text(body, "access"),
            direction: text(body, "direction"),
            priority: whole32(body, "priority").unwrap_or(0),
            protocol: text(body, "protocol"),
            source_prefixes: items(body, "sources"),
            source_ports: texts(body, "sourceportranges"),
            destination_prefixes: items(body, "destinations"),
            destination_ports: texts(body, "destinationportranges"),
        },
        applies_to: Vec::new(),
        description: text(body, "description"),
    };
    super::add(&mut parts.admin_rules, resource, file, rule, notes);
}

/// Prefixes or tags of `[{"addressPrefix": …}]`.
fn items(body: &Value, name: &str) -> Vec<String> {
    let items = list(body, name).iter().map(|item| text(item, "addressprefix"));
    items.filter(|text| !text.is_empty()).collect()
}
