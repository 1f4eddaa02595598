//! The answers to the published recipes.
//!
//! Sums are over all tuples with the named addresses, whichever NIC logged them. Days follow the reduction by
//! 60-minute intervals: the day of a row is that of its interval's start or end, as each field says.

use serde::{Deserialize, Serialize};

/// The answers to the published recipes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenarios {
    /// Scenario 1: traffic of one machine.
    pub scenario1: WatchedHost,
    /// Scenario 2: distribution by a load balancer.
    pub scenario2: BalancerMembers,
    /// Scenario 3: traffic between two prefixes.
    pub scenario3: Prefixes,
    /// Scenario 4: traffic over ExpressRoute.
    pub scenario4: ExpressRoute,
}

/// Traffic that one machine opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchedHost {
    /// Its address.
    pub source: String,
    /// Bytes both ways by destination, most first, then by address. Destinations without bytes are listed
    /// too.
    pub destinations: Vec<AddressBytes>,
    /// The destination data leaks to.
    pub leak_destination: String,
    /// Bytes both ways to the leak by application and day of the interval's **end** (`FlowIntervalEndTime`).
    pub leak_by_end_day: Vec<AppBytes>,
    /// Bytes both ways to the leak by application and day of the interval's **start**.
    pub leak_by_start_day: Vec<AppBytes>,
}

/// Bytes of an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressBytes {
    /// Address as logged.
    pub address: String,
    /// Bytes both ways.
    pub bytes: u64,
}

/// Bytes of an address and a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayAddressBytes {
    /// `2026-11-15`.
    pub day: String,
    /// Address as logged.
    pub address: String,
    /// Bytes both ways.
    pub bytes: u64,
}

/// Bytes of an application and a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppBytes {
    /// `2026-11-15`.
    pub day: String,
    /// Protocol and destination port, `TCP22`.
    pub app: String,
    /// Bytes both ways.
    pub bytes: u64,
}

/// Traffic with a member of a load balancer at one end or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalancerMembers {
    /// The load balancers whose name contains `web`.
    pub load_balancers: Vec<String>,
    /// Addresses of their backends and frontends, ascending.
    pub members: Vec<String>,
    /// Bytes both ways by source address, most first, then by address.
    pub by_source: Vec<AddressBytes>,
    /// Bytes both ways by destination address, most first, then by address.
    pub by_destination: Vec<AddressBytes>,
    /// The members among the sources, by day of the interval's end.
    pub member_sources_by_end_day: Vec<DayAddressBytes>,
    /// The members among the destinations, by day of the interval's end.
    pub member_destinations_by_end_day: Vec<DayAddressBytes>,
}

/// Traffic between two prefixes, both ways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prefixes {
    /// First prefix.
    pub prefix1: String,
    /// Second prefix.
    pub prefix2: String,
    /// Bytes both ways by source, destination, protocol and port, sorted by these.
    pub flows: Vec<FlowBytes>,
    /// The same by day of the interval's end.
    pub by_end_day: Vec<DayFlowBytes>,
}

/// Bytes of a pair, protocol and port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowBytes {
    /// Source address.
    pub source: String,
    /// Destination address.
    pub destination: String,
    /// `TCP` or `UDP`.
    pub protocol: String,
    /// Destination port.
    pub port: u16,
    /// Bytes both ways.
    pub bytes: u64,
}

/// Bytes of a described flow and a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayFlowBytes {
    /// `2026-11-15`.
    pub day: String,
    /// Source, destination, protocol and port: `10.1.1.8-10.1.1.68-TCP80`.
    pub flow: String,
    /// Bytes both ways.
    pub bytes: u64,
}

/// Traffic between the site and Azure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpressRoute {
    /// Addresses of the site.
    pub site_prefix: String,
    /// Addresses in Azure.
    pub azure_prefix: String,
    /// The whole span.
    pub overall: SitePair,
    /// Intervals of the last 24 hours of the span.
    pub last_24_hours: SitePair,
    /// Rows of 60-minute intervals whose `FlowStartTime`, their earliest tuple, lies less than 24 hours
    /// before the end: what `FlowStartTime > ago(24h)` gives at the end of the span.
    pub last_24_hours_by_flow_start: SitePair,
}

/// Bytes by direction of opening.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SitePair {
    /// Opened by the site.
    pub onprem_to_azure: DirectionBytes,
    /// Opened in Azure.
    pub azure_to_onprem: DirectionBytes,
}

/// Bytes each way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectionBytes {
    /// From source to destination.
    pub bytes_src_to_dest: u64,
    /// From destination to source.
    pub bytes_dest_to_src: u64,
}

/// A pair that talks much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Talker {
    /// Source address.
    pub source: String,
    /// Destination address.
    pub destination: String,
    /// Bytes both ways.
    pub bytes: u64,
    /// Tuples with bytes.
    pub tuples: u64,
}

impl SitePair {
    pub(super) fn add(&mut self, from_site: bool, sent: u64, received: u64) {
        let side = if from_site { &mut self.onprem_to_azure } else { &mut self.azure_to_onprem };
        side.bytes_src_to_dest += sent;
        side.bytes_dest_to_src += received;
    }

    pub(super) fn merge(&mut self, other: &SitePair) {
        for (from_site, side) in [(true, other.onprem_to_azure), (false, other.azure_to_onprem)] {
            self.add(from_site, side.bytes_src_to_dest, side.bytes_dest_to_src);
        }
    }
}
