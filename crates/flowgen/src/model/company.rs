//! The planted company: how its tables are put together, and its first two networks.
//!
//! To add a machine: one [`host`] line in its subnet. To add a network: one [`VnetSpec`] in `spokes`.

use std::net::Ipv4Addr;

use super::address;
use super::edges;
use super::outside::ip;
use super::resources::{
    AclIds, Company, FlowLog, Hardware, Instance, KeyOrder, Nic, Nsg, Pods, Role, ScaleSet, Subnet,
    Subscription, Uptime, Vnet,
};
use super::spokes;
use crate::dice::{key_of, scramble};

const SUBSCRIPTIONS: &[Subscription] = &[
    Subscription { id: "5f1c0a2e-7b34-4d19-9c86-3e0d52a7b641", name: "Tillermoor Production" },
    Subscription { id: "c47d9e15-02ab-4f6e-b3d8-6a91f0c25e73", name: "Tillermoor Connectivity" },
];
/// Positions of the subscriptions.
pub(super) const PRODUCTION: usize = 0;
pub(super) const CONNECTIVITY: usize = 1;

pub(super) struct VnetSpec {
    pub(super) name: &'static str,
    pub(super) subscription: usize,
    pub(super) resource_group: &'static str,
    pub(super) region: &'static str,
    pub(super) prefixes: &'static [&'static str],
    pub(super) realm: u32,
    pub(super) encryption: bool,
    pub(super) flow_log: &'static str,
    pub(super) key_order: KeyOrder,
    pub(super) acl_ids: AclIds,
    pub(super) subnets: &'static [SubnetSpec],
}

pub(super) struct SubnetSpec {
    pub(super) name: &'static str,
    pub(super) prefixes: &'static [&'static str],
    pub(super) nsg: Option<&'static str>,
    pub(super) hosts: &'static [Host],
}

