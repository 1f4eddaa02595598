//! `hll`, `hll_merge`: how many different values there are, to be merged further.
//!
//! Source: <https://learn.microsoft.com/kusto/query/hll-aggregation-function>, and P. Flajolet et al., "HyperLogLog:
//! the analysis of a near-optimal cardinality estimation algorithm", 2007.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::{Result, ScalarValue};
use weir_value::KustoType;
use weir_value::dynamic::{Kind, Packer, View};
use xxhash_rust::xxh3::xxh3_64;

use crate::aggregates::own::{Group, Own, packed};
use crate::aggregates::{Aggregate, AggregateArguments, Shape};
use crate::bind::pack;
use crate::functions::{Accepts, Naming, exactly, one, optional};
use crate::typed::Typed;

pub(super) const AGGREGATES: &[&Aggregate] = &[&HLL, &HLL_IF, &HLL_MERGE];

/// Bits of a hash that choose a register.
const REGISTER_BITS: u32 = 14;
const REGISTERS: usize = 1 << REGISTER_BITS;
/// So many hashes are kept as they are before there are registers.
const EXACT_MAX: usize = 2048;
/// What a packed summary begins with.
const MARK: &str = "hll";

const HLL: Aggregate = Aggregate {
    names: &["hll"],
    naming: Naming::Prefix("hll"),
    overloads: &[Shape {
        parameters: &[one("expr", Accepts::Any), optional("accuracy", Accepts::Integer)],
        build: |a| summary(a, None),
    }],
};

const HLL_IF: Aggregate = Aggregate {
    names: &["hll_if"],
    naming: Naming::Prefix("hll_if"),
    overloads: &[Shape {
        parameters: &[
            one("expr", Accepts::Any),
            exactly("predicate", KustoType::Bool),
            optional("accuracy", Accepts::Integer),
        ],
        build: |a| summary(a, Some(1)),
    }],
};

const HLL_MERGE: Aggregate = Aggregate {
    names: &["hll_merge"],
    naming: Naming::Prefix("hll_merge"),
    overloads: &[Shape {
        parameters: &[exactly("hll", KustoType::Dynamic)],
        build: |a| {
            let value = a.take(0);
            a.add(MERGE.call(vec![value.expr]), KustoType::Dynamic)
        },
    }],
};

fn summary(a: &mut AggregateArguments<'_, '_, '_>, condition: Option<usize>) -> Typed {
    let value = a.take(0);
    if let kind @ (KustoType::Real | KustoType::Bool) = value.kind {
        return a.binder.refuse(Some("KS116"), a.span, format!("no hll is made of a {kind}"));
    }
    let value = pack(value);
    let mut summary = COUNT.call(vec![value.expr]);
    if let Some(place) = condition {
        let condition = a.take(place);
        summary = a.filtered(summary, condition);
    }
    a.add(summary, KustoType::Dynamic)
}

static COUNT: Own = Own {
    name: "kql_hll",
    result: KustoType::Dynamic,
    begin: |_| Ok(Box::new(Counting { summary: Summary::default(), of_summaries: false })),
};

static MERGE: Own = Own {
    name: "kql_hll_merge",
    result: KustoType::Dynamic,
    begin: |_| Ok(Box::new(Counting { summary: Summary::default(), of_summaries: true })),
};

#[derive(Debug)]
struct Counting {
    summary: Summary,
    of_summaries: bool,
}

impl Group for Counting {
    fn add(&mut self, arguments: &[ArrayRef]) -> Result<()> {
        for value in packed(&arguments[0])?.flatten() {
            match self.of_summaries {
                true => self.summary.merge(View::new(value)),
                false => self.summary.add(xxh3_64(value)),
            }
        }
        Ok(())
    }

    fn merge(&mut self, saved: &[u8]) -> Result<()> {
        self.summary.merge(View::new(saved));
        Ok(())
    }

    fn save(&mut self) -> Vec<u8> {
        self.summary.pack()
    }

    fn result(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::BinaryView(Some(self.summary.pack())))
    }

    fn size(&self) -> usize {
        self.summary.bytes_held()
    }
}

/// The different values of a group.
#[derive(Debug)]
pub(crate) enum Summary {
    /// Their hashes in order, while those are few.
    Hashes(Vec<u64>),
    /// For each register the longest run of zeros that a hash of it begins with, and one.
    Registers(Box<[u8]>),
}

impl Default for Summary {
    fn default() -> Self {
        Summary::Hashes(Vec::new())
    }
}

impl Summary {
    /// Adds a value by its hash.
    pub(crate) fn add(&mut self, hash: u64) {
        match self {
            Summary::Hashes(hashes) => {
                let Err(place) = hashes.binary_search(&hash) else { return };
                if hashes.len() < EXACT_MAX {
                    hashes.insert(place, hash);
                } else {
                    self.estimated().add(hash);
                }
            }
            Summary::Registers(registers) => {
                let (register, run) = place(hash);
                if let Some(longest) = registers.get_mut(register) {
                    *longest = run.max(*longest);
                }
            }
        }
    }

    /// The summary with registers, whether it had them before or not.
    fn estimated(&mut self) -> &mut Summary {
        if let Summary::Hashes(hashes) = self {
            let hashes = std::mem::take(hashes);
            *self = Summary::Registers(vec![0; REGISTERS].into());
            hashes.into_iter().for_each(|hash| self.add(hash));
        }
        self
    }

    /// Adds registers of another summary.
    fn add_registers(&mut self, others: impl Iterator<Item = u8>) {
        if let Summary::Registers(registers) = self.estimated() {
            for (longest, other) in registers.iter_mut().zip(others) {
                *longest = other.max(*longest);
            }
        }
    }

