//! The planted company: networks, machines, load balancers, circuit.
//!
//! To add a machine: one [`host`] line in its subnet. To add a network: one [`VnetSpec`].

use std::net::Ipv4Addr;

use super::inventory::{
    AclIds, Circuit, Company, FlowLog, Hardware, KeyOrder, LoadBalancer, Nic, Nsg, Peering, Role, Site,
    Subnet, Subscription, Uptime, Vnet,
};
use super::outside::ip;
use crate::dice::{key_of, scramble};

const SUBSCRIPTIONS: &[Subscription] =
    &[Subscription { id: "5f1c0a2e-7b34-4d19-9c86-3e0d52a7b641", name: "Tillermoor Production" }];

struct VnetSpec {
    name: &'static str,
    resource_group: &'static str,
    region: &'static str,
    prefix: &'static str,
    encryption: bool,
    flow_log: &'static str,
    key_order: KeyOrder,
    acl_ids: AclIds,
    subnets: &'static [SubnetSpec],
}

struct SubnetSpec {
    name: &'static str,
    prefix: &'static str,
    nsg: Option<&'static str>,
    hosts: &'static [Host],
}

#[derive(Clone, Copy)]
struct Host {
    name: &'static str,
    role: Role,
    address: Ipv4Addr,
    public_address: Option<Ipv4Addr>,
    hardware: Hardware,
    uptime: Uptime,
    share_percent: u32,
}

const fn host(name: &'static str, role: Role, address: Ipv4Addr) -> Host {
    Host {
        name,
        role,
        address,
        public_address: None,
        hardware: Hardware::Ready,
        uptime: Uptime::Always,
        share_percent: 100,
    }
}

impl Host {
    const fn public(self, address: Ipv4Addr) -> Self {
        Host { public_address: Some(address), ..self }
    }

    const fn hardware(self, hardware: Hardware) -> Self {
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
        resource_group: "flowlogs",
        region: "westeurope",
        prefix: "10.1.0.0/16",
        encryption: true,
        flow_log: "vnet-tillermoor-weu-flowlog",
        key_order: KeyOrder::VersionAfterTarget,
        acl_ids: AclIds::ArmId,
        subnets: &[
            SubnetSpec {
                name: "snet-app",
                prefix: "10.1.1.0/27",
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
                prefix: "10.1.1.32/27",
                nsg: Some("nsg-mgmt"),
                hosts: &[
                    host("jump-01", Role::Jump, ip(10, 1, 1, 36)).public(ip(20, 73, 148, 26)),
                    host("mon-01", Role::Monitor, ip(10, 1, 1, 37)),
                ],
            },
            SubnetSpec {
                name: "snet-web",
                prefix: "10.1.1.64/27",
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
                prefix: "10.1.2.0/26",
                nsg: Some("nsg-data"),
                hosts: &[
                    host("sql-01", Role::Database, ip(10, 1, 2, 4)),
                    host("sql-02", Role::Database, ip(10, 1, 2, 5)),
                    host("redis-01", Role::Cache, ip(10, 1, 2, 8)).hardware(Hardware::Unsupported),
                ],
            },
            SubnetSpec {
                name: "snet-core",
                prefix: "10.1.3.0/27",
                nsg: Some("nsg-core"),
                hosts: &[
                    host("dc-01", Role::DomainController, ip(10, 1, 3, 4)),
                    host("dc-02", Role::DomainController, ip(10, 1, 3, 5)),
                ],
            },
            SubnetSpec {
                name: "snet-batch",
                prefix: "10.1.4.0/27",
                nsg: Some("nsg-batch"),
                hosts: &[host("batch-01", Role::Batch, ip(10, 1, 4, 4)).hardware(Hardware::NotReady)],
            },
            SubnetSpec { name: "GatewaySubnet", prefix: "10.1.255.0/27", nsg: None, hosts: &[] },
        ],
    },
    VnetSpec {
        name: "Vnet-Tillermoor-NEU",
        resource_group: "rg-Tillermoor-NEU",
        region: "northeurope",
        prefix: "10.2.0.0/16",
        encryption: false,
        flow_log: "fl-Vnet-Tillermoor-NEU",
        key_order: KeyOrder::VersionSecond,
        acl_ids: AclIds::Guid,
        subnets: &[
            SubnetSpec {
                name: "snet-shop",
                prefix: "10.2.1.0/27",
                nsg: Some("nsg-shop"),
                hosts: &[
                    host("shop-01", Role::Shop, ip(10, 2, 1, 4)).public(ip(20, 54, 81, 17)),
                    host("shop-02", Role::Shop, ip(10, 2, 1, 5)).public(ip(20, 54, 81, 18)),
                ],
            },
            SubnetSpec {
                name: "snet-report",
                prefix: "10.2.2.0/27",
                nsg: Some("nsg-report"),
                hosts: &[
                    host("bi-01", Role::Report, ip(10, 2, 2, 4)),
                    host("bi-02", Role::Report, ip(10, 2, 2, 5)).office_hours(),
                ],
            },
            SubnetSpec {
                name: "snet-copy",
                prefix: "10.2.3.0/27",
                nsg: Some("nsg-copy"),
                hosts: &[host("sqlr-01", Role::Replica, ip(10, 2, 3, 4))],
            },
        ],
    },
];

