//! Who has an address.

use weir_decode::Direction::{Inbound, Outbound};
use weir_enrich::SideColumn::{
    ApplicationGateway, LoadBalancer, NetworkGroups, Nic, Region, Subnet, Subscription, TenantId, Vm,
};
use weir_enrich::{Decorator, UnknownReason};

use crate::company::{OTHER_SUB, SUB, TENANT, decorated, inventory, net, seen, seen_at};

const WEB: &str = "00000000000A";
const HUB: &str = "000000000001";
const APPLIANCE: &str = "00000000000B";
const NODE: &str = "00000000000C";

#[test]
fn an_interface_tells_everything() {
    let row = seen_at(WEB, "10.1.1.4", "10.1.1.5");
    assert_eq!(row.flow_type(), "IntraVNet");
    assert_eq!(
        row.side(row.decoration.src),
        [
            ("Subscription", "sub".to_owned()),
            ("Region", "westeurope".to_owned()),
            ("Nic", "rg/nic-web".to_owned()),
            ("Vm", "rg/web".to_owned()),
            ("Subnet", "rg/spoke1/work".to_owned()),
            ("LoadBalancer", "sub/rg/lb-a".to_owned()),
            ("NetworkGroups", "sub/rg/m/all sub/rg/m/prod".to_owned()),
            ("TenantId", TENANT.to_owned()),
        ]
    );
    assert_eq!((row.dest(Vm), row.dest(LoadBalancer)), ("rg/two", ""));
    assert_eq!(row.link(), ["", "", "", ""]);
    assert!(!row.decoration.captured_at_hop && row.decoration.unknown.is_none());
}

#[test]
fn an_instance_of_a_scale_set_has_its_number() {
    let row = seen_at(HUB, "10.0.1.4", "10.2.1.4");
    assert_eq!((row.dest(Vm), row.dest(Nic)), ("rg/set_3", "rg/nic-set"));
}

#[test]
fn one_address_in_two_networks_is_that_of_the_logging_one() {
    for (mac, machine, flow_type) in [(WEB, "rg/web", "IntraVNet"), ("0000000000A1", "rg/apart", "IntraVNet")]
    {
        let row = seen_at(mac, "10.1.1.4", "10.1.1.5");
        assert_eq!((row.src(Vm), row.flow_type()), (machine, flow_type));
    }
    // From a network that is joined with one of them, it is that one's.
    assert_eq!(seen_at(HUB, "10.0.1.4", "10.1.1.4").dest(Vm), "rg/web");
    // From one that is joined with the other by a third network.
    let through = seen_at("00000000000D", "10.2.1.4", "10.1.1.4");
    assert_eq!((through.dest(Vm), through.flow_type()), ("rg/web", "InterVNet"));
}

#[test]
fn one_address_in_two_networks_far_away_is_nobodys() {
    let row = seen_at("0000000000F1", "10.3.1.4", "10.9.1.1");
    assert_eq!((row.flow_type(), row.dest(Subnet)), ("InterVNet", "rg/apart2/work"), "one has the subnet");
    let row = seen_at("0000000000F1", "10.3.1.4", "10.9.3.1");
    assert_eq!((row.dest(Subscription), row.dest(Subnet)), ("", ""), "both have it in their space");
}

#[test]
fn a_flow_log_tells_its_network_where_the_interface_is_unknown() {
    for (target, machine) in [("spoke1", "rg/web"), ("apart", "rg/apart")] {
        let row = seen("00000000FFFF", "10.1.1.4", "10.1.1.5", Outbound, &format!("{SUB}/rg/{target}"));
        assert_eq!((row.src(Vm), row.flow_type()), (machine, "IntraVNet"));
        assert!(!row.decoration.captured_at_hop);
    }
    let nowhere = seen("00000000FFFF", "10.1.1.4", "10.1.1.4", Outbound, "");
    assert_eq!(nowhere.decoration.unknown, Some(UnknownReason::NicUnknown));
    // One end that is beyond doubt stands for the network.
    let beyond_doubt = seen("00000000FFFF", "10.1.1.4", "10.1.1.5", Outbound, "");
    assert_eq!(beyond_doubt.src(Vm), "rg/web");
}

#[test]
fn an_nsg_tells_its_network_where_there_is_one() {
    let decorator = Decorator::new(&inventory());
    let of_nsg = decorator.capture_point("", "NetworkSecurityGroup", &format!("{SUB}/rg/nsg-work"));
    let of_network = decorator.capture_point("", "VirtualNetwork", &format!("{SUB}/rg/spoke1"));
    assert_eq!(of_nsg, of_network);
    assert_ne!(of_nsg, decorator.capture_point("", "NetworkSecurityGroup", "other"));
}

