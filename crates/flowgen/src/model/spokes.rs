//! The hub, its spokes, the laboratory, and the networks of acquired companies.

use super::address::{SIX_FIRST_HOST, SIX_SECOND_HOST};
use super::company::{CONNECTIVITY, PRODUCTION, SubnetSpec, VnetSpec, host};
use super::outside::ip;
use super::resources::{AclIds, Cluster, Hardware, KeyOrder, Role, ScaleSet};

/// Positions of the networks, the first two of them in `company`.
pub(super) const WEST: usize = 0;
pub(super) const NORTH: usize = 1;
pub(super) const HUB: usize = 2;
pub(super) const PAY: usize = 3;
pub(super) const AKS: usize = 4;
pub(super) const LAB: usize = 5;

pub(super) const SCALE_SETS: &[ScaleSet] = &[
    ScaleSet { name: "vmss-render", resource_group: "", vnet: PAY, uniform: true },
    ScaleSet { name: "vmss-jobs", resource_group: "", vnet: PAY, uniform: false },
    ScaleSet {
        name: "aks-system-31415926-vmss",
        resource_group: "MC_rg-aks_aks-tillermoor_northeurope",
        vnet: AKS,
        uniform: true,
    },
    ScaleSet {
        name: "aks-blocks-27182818-vmss",
        resource_group: "MC_rg-aks_aks-stock_northeurope",
        vnet: AKS,
        uniform: true,
    },
];

pub(super) const CLUSTERS: &[Cluster] = &[
    Cluster {
        name: "aks-tillermoor",
        vnet: AKS,
        node_resource_group: "MC_rg-aks_aks-tillermoor_northeurope",
        pool: "system",
        node_subnet: "snet-nodes",
        pod_subnet: None,
        pod_prefix: Some("10.244.0.0/16"),
        service_prefix: "172.30.0.0/16",
    },
    Cluster {
        name: "aks-stock",
        vnet: AKS,
        node_resource_group: "MC_rg-aks_aks-stock_northeurope",
        pool: "blocks",
        node_subnet: "snet-block-nodes",
        pod_subnet: Some("snet-pods"),
        pod_prefix: None,
        service_prefix: "172.31.0.0/16",
    },
];

const fn subnet(
    name: &'static str,
    prefixes: &'static [&'static str],
    nsg: Option<&'static str>,
    hosts: &'static [super::company::Host],
) -> SubnetSpec {
    SubnetSpec { name, prefixes, nsg, hosts }
}

