//! What makes a plan of the engine's own operators of one that has ours, too.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::Result;
use datafusion::execution::context::QueryPlanner;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_planner::{DefaultPhysicalPlanner, PhysicalPlanner};

use crate::by_day::{self, DayPlanner, Kept};
use crate::steps::StepPlanner;

/// The planner that knows our steps beside those of the engine, and how groups are made by day.
#[derive(Debug)]
pub(super) struct Planner {
    /// Whether groups are made by day.
    pub by_day: bool,
    /// Where days are kept.
    pub kept: Option<Arc<Kept>>,
}

#[async_trait]
impl QueryPlanner for Planner {
    async fn create_physical_plan(
        &self,
        plan: &LogicalPlan,
        session: &dyn Session,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let days = Arc::new(DayPlanner::new(self.kept.clone()));
        let planner = DefaultPhysicalPlanner::with_extension_planners(vec![Arc::new(StepPlanner), days]);
        match self.by_day {
            true => planner.create_physical_plan(&by_day::marked(plan.clone())?, session).await,
            false => planner.create_physical_plan(plan, session).await,
        }
    }
}
