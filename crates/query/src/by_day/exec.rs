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

use super::kept::{Kept, Key};
use super::plan::{partial, planned};

/// A day of groups.
#[derive(Debug, Clone)]
pub(super) struct Day {
    /// The groups, over the files of the day.
    pub plan: Arc<LogicalPlan>,
    /// How many files that are.
    pub files: usize,
    /// Where the day is to be kept, and by what it is known there.
    pub kept: Option<(Arc<Kept>, Key)>,
    /// The states of the groups, where they are known.
    pub states: Option<Arc<[RecordBatch]>>,
}

/// The states of groups, day after day, several days at the same time.
#[derive(Debug)]
pub(super) struct DaysExec {
    days: Vec<Day>,
    /// In which each day is planned, when it is its turn: hundreds of plans of physical operators are not held.
    state: Arc<SessionState>,
    schema: SchemaRef,
    properties: Arc<PlanProperties>,
}

impl DaysExec {
    pub fn new(days: Vec<Day>, schema: SchemaRef, threads: usize, state: Arc<SessionState>) -> Self {
        let partitions = Partitioning::UnknownPartitioning(threads.min(days.len()).max(1));
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(&schema)),
            partitions,
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        DaysExec { days, state, schema, properties: Arc::new(properties) }
    }
}

impl DisplayAs for DaysExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = self.days.iter().filter(|day| day.states.is_some()).count();
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
        let days: Vec<Day> = self.days.iter().skip(partition).step_by(partitions).cloned().collect();
        let (state, schema) = (Arc::clone(&self.state), Arc::clone(&self.schema));
        let states = stream::iter(days)
            .then(move |day| states(day, Arc::clone(&state), Arc::clone(&schema), Arc::clone(&context)))
            .try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), states)))
    }

    fn statistics_from_inputs(&self, _: &[Arc<Statistics>], _: &StatisticsArgs) -> Result<Arc<Statistics>> {
        Ok(Arc::new(Statistics::new_unknown(&self.schema)))
    }
}

/// The states of a day.
async fn states(
    day: Day,
    state: Arc<SessionState>,
    schema: SchemaRef,
    context: Arc<TaskContext>,
) -> Result<SendableRecordBatchStream> {
    if let Some(known) = day.states {
        let batches = stream::iter((0..known.len()).map(move |place| Ok(known[place].clone())));
        return Ok(Box::pin(RecordBatchStreamAdapter::new(schema, batches)));
    }
    let plan = partial(&planned(&day.plan, &state).await?)
        .filter(|plan| plan.schema() == schema)
        .ok_or_else(|| internal_datafusion_err!("the groups of a day have no states"))?;
    let plan: Arc<dyn ExecutionPlan> = match plan.properties().output_partitioning().partition_count() {
        1 => plan,
        _ => Arc::new(CoalescePartitionsExec::new(plan)),
    };
    let batches = plan.execute(0, context)?;
    match day.kept {
        Some((kept, key)) => Ok(Box::pin(RecordBatchStreamAdapter::new(schema, keeping(batches, kept, key)))),
        None => Ok(batches),
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
            bytes += batch.get_array_memory_size();
            match &mut seen {
                Some(seen) if bytes <= kept.day_bytes_max() => seen.push(batch.clone()),
                _ => seen = None,
            }
            Ok(Some((batch, (batches, seen, bytes))))
        }
    })
}
