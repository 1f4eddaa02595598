use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use ipnet::IpNet;

use crate::{
    FlowLog, Inventory, IpConfiguration, NetworkInterface, Subnet, VirtualNetwork, short_resource_id,
};

/// What rows need to know of other resources.
pub(super) struct Lookup<'a> {
    names: HashMap<&'a str, &'a str>,
    pub networks: HashMap<&'a str, &'a VirtualNetwork>,
    public: HashMap<&'a str, IpAddr>,
    /// Interfaces and configurations by the ids of configurations.
    parts: HashMap<&'a str, (&'a NetworkInterface, &'a IpConfiguration)>,
    /// Flow logs that are switched on, by what they log.
    logs: HashMap<&'a str, &'a FlowLog>,
    pub targets: HashMap<&'a str, &'a str>,
    forwarding: HashSet<&'a str>,
    pub scale_sets: HashMap<&'a str, &'a str>,
    /// The first subnet of each interface.
    subnets: HashMap<&'a str, &'a str>,
}

impl<'a> Lookup<'a> {
    pub fn new(inventory: &'a Inventory) -> Self {
        let nics = &inventory.network_interfaces;
        let parts = nics
            .iter()
            .flat_map(|nic| nic.ip_configurations.iter().map(move |part| (part.id.as_str(), (nic, part))));
        let logs = inventory.flow_logs.iter().filter(|log| log.enabled);
        Lookup {
            names: inventory.subscriptions.iter().map(|it| (it.id.as_str(), it.name.as_str())).collect(),
            networks: inventory.virtual_networks.iter().map(|it| (it.header.id.as_str(), it)).collect(),
            public: inventory
                .public_ips
                .iter()
                .filter_map(|ip| Some((ip.header.id.as_str(), ip.address?)))
                .collect(),
            parts: parts.collect(),
            logs: logs.filter_map(|log| Some((log.target.as_deref()?, log))).collect(),
            targets: inventory
                .private_endpoints
                .iter()
                .filter_map(|it| Some((it.header.id.as_str(), it.target.as_deref()?)))
                .collect(),
            forwarding: nics
                .iter()
                .filter(|nic| nic.ip_forwarding)
                .filter_map(|nic| nic.virtual_machine.as_deref())
                .collect(),
            subnets: nics
                .iter()
                .filter_map(|nic| {
                    let subnet = nic.ip_configurations.iter().find_map(|part| part.subnet.as_deref())?;
                    Some((nic.header.id.as_str(), subnet))
                })
                .collect(),
            scale_sets: inventory
                .virtual_machines
                .iter()
                .filter_map(|it| Some((it.header.id.as_str(), it.scale_set.as_deref()?)))
                .collect(),
        }
    }

    pub fn subscription_name(&self, subscription: &str) -> &'a str {
        self.names.get(subscription).copied().unwrap_or_default()
    }

    /// The subnet that an interface is in.
    pub fn subnet_of(&self, nic: &str) -> Option<&'a str> {
        self.subnets.get(nic).copied()
    }

    /// Whether a machine forwards for others.
    pub fn is_appliance(&self, machine: &str) -> bool {
        self.forwarding.contains(machine)
    }

    /// The address of a public address resource.
    pub fn public_address(&self, id: &str) -> Option<IpAddr> {
        self.public.get(id).copied()
    }

    /// Private and public addresses of configurations, and their subnets as rows name them.
    pub fn ends(&self, parts: &[IpConfiguration]) -> Ends {
        let mut ends = Ends::default();
        for part in parts {
            ends.private.extend(part.private_address.map(|address| address.to_string()));
            let public = part.public_ip.as_deref().and_then(|id| self.public_address(id));
            ends.public.extend(public.map(|address| address.to_string()));
            ends.subnets.extend(part.subnet.as_deref().map(crate::relative_resource_id));
        }
        ends
    }

    /// The interface's configuration of this id.
    pub fn part(&self, id: &str) -> Option<(&'a NetworkInterface, &'a IpConfiguration)> {
        self.parts.get(id).copied()
    }

    /// The flow log that is switched on for something, or for what it is part of.
    pub fn log_of(&self, nic: Option<&str>, subnet: Option<&str>) -> Option<&'a FlowLog> {
        let network = subnet.and_then(network_of);
        [nic, subnet, network].into_iter().flatten().find_map(|id| self.logs.get(id).copied())
    }

    /// The flow log of exactly this.
    pub fn own_log(&self, id: &str) -> Option<&'a FlowLog> {
        self.logs.get(id).copied()
    }
}

/// Addresses of a resource, and where they are.
#[derive(Default)]
pub(super) struct Ends {
    pub private: Vec<String>,
    pub public: Vec<String>,
    pub subnets: Vec<String>,
}

/// The network that a subnet is of.
pub(super) fn network_of(subnet: &str) -> Option<&str> {
    subnet.split_once("/subnets/").map(|(network, _)| network)
}

/// Where a flow log is written to, `subscription/group/account`.
pub(super) fn storage(log: &FlowLog) -> String {
    log.storage.as_deref().map(short_resource_id).unwrap_or_default()
}

/// Prefixes, as texts.
pub(super) fn texts(prefixes: &[IpNet]) -> impl Iterator<Item = String> + '_ {
    prefixes.iter().map(ToString::to_string)
}

/// Prefixes of a subnet, as texts.
pub(super) fn subnet_texts(subnet: &Subnet) -> impl Iterator<Item = String> + '_ {
    texts(&subnet.prefixes)
}
