use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use std::hash::BuildHasher;
use weir_decode::{DecodedRecord, Discarded, Encryption, FlowTuple, Generation, RecordSink};

use crate::{Counters, FlowKey, Interval, Names, RuleId, RuleNames, SourceId, SourceNames, WordId};

/// One row: everything that one key saw in one interval, or a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReducedFlow {
    /// What makes it a row of its own.
    pub key: FlowKey,
    /// What it adds up.
    pub counters: Counters,
}

/// Adds up the tuples of a blob.
///
/// One hash table, small and hot: a blob is one interface and one hour.
pub struct Reducer {
    interval: Interval,
    names: Names,
    /// Rules as the log writes them: groups are short, and spelling a rule anew costs more than its tuples.
    rules: HashTable<(String, String, RuleId)>,
    table: HashTable<Row>,
    hasher: foldhash::fast::RandomState,
    /// Rows whose sums would not fit with those that followed.
    full: Vec<ReducedFlow>,
    records: u64,
}

/// Rows whose memory is worth keeping from blob to blob.
const ROWS_KEPT: usize = 1 << 16;

struct Row {
    flow: ReducedFlow,
    last_record: u64,
}

impl Reducer {
    /// A reducer for this interval.
    pub fn new(interval: Interval) -> Self {
        Reducer {
            interval,
            names: Names::default(),
            rules: HashTable::new(),
            table: HashTable::new(),
            hasher: foldhash::fast::RandomState::default(),
            full: Vec::new(),
            records: 0,
        }
    }

    /// The number of rows held.
    pub fn len(&self) -> usize {
        self.table.len() + self.full.len()
    }

    /// Whether no row is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Begins anew, for another blob: without rows and names, with the memory of before.
    pub fn restart(&mut self) {
        self.names = Names::default();
        self.rules.clear();
        self.table.clear();
        if self.table.capacity() > ROWS_KEPT {
            self.table = HashTable::new();
        }
        self.full.clear();
        self.records = 0;
    }

    /// Takes the rows held so far, in no particular order, with the names that they refer to; what follows makes
    /// further rows of the same keys.
    pub fn drain(&mut self) -> (impl Iterator<Item = ReducedFlow> + '_, &Names) {
        let held = self.table.drain().map(|row| row.flow);
        (self.full.drain(..).chain(held), &self.names)
    }

    /// The rows and the names they refer to. Rows are in no particular order.
    pub fn finish(mut self) -> (Vec<ReducedFlow>, Names) {
        let flows = self.drain().0.collect();
        (flows, self.names)
    }

    fn rule_id(&mut self, acl: &str, rule: &str) -> RuleId {
        let (names, hasher) = (&mut self.names, &self.hasher);
        let entry = self.rules.entry(
            hasher.hash_one((acl, rule)),
            |known| known.0 == acl && known.1 == rule,
            |known| hasher.hash_one((known.0.as_str(), known.1.as_str())),
        );
        let new = || (acl.to_owned(), rule.to_owned(), names.rule_id(RuleNames::new(acl, rule)));
        entry.or_insert_with(new).get().2
    }

    fn add(&mut self, key: FlowKey, tuple: &FlowTuple) {
        let hash = self.hasher.hash_one(key);
        let hasher = &self.hasher;
        match self.table.entry(hash, |row| row.flow.key == key, |row| hasher.hash_one(row.flow.key)) {
            Entry::Occupied(mut entry) => {
                let row = entry.get_mut();
                let new_record = row.last_record != self.records;
                if !row.flow.counters.add_tuple(tuple, new_record) {
                    self.full.push(row.flow);
                    row.flow.counters = Counters::of(tuple, new_record);
                }
                row.last_record = self.records;
            }
            Entry::Vacant(entry) => {
                let flow = ReducedFlow { key, counters: Counters::of(tuple, true) };
                entry.insert(Row { flow, last_record: self.records });
            }
        }
    }
}

impl RecordSink for Reducer {
    fn record(&mut self, record: &DecodedRecord<'_>) {
        self.records += 1;
        let header = &record.header;
        let interval = self.interval.number_of(header.time_micros);
        let mut source: Option<(&str, SourceId)> = None;
        for group in record.groups.iter().filter(|group| !group.tuples.is_empty()) {
            let source_id = match source {
                Some((mac, id)) if mac == group.mac => id,
                _ => self.names.source_id(SourceNames::new(header, &group.mac)),
            };
            source = Some((&group.mac, source_id));
            let acl = if header.generation == Generation::VnetV4 { &group.acl } else { &header.flow_log };
            let rule = self.rule_id(acl, &group.rule);
            let mut known = (Encryption::Untold, WordId(0));
            for tuple in record.tuples.get(group.tuples.clone()).unwrap_or(&[]) {
                if tuple.encryption != known.0 {
                    let word = self.names.encryption_id(tuple.encryption, record.encryption_words);
                    known = (tuple.encryption, word);
                }
                let key = FlowKey {
                    src_ip: tuple.src_ip,
                    dest_ip: tuple.dest_ip,
                    interval,
                    source: source_id,
                    rule,
                    dest_port: tuple.dest_port,
                    protocol: tuple.protocol,
                    direction: tuple.direction,
                    decision: tuple.decision,
                    encryption: known.1,
                };
                self.add(key, tuple);
            }
        }
    }

    fn discarded(&mut self, _: &Discarded<'_>) {}
}