    /// The summary as bytes for [`Summary::merge_bytes`]: the hashes, or a byte more than registers.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self {
            Summary::Hashes(hashes) => hashes.iter().flat_map(|hash| hash.to_le_bytes()).collect(),
            Summary::Registers(registers) => registers.iter().copied().chain([0]).collect(),
        }
    }

    /// Adds the values of a summary that was written as bytes.
    pub(crate) fn merge_bytes(&mut self, bytes: &[u8]) {
        match bytes.len() % 8 {
            0 => crate::aggregates::own::eights(bytes).for_each(|hash| self.add(hash as u64)),
            _ => self.add_registers(bytes.iter().copied()),
        }
    }

    /// Bytes that it takes beside itself.
    pub(crate) fn bytes_held(&self) -> usize {
        match self {
            Summary::Hashes(hashes) => hashes.capacity() * size_of::<u64>(),
            Summary::Registers(registers) => registers.len(),
        }
    }

    /// Adds the values of a packed summary; what is none adds nothing.
    pub(crate) fn merge(&mut self, packed: View<'_>) {
        if packed.item(0).and_then(View::as_str) != Some(MARK) {
            return;
        }
        let numbers = packed.items().skip(2).filter_map(View::as_long);
        match packed.item(1).and_then(View::as_long) {
            Some(0) => numbers.for_each(|hash| self.add(hash as u64)),
            // Eight registers in each number.
            Some(_) => self.add_registers(numbers.flat_map(i64::to_le_bytes)),
            None => {}
        }
    }

    /// The summary as a dynamic: an array of a mark, a kind and numbers.
    pub(crate) fn pack(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        Packer::new(&mut bytes).array(|array| {
            array.item(|p| p.string(MARK));
            match self {
                Summary::Hashes(hashes) => {
                    array.item(|p| p.long(0));
                    for hash in hashes {
                        array.item(|p| p.long(*hash as i64));
                    }
                }
                Summary::Registers(registers) => {
                    array.item(|p| p.long(i64::from(REGISTER_BITS)));
                    for eight in crate::aggregates::own::eights(registers) {
                        array.item(|p| p.long(eight));
                    }
                }
            }
        });
        bytes
    }

    /// How many different values there are.
    pub(crate) fn count(&self) -> i64 {
        match self {
            Summary::Hashes(hashes) => i64::try_from(hashes.len()).unwrap_or(i64::MAX),
            Summary::Registers(registers) => estimate(registers),
        }
    }

    /// The summary that a dynamic holds; nothing when it holds none.
    pub(crate) fn of(packed: View<'_>) -> Option<Summary> {
        let is_one = packed.kind() == Kind::Array && packed.item(0).and_then(View::as_str) == Some(MARK);
        is_one.then(|| {
            let mut summary = Summary::default();
            summary.merge(packed);
            summary
        })
    }
}

/// The register of a hash, and the length of its run.
fn place(hash: u64) -> (usize, u8) {
    let register = (hash >> (64 - REGISTER_BITS)) as usize;
    let rest = hash << REGISTER_BITS | 1 << (REGISTER_BITS - 1);
    // At most 51.
    (register, rest.leading_zeros() as u8 + 1)
}

fn estimate(registers: &[u8]) -> i64 {
    let count = registers.len() as f64;
    let alpha = 0.7213 / (1.0 + 1.079 / count);
    let sum: f64 = registers.iter().map(|run| 0.5_f64.powi(i32::from(*run))).sum();
    let raw = alpha * count * count / sum;
    let empty = registers.iter().filter(|run| **run == 0).count();
    // Few values leave registers empty, and those count better.
    let estimate = if raw <= 2.5 * count && empty > 0 { count * (count / empty as f64).ln() } else { raw };
    estimate.round() as i64
}

#[cfg(test)]
mod tests {
    use super::Summary;
    use crate::testing::{answer, refused, rows};
    use weir_value::dynamic::View;

    #[test]
    fn few_are_counted_many_are_estimated() {
        let count = |n: u64| {
            let mut summary = Summary::default();
            (0..n).for_each(|value| summary.add(xxhash_rust::xxh3::xxh3_64(&value.to_le_bytes())));
            let mut other = Summary::default();
            other.merge(View::new(&summary.pack()));
            assert_eq!(other.count(), summary.count());
            summary.count()
        };
        assert_eq!(count(2000), 2000);
        for n in [5_000, 100_000] {
            let error = (count(n) as f64 - n as f64).abs() / n as f64;
            assert!(error < 0.03, "{n}: {error}");
        }
    }

    #[test]
    fn summaries_are_merged_and_counted() {
        let t = "range x from 1 to 100 step 1 | extend g = x % 3, v = x % 40 | summarize h = hll(v) by g";
        assert_eq!(rows(&format!("{t} | summarize m = hll_merge(h) | project dcount_hll(m)")), "40");
        assert_eq!(
            answer("print x = 1 | summarize hll(x) | project dcount_hll(hll_x)"),
            "dcount_hll_hll_x:long\n1"
        );
        assert_eq!(
            answer(&format!("{t} | summarize hll_merge(h), merge_tdigest(h) | take 0")),
            "hll_merge_h:dynamic, merge_tdigests_h:dynamic"
        );
        assert_eq!(
            rows("print h = dynamic([1]) | project dcount_hll(h), dcount_hll(dynamic(null))"),
            "null | null"
        );
        assert!(refused("print x = 1 | summarize hll_merge(x)").contains("KS107"));
        assert!(refused("print x = 1.5 | summarize hll(x)").contains("KS116"));
        assert!(refused("print x = true | summarize hll_if(x, x)").contains("KS116"));
    }
}
