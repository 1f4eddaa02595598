//! Numbers of rows, in the order in which a sort left them.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::logical_expr::{Expr, Filter, Limit, LogicalPlan, LogicalPlanBuilder};
use datafusion::physical_expr::{Distribution, OrderingRequirements};
use datafusion::physical_optimizer::output_requirements::OutputRequirementExec;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::execution_plan::replace_children_if_necessary;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::sorts::sort_preserving_merge::SortPreservingMergeExec;

use super::{Bags, Expand, Step, step};
use crate::typed::column;

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
            LogicalPlanBuilder::from(input).project(exprs)?.build()
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

/// The plan with its order held: a sort whose keys nobody above reads would be taken for useless.
pub(super) fn keep_order(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    let order = match plan.downcast_ref::<SortExec>() {
        Some(sort) => Some(sort.expr().clone()),
        None => plan.downcast_ref::<SortPreservingMergeExec>().map(|merge| merge.expr().clone()),
    };
    if let Some(order) = order {
        let requirements = Some(OrderingRequirements::from(order));
        let held = OutputRequirementExec::new(plan, requirements, Distribution::SinglePartition, None);
        return Ok(Arc::new(held));
    }
    let children: Vec<Arc<dyn ExecutionPlan>> = plan.children().into_iter().map(Arc::clone).collect();
    match children.as_slice() {
        [child] if plan.maintains_input_order() == [true] => {
            let held = keep_order(Arc::clone(child))?;
            replace_children_if_necessary(plan, vec![held])
        }
        _ => Ok(plan),
    }
}
