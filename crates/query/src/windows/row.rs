//! Window functions that go from row to row with a state.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Float64Type, Int64Type};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::function::{PartitionEvaluatorArgs, WindowUDFFieldArgs};
use datafusion::logical_expr::{PartitionEvaluator, Signature, Volatility, WindowUDF, WindowUDFImpl};

/// Which of them. The last argument of each says where it begins anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Row {
    /// `start, restart`: the number of the row.
    Number,
    /// `term, restart`: the sum so far.
    Sum,
    /// `term, restart`: the number of values so far.
    DenseRank,
    /// `term, restart`: the number of the first row with the value.
    LeastRank,
    /// `time, distance from first, distance between neighbours, restart`: the first time of the session.
    Session,
}

impl Row {
    /// The function as the engine registers it.
    pub(super) fn function(self) -> Arc<WindowUDF> {
        static FUNCTIONS: LazyLock<[Arc<WindowUDF>; 5]> = LazyLock::new(|| {
            [Row::Number, Row::Sum, Row::DenseRank, Row::LeastRank, Row::Session]
                .map(|row| Arc::new(WindowUDF::from(RowFunction::new(row))))
        });
        Arc::clone(&FUNCTIONS[self as usize])
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct RowFunction {
    row: Row,
    signature: Signature,
}

impl RowFunction {
    fn new(row: Row) -> Self {
        let arguments = if row == Row::Session { 4 } else { 2 };
        RowFunction { row, signature: Signature::any(arguments, Volatility::Immutable) }
    }
}

impl WindowUDFImpl for RowFunction {
    fn name(&self) -> &str {
        match self.row {
            Row::Number => "kql_row_number",
            Row::Sum => "kql_row_cumsum",
            Row::DenseRank => "kql_row_rank_dense",
            Row::LeastRank => "kql_row_rank_min",
            Row::Session => "kql_row_window_session",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn partition_evaluator(&self, _: PartitionEvaluatorArgs<'_>) -> Result<Box<dyn PartitionEvaluator>> {
        Ok(Box::new(State {
            row: self.row,
            rows: 0,
            rank: 0,
            long: 0,
            real: 0.0,
            last: None,
            session: None,
            before: None,
        }))
    }

    fn field(&self, args: WindowUDFFieldArgs<'_>) -> Result<FieldRef> {
        let kind = match (self.row, args.get_input_field(0)) {
            (Row::Sum, Some(term)) => term.data_type().clone(),
            _ => DataType::Int64,
        };
        Ok(Arc::new(Field::new(args.name(), kind, true)))
    }
}

/// What is known of the rows so far.
#[derive(Debug)]
struct State {
    row: Row,
    /// Rows since the last beginning.
    rows: i64,
    rank: i64,
    long: i64,
    real: f64,
    /// The term of the row before.
    last: Option<ScalarValue>,
    /// The first time of the session.
    session: Option<i64>,
    /// The time of the row before.
    before: Option<i64>,
}

impl State {
    fn begin(&mut self) {
        self.rows = 0;
        self.rank = 0;
        self.long = 0;
        self.real = 0.0;
        self.last = None;
        self.session = None;
        self.before = None;
    }

    fn sum(&mut self, term: &ArrayRef, at: usize) -> Result<ScalarValue> {
        Ok(match term.data_type() {
            DataType::Float64 => {
                let terms = term.as_primitive::<Float64Type>();
                self.real += if terms.is_valid(at) { terms.value(at) } else { 0.0 };
                ScalarValue::Float64(Some(self.real))
            }
            DataType::Int64 => {
                let terms = term.as_primitive::<Int64Type>();
                self.long = self.long.wrapping_add(if terms.is_valid(at) { terms.value(at) } else { 0 });
                ScalarValue::Int64(Some(self.long))
            }
            other => return exec_err!("a running sum was given a column of type {other}"),
        })
    }

    fn rank(&mut self, term: &ArrayRef, at: usize) -> Result<i64> {
        let term = ScalarValue::try_from_array(term, at)?;
        if self.last.as_ref() != Some(&term) {
            self.rank = if self.row == Row::DenseRank { self.rank + 1 } else { self.rows };
            self.last = Some(term);
        }
        Ok(self.rank)
    }

    fn session(&mut self, values: &[ArrayRef], at: usize) -> Option<i64> {
        let time = long(values.first(), at);
        let (longest, widest) = (long(values.get(1), at), long(values.get(2), at));
        let reached = |from: Option<i64>, distance: Option<i64>| match (time, from, distance) {
            (Some(time), Some(from), Some(distance)) => {
                i128::from(time) >= i128::from(from) + i128::from(distance)
            }
            _ => false,
        };
        // A null ends the session; the next time begins one.
        if self.before.is_none() || reached(self.session, longest) || reached(self.before, widest) {
            self.session = time;
        }
        self.before = time;
        time.and(self.session)
    }
}

fn long(array: Option<&ArrayRef>, at: usize) -> Option<i64> {
    let array = array?.as_primitive_opt::<Int64Type>()?;
    array.is_valid(at).then(|| array.value(at))
}

impl PartitionEvaluator for State {
    fn evaluate(&mut self, values: &[ArrayRef], range: &Range<usize>) -> Result<ScalarValue> {
        let at = range.start;
        let restart = values.last().and_then(|array| array.as_boolean_opt());
        if restart.is_some_and(|restart| restart.is_valid(at) && restart.value(at)) {
            self.begin();
        }
        let Some(first) = values.first() else { return exec_err!("a window function lacks its arguments") };
        self.rows += 1;
        Ok(match self.row {
            Row::Number => {
                let start = long(Some(first), at).unwrap_or(1);
                ScalarValue::Int64(Some(start.wrapping_add(self.rows - 1)))
            }
            Row::Sum => self.sum(first, at)?,
            Row::DenseRank | Row::LeastRank => ScalarValue::Int64(Some(self.rank(first, at)?)),
            Row::Session => ScalarValue::Int64(self.session(values, at)),
        })
    }

    fn is_causal(&self) -> bool {
        true
    }

    fn supports_bounded_execution(&self) -> bool {
        true
    }
}
