use weir_decode::Address;

/// What the two ends of a flow are to each other.
///
/// Source: <https://learn.microsoft.com/azure/network-watcher/traffic-analytics-schema#notes>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FlowType {
    /// One end is a public address that Microsoft owns.
    AzurePublic,
    /// Neither end is known.
    Unknown,
}

impl FlowType {
    /// The word of the column.
    pub fn word(self) -> &'static str {
        match self {
            FlowType::AzurePublic => "AzurePublic",
            FlowType::Unknown => "Unknown",
        }
    }
}

/// The address at which the platform answers every machine: DNS, DHCP, health probes, the agent.
///
/// Source: <https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16>
pub const PLATFORM_ADDRESS: Address = Address::from_ipv4(u32::from_be_bytes([168, 63, 129, 16]));

/// The flow type as far as the addresses alone tell it.
pub fn flow_type(src_ip: Address, dest_ip: Address) -> FlowType {
    if src_ip == PLATFORM_ADDRESS || dest_ip == PLATFORM_ADDRESS {
        FlowType::AzurePublic
    } else {
        FlowType::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platform_address_is_known_without_an_inventory() {
        let vm = Address::from_ipv4(0x0a00_0004);
        assert_eq!(PLATFORM_ADDRESS.to_string(), "168.63.129.16");
        assert_eq!(flow_type(PLATFORM_ADDRESS, vm), FlowType::AzurePublic);
        assert_eq!(flow_type(vm, PLATFORM_ADDRESS), FlowType::AzurePublic);
        assert_eq!(flow_type(vm, vm), FlowType::Unknown);
    }
}
