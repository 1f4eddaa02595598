//! An inventory with one of everything that decides.

use weir_decode::{Address, Direction};
use weir_enrich::{Decoration, Decorator, Ends, SideColumn, SideId};
use weir_topology::*;

pub const SUB: &str = "11111111-1111-1111-1111-111111111111";
pub const OTHER_SUB: &str = "22222222-2222-2222-2222-222222222222";
pub const TENANT: &str = "99999999-9999-9999-9999-999999999999";

/// A full id of the main subscription: `net("virtualnetworks/hub")`.
pub fn net(path: &str) -> String {
    format!("/subscriptions/{SUB}/resourcegroups/rg/providers/microsoft.network/{path}")
}

fn compute(path: &str) -> String {
    format!("/subscriptions/{SUB}/resourcegroups/rg/providers/microsoft.compute/{path}")
}

fn header(id: String) -> Header {
    Header { id, region: "westeurope".to_owned(), ..Header::default() }
}

pub fn subnet_id(network: &str, subnet: &str) -> String {
    net(&format!("virtualnetworks/{network}/subnets/{subnet}"))
}

pub fn network(name: &str, prefixes: &[&str], subnets: &[(&str, &str)]) -> VirtualNetwork {
    VirtualNetwork {
        header: header(net(&format!("virtualnetworks/{name}"))),
        prefixes: prefixes.iter().map(|prefix| prefix.parse().unwrap()).collect(),
        subnets: subnets
            .iter()
            .map(|(subnet, prefix)| Subnet {
                id: subnet_id(name, subnet),
                prefixes: vec![prefix.parse().unwrap()],
                ..Subnet::default()
            })
            .collect(),
        ..VirtualNetwork::default()
    }
}

pub fn peering(from: &str, to: &str, remote_gateways: bool) -> Peering {
    Peering {
        id: net(&format!("virtualnetworks/{from}/virtualnetworkpeerings/{from}-to-{to}")),
        remote_network: Some(net(&format!("virtualnetworks/{to}"))),
        state: "Connected".to_owned(),
        use_remote_gateways: Some(remote_gateways),
        ..Peering::default()
    }
}

/// An interface `nic-<machine>` of a machine, with one address.
pub fn nic(machine: &str, mac: &str, network: &str, subnet: &str, address: &str) -> NetworkInterface {
    let id = net(&format!("networkinterfaces/nic-{machine}"));
    NetworkInterface {
        mac: mac.to_owned(),
        virtual_machine: Some(compute(&format!("virtualmachines/{machine}"))),
        ip_configurations: vec![part(&id, network, subnet, address)],
        header: header(id),
        ..NetworkInterface::default()
    }
}

pub fn part(owner: &str, network: &str, subnet: &str, address: &str) -> IpConfiguration {
    IpConfiguration {
        id: format!("{owner}/ipconfigurations/one"),
        private_address: Some(address.parse().unwrap()),
        subnet: Some(subnet_id(network, subnet)),
        ..IpConfiguration::default()
    }
}

fn gateway(name: &str, kind: &str, network: &str) -> VirtualNetworkGateway {
    let id = net(&format!("virtualnetworkgateways/{name}"));
    VirtualNetworkGateway {
        kind: kind.to_owned(),
        ip_configurations: vec![IpConfiguration {
            id: format!("{id}/ipconfigurations/one"),
            subnet: Some(subnet_id(network, "gatewaysubnet")),
            ..IpConfiguration::default()
        }],
        header: header(id),
        ..VirtualNetworkGateway::default()
    }
}

fn connection(name: &str, kind: &str, gateway: &str) -> Connection {
    Connection {
        header: header(net(&format!("connections/{name}"))),
        kind: kind.to_owned(),
        gateway1: Some(net(&format!("virtualnetworkgateways/{gateway}"))),
        ..Connection::default()
    }
}

