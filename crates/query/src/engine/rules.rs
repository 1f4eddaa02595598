//! The rules by which plans are made better: those of the engine that keep Kusto's meaning, each of them stopping
//! with the query.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::Transformed;
use datafusion::logical_expr::LogicalPlan;
use datafusion::optimizer::optimizer::ApplyOrder;
use datafusion::optimizer::replace_distinct_aggregate::ReplaceDistinctWithAggregate;
use datafusion::optimizer::simplify_expressions::SimplifyExpressions;
use datafusion::optimizer::{Optimizer, OptimizerConfig, OptimizerRule};
use datafusion::physical_optimizer::{PhysicalOptimizerContext, PhysicalOptimizerRule};
use datafusion::physical_plan::ExecutionPlan;

use crate::limits::check;

type LogicalRule = Arc<dyn OptimizerRule + Send + Sync>;
type PhysicalRule = Arc<dyn PhysicalOptimizerRule + Send + Sync>;

/// Rules that are left out: see `docs/decisions/0007-rules-left-out.md`.
const LEFT_OUT: [&str; 8] = [
    // It makes a filter `a == b` above a join into one more key of it. Keys of Kusto's joins match where both are null,
    // a filter does not; and what is to be a key is one already.
    "extract_equijoin_predicate",
    // Our plans have no queries inside of expressions: those are answered while a text is bound.
    "rewrite_set_comparison",
    "decorrelate_predicate_subquery",
    "scalar_subquery_to_join",
    "decorrelate_lateral_join",
    // Nor fields of structs, which is what these look for.
    "extract_leaf_expressions",
    "push_down_leaf_projections",
    // Off unless asked for.
    "filter_null_join_keys",
];

/// The rules of the engine's optimiser that keep Kusto's meaning, and that have something to do.
pub(super) fn logical() -> Vec<LogicalRule> {
    let rules = Optimizer::new().rules.into_iter().filter(|rule| !LEFT_OUT.contains(&rule.name()));
    rules.map(guarded).collect()
}

/// What a plan needs to be run at all: the planner of the engine knows neither DISTINCT nor COALESCE, rules put
/// groups and CASE in their place.
pub(super) fn needed() -> Vec<LogicalRule> {
    vec![
        guarded(Arc::new(ReplaceDistinctWithAggregate::new())),
        guarded(Arc::new(SimplifyExpressions::new())),
    ]
}

/// The rules for plans that are about to run.
pub(super) fn physical() -> Vec<PhysicalRule> {
    crate::steps::optimizer_rules().into_iter().map(|rule| Arc::new(Guarded(rule)) as PhysicalRule).collect()
}

fn guarded(rule: LogicalRule) -> LogicalRule {
    Arc::new(Guarded(rule))
}

/// A rule that is not begun any more, for a plan or for a step of it, when the query is to stop.
#[derive(Debug)]
struct Guarded<T>(T);

impl OptimizerRule for Guarded<LogicalRule> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        self.0.apply_order()
    }

    fn rewrite(&self, plan: LogicalPlan, config: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        check()?;
        self.0.rewrite(plan, config)
    }
}

impl PhysicalOptimizerRule for Guarded<PhysicalRule> {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        config: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        check()?;
        self.0.optimize(plan, config)
    }

    fn optimize_with_context(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        context: &dyn PhysicalOptimizerContext,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        check()?;
        self.0.optimize_with_context(plan, context)
    }

    fn name(&self) -> &str {
        self.0.name()
    }

    fn schema_check(&self) -> bool {
        self.0.schema_check()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_there_to_be_left_out() {
        let names: Vec<String> = Optimizer::new().rules.iter().map(|rule| rule.name().to_owned()).collect();
        for left_out in LEFT_OUT {
            assert!(names.iter().any(|name| name == left_out), "{left_out} is none of {names:?}");
        }
    }
}
