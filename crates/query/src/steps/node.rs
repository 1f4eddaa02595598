use std::cmp::Ordering;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use datafusion::arrow::datatypes::Field;
use datafusion::common::{DFSchema, DFSchemaRef, Result, TableReference, internal_err};
use datafusion::logical_expr::{Expr, LogicalPlan, UserDefinedLogicalNodeCore};

use super::Step;

/// A step in a logical plan: the columns of its input, then those that it adds.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct StepNode {
    /// What is done.
    pub step: Step,
    /// What it takes of each row.
    pub arguments: Vec<Expr>,
    input: LogicalPlan,
    schema: DFSchemaRef,
}

impl StepNode {
    pub fn new(input: LogicalPlan, step: Step, arguments: Vec<Expr>) -> Result<Self> {
        let mut fields: Vec<(Option<TableReference>, Arc<Field>)> =
            input.schema().iter().map(|(table, field)| (table.cloned(), Arc::clone(field))).collect();
        fields.extend(step.added().into_iter().map(|field| (None, Arc::new(field))));
        let schema = DFSchema::new_with_metadata(fields, input.schema().metadata().clone())?;
        Ok(StepNode { step, arguments, input, schema: Arc::new(schema) })
    }
}

impl PartialOrd for StepNode {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        let key = |node: &Self| (node.step.clone(), node.arguments.clone());
        match key(self).partial_cmp(&key(other))? {
            Ordering::Equal => self.input.partial_cmp(&other.input),
            order => Some(order),
        }
        .filter(|order| *order != Ordering::Equal || self == other)
    }
}

impl UserDefinedLogicalNodeCore for StepNode {
    fn name(&self) -> &str {
        self.step.name()
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.input]
    }

    fn schema(&self) -> &DFSchemaRef {
        &self.schema
    }

    fn expressions(&self) -> Vec<Expr> {
        self.arguments.clone()
    }

    /// A condition on columns of the input holds for all rows that a row becomes, or for none.
    fn prevent_predicate_push_down_columns(&self) -> HashSet<String> {
        self.step.added().iter().map(|field| field.name().clone()).collect()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arguments: Vec<String> = self.arguments.iter().map(ToString::to_string).collect();
        write!(f, "{}: {}", self.step.name(), arguments.join(", "))
    }

    fn with_exprs_and_inputs(&self, exprs: Vec<Expr>, mut inputs: Vec<LogicalPlan>) -> Result<Self> {
        match inputs.pop() {
            Some(input) if inputs.is_empty() => StepNode::new(input, self.step.clone(), exprs),
            _ => internal_err!("a step has one input"),
        }
    }

    fn necessary_children_exprs(&self, output_columns: &[usize]) -> Option<Vec<Vec<usize>>> {
        let passed = self.input.schema().fields().len();
        Some(vec![output_columns.iter().copied().filter(|column| *column < passed).collect()])
    }
}
