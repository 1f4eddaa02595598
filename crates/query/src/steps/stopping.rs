//! What makes many rows of one can be stopped.

use std::sync::Arc;

use datafusion::arrow::array::BooleanArray;
use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::physical_expr::ScalarFunctionExpr;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::joins::utils::JoinFilter;
use datafusion::physical_plan::joins::{
    CrossJoinExec, HashJoinExec, NestedLoopJoinExec, PiecewiseMergeJoinExec, SortMergeJoinExec,
};

use super::exec::StepExec;
use crate::kernel;
use crate::kernel::map1;

/// Lets joins and our own steps give way now and then, and conditions of joins ask whether to go on.
///
/// The engine gives way where rows are read, and a task ends where it gives way. One row that is read may become a
/// billion: numbers of a range, elements of an array, pairs of a join, of which a condition takes none.
#[derive(Debug)]
pub(super) struct GiveWay;

impl PhysicalOptimizerRule for GiveWay {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        config: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let config = Arc::new(config.clone());
        plan.transform_up(|plan| {
            let plan = match plan.downcast_ref::<HashJoinExec>() {
                Some(join) => asking(join, &config)?.unwrap_or(plan),
                None => plan,
            };
            let makes_rows = plan.downcast_ref::<StepExec>().is_some()
                || plan.downcast_ref::<HashJoinExec>().is_some()
                || plan.downcast_ref::<NestedLoopJoinExec>().is_some()
                || plan.downcast_ref::<SortMergeJoinExec>().is_some()
                || plan.downcast_ref::<PiecewiseMergeJoinExec>().is_some()
                || plan.downcast_ref::<CrossJoinExec>().is_some();
            Ok(match makes_rows {
                true => Transformed::yes(Arc::new(CooperativeExec::new(plan)) as Arc<dyn ExecutionPlan>),
                false => Transformed::no(plan),
            })
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "GiveWay"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// The join with its condition inside of a function, as functions ask whether to go on; nothing without a condition.
fn asking(join: &HashJoinExec, config: &Arc<ConfigOptions>) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let Some(filter) = join.filter() else { return Ok(None) };
    let condition = vec![Arc::clone(filter.expression())];
    let asking =
        ScalarFunctionExpr::try_new(GO_ON.function(), condition, filter.schema(), Arc::clone(config))?;
    let filter =
        JoinFilter::new(Arc::new(asking), filter.column_indices().to_vec(), Arc::clone(filter.schema()));
    Ok(Some(Arc::new(join.builder().with_filter(Some(filter)).build()?)))
}

kernel!(
    /// A condition as it is.
    GO_ON = "kql_go_on" -> Bool, |a, n| map1::<bool, bool, BooleanArray>(a, n, Some)
);
