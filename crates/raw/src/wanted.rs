//! Rows as what their tuples have in common.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use weir_answer::{Answer, Cell};
use weir_decode::{Address, Decision, Direction};
use weir_enrich::spelling;
use weir_reduce::{Interval, RuleKind, RuleNames, SourceNames};
use weir_table::rows;
use weir_topology::short_resource_id;
use weir_value::datetime;

/// The columns of `NTANetAnalytics` by which the tuples of a row are found.
pub const COLUMNS: [&str; 16] = [
    "FlowIntervalStartTime",
    "LogResourceId",
    "FlowLogResourceId",
    "TargetResourceId",
    "MacAddress",
    "SrcIp",
    "SrcPublicIps",
    "DestIp",
    "DestPublicIps",
    "DestPort",
    "L4Protocol",
    "AclGroup",
    "AclRule",
    "NsgRuleType",
    "FlowDirection",
    "FlowStatus",
];

/// What else tells rows apart; a column of its own so that [`COLUMNS`] stays in the order of a flow.
const ENCRYPTION: &str = "FlowEncryption";

/// The query for the rows of `NTANetAnalytics` that meet all of some conditions, once each.
pub fn rows_query(conditions: &[String]) -> String {
    let steps: String = conditions.iter().map(|condition| format!("| where {condition}\n")).collect();
    format!("NTANetAnalytics\n{steps}| distinct {}, {ENCRYPTION}", COLUMNS.join(", "))
}

/// Why tuples of some rows cannot be found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// The rows have no column that tuples are found by.
    #[error("the rows have no column that their tuples are found by: {}, {ENCRYPTION}", COLUMNS.join(", "))]
    NoColumn,
    /// Rows have addresses folded, and do not say which.
    #[error("rows with a blank {0} have their addresses in {1}: add that column to the query")]
    Folded(&'static str, &'static str),
    /// A column is not of its type.
    #[error("the column {0} of the rows is not of the type that it has in NTANetAnalytics")]
    WrongType(&'static str),
}

/// Rows, by what their tuples have in common. What the rows have no column for may be anything.
#[derive(Debug)]
pub struct Wanted {
    interval: Interval,
    has: Has,
    sources: HashMap<String, u32>,
    rules: HashMap<String, u32>,
    encryptions: HashMap<String, u32>,
    flows: HashMap<Key, Vec<Row>>,
    /// Which of source and destination are given as lists by some row.
    lists: [bool; 2],
    /// Whether some row may have any port.
    any_port: bool,
    /// Starts of intervals, in order.
    intervals: Vec<i64>,
    macs: HashSet<String>,
    flow_logs: HashSet<String>,
    rows: usize,
    /// Whether rows name rule lists by resource ids.
    groups_by_id: bool,
}

/// Which columns there are.
#[derive(Debug, Clone, Copy, Default)]
struct Has {
    interval: bool,
    log: bool,
    flow_log: bool,
    target: bool,
    mac: bool,
    port: bool,
    protocol: bool,
    group: bool,
    rule: bool,
    rule_type: bool,
    direction: bool,
    status: bool,
    encryption: bool,
}

/// What is the same for all tuples of a row. What there is no column for is the same everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    interval: i64,
    source: u32,
    rule: u32,
    port: u32,
    protocol: u16,
    direction: u8,
    status: u8,
    encryption: u32,
    /// Nothing where the row has a list, or there is no such column.
    src: Option<Address>,
    dest: Option<Address>,
}

/// A row, with the addresses that it may have.
#[derive(Debug)]
struct Row {
    number: u32,
    src: Option<Arc<HashSet<Address>>>,
    dest: Option<Arc<HashSet<Address>>>,
}

/// What a tuple is looked up by, besides its record and group.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flow {
    pub src: Address,
    pub dest: Address,
    pub port: u16,
    pub protocol: u8,
    pub direction: Direction,
    pub decision: Decision,
    pub encryption: u32,
}

/// Any port: there is no such column, or the row has none, as one of many ports.
const ANY_PORT: u32 = u32::MAX;

