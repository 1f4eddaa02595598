//! Rows of `NTANetAnalytics` from enriched flows, and those of `WeirPublicIps`, which have the same columns.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int32Array};
use weir_decode::{Address, Decision, Direction};
use weir_enrich::{Decorator, EnrichedFlow, PublicSide, spelling};
use weir_reduce::{Counters, Interval, IntervalNumber, Names, RuleKind, SourceNames};
use weir_schema::Table;
use weir_topology::{ResourceId, short_resource_id};

use super::columns::{constant, counts, optional_longs, times, words};
use super::decoration::DecorationColumns;
use super::numbered::Numbered;
use super::public::{PublicColumns, PublicEnds, PublicRow};
use crate::{Columns, Error};

/// Rows of a run that ended this long after their interval, or sooner, are live: they carry the time of
/// processing as `TimeGenerated`. Later ones are back-fill and carry the end of their interval, so that
/// `ago(…)` finds them where they belong.
const LIVE_MICROS: i64 = 2 * 3_600_000_000;

/// What all rows of a batch share.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// `TenantId`.
    pub workspace_id: &'a str,
    /// The processing interval.
    pub interval: Interval,
}

/// Flows, and what they refer to by numbers.
#[derive(Clone, Copy)]
pub struct FlowRows<'a> {
    /// The flows, in the order of their rows.
    pub flows: &'a [EnrichedFlow],
    /// The names of their keys.
    pub names: &'a Names,
    /// The decorators that they were decorated by.
    pub decorators: &'a [Arc<Decorator>],
    /// Their public ends.
    pub public: PublicEnds<'a>,
}

/// The rows of some flows, in their order.
pub struct NetAnalytics<'a> {
    table: &'static Table,
    flows: &'a [EnrichedFlow],
    run: &'a Run<'a>,
    intervals: Numbered<IntervalNumber>,
    processed: Numbered<i64>,
    /// By interval and time of processing.
    generated: Numbered<i64>,
    source_numbers: Int32Array,
    rule_numbers: Int32Array,
    /// That of the rule behind a blank one, or the blank one where the log is a network's.
    nsg_numbers: Int32Array,
    directions: Int32Array,
    decisions: Int32Array,
    encryptions: Int32Array,
    src_ips: Numbered<Ip>,
    dest_ips: Numbered<Ip>,
    l7_protocols: Numbered<&'static str>,
    l4_protocols: Numbered<String>,
    sources: Vec<SourceWords>,
    rules: Vec<RuleWords>,
    acl_groups: Numbered<&'a str>,
    decoration: DecorationColumns<'a>,
    public: PublicColumns<'a>,
    names: &'a Names,
    billed_constant: usize,
}

/// `TimeGenerated` of a row that was processed at a time and whose interval ends at another.
pub fn generated_micros(processed_micros: i64, interval_end_micros: i64) -> i64 {
    let live = processed_micros - interval_end_micros <= LIVE_MICROS;
    if live { processed_micros } else { interval_end_micros }
}

/// The address of an end; none where the row stands for many.
fn address(row: &EnrichedFlow, side: PublicSide) -> Option<Address> {
    let blank = row.group.is_some() && row.decoration.public == Some(side);
    (!blank).then_some(match side {
        PublicSide::Src => row.flow.key.src_ip,
        PublicSide::Dest => row.flow.key.dest_ip,
    })
}

/// `TargetResourceType` and `TargetResourceId` of a source: what its log was enabled on.
pub fn target(source: &SourceNames) -> (&str, String) {
    let target = ResourceId::parse(&source.target_id);
    // An NSG log is enabled on the NSG that it names.
    let nsg = source.nsg.then(|| ResourceId::parse(&source.log_resource_id)).flatten();
    match target.or(nsg) {
        Some(target) => (target.type_word(), target.short()),
        None => ("", source.target_id.clone()),
    }
}

