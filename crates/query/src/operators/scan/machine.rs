//! The states of a scan, row by row.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Int64Array, RecordBatch, RecordBatchOptions, UInt64Array,
};
use datafusion::arrow::compute::{concat, take};
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::arrow::row::{RowConverter, SortField};
use datafusion::common::{DFSchema, Result, ScalarValue};
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::execution_props::ExecutionProps;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::physical_expr::{PhysicalExpr, create_physical_expr};

use crate::limits::check;
use crate::physical;
use crate::typed::Column;

/// Which of the rows that match a step are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Output {
    All,
    /// The last of a series.
    Last,
    None,
}

/// A step.
pub(super) struct Step {
    pub output: Output,
    pub condition: Expr,
    /// The place of a declared column, and what it becomes.
    pub assignments: Vec<(usize, Expr)>,
}

/// A scan that is ready to run.
pub(super) struct Machine<'c> {
    pub steps: Vec<Step>,
    /// What rows are kept apart by: expressions of their columns.
    pub keys: Vec<Expr>,
    /// What can be read: the columns of the rows, the declared ones, then both again for each step.
    pub readable: &'c [Column],
    /// How many columns rows have.
    pub own: usize,
    /// The values of the declared columns.
    pub defaults: Vec<ScalarValue>,
}

/// The rows that are answered.
pub(super) struct Matched {
    /// The columns of the rows, then the declared ones.
    pub arrays: Vec<ArrayRef>,
    /// The number of the match of each.
    pub ids: ArrayRef,
}

/// A row that matched a step: its place, and the declared columns as they were assigned.
#[derive(Clone)]
struct Hit {
    row: usize,
    assigned: Vec<ArrayRef>,
}

/// What is known while a step is the last that matched.
#[derive(Clone)]
struct State {
    id: i64,
    /// The last row of each step up to this one.
    hits: Vec<Option<Hit>>,
    /// Whether the last row of this step is still to be answered.
    pending: bool,
}

/// An expression, and the readable columns that it reads.
struct Compiled {
    expr: Arc<dyn PhysicalExpr>,
    reads: Vec<usize>,
    schema: SchemaRef,
}

/// Values of a column one by one, put together now and then: a value by itself takes much room.
#[derive(Default)]
struct Values {
    together: Vec<ArrayRef>,
    single: Vec<ArrayRef>,
}

impl Values {
    fn add(&mut self, value: &ArrayRef) -> Result<()> {
        const SINGLE_MAX: usize = 8192;
        self.single.push(Arc::clone(value));
        if self.single.len() >= SINGLE_MAX {
            self.join()?;
        }
        Ok(())
    }

    fn join(&mut self) -> Result<()> {
        if !self.single.is_empty() {
            self.together.push(concatenated(&self.single)?);
            self.single.clear();
        }
        Ok(())
    }

    fn finish(mut self, default: &ScalarValue) -> Result<ArrayRef> {
        self.join()?;
        match self.together.is_empty() {
            true => Ok(datafusion::arrow::array::new_empty_array(&default.data_type())),
            false => concatenated(&self.together),
        }
    }
}

fn concatenated(arrays: &[ArrayRef]) -> Result<ArrayRef> {
    let arrays: Vec<&dyn Array> = arrays.iter().map(AsRef::as_ref).collect();
    Ok(concat(&arrays)?)
}

#[derive(Default)]
struct Answered {
    rows: Vec<u64>,
    assigned: Vec<Values>,
    ids: Vec<i64>,
}

impl Answered {
    fn add(&mut self, hit: &Hit, id: i64) -> Result<()> {
        self.rows.push(hit.row as u64);
        for (column, value) in self.assigned.iter_mut().zip(&hit.assigned) {
            column.add(value)?;
        }
        self.ids.push(id);
        Ok(())
    }
}

/// How a row matches a step.
struct Found {
    /// Whether it follows a match of the step before.
    promoted: bool,
    /// What is known so far; nothing at the beginning of a match.
    state: Option<State>,
    assigned: Vec<ArrayRef>,
}

