use std::fmt;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::SortOptions;
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::common::stats::Precision;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, Statistics, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::ColumnarValue;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::projection::ProjectionMapping;
use datafusion::physical_expr::{Distribution, OrderingRequirements, PhysicalExpr, PhysicalSortExpr};
use datafusion::physical_plan::execution_plan::EmissionType;
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::statistics::StatisticsArgs;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties,
    PlanProperties, ReplaceChildrenOptions,
};
use futures::{StreamExt, stream};

use super::Step;
use super::expand::Expansion;
use super::generate::Generation;

/// A step that runs.
#[derive(Debug, Clone)]
pub(super) struct StepExec {
    input: Arc<dyn ExecutionPlan>,
    step: Step,
    arguments: Vec<Arc<dyn PhysicalExpr>>,
    schema: SchemaRef,
    metrics: ExecutionPlanMetricsSet,
    properties: Arc<PlanProperties>,
}

impl StepExec {
    pub fn new(
        input: Arc<dyn ExecutionPlan>,
        step: Step,
        arguments: Vec<Arc<dyn PhysicalExpr>>,
    ) -> Result<Self> {
        let mut fields: Vec<_> = input.schema().fields().iter().cloned().collect();
        fields.extend(step.added().into_iter().map(Arc::new));
        let schema = Arc::new(Schema::new_with_metadata(fields, input.schema().metadata().clone()));
        let properties = Arc::new(properties(&input, &step, &schema)?);
        Ok(StepExec { input, step, arguments, schema, metrics: ExecutionPlanMetricsSet::new(), properties })
    }
}

/// Rows keep the order and the distribution that they have by the columns of the input.
fn properties(input: &Arc<dyn ExecutionPlan>, step: &Step, schema: &SchemaRef) -> Result<PlanProperties> {
    let known = input.schema();
    let passed = known.fields().iter().enumerate().map(|(place, field)| {
        let column: Arc<dyn PhysicalExpr> = Arc::new(Column::new(field.name(), place));
        (column, field.name().clone())
    });
    let mapping = ProjectionMapping::try_new(passed.collect::<Vec<_>>(), &known)?;
    let mut equivalences = input
        .equivalence_properties()
        .project(&mapping, Arc::clone(schema))
        .with_constraints(Default::default());
    let by = |name: &String, descending: bool| -> Option<PhysicalSortExpr> {
        let place = schema.index_of(name).ok()?;
        let options = SortOptions { descending, nulls_first: !descending };
        Some(PhysicalSortExpr::new(Arc::new(Column::new(name, place)), options))
    };
    match step {
        Step::Expand(expand) => {
            let by_row = expand.row.as_ref().and_then(|row| by(row, false));
            // Where numbers of rows rise, those and the places of elements rise together.
            let by_unique = match expand.unique.as_ref().and_then(|unique| by(unique, false)) {
                Some(by) if equivalences.ordering_satisfy([by.clone()])? => Some(by),
                _ => None,
            };
            for row in by_row.into_iter().chain(by_unique) {
                let place = expand.index.as_ref().and_then(|index| by(index, false));
                equivalences.add_ordering(std::iter::once(row).chain(place).collect::<Vec<_>>());
            }
        }
        Step::Generate(generate) => {
            let sorted = by(&generate.name, generate.values.falls());
            equivalences.add_ordering(sorted);
        }
    }
    let partitioning = input.output_partitioning().project(&mapping, &equivalences);
    Ok(PlanProperties::new(equivalences, partitioning, EmissionType::Incremental, input.boundedness()))
}

impl DisplayAs for StepExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arguments: Vec<String> = self.arguments.iter().map(ToString::to_string).collect();
        write!(f, "{}Exec: {}", self.step.name(), arguments.join(", "))
    }
}

