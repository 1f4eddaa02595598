//! Rows of `NTAIpDetails`: what feeds say of the public addresses that flows met.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int32Array};
use weir_decode::Address;
use weir_enrich::{FlowType, PublicAddress, is_platform};
use weir_intel::{AddressFacts, Lookups};

use super::columns::{constant, words};
use super::net_analytics::{Run, generated_micros};
use super::numbered::Numbered;
use crate::{Columns, Error};

/// A public address in an interval.
#[derive(Debug, Clone, Copy)]
pub struct IpDetail {
    /// The address and what was said of it.
    pub public: PublicAddress,
    /// What its flows are.
    pub flow_type: FlowType,
    /// Start of the interval, microseconds since the Unix epoch.
    pub interval_start_micros: i64,
    /// When the logs were read, microseconds since the Unix epoch.
    pub processed_micros: i64,
}

/// The rows of some addresses, in their order.
pub struct IpDetails<'a> {
    details: &'a [IpDetail],
    run: &'a Run<'a>,
    ips: Numbered<String>,
    intervals: Numbered<i64>,
    generated: Numbered<i64>,
    said: Numbered<Said<'a>>,
}

/// What is said of an address, beside the address itself.
#[derive(Default)]
struct Said<'a> {
    location: String,
    details: &'a str,
    threat_type: &'static str,
    threat_description: &'a str,
    dns_domain: &'a str,
    url: &'a str,
    port: Option<i32>,
}

impl<'a> IpDetails<'a> {
    /// Rows of these; `lookups` are those that were asked.
    pub fn new(details: &'a [IpDetail], lookups: &'a [Arc<Lookups>], run: &'a Run<'a>) -> Self {
        type Key = (Option<usize>, AddressFacts, Option<Address>);
        let key = |detail: &IpDetail| -> Key {
            let PublicAddress { address, feeds, facts } = detail.public;
            (feeds, facts, is_platform(address).then_some(address))
        };
        // Others are told from each other by what is said of them alone.
        let any = Address::from_ipv6(0);
        let said = |(feeds, facts, platform): Key| {
            let public = PublicAddress { address: platform.unwrap_or(any), feeds, facts };
            let threat = public.threat(lookups);
            Said {
                location: public.location(lookups),
                details: public.details(lookups),
                threat_type: threat.map_or("", |threat| threat.kind.word()),
                threat_description: threat.map_or("", |threat| &threat.description),
                dns_domain: threat.map_or("", |threat| &threat.dns_domain),
                url: threat.map_or("", |threat| &threat.url),
                port: threat.and_then(|threat| threat.port).map(i32::from),
            }
        };
        IpDetails {
            details,
            run,
            ips: Numbered::new(details.iter().map(|detail| detail.public.address), |ip| ip.to_string()),
            intervals: Numbered::new(details.iter().map(|detail| detail.interval_start_micros), |start| {
                start
            }),
            generated: Numbered::new(
                details.iter().map(|detail| (detail.processed_micros, detail.interval_start_micros)),
                |(processed, start)| generated_micros(processed, start + run.interval.micros()),
            ),
            said: Numbered::new(details.iter().map(key), said),
        }
    }

    /// What a row says, times of processing left out: equal texts are equal rows.
    pub fn text(&self, row: usize) -> [&str; 8] {
        let Said { location, details, threat_type, threat_description, dns_domain, url, .. } =
            self.said.value(row);
        let flow_type = self.details[row].flow_type.word();
        [self.ips.value(row), flow_type, location, details, threat_type, threat_description, dns_domain, url]
    }

    /// The port of a row.
    pub fn port(&self, row: usize) -> Option<i32> {
        self.said.value(row).port
    }

    /// Bytes of the rows' values: text by its length, numbers and times by eight.
    fn billed_size(&self) -> ArrayRef {
        // `FlowLog`, `2`, `false`, the table's name, the port, three times.
        let always = self.run.workspace_id.len() + 7 + 1 + 5 + 12 + 8 + 3 * 8;
        let size = |row| (always + self.text(row).iter().map(|text| text.len()).sum::<usize>()) as f64;
        Arc::new(Float64Array::from_iter_values((0..self.details.len()).map(size)))
    }
}

impl Columns for IpDetails<'_> {
    fn rows(&self) -> usize {
        self.details.len()
    }

    fn column(&self, name: &str) -> Result<Option<ArrayRef>, Error> {
        let details = self.details.iter();
        let constant = |text| constant(text, self.details.len());
        let ports = || (0..self.details.len()).map(|row| self.port(row)).collect::<Int32Array>();
        Ok(Some(match name {
            "SubType" => constant("FlowLog"),
            "FaSchemaVersion" => constant("2"),
            "Type" => constant("NTAIpDetails"),
            "TenantId" => constant(self.run.workspace_id),
            "_IsBillable" => constant("false"),
            "_BilledSize" => self.billed_size(),
            "TimeGenerated" => self.generated.times(|micros| *micros),
            "FlowIntervalStartTime" => self.intervals.times(|start| *start),
            "FlowIntervalEndTime" => self.intervals.times(|start| start + self.run.interval.micros()),
            "FlowType" => words(
                details.map(|detail| detail.flow_type as i32).collect::<Vec<i32>>(),
                FlowType::ALL.map(FlowType::word),
            ),
            "Ip" => self.ips.column(String::as_str),
            "Location" => self.said.column(|said| &said.location),
            "PublicIpDetails" => self.said.column(|said| said.details),
            "ThreatType" => self.said.column(|said| said.threat_type),
            "ThreatDescription" => self.said.column(|said| said.threat_description),
            "DnsDomain" => self.said.column(|said| said.dns_domain),
            "Url" => self.said.column(|said| said.url),
            "Port" => Arc::new(ports()),
            _ => return Ok(None),
        }))
    }
}
