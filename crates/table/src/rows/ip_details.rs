//! Rows of `NTAIpDetails`: what feeds say of the public addresses that flows met.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int32Array};
use weir_enrich::{FlowType, PLATFORM_ADDRESS, PublicAddress, is_platform};
use weir_intel::{Lookups, Threat, WordId};

use super::columns::{constant, words};
use super::net_analytics::{Run, generated_micros};
use super::numbered::Numbered;
use super::texts::Texts;
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
    ips: Texts,
    intervals: Numbered<i64>,
    generated: Numbered<i64>,
    locations: Numbered<String>,
    owners: Numbered<&'a str>,
    threats: Numbered<Held<'a>>,
}

/// What is held against an address.
#[derive(Default)]
struct Held<'a> {
    kind: &'static str,
    description: &'a str,
    dns_domain: &'a str,
    url: &'a str,
    port: Option<i32>,
}

/// Where addresses stand of which the same is told by a word.
struct Places {
    /// Those of each lookups begin here, and at the end those of addresses that no lookups were asked of.
    begins: Vec<usize>,
}

impl Places {
    /// Of those lookups that these details asked. Those of the same words, at other times, have the same places.
    fn of(details: &[IpDetail], lookups: &[Arc<Lookups>]) -> Self {
        let mut asked = vec![false; lookups.len()];
        details.iter().filter_map(|detail| detail.public.feeds).for_each(|number| asked[number] = true);
        let (mut next, mut begins): (usize, Vec<usize>) = (0, Vec::with_capacity(lookups.len() + 1));
        let mut apart: Vec<usize> = Vec::new();
        for (number, asked) in asked.into_iter().enumerate() {
            let known = apart.iter().find(|known| lookups[**known].shares_words_with(&lookups[number]));
            begins.push(known.map_or(next, |known| begins[*known]));
            if asked && known.is_none() {
                apart.push(number);
                next += 2 * lookups[number].words();
            }
        }
        begins.push(next);
        Places { begins }
    }

    /// Without lookups only the blank word is known; the platform's two addresses are told apart by themselves.
    fn count(&self) -> usize {
        self.begins.last().map_or(0, |last| last + 4)
    }

    /// That of an address of which this word is told where it is Azure's, and this where it is not.
    fn place(&self, public: &PublicAddress, of_azure: WordId, of_others: WordId) -> usize {
        let PublicAddress { address, feeds, facts } = *public;
        if is_platform(address) {
            return self.count() - if address == PLATFORM_ADDRESS { 1 } else { 2 };
        }
        let begin = self.begins[feeds.unwrap_or(self.begins.len() - 1)];
        begin + if facts.azure { 2 * of_azure.index() } else { 2 * of_others.index() + 1 }
    }
}

impl<'a> Held<'a> {
    fn of(threat: &'a Threat) -> Self {
        Held {
            kind: threat.kind.word(),
            description: &threat.description,
            dns_domain: &threat.dns_domain,
            url: &threat.url,
            port: threat.port.map(i32::from),
        }
    }
}

impl<'a> IpDetails<'a> {
    /// Rows of these; `lookups` are those that were asked.
    pub fn new(details: &'a [IpDetail], lookups: &'a [Arc<Lookups>], run: &'a Run<'a>) -> Self {
        let publics = details.iter().map(|detail| &detail.public);
        let places = Places::of(details, lookups);
        IpDetails {
            details,
            run,
            ips: Texts::of_addresses(publics.clone().map(|public| public.address)),
            intervals: Numbered::new(details.iter().map(|detail| detail.interval_start_micros), |start| {
                start
            }),
            generated: Numbered::new(
                details.iter().map(|detail| (detail.processed_micros, detail.interval_start_micros)),
                |(processed, start)| generated_micros(processed, start + run.interval.micros()),
            ),
            locations: Numbered::in_places(
                places.count(),
                publics.clone().map(|public| {
                    (places.place(public, public.facts.azure_region, public.facts.country), public)
                }),
                |public| public.location(lookups),
            ),
            owners: Numbered::in_places(
                places.count(),
                publics.clone().map(|public| {
                    (places.place(public, public.facts.service_tag, public.facts.owner), public)
                }),
                |public| public.details(lookups),
            ),
            threats: Numbered::new(
                publics.map(|public| {
                    (public.feeds.filter(|_| public.facts.threat.is_some()), public.facts.threat)
                }),
                |(feeds, threat)| {
                    let held = feeds.zip(threat).map(|(feeds, threat)| lookups[feeds].threat(threat));
                    held.map_or_else(Held::default, Held::of)
                },
            ),
        }
    }

    /// What a row says, times of processing left out: equal texts are equal rows.
    pub fn text(&self, row: usize) -> [&str; 8] {
        let Held { kind, description, dns_domain, url, .. } = self.threats.value(row);
        let flow_type = self.details[row].flow_type.word();
        let (location, owner) = (self.locations.value(row), self.owners.value(row));
        [self.ips.text(row), flow_type, location, owner, kind, description, dns_domain, url]
    }

    /// The port of a row.
    pub fn port(&self, row: usize) -> Option<i32> {
        self.threats.value(row).port
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
            "Ip" => self.ips.column(),
            "Location" => self.locations.column(String::as_str),
            "PublicIpDetails" => self.owners.column(|owner| owner),
            "ThreatType" => self.threats.column(|held| held.kind),
            "ThreatDescription" => self.threats.column(|held| held.description),
            "DnsDomain" => self.threats.column(|held| held.dns_domain),
            "Url" => self.threats.column(|held| held.url),
            "Port" => Arc::new(ports()),
            _ => return Ok(None),
        }))
    }
}