/// Name, network, frontend and role of the backends of each load balancer.
const LOAD_BALANCERS: &[(&str, usize, Ipv4Addr, Role)] =
    &[("lbi-web", 0, ip(10, 1, 1, 90), Role::Web), ("lbe-web", 0, ip(20, 73, 148, 40), Role::Web)];

pub(super) fn planted() -> Company {
    let mut company = Company {
        name: "Tillermoor Stores",
        subscriptions: SUBSCRIPTIONS.to_vec(),
        vnets: Vec::new(),
        nics: Vec::new(),
        load_balancers: Vec::new(),
        peerings: vec![Peering { name: "peer-weu-neu", vnet1: 0, vnet2: 1 }],
        sites: vec![Site { name: "site-tillermoor-hq", prefix: "10.4.0.0/16" }],
        circuits: vec![Circuit {
            name: "erc-tillermoor-ams",
            site: 0,
            vnet: 0,
            peering_type: "AzurePrivatePeering",
        }],
    };
    for spec in VNETS {
        add_vnet(&mut company, spec);
    }
    for &(name, vnet, frontend, role) in LOAD_BALANCERS {
        let backends = (0..company.nics.len()).filter(|&nic| company.nics[nic].role == role).collect();
        company.load_balancers.push(LoadBalancer { name, vnet, frontend, backends });
    }
    company
}

fn add_vnet(company: &mut Company, spec: &VnetSpec) {
    let vnet = company.vnets.len();
    for (subnet, subnet_spec) in spec.subnets.iter().enumerate() {
        for host in subnet_spec.hosts {
            company.nics.push(Nic {
                name: format!("nic-{}", host.name),
                vm: format!("vm-{}", host.name),
                role: host.role,
                vnet,
                subnet,
                address: host.address,
                public_address: host.public_address,
                mac: mac(company.nics.len()),
                hardware: host.hardware,
                uptime: host.uptime,
                share_percent: host.share_percent,
                cell: 0,
            });
        }
    }
    let subnets = spec.subnets.iter().map(|subnet| Subnet {
        name: subnet.name.to_owned(),
        prefix: subnet.prefix.to_owned(),
        nsg: subnet.nsg.map(nsg),
    });
    company.vnets.push(Vnet {
        name: spec.name.to_owned(),
        subscription: 0,
        resource_group: spec.resource_group.to_owned(),
        region: spec.region,
        prefix: spec.prefix.to_owned(),
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
pub(super) fn guid(name: &str) -> String {
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
