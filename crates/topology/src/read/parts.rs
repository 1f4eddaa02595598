//! What was read so far: resources as they came, some of them parts of others.

use std::collections::BTreeMap;

use serde_json::Value;

use super::finding::{FindingKind, Findings};
use super::value::{as_text, get, text, texts};
use crate::*;

/// A resource in the one form that all exports are brought into.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    /// Full id, lower case.
    pub id: String,
    /// `microsoft.network/virtualnetworks`.
    pub kind: String,
    /// Its properties; see [`super::value::canonical`].
    pub body: Value,
}

impl Resource {
    pub(crate) fn header(&self) -> Header {
        Header {
            id: self.id.clone(),
            region: region(&text(&self.body, "location")),
            tags: tags(&self.body),
            zones: texts(&self.body, "zones"),
            sku: sku(&self.body),
            state: text(&self.body, "provisioningstate"),
        }
    }
}

/// `West Europe` as `westeurope`.
pub(crate) fn region(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect()
}

fn tags(body: &Value) -> Vec<(String, String)> {
    let mut tags: Vec<(String, String)> = match get(body, "tags") {
        Some(Value::Object(map)) => map.iter().map(|(name, value)| (name.clone(), as_text(value))).collect(),
        _ => Vec::new(),
    };
    tags.sort();
    tags
}

fn sku(body: &Value) -> Sku {
    match get(body, "sku") {
        Some(sku @ Value::Object(_)) => {
            Sku { family: text(sku, "family"), name: text(sku, "name"), tier: text(sku, "tier") }
        }
        Some(sku) => Sku { name: as_text(sku), ..Sku::default() },
        None => Sku::default(),
    }
}

/// Where findings about one resource go.
pub(crate) struct Notes<'a> {
    pub findings: &'a mut Findings,
    pub file: &'a str,
    pub resource: &'a str,
}

impl Notes<'_> {
    pub(crate) fn note(&mut self, kind: FindingKind, detail: impl Into<String>) {
        self.findings.note(kind, self.file, self.resource, detail);
    }
}

/// Something of an export with the file it came from.
#[derive(Debug, Clone)]
pub(crate) struct From<T> {
    pub what: T,
    pub file: usize,
}

/// A kind of resources, by id. What comes with an id that is there already replaces it; if it differs, that is told.
#[derive(Debug, Default)]
pub(crate) struct ById<T> {
    all: BTreeMap<String, From<T>>,
}

impl<T: PartialEq> ById<T> {
    /// Adds a resource; true when another of this id is there and differs.
    pub(crate) fn add(&mut self, id: String, file: usize, what: T) -> bool {
        let differs = self.all.get(&id).is_some_and(|known| known.what != what);
        self.all.insert(id, From { what, file });
        differs
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.all.get_mut(id).map(|found| &mut found.what)
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.all.values_mut().map(|found| &mut found.what)
    }

    pub(crate) fn take(&mut self) -> impl Iterator<Item = (String, From<T>)> + use<T> {
        std::mem::take(&mut self.all).into_iter()
    }

    /// The resources in the order of their ids.
    pub(crate) fn into_values(self) -> Vec<T> {
        self.all.into_values().map(|found| found.what).collect()
    }
}

/// All that was read.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub subscriptions: BTreeMap<String, Subscription>,
    pub virtual_networks: ById<VirtualNetwork>,
    pub network_interfaces: ById<NetworkInterface>,
    pub virtual_machines: ById<VirtualMachine>,
    pub scale_sets: ById<ScaleSet>,
    pub network_security_groups: ById<NetworkSecurityGroup>,
    pub route_tables: ById<RouteTable>,
    pub load_balancers: ById<LoadBalancer>,
    pub application_gateways: ById<ApplicationGateway>,
    pub virtual_network_gateways: ById<VirtualNetworkGateway>,
    pub connections: ById<Connection>,
    pub local_network_gateways: ById<LocalNetworkGateway>,
    pub circuits: ById<Circuit>,
    pub public_ips: ById<PublicIp>,
    pub private_endpoints: ById<PrivateEndpoint>,
    pub firewalls: ById<Firewall>,
    pub bastions: ById<Bastion>,
    pub nat_gateways: ById<NatGateway>,
    pub network_groups: ById<NetworkGroup>,
    pub admin_rules: ById<AdminRule>,
    pub flow_logs: ById<FlowLog>,
    pub node_pools: ById<NodePool>,
    pub sites: Vec<Site>,
    pub client_pools: Vec<ClientPool>,
    // Parts of others that an export may have on their own.
    pub subnets: ById<Subnet>,
    pub peerings: ById<Peering>,
    pub security_rules: ById<SecurityRule>,
    pub routes: ById<Route>,
    pub circuit_peerings: ById<CircuitPeering>,
    pub backend_pools: ById<BackendPool>,
    pub balancing_rules: ById<BalancingRule>,
    /// The cluster's addresses for pools that are told apart from it.
    pub clusters: ById<NodePool>,
    /// Member of a network group, by the id of the membership.
    pub static_members: ById<String>,
    /// Network groups that a rule collection applies to.
    pub rule_collections: ById<Vec<String>>,
    /// What belongs to what, of exports that tell it apart from both.
    pub associations: Vec<From<Association>>,
}

/// A link that Terraform keeps as a resource of its own.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Association {
    SubnetSecurityGroup(String, String),
    SubnetRouteTable(String, String),
    SubnetNatGateway(String, String),
    InterfaceSecurityGroup(String, String),
    /// Interface, name of its configuration, pool.
    InterfacePool(String, String, String),
    NatGatewayPublicIp(String, String),
}

/// The last segment of an id.
pub(crate) fn last_segment(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

/// The id of what a resource is part of.
pub(crate) fn parent(id: &str) -> &str {
    id.rsplitn(3, '/').nth(2).unwrap_or_default()
}

/// The id of a part: as told, or made of its parent's and its name.
pub(crate) fn part_id(part: &Value, parent: &str, kind: &str) -> String {
    super::value::as_id(part)
        .unwrap_or_else(|| format!("{parent}/{kind}/{}", text(part, "name").to_ascii_lowercase()))
}
