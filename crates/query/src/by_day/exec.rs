use std::fmt;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, Statistics, internal_datafusion_err, internal_err};
use datafusion::execution::{SendableRecordBatchStream, SessionState, TaskContext};
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_expr::{EquivalenceProperties, Partitioning, PhysicalExpr};
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::statistics::StatisticsArgs;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties,
    ReplaceChildrenOptions,
};
use futures::{StreamExt, TryStreamExt, stream};

use super::find::of_day;
use super::kept::{Kept, Key};
use super::plan::{partial, planned};
use crate::engine::bytes_of;

/// A day of groups.
#[derive(Debug, Clone, Copy)]
pub(super) struct Day {
    /// Which, counted from 1970-01-01.
    pub day: i32,
    /// How many files it has.
    pub files: usize,
    /// By what its states are known, if they are to be kept.
    pub key: Option<Key>,
    /// Whether they were known when it was planned.
    pub is_known: bool,
}

/// The states of groups, day after day, several days at the same time.
#[derive(Debug, Clone)]
pub(super) struct DaysExec {
    /// The groups, over the files of all days.
    pub groups: Arc<LogicalPlan>,
    pub days: Vec<Day>,
    /// Where days are kept.
    pub kept: Option<Arc<Kept>>,
    /// In which each day is planned, when it is its turn: hundreds of plans are not held.
    pub session: Arc<SessionState>,
    /// Of the states.
    pub schema: SchemaRef,
    pub properties: Arc<PlanProperties>,
}

impl DaysExec {
    pub fn properties_of(schema: &SchemaRef, partitions: usize) -> Arc<PlanProperties> {
        Arc::new(PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(schema)),
            Partitioning::UnknownPartitioning(partitions.max(1)),
            EmissionType::Incremental,
            Boundedness::Bounded,
        ))
    }

    /// The states of a day.
    async fn states(
        self: Arc<Self>,
        day: Day,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let place = self.kept.clone().zip(day.key);
        let known = place.as_ref().and_then(|(kept, key)| kept.get(key));
        let schema = Arc::clone(&self.schema);
        if let Some(states) = known {
            let states = stream::iter([Ok(states)]);
            return Ok(Box::pin(RecordBatchStreamAdapter::new(schema, states)));
        }
        let plan = partial(&planned(&of_day(&self.groups, day.day)?, &self.session).await?)
            .filter(|plan| plan.schema() == schema)
            .ok_or_else(|| internal_datafusion_err!("the groups of a day have no states"))?;
        let plan: Arc<dyn ExecutionPlan> = match plan.properties().output_partitioning().partition_count() {
            1 => plan,
            _ => Arc::new(CoalescePartitionsExec::new(plan)),
        };
        let states = plan.execute(0, context)?;
        match place {
            Some((kept, key)) => {
                let states = keeping(states, kept, key);
                Ok(Box::pin(RecordBatchStreamAdapter::new(schema, states)))
            }
            None => Ok(states),
        }
    }
}

impl DisplayAs for DaysExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = self.days.iter().filter(|day| day.is_known).count();
        let files: usize = self.days.iter().map(|day| day.files).sum();
        write!(f, "DaysExec: days={}, known={known}, files={files}", self.days.len())
    }
}

impl ExecutionPlan for DaysExec {
    fn name(&self) -> &'static str {
        "DaysExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn replace_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        match children.is_empty() {
            true => Ok(self),
            false => internal_err!("days have no inputs"),
        }
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let partitions = self.properties.output_partitioning().partition_count();
        let days: Vec<Day> = self.days.iter().skip(partition).step_by(partitions).copied().collect();
        let of = Arc::new(self.clone());
        let states = stream::iter(days)
            .then(move |day| Arc::clone(&of).states(day, Arc::clone(&context)))
            .try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), states)))
    }

    fn statistics_from_inputs(&self, _: &[Arc<Statistics>], _: &StatisticsArgs) -> Result<Arc<Statistics>> {
        Ok(Arc::new(Statistics::new_unknown(&self.schema)))
    }
}

/// The same batches, which are kept once all of them have come, unless they are too many.
fn keeping(
    batches: SendableRecordBatchStream,
    kept: Arc<Kept>,
    key: Key,
) -> impl futures::Stream<Item = Result<RecordBatch>> + Send {
    let seen: Option<Vec<RecordBatch>> = Some(Vec::new());
    stream::try_unfold((batches, seen, 0), move |(mut batches, mut seen, mut bytes)| {
        let kept = Arc::clone(&kept);
        async move {
            let Some(batch) = batches.next().await.transpose()? else {
                if let Some(seen) = seen {
                    kept.put(key, &seen)?;
                }
                return Ok(None);
            };
            bytes += bytes_of(&batch);
            match &mut seen {
                Some(seen) if bytes <= kept.day_bytes_max() => seen.push(batch.clone()),
                _ => seen = None,
            }
            Ok(Some((batch, (batches, seen, bytes))))
        }
    })
}
