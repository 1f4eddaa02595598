//! Sorts stay where they were written.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::physical_expr::{Distribution, OrderingRequirements};
use datafusion::physical_optimizer::output_requirements::OutputRequirementExec;
use datafusion::physical_optimizer::{PhysicalOptimizerRule, optimizer::PhysicalOptimizer};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::sorts::sort::SortExec;

use super::stopping::GiveWay;

/// The rules by which plans are made better: those of the engine between ours.
pub(crate) fn optimizer_rules() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let mut rules = PhysicalOptimizer::default().rules;
    rules.insert(0, Arc::new(HoldOrder));
    rules.push(Arc::new(GiveWay));
    rules
}

/// Marks each sort as needed.
///
/// In SQL a sort below an aggregate or below columns that lack its keys means nothing, and the engine leaves it out.
/// Here its order counts: `sort by x | summarize make_list(y)`, `sort by x | mv-expand y | take 5 | count`.
/// The marks are those that the engine puts on top of plans, and takes away again itself.
#[derive(Debug)]
struct HoldOrder;

impl PhysicalOptimizerRule for HoldOrder {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _config: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|plan| {
            let Some(sort) = plan.downcast_ref::<SortExec>() else { return Ok(Transformed::no(plan)) };
            let order = Some(OrderingRequirements::from(sort.expr().clone()));
            let fetch = sort.fetch();
            let held = OutputRequirementExec::new(plan, order, Distribution::SinglePartition, fetch);
            Ok(Transformed::yes(Arc::new(held) as Arc<dyn ExecutionPlan>))
        })
        .data()
    }

    fn name(&self) -> &str {
        "HoldOrder"
    }

    fn schema_check(&self) -> bool {
        true
    }
}
