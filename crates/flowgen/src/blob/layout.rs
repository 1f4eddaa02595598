//! What is constant in the blobs of one NIC: where they lie, and the text between the tuples.

use std::path::PathBuf;

use crate::clock::{HOURS_PER_DAY, hour_path};
use crate::config::LogFormat;
use crate::model::talk::Rule;
use crate::model::{AclIds, Company, KeyOrder, Nic, Nsg};
use crate::traffic::Plan;

const PLATFORM_ACL: &str = "00000000-0000-0000-0000-000000000000";
/// The machine whose NSG flow log falls back to version 1 in the middle of an hour.
const FALLING_BACK: &str = "vm-shop-02";
/// One hour of so many does so.
const FALLS_BACK_HOURS: i64 = 6;

/// The generation a NIC's blobs are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Generation {
    Vnet,
    /// NSG flow log; version 1 or 2.
    Nsg {
        version: u8,
    },
}

/// The constant text of one NIC's blobs.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) generation: Generation,
    folder: String,
    mac: String,
    falls_back: bool,
    /// Between the time of a record and its first flow.
    pub(super) head: String,
    /// Every rule of the NIC: name of its ACL, and the rule as logged. None when this generation does not
    /// log it.
    pub(crate) rules: Vec<Option<RuleText>>,
    /// Positions of the rules, those of one ACL together.
    pub(super) order: Vec<usize>,
    /// Whether each rule repeats its ACL in every record.
    pub(super) one_rule_per_acl: bool,
}

/// A rule as a flow log names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RuleText {
    pub(crate) acl: String,
    pub(crate) rule: String,
}

impl Layout {
    /// The blobs that a NIC writes, one a generation.
    pub(crate) fn of(plan: &Plan, nic: usize, format: LogFormat) -> Vec<Self> {
        let generations = generations(plan.company.nics[nic].vnet, format);
        generations.iter().map(|&generation| Layout::new(plan, nic, generation)).collect()
    }

    fn new(plan: &Plan, nic: usize, generation: Generation) -> Self {
        let (company, views) = (&plan.company, &plan.nics[nic]);
        let nic = &company.nics[nic];
        let vnet = &company.vnets[nic.vnet];
        let (folder, head) = match generation {
            Generation::Vnet => (vnet_folder(company, nic), vnet_head(company, nic)),
            Generation::Nsg { .. } => nsg_folder_and_head(company, nic),
        };
        let rules: Vec<_> =
            views.rules.iter().map(|&rule| rule_text(company, nic, rule, generation)).collect();
        let mut order: Vec<usize> = (0..rules.len()).collect();
        order.sort_by_key(|&index| rules[index].as_ref().map(|rule| rule.acl.as_str()));
        Layout {
            generation,
            folder,
            mac: nic.mac.clone(),
            falls_back: nic.vm == FALLING_BACK,
            head,
            rules,
            order,
            one_rule_per_acl: vnet.flow_log.acl_ids == AclIds::Guid,
        }
    }

    /// Path of the blob of an hour, below the root.
    pub(crate) fn path(&self, hour: i64) -> PathBuf {
        let mut path = PathBuf::new();
        let time = hour_path(hour);
        let mac = format!("macAddress={}", self.mac);
        path.extend(self.folder.split('/').chain(time.split('/')).chain([mac.as_str(), "PT1H.json"]));
        path
    }

    /// The generation of a record of a minute, counted from the epoch.
    pub(crate) fn generation_at(&self, minute: i64) -> Generation {
        let hour = minute.div_euclid(60).rem_euclid(HOURS_PER_DAY);
        let late = minute.rem_euclid(60) >= 30;
        match self.generation {
            Generation::Nsg { .. } if self.falls_back && late && hour % FALLS_BACK_HOURS == 0 => {
                Generation::Nsg { version: 1 }
            }
            usual => usual,
        }
    }

    /// Hardware address as records write it.
    pub(super) fn mac(&self) -> &str {
        &self.mac
    }
}

/// The generations of flow logs that are switched on for a network.
pub(crate) fn generations(vnet: usize, format: LogFormat) -> &'static [Generation] {
    const VERSION_2: Generation = Generation::Nsg { version: 2 };
    match format {
        LogFormat::VnetV4 => &[Generation::Vnet],
        LogFormat::NsgV2 => &[VERSION_2],
        LogFormat::NsgV1 => &[Generation::Nsg { version: 1 }],
        // The second network is the one that was never migrated.
        LogFormat::Mixed if vnet == 1 => &[VERSION_2],
        LogFormat::Mixed => &[Generation::Vnet],
        LogFormat::Both => &[Generation::Vnet, VERSION_2],
    }
}

