//! Stored rows as what decides their decoration, and their decoration as columns.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, DictionaryArray, Float64Array, Int32Array, RecordBatch, StringArray};
use weir_decode::{Address, Decision, Direction};
use weir_enrich::{CapturePoint, Decoration, DecorationTally, Ends, FoldRules, Memo, PublicId, spelling};
use weir_reduce::Interval;
use weir_table::Error;
use weir_table::rows::decoration::{self, DecorationColumns};
use weir_table::rows::public::{self, PublicColumns, PublicRow};

use crate::decorate::{At, Chosen};
use crate::met::Meeting;

/// The columns that decide, and those that are decided; the size of a row is one of both.
pub(crate) const KEYS: [&str; DECIDING.len() + SAID_COUNT] = {
    let mut keys = [""; DECIDING.len() + SAID_COUNT];
    let mut n = 0;
    while n < keys.len() {
        keys[n] = match n.checked_sub(DECIDING.len()) {
            None => DECIDING[n],
            Some(n) if n < decoration::COLUMNS.len() => decoration::COLUMNS[n],
            Some(n) => public::COLUMNS[n - decoration::COLUMNS.len()],
        };
        n += 1;
    }
    keys
};

const DECIDING: [&str; 12] = [
    "SrcIp",
    "DestIp",
    "MacAddress",
    "TargetResourceId",
    "TargetResourceType",
    "FlowDirection",
    "FlowStatus",
    "FlowIntervalStartTime",
    "TimeProcessed",
    "Description",
    "AclGroup",
    "_BilledSize",
];
const SAID_COUNT: usize = decoration::COLUMNS.len() + public::COLUMNS.len();

/// Names of all columns that decoration fills.
fn said() -> impl Iterator<Item = &'static str> {
    decoration::COLUMNS.into_iter().chain(public::COLUMNS)
}

/// The rows of a batch, decorated. Those that stand for several addresses are not: what they stand for is.
pub(crate) struct StoredRows {
    /// Places of the decorated rows in the batch.
    places: Vec<usize>,
    decorated: Vec<Stored>,
    /// Rows that stand for several addresses.
    pub folded: u64,
    /// How many of them are of a scan and should not be, or the other way round.
    pub folded_otherwise: u64,
}

/// A row, decorated.
struct Stored {
    at: At,
    decoration: Decoration,
    public: Option<PublicId>,
    decision: Decision,
    direction: Direction,
    interval_start_micros: i64,
    processed_micros: i64,
}

