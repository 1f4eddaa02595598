//! Arrays whose elements have places: series.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Int64Type};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{Accumulator, AggregateUDF, AggregateUDFImpl, Expr, Signature, Volatility};
use weir_value::dynamic::{Packer, View};

use crate::typed::Typed;

/// Elements that an array may have.
pub(crate) const ELEMENTS_MAX: usize = 1_048_576;

/// A series of packed values. The ends are constants; nulls stand for the ends of the values.
pub(crate) fn series(place: Expr, value: Expr, default: Expr, first: Option<i64>, last: Option<i64>) -> Expr {
    let end = |end: Option<i64>| Typed::constant(ScalarValue::Int64(end), weir_value::KustoType::Long).expr;
    function().call(vec![place, value, default, end(first), end(last)])
}

/// `place, value, default, first, last`: a value for each place from the first to the last; those of the values where
/// they are null.
fn function() -> Arc<AggregateUDF> {
    static FUNCTION: LazyLock<Arc<AggregateUDF>> = LazyLock::new(|| Arc::new(SeriesFunction::new().into()));
    Arc::clone(&FUNCTION)
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct SeriesFunction {
    signature: Signature,
}

impl SeriesFunction {
    fn new() -> Self {
        SeriesFunction { signature: Signature::any(5, Volatility::Immutable) }
    }
}

impl AggregateUDFImpl for SeriesFunction {
    fn name(&self) -> &str {
        "kql_series"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::BinaryView)
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format!("{}[pairs]", args.name), DataType::BinaryView, true))])
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        let constant = |index: usize| {
            let literal = args.exprs.get(index);
            literal.and_then(|e| e.downcast_ref::<datafusion::physical_expr::expressions::Literal>())
        };
        let long = |index: usize| match constant(index).map(|literal| literal.value()) {
            Some(ScalarValue::Int64(value)) => Ok(*value),
            _ => exec_err!("{} takes a constant here", self.name()),
        };
        let default = match constant(2).map(|literal| literal.value()) {
            Some(ScalarValue::BinaryView(Some(default))) => default.clone(),
            Some(ScalarValue::BinaryView(None)) => Vec::new(),
            _ => return exec_err!("the default of a series must be a constant"),
        };
        Ok(Box::new(Series { default, ends: (long(3)?, long(4)?), pairs: Vec::new() }))
    }
}

#[derive(Debug)]
struct Series {
    default: Vec<u8>,
    ends: (Option<i64>, Option<i64>),
    pairs: Vec<(i64, Box<[u8]>)>,
}

impl Series {
    fn add(&mut self, place: i64, bytes: &[u8]) -> Result<()> {
        if self.pairs.len() >= ELEMENTS_MAX {
            return exec_err!("a series may have {ELEMENTS_MAX} values");
        }
        self.pairs.push((place, bytes.into()));
        Ok(())
    }

    fn sort(&mut self) {
        self.pairs.sort_by_key(|(place, _)| *place);
    }
}

/// An array of packed values.
fn array<'v>(values: impl Iterator<Item = View<'v>>) -> ScalarValue {
    let mut bytes = Vec::new();
    Packer::new(&mut bytes).array(|array| {
        for value in values {
            array.item(|packer| packer.packed(value));
        }
    });
    ScalarValue::BinaryView(Some(bytes))
}

impl Accumulator for Series {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let [places, values, ..] = values else { return exec_err!("a series lacks its arguments") };
        let (places, values) = (places.as_primitive::<Int64Type>(), values.as_binary_view());
        for row in 0..places.len() {
            if places.is_valid(row) {
                self.add(places.value(row), if values.is_valid(row) { values.value(row) } else { &[] })?;
            }
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let Some(states) = states.first().and_then(|states| states.as_binary_view_opt()) else {
            return exec_err!("a series lacks its state");
        };
        for packed in states.iter().flatten() {
            let mut items = View::new(packed).items();
            while let (Some(place), Some(value)) = (items.next(), items.next()) {
                self.add(place.as_long().unwrap_or_default(), value.bytes())?;
            }
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.sort();
        let mut bytes = Vec::new();
        Packer::new(&mut bytes).array(|array| {
            for (place, value) in &self.pairs {
                array.item(|packer| packer.long(*place));
                array.item(|packer| packer.packed(View::new(value)));
            }
        });
        Ok(vec![ScalarValue::BinaryView(Some(bytes))])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.sort();
        let first = self.ends.0.or_else(|| self.pairs.first().map(|(place, _)| *place));
        let last = self.ends.1.or_else(|| self.pairs.last().map(|(place, _)| *place));
        let (Some(first), Some(last)) = (first, last) else { return Ok(array(std::iter::empty())) };
        if last.saturating_sub(first) >= ELEMENTS_MAX as i64 {
            return exec_err!("a series may have {ELEMENTS_MAX} values");
        }
        let mut pairs = self.pairs.iter().peekable();
        Ok(array((first..=last).map(|place| {
            while pairs.next_if(|(at, _)| *at < place).is_some() {}
            let value = pairs.next_if(|(at, _)| *at == place);
            View::new(value.map_or(self.default.as_slice(), |(_, value)| value))
        })))
    }

    fn size(&self) -> usize {
        let pairs: usize =
            self.pairs.iter().map(|(_, value)| value.len() + size_of::<(i64, Box<[u8]>)>()).sum();
        size_of_val(self) + self.default.len() + pairs
    }
}
