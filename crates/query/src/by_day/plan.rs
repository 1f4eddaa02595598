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
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode};
use datafusion::physical_planner::{DefaultPhysicalPlanner, ExtensionPlanner, PhysicalPlanner};

use super::exec::{Day, DaysExec};
use super::find::{ByDay, of_day, stored};
use super::kept::Kept;
use crate::limits::check;

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
        let Some(ByDay { groups }) = node.as_any().downcast_ref::<ByDay>() else { return Ok(None) };
        let at_once = planner.create_physical_plan(groups, session).await?;
        // The engine may have a way without reading rows: files say how many they have.
        let (Some(states), Some(session)) =
            (partial(&at_once), session.as_any().downcast_ref::<SessionState>())
        else {
            return Ok(Some(at_once));
        };
        let days = self.days(groups, session).await?;
        Ok(Some(if days.is_empty() { at_once } else { self.put_together(groups, &states, days, session)? }))
    }
}

impl DayPlanner {
    /// The days of which there are rows.
    async fn days(&self, groups: &LogicalPlan, session: &SessionState) -> Result<Vec<Day>> {
        let mut days = Vec::new();
        for (day, files) in days_of(groups, session).await? {
            check()?;
            let key = match &self.kept {
                Some(kept) => Some(kept.key(&of_day(groups, day)?, &files)),
                None => None,
            };
            let is_known = self.kept.as_ref().zip(key).is_some_and(|(kept, key)| kept.get(&key).is_some());
            days.push(Day { day, files: files.len(), key, is_known });
        }
        // What is known comes last: it is there at once, in whatever thread.
        days.sort_by_key(|day| day.is_known);
        Ok(days)
    }

    /// The plan that makes groups of the states of days; `states` is the part that gives those of all rows at once.
    fn put_together(
        &self,
        groups: &LogicalPlan,
        states: &AggregateExec,
        days: Vec<Day>,
        session: &SessionState,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let threads = session.config().target_partitions();
        let to_do = days.iter().filter(|day| !day.is_known).count().max(1);
        let below = groups.inputs().into_iter().any(|input| {
            matches!(input.exists(|node| Ok(matches!(node, LogicalPlan::Aggregate(_)))), Ok(true))
        });
        // Groups below that several threads make of one day are made twice, in part and then together: two threads are no
        // sooner ready than one, and work twice as much.
        let threads_of_day = if below { threads / 2 / to_do } else { threads.div_ceil(to_do) };
        let days = DaysExec {
            groups: Arc::new(groups.clone()),
            properties: DaysExec::properties_of(&states.schema(), threads.min(days.len())),
            days,
            kept: self.kept.clone(),
            session: Arc::new(for_days(session, threads_of_day.max(1))),
            schema: states.schema(),
        };
        let by = states.group_expr().as_final();
        let mode = if by.is_empty() { AggregateMode::Final } else { AggregateMode::FinalPartitioned };
        let (aggregates, schema) = (states.aggr_expr().to_vec(), states.input_schema());
        let filters = vec![None; aggregates.len()];
        Ok(Arc::new(AggregateExec::try_new(mode, by, aggregates, filters, Arc::new(days), schema)?))
    }
}

/// The rule that reads no rows to count them: without it every day has states.
const COUNTS_BY_FILES: &str = "aggregate_statistics";

/// The session in which a day is planned that may use so many threads.
fn for_days(session: &SessionState, threads: usize) -> SessionState {
    let rules = session.physical_optimizers().iter().filter(|rule| rule.name() != COUNTS_BY_FILES);
    let mut session = SessionStateBuilder::new_from_existing(session.clone())
        .with_physical_optimizer_rules(rules.map(Arc::clone).collect())
        .build();
    session.config_mut().options_mut().execution.target_partitions = threads;
    session
}

/// The days of which a plan reads files, and which files.
async fn days_of(plan: &LogicalPlan, session: &SessionState) -> Result<Vec<(i32, Vec<String>)>> {
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
        days.extend(table.files_for(session, &filters, files)?.iter().map(|file| file.day));
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
pub(super) async fn planned(plan: &LogicalPlan, session: &SessionState) -> Result<Arc<dyn ExecutionPlan>> {
    DefaultPhysicalPlanner::default().create_physical_plan(plan, session).await
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

#[cfg(test)]
mod tests {
    use super::COUNTS_BY_FILES;
    use crate::steps::optimizer_rules;

    #[test]
    fn what_is_left_out_is_there_to_be_left_out() {
        assert!(optimizer_rules().iter().any(|rule| rule.name() == COUNTS_BY_FILES));
    }
}
