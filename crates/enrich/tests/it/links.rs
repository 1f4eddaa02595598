//! What carries a flow.

use weir_decode::Direction::{Inbound, Outbound};
use weir_enrich::SideColumn::{ExpressRouteCircuit, LocalNetworkGateway, Region, Vm};
use weir_topology::Inventory;

use crate::company::{SUB, decorated, inventory, net, peering, seen, seen_at};

const WEB: &str = "00000000000A";
const TWO: &str = "00000000000F";
const HUB: &str = "000000000001";
const SPOKE2: &str = "00000000000D";
const FAR: &str = "0000000000F1";

#[test]
fn two_networks() {
    for (mac, src, dest, link) in [
        (HUB, "10.0.1.4", "10.1.1.4", ["VNetPeering", "sub/rg/hub/hub-to-spoke1", "", ""]),
        (WEB, "10.1.1.4", "10.0.1.4", ["VNetPeering", "sub/rg/spoke1/spoke1-to-hub", "", ""]),
        (WEB, "10.1.1.4", "10.2.1.4", ["VNetPeering", "sub/rg/spoke1/spoke1-to-hub", "sub/rg/hub", ""]),
        (SPOKE2, "10.2.1.4", "10.1.1.4", ["VNetPeering", "sub/rg/spoke2/spoke2-to-hub", "sub/rg/hub", ""]),
        (HUB, "10.0.1.4", "10.3.1.4", ["VpnGateway", "sub/rg/hub-far", "", ""]),
        (FAR, "10.3.1.4", "10.0.1.4", ["VpnGateway", "sub/rg/far-hub", "", ""]),
        // The first spoke uses the hub's gateway, the second does not.
        (WEB, "10.1.1.4", "10.3.1.4", ["VpnGateway", "sub/rg/hub-far", "sub/rg/hub", ""]),
        (FAR, "10.3.1.4", "10.1.1.4", ["VpnGateway", "sub/rg/far-hub", "sub/rg/hub", ""]),
        (SPOKE2, "10.2.1.4", "10.3.1.4", ["", "", "", ""]),
        ("0000000000A1", "10.1.1.4", "10.3.1.4", ["", "", "", ""]),
    ] {
        let row = seen_at(mac, src, dest);
        assert_eq!((row.flow_type(), row.link()), ("InterVNet", link.map(str::to_owned)), "{src} {dest}");
    }
}

#[test]
fn a_link_that_one_end_tells_is_known_to_both() {
    let mut company = inventory();
    for network in &mut company.virtual_networks {
        network.peerings.retain(|peering| !peering.id.contains("hub-to-"));
    }
    company.connections.retain(|connection| !connection.header.id.ends_with("/hub-far"));
    for (mac, src, dest, name) in [
        (HUB, "10.0.1.4", "10.1.1.4", "sub/rg/spoke1/spoke1-to-hub"),
        (WEB, "10.1.1.4", "10.2.1.4", "sub/rg/spoke1/spoke1-to-hub"),
        (HUB, "10.0.1.4", "10.3.1.4", "sub/rg/far-hub"),
    ] {
        let row = decorated(&company, mac, src, dest, Outbound, "");
        assert_eq!(row.link()[1], name, "{src} {dest}");
    }
}

#[test]
fn a_peering_goes_before_gateways_and_they_before_a_hub() {
    let mut company = inventory();
    let far = company.virtual_networks.iter().position(|n| n.header.id.ends_with("/far")).unwrap();
    company.virtual_networks[far].peerings = vec![peering("far", "spoke2", false)];
    // Hub and far are peers of the second spoke, and their gateways are connected.
    let row = decorated(&company, HUB, "10.0.1.4", "10.3.1.4", Outbound, "");
    assert_eq!(row.link()[..2], ["VpnGateway", "sub/rg/hub-far"]);
    company.virtual_networks[far].peerings.push(peering("far", "hub", false));
    let row = decorated(&company, HUB, "10.0.1.4", "10.3.1.4", Outbound, "");
    assert_eq!(row.link()[..2], ["VNetPeering", "sub/rg/far/far-to-hub"]);
    company.virtual_networks[far].peerings[1].state = "Disconnected".to_owned();
    let row = decorated(&company, HUB, "10.0.1.4", "10.3.1.4", Outbound, "");
    assert_eq!(row.link()[..2], ["VpnGateway", "sub/rg/hub-far"]);
}

#[test]
fn several_hubs_are_all_named() {
    let mut company = inventory();
    for spoke in ["spoke1", "spoke2"] {
        let network = company.virtual_networks.iter_mut().find(|n| n.header.id.ends_with(spoke)).unwrap();
        network.peerings.push(peering(spoke, "apart2", false));
    }
    let row = decorated(&company, WEB, "10.1.1.4", "10.2.1.4", Outbound, "");
    let expected = ["VNetPeering", "sub/rg/spoke1/spoke1-to-apart2", "sub/rg/apart2 sub/rg/hub", ""];
    assert_eq!(row.link(), expected.map(str::to_owned));
}

