use weir_decode::Address;

/// What the two ends of a flow are to each other.
///
/// Source: <https://learn.microsoft.com/azure/network-watcher/traffic-analytics-schema#notes>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FlowType {
    /// Both ends are in one virtual network.
    IntraVNet,
    /// The ends are in two virtual networks.
    InterVNet,
    /// One end is in a virtual network, the other at a site behind a VPN gateway or an ExpressRoute circuit.
    S2S,
    /// One end is in a virtual network, the other is a VPN client.
    P2S,
    /// One end is in a virtual network, the other a public address that Microsoft owns.
    AzurePublic,
    /// One end is in a virtual network, the other any other public address.
    ExternalPublic,
    /// One end is in a virtual network, the other a public address that is known for no good.
    MaliciousFlow,
    /// One end is in a virtual network, the other a private address of no known place.
    UnknownPrivate,
    /// Neither end is in a virtual network, or the other end is no place at all.
    Unknown,
}

impl FlowType {
    /// All of them, in the order of their numbers.
    pub const ALL: [FlowType; 9] = [
        FlowType::IntraVNet,
        FlowType::InterVNet,
        FlowType::S2S,
        FlowType::P2S,
        FlowType::AzurePublic,
        FlowType::ExternalPublic,
        FlowType::MaliciousFlow,
        FlowType::UnknownPrivate,
        FlowType::Unknown,
    ];

    /// Whether one end is at a public address that is nobody's here.
    pub const fn has_public_end(self) -> bool {
        matches!(self, FlowType::AzurePublic | FlowType::ExternalPublic | FlowType::MaliciousFlow)
    }

    /// The word of the column.
    pub const fn word(self) -> &'static str {
        match self {
            FlowType::IntraVNet => "IntraVNet",
            FlowType::InterVNet => "InterVNet",
            FlowType::S2S => "S2S",
            FlowType::P2S => "P2S",
            FlowType::AzurePublic => "AzurePublic",
            FlowType::ExternalPublic => "ExternalPublic",
            FlowType::MaliciousFlow => "MaliciousFlow",
            FlowType::UnknownPrivate => "UnknownPrivate",
            FlowType::Unknown => "Unknown",
        }
    }
}

/// Where one end of a flow is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End<Network> {
    /// In this virtual network.
    Network(Network),
    /// Among the clients of a VPN gateway.
    Client,
    /// At a site.
    Site,
    /// Inside a cluster, on addresses that its virtual network does not know.
    Pod,
    /// At a private address that nobody claims.
    Private,
    /// At a public address.
    Public(PublicKind),
    /// Nowhere: the address stands for many places or for none.
    Nowhere,
}

/// Whose public address it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicKind {
    /// Microsoft's.
    Azure,
    /// Somebody's who is known for no good. Addresses of Azure are not told so, whatever a feed says.
    Malicious,
    /// Anybody else's.
    External,
}

/// What two ends make of a flow: the only place where that is decided.
///
/// Source: the definitions of the schema page; where several fit, the first of: two networks, clients, sites, private,
/// Azure, malicious, external.
pub fn flow_type<Network: PartialEq>(src: End<Network>, dest: End<Network>) -> FlowType {
    let other = match (src, dest) {
        (End::Network(one), End::Network(other)) if one == other => return FlowType::IntraVNet,
        (End::Network(_), End::Network(_)) => return FlowType::InterVNet,
        (End::Network(_), other) | (other, End::Network(_)) => other,
        _ => return FlowType::Unknown,
    };
    match other {
        End::Client => FlowType::P2S,
        End::Site => FlowType::S2S,
        End::Private | End::Pod => FlowType::UnknownPrivate,
        End::Public(PublicKind::Azure) => FlowType::AzurePublic,
        End::Public(PublicKind::Malicious) => FlowType::MaliciousFlow,
        End::Public(PublicKind::External) => FlowType::ExternalPublic,
        End::Nowhere | End::Network(_) => FlowType::Unknown,
    }
}

/// The flow type as far as the addresses alone tell it, where there is no inventory: only machines in a virtual network
/// reach the platform's own addresses.
pub fn flow_type_by_address(src: Address, dest: Address) -> FlowType {
    if is_platform(src) || is_platform(dest) { FlowType::AzurePublic } else { FlowType::Unknown }
}

/// The address at which the platform answers every machine: DNS, DHCP, health probes, the agent.
///
/// Source: <https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16>
pub const PLATFORM_ADDRESS: Address = v4([168, 63, 129, 16]);

/// The address at which a machine asks for facts about itself.
///
/// Source: <https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service>
pub const METADATA_ADDRESS: Address = v4([169, 254, 169, 254]);

/// Whether it is one of the platform's own addresses, which are the same in every region.
pub fn is_platform(address: Address) -> bool {
    address == PLATFORM_ADDRESS || address == METADATA_ADDRESS
}

