//! What stands between the networks and around them: balancers, gateways, peerings, sites.

use super::connected::{
    ApplicationGateway, Circuit, ClientPool, Connection, Gateway, LoadBalancer, LocalGateway, NetworkGroup,
    Peer, Peering, PrivateEndpoint, Route, RouteTable, Site,
};
use super::outside::ip;
use super::resources::{Company, Role};
use super::spokes::{AKS, HUB, LAB, NORTH, PAY, WEST};

/// Name, network, frontend, its subnet and role of the backends of each load balancer.
const LOAD_BALANCERS: &[(&str, usize, std::net::Ipv4Addr, Option<&str>, Role)] = &[
    ("lbi-web", WEST, ip(10, 1, 1, 90), Some("snet-web"), Role::Web),
    ("lbe-web", WEST, ip(20, 73, 148, 40), None, Role::Web),
    ("lbi-pay", PAY, ip(10, 11, 1, 20), Some("snet-pay"), Role::Payment),
];

pub(super) fn load_balancers(company: &Company) -> Vec<LoadBalancer> {
    let balancer = |&(name, vnet, frontend, subnet, role): &(_, usize, _, Option<&str>, Role)| LoadBalancer {
        name,
        vnet,
        frontend,
        subnet: subnet.map(|subnet| company.subnet_of(vnet, subnet)),
        backends: (0..company.nics.len()).filter(|&nic| company.nics[nic].role == role).collect(),
    };
    LOAD_BALANCERS.iter().map(balancer).collect()
}

pub(super) const APPLICATION_GATEWAYS: &[ApplicationGateway] = &[ApplicationGateway {
    name: "agw-pay",
    vnet: PAY,
    subnet: "snet-agw",
    frontend: ip(10, 11, 2, 10),
    public_frontend: ip(20, 73, 150, 12),
    backends: Role::Payment,
}];

pub(super) const PRIVATE_ENDPOINTS: &[PrivateEndpoint] = &[
    PrivateEndpoint {
        name: "pe-receipts-blob",
        vnet: PAY,
        subnet: "snet-endpoints",
        address: ip(10, 11, 3, 4),
        target_type: "Microsoft.Storage/storageAccounts",
        target: "sttillermoorreceipts",
        part: "blob",
    },
    PrivateEndpoint {
        name: "pe-ledger-sql",
        vnet: PAY,
        subnet: "snet-endpoints",
        address: ip(10, 11, 3, 5),
        target_type: "Microsoft.Sql/servers",
        target: "sql-tillermoor-ledger",
        part: "sqlServer",
    },
];

pub(super) const ROUTE_TABLES: &[RouteTable] = &[
    RouteTable {
        name: "rt-weu",
        vnet: WEST,
        subnets: &["snet-app", "snet-web"],
        routes: &[
            Route {
                name: "to-pay",
                prefix: "10.11.0.0/16",
                next_hop: "VirtualAppliance",
                appliance: Some(ip(10, 10, 1, 4)),
            },
            Route { name: "to-lab", prefix: "10.30.0.0/16", next_hop: "None", appliance: None },
        ],
    },
    RouteTable {
        name: "rt-pay",
        vnet: PAY,
        subnets: &["snet-pay", "snet-jobs"],
        routes: &[
            Route {
                name: "to-weu",
                prefix: "10.1.0.0/16",
                next_hop: "VirtualAppliance",
                appliance: Some(ip(10, 10, 1, 4)),
            },
            Route {
                name: "to-aks",
                prefix: "10.12.0.0/16",
                next_hop: "VirtualAppliance",
                appliance: Some(ip(10, 10, 1, 4)),
            },
        ],
    },
];

pub(super) const PEERINGS: &[Peering] = &[
    peering(("peer-weu-neu", WEST), ("peer-neu-weu", NORTH), true),
    peering(("peer-hub-weu", HUB), ("peer-weu-hub", WEST), false),
    peering(("peer-hub-pay", HUB), ("peer-pay-hub", PAY), true),
    peering(("peer-hub-aks", HUB), ("peer-aks-hub", AKS), true),
];

const fn peering(one: (&'static str, usize), other: (&'static str, usize), shares_gateway: bool) -> Peering {
    Peering { name: one.0, name_back: other.0, vnet1: one.1, vnet2: other.1, shares_gateway }
}

pub(super) const GATEWAYS: &[Gateway] = &[
    Gateway {
        name: "ergw-weu",
        kind: "ExpressRoute",
        vnet: WEST,
        public_address: ip(20, 73, 151, 8),
        clients: None,
    },
    Gateway {
        name: "vpngw-hub",
        kind: "Vpn",
        vnet: HUB,
        public_address: ip(20, 73, 151, 30),
        clients: Some("172.16.40.0/24"),
    },
    Gateway { name: "vpngw-lab", kind: "Vpn", vnet: LAB, public_address: ip(20, 90, 135, 9), clients: None },
];

pub(super) const CONNECTIONS: &[Connection] = &[
    Connection { name: "cn-er-ams", gateway: 0, to: Peer::Circuit(0) },
    Connection { name: "cn-leeds", gateway: 1, to: Peer::LocalGateway(0) },
    Connection { name: "cn-hub-lab", gateway: 1, to: Peer::Gateway(2) },
    Connection { name: "cn-lab-hub", gateway: 2, to: Peer::Gateway(1) },
];

pub(super) const LOCAL_GATEWAYS: &[LocalGateway] = &[LocalGateway {
    name: "lng-leeds",
    vnet: HUB,
    prefix: "10.20.0.0/16",
    public_address: ip(81, 142, 6, 18),
}];

pub(super) const SITES: &[Site] = &[
    Site {
        name: "site-tillermoor-hq",
        prefix: "10.4.0.0/16",
        via: "express_route",
        connection: Some((WEST, "erc-tillermoor-ams")),
    },
    Site { name: "stores", prefix: "10.60.0.0/16", via: "virtual_wan", connection: None },
    Site { name: "depot", prefix: "10.61.0.0/16", via: "vpn", connection: Some((HUB, "cn-depot")) },
];

pub(super) const CLIENT_POOLS: &[ClientPool] =
    &[ClientPool { name: "contractors", prefix: "172.16.90.0/24" }];

pub(super) const CIRCUITS: &[Circuit] =
    &[Circuit { name: "erc-tillermoor-ams", site: 0, vnet: WEST, peering_type: "AzurePrivatePeering" }];

/// Name of the network manager, and the network in whose group it is.
pub(crate) const NETWORK_MANAGER: &str = "nm-tillermoor";
pub(crate) const NETWORK_MANAGER_VNET: usize = HUB;
/// The group that the company's security-admin rules apply to.
pub(crate) const GUARDED: &str = "ng-production";
/// The same for background machines.
pub(crate) const GUARDED_FLEET: &str = "ng-fleet";

pub(super) fn network_groups() -> Vec<NetworkGroup> {
    vec![
        NetworkGroup { name: GUARDED, vnets: vec![WEST, NORTH, PAY], subnets: Vec::new(), guarded: true },
        NetworkGroup {
            name: "ng-edge",
            vnets: vec![NORTH],
            subnets: vec![(AKS, "snet-dual")],
            guarded: false,
        },
    ]
}
