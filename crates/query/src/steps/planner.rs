use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::{Result, internal_err};
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{LogicalPlan, UserDefinedLogicalNode};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_planner::{ExtensionPlanner, PhysicalPlanner};

use super::exec::StepExec;
use super::node::StepNode;

/// Plans our steps.
pub(crate) struct StepPlanner;

#[async_trait]
impl ExtensionPlanner for StepPlanner {
    async fn plan_extension(
        &self,
        planner: &dyn PhysicalPlanner,
        node: &dyn UserDefinedLogicalNode,
        logical_inputs: &[&LogicalPlan],
        physical_inputs: &[Arc<dyn ExecutionPlan>],
        session: &dyn Session,
        context: &PhysicalPlanningContext,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let Some(node) = node.as_any().downcast_ref::<StepNode>() else { return Ok(None) };
        let ([logical], [physical]) = (logical_inputs, physical_inputs) else {
            return internal_err!("a step has one input");
        };
        let arguments = node
            .arguments
            .iter()
            .map(|argument| planner.create_physical_expr(argument, logical.schema(), session, context))
            .collect::<Result<Vec<_>>>()?;
        Ok(Some(Arc::new(StepExec::new(Arc::clone(physical), node.step.clone(), arguments)?)))
    }
}