const fn v4(octets: [u8; 4]) -> Address {
    Address::from_ipv4(u32::from_be_bytes(octets))
}

/// Where an address is that no inventory knows. `public` tells whose public addresses are.
pub fn end_by_address<Network>(address: Address, public: impl FnOnce(Address) -> PublicKind) -> End<Network> {
    match address.ipv4() {
        _ if is_platform(address) => End::Public(PublicKind::Azure),
        Some(number) => match number.to_be_bytes() {
            // This network, loopback, multicast, reserved, broadcast.
            [0 | 127 | 224..=255, ..] => End::Nowhere,
            [10, ..] | [192, 168, ..] | [169, 254, ..] | [172, 16..=31, ..] | [100, 64..=127, ..] => {
                End::Private
            }
            _ => End::Public(public(address)),
        },
        None => match address.bits().to_be_bytes() {
            [0xff, ..] => End::Nowhere,
            [0xfc | 0xfd, ..] | [0xfe, 0x80..=0xbf, ..] => End::Private,
            // Unspecified and loopback.
            _ if address.bits() <= 1 => End::Nowhere,
            _ => End::Public(public(address)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: End<u8> = End::Network(1);
    const OTHER: End<u8> = End::Network(2);

    #[test]
    fn what_two_ends_make() {
        use PublicKind::{Azure, External, Malicious};
        for (src, dest, expected) in [
            (ONE, ONE, FlowType::IntraVNet),
            (ONE, OTHER, FlowType::InterVNet),
            (ONE, End::Client, FlowType::P2S),
            (ONE, End::Site, FlowType::S2S),
            (ONE, End::Private, FlowType::UnknownPrivate),
            (ONE, End::Pod, FlowType::UnknownPrivate),
            (ONE, End::Public(Azure), FlowType::AzurePublic),
            (ONE, End::Public(Malicious), FlowType::MaliciousFlow),
            (ONE, End::Public(External), FlowType::ExternalPublic),
            (ONE, End::Nowhere, FlowType::Unknown),
            (End::Pod, End::Pod, FlowType::Unknown),
            (End::Site, End::Client, FlowType::Unknown),
            (End::Private, End::Public(Azure), FlowType::Unknown),
            (End::Public(External), End::Public(Malicious), FlowType::Unknown),
        ] {
            assert_eq!(flow_type(src, dest), expected, "{src:?} {dest:?}");
            assert_eq!(flow_type(dest, src), expected, "{dest:?} {src:?}");
        }
    }

    #[test]
    fn addresses_that_nobody_claims() {
        let end = |text: &str| -> End<u8> {
            end_by_address(Address::parse(text.as_bytes()).unwrap(), |_| PublicKind::External)
        };
        let external = End::Public(PublicKind::External);
        for (text, expected) in [
            ("168.63.129.16", End::Public(PublicKind::Azure)),
            ("169.254.169.254", End::Public(PublicKind::Azure)),
            ("169.254.169.253", End::Private),
            ("255.255.255.255", End::Nowhere),
            ("224.0.0.251", End::Nowhere),
            ("239.255.255.250", End::Nowhere),
            ("0.0.0.0", End::Nowhere),
            ("127.0.0.1", End::Nowhere),
            ("ff02::1", End::Nowhere),
            ("::", End::Nowhere),
            ("::1", End::Nowhere),
            ("10.0.0.1", End::Private),
            ("172.15.255.255", external),
            ("172.16.0.0", End::Private),
            ("172.31.255.255", End::Private),
            ("172.32.0.0", external),
            ("192.168.255.1", End::Private),
            ("192.169.0.0", external),
            ("100.63.255.255", external),
            ("100.64.0.0", End::Private),
            ("100.127.255.255", End::Private),
            ("100.128.0.0", external),
            ("fc00::1", End::Private),
            ("fdff::1", End::Private),
            ("fe80::1", End::Private),
            ("fec0::1", external),
            ("2603:1000::1", external),
            ("13.107.6.0", external),
        ] {
            assert_eq!(end(text), expected, "{text}");
        }
    }

    #[test]
    fn platform_addresses_are_known_without_an_inventory() {
        let vm = Address::from_ipv4(0x0a00_0004);
        assert_eq!(PLATFORM_ADDRESS.to_string(), "168.63.129.16");
        for platform in [PLATFORM_ADDRESS, METADATA_ADDRESS] {
            assert_eq!(flow_type_by_address(platform, vm), FlowType::AzurePublic);
            assert_eq!(flow_type_by_address(vm, platform), FlowType::AzurePublic);
        }
        assert_eq!(flow_type_by_address(vm, vm), FlowType::Unknown);
    }

    #[test]
    fn numbers_and_words_agree() {
        for (number, flow_type) in FlowType::ALL.into_iter().enumerate() {
            assert_eq!(flow_type as usize, number);
            assert_eq!(format!("{flow_type:?}"), flow_type.word());
        }
    }
}
