use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{Result, internal_datafusion_err};
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::expr_rewriter::unnormalize_cols;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{LogicalPlan, TableScan, UserDefinedLogicalNode};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode};
use datafusion::physical_planner::{DefaultPhysicalPlanner, ExtensionPlanner, PhysicalPlanner};

use super::exec::{Day, DaysExec};
use super::find::{ByDay, of_day, stored};
use super::kept::Kept;

/// Plans groups that are made by day.
pub(crate) struct DayPlanner {
    kept: Option<Arc<Kept>>,
}

impl DayPlanner {
    /// A planner that looks days up, and keeps them, if there is place for it.
    pub fn new(kept: Option<Arc<Kept>>) -> Self {
        DayPlanner { kept }
    }
}

#[async_trait]
impl ExtensionPlanner for DayPlanner {
    async fn plan_extension(
        &self,
        planner: &dyn PhysicalPlanner,
        node: &dyn UserDefinedLogicalNode,
        _: &[&LogicalPlan],
        _: &[Arc<dyn ExecutionPlan>],
        session: &dyn Session,
        _: &PhysicalPlanningContext,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let Some(node) = node.as_any().downcast_ref::<ByDay>() else { return Ok(None) };
        let planned = match session.as_any().downcast_ref::<SessionState>() {
            Some(state) => self.by_day(&node.groups, state).await?,
            None => None,
        };
        match planned {
            Some(planned) => Ok(Some(planned)),
            None => planner.create_physical_plan(&node.groups, session).await.map(Some),
        }
    }
}

impl DayPlanner {
    /// The plan that makes groups by day; nothing where there is no day, or the engine has a way without reading rows.
    async fn by_day(
        &self,
        groups: &LogicalPlan,
        state: &SessionState,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let mut days = Vec::new();
        for (day, files) in days_of(groups, state).await? {
            let plan = of_day(groups, day)?;
            let kept = self.kept.as_ref().map(|kept| (Arc::clone(kept), kept.key(&plan, &files)));
            let states = kept.as_ref().and_then(|(kept, key)| kept.get(key));
            days.push(Day { plan: Arc::new(plan), files: files.len(), kept, states });
        }
        let Some(first) = days.first() else { return Ok(None) };
        let to_do = days.iter().filter(|day| day.states.is_none()).count();
        let threads = state.config().target_partitions();
        // Groups that several threads make of one day are made twice, in part and then together: two threads are no sooner
        // ready than one, and work twice as much.
        let state = for_days(state, (threads / 2).checked_div(to_do).unwrap_or(1).max(1));
        let planned = planned(&first.plan, &state).await?;
        let Some(first) = partial(&planned) else { return Ok(None) };
        let groups = first.group_expr().as_final();
        let mode = match groups.is_empty() {
            true => AggregateMode::Final,
            false => AggregateMode::FinalPartitioned,
        };
        let (aggregates, schema) = (first.aggr_expr().to_vec(), first.input_schema());
        let filters = vec![None; aggregates.len()];
        // What is known comes last: it is there at once, in whatever thread.
        days.sort_by_key(|day| day.states.is_some());
        let days = Arc::new(DaysExec::new(days, first.schema(), threads, Arc::new(state)));
        Ok(Some(Arc::new(AggregateExec::try_new(mode, groups, aggregates, filters, days, schema)?)))
    }
}

/// Rules for the plan of a day: all but the one that reads no rows to count them, so that every day has states.
fn day_rules(
    rules: Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>>,
) -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    rules.into_iter().filter(|rule| rule.name() != "aggregate_statistics").collect()
}

/// The session in which a day is planned that may use so many threads.
fn for_days(state: &SessionState, threads: usize) -> SessionState {
    let rules = state.physical_optimizers().iter().map(Arc::clone).collect();
    let mut state = SessionStateBuilder::new_from_existing(state.clone())
        .with_physical_optimizer_rules(day_rules(rules))
        .build();
    state.config_mut().options_mut().execution.target_partitions = threads;
    state
}

/// The days of which a plan reads files, and which files.
async fn days_of(plan: &LogicalPlan, state: &SessionState) -> Result<Vec<(i32, Vec<String>)>> {
    let mut scans: Vec<&TableScan> = Vec::new();
    plan.apply(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            scans.push(scan);
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    let (mut days, mut all) = (BTreeSet::new(), Vec::new());
    for scan in scans {
        let table =
            stored(scan).ok_or_else(|| internal_datafusion_err!("{} is not stored", scan.table_name))?;
        let files = &table.files().await?.files;
        let filters = unnormalize_cols(scan.filters.clone());
        days.extend(table.kept(state, &filters, files)?.iter().map(|file| file.day));
        all.extend(files.iter().map(|file| (file.day, file.path.clone())));
    }
    all.sort_unstable();
    let of_day = |day| {
        let first = all.partition_point(|(of, _)| *of < day);
        all[first..].iter().take_while(|(of, _)| *of == day).map(|(_, path)| path.clone()).collect()
    };
    Ok(days.into_iter().map(|day| (day, of_day(day))).collect())
}

/// The plan of a day as the engine has it.
pub(super) async fn planned(plan: &LogicalPlan, state: &SessionState) -> Result<Arc<dyn ExecutionPlan>> {
    DefaultPhysicalPlanner::default().create_physical_plan(plan, state).await
}

/// The part of the plan of some groups that gives their states instead of their results.
pub(super) fn partial(plan: &Arc<dyn ExecutionPlan>) -> Option<Arc<AggregateExec>> {
    let Some(groups) = plan.downcast_ref::<AggregateExec>() else {
        // Between states and results there is what brings states together.
        return match plan.children().as_slice() {
            [child] if plan.schema() == child.schema() => partial(child),
            _ => None,
        };
    };
    match groups.mode() {
        AggregateMode::Partial => Some(Arc::new(groups.clone())),
        AggregateMode::Single | AggregateMode::SinglePartitioned => AggregateExec::try_new(
            AggregateMode::Partial,
            groups.group_expr().clone(),
            groups.aggr_expr().to_vec(),
            groups.filter_expr().to_vec(),
            Arc::clone(groups.input()),
            groups.input_schema(),
        )
        .ok()
        .map(Arc::new),
        AggregateMode::Final | AggregateMode::FinalPartitioned | AggregateMode::PartialReduce => {
            partial(groups.input())
        }
    }
}
