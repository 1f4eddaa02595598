//! Ids of resources, capitalised as created.

use super::edges;
use super::resources::{Company, Nic};

impl Company {
    /// The id of a resource in the group of a network, capitalised as created: of a provider, `Microsoft.Network`, and
    /// a kind, `virtualNetworks`.
    pub(crate) fn id(&self, vnet: usize, provider: &str, kind: &str, name: &str) -> String {
        self.id_in(vnet, &self.vnets[vnet].resource_group, provider, kind, name)
    }

    /// The same in a group that is named.
    pub(crate) fn id_in(&self, vnet: usize, group: &str, provider: &str, kind: &str, name: &str) -> String {
        let subscription = self.subscription_of(&self.vnets[vnet]).id;
        format!("/subscriptions/{subscription}/resourceGroups/{group}/providers/{provider}/{kind}/{name}")
    }

    /// The same of `Microsoft.Network`.
    pub(crate) fn network_id(&self, vnet: usize, kind: &str, name: &str) -> String {
        self.id(vnet, "Microsoft.Network", kind, name)
    }

    /// The id of a subnet.
    pub(crate) fn subnet_id(&self, vnet: usize, subnet: usize) -> String {
        let (network, name) = (&self.vnets[vnet], &self.vnets[vnet].subnets[subnet].name);
        format!("{}/subnets/{name}", self.network_id(vnet, "virtualNetworks", &network.name))
    }

    /// The id of a flow log in the region of a network.
    pub(crate) fn flow_log_id(&self, vnet: usize, name: &str) -> String {
        let region = self.vnets[vnet].region;
        let watcher = format!("networkWatchers/NetworkWatcher_{region}/flowLogs");
        self.id_in(vnet, "NetworkWatcherRG", "Microsoft.Network", &watcher, name)
    }

    /// The id of a group of the network manager.
    pub(crate) fn network_group_id(&self, name: &str) -> String {
        let kind = format!("networkManagers/{}/networkGroups", edges::NETWORK_MANAGER);
        self.network_id(edges::NETWORK_MANAGER_VNET, &kind, name)
    }

    /// The id of the network group that security-admin rules at a NIC apply to.
    pub(crate) fn guarding_group_id(&self, nic: &Nic) -> String {
        self.network_group_id(if nic.cell == 0 { edges::GUARDED } else { edges::GUARDED_FLEET })
    }
}