fn rule_text(company: &Company, nic: &Nic, rule: Rule, generation: Generation) -> Option<RuleText> {
    let of_nsg = |prefix: &str, name: &str| {
        nsg_of(company, nic).map(|nsg| RuleText {
            acl: acl_of(company, nic, nsg, generation),
            rule: format!("{prefix}{name}"),
        })
    };
    let of_network = |acl: &str, rule: &str| RuleText { acl: acl.to_owned(), rule: rule.to_owned() };
    match rule {
        Rule::Default(name) => of_nsg("DefaultRule_", name),
        Rule::User(name) => of_nsg("UserRule_", name),
        // Network security groups know nothing of these.
        _ if generation != Generation::Vnet => None,
        Rule::Admin(name) => Some(of_network(&company.guarding_group_id(nic), name)),
        Rule::Platform => Some(of_network(PLATFORM_ACL, "PlatformRule")),
        Rule::Unevaluated => Some(of_network("unspecified", "unspecified")),
    }
}

fn nsg_of<'a>(company: &'a Company, nic: &Nic) -> Option<&'a Nsg> {
    company.vnets[nic.vnet].subnets[nic.subnet].nsg.as_ref()
}

fn nsg_id(company: &Company, nic: &Nic, nsg: &Nsg) -> String {
    company.network_id(nic.vnet, "networkSecurityGroups", &nsg.name)
}

fn acl_of(company: &Company, nic: &Nic, nsg: &Nsg, generation: Generation) -> String {
    match (generation, company.vnets[nic.vnet].flow_log.acl_ids) {
        (Generation::Vnet, AclIds::Guid) => nsg.guid.clone(),
        (Generation::Vnet, AclIds::ArmId) => nsg_id(company, nic, nsg),
        (Generation::Nsg { .. }, _) => nsg_id(company, nic, nsg).to_uppercase(),
    }
}

fn vnet_folder(company: &Company, nic: &Nic) -> String {
    let vnet = &company.vnets[nic.vnet];
    let subscription = company.subscription_of(vnet).id.to_uppercase();
    let (region, flow_log) = (vnet.region.to_uppercase(), vnet.flow_log.name.to_uppercase());
    format!(
        "insights-logs-flowlogflowevent/flowLogResourceID=/{subscription}_NETWORKWATCHERRG/\
         NETWORKWATCHER_{region}_{flow_log}"
    )
}

fn vnet_head(company: &Company, nic: &Nic) -> String {
    let vnet = &company.vnets[nic.vnet];
    let flow_log_id = company.flow_log_id(nic.vnet, &vnet.flow_log.name).to_uppercase();
    let identity = members(&[
        ("flowLogGUID", &vnet.flow_log.guid),
        ("macAddress", &nic.mac),
        ("category", "FlowLogFlowEvent"),
        ("flowLogResourceID", &flow_log_id),
        ("targetResourceID", &company.network_id(nic.vnet, "virtualNetworks", &vnet.name)),
    ]);
    let operation = members(&[("operationName", "FlowLogFlowEvent")]);
    let version = r#""flowLogVersion":4"#;
    let members = match vnet.flow_log.key_order {
        KeyOrder::VersionSecond => [version, &identity, &operation].join(","),
        KeyOrder::VersionAfterTarget => [&identity, version, &operation].join(","),
    };
    format!(r#"",{members},"flowRecords":{{"flows":["#)
}

/// Members of a JSON object. The names of the model need no escapes.
fn members(members: &[(&str, &str)]) -> String {
    let text: Vec<String> = members.iter().map(|(key, value)| format!(r#""{key}":"{value}""#)).collect();
    text.join(",")
}

fn nsg_folder_and_head(company: &Company, nic: &Nic) -> (String, String) {
    let Some(nsg) = nsg_of(company, nic) else { return (String::new(), String::new()) };
    let id = nsg_id(company, nic, nsg).to_uppercase();
    let identity = members(&[
        ("systemId", &nsg.guid),
        ("macAddress", &nic.mac),
        ("category", "NetworkSecurityGroupFlowEvent"),
        ("resourceId", &id),
        ("operationName", "NetworkSecurityGroupFlowEvents"),
    ]);
    let folder = format!("insights-logs-networksecuritygroupflowevent/resourceId={id}");
    (folder, format!(r#"",{identity},"properties":{{"Version":"#))
}