/// An id of which [`target`] makes these words: what a stored row was logged on, as far as the row tells.
pub fn target_id(target_type: &str, target: &str) -> String {
    let mut parts = target.split('/');
    let (Some(subscription), Some(group), false) = (parts.next(), parts.next(), target_type.is_empty())
    else {
        return target.to_owned();
    };
    let last_type = match target_type {
        "VirtualNetwork" => "virtualnetworks",
        "Subnet" => "subnets",
        "NetworkInterface" => "networkinterfaces",
        "NetworkSecurityGroup" => "networksecuritygroups",
        other => other,
    };
    let names: Vec<&str> = parts.collect();
    let mut id = format!("/subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.network");
    for (place, name) in names.iter().enumerate() {
        // What the name is within does not show.
        let kind = if place + 1 == names.len() { last_type } else { "within" };
        id.push_str(&format!("/{kind}/{name}"));
    }
    id
}

/// What the columns say of an address.
struct Ip {
    text: String,
    number: Option<i64>,
}

impl Ip {
    fn text(&self) -> &str {
        &self.text
    }
}

/// What the columns say of a source.
struct SourceWords {
    flow_log: String,
    log_resource: String,
    target: String,
    target_type: String,
    mac: String,
    nsg: bool,
}

/// What the columns say of a rule.
struct RuleWords {
    rule: String,
    nsg: String,
    nsg_kind: &'static str,
}

impl<'a> NetAnalytics<'a> {
    /// Rows of these flows, in the columns of a table.
    pub fn new(table: &'static Table, rows: FlowRows<'a>, run: &'a Run<'a>) -> Self {
        let FlowRows { flows, names, decorators, public } = rows;
        let ip = |side: PublicSide| {
            Numbered::new(flows.iter().map(|row| address(row, side)), |ip| Ip {
                text: ip.map_or_else(String::new, |ip| ip.to_string()),
                number: ip.and_then(Address::ipv4).map(i64::from),
            })
        };
        let public_rows: Vec<PublicRow> = flows.iter().map(PublicRow::from).collect();
        let sources = names.sources().iter().map(|source| {
            let (target_type, target) = target(source);
            SourceWords {
                flow_log: if source.nsg { String::new() } else { short_resource_id(&source.log_resource_id) },
                log_resource: source.log_resource_id.clone(),
                target,
                target_type: target_type.to_owned(),
                mac: spelling::mac_address(&source.mac),
                nsg: source.nsg,
            }
        });
        let rules = names.rules().iter().map(|rule| RuleWords {
            rule: rule.acl_rule.clone(),
            nsg: short_resource_id(&rule.acl_group),
            nsg_kind: match rule.kind {
                RuleKind::Default => "Default",
                RuleKind::User => "UserDefined",
                RuleKind::Untold => "",
            },
        });
        let (sources, rules): (Vec<SourceWords>, Vec<RuleWords>) = (sources.collect(), rules.collect());
        let interval_end = |number| run.interval.start_micros(number) + run.interval.micros();
        // Rows are large: what many columns ask of them is taken from them in one pass each.
        let numbers = |number: &dyn Fn(&EnrichedFlow) -> i32| -> Int32Array {
            flows.iter().map(number).collect::<Vec<i32>>().into()
        };
        NetAnalytics {
            table,
            flows,
            run,
            intervals: Numbered::new(flows.iter().map(|row| row.flow.key.interval), |number| number),
            processed: Numbered::new(flows.iter().map(|row| row.processed_micros), |micros| micros),
            generated: Numbered::new(
                flows.iter().map(|row| (row.processed_micros, row.flow.key.interval)),
                |(processed, number)| generated_micros(processed, interval_end(number)),
            ),
            source_numbers: numbers(&|row| row.flow.key.source.0 as i32),
            rule_numbers: numbers(&|row| row.flow.key.rule.0 as i32),
            nsg_numbers: numbers(&|row| {
                let nsg = sources[row.flow.key.source.0 as usize].nsg;
                if nsg { row.flow.key.rule.0 as i32 + 1 } else { 0 }
            }),
            directions: numbers(&|row| row.flow.key.direction as i32),
            decisions: numbers(&|row| row.flow.key.decision as i32),
            encryptions: numbers(&|row| row.flow.key.encryption.0.into()),
            src_ips: ip(PublicSide::Src),
            dest_ips: ip(PublicSide::Dest),
            l7_protocols: Numbered::new(flows.iter().map(|row| row.l7_protocol), |name| name),
            l4_protocols: Numbered::new(flows.iter().map(|row| row.flow.key.protocol), |protocol| {
                spelling::l4_protocol(protocol).into_owned()
            }),
            sources,
            rules,
            acl_groups: Numbered::new(
                flows.iter().map(|row| (row.decorator, row.flow.key.rule)),
                |(decorator, rule)| {
                    let group = names.rule(rule).acl_group.as_str();
                    let decorator = decorator.and_then(|number| decorators.get(number as usize));
                    decorator.and_then(|decorator| decorator.security_group(group)).unwrap_or(group)
                },
            ),
            decoration: DecorationColumns::new(
                flows.iter().map(|row| (row.decorator.map(|number| number as usize), row.decoration)),
                decorators,
            ),
            public: PublicColumns::new(&public_rows, public),
            names,
            billed_constant: run.workspace_id.len() + table.name.len() + CONSTANT_BYTES,
        }
    }
}

