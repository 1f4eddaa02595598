//! Rows that are equal but for their counters, added up.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow::compute::{cast, take};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{
    Array, ArrayRef, Float64Array, Int32Array, Int64Array, StringArray, TimestampMicrosecondArray,
    UInt32Array,
};
use arrow_schema::DataType;
use weir_schema::{Column, Table, Unit};
use weir_value::KustoType;
use xxhash_rust::xxh3::xxh3_128;

use super::lists;
use crate::{Columns, Error};

/// What becomes of a column when rows are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// It tells rows apart.
    Key,
    /// It is added up.
    Sum,
    /// The earliest is kept.
    Earliest,
    /// The latest is kept.
    Latest,
    /// A list of public addresses.
    PublicIps,
    /// A list of service tags; the addresses are in the list of this name.
    ServiceTags(&'static str),
    /// The size of the row, which changes as its lists do.
    Size,
}

fn role(column: &Column) -> Role {
    match column.name {
        "FlowStartTime" => Role::Earliest,
        "FlowEndTime" | "TimeProcessed" | "TimeGenerated" | "_TimeReceived" => Role::Latest,
        "SrcServiceTags" => Role::ServiceTags("SrcPublicIps"),
        "DestServiceTags" => Role::ServiceTags("DestPublicIps"),
        "_BilledSize" => Role::Size,
        _ if column.unit == Unit::Mixed && column.kind == KustoType::String => Role::PublicIps,
        _ if is_counter(column) => Role::Sum,
        _ => Role::Key,
    }
}

/// Whether the values of a column are added up.
pub(crate) fn is_counter(column: &Column) -> bool {
    column.kind == KustoType::Long && !matches!(column.unit, Unit::None | Unit::Days)
}

/// Rows of a table, all columns of them.
pub(super) struct Gathered {
    pub rows: usize,
    pub columns: BTreeMap<&'static str, ArrayRef>,
}

/// Rows added up, in the order of the table.
pub(super) struct Folded<'a> {
    gathered: &'a Gathered,
    /// The rows of each new row. The first tells what they have in common.
    groups: Vec<Vec<u32>>,
    roles: BTreeMap<&'static str, Role>,
    /// The lists that the columns of tags and the sizes depend on, made once.
    lists: BTreeMap<&'static str, Vec<String>>,
}

impl<'a> Folded<'a> {
    /// Adds rows up that are equal but for counters, lists, and times of flows and of processing; `order` are the
    /// columns by which they are sorted.
    ///
    /// Rows whose sums would not fit stay apart.
    pub fn new(table: &'static Table, gathered: &'a Gathered, order: &[&str]) -> Result<Self, Error> {
        let columns = || table.columns.iter().chain(table.hidden);
        let roles: BTreeMap<&'static str, Role> =
            columns().map(|column| (column.name, role(column))).collect();
        let mut hashes = vec![0_u128; gathered.rows];
        for column in columns().filter(|column| roles.get(column.name) == Some(&Role::Key)) {
            if let Some(array) = gathered.columns.get(column.name) {
                add_hashes(array, &mut hashes);
            }
        }
        let sums: Vec<&Int64Array> = columns()
            .filter(|column| roles.get(column.name) == Some(&Role::Sum))
            .filter_map(|column| gathered.columns.get(column.name)?.as_primitive_opt::<Int64Type>())
            .collect();
        let mut groups = grouped(&hashes, &sums);
        let ranks: Vec<Vec<i64>> =
            order.iter().filter_map(|name| gathered.columns.get(name)).map(ranks).collect();
        groups.sort_by(|a, b| {
            let (a, b) = (a[0] as usize, b[0] as usize);
            let by_rank = ranks.iter().map(|ranks| ranks[a].cmp(&ranks[b])).find(|order| order.is_ne());
            by_rank.unwrap_or_else(|| hashes[a].cmp(&hashes[b]))
        });
        let mut folded = Folded { gathered, groups, roles, lists: BTreeMap::new() };
        for (name, role) in folded.roles.clone() {
            if role == Role::PublicIps {
                let texts = folded.texts(name)?;
                let merged = folded.groups.iter().map(|rows| match rows.as_slice() {
                    // A list that nothing was added to stays as it is.
                    [row] => texts.value(*row as usize).to_owned(),
                    rows => lists::public_ips(rows.iter().map(|row| texts.value(*row as usize))),
                });
                let merged = merged.collect();
                folded.lists.insert(name, merged);
            }
        }
        for (name, role) in folded.roles.clone() {
            if let Role::ServiceTags(ips) = role {
                let texts = folded.texts(name)?;
                let ips = folded.lists.get(ips);
                let merged = folded.groups.iter().enumerate().map(|(group, rows)| match rows.as_slice() {
                    [row] => texts.value(*row as usize).to_owned(),
                    rows => {
                        let ips = ips.map_or("", |ips| &ips[group]);
                        lists::service_tags(rows.iter().map(|row| texts.value(*row as usize)), ips)
                    }
                });
                let merged = merged.collect();
                folded.lists.insert(name, merged);
            }
        }
        Ok(folded)
    }

