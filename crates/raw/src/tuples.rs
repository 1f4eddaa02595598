//! Tuples that belong to rows, while they are found, and as columns.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use arrow_array::builder::StringViewBuilder;
use arrow_array::{ArrayRef, Int32Array, Int64Array, RecordBatch};
use arrow_schema::{ArrowError, Field, Schema};
use weir_answer::{Answer, Column};
use weir_decode::{DecodedRecord, Discarded, FlowTuple, Generation, RecordSink, State};
use weir_enrich::spelling;
use weir_ingest::{Inventories, Lost, Rereader};
use weir_reduce::{Names, RuleNames, SourceNames};
use weir_table::StoredReading;
use weir_value::{KustoType, datetime};

use crate::wanted::{Flow, Wanted};

/// One tuple that belongs to a row.
#[derive(Debug, Clone)]
struct Found {
    row: u32,
    record: u64,
    byte: u64,
    /// Its place among the tuples of its record, those not used included.
    position: u64,
    record_micros: i64,
    generation: Generation,
    log: Arc<str>,
    target: Arc<str>,
    mac: Arc<str>,
    acl: Arc<str>,
    rule: Arc<str>,
    encryption: Arc<str>,
    batch: u64,
    tuple: FlowTuple,
}

/// Takes records and keeps the tuples of rows.
pub(crate) struct Collector<'a> {
    wanted: &'a Wanted,
    inventories: &'a Inventories,
    /// Times of tuples, `[from, to)` in milliseconds since the Unix epoch.
    times: Range<i64>,
    tuples_max: usize,
    stop: &'a (dyn Fn() -> bool + Sync),
    names: Names,
    words: HashSet<Arc<str>>,
    /// What rule lists are called by the inventory of a time.
    renamed: HashMap<(i64, Arc<str>), Option<Arc<str>>>,
    /// Places of tuples of the next record that were not used.
    unused: Vec<u64>,
    found: Vec<Found>,
    /// How many of those are of readings that were settled.
    settled: usize,
    lost: Vec<(StoredReading, Lost)>,
    failure: Option<weir_table::Error>,
    /// There are more tuples than are kept.
    cut: bool,
    /// The blobs behind the tuples, each with the place behind its last one.
    blobs: Vec<(Arc<str>, usize)>,
}

impl<'a> Collector<'a> {
    pub fn new(
        wanted: &'a Wanted,
        inventories: &'a Inventories,
        times: Range<i64>,
        tuples_max: usize,
        stop: &'a (dyn Fn() -> bool + Sync),
    ) -> Self {
        Collector {
            wanted,
            inventories,
            times,
            tuples_max,
            stop,
            names: Names::default(),
            words: HashSet::new(),
            renamed: HashMap::new(),
            unused: Vec::new(),
            found: Vec::new(),
            settled: 0,
            lost: Vec::new(),
            failure: None,
            cut: false,
            blobs: Vec::new(),
        }
    }

    /// Ends a blob: which of its readings could not be had, and why.
    pub fn end_blob(&mut self, name: &str) -> Vec<(StoredReading, Lost)> {
        self.blobs.push((name.into(), self.found.len()));
        std::mem::take(&mut self.lost)
    }

    /// Takes note of readings that cannot be had.
    pub fn lose(&mut self, readings: &[StoredReading], lost: &Lost) {
        self.lost.extend(readings.iter().map(|reading| (reading.clone(), lost.clone())));
    }

    /// Whether all readings of the blob at hand were had so far.
    pub fn lost_nothing(&self) -> bool {
        self.lost.is_empty()
    }

    /// Forgets what could not be had, before it is looked for elsewhere.
    pub fn retry(&mut self) -> Vec<(StoredReading, Lost)> {
        std::mem::take(&mut self.lost)
    }

    /// Tells of readings that could not be had elsewhere either why they could not be had in the first place.
    pub fn tell_first(&mut self, before: &[(StoredReading, Lost)]) {
        for (reading, lost) in &mut self.lost {
            if let Some((_, first)) = before.iter().find(|(known, _)| known == reading) {
                *lost = first.clone();
            }
        }
    }

    /// What kept it from going on.
    pub fn failure(&mut self) -> Option<weir_table::Error> {
        self.failure.take()
    }

