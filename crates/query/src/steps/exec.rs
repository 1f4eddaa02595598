use std::fmt;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::ColumnarValue;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::projection::ProjectionMapping;
use datafusion::physical_expr::{Distribution, OrderingRequirements, PhysicalExpr, PhysicalSortExpr};
use datafusion::physical_plan::execution_plan::EmissionType;
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties,
    PlanProperties, ReplaceChildrenOptions,
};
use futures::{StreamExt, stream};

use super::Step;
use super::expand::Expansion;

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
    let Step::Expand(expand) = step;
    let by = |name: &String| -> Option<PhysicalSortExpr> {
        let place = schema.index_of(name).ok()?;
        Some(PhysicalSortExpr::new_default(Arc::new(Column::new(name, place))))
    };
    let by_row = expand.row.as_ref().and_then(by);
    // Where numbers of rows rise, those and the places of elements rise together.
    let by_unique = expand.unique.as_ref().and_then(by);
    let by_unique = match by_unique {
        Some(by) if equivalences.ordering_satisfy([by.clone()])? => Some(by),
        _ => None,
    };
    for row in by_row.into_iter().chain(by_unique) {
        let sorted: Vec<PhysicalSortExpr> =
            std::iter::once(row).chain(expand.index.as_ref().and_then(by)).collect();
        equivalences.add_ordering(sorted);
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
        let Step::Expand(expand) = &self.step;
        let order = self.input.output_ordering().filter(|_| expand.ordered);
        vec![order.map(|order| OrderingRequirements::from(order.clone()))]
    }

    fn required_input_distribution(&self) -> Vec<Distribution> {
        let Step::Expand(expand) = &self.step;
        vec![match expand.ordered {
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

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
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
    current: Option<Expansion>,
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

    fn begin(&mut self, batch: RecordBatch) -> Result<Expansion> {
        let arguments = self
            .arguments
            .iter()
            .map(|argument| argument.evaluate(&batch))
            .collect::<Result<Vec<ColumnarValue>>>()?;
        let first = self.rows_before;
        self.rows_before += i64::try_from(batch.num_rows()).unwrap_or(0);
        let Step::Expand(expand) = &self.step;
        // Numbers of rows differ between partitions and rise within each.
        Expansion::new(expand.clone(), batch, &arguments, (first, self.partitions, self.partition))
    }
}
