//! Stored rows as what decides their decoration, and their decoration as columns.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, DictionaryArray, Float64Array, Int32Array, RecordBatch, StringArray};
use weir_decode::{Address, Direction};
use weir_enrich::{CapturePoint, Decoration, DecorationTally, Ends, Memo, spelling};
use weir_table::Error;
use weir_table::rows::decoration::{COLUMNS, DecorationColumns};

use crate::inventories::Chosen;

/// The columns that decide, and those that are decided.
pub(crate) const KEYS: [&str; 8 + COLUMNS.len()] = {
    let mut keys = [""; 8 + COLUMNS.len()];
    let deciding = [
        "SrcIp",
        "DestIp",
        "MacAddress",
        "TargetResourceId",
        "TargetResourceType",
        "FlowDirection",
        "FlowIntervalStartTime",
        "AclGroup",
    ];
    let mut n = 0;
    while n < keys.len() {
        keys[n] = if n < deciding.len() { deciding[n] } else { COLUMNS[n - deciding.len()] };
        n += 1;
    }
    keys
};

/// The decoration of a batch of rows.
pub(crate) struct StoredRows {
    decorated: Vec<(Option<usize>, Decoration)>,
}

impl StoredRows {
    /// Decorates the rows of a batch; nothing where one of them lacks an address.
    pub fn new(
        batch: &RecordBatch,
        chosen: &mut Chosen<'_>,
        tally: &mut DecorationTally,
    ) -> Result<Option<Self>, Error> {
        let text = |name| Texts::of(batch, name);
        let (src, dest) = (text("SrcIp"), text("DestIp"));
        let (mac, target, target_type) =
            (text("MacAddress"), text("TargetResourceId"), text("TargetResourceType"));
        let direction = text("FlowDirection");
        let (Some(src_ips), Some(dest_ips)) = (src.parsed(parse_ip), dest.parsed(parse_ip)) else {
            return Ok(None);
        };
        let directions: Vec<Direction> = direction.values().map(parse_direction).collect();
        let times = batch
            .column_by_name("FlowIntervalStartTime")
            .and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>());
        let mut memo = Memo::default();
        let mut capture_points: HashMap<(usize, [Option<u32>; 3]), CapturePoint> = HashMap::new();
        let mut decorated = Vec::with_capacity(batch.num_rows());
        for row in 0..batch.num_rows() {
            let (Some(Some(src)), Some(Some(dest))) = (src.at(row, &src_ips), dest.at(row, &dest_ips)) else {
                return Ok(None);
            };
            let time = times.map_or(0, |times| times.value(row));
            let number = chosen.at(time)?;
            let (decoration, nic_unknown) = match number {
                None => (Decoration::by_address(src, dest), false),
                Some(number) => {
                    let decorator = &chosen.decorators[number];
                    let key = (number, [&mac, &target_type, &target].map(|column| column.number(row)));
                    let captured_at = *capture_points.entry(key).or_insert_with(|| {
                        let digits = mac.text(row).replace('-', "");
                        decorator.capture_point(&digits, target_type.text(row), target.text(row))
                    });
                    let direction = direction.at(row, &directions).unwrap_or(Direction::Inbound);
                    let ends = Ends { src, dest, direction, captured_at };
                    (memo.decorate(number, decorator, &ends), !captured_at.is_known())
                }
            };
            tally.add(&decoration, nic_unknown);
            decorated.push((number, decoration));
        }
        Ok(Some(StoredRows { decorated }))
    }

    /// How many rows are decorated otherwise than the batch has them.
    pub fn changed(&self, batch: &RecordBatch, chosen: &Chosen<'_>) -> u64 {
        let mut changed = vec![false; self.decorated.len()];
        let columns = DecorationColumns::new(self.decorated.iter().copied(), &chosen.decorators);
        let given = COLUMNS.iter().filter_map(|name| Some((*name, columns.column(name)?)));
        for (name, new) in given.chain([("AclGroup", self.acl_groups(batch, chosen))]) {
            if let Some(new) = new.as_boolean_opt() {
                let old = batch.column_by_name(name).and_then(|column| column.as_boolean_opt());
                for (row, changed) in changed.iter_mut().enumerate() {
                    *changed |= old.is_none_or(|old| old.is_null(row) || old.value(row) != new.value(row));
                }
                continue;
            }
            let (old, new) = (Texts::of(batch, name), Texts::of_array(Some(&new)));
            for (row, changed) in changed.iter_mut().enumerate() {
                *changed |= old.text(row) != new.text(row);
            }
        }
        changed.into_iter().filter(|changed| *changed).count() as u64
    }

    /// The columns of the decoration, and those that follow from it.
    pub fn columns(&self, batch: &RecordBatch, chosen: &Chosen<'_>) -> Vec<(&'static str, ArrayRef)> {
        let decoration = DecorationColumns::new(self.decorated.iter().copied(), &chosen.decorators);
        let mut columns: Vec<(&'static str, ArrayRef)> =
            COLUMNS.iter().filter_map(|name| Some((*name, decoration.column(name)?))).collect();
        let groups = self.acl_groups(batch, chosen);
        columns.push(("_BilledSize", self.billed_size(batch, &decoration, &groups)));
        columns.push(("AclGroup", groups));
        columns
    }

    /// Rule lists by their resource ids, where rows name them by GUIDs.
    fn acl_groups(&self, batch: &RecordBatch, chosen: &Chosen<'_>) -> ArrayRef {
        let old = Texts::of(batch, "AclGroup");
        let mut known: HashMap<(Option<usize>, Option<u32>), i32> = HashMap::new();
        let mut texts: Vec<&str> = Vec::new();
        let numbers = self.decorated.iter().enumerate().map(|(row, (number, _))| {
            *known.entry((*number, old.number(row))).or_insert_with(|| {
                let text = old.text(row);
                let decorator = number.and_then(|number| chosen.decorators.get(number));
                texts.push(decorator.and_then(|d| d.security_group(text)).unwrap_or(text));
                texts.len() as i32 - 1
            })
        });
        let numbers = Int32Array::from_iter_values(numbers);
        Arc::new(DictionaryArray::<Int32Type>::new(numbers, Arc::new(StringArray::from(texts))))
    }

    /// The size of rows: as before, but for what is said otherwise.
    fn billed_size(
        &self,
        batch: &RecordBatch,
        decoration: &DecorationColumns<'_>,
        groups: &ArrayRef,
    ) -> ArrayRef {
        let old_size = batch.column_by_name("_BilledSize").and_then(|c| c.as_primitive_opt::<Float64Type>());
        let said: Vec<Texts<'_>> =
            COLUMNS.iter().chain(&["AclGroup"]).map(|name| Texts::of(batch, name)).collect();
        let groups = Texts::of_array(Some(groups));
        let sizes = decoration.text_bytes().enumerate().map(|(row, bytes)| {
            let before: usize = said.iter().map(|texts| texts.text(row).len()).sum();
            let after = bytes + groups.text(row).len();
            old_size.map_or(0.0, |sizes| sizes.value(row)) - before as f64 + after as f64
        });
        Arc::new(Float64Array::from_iter_values(sizes))
    }
}