    /// Whether there are more tuples than were kept.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    fn word(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.words.get(text) {
            return Arc::clone(known);
        }
        let word: Arc<str> = text.into();
        self.words.insert(Arc::clone(&word));
        word
    }

    /// The numbers of a rule, under the name that the log has for its list and that which the inventory has.
    fn rules(&mut self, interval_micros: i64, rule: &RuleNames, nsg: bool) -> Vec<u32> {
        let mut numbers: Vec<u32> = self.wanted.rule(&rule.acl_group, rule, nsg).into_iter().collect();
        if self.wanted.may_be_renamed(&rule.acl_group) {
            let group = self.word(&rule.acl_group);
            let key = (interval_micros, group);
            if !self.renamed.contains_key(&key) {
                let renamed = self.renamed_by_inventory(interval_micros, &rule.acl_group);
                self.renamed.insert(key.clone(), renamed);
            }
            if let Some(Some(group)) = self.renamed.get(&key) {
                numbers.extend(self.wanted.rule(group, rule, nsg));
            }
        }
        numbers
    }

    fn renamed_by_inventory(&mut self, micros: i64, group: &str) -> Option<Arc<str>> {
        let snapshot = self.inventories.history().at(micros)?;
        match self.inventories.decorator(snapshot) {
            Ok(decorator) => decorator.security_group(group).map(Into::into),
            Err(error) => {
                self.failure.get_or_insert(error);
                None
            }
        }
    }
}

impl RecordSink for Collector<'_> {
    fn record(&mut self, record: &DecodedRecord<'_>) {
        let unused = std::mem::take(&mut self.unused);
        let header = &record.header;
        let Some(interval) = self.wanted.interval(header.time_micros) else { return };
        let interval_micros = self.wanted.interval_start(header.time_micros);
        let nsg = header.generation != Generation::VnetV4;
        for group in record.groups.iter().filter(|group| !group.tuples.is_empty()) {
            let source_names = SourceNames::new(header, &group.mac);
            let Some(source) = self.wanted.source(&source_names) else { continue };
            let acl = if nsg { &header.flow_log } else { &group.acl };
            let rules = self.rules(interval_micros, &RuleNames::new(acl, &group.rule), nsg);
            if rules.is_empty() {
                continue;
            }
            for index in group.tuples.clone() {
                let Some(tuple) = record.tuples.get(index) else { break };
                if !self.times.contains(&tuple.time_millis) {
                    continue;
                }
                let id = self.names.encryption_id(tuple.encryption, record.encryption_words);
                let Some(encryption) = self.wanted.encryption(self.names.word(id)) else { continue };
                let flow = Flow {
                    src: tuple.src_ip,
                    dest: tuple.dest_ip,
                    port: tuple.dest_port,
                    protocol: tuple.protocol,
                    direction: tuple.direction,
                    decision: tuple.decision,
                    encryption,
                };
                let Some(row) = self.wanted.row(interval, source, &rules, &flow) else { continue };
                if self.found.len() >= self.tuples_max {
                    self.cut = true;
                    return;
                }
                let word = self.names.word(id).to_owned();
                let found = Found {
                    row,
                    record: record.index,
                    byte: record.byte,
                    position: position(index, &unused),
                    record_micros: header.time_micros,
                    generation: header.generation,
                    log: self.word(&header.flow_log),
                    target: self.word(&header.target),
                    mac: self.word(&spelling::mac_address(&source_names.mac)),
                    acl: self.word(&group.acl),
                    rule: self.word(&group.rule),
                    encryption: self.word(&word),
                    batch: 0,
                    tuple: *tuple,
                };
                self.found.push(found);
            }
        }
    }

    fn discarded(&mut self, discarded: &Discarded<'_>) {
        // Those of a record are told before it.
        self.unused.extend(discarded.tuple);
    }
}

/// The place of a tuple among all of its record: it is the `index`-th of those used.
fn position(index: usize, unused: &[u64]) -> u64 {
    unused.iter().fold(index as u64, |place, unused| place + u64::from(*unused <= place))
}

impl Rereader for Collector<'_> {
    fn wants_more(&self) -> bool {
        !self.cut
    }

    fn stopped(&self) -> bool {
        self.failure.is_some() || (self.stop)()
    }

    fn settle(&mut self, reading: &StoredReading, outcome: Result<(), Lost>) {
        self.unused.clear();
        match outcome {
            Ok(()) => {
                self.found[self.settled..].iter_mut().for_each(|found| found.batch = reading.batch);
            }
            Err(lost) => {
                self.found.truncate(self.settled);
                self.lost.push((reading.clone(), lost));
            }
        }
        self.settled = self.found.len();
    }
}

