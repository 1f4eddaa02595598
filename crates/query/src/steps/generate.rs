use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, SchemaRef};
use datafusion::common::Result;

/// Evenly spaced numbers, in the place of the one row that comes in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd)]
pub(crate) struct Generate {
    /// The column that holds them.
    pub name: String,
    /// What they are.
    pub values: Spacing,
    /// How many there are.
    pub count: u64,
}

/// The first number and the step. Reals are held by their bits, so that plans can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd)]
pub(crate) enum Spacing {
    /// Whole numbers.
    Whole { first: i64, by: i64 },
    /// Reals.
    Real { first: u64, by: u64 },
}

impl Spacing {
    /// Whether the numbers become smaller.
    pub(super) fn falls(self) -> bool {
        match self {
            Spacing::Whole { by, .. } => by < 0,
            Spacing::Real { by, .. } => f64::from_bits(by) < 0.0,
        }
    }
}

impl Generate {
    pub(super) fn added(&self) -> Vec<Field> {
        let kind = match self.values {
            Spacing::Whole { .. } => DataType::Int64,
            Spacing::Real { .. } => DataType::Float64,
        };
        vec![Field::new(&self.name, kind, true)]
    }
}

/// The numbers while they are made, for one row.
pub(super) struct Generation {
    generate: Generate,
    row: RecordBatch,
    done: u64,
}

impl Generation {
    pub fn new(generate: Generate, row: RecordBatch) -> Self {
        Generation { generate, row, done: 0 }
    }

    /// The next numbers, at most so many; nothing when there are none left.
    pub fn next(&mut self, schema: &SchemaRef, rows_max: usize) -> Result<Option<RecordBatch>> {
        let left = self.generate.count - self.done;
        if left == 0 || self.row.num_rows() == 0 {
            return Ok(None);
        }
        let rows = left.min(u64::try_from(rows_max.max(1)).unwrap_or(u64::MAX));
        let places = self.done..self.done + rows;
        let numbers: ArrayRef = match self.generate.values {
            Spacing::Whole { first, by } => {
                // The last number was found to fit.
                let number = |place: u64| first.wrapping_add(by.wrapping_mul(place as i64));
                Arc::new(Int64Array::from_iter_values(places.map(number)))
            }
            Spacing::Real { first, by } => {
                let (first, by) = (f64::from_bits(first), f64::from_bits(by));
                Arc::new(Float64Array::from_iter_values(places.map(|place| first + by * place as f64)))
            }
        };
        self.done += rows;
        let rows = datafusion::arrow::array::UInt32Array::from(vec![0; numbers.len()]);
        let mut columns = self
            .row
            .columns()
            .iter()
            .map(|column| Ok(datafusion::arrow::compute::take(column, &rows, None)?))
            .collect::<Result<Vec<ArrayRef>>>()?;
        columns.push(numbers);
        Ok(Some(RecordBatch::try_new(Arc::clone(schema), columns)?))
    }
}
