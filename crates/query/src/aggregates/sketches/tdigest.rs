//! `tdigest`, `tdigest_merge`: how values lie, to be merged further.
//!
//! Source: <https://learn.microsoft.com/kusto/query/tdigest-aggregation-function>, and T. Dunning, O. Ertl, "Computing
//! extremely accurate quantiles using t-digests", 2019.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{Float64Type, Int64Type};
use datafusion::common::{Result, ScalarValue, exec_err};
use weir_value::KustoType;
use weir_value::dynamic::{Kind, Packer, View};

use crate::aggregates::own::{Group, Own, packed};
use crate::aggregates::{Aggregate, Shape};
use crate::functions::{Accepts, Naming, exactly, one, optional};
use crate::typed::Typed;

pub(super) const AGGREGATES: &[&Aggregate] = &[&TDIGEST, &TDIGEST_MERGE];

/// So many values are kept as they are; of more, neighbours are made one.
const CENTROIDS_MAX: usize = 4096;
/// What a packed summary begins with.
const MARK: &str = "tdigest";

const TDIGEST: Aggregate = Aggregate {
    names: &["tdigest"],
    naming: Naming::Prefix("tdigest"),
    overloads: &[Shape {
        parameters: &[one("expr", Accepts::Summable), optional("weight", Accepts::Integer)],
        build: |a| {
            let value = a.take(0);
            let value = a.binder.converted(value, KustoType::Real);
            let weight = if a.typed.len() > 1 { a.take(1).widened() } else { Typed::long(1) };
            a.add(DIGEST.call(vec![value.expr, weight.expr]), KustoType::Dynamic)
        },
    }],
};

const TDIGEST_MERGE: Aggregate = Aggregate {
    names: &["tdigest_merge", "merge_tdigest", "merge_tdigests"],
    naming: Naming::Prefix("merge_tdigests"),
    overloads: &[Shape {
        parameters: &[exactly("tdigest", KustoType::Dynamic)],
        build: |a| {
            let value = a.take(0);
            a.add(MERGE.call(vec![value.expr]), KustoType::Dynamic)
        },
    }],
};

static DIGEST: Own = Own {
    name: "kql_tdigest",
    result: KustoType::Dynamic,
    begin: |_| Ok(Box::new(Digesting { digest: Digest::default(), of_digests: false })),
};

static MERGE: Own = Own {
    name: "kql_tdigest_merge",
    result: KustoType::Dynamic,
    begin: |_| Ok(Box::new(Digesting { digest: Digest::default(), of_digests: true })),
};

#[derive(Debug)]
struct Digesting {
    digest: Digest,
    of_digests: bool,
}

impl Group for Digesting {
    fn add(&mut self, arguments: &[ArrayRef]) -> Result<()> {
        if self.of_digests {
            packed(&arguments[0])?.flatten().for_each(|value| self.digest.merge(View::new(value)));
            return Ok(());
        }
        let values = arguments[0].as_primitive_opt::<Float64Type>();
        let weights = arguments[1].as_primitive_opt::<Int64Type>();
        let (Some(values), Some(weights)) = (values, weights) else {
            return exec_err!("a digest is made of numbers only");
        };
        for row in 0..values.len() {
            if values.is_valid(row) && weights.is_valid(row) && weights.value(row) > 0 {
                self.digest.add(values.value(row), weights.value(row) as f64);
            }
        }
        Ok(())
    }

    fn merge(&mut self, saved: &[u8]) -> Result<()> {
        self.digest.merge(View::new(saved));
        Ok(())
    }

    fn save(&mut self) -> Vec<u8> {
        self.digest.pack()
    }

    fn result(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::BinaryView(Some(self.digest.pack())))
    }

    fn size(&self) -> usize {
        self.digest.centroids.capacity() * 16
    }
}

/// Values, or the means of neighbouring ones, each with its weight.
#[derive(Debug, Default)]
pub(crate) struct Digest {
    centroids: Vec<(f64, f64)>,
    sorted: bool,
}

impl Digest {
    fn add(&mut self, value: f64, weight: f64) {
        self.centroids.push((value, weight));
        self.sorted = false;
        if self.centroids.len() >= 2 * CENTROIDS_MAX {
            self.settle();
        }
    }

    /// Adds what a packed digest holds; what is none adds nothing.
    pub(crate) fn merge(&mut self, packed: View<'_>) {
        if packed.item(0).and_then(View::as_str) != Some(MARK) {
            return;
        }
        let mut numbers = packed.items().skip(1).filter_map(View::as_real);
        while let (Some(value), Some(weight)) = (numbers.next(), numbers.next()) {
            self.add(value, weight);
        }
    }