impl Wanted {
    /// The rows of an answer, of a workspace with this interval.
    pub fn of(answer: &Answer, interval: Interval) -> Result<Wanted, Unfit> {
        let place = |name: &str| answer.columns.iter().position(|column| column.name == name);
        let places: Vec<Option<usize>> =
            COLUMNS.iter().chain(&[ENCRYPTION]).map(|name| place(name)).collect();
        if places.iter().all(Option::is_none) {
            return Err(Unfit::NoColumn);
        }
        let at = |name: &str| {
            let index = COLUMNS.iter().chain(&[ENCRYPTION]).position(|known| *known == name);
            index.and_then(|index| places[index])
        };
        let has = |name: &str| at(name).is_some();
        let has = Has {
            interval: has("FlowIntervalStartTime"),
            log: has("LogResourceId"),
            flow_log: has("FlowLogResourceId"),
            target: has("TargetResourceId"),
            mac: has("MacAddress"),
            port: has("DestPort"),
            protocol: has("L4Protocol"),
            group: has("AclGroup"),
            rule: has("AclRule"),
            rule_type: has("NsgRuleType"),
            direction: has("FlowDirection"),
            status: has("FlowStatus"),
            encryption: has(ENCRYPTION),
        };
        let mut wanted = Wanted {
            interval,
            has,
            sources: HashMap::new(),
            rules: HashMap::new(),
            encryptions: HashMap::new(),
            flows: HashMap::new(),
            lists: [false; 2],
            any_port: false,
            intervals: Vec::new(),
            macs: HashSet::new(),
            flow_logs: HashSet::new(),
            rows: 0,
            groups_by_id: false,
        };
        for row in answer.rows() {
            let cell = |name: &str| at(name).map(|place| row[place]);
            wanted.add(&cell)?;
        }
        wanted.intervals.sort_unstable();
        wanted.intervals.dedup();
        Ok(wanted)
    }

