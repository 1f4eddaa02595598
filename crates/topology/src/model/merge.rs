//! Two inventories as one: what changed between them.

use std::collections::BTreeSet;

use super::{Header, Inventory};

/// Does the same with every list of resources.
macro_rules! each_list {
    ($with:ident) => {
        $with!(
            virtual_networks,
            network_interfaces,
            virtual_machines,
            scale_sets,
            network_security_groups,
            route_tables,
            load_balancers,
            application_gateways,
            virtual_network_gateways,
            connections,
            local_network_gateways,
            circuits,
            public_ips,
            private_endpoints,
            firewalls,
            bastions,
            nat_gateways,
            network_groups,
            admin_rules,
            flow_logs,
            node_pools
        )
    };
}

impl Inventory {
    /// What all resources of Azure have, of each that is one of its own.
    pub fn headers(&self) -> impl Iterator<Item = &Header> {
        macro_rules! chained {
            ($($list:ident),+) => {
                std::iter::empty()$(.chain(self.$list.iter().map(|resource| &resource.header)))+
            };
        }
        each_list!(chained)
    }

    /// How many resources of another inventory, sites and client pools included, this one has not.
    pub fn lacks(&self, other: &Inventory) -> u64 {
        let own: BTreeSet<&str> = self.names().collect();
        other.names().filter(|name| !own.contains(name)).count() as u64
    }

    /// By what resources, sites and client pools are told apart.
    fn names(&self) -> impl Iterator<Item = &str> {
        let sites = self.sites.iter().map(|site| site.name.as_str());
        let pools = self.client_pools.iter().map(|pool| pool.name.as_str());
        self.headers().map(|header| header.id.as_str()).chain(sites).chain(pools)
    }

    /// Takes over what another inventory has and this one has not; of what both have this one is right.
    pub fn keep(&mut self, other: Inventory) {
        macro_rules! kept {
            ($($list:ident),+) => {
                $(merge(&mut self.$list, other.$list, |resource| resource.header.id.clone());)+
            };
        }
        for subscription in &mut self.subscriptions {
            if let Some(known) = other.subscriptions.iter().find(|known| known.id == subscription.id) {
                // Many exports name a subscription by its id alone.
                if subscription.name.is_empty() {
                    subscription.name.clone_from(&known.name);
                }
                if subscription.tenant_id.is_empty() {
                    subscription.tenant_id.clone_from(&known.tenant_id);
                }
            }
        }
        merge(&mut self.subscriptions, other.subscriptions, |subscription| subscription.id.clone());
        merge(&mut self.sites, other.sites, |site| site.name.clone());
        merge(&mut self.client_pools, other.client_pools, |pool| pool.name.clone());
        each_list!(kept);
        crate::read::links(self);
    }
}

fn merge<T>(own: &mut Vec<T>, others: Vec<T>, id: impl Fn(&T) -> String) {
    let known: BTreeSet<String> = own.iter().map(&id).collect();
    own.extend(others.into_iter().filter(|other| !known.contains(&id(other))));
    own.sort_by_key(|resource| id(resource));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{RouteTable, Site, Subscription};

    fn inventory(tables: &[(&str, &str)], subscription: &str) -> Inventory {
        let table = |(id, region): &(&str, &str)| {
            let header = Header { id: (*id).into(), region: (*region).into(), ..Header::default() };
            RouteTable { header, ..RouteTable::default() }
        };
        Inventory {
            route_tables: tables.iter().map(table).collect(),
            subscriptions: vec![Subscription {
                id: "s".into(),
                name: subscription.into(),
                tenant_id: "".into(),
            }],
            sites: vec![Site { name: "Berlin".into(), ..Site::default() }],
            ..Inventory::default()
        }
    }

    #[test]
    fn what_both_have_is_the_newer_ones() {
        let mut newer = inventory(&[("/b", "new"), ("/c", "new")], "");
        let older = inventory(&[("/a", "old"), ("/b", "old")], "Production");
        assert_eq!((newer.lacks(&older), older.lacks(&newer)), (1, 1));
        newer.keep(older);
        assert_eq!(newer, inventory(&[("/a", "old"), ("/b", "new"), ("/c", "new")], "Production"));
    }
}