    /// Sorts, and makes neighbours one where there are too many: large ones in the middle, single values at the ends.
    fn settle(&mut self) {
        if !self.sorted {
            self.centroids.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
            self.centroids.dedup_by(|next, kept| {
                let same = next.0 == kept.0;
                if same {
                    kept.1 += next.1;
                }
                same
            });
            self.sorted = true;
        }
        if self.centroids.len() <= CENTROIDS_MAX {
            return;
        }
        let total = self.total();
        let compression = CENTROIDS_MAX as f64 / 8.0;
        let mut merged: Vec<(f64, f64)> = Vec::with_capacity(CENTROIDS_MAX);
        let mut before = 0.0;
        for &(value, weight) in &self.centroids {
            if let Some((mean, kept)) = merged.last_mut() {
                let together = *kept + weight;
                let middle = (before + together / 2.0) / total;
                let limit = (4.0 * total * middle * (1.0 - middle) / compression).max(1.0);
                if together <= limit {
                    *mean += (value - *mean) * weight / together;
                    *kept = together;
                    continue;
                }
                before += *kept;
            }
            merged.push((value, weight));
        }
        self.centroids = merged;
    }

    fn total(&self) -> f64 {
        self.centroids.iter().map(|(_, weight)| weight).sum()
    }

    /// The digest as a dynamic: a mark, then value and weight in turn.
    pub(crate) fn pack(&mut self) -> Vec<u8> {
        self.settle();
        let mut bytes = Vec::new();
        Packer::new(&mut bytes).array(|array| {
            array.item(|p| p.string(MARK));
            for (value, weight) in &self.centroids {
                array.item(|p| p.real(*value));
                array.item(|p| p.real(*weight));
            }
        });
        bytes
    }

    /// The digest that a dynamic holds; nothing when it holds none.
    pub(crate) fn of(packed: View<'_>) -> Option<Digest> {
        let is_one = packed.kind() == Kind::Array && packed.item(0).and_then(View::as_str) == Some(MARK);
        is_one.then(|| {
            let mut digest = Digest::default();
            digest.merge(packed);
            digest.settle();
            digest
        })
    }

    /// The nearest rank of a percentile; nothing where there are no values.
    pub(crate) fn percentile(&self, percent: f64) -> Option<f64> {
        if !(0.0..=100.0).contains(&percent) {
            return None;
        }
        let rank = percent * self.total() / 100.0;
        let rank = (rank - rank * 1e-12).max(f64::MIN_POSITIVE);
        let mut seen = 0.0;
        let found = self.centroids.iter().find(|(_, weight)| {
            seen += weight;
            seen >= rank
        });
        found.or(self.centroids.last()).map(|(value, _)| *value)
    }

    /// How many of the values are at or below one.
    pub(crate) fn rank(&self, value: f64) -> f64 {
        self.centroids.iter().filter(|(mean, _)| *mean <= value).map(|(_, weight)| weight).sum()
    }

    /// The same in percent of all; nothing where there are no values.
    pub(crate) fn percent_rank(&self, value: f64) -> Option<f64> {
        let total = self.total();
        (total > 0.0).then(|| 100.0 * self.rank(value) / total)
    }
}

#[cfg(test)]
mod tests {
    use super::Digest;
    use crate::testing::{answer, rows};

    #[test]
    fn digests_of_many_values_are_near() {
        let mut digest = Digest::default();
        (0..200_000).for_each(|n| digest.add(f64::from((n * 7919) % 200_000), 1.0));
        digest.settle();
        assert!(digest.centroids.len() <= 2 * super::CENTROIDS_MAX);
        for percent in [1.0, 50.0, 99.9] {
            let error = (digest.percentile(percent).unwrap() - percent * 2000.0).abs();
            assert!(error < 200.0, "{percent}: {error}");
        }
    }

    #[test]
    fn small_digests_are_exact() {
        let t = "range x from 1 to 100 step 1 | summarize t = tdigest(x) by g = x % 4 | summarize m = tdigest_merge(t)";
        assert_eq!(
            rows(&format!(
                "{t} | project percentile_tdigest(m, 95), rank_tdigest(m, 30), percentrank_tdigest(m, 30)"
            )),
            "95.0 | 30.0 | 30.0"
        );
        assert_eq!(
            answer(&format!(
                "{t} | project a = percentile_tdigest(m, 5, typeof(long)), b = percentiles_array_tdigest(m, 10, 20)"
            )),
            "a:long, b:dynamic\n5 | [10.0,20.0]"
        );
        assert_eq!(rows("print percentile_tdigest(dynamic([1]), 5)"), "null");
    }
}