/// A hub with gateways, two spokes, a network behind another gateway, one that nothing joins and that has the first
/// spoke's addresses, and everything that claims addresses outside.
pub fn inventory() -> Inventory {
    let mut hub = network(
        "hub",
        &["10.0.0.0/16", "fd00:0::/48"],
        &[
            ("gatewaysubnet", "10.0.0.0/27"),
            ("apps", "10.0.1.0/24"),
            ("ingress", "10.0.2.0/24"),
            ("six", "fd00:0:0:1::/64"),
        ],
    );
    hub.peerings = vec![peering("hub", "spoke1", false), peering("hub", "spoke2", false)];
    let mut spoke1 =
        network("spoke1", &["10.1.0.0/16"], &[("work", "10.1.1.0/24"), ("nodes", "10.1.2.0/24")]);
    spoke1.peerings = vec![peering("spoke1", "hub", true)];
    let mut spoke2 = network("spoke2", &["10.2.0.0/16"], &[("work", "10.2.1.0/24")]);
    spoke2.peerings = vec![peering("spoke2", "hub", false), peering("spoke2", "partner", false)];
    spoke2.peerings[1].remote_network = Some(
        "/subscriptions/elsewhere/resourcegroups/p/providers/microsoft.network/virtualnetworks/partner"
            .to_owned(),
    );
    spoke2.peerings[1].remote_prefixes = vec!["172.20.0.0/16".parse().unwrap()];
    let far = network("far", &["10.3.0.0/16"], &[("gatewaysubnet", "10.3.0.0/27"), ("work", "10.3.1.0/24")]);
    let apart = network("apart", &["10.1.0.0/16"], &[("work", "10.1.1.0/24")]);
    let apart2 = network("apart2", &["10.9.0.0/16"], &[("work", "10.9.1.0/24")]);
    let apart3 = network("apart3", &["10.9.0.0/16"], &[("work", "10.9.2.0/24")]);

    let mut web = nic("web", "00000000000A", "spoke1", "work", "10.1.1.4");
    web.ip_configurations[0].public_ip = Some(net("publicipaddresses/pip-web"));
    web.ip_configurations[0].backend_pools = vec![
        net("loadbalancers/lb-b/backendaddresspools/p"),
        net("loadbalancers/lb-a/backendaddresspools/p"),
        net("applicationgateways/agw/backendaddresspools/p"),
    ];
    let mut appliance = nic("appliance", "00000000000B", "hub", "apps", "10.0.1.9");
    appliance.ip_forwarding = true;
    let mut node = nic("node", "00000000000C", "spoke1", "nodes", "10.1.2.4");
    node.ip_configurations[0].private_prefix = Some("10.1.2.16/28".parse().unwrap());
    node.ip_forwarding = true;
    let mut instance = nic("x", "00000000000D", "spoke2", "work", "10.2.1.4");
    instance.header.id = compute("virtualmachinescalesets/set/virtualmachines/3/networkinterfaces/nic-set");
    instance.virtual_machine = Some(compute("virtualmachinescalesets/set/virtualmachines/3"));
    let mut endpoint_nic = nic("pe", "", "hub", "apps", "10.0.1.20");
    endpoint_nic.virtual_machine = None;
    let mut six = nic("six", "00000000000E", "hub", "six", "fd00:0:0:1::4");
    six.ip_configurations.push(part(&six.header.id.clone(), "hub", "apps", "10.0.1.5"));

    let mut vpn = gateway("vpn-hub", "Vpn", "hub");
    vpn.client_prefixes = vec!["172.16.201.0/24".parse().unwrap()];
    let mut to_far = connection("hub-far", "Vnet2Vnet", "vpn-hub");
    to_far.gateway2 = Some(net("virtualnetworkgateways/vpn-far"));
    let mut from_far = connection("far-hub", "Vnet2Vnet", "vpn-far");
    from_far.gateway2 = Some(net("virtualnetworkgateways/vpn-hub"));
    let mut to_office = connection("office", "IPsec", "vpn-hub");
    to_office.local_network_gateway = Some(net("localnetworkgateways/lng-office"));
    let mut to_circuit = connection("er", "ExpressRoute", "er-hub");
    to_circuit.circuit = Some(net("expressroutecircuits/circuit"));

    let frontend = |owner: &str, private: Option<&str>, public: Option<&str>| IpConfiguration {
        id: format!("{owner}/frontendipconfigurations/f"),
        private_address: private.map(|address| address.parse().unwrap()),
        subnet: private.map(|_| subnet_id("spoke1", "work")),
        public_ip: public.map(net),
        ..IpConfiguration::default()
    };
    let public = |name: &str, address: &str| PublicIp {
        header: header(net(&format!("publicipaddresses/{name}"))),
        address: Some(address.parse().unwrap()),
        ..PublicIp::default()
    };
    let site = |name: &str, prefix: &str, via, connection: Option<String>| Site {
        name: name.to_owned(),
        prefixes: vec![prefix.parse().unwrap()],
        via,
        connection,
        virtual_networks: Vec::new(),
    };
    let mut restricted = site("shop", "192.168.77.0/24", SiteLink::Vpn, None);
    restricted.virtual_networks = vec![format!("{SUB}/rg/far")];

    let mut inventory = Inventory {
        subscriptions: vec![Subscription {
            id: SUB.to_owned(),
            name: "Main".to_owned(),
            tenant_id: TENANT.to_owned(),
        }],
        virtual_networks: vec![apart, apart2, apart3, far, hub, spoke1, spoke2],
        network_interfaces: vec![
            appliance,
            endpoint_nic,
            nic("apart", "0000000000A1", "apart", "work", "10.1.1.4"),
            nic("far", "0000000000F1", "far", "work", "10.3.1.4"),
            nic("hub", "000000000001", "hub", "apps", "10.0.1.4"),
            node,
            six,
            nic("two", "00000000000F", "spoke1", "work", "10.1.1.5"),
            web,
            instance,
        ],
        load_balancers: ["lb-a", "lb-b"]
            .into_iter()
            .map(|name| {
                let id = net(&format!("loadbalancers/{name}"));
                let private = (name == "lb-a").then_some("10.1.1.100");
                let public = (name == "lb-a").then_some("publicipaddresses/pip-lb");
                LoadBalancer {
                    frontends: vec![frontend(&id, private, None), frontend(&id, None, public)],
                    backend_pools: vec![BackendPool {
                        id: format!("{id}/backendaddresspools/p"),
                        ip_configurations: vec![net("networkinterfaces/nic-web/ipconfigurations/one")],
                        ..BackendPool::default()
                    }],
                    header: header(id),
                    ..LoadBalancer::default()
                }
            })
            .collect(),
        application_gateways: vec![ApplicationGateway {
            header: header(net("applicationgateways/agw")),
            subnets: vec![subnet_id("hub", "ingress")],
            frontends: vec![IpConfiguration {
                public_ip: Some(net("publicipaddresses/pip-agw")),
                ..IpConfiguration::default()
            }],
            ..ApplicationGateway::default()
        }],
        virtual_network_gateways: vec![
            gateway("er-hub", "ExpressRoute", "hub"),
            gateway("vpn-far", "Vpn", "far"),
            vpn,
        ],
        connections: vec![to_circuit, from_far, to_far, to_office],
        local_network_gateways: vec![LocalNetworkGateway {
            header: header(net("localnetworkgateways/lng-office")),
            prefixes: ["192.168.10.0/24", "10.0.0.0/8", "0.0.0.0/0"].map(|p| p.parse().unwrap()).to_vec(),
            bgp_peer: Some("192.168.99.1".parse().unwrap()),
            ..LocalNetworkGateway::default()
        }],
        circuits: vec![Circuit {
            header: header(net("expressroutecircuits/circuit")),
            peerings: vec![CircuitPeering {
                kind: "AzurePrivatePeering".to_owned(),
                advertised_prefixes: vec!["192.168.20.0/24".parse().unwrap()],
                ..CircuitPeering::default()
            }],
            ..Circuit::default()
        }],
        public_ips: vec![
            public("pip-agw", "20.0.0.3"),
            public("pip-lb", "20.0.0.2"),
            public("pip-nat", "20.0.0.4"),
            public("pip-unused", "20.0.0.9"),
            public("pip-web", "20.0.0.1"),
        ],
        private_endpoints: vec![PrivateEndpoint {
            header: header(net("privateendpoints/pe-store")),
            subnet: Some(subnet_id("hub", "apps")),
            network_interfaces: vec![net("networkinterfaces/nic-pe")],
            target: Some(format!(
                "/subscriptions/{SUB}/resourcegroups/data/providers/microsoft.storage/storageaccounts/files"
            )),
            ..PrivateEndpoint::default()
        }],
        nat_gateways: vec![NatGateway {
            header: header(net("natgateways/nat")),
            public_ips: vec![net("publicipaddresses/pip-nat")],
            subnets: vec![subnet_id("spoke2", "work")],
        }],
        network_security_groups: vec![NetworkSecurityGroup {
            header: header(net("networksecuritygroups/nsg-work")),
            guid: "ABCDEF00-0000-0000-0000-000000000001".to_owned(),
            subnets: vec![subnet_id("spoke1", "work")],
            ..NetworkSecurityGroup::default()
        }],
        network_groups: vec![
            NetworkGroup {
                header: header(net("networkmanagers/m/networkgroups/prod")),
                members: vec![net("virtualnetworks/spoke1")],
            },
            NetworkGroup {
                header: header(net("networkmanagers/m/networkgroups/all")),
                members: vec![net("virtualnetworks/spoke1"), subnet_id("spoke1", "work")],
            },
        ],
        node_pools: vec![NodePool {
            header: header(compute("clusters/k/agentpools/a")),
            node_subnet: Some(subnet_id("spoke1", "nodes")),
            pod_prefixes: vec!["10.244.0.0/16".parse().unwrap()],
            service_prefixes: vec!["10.1.200.0/24".parse().unwrap()],
            ..NodePool::default()
        }],
        sites: vec![
            site("depot", "192.168.30.0/24", SiteLink::VirtualWan, Some(net("virtualhubs/wan"))),
            site("factory", "192.168.40.0/24", SiteLink::ExpressRoute, Some(format!("{SUB}/rg/circuit"))),
            site("lab", "192.168.41.0/24", SiteLink::ExpressRoute, Some(net("connections/er"))),
            restricted,
        ],
        client_pools: vec![ClientPool {
            name: "phones".to_owned(),
            prefixes: vec!["172.16.202.0/24".parse().unwrap()],
            gateway: None,
        }],
        ..Inventory::default()
    };
    // A network of another subscription, whose directory nobody told.
    let mut foreign = network("foreign", &["10.77.0.0/16"], &[]);
    foreign.header.id = foreign.header.id.replace(SUB, OTHER_SUB);
    inventory.virtual_networks.push(foreign);
    inventory
}

