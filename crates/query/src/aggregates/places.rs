//! Percentiles of a group: the values with their weights, and the nearest ranks among them.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use datafusion::arrow::datatypes::Int64Type;
use datafusion::common::{Result, ScalarValue, exec_err};
use weir_value::KustoType;

use super::own::{Group, Own, eights};
use crate::kernel;
use crate::kernel::{Column, Dyn, Long};

kernel!(
    /// One of the places that an aggregate found.
    PLACE = "kql_percentile_place" -> Long, |a, n| {
        let (places, indices) = (Column::<Dyn>::of(&a[0])?, Column::<Long>::of(&a[1])?);
        let one = |row| {
            let index = usize::try_from(indices.get(row)?).ok()?;
            eights(places.get(row)?.bytes()).nth(index)
        };
        Ok(std::sync::Arc::new((0..n).map(one).collect::<Int64Array>()))
    }
);

/// The places of the percentiles of a group in the order of its values.
pub(super) static PLACES: Own = Own {
    name: "kql_percentile_places",
    result: KustoType::Dynamic,
    begin: |constants| match constants.get(2) {
        Some(Some(ScalarValue::BinaryView(Some(wanted)))) => {
            let wanted = eights(wanted).map(|bits| f64::from_bits(bits as u64)).collect();
            Ok(Box::new(Places { wanted, values: Vec::new(), sorted: 0 }))
        }
        _ => exec_err!("percentiles must be constants"),
    },
};

/// The values of a group with their weights.
#[derive(Debug)]
struct Places {
    wanted: Vec<f64>,
    values: Vec<(i64, u64)>,
    /// How many of the values, from the first, are sorted and differ.
    sorted: usize,
}

impl Places {
    fn push(&mut self, value: i64, weight: u64) {
        // Few values that come often take the space of few.
        if self.values.len() >= 4096.max(self.sorted.saturating_mul(2)) {
            self.sort();
        }
        self.values.push((value, weight));
    }

    /// Sorts, and makes equal values one.
    fn sort(&mut self) {
        self.values.sort_unstable_by_key(|(value, _)| *value);
        self.values.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 = kept.1.saturating_add(next.1);
            }
            same
        });
        self.sorted = self.values.len();
    }
}

impl Group for Places {
    fn add(&mut self, arguments: &[ArrayRef]) -> Result<()> {
        let values = arguments[0].as_primitive_opt::<Int64Type>();
        let weights = arguments[1].as_primitive_opt::<Int64Type>();
        let (Some(values), Some(weights)) = (values, weights) else {
            return exec_err!("percentiles are found among whole numbers only");
        };
        for row in 0..values.len() {
            let weight = if weights.is_valid(row) { weights.value(row) } else { 0 };
            if let (true, Ok(weight @ 1..)) = (values.is_valid(row), u64::try_from(weight)) {
                self.push(values.value(row), weight);
            }
        }
        Ok(())
    }

    fn merge(&mut self, saved: &[u8]) -> Result<()> {
        let mut numbers = eights(saved);
        while let (Some(value), Some(weight)) = (numbers.next(), numbers.next()) {
            self.push(value, weight as u64);
        }
        Ok(())
    }

    fn save(&mut self) -> Vec<u8> {
        self.sort();
        self.values
            .iter()
            .flat_map(|(value, weight)| [value.to_le_bytes(), (*weight as i64).to_le_bytes()])
            .flatten()
            .collect()
    }

    fn result(&mut self) -> Result<ScalarValue> {
        self.sort();
        let total: u128 = self.values.iter().map(|(_, weight)| u128::from(*weight)).sum();
        if total == 0 {
            return Ok(ScalarValue::BinaryView(None));
        }
        let mut places = Vec::new();
        for wanted in &self.wanted {
            // The smallest value at or below which so many percent of the weight lie.
            // A rank that is whole but for the last digits of its calculation is whole.
            let rank = wanted * total as f64 / 100.0;
            let rank = (rank - rank * 1e-12).ceil().max(1.0) as u128;
            let mut seen = 0_u128;
            let found = self.values.iter().find(|(_, weight)| {
                seen += u128::from(*weight);
                seen >= rank
            });
            let (place, _) = found.or(self.values.last()).copied().unwrap_or_default();
            places.extend(place.to_le_bytes());
        }
        Ok(ScalarValue::BinaryView(Some(places)))
    }

    fn size(&self) -> usize {
        self.values.capacity() * size_of::<(i64, u64)>() + self.wanted.capacity() * 8
    }
}