#[test]
fn sites() {
    let office = format!("{SUB}/rg/lng-office");
    for (mac, src, site, link) in [
        (HUB, "10.0.1.4", "192.168.10.7", ["VpnGateway", "sub/rg/office", "", ""]),
        (HUB, "10.0.1.4", "192.168.99.1", ["VpnGateway", "sub/rg/office", "", ""]),
        (WEB, "10.1.1.4", "192.168.10.7", ["VpnGateway", "sub/rg/office", "sub/rg/hub", ""]),
    ] {
        let row = seen_at(mac, src, site);
        assert_eq!((row.flow_type(), row.link()), ("S2S", link.map(str::to_owned)), "{site}");
        assert_eq!((row.dest(LocalNetworkGateway), row.dest(Region)), (office.as_str(), ""), "{site}");
        assert_eq!(row.src(LocalNetworkGateway), "");
        let back = seen(mac, site, src, Inbound, "");
        assert_eq!((back.flow_type(), back.src(LocalNetworkGateway)), ("S2S", office.as_str()));
        assert_eq!(back.link(), link.map(str::to_owned));
    }
    let circuit = format!("{SUB}/rg/circuit");
    for site in ["192.168.20.1", "192.168.40.1", "192.168.41.1"] {
        let row = seen_at(HUB, "10.0.1.4", site);
        let link = ["ExpressRoute", "sub/rg/er", "", "AzurePrivatePeering"].map(str::to_owned);
        assert_eq!((row.flow_type(), row.link()), ("S2S", link), "{site}");
        assert_eq!(row.dest(ExpressRouteCircuit), circuit, "{site}");
    }
    let row = seen_at(TWO, "10.1.1.5", "192.168.30.1");
    assert_eq!(row.link(), ["VpnGateway", "sub/rg/wan", "", ""].map(str::to_owned));
    // A site that one network alone reaches.
    assert_eq!(seen_at(FAR, "10.3.1.4", "192.168.77.1").flow_type(), "S2S");
    assert_eq!(seen_at(HUB, "10.0.1.4", "192.168.77.1").flow_type(), "UnknownPrivate");
}

/// The office announces 10.0.0.0/8 and a default route: neither takes away what networks have, or the internet.
#[test]
fn wide_prefixes_of_sites() {
    for (mac, src, dest, flow_type) in [
        (HUB, "10.0.1.4", "10.0.99.1", "IntraVNet"),
        (HUB, "10.0.1.4", "10.1.1.4", "InterVNet"),
        (WEB, "10.1.1.4", "10.2.1.4", "InterVNet"),
        (WEB, "10.1.1.4", "10.77.0.1", "InterVNet"),
        (WEB, "10.1.1.4", "10.200.0.1", "S2S"),
        (WEB, "10.1.1.4", "10.9.3.1", "S2S"),
        (WEB, "10.1.1.4", "136.144.58.113", "ExternalPublic"),
        (WEB, "10.1.1.4", "168.63.129.16", "AzurePublic"),
    ] {
        assert_eq!(seen_at(mac, src, dest).flow_type(), flow_type, "{dest}");
    }
}

#[test]
fn what_is_as_specific_as_a_strange_network_and_reached_goes_before_it() {
    let mut company = inventory();
    company.local_network_gateways[0].prefixes = vec!["10.77.0.0/16".parse().unwrap()];
    assert_eq!(decorated(&company, WEB, "10.1.1.4", "10.77.0.1", Outbound, "").flow_type(), "S2S");
    assert_eq!(decorated(&company, FAR, "10.3.1.4", "10.77.0.1", Outbound, "").flow_type(), "InterVNet");
}

#[test]
fn clients() {
    let row = seen(HUB, "172.16.201.9", "10.0.1.4", Inbound, "");
    assert_eq!((row.flow_type(), row.dest(Vm)), ("P2S", "rg/hub"));
    assert_eq!(row.link(), ["VpnGateway", "sub/rg/vpn-hub_172.16.201.9", "", ""].map(str::to_owned));
    let row = seen(WEB, "172.16.202.9", "10.1.1.4", Inbound, "");
    assert_eq!(row.link()[1], "phones_172.16.202.9");
    // A pool that a gateway of the inventory has is named by it.
    let mut company = inventory();
    company.client_pools[0].gateway = Some(net("virtualnetworkgateways/vpn-far"));
    let row = decorated(&company, FAR, "172.16.202.9", "10.3.1.4", Inbound, "");
    assert_eq!(row.link()[1], "sub/rg/vpn-far_172.16.202.9");
}

#[test]
fn the_longest_prefix_goes_first_among_clients_and_sites() {
    let mut company = inventory();
    company.local_network_gateways[0].prefixes = vec!["172.16.201.0/24".parse().unwrap()];
    let flow_type =
        |company: &Inventory| decorated(company, HUB, "172.16.201.9", "10.0.1.4", Inbound, "").flow_type();
    assert_eq!(flow_type(&company), "P2S", "clients go before sites of the same prefix");
    company.local_network_gateways[0].prefixes = vec!["172.16.201.8/29".parse().unwrap()];
    assert_eq!(flow_type(&company), "S2S");
}