pub(super) const VNETS: &[VnetSpec] = &[
    VnetSpec {
        name: "vnet-hub-weu",
        subscription: CONNECTIVITY,
        resource_group: "rg-hub",
        region: "westeurope",
        prefixes: &["10.10.0.0/16"],
        realm: 0,
        encryption: false,
        flow_log: "vnet-hub-weu-flowlog",
        key_order: KeyOrder::VersionAfterTarget,
        acl_ids: AclIds::ArmId,
        subnets: &[
            // No group guards an appliance that has to forward everything.
            subnet(
                "snet-nva",
                &["10.10.1.0/28"],
                None,
                &[host("nva-01", Role::Appliance, ip(10, 10, 1, 4)).forwarding()],
            ),
            subnet(
                "snet-shared",
                &["10.10.2.0/27"],
                Some("nsg-shared"),
                &[host("shared-01", Role::Shared, ip(10, 10, 2, 4))],
            ),
            subnet("GatewaySubnet", &["10.10.255.0/27"], None, &[]),
        ],
    },
    VnetSpec {
        name: "vnet-spoke-pay",
        subscription: PRODUCTION,
        resource_group: "rg-pay",
        region: "westeurope",
        prefixes: &["10.11.0.0/16"],
        realm: 0,
        encryption: true,
        flow_log: "vnet-spoke-pay-flowlog",
        key_order: KeyOrder::VersionAfterTarget,
        acl_ids: AclIds::ArmId,
        subnets: &[
            subnet(
                "snet-pay",
                &["10.11.1.0/27"],
                Some("nsg-pay"),
                &[
                    host("pay-01", Role::Payment, ip(10, 11, 1, 4)),
                    host("pay-02", Role::Payment, ip(10, 11, 1, 5)),
                ],
            ),
            subnet("snet-agw", &["10.11.2.0/26"], None, &[]),
            subnet("snet-endpoints", &["10.11.3.0/27"], None, &[]),
            subnet(
                "snet-render",
                &["10.11.4.0/27"],
                Some("nsg-render"),
                &[
                    host("render", Role::Render, ip(10, 11, 4, 4)).instance("vmss-render", 0),
                    host("render", Role::Render, ip(10, 11, 4, 6)).instance("vmss-render", 2),
                ],
            ),
            subnet(
                "snet-jobs",
                &["10.11.5.0/27"],
                Some("nsg-jobs"),
                &[
                    host("vmss-jobs_3f9a1c20", Role::Job, ip(10, 11, 5, 4))
                        .instance("vmss-jobs", 0)
                        .hardware(Hardware::FallsBack),
                    host("vmss-jobs_b71e0d44", Role::Job, ip(10, 11, 5, 5))
                        .instance("vmss-jobs", 1)
                        .hardware(Hardware::FallsBack),
                ],
            ),
        ],
    },
    VnetSpec {
        name: "vnet-spoke-aks",
        subscription: PRODUCTION,
        resource_group: "rg-aks",
        region: "northeurope",
        prefixes: &["10.12.0.0/16", "fd4c:7a1e:9b02::/48"],
        realm: 0,
        encryption: false,
        flow_log: "vnet-spoke-aks-flowlog",
        key_order: KeyOrder::VersionAfterTarget,
        acl_ids: AclIds::ArmId,
        subnets: &[
            subnet(
                "snet-nodes",
                &["10.12.0.0/24"],
                Some("nsg-nodes"),
                &[
                    host("aks-system-31415926-vmss", Role::Node, ip(10, 12, 0, 4))
                        .instance("aks-system-31415926-vmss", 0)
                        .pods(ip(10, 244, 0, 0), 24, None),
                    host("aks-system-31415926-vmss", Role::Node, ip(10, 12, 0, 5))
                        .instance("aks-system-31415926-vmss", 1)
                        .pods(ip(10, 244, 1, 0), 24, None),
                ],
            ),
            subnet(
                "snet-block-nodes",
                &["10.12.1.0/24"],
                Some("nsg-block-nodes"),
                &[
                    host("aks-blocks-27182818-vmss", Role::BlockNode, ip(10, 12, 1, 4))
                        .instance("aks-blocks-27182818-vmss", 0)
                        .pods(ip(10, 12, 8, 16), 28, Some("snet-pods")),
                    host("aks-blocks-27182818-vmss", Role::BlockNode, ip(10, 12, 1, 5))
                        .instance("aks-blocks-27182818-vmss", 1)
                        .pods(ip(10, 12, 8, 32), 28, Some("snet-pods")),
                ],
            ),
            subnet("snet-pods", &["10.12.8.0/22"], None, &[]),
            subnet(
                "snet-dual",
                &["10.12.16.0/24", "fd4c:7a1e:9b02:16::/64"],
                Some("nsg-dual"),
                &[
                    host("dual-01", Role::Dual, ip(10, 12, 16, 4)).six(SIX_FIRST_HOST),
                    host("dual-02", Role::Dual, ip(10, 12, 16, 5)).six(SIX_SECOND_HOST),
                ],
            ),
        ],
    },
    VnetSpec {
        name: "vnet-lab-uks",
        subscription: CONNECTIVITY,
        resource_group: "rg-lab",
        region: "uksouth",
        prefixes: &["10.30.0.0/16"],
        realm: 0,
        encryption: false,
        flow_log: "vnet-lab-uks-flowlog",
        key_order: KeyOrder::VersionAfterTarget,
        acl_ids: AclIds::ArmId,
        subnets: &[
            subnet(
                "snet-lab",
                &["10.30.1.0/27"],
                Some("nsg-lab"),
                &[
                    host("lab-01", Role::Lab, ip(10, 30, 1, 4)).public(ip(20, 90, 134, 71)),
                    host("lab-02", Role::LabInner, ip(10, 30, 1, 5)),
                ],
            ),
            subnet("GatewaySubnet", &["10.30.255.0/27"], None, &[]),
        ],
    },
    // Two companies that were bought with the same address space, and that nothing joins to the rest.
    VnetSpec {
        name: "vnet-acquired-a",
        subscription: CONNECTIVITY,
        resource_group: "rg-acquired-a",
        region: "uksouth",
        prefixes: &["10.50.0.0/24"],
        realm: 1,
        encryption: false,
        flow_log: "vnet-acquired-a-flowlog",
        key_order: KeyOrder::VersionAfterTarget,
        acl_ids: AclIds::ArmId,
        subnets: &[subnet(
            "snet-main",
            &["10.50.0.0/25"],
            Some("nsg-acquired-a"),
            &[
                host("till-01", Role::Till, ip(10, 50, 0, 4)),
                host("till-02", Role::TillServer, ip(10, 50, 0, 5)),
            ],
        )],
    },
    VnetSpec {
        name: "vnet-acquired-b",
        subscription: CONNECTIVITY,
        resource_group: "rg-acquired-b",
        region: "northeurope",
        prefixes: &["10.50.0.0/24"],
        realm: 2,
        encryption: false,
        flow_log: "vnet-acquired-b-flowlog",
        key_order: KeyOrder::VersionAfterTarget,
        acl_ids: AclIds::ArmId,
        subnets: &[subnet(
            "snet-main",
            &["10.50.0.0/25"],
            Some("nsg-acquired-b"),
            &[
                host("stock-01", Role::Stock, ip(10, 50, 0, 4)),
                host("stock-02", Role::StockServer, ip(10, 50, 0, 5)),
            ],
        )],
    },
];