    fn add<'a>(&mut self, cell: &dyn Fn(&str) -> Option<Cell<'a>>) -> Result<(), Unfit> {
        let text = |name: &'static str| match cell(name) {
            None | Some(Cell::Null) => Ok(""),
            Some(Cell::String(text)) => Ok(text),
            Some(_) => Err(Unfit::WrongType(name)),
        };
        let interval = match cell("FlowIntervalStartTime") {
            None => 0,
            Some(Cell::Datetime(ticks)) => datetime::to_unix_micros(ticks),
            // A row without an interval has no tuple.
            Some(Cell::Null) => i64::MIN,
            Some(_) => return Err(Unfit::WrongType("FlowIntervalStartTime")),
        };
        if self.has.interval {
            self.intervals.push(interval);
        }
        let port = match cell("DestPort") {
            None | Some(Cell::Null) => ANY_PORT,
            // A number that is no port is that of no tuple.
            Some(Cell::Long(port)) => u32::try_from(port).unwrap_or(ANY_PORT - 1),
            Some(_) => return Err(Unfit::WrongType("DestPort")),
        };
        let protocol = if self.has.protocol { protocol_number(text("L4Protocol")?) } else { 0 };
        let (log, flow_log, target, mac) = (
            text("LogResourceId")?,
            text("FlowLogResourceId")?,
            text("TargetResourceId")?,
            text("MacAddress")?,
        );
        self.macs.insert(mac.to_owned());
        // The ledger has the short form, of NSGs too.
        self.flow_logs.insert(if log.is_empty() { flow_log.to_owned() } else { short_resource_id(log) });
        let source = source_text(self.has, log, flow_log, target, mac);
        let source = number(&mut self.sources, source);
        let group = text("AclGroup")?;
        self.groups_by_id |= group.starts_with('/');
        let rule = rule_text(self.has, group, text("AclRule")?, text("NsgRuleType")?);
        let rule = number(&mut self.rules, rule);
        let encryption = if self.has.encryption { text(ENCRYPTION)? } else { "" };
        let encryption = number(&mut self.encryptions, encryption.to_owned());
        let word = |name: &'static str, words: [&str; 2]| -> Result<u8, Unfit> {
            let Some(_) = cell(name) else { return Ok(0) };
            let word = text(name)?;
            Ok(words.iter().position(|known| *known == word).map_or(u8::MAX, |place| place as u8))
        };
        let direction =
            word("FlowDirection", [Direction::Inbound, Direction::Outbound].map(spelling::direction))?;
        let status = word("FlowStatus", [Decision::Allowed, Decision::Denied].map(spelling::status))?;
        let end = |ip: &'static str, list: &'static str| -> Result<End, Unfit> {
            match (cell(ip), cell(list)) {
                (None, None) => Ok(End::Any),
                (one, listed) => {
                    let one = if one.is_some() { text(ip)? } else { "" };
                    if !one.is_empty() {
                        return Ok(Address::parse(one.as_bytes()).map_or(End::Nowhere, End::One));
                    }
                    if listed.is_none() {
                        return Err(Unfit::Folded(ip, list));
                    }
                    Ok(End::Among(Arc::new(listed_addresses(text(list)?).collect())))
                }
            }
        };
        let (src, dest) = (end("SrcIp", "SrcPublicIps")?, end("DestIp", "DestPublicIps")?);
        let row_number = self.rows as u32;
        self.rows += 1;
        if matches!(src, End::Nowhere) || matches!(dest, End::Nowhere) {
            return Ok(());
        }
        self.any_port |= port == ANY_PORT;
        self.lists[0] |= src.one().is_none();
        self.lists[1] |= dest.one().is_none();
        let key = Key {
            interval,
            source,
            rule,
            port,
            protocol,
            direction,
            status,
            encryption,
            src: src.one(),
            dest: dest.one(),
        };
        let rows = self.flows.entry(key).or_default();
        let (src, dest) = (src.among(), dest.among());
        // Rows of one key have the same tuples.
        if src.is_some() || dest.is_some() || rows.is_empty() {
            rows.push(Row { number: row_number, src, dest });
        }
        Ok(())
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The stretch of time that the rows' records are in, `[from, to)` in microseconds since the Unix epoch.
    pub fn times(&self) -> Range<i64> {
        match (self.intervals.first(), self.intervals.last()) {
            _ if !self.has.interval => i64::MIN..i64::MAX,
            (Some(first), Some(last)) => *first..last.saturating_add(self.interval.micros()),
            _ => 0..0,
        }
    }

    /// Whether a row may be of records between two times, both included.
    pub(crate) fn may_be_of(&self, first: i64, last: i64) -> bool {
        if !self.has.interval {
            return true;
        }
        let from = self.interval_start(first);
        let next = self.intervals.partition_point(|interval| *interval < from);
        self.intervals.get(next).is_some_and(|interval| *interval <= last)
    }

    /// Whether a row may be of a flow log and an interface, as the ledger spells them; blank ones are not known.
    pub(crate) fn may_be_of_source(&self, flow_log: &str, mac: &str) -> bool {
        let mac_fits = !self.has.mac || mac.is_empty() || self.macs.contains(mac);
        let known = self.has.log || self.has.flow_log && !self.flow_logs.contains("");
        let log_fits = !known || flow_log.is_empty() || self.flow_logs.contains(flow_log);
        mac_fits && log_fits
    }

    /// The start of the interval of a record, if a row is of it.
    pub(crate) fn interval(&self, time_micros: i64) -> Option<i64> {
        if !self.has.interval {
            return Some(0);
        }
        let start = self.interval_start(time_micros);
        self.intervals.binary_search(&start).ok().map(|_| start)
    }

    /// The start of the interval of a record.
    pub(crate) fn interval_start(&self, time_micros: i64) -> i64 {
        self.interval.start_micros(self.interval.number_of(time_micros))
    }

    /// The number of a source, if a row is of it.
    pub(crate) fn source(&self, source: &SourceNames) -> Option<u32> {
        let flow_log = match (self.has.flow_log, source.nsg) {
            (true, false) => short_resource_id(&source.log_resource_id),
            _ => String::new(),
        };
        let target = if self.has.target { rows::target(source).1 } else { String::new() };
        let mac = spelling::mac_address(&source.mac);
        self.sources.get(&source_text(self.has, &source.log_resource_id, &flow_log, &target, &mac)).copied()
    }

    /// Whether a rule list of this name may be one that rows have another name for.
    pub(crate) fn may_be_renamed(&self, group: &str) -> bool {
        self.has.group && self.groups_by_id && !group.starts_with('/')
    }

    /// The number of a rule of the rule list `group`, if a row is of it.
    pub(crate) fn rule(&self, group: &str, rule: &RuleNames, nsg: bool) -> Option<u32> {
        let kind = match rule.kind {
            RuleKind::Default if nsg => "Default",
            RuleKind::User if nsg => "UserDefined",
            _ => "",
        };
        self.rules.get(&rule_text(self.has, group, &rule.acl_rule, kind)).copied()
    }

    /// The number of a word for encryption, if a row has it.
    pub(crate) fn encryption(&self, word: &str) -> Option<u32> {
        self.encryptions.get(if self.has.encryption { word } else { "" }).copied()
    }

    /// The row that a tuple belongs to.
    pub(crate) fn row(&self, interval: i64, source: u32, rules: &[u32], flow: &Flow) -> Option<u32> {
        let has = self.has;
        let key = |rule, port, src, dest| Key {
            interval,
            source,
            rule,
            port,
            protocol: if has.protocol { flow.protocol.into() } else { 0 },
            direction: if has.direction { flow.direction as u8 } else { 0 },
            status: if has.status { flow.decision as u8 } else { 0 },
            encryption: flow.encryption,
            src,
            dest,
        };
        let is_in = |list: &Option<Arc<HashSet<Address>>>, address| {
            list.as_ref().is_none_or(|list| list.contains(&address))
        };
        let ports = [has.port.then(|| flow.port.into()), self.any_port.then_some(ANY_PORT)];
        let (src, dest) = (Some(flow.src), Some(flow.dest));
        let ends = [
            Some((src, dest)),
            self.lists[1].then_some((src, None)),
            self.lists[0].then_some((None, dest)),
            (self.lists[0] && self.lists[1]).then_some((None, None)),
        ];
        for rule in rules {
            for port in ports.into_iter().flatten() {
                for (src, dest) in ends.into_iter().flatten() {
                    let rows = self.flows.get(&key(*rule, port, src, dest)).map_or(&[][..], Vec::as_slice);
                    let row =
                        rows.iter().find(|row| is_in(&row.src, flow.src) && is_in(&row.dest, flow.dest));
                    if let Some(row) = row {
                        return Some(row.number);
                    }
                }
            }
        }
        None
    }
}