/// What an expression is computed from: a row, and a state.
#[derive(Clone, Copy)]
struct Place<'p> {
    batch: &'p RecordBatch,
    row: usize,
    state: Option<&'p State>,
    defaults: &'p [ArrayRef],
    blanks: &'p [ArrayRef],
}

impl Machine<'_> {
    pub(super) fn run(&self, batch: &RecordBatch) -> Result<Matched> {
        let mut compiled = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let condition = self.compile(&step.condition)?;
            let assignments = step.assignments.iter().map(|(place, expr)| Ok((*place, self.compile(expr)?)));
            compiled.push((condition, assignments.collect::<Result<Vec<_>>>()?));
        }
        let arrays =
            |values: &[ScalarValue]| values.iter().map(ScalarValue::to_array).collect::<Result<Vec<_>>>();
        let defaults = arrays(&self.defaults)?;
        let nulls: Vec<ScalarValue> =
            self.readable[..self.own].iter().map(|column| physical::null(column.kind)).collect();
        let blanks = arrays(&nulls)?;
        let parts = self.parts(batch)?;
        let count = parts.iter().max().map_or(0, |last| last + 1);
        let mut states: Vec<Vec<Option<State>>> = vec![vec![None; self.steps.len()]; count];
        let mut next_id = 0;
        let assigned = defaults.iter().map(|_| Values::default()).collect();
        let mut answered = Answered { assigned, ..Answered::default() };
        for (row, part) in parts.into_iter().enumerate() {
            check()?;
            let states = &mut states[part];
            for at in (0..self.steps.len()).rev() {
                let place = Place { batch, row, state: None, defaults: &defaults, blanks: &blanks };
                let Some(found) = self.found(&compiled[at], at, states, place)? else { continue };
                let mut state = found.state.unwrap_or_else(|| {
                    next_id += 1;
                    State { id: next_id - 1, hits: vec![None; self.steps.len()], pending: false }
                });
                if found.promoted {
                    // The series of both steps end here.
                    self.finish(at, states, &mut answered)?;
                    self.finish(at - 1, states, &mut answered)?;
                    states[at - 1] = None;
                }
                let hit = Hit { row, assigned: found.assigned };
                if self.steps[at].output == Output::All {
                    answered.add(&hit, state.id)?;
                }
                state.pending = self.steps[at].output == Output::Last;
                state.hits[at] = Some(hit);
                states[at] = Some(state);
            }
        }
        for states in &states {
            for at in 0..self.steps.len() {
                self.finish(at, states, &mut answered)?;
            }
        }
        self.matched(batch, answered)
    }

    /// The part of each row, numbered as they appear: rows of the same keys are of one.
    fn parts(&self, batch: &RecordBatch) -> Result<Vec<usize>> {
        if self.keys.is_empty() {
            return Ok(vec![0; batch.num_rows()]);
        }
        let mut keys = Vec::with_capacity(self.keys.len());
        for key in &self.keys {
            let Compiled { expr, reads, schema } = self.compile(key)?;
            let arrays = reads.iter().map(|read| Arc::clone(batch.column(*read))).collect();
            let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
            let rows = RecordBatch::try_new_with_options(schema, arrays, &options)?;
            keys.push(expr.evaluate(&rows)?.into_array(batch.num_rows())?);
        }
        let fields = keys.iter().map(|key| SortField::new(key.data_type().clone())).collect();
        let rows = RowConverter::new(fields)?.convert_columns(&keys)?;
        let mut known = HashMap::new();
        let mut parts = Vec::with_capacity(batch.num_rows());
        for row in 0..batch.num_rows() {
            check()?;
            let next = known.len();
            parts.push(*known.entry(rows.row(row)).or_insert(next));
        }
        Ok(parts)
    }

    /// Whether a row matches a step: with what the step before holds, else with what this one holds. The first step
    /// can begin with nothing.
    fn found(
        &self,
        (condition, assignments): &(Compiled, Vec<(usize, Compiled)>),
        at: usize,
        states: &[Option<State>],
        place: Place<'_>,
    ) -> Result<Option<Found>> {
        let before = at.checked_sub(1).and_then(|before| states[before].as_ref());
        let promoted = before.is_some() && condition.is_true(&Place { state: before, ..place })?;
        let source = if promoted { before } else { states[at].as_ref() };
        let place = Place { state: source, ..place };
        if !promoted && !((at == 0 || source.is_some()) && condition.is_true(&place)?) {
            return Ok(None);
        }
        let mut assigned = place.defaults.to_vec();
        for (column, expr) in assignments {
            assigned[*column] = expr.value(&place)?;
        }
        Ok(Some(Found { promoted, state: source.cloned(), assigned }))
    }

    /// Answers the last row of a series that ends.
    fn finish(&self, at: usize, states: &[Option<State>], answered: &mut Answered) -> Result<()> {
        if let Some(state) = &states[at]
            && state.pending
            && let Some(Some(hit)) = state.hits.get(at)
        {
            answered.add(hit, state.id)?;
        }
        Ok(())
    }

    fn matched(&self, batch: &RecordBatch, answered: Answered) -> Result<Matched> {
        let rows = UInt64Array::from(answered.rows);
        let mut arrays = Vec::with_capacity(self.own + self.defaults.len());
        for column in batch.columns() {
            arrays.push(take(column, &rows, None)?);
        }
        for (values, default) in answered.assigned.into_iter().zip(&self.defaults) {
            arrays.push(values.finish(default)?);
        }
        Ok(Matched { arrays, ids: Arc::new(Int64Array::from(answered.ids)) })
    }

    fn compile(&self, expr: &Expr) -> Result<Compiled> {
        let found = expr.column_refs();
        let reads: Vec<usize> = (0..self.readable.len())
            .filter(|place| found.iter().any(|column| column.name == self.readable[*place].name))
            .collect();
        let fields =
            reads.iter().map(|place| (self.readable[*place].name.as_str(), self.readable[*place].kind));
        let schema: SchemaRef = physical::schema(fields);
        let planned = DFSchema::try_from(Schema::clone(&schema))?;
        let expr = create_physical_expr(
            expr,
            &planned,
            &ExecutionProps::new(),
            &PhysicalPlanningContext::default(),
        )?;
        Ok(Compiled { expr, reads, schema })
    }
}