#[test]
fn front_ends_and_gateways() {
    let row = seen_at("00000000000F", "10.1.1.5", "10.1.1.100");
    let lb = format!("{SUB}/rg/lb-a");
    assert_eq!(row.flow_type(), "IntraVNet");
    assert_eq!(
        (row.dest(LoadBalancer), row.dest(Subnet), row.dest(Nic)),
        (lb.as_str(), "rg/spoke1/work", "")
    );
    assert_eq!((row.dest(Region), row.dest(Subscription)), ("westeurope", SUB));
    // An address in the gateway's subnet is one of its instances.
    let row = seen_at(HUB, "10.0.1.4", "10.0.2.7");
    assert_eq!(
        (row.dest(ApplicationGateway), row.dest(Subnet)),
        (&*format!("{SUB}/rg/agw"), "rg/hub/ingress")
    );
}

#[test]
fn own_public_addresses_are_their_resources() {
    for (public, flow_type, machine) in [("20.0.0.1", "IntraVNet", "rg/web"), ("20.0.0.2", "IntraVNet", "")] {
        let row = seen_at("00000000000F", "10.1.1.5", public);
        assert_eq!((row.flow_type(), row.dest(Vm)), (flow_type, machine), "{public}");
        assert_eq!(row.dest(LoadBalancer), format!("{SUB}/rg/lb-a"), "{public}");
    }
    for (public, gateway) in [("20.0.0.3", "rg/agw"), ("20.0.0.4", "")] {
        let row = seen_at("00000000000F", "10.1.1.5", public);
        assert_eq!(row.flow_type(), "InterVNet", "{public}");
        assert_eq!(row.dest(ApplicationGateway).trim_start_matches(SUB).trim_start_matches('/'), gateway);
    }
    // One that nothing has is a public address.
    let row = seen_at("00000000000F", "10.1.1.5", "20.0.0.9");
    assert_eq!((row.flow_type(), row.side(row.decoration.dest)), ("ExternalPublic", vec![]));
}

#[test]
fn addresses_without_an_interface() {
    let row = seen_at(HUB, "10.0.1.4", "10.0.1.77");
    assert_eq!((row.dest(Subnet), row.dest(Nic), row.dest(Region)), ("rg/hub/apps", "", "westeurope"));
    let row = seen_at(HUB, "10.0.1.4", "10.0.99.1");
    assert_eq!((row.flow_type(), row.dest(Subnet), row.dest(Subscription)), ("IntraVNet", "", SUB));
    let row = seen_at(HUB, "10.0.1.4", "10.77.1.1");
    assert_eq!((row.dest(Subscription), row.dest(TenantId)), (OTHER_SUB, ""));
    let row = seen_at("00000000000E", "fd00:0:0:1::4", "fd00:0:0:1::5");
    assert_eq!((row.flow_type(), row.src(Vm), row.dest(Subnet)), ("IntraVNet", "rg/six", "rg/hub/six"));
}

#[test]
fn a_peer_that_no_export_has_is_known_by_its_space() {
    let row = seen_at("00000000000D", "10.2.1.4", "172.20.3.4");
    assert_eq!((row.flow_type(), row.dest(Subscription), row.dest(Region)), ("InterVNet", "elsewhere", ""));
    assert_eq!(row.link()[1], "sub/rg/spoke2/spoke2-to-partner");
}

#[test]
fn pods() {
    // Blocks of an interface are its own.
    let row = seen_at(NODE, "10.1.2.17", "10.1.1.4");
    assert_eq!((row.flow_type(), row.src(Vm)), ("IntraVNet", "rg/node"));
    assert!(!row.decoration.captured_at_hop);
    // Addresses of an overlay are in no network.
    let row = seen_at(NODE, "10.244.3.4", "10.244.5.6");
    assert_eq!((row.flow_type(), row.decoration.unknown), ("Unknown", Some(UnknownReason::Pods)));
    assert!(row.decoration.captured_at_hop && row.side(row.decoration.src).is_empty());
    let row = seen_at(NODE, "10.244.3.4", "10.1.1.4");
    assert_eq!((row.flow_type(), row.dest(Vm)), ("UnknownPrivate", "rg/web"));
    assert_eq!(seen_at(NODE, "10.244.3.4", "10.1.200.1").flow_type(), "Unknown", "a service of the cluster");
    // Seen from another network they are addresses like any other.
    assert_eq!(seen_at(HUB, "10.0.1.4", "10.1.200.1").flow_type(), "InterVNet");
}

