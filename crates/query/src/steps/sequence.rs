//! Numbers of rows, in the order in which a sort left them.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::logical_expr::{Expr, Filter, Limit, LogicalPlan};

use super::{Bags, Expand, Step, step};
use crate::typed::{self, column};

/// The plan with a column of numbers behind its own, each row another one.
///
/// `ordered` asks for numbers that rise in the order of the rows. They are given right above the sort that made that
/// order: an engine of several threads keeps it no longer than it must.
pub(crate) fn numbered(plan: LogicalPlan, name: &str, ordered: bool) -> Result<LogicalPlan> {
    if !ordered {
        return number(plan, name, false);
    }
    match plan {
        LogicalPlan::Projection(projection) => {
            let input = numbered(Arc::unwrap_or_clone(projection.input), name, true)?;
            let exprs: Vec<Expr> = projection.expr.into_iter().chain([column(name)]).collect();
            typed::project(input, exprs)
        }
        LogicalPlan::Filter(filter) => {
            let input = numbered(Arc::unwrap_or_clone(filter.input), name, true)?;
            Ok(LogicalPlan::Filter(Filter::try_new(filter.predicate, Arc::new(input))?))
        }
        LogicalPlan::Limit(limit) => {
            let input = Arc::new(numbered(Arc::unwrap_or_clone(limit.input), name, true)?);
            Ok(LogicalPlan::Limit(Limit { input, ..limit }))
        }
        plan => number(plan, name, true),
    }
}

fn number(plan: LogicalPlan, name: &str, ordered: bool) -> Result<LogicalPlan> {
    let numbers = Step::Expand(Expand {
        elements: Vec::new(),
        index: None,
        row: Some(name.to_owned()),
        unique: None,
        bags: Bags::Bag,
        limit: usize::MAX,
        ordered,
    });
    step(plan, numbers, Vec::new())
}