impl Collector<'_> {
    /// What was found, in columns.
    pub fn into_answer(mut self) -> Result<Answer, ArrowError> {
        self.found.truncate(self.settled);
        let found = &self.found;
        let ticks = |micros: i64| datetime::from_unix_micros(micros).unwrap_or(datetime::MAX);
        let mut columns: Vec<(&str, KustoType, ArrayRef)> = Vec::new();
        let mut blobs = StringViewBuilder::new().with_deduplicate_strings();
        let mut from = 0;
        for (name, to) in &self.blobs {
            (from..*to).for_each(|_| blobs.append_value(name));
            from = *to;
        }
        let longs = |value: &dyn Fn(&Found) -> Option<i64>| -> ArrayRef {
            Arc::new(found.iter().map(value).collect::<Int64Array>())
        };
        let ints = |value: &dyn Fn(&Found) -> i32| -> ArrayRef {
            Arc::new(Int32Array::from_iter_values(found.iter().map(value)))
        };
        let texts = |value: &dyn Fn(&Found) -> String| -> ArrayRef {
            let mut builder = StringViewBuilder::new().with_deduplicate_strings();
            found.iter().for_each(|found| builder.append_value(value(found)));
            Arc::new(builder.finish())
        };
        let counted = |value: fn(&FlowTuple) -> u64| -> ArrayRef {
            // Version 1 of NSG logs does not count.
            longs(&|f| (f.generation != Generation::NsgV1).then(|| value(&f.tuple) as i64))
        };
        let mut add = |name, kind, array| columns.push((name, kind, array));
        use KustoType::{Datetime, Int, Long, String as Text};
        add("Row", Long, longs(&|f| Some(f.row.into())));
        add("Blob", Text, Arc::new(blobs.finish()));
        add("Record", Long, longs(&|f| i64::try_from(f.record).ok()));
        add("Byte", Long, longs(&|f| i64::try_from(f.byte).ok()));
        add("Tuple", Long, longs(&|f| i64::try_from(f.position).ok()));
        add("RecordTime", Datetime, longs(&|f| Some(ticks(f.record_micros))));
        add("FlowTime", Datetime, longs(&|f| Some(ticks(f.tuple.time_millis.saturating_mul(1_000)))));
        add("Category", Text, texts(&|f| category(f.generation).to_owned()));
        add("Version", Int, ints(&|f| version(f.generation)));
        add("LogResource", Text, texts(&|f| f.log.to_string()));
        add("TargetResource", Text, texts(&|f| f.target.to_string()));
        add("MacAddress", Text, texts(&|f| f.mac.to_string()));
        add("AclId", Text, texts(&|f| f.acl.to_string()));
        add("Rule", Text, texts(&|f| f.rule.to_string()));
        add("SrcIp", Text, texts(&|f| f.tuple.src_ip.to_string()));
        add("DestIp", Text, texts(&|f| f.tuple.dest_ip.to_string()));
        add("SrcPort", Int, ints(&|f| f.tuple.src_port.into()));
        add("DestPort", Int, ints(&|f| f.tuple.dest_port.into()));
        add("L4Protocol", Text, texts(&|f| spelling::l4_protocol(f.tuple.protocol).into_owned()));
        add("FlowDirection", Text, texts(&|f| spelling::direction(f.tuple.direction).to_owned()));
        add("FlowState", Text, texts(&|f| state(f.tuple.state).to_owned()));
        add("FlowStatus", Text, texts(&|f| spelling::status(f.tuple.decision).to_owned()));
        add("FlowEncryption", Text, texts(&|f| f.encryption.to_string()));
        add("PacketsSrcToDest", Long, counted(|tuple| tuple.packets_src_to_dest));
        add("BytesSrcToDest", Long, counted(|tuple| tuple.bytes_src_to_dest));
        add("PacketsDestToSrc", Long, counted(|tuple| tuple.packets_dest_to_src));
        add("BytesDestToSrc", Long, counted(|tuple| tuple.bytes_dest_to_src));
        add("Batch", Long, longs(&|f| i64::try_from(f.batch).ok()));
        let fields: Vec<Field> = columns
            .iter()
            .map(|(name, _, array)| Field::new(*name, array.data_type().clone(), true))
            .collect();
        let arrays = columns.iter().map(|(_, _, array)| Arc::clone(array)).collect();
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?;
        Ok(Answer {
            columns: columns
                .iter()
                .map(|(name, kind, _)| Column { name: (*name).into(), kind: *kind })
                .collect(),
            batches: vec![batch],
            render: None,
            took: std::time::Duration::ZERO,
        })
    }
}

/// `category` of the records of a generation.
fn category(generation: Generation) -> &'static str {
    match generation {
        Generation::VnetV4 => "FlowLogFlowEvent",
        Generation::NsgV1 | Generation::NsgV2 => "NetworkSecurityGroupFlowEvent",
    }
}

/// Version of a log's layout, as its records have it.
fn version(generation: Generation) -> i32 {
    match generation {
        Generation::NsgV1 => 1,
        Generation::NsgV2 => 2,
        Generation::VnetV4 => 4,
    }
}

/// The state of a flow in words; blank where the log has none.
fn state(state: State) -> &'static str {
    match state {
        State::Begin => "Begin",
        State::Continuing => "Continuing",
        State::End => "End",
        State::Deny => "Deny",
        State::Unstated => "",
    }
}

#[cfg(test)]
mod tests {
    use super::position;

    #[test]
    fn tuples_that_were_not_used_have_places_too() {
        // Of five tuples the first and the fourth were not used.
        assert_eq!([0, 1, 2].map(|index| position(index, &[0, 3])), [1, 2, 4]);
        assert_eq!(position(7, &[]), 7);
        assert_eq!([0, 1].map(|index| position(index, &[0, 1, 2])), [3, 4]);
    }
}