pub fn address(text: &str) -> Address {
    Address::parse(text.as_bytes()).unwrap()
}

/// A decorated flow, as the columns have it.
pub struct Row {
    pub decorator: Decorator,
    pub decoration: Decoration,
}

impl Row {
    pub fn src(&self, column: SideColumn) -> &str {
        self.decorator.side_text(self.decoration.src, column)
    }

    pub fn dest(&self, column: SideColumn) -> &str {
        self.decorator.side_text(self.decoration.dest, column)
    }

    pub fn flow_type(&self) -> &'static str {
        self.decoration.flow_type.word()
    }

    /// Type, name, networks in between, peering type.
    pub fn link(&self) -> [String; 4] {
        let words = self.decorator.link_words(self.decoration.link);
        [
            words.connection_type.to_owned(),
            words.connection_name.replace(SUB, "sub"),
            words.connecting_vnets.replace(SUB, "sub"),
            words.peering_type.to_owned(),
        ]
    }

    /// What is said of a side, without what is blank.
    pub fn side(&self, side: SideId) -> Vec<(&'static str, String)> {
        let text = |column: SideColumn| {
            (&column.of_src()[3..], self.decorator.side_text(side, column).replace(SUB, "sub"))
        };
        SideColumn::ALL.into_iter().map(text).filter(|(_, text)| !text.is_empty()).collect()
    }
}

/// Decorates an outbound flow that the interface of `mac` logged.
pub fn seen_at(mac: &str, src: &str, dest: &str) -> Row {
    seen(mac, src, dest, Direction::Outbound, "")
}

pub fn seen(mac: &str, src: &str, dest: &str, direction: Direction, target: &str) -> Row {
    decorated(&inventory(), mac, src, dest, direction, target)
}

pub fn decorated(
    inventory: &Inventory,
    mac: &str,
    src: &str,
    dest: &str,
    direction: Direction,
    target: &str,
) -> Row {
    let decorator = Decorator::new(inventory);
    let captured_at = decorator.capture_point(mac, "VirtualNetwork", target);
    let ends = Ends { src: address(src), dest: address(dest), direction, captured_at };
    let decoration = decorator.decorate(&ends, |_| weir_enrich::PublicKind::External);
    Row { decorator, decoration }
}