impl Columns for NetAnalytics<'_> {
    fn rows(&self) -> usize {
        self.flows.len()
    }

    fn column(&self, name: &str) -> Result<Option<ArrayRef>, Error> {
        Ok(self.known_column(name))
    }
}

impl NetAnalytics<'_> {
    fn known_column(&self, name: &str) -> Option<ArrayRef> {
        let run = self.run;
        let started = |decision, direction| {
            self.longs(move |row| {
                let matches = row.flow.key.decision == decision && row.flow.key.direction == direction;
                if matches { row.flow.counters.flows_started } else { 0 }
            })
        };
        Some(match name {
            "SubType" => self.constant("FlowLog"),
            "FaSchemaVersion" => self.constant("3"),
            "Type" => self.constant(self.table.name),
            "TenantId" => self.constant(run.workspace_id),
            "_IsBillable" => self.constant("false"),
            "_BilledSize" => self.billed_size(),
            "TimeProcessed" | "_TimeReceived" => self.processed.times(|micros| *micros),
            "TimeGenerated" => self.generated.times(|micros| *micros),
            "FlowIntervalStartTime" => self.intervals.times(|number| run.interval.start_micros(*number)),
            "FlowIntervalEndTime" => {
                self.intervals.times(|number| run.interval.start_micros(*number) + run.interval.micros())
            }
            "FlowStartTime" => self.times(|row| row.flow.counters.first_millis * 1_000),
            "FlowEndTime" => self.times(|row| row.flow.counters.last_millis * 1_000),
            "FlowLogResourceId" => self.source(|source| &source.flow_log),
            "LogResourceId" => self.source(|source| &source.log_resource),
            "TargetResourceId" => self.source(|source| &source.target),
            "TargetResourceType" => self.source(|source| &source.target_type),
            "MacAddress" => self.source(|source| &source.mac),
            "AclGroup" => self.acl_groups.column(|group| group),
            "AclRule" => self.rule(|rule| &rule.rule),
            "NsgList" => self.nsg(|rule| &rule.nsg),
            "NsgRule" => self.nsg(|rule| &rule.rule),
            "NsgRuleType" => self.nsg(|rule| rule.nsg_kind),
            "SrcIp" => self.src_ips.column(Ip::text),
            "DestIp" => self.dest_ips.column(Ip::text),
            "SrcIpNumber" => ip_numbers(&self.src_ips),
            "DestIpNumber" => ip_numbers(&self.dest_ips),
            "DestPort" => {
                let port = |row: &EnrichedFlow| {
                    (!self.public.is_of_many_ports(row)).then_some(i32::from(row.flow.key.dest_port))
                };
                Arc::new(self.flows.iter().map(port).collect::<Int32Array>())
            }
            "PublicIp" => self.public_ips(),
            "L4Protocol" => self.l4_protocols.column(String::as_str),
            "L7Protocol" => self.l7_protocols.column(|name| name),
            "FlowDirection" => {
                let both = [Direction::Inbound, Direction::Outbound].map(spelling::direction);
                words(self.directions.clone(), both)
            }
            "FlowStatus" | "Action" => {
                let both = [Decision::Allowed, Decision::Denied].map(spelling::status);
                words(self.decisions.clone(), both)
            }
            "FlowEncryption" => {
                words(self.encryptions.clone(), self.names.words().iter().map(String::as_str))
            }
            "AllowedInFlows" => started(Decision::Allowed, Direction::Inbound),
            "AllowedOutFlows" => started(Decision::Allowed, Direction::Outbound),
            "DeniedInFlows" => started(Decision::Denied, Direction::Inbound),
            "DeniedOutFlows" => started(Decision::Denied, Direction::Outbound),
            "CompletedFlows" => self.counter(|c| c.flows_completed),
            "PacketsSrcToDest" => self.counter(|c| c.packets_src_to_dest),
            "BytesSrcToDest" => self.counter(|c| c.bytes_src_to_dest),
            "PacketsDestToSrc" => self.counter(|c| c.packets_dest_to_src),
            "BytesDestToSrc" => self.counter(|c| c.bytes_dest_to_src),
            "RecordCount" => self.counter(|c| c.records),
            name => return self.public.column(name).or_else(|| self.decoration.column(name)),
        })
    }

    fn constant(&self, value: &str) -> ArrayRef {
        constant(value, self.flows.len())
    }

    fn longs(&self, value: impl Fn(&EnrichedFlow) -> i64) -> ArrayRef {
        counts(self.flows.iter().map(value))
    }

    fn counter(&self, value: impl Fn(&Counters) -> i64) -> ArrayRef {
        self.longs(|row| value(&row.flow.counters))
    }

    fn times(&self, value: impl Fn(&EnrichedFlow) -> i64) -> ArrayRef {
        times(self.flows.iter().map(value))
    }

    /// The public address of each row: that of one of its ends.
    fn public_ips(&self) -> ArrayRef {
        let (srcs, dests) = (self.src_ips.values(), self.dest_ips.values());
        let numbers = self.flows.iter().zip(self.src_ips.numbers()).zip(self.dest_ips.numbers());
        let number = |((row, src), dest): ((&EnrichedFlow, &i32), &i32)| match row
            .decoration
            .public
            .filter(|_| row.public.is_some())
        {
            Some(PublicSide::Src) => *src,
            Some(PublicSide::Dest) => srcs.len() as i32 + dest,
            None => (srcs.len() + dests.len()) as i32,
        };
        let all = srcs.iter().chain(dests).map(Ip::text).chain([""]);
        words(numbers.map(number).collect::<Vec<i32>>(), all)
    }

    fn source(&self, word: impl Fn(&SourceWords) -> &str) -> ArrayRef {
        words(self.source_numbers.clone(), self.sources.iter().map(word))
    }

    fn rule(&self, word: impl Fn(&RuleWords) -> &str) -> ArrayRef {
        words(self.rule_numbers.clone(), self.rules.iter().map(word))
    }

    /// A word of the rule where the log is an NSG's, blank where it is a network's.
    fn nsg(&self, word: impl Fn(&RuleWords) -> &str) -> ArrayRef {
        words(self.nsg_numbers.clone(), std::iter::once("").chain(self.rules.iter().map(word)))
    }

    /// Bytes of the row's values: text by its length, numbers and times by eight.
    fn billed_size(&self) -> ArrayRef {
        // Rows of `WeirPublicIps` name the public address once more.
        let has_public_ip = self.table.column("PublicIp").is_some();
        let public_side = |row: &EnrichedFlow| row.decoration.public.filter(|_| has_public_ip);
        let public_sides: Vec<Option<PublicSide>> = self.flows.iter().map(public_side).collect();
        let sources: Vec<usize> = (self.sources.iter())
            .map(|source| {
                source.flow_log.len()
                    + source.log_resource.len()
                    + source.target.len()
                    + source.target_type.len()
                    + source.mac.len()
            })
            .collect();
        let nsg = |rule: &RuleWords| rule.nsg.len() + rule.rule.len() + rule.nsg_kind.len();
        let rules: Vec<(usize, usize)> = self.rules.iter().map(|rule| (rule.rule.len(), nsg(rule))).collect();
        let directions = [Direction::Inbound, Direction::Outbound].map(|it| spelling::direction(it).len());
        let decisions = [Decision::Allowed, Decision::Denied].map(|it| spelling::status(it).len());
        let encryptions: Vec<usize> = self.names.words().iter().map(String::len).collect();
        let acl_groups = self.acl_groups.lengths(|group| group.len());
        let (src_ips, dest_ips) =
            (self.src_ips.lengths(|ip| ip.text.len()), self.dest_ips.lengths(|ip| ip.text.len()));
        let l4_protocols = self.l4_protocols.lengths(String::len);
        let l7_protocols = self.l7_protocols.lengths(|name| name.len());
        let of_rules = |number: &i32| match usize::try_from(number - 1) {
            Ok(rule) => rules[rule].1,
            Err(_) => 0,
        };
        let size = |((row, decoration), public): ((usize, usize), usize)| {
            let (src_ip, dest_ip) = (self.src_ips.of(row, &src_ips), self.dest_ips.of(row, &dest_ips));
            let public_ip = match public_sides[row] {
                Some(PublicSide::Src) => *src_ip,
                Some(PublicSide::Dest) => *dest_ip,
                None => 0,
            };
            let bytes = self.billed_constant
                + sources[self.source_numbers.value(row) as usize]
                + rules[self.rule_numbers.value(row) as usize].0
                + of_rules(&self.nsg_numbers.value(row))
                + self.acl_groups.of(row, &acl_groups)
                + src_ip
                + dest_ip
                + self.l4_protocols.of(row, &l4_protocols)
                + self.l7_protocols.of(row, &l7_protocols)
                + directions[self.directions.value(row) as usize]
                + 2 * decisions[self.decisions.value(row) as usize]
                + encryptions[self.encryptions.value(row) as usize]
                + public_ip
                + public
                + decoration;
            bytes as f64
        };
        let rows = (0..self.flows.len()).zip(self.decoration.text_bytes()).zip(self.public.text_bytes());
        Arc::new(Float64Array::from_iter_values(rows.map(size)))
    }
}