/// A column of numbered words; blank where there is no such column.
struct Texts<'a> {
    column: Option<(&'a Int32Array, &'a StringArray)>,
}

impl<'a> Texts<'a> {
    fn of(batch: &'a RecordBatch, name: &str) -> Self {
        Texts::of_array(batch.column_by_name(name))
    }

    fn of_array(array: Option<&'a ArrayRef>) -> Self {
        let words = array.and_then(|array| array.as_dictionary_opt::<Int32Type>());
        let column = words.and_then(|words| Some((words.keys(), words.values().as_string_opt::<i32>()?)));
        Texts { column }
    }

    fn number(&self, row: usize) -> Option<u32> {
        let (keys, _) = self.column?;
        keys.is_valid(row).then(|| keys.value(row).unsigned_abs())
    }

    fn text(&self, row: usize) -> &'a str {
        let text = || Some(self.column?.1.value(self.number(row)? as usize));
        text().unwrap_or_default()
    }

    fn values(&self) -> impl Iterator<Item = &'a str> {
        self.column.into_iter().flat_map(|(_, values)| values.iter()).map(Option::unwrap_or_default)
    }

    /// What each word is; nothing for a column that is not there.
    fn parsed<T>(&self, parse: impl Fn(&str) -> Option<T>) -> Option<Vec<Option<T>>> {
        self.column.map(|_| self.values().map(parse).collect())
    }

    fn at<T: Copy>(&self, row: usize, parsed: &[T]) -> Option<T> {
        parsed.get(self.number(row)? as usize).copied()
    }
}

fn parse_ip(text: &str) -> Option<Address> {
    Address::parse(text.as_bytes())
}

fn parse_direction(word: &str) -> Direction {
    let outbound = spelling::direction(Direction::Outbound);
    if word == outbound { Direction::Outbound } else { Direction::Inbound }
}
