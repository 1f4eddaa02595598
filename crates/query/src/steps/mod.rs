//! Steps of a plan that the engine lacks: rows in, rows out, one input each.
//!
//! A [`Step`] is plain data, so that a plan can be written down and sent. It keeps every column of its input and
//! adds some behind them; `node` is its place in a logical plan, `exec` runs it, `planner` leads from one to the
//! other; `order` keeps the order that sorts make.

mod exec;
mod expand;
mod generate;
mod node;
mod order;
mod planner;
mod sequence;
mod stopping;

use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::Result;
use datafusion::logical_expr::{Expr, Extension, LogicalPlan};
use std::sync::Arc;

pub(crate) use expand::{Bags, Expand};
pub(crate) use generate::{Generate, Spacing};
pub(crate) use order::optimizer_rules;
pub(crate) use planner::StepPlanner;
pub(crate) use sequence::numbered;

/// What is done with the rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd)]
pub(crate) enum Step {
    /// A row for each element of arrays.
    Expand(Expand),
    /// Evenly spaced numbers for one row.
    Generate(Generate),
}

impl Step {
    /// The word for it in plans.
    fn name(&self) -> &'static str {
        match self {
            Step::Expand(_) => "KqlExpand",
            Step::Generate(_) => "KqlGenerate",
        }
    }

    /// The columns that it adds behind those of its input.
    fn added(&self) -> Vec<Field> {
        match self {
            Step::Expand(expand) => expand.added(),
            Step::Generate(generate) => generate.added(),
        }
    }

    /// Whether the order of the input must not be lost.
    fn is_ordered(&self) -> bool {
        matches!(self, Step::Expand(expand) if expand.ordered)
    }
}

/// A plan with one more step.
pub(crate) fn step(input: LogicalPlan, step: Step, arguments: Vec<Expr>) -> Result<LogicalPlan> {
    let node = node::StepNode::new(input, step, arguments)?;
    Ok(LogicalPlan::Extension(Extension { node: Arc::new(node) }))
}

/// A column of whole numbers, none of them null.
fn counter(name: &str) -> Field {
    Field::new(name, DataType::Int64, false)
}