#[derive(Clone, Copy)]
pub(super) struct Host {
    name: &'static str,
    role: Role,
    address: Ipv4Addr,
    six: Option<u8>,
    public_address: Option<Ipv4Addr>,
    pods: Option<(Ipv4Addr, u8, Option<&'static str>)>,
    /// Name of a scale set and number in it.
    instance: Option<(&'static str, u32)>,
    forwarding: bool,
    hardware: Hardware,
    uptime: Uptime,
    share_percent: u32,
}

pub(super) const fn host(name: &'static str, role: Role, address: Ipv4Addr) -> Host {
    Host {
        name,
        role,
        address,
        six: None,
        public_address: None,
        pods: None,
        instance: None,
        forwarding: false,
        hardware: Hardware::Ready,
        uptime: Uptime::Always,
        share_percent: 100,
    }
}

impl Host {
    pub(super) const fn public(self, address: Ipv4Addr) -> Self {
        Host { public_address: Some(address), ..self }
    }

    pub(super) const fn six(self, position: u8) -> Self {
        Host { six: Some(position), ..self }
    }

    /// Pods on an overlay, or in a block of a subnet.
    pub(super) const fn pods(self, network: Ipv4Addr, length: u8, subnet: Option<&'static str>) -> Self {
        Host { pods: Some((network, length, subnet)), ..self }
    }

    pub(super) const fn instance(self, scale_set: &'static str, number: u32) -> Self {
        Host { instance: Some((scale_set, number)), ..self }
    }

    pub(super) const fn forwarding(self) -> Self {
        Host { forwarding: true, ..self }
    }

    pub(super) const fn hardware(self, hardware: Hardware) -> Self {
        Host { hardware, ..self }
    }

    const fn office_hours(self) -> Self {
        Host { uptime: Uptime::OfficeHours, ..self }
    }

    const fn share(self, share_percent: u32) -> Self {
        Host { share_percent, ..self }
    }
}

const VNETS: &[VnetSpec] = &[
    VnetSpec {
        name: "vnet-tillermoor-weu",
        subscription: PRODUCTION,
        resource_group: "flowlogs",
        region: "westeurope",
        prefixes: &["10.1.0.0/16"],
        realm: 0,
        encryption: true,
        flow_log: "vnet-tillermoor-weu-flowlog",
        key_order: KeyOrder::VersionAfterTarget,
        acl_ids: AclIds::ArmId,
        subnets: &[
            SubnetSpec {
                name: "snet-app",
                prefixes: &["10.1.1.0/27"],
                nsg: Some("nsg-app"),
                hosts: &[
                    host("app-01", Role::App, ip(10, 1, 1, 4)),
                    host("app-02", Role::App, ip(10, 1, 1, 5)),
                    host("ops-01", Role::Operations, ip(10, 1, 1, 8)),
                    host("ws-01", Role::Workstation, ip(10, 1, 1, 9)).office_hours(),
                    host("ws-02", Role::Workstation, ip(10, 1, 1, 10)).office_hours(),
                ],
            },
            SubnetSpec {
                name: "snet-mgmt",
                prefixes: &["10.1.1.32/27"],
                nsg: Some("nsg-mgmt"),
                hosts: &[
                    host("jump-01", Role::Jump, ip(10, 1, 1, 36)).public(ip(20, 73, 148, 26)),
                    host("mon-01", Role::Monitor, ip(10, 1, 1, 37)),
                ],
            },
            SubnetSpec {
                name: "snet-web",
                prefixes: &["10.1.1.64/27"],
                nsg: Some("nsg-web"),
                hosts: &[
                    host("web-01", Role::Web, ip(10, 1, 1, 68)),
                    host("web-02", Role::Web, ip(10, 1, 1, 69)),
                    // The idle one of the published recipes.
                    host("web-03", Role::Web, ip(10, 1, 1, 70)).share(3),
                    host("web-04", Role::Web, ip(10, 1, 1, 71)),
                ],
            },
            SubnetSpec {
                name: "snet-data",
                prefixes: &["10.1.2.0/26"],
                nsg: Some("nsg-data"),
                hosts: &[
                    host("sql-01", Role::Database, ip(10, 1, 2, 4)),
                    host("sql-02", Role::Database, ip(10, 1, 2, 5)),
                    host("redis-01", Role::Cache, ip(10, 1, 2, 8)).hardware(Hardware::Unsupported),
                ],
            },
            SubnetSpec {
                name: "snet-core",
                prefixes: &["10.1.3.0/27"],
                nsg: Some("nsg-core"),
                hosts: &[
                    host("dc-01", Role::DomainController, ip(10, 1, 3, 4)),
                    host("dc-02", Role::DomainController, ip(10, 1, 3, 5)),
                ],
            },
            SubnetSpec {
                name: "snet-batch",
                prefixes: &["10.1.4.0/27"],
                nsg: Some("nsg-batch"),
                hosts: &[host("batch-01", Role::Batch, ip(10, 1, 4, 4)).hardware(Hardware::NotReady)],
            },
            SubnetSpec { name: "GatewaySubnet", prefixes: &["10.1.255.0/27"], nsg: None, hosts: &[] },
        ],
    },
    VnetSpec {
        name: "Vnet-Tillermoor-NEU",
        subscription: PRODUCTION,
        resource_group: "rg-Tillermoor-NEU",
        region: "northeurope",
        prefixes: &["10.2.0.0/16"],
        realm: 0,
        encryption: false,
        flow_log: "fl-Vnet-Tillermoor-NEU",
        key_order: KeyOrder::VersionSecond,
        acl_ids: AclIds::Guid,
        subnets: &[
            SubnetSpec {
                name: "snet-shop",
                prefixes: &["10.2.1.0/27"],
                nsg: Some("nsg-shop"),
                hosts: &[
                    host("shop-01", Role::Shop, ip(10, 2, 1, 4)).public(ip(20, 54, 81, 17)),
                    host("shop-02", Role::Shop, ip(10, 2, 1, 5)).public(ip(20, 54, 81, 18)),
                ],
            },
            SubnetSpec {
                name: "snet-report",
                prefixes: &["10.2.2.0/27"],
                nsg: Some("nsg-report"),
                hosts: &[
                    host("bi-01", Role::Report, ip(10, 2, 2, 4)),
                    host("bi-02", Role::Report, ip(10, 2, 2, 5)).office_hours(),
                ],
            },
            SubnetSpec {
                name: "snet-copy",
                prefixes: &["10.2.3.0/27"],
                nsg: Some("nsg-copy"),
                hosts: &[host("sqlr-01", Role::Replica, ip(10, 2, 3, 4))],
            },
        ],
    },
];

pub(super) fn planted() -> Company {
    let mut company = Company {
        name: "Tillermoor Stores",
        tenant_id: "9d0f63b1-58c7-4e2a-a1f4-7be820d4c95a",
        subscriptions: SUBSCRIPTIONS.to_vec(),
        vnets: Vec::new(),
        nics: Vec::new(),
        scale_sets: spokes::SCALE_SETS.to_vec(),
        clusters: spokes::CLUSTERS.to_vec(),
        load_balancers: Vec::new(),
        application_gateways: edges::APPLICATION_GATEWAYS.to_vec(),
        private_endpoints: edges::PRIVATE_ENDPOINTS.to_vec(),
        route_tables: edges::ROUTE_TABLES.to_vec(),
        peerings: edges::PEERINGS.to_vec(),
        gateways: edges::GATEWAYS.to_vec(),
        connections: edges::CONNECTIONS.to_vec(),
        local_gateways: edges::LOCAL_GATEWAYS.to_vec(),
        sites: edges::SITES.to_vec(),
        client_pools: edges::CLIENT_POOLS.to_vec(),
        circuits: edges::CIRCUITS.to_vec(),
        network_groups: Vec::new(),
    };
    for spec in VNETS.iter().chain(spokes::VNETS) {
        add_vnet(&mut company, spec);
    }
    company.load_balancers = edges::load_balancers(&company);
    company.network_groups = edges::network_groups();
    company
}

fn add_vnet(company: &mut Company, spec: &VnetSpec) {
    let vnet = company.vnets.len();
    for (subnet, subnet_spec) in spec.subnets.iter().enumerate() {
        for host in subnet_spec.hosts {
            let nic = nic(company, spec, host, (vnet, subnet));
            company.nics.push(nic);
        }
    }
    let subnets = spec.subnets.iter().map(|subnet| Subnet {
        name: subnet.name.to_owned(),
        prefixes: texts(subnet.prefixes),
        nsg: subnet.nsg.map(nsg),
    });
    company.vnets.push(Vnet {
        name: spec.name.to_owned(),
        subscription: spec.subscription,
        resource_group: spec.resource_group.to_owned(),
        region: spec.region,
        prefixes: texts(spec.prefixes),
        realm: spec.realm,
        encryption: spec.encryption,
        flow_log: FlowLog {
            name: spec.flow_log.to_owned(),
            guid: guid(spec.flow_log),
            key_order: spec.key_order,
            acl_ids: spec.acl_ids,
        },
        subnets: subnets.collect(),
    });
}

fn nic(company: &Company, spec: &VnetSpec, host: &Host, (vnet, subnet): (usize, usize)) -> Nic {
    let set = |name: &str| company.scale_sets.iter().position(|set| set.name == name).unwrap_or_default();
    let instance = host.instance.map(|(name, number)| Instance { scale_set: set(name), number });
    let scale_set: Option<&ScaleSet> = instance.map(|instance| &company.scale_sets[instance.scale_set]);
    let group = scale_set.map(|set| set.resource_group).filter(|group| !group.is_empty());
    let (name, vm) = match (scale_set, host.instance) {
        // Instances of a uniform set are numbered, and their interfaces all have one name.
        (Some(set), Some((_, number))) if set.uniform => {
            (format!("nic-{}", host.name), format!("{}_{number}", set.name))
        }
        (Some(_), _) => (format!("nic-{}", host.name), host.name.to_owned()),
        _ => (format!("nic-{}", host.name), format!("vm-{}", host.name)),
    };
    let position =
        |name: &str| spec.subnets.iter().position(|subnet| subnet.name == name).unwrap_or_default();
    Nic {
        name,
        vm,
        resource_group: group.unwrap_or(spec.resource_group).to_owned(),
        role: host.role,
        vnet,
        subnet,
        address: host.address,
        address_six: host.six.map(address::six),
        public_address: host.public_address,
        pods: host.pods.map(|(network, length, subnet)| Pods {
            network,
            length,
            subnet: subnet.map(position),
        }),
        instance,
        forwarding: host.forwarding,
        mac: mac(company.nics.len()),
        hardware: host.hardware,
        uptime: host.uptime,
        share_percent: host.share_percent,
        cell: 0,
    }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

pub(super) fn nsg(name: &str) -> Nsg {
    Nsg { name: name.to_owned(), guid: guid(name) }
}

/// A hardware address with one of the prefixes Azure uses, different for every NIC.
pub(super) fn mac(nic: usize) -> String {
    const PREFIXES: [&str; 3] = ["000D3A", "6045BD", "7C1E52"];
    // Multiplying by an odd number permutes the 24 bits, so no two NICs share an address.
    let serial = (nic as u64).wrapping_mul(0x9e_3779).wrapping_add(0x14_4d1c) & 0xff_ffff;
    format!("{}{serial:06X}", PREFIXES[nic % PREFIXES.len()])
}

/// A version 4 GUID that belongs to a name.
pub(crate) fn guid(name: &str) -> String {
    let high = scramble(key_of(name));
    let low = scramble(high);
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        0x8000 | low >> 48 & 0x3fff,
        low & 0xffff_ffff_ffff
    )
}