    /// A column as plain text; blank where it is null.
    fn texts(&self, name: &str) -> Result<StringArray, Error> {
        let Some(array) = self.gathered.columns.get(name) else {
            return Ok(StringArray::from(vec![""; self.gathered.rows]));
        };
        let unfit = |source| Error::BadRows { table: name.to_owned(), source };
        let plain = cast(array, &DataType::Utf8).map_err(unfit)?;
        Ok(plain.as_string::<i32>().iter().map(|text| Some(text.unwrap_or(""))).collect())
    }

    fn first(&self, array: &ArrayRef) -> Result<ArrayRef, Error> {
        let first = UInt32Array::from_iter_values(self.groups.iter().map(|rows| rows[0]));
        let unfit = |source| Error::BadRows { table: String::new(), source };
        take(array, &first, None).map_err(unfit)
    }

    fn sum(&self, array: &Int64Array) -> ArrayRef {
        let of = |rows: &Vec<u32>| {
            let values = rows.iter().filter(|row| array.is_valid(**row as usize));
            // That it fits was seen when rows were put together.
            values.map(|row| array.value(*row as usize)).reduce(i64::wrapping_add)
        };
        Arc::new(self.groups.iter().map(of).collect::<Int64Array>())
    }

    fn time(&self, array: &TimestampMicrosecondArray, pick: fn(i64, i64) -> i64) -> ArrayRef {
        let of = |rows: &Vec<u32>| {
            let values = rows.iter().filter(|row| array.is_valid(**row as usize));
            values.map(|row| array.value(*row as usize)).reduce(pick)
        };
        let times: TimestampMicrosecondArray = self.groups.iter().map(of).collect();
        Arc::new(times.with_timezone("UTC"))
    }

    /// Sizes of the rows: that of the first, with the lists as they are now.
    fn sizes(&self, array: &Float64Array) -> Result<ArrayRef, Error> {
        let mut sizes: Vec<f64> = self.groups.iter().map(|rows| array.value(rows[0] as usize)).collect();
        for (name, merged) in &self.lists {
            let before = self.texts(name)?;
            for ((size, rows), now) in sizes.iter_mut().zip(&self.groups).zip(merged) {
                *size += now.len() as f64 - before.value(rows[0] as usize).len() as f64;
            }
        }
        Ok(Arc::new(Float64Array::from(sizes)))
    }
}

impl Columns for Folded<'_> {
    fn rows(&self) -> usize {
        self.groups.len()
    }

    fn column(&self, name: &str) -> Result<Option<ArrayRef>, Error> {
        if let Some(lists) = self.lists.get(name) {
            return Ok(Some(Arc::new(StringArray::from_iter_values(lists))));
        }
        let Some(array) = self.gathered.columns.get(name) else { return Ok(None) };
        let role = self.roles.get(name).copied().unwrap_or(Role::Key);
        let numbers = array.as_primitive_opt::<Int64Type>();
        let times = array.as_primitive_opt::<TimestampMicrosecondType>();
        let sizes = array.as_primitive_opt::<Float64Type>();
        Ok(Some(match (role, numbers, times, sizes) {
            (Role::Sum, Some(numbers), _, _) => self.sum(numbers),
            (Role::Earliest, _, Some(times), _) => self.time(times, i64::min),
            (Role::Latest, _, Some(times), _) => self.time(times, i64::max),
            (Role::Size, _, _, Some(sizes)) => self.sizes(sizes)?,
            _ => self.first(array)?,
        }))
    }
}

