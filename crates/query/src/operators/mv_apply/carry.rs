//! Hidden columns through steps that know nothing of them.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::logical_expr::LogicalPlan;

use crate::typed::{self, Column, column};

/// The plan of a step that works row by row, with these columns of its input as further ones at the end; nothing
/// when the step is of another kind.
pub(super) fn carried(plan: &LogicalPlan, hidden: &[Column]) -> Option<Result<LogicalPlan>> {
    let has = |name: &str| plan.schema().fields().iter().any(|field| field.name() == name);
    if hidden.iter().all(|column| has(&column.name)) {
        return Some(Ok(plan.clone()));
    }
    match plan {
        LogicalPlan::Projection(projection) => Some(carried(&projection.input, hidden)?.and_then(|input| {
            let missing = hidden.iter().filter(|column| !has(&column.name));
            let exprs: Vec<_> =
                projection.expr.iter().cloned().chain(missing.map(|hidden| column(&hidden.name))).collect();
            typed::project(input, exprs)
        })),
        LogicalPlan::Filter(filter) => Some(carried(&filter.input, hidden)?.and_then(|input| {
            let filter =
                datafusion::logical_expr::Filter::try_new(filter.predicate.clone(), Arc::new(input))?;
            Ok(LogicalPlan::Filter(filter))
        })),
        _ => None,
    }
}
