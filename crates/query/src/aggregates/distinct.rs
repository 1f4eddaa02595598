//! How many different values there are, in little memory however many groups there are: `dcount`, `dcountif`.
//!
//! A group of few values is counted exactly, one of many estimated, by the summaries that `hll` makes.

use std::mem::size_of_val;
use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BinaryViewBuilder, BooleanArray, Int64Array};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::hash_utils::{QualityRandomState, with_hashes};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, Expr, GroupsAccumulator, Signature, Volatility,
};

use super::per_group::{PerGroup, State, each_alone};
use super::sketches::hll::Summary;

/// How many different values an expression has in a group, nulls left out.
pub(super) fn distinct(value: Expr) -> Expr {
    static FUNCTION: LazyLock<Arc<AggregateUDF>> =
        LazyLock::new(|| Arc::new(Distinct { signature: Signature::any(1, Volatility::Immutable) }.into()));
    FUNCTION.call(vec![value])
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Distinct {
    signature: Signature,
}

impl AggregateUDFImpl for Distinct {
    fn name(&self) -> &'static str {
        "kql_dcount"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format!("{}[values]", args.name), DataType::BinaryView, true))])
    }

    fn accumulator(&self, _: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(One::default()))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs<'_>) -> bool {
        true
    }

    fn create_groups_accumulator(&self, _: AccumulatorArgs<'_>) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Many::default()))
    }

    /// Without rows there are none, which is a number.
    fn is_nullable(&self) -> bool {
        false
    }

    fn default_value(&self, _: &DataType) -> Result<ScalarValue> {
        Ok(ScalarValue::Int64(Some(0)))
    }
}

/// Gives the row and the hash of each value that is not null. Equal values have equal hashes wherever they are hashed.
fn hashes(values: &ArrayRef, mut each: impl FnMut(usize, u64)) -> Result<()> {
    const SEED: u64 = 0x7765_6972;
    with_hashes([values], &QualityRandomState::with_seed(SEED), |hashes| {
        let valid = hashes.iter().enumerate().filter(|(row, _)| values.is_valid(*row));
        valid.for_each(|(row, hash)| each(row, *hash));
        Ok(())
    })
}

/// The values of all rows.
#[derive(Debug, Default)]
struct One(Summary);

impl Accumulator for One {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        hashes(&values[0], |_, hash| self.0.add(hash))
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        states[0].as_binary_view().iter().flatten().for_each(|state| self.0.merge_bytes(state));
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![ScalarValue::BinaryView(Some(self.0.bytes()))])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Int64(Some(self.0.count())))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.0.bytes_held()
    }
}

/// The values of each group.
#[derive(Debug, Default)]
struct Many(PerGroup<Summary>);

impl State for Summary {
    fn bytes_held(&self) -> usize {
        Summary::bytes_held(self)
    }
}

impl GroupsAccumulator for Many {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        self.0.grow(total_num_groups, Summary::default);
        hashes(&values[0], |row, hash| {
            if opt_filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row)) {
                self.0.change(group_indices[row], |summary| summary.add(hash));
            }
        })
    }

    fn merge_batch(
        &mut self,
        states: &[ArrayRef],
        group_indices: &[usize],
        total_num_groups: usize,
    ) -> Result<()> {
        self.0.grow(total_num_groups, Summary::default);
        for (state, group) in states[0].as_binary_view().iter().zip(group_indices) {
            if let Some(state) = state {
                self.0.change(*group, |summary| summary.merge_bytes(state));
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let counts = self.0.take(emit_to).into_iter().map(|summary| summary.count());
        Ok(Arc::new(Int64Array::from_iter_values(counts)))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let taken = self.0.take(emit_to);
        let mut states = BinaryViewBuilder::with_capacity(taken.len());
        taken.iter().for_each(|summary| states.append_value(summary.bytes()));
        Ok(vec![Arc::new(states.finish())])
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        opt_filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        each_alone(Many::default(), values, opt_filter)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.0.bytes_held()
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::rows;

    #[test]
    fn few_are_exact_in_many_groups_and_many_are_near() {
        let t = "range x from 0 to 99999 step 1 | extend g = x % 20000, s = tostring(x % 50000)";
        assert_eq!(
            rows(&format!(
                "{t} | summarize a = dcount(x), b = dcountif(s, x < 20000) by g | summarize sum(a), max(a), sum(b)"
            )),
            "100000 | 5 | 20000"
        );
        for (query, expected) in
            [("dcount(s) by bin(g, 20000)", 50_000), ("dcount(s)", 50_000), ("dcount(g)", 20_000)]
        {
            let counted = rows(&format!("{t} | summarize n = {query} | project n"));
            let error = (counted.parse::<f64>().unwrap() / f64::from(expected) - 1.0).abs();
            assert!(error < 0.02, "{query}: {counted}");
        }
        assert_eq!(rows(&format!("{t} | where x < 0 | summarize dcount(x)")), "0");
        assert_eq!(rows(&format!("{t} | where x < 2048 | summarize dcount(x), dcount(s)")), "2048 | 2048");
    }
}