/// What a row says of an end.
enum End {
    Any,
    One(Address),
    Among(Arc<HashSet<Address>>),
    /// Something that is no address.
    Nowhere,
}

impl End {
    fn one(&self) -> Option<Address> {
        match self {
            End::One(address) => Some(*address),
            _ => None,
        }
    }

    fn among(self) -> Option<Arc<HashSet<Address>>> {
        match self {
            End::Among(addresses) => Some(addresses),
            _ => None,
        }
    }
}

/// The addresses of a list, `ip|started|… ip|started|…`.
fn listed_addresses(list: &str) -> impl Iterator<Item = Address> + '_ {
    let address = |entry: &str| Address::parse(entry.split('|').next()?.as_bytes());
    list.split_ascii_whitespace().filter_map(address)
}

/// The protocol of a word of `L4Protocol`; one that is none has no tuples.
fn protocol_number(word: &str) -> u16 {
    let known = (0..=u8::MAX).find(|number| spelling::l4_protocol(*number) == word);
    known.map_or(u16::MAX, u16::from)
}

/// What a row says of its source, as far as there are columns for it.
fn source_text(has: Has, log: &str, flow_log: &str, target: &str, mac: &str) -> String {
    let part = |has, text| if has { text } else { "" };
    let parts =
        [part(has.log, log), part(has.flow_log, flow_log), part(has.target, target), part(has.mac, mac)];
    parts.join("\n")
}