/// The numbers of IPv4 addresses; null for others, and where there is none.
fn ip_numbers(ips: &Numbered<Ip>) -> ArrayRef {
    let all: Vec<Option<i64>> = ips.values().iter().map(|ip| ip.number).collect();
    optional_longs(ips.numbers().iter().map(|number| all[*number as usize]))
}

/// Bytes that are the same in every row, the workspace id and the table's name apart: `FlowLog`, `3`, `false`, ten
/// counters, a port, a flag, seven times.
const CONSTANT_BYTES: usize = 7 + 1 + 5 + 10 * 8 + 8 + 1 + 7 * 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_read_back() {
        let network = "/subscriptions/s/resourcegroups/g/providers/microsoft.network/virtualnetworks/v";
        let set = "/subscriptions/s/resourcegroups/g/providers/microsoft.compute/virtualmachinescalesets/a";
        for id in [
            network.to_owned(),
            format!("{network}/subnets/n"),
            "/subscriptions/s/resourcegroups/g/providers/microsoft.network/networkinterfaces/n".to_owned(),
            format!("{set}/virtualmachines/0/networkinterfaces/n"),
            format!("{set}/others/o"),
            "something else".to_owned(),
            String::new(),
        ] {
            let source = |target_id: &str| SourceNames {
                nsg: false,
                log_resource_id: String::new(),
                target_id: target_id.to_owned(),
                mac: String::new(),
            };
            let stored = source(&id);
            let (target_type, short) = target(&stored);
            let again = source(&target_id(target_type, &short));
            assert_eq!(target(&again), (target_type, short), "{id}");
        }
    }
}