#[test]
fn private_endpoints() {
    let row = seen_at(HUB, "10.0.1.4", "10.0.1.20");
    let endpoint = row.decoration.endpoint.expect("an endpoint");
    assert_eq!(
        row.decorator.endpoint_texts(endpoint),
        ["rg/pe-store", "data/storageaccounts/files", "files"]
    );
    assert_eq!((row.flow_type(), row.dest(Nic), row.dest(Vm)), ("IntraVNet", "rg/nic-pe", ""));
    let back = seen_at(HUB, "10.0.1.20", "10.0.1.4");
    assert_eq!(back.decoration.endpoint, Some(endpoint));

    let mut without = inventory();
    without.network_interfaces.retain(|nic| !nic.header.id.ends_with("/nic-pe"));
    without.private_endpoints[0].addresses = vec!["10.0.1.20".parse().unwrap()];
    let row = decorated(&without, HUB, "10.0.1.4", "10.0.1.20", Outbound, "");
    let endpoint = row.decoration.endpoint.expect("an endpoint");
    assert_eq!(row.decorator.endpoint_texts(endpoint)[0], "rg/pe-store");
    assert_eq!((row.dest(Nic), row.dest(Subnet)), ("rg/nic-pe", "rg/hub/apps"));
}

#[test]
fn hops() {
    let row = seen_at(APPLIANCE, "10.1.1.4", "10.2.1.4");
    assert!(row.decoration.captured_at_hop);
    assert_eq!((row.flow_type(), row.src(Vm), row.dest(Vm)), ("InterVNet", "rg/web", "rg/set_3"));
    assert!(!seen_at(APPLIANCE, "10.0.1.9", "10.2.1.4").decoration.captured_at_hop);
    // The public address counts as its own.
    assert!(!seen(WEB, "198.51.100.7", "20.0.0.1", Inbound, "").decoration.captured_at_hop);
    // A balancer that leaves its address on what it hands on.
    assert!(!seen(WEB, "198.51.100.7", "10.1.1.100", Inbound, "").decoration.captured_at_hop);
    assert!(seen("00000000000F", "198.51.100.7", "10.1.1.100", Inbound, "").decoration.captured_at_hop);
}

#[test]
fn an_interface_that_may_not_forward_is_the_side_it_logs() {
    // Its address was changed since the snapshot.
    let row = seen(WEB, "10.0.1.4", "10.1.1.44", Inbound, "");
    assert_eq!((row.dest(Vm), row.decoration.captured_at_hop), ("rg/web", false));
    let row = seen(WEB, "172.30.0.1", "10.0.1.4", Outbound, "");
    assert_eq!((row.src(Vm), row.flow_type()), ("rg/web", "InterVNet"));
    // One that may forward is not.
    let row = seen(APPLIANCE, "10.0.1.4", "10.0.1.44", Inbound, "");
    assert_eq!((row.dest(Vm), row.decoration.captured_at_hop), ("", true));
    // An address of another interface stays that one's.
    let row = seen(WEB, "10.0.1.4", "10.1.1.5", Inbound, "");
    assert_eq!((row.dest(Vm), row.decoration.captured_at_hop), ("rg/two", true));
}

#[test]
fn public_and_special_addresses() {
    for (dest, flow_type, unknown) in [
        ("168.63.129.16", "AzurePublic", None),
        ("169.254.169.254", "AzurePublic", None),
        ("169.254.3.3", "UnknownPrivate", None),
        ("136.144.58.113", "ExternalPublic", None),
        ("172.30.0.1", "UnknownPrivate", None),
        ("100.64.1.1", "UnknownPrivate", None),
        ("224.0.0.251", "Unknown", Some(UnknownReason::Nowhere)),
        ("255.255.255.255", "Unknown", Some(UnknownReason::Nowhere)),
        ("ff02::fb", "Unknown", Some(UnknownReason::Nowhere)),
    ] {
        let row = seen_at(WEB, "10.1.1.4", dest);
        assert_eq!((row.flow_type(), row.decoration.unknown), (flow_type, unknown), "{dest}");
        assert_eq!((row.side(row.decoration.dest), row.src(Vm)), (vec![], "rg/web"), "{dest}");
    }
    let row = seen(APPLIANCE, "172.30.0.1", "136.144.58.113", Outbound, "");
    assert_eq!(row.decoration.unknown, Some(UnknownReason::NeitherEndKnown));
}

#[test]
fn groups_by_guid() {
    let decorator = Decorator::new(&inventory());
    let id = net("networksecuritygroups/nsg-work");
    assert_eq!(decorator.security_group("abcdef00-0000-0000-0000-000000000001"), Some(id.as_str()));
    assert_eq!(decorator.security_group(&id), None);
    assert_eq!(decorator.side_text(Default::default(), NetworkGroups), "");
}