fn rule_text(has: Has, group: &str, rule: &str, kind: &str) -> String {
    let part = |has, text| if has { text } else { "" };
    [part(has.group, group), part(has.rule, rule), part(has.rule_type, kind)].join("\n")
}

fn number(numbers: &mut HashMap<String, u32>, text: String) -> u32 {
    let next = numbers.len() as u32;
    *numbers.entry(text).or_insert(next)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use arrow_array::{ArrayRef, Int32Array, Int64Array, RecordBatch, StringViewArray};
    use weir_answer::Column;
    use weir_value::KustoType;

    use super::*;

    const HOUR: i64 = 3_600_000_000;

    fn answer(columns: Vec<(&str, KustoType, ArrayRef)>) -> Answer {
        let batch =
            RecordBatch::try_from_iter(columns.iter().map(|(name, _, array)| (*name, Arc::clone(array))));
        let column =
            |(name, kind, _): &(&str, KustoType, ArrayRef)| Column { name: (*name).to_owned(), kind: *kind };
        Answer {
            columns: columns.iter().map(column).collect(),
            batches: vec![batch.unwrap()],
            render: None,
            took: Duration::ZERO,
        }
    }

    fn texts(values: &[&str]) -> ArrayRef {
        Arc::new(StringViewArray::from_iter_values(values))
    }

    fn flow(src: &str, dest: &str, port: u16) -> Flow {
        let address = |text: &str| Address::parse(text.as_bytes()).unwrap();
        Flow {
            src: address(src),
            dest: address(dest),
            port,
            protocol: 6,
            direction: Direction::Inbound,
            decision: Decision::Allowed,
            encryption: 0,
        }
    }

    fn row(wanted: &Wanted, flow: &Flow) -> Option<u32> {
        let source = SourceNames {
            nsg: false,
            log_resource_id: "/a".to_owned(),
            target_id: String::new(),
            mac: "000D3A1B2C3D".to_owned(),
        };
        let rule = RuleNames::new("/list", "DefaultRule_AllowAll");
        let rules = [wanted.rule(&rule.acl_group, &rule, false)?];
        let flow = Flow { encryption: wanted.encryption("Encrypted")?, ..*flow };
        wanted.row(wanted.interval(HOUR * 5 + 7)?, wanted.source(&source)?, &rules, &flow)
    }

    #[test]
    fn a_blank_address_is_any_of_its_list() {
        let wanted = Wanted::of(
            &answer(vec![
                ("SrcIp", KustoType::String, texts(&["", "", "8.8.8.8"])),
                (
                    "SrcPublicIps",
                    KustoType::String,
                    texts(&["1.1.1.1|1|1|5|5|9|9 1.1.1.2|1|0|5|5|9|9", "9.9.9.9", ""]),
                ),
                ("DestIp", KustoType::String, texts(&["10.0.0.4"; 3])),
                ("DestPort", KustoType::Int, Arc::new(Int32Array::from(vec![443, 443, 443]))),
            ]),
            Interval::HOUR,
        )
        .unwrap();
        for (src, expected) in [
            ("1.1.1.1", Some(0)),
            ("1.1.1.2", Some(0)),
            ("9.9.9.9", Some(1)),
            ("8.8.8.8", Some(2)),
            ("8.8.4.4", None),
        ] {
            assert_eq!(row(&wanted, &flow(src, "10.0.0.4", 443)), expected, "{src}");
        }
        assert_eq!(row(&wanted, &flow("1.1.1.1", "10.0.0.4", 80)), None);
        assert_eq!(row(&wanted, &flow("1.1.1.1", "10.0.0.5", 443)), None);
        assert_eq!(wanted.times(), i64::MIN..i64::MAX);
    }

    #[test]
    fn a_row_without_a_port_is_of_any() {
        let columns = vec![
            ("DestIp", KustoType::String, texts(&["10.0.0.4", "10.0.0.4"])),
            ("DestPort", KustoType::Int, Arc::new(Int32Array::from(vec![Some(443), None])) as ArrayRef),
        ];
        let wanted = Wanted::of(&answer(columns), Interval::HOUR).unwrap();
        assert_eq!(row(&wanted, &flow("1.1.1.1", "10.0.0.4", 443)), Some(0));
        assert_eq!(row(&wanted, &flow("1.1.1.1", "10.0.0.4", 22)), Some(1));
        assert_eq!(row(&wanted, &flow("1.1.1.1", "10.0.0.5", 22)), None);
    }

    #[test]
    fn rows_with_a_blank_address_must_say_which() {
        let folded = answer(vec![("SrcIp", KustoType::String, texts(&[""]))]);
        assert_eq!(Wanted::of(&folded, Interval::HOUR).unwrap_err(), Unfit::Folded("SrcIp", "SrcPublicIps"));
        let other = answer(vec![("Bytes", KustoType::Long, Arc::new(Int64Array::from(vec![1])))]);
        assert_eq!(Wanted::of(&other, Interval::HOUR).unwrap_err(), Unfit::NoColumn);
        let wrong = answer(vec![("SrcIp", KustoType::Long, Arc::new(Int64Array::from(vec![1])))]);
        assert_eq!(Wanted::of(&wrong, Interval::HOUR).unwrap_err(), Unfit::WrongType("SrcIp"));
    }

    #[test]
    fn what_there_is_a_column_for_must_fit() {
        let ticks = |micros: i64| datetime::UNIX_EPOCH + micros * datetime::TICKS_PER_MICROSECOND;
        let columns = |interval, mac: &str, rule: &str, encryption: &str| {
            answer(vec![
                (
                    "FlowIntervalStartTime",
                    KustoType::Datetime,
                    Arc::new(Int64Array::from(vec![ticks(interval)])),
                ),
                ("LogResourceId", KustoType::String, texts(&["/a"])),
                ("MacAddress", KustoType::String, texts(&[mac])),
                ("AclGroup", KustoType::String, texts(&["/list"])),
                ("AclRule", KustoType::String, texts(&[rule])),
                ("L4Protocol", KustoType::String, texts(&["TCP"])),
                ("FlowEncryption", KustoType::String, texts(&[encryption])),
            ])
        };
        let mac = "00-0D-3A-1B-2C-3D";
        let found = |answer: &Answer| {
            row(&Wanted::of(answer, Interval::HOUR).unwrap(), &flow("10.0.0.4", "10.0.0.5", 1))
        };
        assert_eq!(found(&columns(5 * HOUR, mac, "allowall", "Encrypted")), Some(0));
        assert_eq!(found(&columns(6 * HOUR, mac, "allowall", "Encrypted")), None);
        assert_eq!(found(&columns(5 * HOUR, "00-0D-3A-1B-2C-3E", "allowall", "Encrypted")), None);
        assert_eq!(found(&columns(5 * HOUR, mac, "denyall", "Encrypted")), None);
        assert_eq!(found(&columns(5 * HOUR, mac, "allowall", "Unencrypted")), None);
        let wanted = Wanted::of(&columns(5 * HOUR, mac, "allowall", "Encrypted"), Interval::HOUR).unwrap();
        assert_eq!(wanted.times(), 5 * HOUR..6 * HOUR);
        assert!(wanted.may_be_of(5 * HOUR + 1, 5 * HOUR + 2) && wanted.may_be_of(HOUR, 5 * HOUR));
        assert!(!wanted.may_be_of(6 * HOUR, 7 * HOUR) && !wanted.may_be_of(HOUR, 5 * HOUR - 1));
        assert!(wanted.may_be_of_source("/a", mac) && !wanted.may_be_of_source("/a", "other"));
    }
}
