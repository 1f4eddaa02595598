//! One record: its header and its rule groups, whatever the order of its properties.

use std::borrow::Cow;

use weir_value::datetime;

use crate::parse_tuple::{EncryptionWords, parse_tuple, parse_usual};
use crate::scan::{Scan, Scanned, Text};
use crate::{FlowTuple, Reason, nsg, vnet};

/// Which kind of log a record is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Generation {
    /// NSG flow logs version 1: no state, no counters.
    NsgV1,
    /// NSG flow logs version 2.
    NsgV2,
    /// VNet flow logs, `flowLogVersion` 4.
    VnetV4,
}

/// What a record says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordHeader<'a> {
    /// The kind of log.
    pub generation: Generation,
    /// When the record was written, microseconds since the Unix epoch.
    pub time_micros: i64,
    /// `flowLogResourceID`, or the NSG of `resourceId`; as written.
    pub flow_log: Cow<'a, str>,
    /// `targetResourceID`; blank in NSG logs.
    pub target: Cow<'a, str>,
    /// `macAddress` of the record; blank where it has none.
    pub mac: Cow<'a, str>,
}

/// Tuples of one rule at one interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleGroup<'a> {
    /// `aclID`; blank in NSG logs, whose list is the flow log's resource.
    pub acl: Cow<'a, str>,
    /// `rule`, prefix included.
    pub rule: Cow<'a, str>,
    /// `mac` of the group; blank where it has none.
    pub mac: Cow<'a, str>,
    /// Which of the record's tuples.
    pub tuples: std::ops::Range<usize>,
}

/// A whole record.
#[derive(Debug, Clone)]
pub struct DecodedRecord<'a> {
    /// What it says of itself.
    pub header: RecordHeader<'a>,
    /// Its place among the records of the blob, from 0, those not used included.
    pub index: u64,
    /// Where it begins in the blob, in decompressed bytes.
    pub byte: u64,
    /// Its rule groups, in order.
    pub groups: &'a [RuleGroup<'a>],
    /// Its tuples, in order.
    pub tuples: &'a [FlowTuple],
    /// Words behind [`Encryption::Word`](crate::Encryption::Word).
    pub encryption_words: &'a [Cow<'a, str>],
}

/// Something that was not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discarded<'a> {
    /// Why.
    pub reason: Reason,
    /// The record's place among the records of the blob.
    pub record: u64,
    /// The tuple's place among the tuples of the record; none when it is the whole record.
    pub tuple: Option<u64>,
    /// Where the text begins in the blob, in decompressed bytes.
    pub byte: u64,
    /// The tuple's text, or the start of the record's.
    pub text: &'a [u8],
}

/// What is done with records.
pub trait RecordSink {
    /// Takes a whole record.
    fn record(&mut self, record: &DecodedRecord<'_>);
    /// Is told of something that was not used. Tuples of a record that is not used are not told one by one.
    fn discarded(&mut self, discarded: &Discarded<'_>);
}

/// Where the tuples of a record stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// `properties.flows[].flows[]`
    Nsg,
    /// `flowRecords.flows[].flowGroups[]`
    Vnet,
}

/// A rule group as places in the piece.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub acl: Text,
    pub rule: Text,
    pub mac: Text,
    pub start: usize,
    pub end: usize,
}

/// A tuple that was not used.
#[derive(Debug, Clone)]
pub(crate) struct BadTuple {
    pub reason: Reason,
    pub position: u64,
    pub text: Text,
}

/// A record while it is read; buffers are used again for the next one.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub time: Option<Text>,
    pub category: Option<Text>,
    pub flow_log: Text,
    pub resource: Text,
    pub target: Text,
    pub mac: Text,
    pub version: Option<u64>,
    pub layout: Option<Layout>,
    pub bad_layout: bool,
    pub groups: Vec<Group>,
    pub tuples: Vec<FlowTuple>,
    pub bad_tuples: Vec<BadTuple>,
    pub positions: u64,
    pub words: Words,
}

/// Encryption words of a record that are not known.
#[derive(Debug, Default)]
pub(crate) struct Words(Vec<Vec<u8>>);

impl EncryptionWords for Words {
    fn number(&mut self, word: &[u8]) -> Option<u8> {
        let known = self.0.iter().position(|w| w == word);
        let number = known.unwrap_or(self.0.len());
        if known.is_none() && number < 16 && word.len() <= 64 {
            self.0.push(word.to_vec());
        }
        (number < self.0.len()).then_some(number as u8)
    }
}

/// What an object turned out to be.
pub(crate) enum Read {
    /// A record; the draft holds it.
    Record,
    /// `{"records":[`: records follow, the object goes on behind them.
    Wrapper,
}

impl Draft {
    pub fn clear(&mut self) {
        let mut empty = Draft {
            groups: std::mem::take(&mut self.groups),
            tuples: std::mem::take(&mut self.tuples),
            bad_tuples: std::mem::take(&mut self.bad_tuples),
            ..Draft::default()
        };
        empty.groups.clear();
        empty.tuples.clear();
        empty.bad_tuples.clear();
        *self = empty;
    }

    /// Tuples seen so far, good and bad.
    pub fn tuples_seen(&self) -> u64 {
        self.positions
    }

