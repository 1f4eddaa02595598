/// A question to Resource Graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query {
    /// What it asks for, in words.
    pub what: &'static str,
    /// In Resource Graph's language, ordered by id: pages of an answer without an order overlap.
    pub kql: &'static str,
    /// Whether an inventory without its answer is one. Some clouds have not all tables.
    pub needed: bool,
}

/// All that the inventory is made of.
///
/// `resources` has most. Instances of uniform scale sets and their interfaces are in a table of their own, and so is
/// what Virtual Network Manager has.
///
/// Source: <https://learn.microsoft.com/azure/governance/resource-graph/reference/supported-tables-resources>
pub const QUERIES: [Query; 4] = [
    Query {
        what: "subscriptions",
        kql: "resourcecontainers | where type =~ 'microsoft.resources/subscriptions' \
              | project id, name, type, subscriptionId, tenantId, tags, properties | order by id asc",
        needed: true,
    },
    Query {
        what: "resources",
        kql: "resources | where type startswith 'microsoft.network/' or type in~ ('microsoft.compute/virtualmachines', \
              'microsoft.compute/virtualmachinescalesets', 'microsoft.containerservice/managedclusters') \
              | project id, name, type, location, resourceGroup, subscriptionId, tenantId, kind, tags, sku, zones, \
              properties | order by id asc",
        needed: true,
    },
    Query {
        what: "instances of scale sets",
        kql: "computeresources | where type startswith 'microsoft.compute/virtualmachinescalesets/virtualmachines' \
              | project id, name, type, location, resourceGroup, subscriptionId, tenantId, tags, sku, zones, properties \
              | order by id asc",
        needed: false,
    },
    Query {
        what: "groups and rules of Virtual Network Manager",
        kql: "networkresources | where type startswith 'microsoft.network/networkmanagers/' \
              or type =~ 'microsoft.network/networkgroupmemberships' \
              | project id, name, type, location, resourceGroup, subscriptionId, tenantId, tags, properties \
              | order by id asc",
        needed: false,
    },
];