impl ExecutionPlan for StepExec {
    fn name(&self) -> &'static str {
        "StepExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        for argument in &self.arguments {
            if f(argument)? == TreeNodeRecursion::Stop {
                return Ok(TreeNodeRecursion::Stop);
            }
        }
        Ok(TreeNodeRecursion::Continue)
    }

    fn replace_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        match children.pop() {
            Some(input) if children.is_empty() => {
                Ok(Arc::new(StepExec::new(input, self.step.clone(), self.arguments.clone())?))
            }
            _ => internal_err!("a step has one input"),
        }
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    /// Numbers of rows are those of the order in which the rows come: it must not be lost below.
    fn required_input_ordering(&self) -> Vec<Option<OrderingRequirements>> {
        let order = self.input.output_ordering().filter(|_| self.step.is_ordered());
        vec![order.map(|order| OrderingRequirements::from(order.clone()))]
    }

    fn required_input_distribution(&self) -> Vec<Distribution> {
        vec![match self.step.is_ordered() {
            true => Distribution::SinglePartition,
            false => Distribution::UnspecifiedDistribution,
        }]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        // Rows that are dealt out among partitions lose their order.
        vec![false]
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let run = Run {
            input: self.input.execute(partition, Arc::clone(&context))?,
            step: self.step.clone(),
            arguments: self.arguments.clone(),
            schema: Arc::clone(&self.schema),
            partition: i64::try_from(partition).unwrap_or(i64::MAX),
            partitions: i64::try_from(self.input.output_partitioning().partition_count()).unwrap_or(1),
            rows_before: 0,
            current: None,
            batch_rows: context.session_config().batch_size(),
            metrics: BaselineMetrics::new(&self.metrics, partition),
        };
        let batches =
            stream::try_unfold(run, |mut run| async move { Ok(run.next().await?.map(|batch| (batch, run))) });
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), batches)))
    }

    fn statistics_from_inputs(&self, _: &[Arc<Statistics>], _: &StatisticsArgs) -> Result<Arc<Statistics>> {
        let mut statistics = Statistics::new_unknown(&self.schema);
        if let Step::Generate(generate) = &self.step
            && let Ok(rows) = usize::try_from(generate.count)
        {
            statistics.num_rows = Precision::Exact(rows);
        }
        Ok(Arc::new(statistics))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }
}

/// What becomes of one batch.
enum Current {
    Expansion(Expansion),
    Generation(Generation),
}

impl Current {
    /// The next rows, at most so many; nothing when there are none left.
    fn next(&mut self, schema: &SchemaRef, rows_max: usize) -> Result<Option<RecordBatch>> {
        match self {
            Current::Expansion(expansion) => expansion.next(schema, rows_max),
            Current::Generation(generation) => generation.next(schema, rows_max),
        }
    }
}

/// One partition of a step while it runs.
struct Run {
    input: SendableRecordBatchStream,
    step: Step,
    arguments: Vec<Arc<dyn PhysicalExpr>>,
    schema: SchemaRef,
    partition: i64,
    partitions: i64,
    rows_before: i64,
    current: Option<Current>,
    batch_rows: usize,
    metrics: BaselineMetrics,
}

impl Run {
    async fn next(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            if let Some(current) = &mut self.current {
                let timer = self.metrics.elapsed_compute().timer();
                let batch = current.next(&self.schema, self.batch_rows)?;
                timer.done();
                match batch {
                    Some(batch) => {
                        self.metrics.record_output(batch.num_rows());
                        return Ok(Some(batch));
                    }
                    None => self.current = None,
                }
            }
            match self.input.next().await {
                Some(batch) => self.current = Some(self.begin(batch?)?),
                None => return Ok(None),
            }
        }
    }

    fn begin(&mut self, batch: RecordBatch) -> Result<Current> {
        let arguments = self
            .arguments
            .iter()
            .map(|argument| argument.evaluate(&batch))
            .collect::<Result<Vec<ColumnarValue>>>()?;
        let first = self.rows_before;
        self.rows_before += i64::try_from(batch.num_rows()).unwrap_or(0);
        Ok(match &self.step {
            Step::Expand(expand) => {
                // Numbers of rows differ between partitions and rise within each.
                let numbers = (first, self.partitions, self.partition);
                Current::Expansion(Expansion::new(expand.clone(), batch, &arguments, numbers)?)
            }
            Step::Generate(generate) => Current::Generation(Generation::new(generate.clone(), batch)),
        })
    }
}