    /// Reads one object at the scan's place.
    pub fn read(&mut self, scan: &mut Scan<'_>) -> Scanned<Read> {
        self.clear();
        scan.expect(b'{')?;
        if scan.accept(b'}')? {
            return Ok(Read::Record);
        }
        loop {
            let key = scan.key()?;
            match key.raw(scan.bytes) {
                b"records" if scan.peek()? == b'[' => {
                    scan.at += 1;
                    return Ok(Read::Wrapper);
                }
                b"time" => self.time = text(scan)?,
                b"category" => self.category = text(scan)?,
                b"macAddress" => self.mac = text(scan)?.unwrap_or_default(),
                b"flowLogResourceID" | b"flowLogResourceId" => {
                    self.flow_log = text(scan)?.unwrap_or_default();
                }
                b"resourceId" | b"resourceid" | b"resourceID" => {
                    self.resource = text(scan)?.unwrap_or_default();
                }
                b"targetResourceID" | b"targetResourceId" => {
                    self.target = text(scan)?.unwrap_or_default();
                }
                b"flowLogVersion" => self.version = scan.unsigned()?,
                b"flowRecords" => vnet::read(scan, self)?,
                b"properties" => nsg::read(scan, self)?,
                _ => scan.skip_value()?,
            }
            if scan.accept(b'}')? {
                return Ok(Read::Record);
            }
            scan.expect(b',')?;
        }
    }

    /// Reads the `flowTuples` array of a group.
    #[inline]
    pub fn read_tuples(&mut self, scan: &mut Scan<'_>, layout: Layout) -> Scanned<()> {
        if scan.peek()? != b'[' {
            self.bad_layout = true;
            return scan.skip_value();
        }
        if self.layout.is_some_and(|other| other != layout) {
            self.bad_layout = true;
        }
        self.layout = Some(layout);
        scan.array(|scan| {
            let position = self.positions;
            self.positions += 1;
            let first = scan.peek()?;
            if first == b'{' {
                // No flow has an object here: the record broke off and the next one begins.
                return Err(scan.syntax());
            }
            if first != b'"' {
                let start = scan.at;
                scan.skip_value()?;
                let text = Text { start, end: scan.at, escaped: false };
                self.bad_tuples.push(BadTuple { reason: Reason::NotText, position, text });
                return Ok(());
            }
            if let Some(window) = scan.bytes.get(scan.at + 1..).and_then(|b| b.first_chunk())
                && let Some((tuple, length)) = parse_usual(window, layout)
            {
                self.tuples.push(tuple);
                scan.at += length + 2;
                return Ok(());
            }
            let text = scan.string()?;
            let parsed = if text.escaped {
                parse_tuple(text.resolve(scan.bytes).as_bytes(), layout, &mut self.words)
            } else {
                parse_tuple(text.raw(scan.bytes), layout, &mut self.words)
            };
            match parsed {
                Ok(tuple) => self.tuples.push(tuple),
                Err(reason) => self.bad_tuples.push(BadTuple { reason, position, text }),
            }
            Ok(())
        })
    }

    /// Starts a rule group; its tuples follow.
    pub fn begin_group(&mut self) -> usize {
        self.groups.push(Group {
            acl: Text::default(),
            rule: Text::default(),
            mac: Text::default(),
            start: self.tuples.len(),
            end: self.tuples.len(),
        });
        self.groups.len() - 1
    }

    /// Ends a rule group behind its last tuple.
    pub fn end_group(&mut self, group: usize, rule: Text, mac: Text) {
        let end = self.tuples.len();
        if let Some(group) = self.groups.get_mut(group) {
            (group.rule, group.mac, group.end) = (rule, mac, end);
        }
    }

    /// The header, or why the record cannot be used.
    pub fn header<'a>(&self, bytes: &'a [u8]) -> Result<RecordHeader<'a>, Reason> {
        let layout = match self.category.map(|text| text.resolve(bytes)) {
            Some(category) if category == "FlowLogFlowEvent" => Layout::Vnet,
            Some(category) if category == "NetworkSecurityGroupFlowEvent" => Layout::Nsg,
            Some(_) => return Err(Reason::UnknownCategory),
            None => self.layout.ok_or(Reason::UnknownCategory)?,
        };
        let generation = match (layout, self.version) {
            (Layout::Vnet, Some(4)) => Generation::VnetV4,
            (Layout::Nsg, Some(1)) => Generation::NsgV1,
            (Layout::Nsg, Some(2)) => Generation::NsgV2,
            _ => return Err(Reason::UnknownVersion),
        };
        if self.bad_layout || self.layout.is_some_and(|found| found != layout) {
            return Err(Reason::BadLayout);
        }
        let time_micros = self.time_micros(bytes).ok_or(Reason::BadRecordTime)?;
        let flow_log = if layout == Layout::Vnet { self.flow_log } else { self.resource };
        Ok(RecordHeader {
            generation,
            time_micros,
            flow_log: flow_log.resolve(bytes),
            target: self.target.resolve(bytes),
            mac: self.mac.resolve(bytes),
        })
    }

    /// The record's time, microseconds since the Unix epoch, where it can be read.
    pub fn time_micros(&self, bytes: &[u8]) -> Option<i64> {
        let time = self.time?.resolve(bytes);
        let micros = (datetime::parse(&time)? - datetime::UNIX_EPOCH) / datetime::TICKS_PER_MICROSECOND;
        (micros >= 0).then_some(micros)
    }

    pub fn rule_groups<'a>(&self, bytes: &'a [u8]) -> Vec<RuleGroup<'a>> {
        let group = |group: &Group| RuleGroup {
            acl: group.acl.resolve(bytes),
            rule: group.rule.resolve(bytes),
            mac: group.mac.resolve(bytes),
            tuples: group.start..group.end,
        };
        self.groups.iter().map(group).collect()
    }

    pub fn encryption_words(&self) -> Vec<Cow<'_, str>> {
        self.words.0.iter().map(|word| String::from_utf8_lossy(word)).collect()
    }
}

/// Consumes a string; anything else is consumed and counts as absent.
pub(crate) fn text(scan: &mut Scan<'_>) -> Scanned<Option<Text>> {
    if scan.peek()? == b'"' { scan.string().map(Some) } else { scan.skip_value().map(|()| None) }
}