impl StoredRows {
    /// Decorates the rows of a batch; nothing where one of them lacks an address and stands for no others.
    pub fn new(
        batch: &RecordBatch,
        chosen: &mut Chosen<'_>,
        rules: FoldRules,
        tally: &mut DecorationTally,
    ) -> Result<Option<Self>, Error> {
        let text = |name| Texts::of(batch, name);
        let (src, dest) = (text("SrcIp"), text("DestIp"));
        let (mac, target, target_type) =
            (text("MacAddress"), text("TargetResourceId"), text("TargetResourceType"));
        let (direction, status) = (text("FlowDirection"), text("FlowStatus"));
        let (flow_type, description) = (text("FlowType"), text("Description"));
        let (Some(src_ips), Some(dest_ips)) = (src.parsed(parse_ip), dest.parsed(parse_ip)) else {
            return Ok(None);
        };
        let directions: Vec<Direction> = direction.values().map(parse_direction).collect();
        let decisions: Vec<Decision> = status.values().map(parse_decision).collect();
        let time = |name| {
            batch
                .column_by_name(name)
                .and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>())
        };
        let (starts, processed) = (time("FlowIntervalStartTime"), time("TimeProcessed"));
        let mut memo = Memo::default();
        let mut capture_points: HashMap<(usize, [Option<u32>; 3]), CapturePoint> = HashMap::new();
        let mut stored =
            StoredRows { places: Vec::new(), decorated: Vec::new(), folded: 0, folded_otherwise: 0 };
        for row in 0..batch.num_rows() {
            let direction = direction.at(row, &directions).unwrap_or(Direction::Inbound);
            let decision = status.at(row, &decisions).unwrap_or(Decision::Allowed);
            let (src, dest) = match (src.at(row, &src_ips).flatten(), dest.at(row, &dest_ips).flatten()) {
                (Some(src), Some(dest)) => (src, dest),
                (src, dest) => {
                    let public = ["AzurePublic", "ExternalPublic"].contains(&flow_type.text(row));
                    if !public || src.is_none() && dest.is_none() {
                        return Ok(None);
                    }
                    let of_scan = src.is_none()
                        && (decision, direction) == (Decision::Denied, Direction::Inbound)
                        && rules.denied_scans;
                    stored.folded += 1;
                    stored.folded_otherwise += u64::from(description.text(row).is_empty() == of_scan);
                    continue;
                }
            };
            let interval_start_micros = starts.map_or(0, |times| times.value(row));
            let at = chosen.at(interval_start_micros)?;
            let captured_at = at.decorator.map_or_else(CapturePoint::default, |number| {
                let key = (number, [&mac, &target_type, &target].map(|column| column.number(row)));
                *capture_points.entry(key).or_insert_with(|| {
                    let digits = mac.text(row).replace('-', "");
                    chosen.decorators[number].capture_point(&digits, target_type.text(row), target.text(row))
                })
            });
            let ends = Ends { src, dest, direction, captured_at };
            let decoration = chosen.decorate(at, &ends, &mut memo);
            tally.add(&decoration, at.decorator.is_some() && !captured_at.is_known());
            stored.places.push(row);
            stored.decorated.push(Stored {
                at,
                decoration,
                public: decoration.public.map(|side| chosen.public(side.of(src, dest), at)),
                decision,
                direction,
                interval_start_micros,
                processed_micros: processed.map_or(0, |times| times.value(row)),
            });
        }
        Ok(Some(stored))
    }

    /// How many rows are decorated.
    pub fn rows(&self) -> u64 {
        self.decorated.len() as u64
    }

    /// Which rows would be folded.
    pub fn foldable(&self, rules: FoldRules) -> impl Iterator<Item = bool> + '_ {
        self.decorated.iter().map(move |row| rules.folds(&row.decoration, row.decision, row.direction))
    }

    /// The public ends of the rows.
    pub fn meetings(&self, interval: Interval) -> impl Iterator<Item = Meeting> + '_ {
        self.decorated.iter().filter_map(move |row| {
            Some(Meeting {
                interval: interval.number_of(row.interval_start_micros),
                flow_type: row.decoration.flow_type,
                public: row.public?,
                processed_micros: row.processed_micros,
            })
        })
    }

    /// Which rows are decorated otherwise than the batch has them.
    pub fn changed(&self, batch: &RecordBatch, chosen: &Chosen<'_>) -> Vec<bool> {
        let mut changed = vec![false; self.decorated.len()];
        let columns = self.decoration(chosen);
        let given = said().filter_map(|name| Some((name, columns.column(name)?)));
        for (name, new) in given.chain([("AclGroup", self.acl_groups(batch, chosen))]) {
            let places = self.places.iter().enumerate().zip(&mut changed);
            if let Some(new) = new.as_boolean_opt() {
                let old = batch.column_by_name(name).and_then(|column| column.as_boolean_opt());
                for ((row, place), changed) in places {
                    *changed |=
                        old.is_none_or(|old| old.is_null(*place) || old.value(*place) != new.value(row));
                }
                continue;
            }
            let (old, new) = (Texts::of(batch, name), Texts::of_array(Some(&new)));
            for ((row, place), changed) in places {
                *changed |= old.text(*place) != new.text(row);
            }
        }
        changed
    }

    /// The columns of the decoration, and those that follow from it, of a batch whose rows are all decorated.
    pub fn columns(&self, batch: &RecordBatch, chosen: &Chosen<'_>) -> Vec<(&'static str, ArrayRef)> {
        let decoration = self.decoration(chosen);
        let mut columns: Vec<(&'static str, ArrayRef)> =
            said().filter_map(|name| Some((name, decoration.column(name)?))).collect();
        let groups = self.acl_groups(batch, chosen);
        columns.push(("_BilledSize", self.billed_size(batch, &decoration, &groups)));
        columns.push(("AclGroup", groups));
        columns
    }

    fn decoration<'c>(&self, chosen: &'c Chosen<'_>) -> SaidColumns<'c> {
        let rows = self.decorated.iter().map(|row| (row.at.decorator, row.decoration));
        let public_rows = self.decorated.iter().map(|row| PublicRow {
            flow_type: row.decoration.flow_type,
            side: row.decoration.public,
            public: row.public,
            group: None,
        });
        let public_rows: Vec<PublicRow> = public_rows.collect();
        SaidColumns {
            decoration: DecorationColumns::new(rows, &chosen.decorators),
            public: PublicColumns::new(&public_rows, chosen.public_ends(0)),
        }
    }

    /// Rule lists by their resource ids, where rows name them by GUIDs.
    fn acl_groups(&self, batch: &RecordBatch, chosen: &Chosen<'_>) -> ArrayRef {
        let old = Texts::of(batch, "AclGroup");
        let mut known: HashMap<(Option<usize>, Option<u32>), i32> = HashMap::new();
        let mut texts: Vec<&str> = Vec::new();
        let numbers = self.decorated.iter().zip(&self.places).map(|(stored, row)| {
            let number = stored.at.decorator;
            *known.entry((number, old.number(*row))).or_insert_with(|| {
                let text = old.text(*row);
                let decorator = number.and_then(|number| chosen.decorators.get(number));
                texts.push(decorator.and_then(|d| d.security_group(text)).unwrap_or(text));
                texts.len() as i32 - 1
            })
        });
        let numbers = Int32Array::from_iter_values(numbers);
        Arc::new(DictionaryArray::<Int32Type>::new(numbers, Arc::new(StringArray::from(texts))))
    }

    /// The size of rows: as before, but for what is said otherwise.
    fn billed_size(&self, batch: &RecordBatch, decoration: &SaidColumns<'_>, groups: &ArrayRef) -> ArrayRef {
        let old_size = batch.column_by_name("_BilledSize").and_then(|c| c.as_primitive_opt::<Float64Type>());
        let said: Vec<Texts<'_>> = said().chain(["AclGroup"]).map(|name| Texts::of(batch, name)).collect();
        let groups = Texts::of_array(Some(groups));
        let sizes = decoration.text_bytes().enumerate().map(|(row, bytes)| {
            let before: usize = said.iter().map(|texts| texts.text(row).len()).sum();
            let after = bytes + groups.text(row).len();
            old_size.map_or(0.0, |sizes| sizes.value(row)) - before as f64 + after as f64
        });
        Arc::new(Float64Array::from_iter_values(sizes))
    }
}