/// Puts rows of one hash together, as long as every sum fits.
fn grouped(hashes: &[u128], sums: &[&Int64Array]) -> Vec<Vec<u32>> {
    let mut places: HashMap<u128, usize> = HashMap::with_capacity(hashes.len());
    let mut groups: Vec<Vec<u32>> = Vec::new();
    let mut so_far: Vec<i64> = Vec::new();
    for (row, hash) in hashes.iter().enumerate() {
        let values = || sums.iter().map(|sum| if sum.is_null(row) { 0 } else { sum.value(row) });
        if let Some(&group) = places.get(hash) {
            let known = &mut so_far[group * sums.len()..(group + 1) * sums.len()];
            if known.iter().zip(values()).all(|(sum, value)| sum.checked_add(value).is_some()) {
                known.iter_mut().zip(values()).for_each(|(sum, value)| *sum += value);
                groups[group].push(row as u32);
                continue;
            }
        }
        places.insert(*hash, groups.len());
        so_far.extend(values());
        groups.push(vec![row as u32]);
    }
    groups
}

/// Mixes what a column says into the hash of each row.
fn add_hashes(array: &ArrayRef, hashes: &mut [u128]) {
    // Odd, so that nothing is lost.
    const FACTOR: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
    let mut mix = |row: usize, word: u128| {
        let hash: &mut u128 = &mut hashes[row];
        *hash = (hash.rotate_left(41) ^ word).wrapping_mul(FACTOR);
    };
    // Blank text is the same however it is stored.
    let blank = xxh3_128(b"");
    if let Some(words) = array.as_dictionary_opt::<Int32Type>() {
        let values = words.values().as_string_opt::<i32>();
        let of_values: Vec<u128> = values
            .into_iter()
            .flat_map(|values| values.iter())
            .map(|text| text.map_or(blank, |text| xxh3_128(text.as_bytes())))
            .collect();
        for row in 0..words.len() {
            let word = words.key(row).and_then(|key| of_values.get(key)).copied();
            mix(row, word.unwrap_or(blank));
        }
        return;
    }
    let texts = array.as_string_opt::<i32>();
    let longs = array.as_primitive_opt::<Int64Type>();
    let ints = array.as_primitive_opt::<Int32Type>();
    let times = array.as_primitive_opt::<TimestampMicrosecondType>();
    let reals = array.as_primitive_opt::<Float64Type>();
    let bools = array.as_boolean_opt();
    for row in 0..array.len() {
        let number = longs
            .map(|a| a.value(row))
            .or_else(|| ints.map(|a| a.value(row).into()))
            .or_else(|| times.map(|a| a.value(row)))
            .or_else(|| reals.map(|a| a.value(row).to_bits() as i64))
            .or_else(|| bools.map(|a| a.value(row).into()));
        let word = match (texts, number) {
            (Some(texts), _) if array.is_valid(row) => xxh3_128(texts.value(row).as_bytes()),
            (Some(_), _) => blank,
            (None, Some(number)) if array.is_valid(row) => xxh3_128(&number.to_le_bytes()),
            _ => xxh3_128(b"null"),
        };
        mix(row, word);
    }
}