impl Compiled {
    fn value(&self, place: &Place<'_>) -> Result<ArrayRef> {
        let own = place.blanks.len();
        let held = own + place.defaults.len();
        let mut arrays = Vec::with_capacity(self.reads.len());
        for read in &self.reads {
            arrays.push(match read.checked_sub(own) {
                None => place.batch.column(*read).slice(place.row, 1),
                Some(declared) if *read < held => Arc::clone(&place.defaults[declared]),
                Some(_) => {
                    let (step, column) = ((read - held) / held, (read - held) % held);
                    let hit = place.state.and_then(|state| state.hits.get(step)?.as_ref());
                    match (hit, column.checked_sub(own)) {
                        (Some(hit), Some(declared)) => Arc::clone(&hit.assigned[declared]),
                        (Some(hit), None) => place.batch.column(column).slice(hit.row, 1),
                        (None, Some(declared)) => Arc::clone(&place.defaults[declared]),
                        (None, None) => Arc::clone(&place.blanks[column]),
                    }
                }
            });
        }
        let options = RecordBatchOptions::new().with_row_count(Some(1));
        let row = RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options)?;
        self.expr.evaluate(&row)?.into_array(1)
    }

    fn is_true(&self, place: &Place<'_>) -> Result<bool> {
        let value = self.value(place)?;
        let Some(value) = value.as_boolean_opt() else { return Ok(false) };
        Ok(value.is_valid(0) && value.value(0))
    }
}