/// What decoration says of rows.
struct SaidColumns<'a> {
    decoration: DecorationColumns<'a>,
    public: PublicColumns<'a>,
}

impl SaidColumns<'_> {
    fn column(&self, name: &str) -> Option<ArrayRef> {
        self.decoration.column(name).or_else(|| self.public.column(name))
    }

    fn text_bytes(&self) -> impl Iterator<Item = usize> + '_ {
        self.decoration.text_bytes().zip(self.public.text_bytes()).map(|(one, other)| one + other)
    }
}

/// A column of numbered words; blank where there is no such column.
pub(crate) struct Texts<'a> {
    column: Option<(&'a Int32Array, &'a StringArray)>,
}

impl<'a> Texts<'a> {
    pub fn of(batch: &'a RecordBatch, name: &str) -> Self {
        Texts::of_array(batch.column_by_name(name))
    }

    fn of_array(array: Option<&'a ArrayRef>) -> Self {
        let words = array.and_then(|array| array.as_dictionary_opt::<Int32Type>());
        let column = words.and_then(|words| Some((words.keys(), words.values().as_string_opt::<i32>()?)));
        Texts { column }
    }

    pub fn number(&self, row: usize) -> Option<u32> {
        let (keys, _) = self.column?;
        keys.is_valid(row).then(|| keys.value(row).unsigned_abs())
    }

    pub fn text(&self, row: usize) -> &'a str {
        let text = || Some(self.column?.1.value(self.number(row)? as usize));
        text().unwrap_or_default()
    }

    pub fn values(&self) -> impl Iterator<Item = &'a str> {
        self.column.into_iter().flat_map(|(_, values)| values.iter()).map(Option::unwrap_or_default)
    }

    /// What each word is; nothing for a column that is not there.
    pub fn parsed<T>(&self, parse: impl Fn(&str) -> Option<T>) -> Option<Vec<Option<T>>> {
        self.column.map(|_| self.values().map(parse).collect())
    }

    pub fn at<T: Copy>(&self, row: usize, parsed: &[T]) -> Option<T> {
        parsed.get(self.number(row)? as usize).copied()
    }
}

pub(crate) fn parse_ip(text: &str) -> Option<Address> {
    Address::parse(text.as_bytes())
}

pub(crate) fn parse_direction(word: &str) -> Direction {
    let outbound = spelling::direction(Direction::Outbound);
    if word == outbound { Direction::Outbound } else { Direction::Inbound }
}

fn parse_decision(word: &str) -> Decision {
    if word == spelling::status(Decision::Denied) { Decision::Denied } else { Decision::Allowed }
}