/// Numbers of rows that compare as their values do.
fn ranks(array: &ArrayRef) -> Vec<i64> {
    if let Some(words) = array.as_dictionary_opt::<Int32Type>() {
        let values: Vec<&str> = words
            .values()
            .as_string_opt::<i32>()
            .into_iter()
            .flat_map(|values| values.iter())
            .map(Option::unwrap_or_default)
            .collect();
        let mut order: Vec<&str> = values.clone();
        order.sort_unstable();
        order.dedup();
        let of_values: Vec<i64> =
            values.iter().map(|text| order.partition_point(|known| known < text) as i64).collect();
        return (0..words.len())
            .map(|row| words.key(row).and_then(|key| of_values.get(key)).copied().unwrap_or(-1))
            .collect();
    }
    let longs = array.as_primitive_opt::<Int64Type>();
    let ints = array.as_primitive_opt::<Int32Type>();
    let times = array.as_primitive_opt::<TimestampMicrosecondType>();
    let value = |row: usize| {
        longs
            .map(|a| a.value(row))
            .or_else(|| ints.map(|a: &Int32Array| a.value(row).into()))
            .or_else(|| times.map(|a| a.value(row)))
            .unwrap_or(0)
    };
    (0..array.len()).map(|row| if array.is_null(row) { i64::MIN } else { value(row) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: &[&str]) -> ArrayRef {
        let plain: ArrayRef = Arc::new(StringArray::from(values.to_vec()));
        cast(&plain, &DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))).unwrap()
    }

    fn longs(values: &[i64]) -> ArrayRef {
        Arc::new(Int64Array::from(values.to_vec()))
    }

    fn times(values: &[i64]) -> ArrayRef {
        Arc::new(TimestampMicrosecondArray::from(values.to_vec()).with_timezone("UTC"))
    }

    fn gathered(columns: Vec<(&'static str, ArrayRef)>) -> Gathered {
        let rows = columns[0].1.len();
        Gathered { rows, columns: columns.into_iter().collect() }
    }

    fn folded(gathered: &Gathered) -> Folded<'_> {
        let table = weir_schema::table("NTANetAnalytics").unwrap();
        Folded::new(table, gathered, &["SrcIp", "DestIp"]).unwrap()
    }

    fn text(folded: &Folded<'_>, name: &str) -> Vec<String> {
        let array = cast(&folded.column(name).unwrap().unwrap(), &DataType::Utf8).unwrap();
        array.as_string::<i32>().iter().map(|text| text.unwrap_or("").to_owned()).collect()
    }

    fn long(folded: &Folded<'_>, name: &str) -> Vec<i64> {
        folded.column(name).unwrap().unwrap().as_primitive::<Int64Type>().values().to_vec()
    }

    #[test]
    fn rows_of_one_key_add_up_and_stand_in_order() {
        let rows = gathered(vec![
            ("SrcIp", texts(&["10.0.0.9", "10.0.0.10", "10.0.0.9", "10.0.0.9"])),
            ("DestIp", texts(&["a", "a", "a", "b"])),
            ("BytesSrcToDest", longs(&[1, 10, 100, 1_000])),
            ("FlowStartTime", times(&[5, 6, 4, 7])),
            ("FlowEndTime", times(&[5, 6, 8, 7])),
            ("TimeProcessed", times(&[1, 2, 3, 4])),
        ]);
        let folded = folded(&rows);
        assert_eq!(text(&folded, "SrcIp"), ["10.0.0.10", "10.0.0.9", "10.0.0.9"]);
        assert_eq!(text(&folded, "DestIp"), ["a", "a", "b"]);
        assert_eq!(long(&folded, "BytesSrcToDest"), [10, 101, 1_000]);
        let time = |name: &str| {
            folded.column(name).unwrap().unwrap().as_primitive::<TimestampMicrosecondType>().values().to_vec()
        };
        assert_eq!((time("FlowStartTime"), time("FlowEndTime")), (vec![6, 4, 7], vec![6, 8, 7]));
        assert_eq!(time("TimeProcessed"), [2, 3, 4]);
    }

    #[test]
    fn every_other_column_keeps_rows_apart() {
        for name in ["DestPort", "AclRule", "Country", "FlowEncryption", "Description"] {
            let other: ArrayRef = match name {
                "DestPort" => Arc::new(Int32Array::from(vec![Some(1), None])),
                _ => texts(&["", "x"]),
            };
            let rows = gathered(vec![("SrcIp", texts(&["a", "a"])), (name, other)]);
            assert_eq!(folded(&rows).rows(), 2, "{name}");
        }
    }

    #[test]
    fn lists_are_merged_and_the_size_follows() {
        let lists = ["192.0.2.1|1|0|1|1|10|0", "192.0.2.1|0|1|1|1|10|0 192.0.2.2|1|0|1|1|90|0"];
        let rows = gathered(vec![
            ("DestIp", texts(&["a", "a"])),
            ("SrcPublicIps", texts(&lists)),
            ("SrcServiceTags", texts(&["192.0.2.1|Sql", "192.0.2.1|Sql 192.0.2.2|Storage"])),
            ("_BilledSize", Arc::new(Float64Array::from(vec![100.0, 150.0]))),
        ]);
        let folded = folded(&rows);
        let merged = "192.0.2.2|1|0|1|1|90|0 192.0.2.1|1|1|2|2|20|0";
        assert_eq!(text(&folded, "SrcPublicIps"), [merged]);
        assert_eq!(text(&folded, "SrcServiceTags"), ["192.0.2.2|Storage 192.0.2.1|Sql"]);
        let sizes = folded.column("_BilledSize").unwrap().unwrap();
        let more = merged.len() - lists[0].len() + "192.0.2.2|Storage ".len();
        assert_eq!(sizes.as_primitive::<Float64Type>().value(0), 100.0 + more as f64);
    }

    #[test]
    fn sums_that_do_not_fit_stay_apart() {
        let rows = gathered(vec![
            ("SrcIp", texts(&["a", "a", "a"])),
            ("BytesSrcToDest", longs(&[i64::MAX - 1, 1, 1])),
        ]);
        let folded = folded(&rows);
        let mut sums = long(&folded, "BytesSrcToDest");
        sums.sort_unstable();
        assert_eq!(sums, [1, i64::MAX]);
    }
}
