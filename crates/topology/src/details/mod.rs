//! What `NTATopologyDetails` says of an inventory: one [`Detail`] a resource or link.
//!
//! Names are relative to the subscription, so that `strcat(Subscription, '/', Name)` is the id that joins use. Columns
//! that name another resource have it as the columns of flows do.
//!
//! Source: <https://learn.microsoft.com/azure/azure-monitor/reference/tables/ntatopologydetails>

mod balancing;
mod edge;
mod gateway;
mod host;
mod link;
mod lookup;
mod network;
mod security;

use std::collections::BTreeSet;

use crate::{Header, Inventory, ResourceId};
use lookup::Lookup;

/// Links between subnets that are told at most: large meshes have millions.
pub const SUBNET_LINKS_MAX: usize = 100_000;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// `AzureResourceType`; blank on a row that reports the run.
    pub kind: &'static str,
    /// `Name`.
    pub name: String,
    /// `Subscription`: a GUID, lower case.
    pub subscription: String,
    /// `SubscriptionName`; blank when no export tells it.
    pub subscription_name: String,
    /// `Region` and, the same, `DiscoveryRegion`.
    pub region: String,
    /// Other columns that are filled, by their names.
    pub values: Vec<(&'static str, Value)>,
}

/// A value of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Of a string column.
    Text(String),
    /// Of a bool column.
    Truth(bool),
    /// Of an int or long column.
    Number(i64),
}

impl Detail {
    /// A row of a resource; `name` is relative to its subscription.
    fn new(kind: &'static str, id: &str, name: String, region: &str) -> Self {
        let subscription = id.split('/').nth(2).unwrap_or_default().to_owned();
        let region = region.to_owned();
        Detail { kind, name, subscription, subscription_name: String::new(), region, values: Vec::new() }
    }

    /// A row of a resource with what all resources have.
    fn of(kind: &'static str, header: &Header) -> Self {
        let mut row = Detail::new(kind, &header.id, crate::relative_resource_id(&header.id), &header.region);
        row.headed(header);
        row
    }

    fn headed(&mut self, header: &Header) {
        let sku = &header.sku;
        if !header.tags.is_empty() {
            let tags: serde_json::Map<String, serde_json::Value> =
                header.tags.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
            self.text("Tags", serde_json::Value::Object(tags).to_string());
        }
        self.text("Zones", header.zones.join(" "));
        self.text("Sku", &sku.name);
        self.text("State", &header.state);
    }

    /// A column of text; blank text is what an unfilled column has.
    fn text(&mut self, column: &'static str, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.values.push((column, Value::Text(text)));
        }
    }

    fn truth(&mut self, column: &'static str, truth: Option<bool>) {
        // False is what an unfilled column has.
        if truth == Some(true) {
            self.values.push((column, Value::Truth(true)));
        }
    }

    fn number(&mut self, column: &'static str, number: Option<impl Into<i64>>) {
        self.values.extend(number.map(|number| (column, Value::Number(number.into()))));
    }

    /// Several things of one column, apart by a space, each once.
    fn list(&mut self, column: &'static str, items: impl IntoIterator<Item = String>) {
        let mut seen = BTreeSet::new();
        let items: Vec<String> = items.into_iter().filter(|item| seen.insert(item.clone())).collect();
        self.text(column, items.join(" "));
    }

    /// The text of a column; blank when it is not filled.
    pub fn column(&self, name: &str) -> &str {
        let found = self.values.iter().find(|(column, _)| *column == name);
        match found {
            Some((_, Value::Text(text))) => text,
            _ => "",
        }
    }
}

/// All rows of an inventory, those that report the run included, in the order of types and names.
pub fn details(inventory: &Inventory) -> Vec<Detail> {
    let lookup = Lookup::new(inventory);
    let mut rows = Vec::new();
    network::rows(inventory, &lookup, &mut rows);
    host::rows(inventory, &lookup, &mut rows);
    security::rows(inventory, &lookup, &mut rows);
    balancing::rows(inventory, &lookup, &mut rows);
    gateway::rows(inventory, &lookup, &mut rows);
    edge::rows(inventory, &lookup, &mut rows);
    link::rows(inventory, &lookup, &mut rows);
    status(&mut rows);
    for row in &mut rows {
        row.subscription_name = lookup.subscription_name(&row.subscription).to_owned();
    }
    rows.sort_by(|a, b| (a.kind, &a.name, &a.subscription).cmp(&(b.kind, &b.name, &b.subscription)));
    rows
}

/// Dashboards take, of each subscription, the last run of which a row says that it was completed.
fn status(rows: &mut Vec<Detail>) {
    let regions: BTreeSet<(String, String)> =
        rows.iter().map(|row| (row.subscription.clone(), row.region.clone())).collect();
    rows.extend(regions.into_iter().map(|(subscription, region)| Detail {
        kind: "",
        name: String::new(),
        subscription,
        subscription_name: String::new(),
        region,
        values: Vec::new(),
    }));
}

/// `group/type/resource` of what is behind a private endpoint.
fn private_link(id: &str) -> String {
    match ResourceId::parse(id) {
        Some(parsed) => {
            let (kind, name) = (parsed.types.last().copied(), parsed.names.last().copied());
            format!("{}/{}/{}", parsed.resource_group, kind.unwrap_or_default(), name.unwrap_or_default())
        }
        None => id.to_owned(),
    }
}

#[cfg(test)]
mod tests;
