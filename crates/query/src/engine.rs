//! From text to rows.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use datafusion::arrow::array::RecordBatch;
use datafusion::common::tree_node::TreeNode;
use datafusion::error::DataFusionError;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use datafusion::optimizer::extract_equijoin_predicate::ExtractEquijoinPredicate;
use datafusion::optimizer::replace_distinct_aggregate::ReplaceDistinctWithAggregate;
use datafusion::optimizer::simplify_expressions::SimplifyExpressions;
use datafusion::optimizer::{Optimizer, OptimizerRule};
use datafusion::prelude::{SessionConfig, SessionContext};
use futures::StreamExt;
use tokio::runtime::Handle;
use weir_answer::{Answer, Column as AnswerColumn};
use weir_kql::Diagnostic;

use crate::bind::{Bound, Context, bind};
use crate::catalog::Catalog;
use crate::typed::{Relation, column};

/// Runs queries.
#[derive(Clone)]
pub struct Engine {
    session: SessionContext,
    /// The same, for rows in an order: deals no batches out to several threads, as they would come back in
    /// any order.
    ordered: SessionContext,
    runtime: Handle,
    memory_bytes: usize,
}

/// How queries may run.
#[derive(Debug, Clone, Copy)]
pub struct EngineOptions {
    /// Parts of a query that run at the same time.
    pub threads: usize,
    /// Bytes of memory that all queries together may hold; sorts and groups spill to disk beyond it.
    pub memory_bytes: usize,
}

/// What a query is asked with.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// `now()`: ticks since 0001-01-01.
    pub now_ticks: i64,
    /// Values of `declare query_parameters`.
    pub parameters: HashMap<String, String>,
}

/// What a query came to.
#[derive(Debug)]
pub struct Outcome {
    /// One for each tabular statement.
    pub answers: Vec<Answer>,
    /// Notes and warnings.
    pub diagnostics: Vec<Diagnostic>,
}

/// Why a query has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text is wrong.
    #[error("the query cannot run")]
    Text(Vec<Diagnostic>),
    /// Running it failed.
    #[error("the query failed")]
    Engine(#[source] DataFusionError),
}

impl Engine {
    /// An engine that runs on `runtime`, which must have several threads.
    pub fn new(options: EngineOptions, runtime: Handle) -> Result<Engine, Error> {
        Engine::with_rules(options, runtime, &rules())
    }

    /// An engine that runs plans as they are bound: slower, with the same answers. For tests of the optimiser.
    pub fn unoptimised(options: EngineOptions, runtime: Handle) -> Result<Engine, Error> {
        // The planner of the engine knows neither DISTINCT nor COALESCE: rules put groups and CASE in their place.
        let rules: Vec<Arc<dyn OptimizerRule + Send + Sync>> =
            vec![Arc::new(ReplaceDistinctWithAggregate::new()), Arc::new(SimplifyExpressions::new())];
        Engine::with_rules(options, runtime, &rules)
    }

    fn with_rules(
        options: EngineOptions,
        runtime: Handle,
        rules: &[Arc<dyn OptimizerRule + Send + Sync>],
    ) -> Result<Engine, Error> {
        let config = SessionConfig::new()
            .with_target_partitions(options.threads.max(1))
            .set_bool("datafusion.execution.parquet.pushdown_filters", true);
        let environment = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(FairSpillPool::new(options.memory_bytes)))
            .build_arc()
            .map_err(Error::Engine)?;
        let session = |config| {
            let state = SessionStateBuilder::new()
                .with_default_features()
                .with_config(config)
                .with_optimizer_rules(rules.to_vec())
                .with_query_planner(crate::steps::planner())
                .with_physical_optimizer_rules(crate::steps::optimizer_rules())
                .with_runtime_env(Arc::clone(&environment))
                .build();
            SessionContext::new_with_state(state)
        };
        let ordered = config.clone().with_round_robin_repartition(false);
        Ok(Engine {
            session: session(config),
            ordered: session(ordered),
            runtime,
            memory_bytes: options.memory_bytes,
        })
    }

    /// Where a plan is to run: one that brings rows into an order may rely on it further up (`sort by x |
    /// mv-expand y | take 5 | count`), even if its result has none.
    fn session(&self, plan: &LogicalPlan, serialized: bool) -> datafusion::common::Result<&SessionContext> {
        let orders = |node: &LogicalPlan| Ok(matches!(node, LogicalPlan::Sort(_) | LogicalPlan::Window(_)));
        Ok(if serialized || plan.exists(orders)? { &self.ordered } else { &self.session })
    }

    /// Runs a text. Blocks; not to be called by a task of the runtime.
    pub fn run(&self, text: &str, catalog: &dyn Catalog, request: &Request) -> Result<Outcome, Error> {
        on_deep_stack(|| self.run_here(text, catalog, request))
    }

    fn run_here(&self, text: &str, catalog: &dyn Catalog, request: &Request) -> Result<Outcome, Error> {
        let started = Instant::now();
        let bound = self.bind(text, catalog, request)?;
        let mut answers = Vec::new();
        for relation in bound.results {
            let started = if answers.is_empty() { started } else { Instant::now() };
            answers.push(self.answer(relation, started)?);
        }
        Ok(Outcome { answers, diagnostics: bound.diagnostics })
    }

    /// What a text means, with the notes of parser and binder.
    fn bind(&self, text: &str, catalog: &dyn Catalog, request: &Request) -> Result<Bound, Error> {
        let parsed = weir_kql::parse(text);
        let mut diagnostics = parsed.diagnostics;
        let evaluate = |plan| self.runtime.block_on(self.collect(plan, false));
        let context = Context {
            text,
            catalog,
            now_ticks: request.now_ticks,
            parameters: &request.parameters,
            evaluate: &evaluate,
        };
        // What the parser could not read is missing in the tree; the rest is bound to find its errors, too.
        match bind(&parsed.query, &context) {
            Err(errors) => {
                diagnostics.extend(errors);
                Err(Error::Text(diagnostics))
            }
            Ok(_) if diagnostics.iter().any(Diagnostic::is_error) => Err(Error::Text(diagnostics)),
            Ok(bound) => {
                diagnostics.extend(bound.diagnostics);
                Ok(Bound { results: bound.results, diagnostics })
            }
        }
    }

    /// The columns of each result of a text, without running it.
    pub fn columns(
        &self,
        text: &str,
        catalog: &dyn Catalog,
        request: &Request,
    ) -> Result<Vec<Vec<AnswerColumn>>, Error> {
        let columns =
            |bound: Bound| bound.results.iter().map(visible_columns).collect::<Vec<Vec<AnswerColumn>>>();
        on_deep_stack(|| self.bind(text, catalog, request).map(columns))
    }

    fn answer(&self, relation: Relation, started: Instant) -> Result<Answer, Error> {
        let columns = visible_columns(&relation);
        let serialized = relation.serialized;
        let batches = finished(&relation)
            .and_then(|plan| self.runtime.block_on(self.collect(plan, serialized)))
            .map_err(Error::Engine)?;
        Ok(Answer { columns, batches, render: relation.render, took: started.elapsed() })
    }

    async fn collect(
        &self,
        plan: LogicalPlan,
        serialized: bool,
    ) -> datafusion::common::Result<Vec<RecordBatch>> {
        let session = self.session(&plan, serialized)?;
        let mut stream = session.execute_logical_plan(plan).await?.execute_stream().await?;
        let (mut batches, mut bytes) = (Vec::new(), 0_usize);
        while let Some(batch) = stream.next().await {
            let batch = batch?;
            bytes = bytes.saturating_add(batch.get_array_memory_size());
            if bytes > self.memory_bytes {
                let limit = self.memory_bytes >> 20;
                let message =
                    format!("the answer has more than the {limit} MiB that queries may hold in memory");
                return Err(DataFusionError::ResourcesExhausted(message));
            }
            batches.push(batch);
        }
        Ok(batches)
    }

    /// The plan of a text as the engine would run it, for people to read.
    pub fn explain(&self, text: &str, catalog: &dyn Catalog, request: &Request) -> Result<String, Error> {
        on_deep_stack(|| self.explain_here(text, catalog, request))
    }

    fn explain_here(&self, text: &str, catalog: &dyn Catalog, request: &Request) -> Result<String, Error> {
        let bound = self.bind(text, catalog, request)?;
        let mut text = String::new();
        for relation in bound.results {
            let plan = self.runtime.block_on(async {
                let plan = finished(&relation)?;
                let state = self.session(&plan, relation.serialized)?.state();
                let logical = state.optimize(&plan)?;
                let physical = state.create_physical_plan(&plan).await?;
                let physical =
                    datafusion::physical_plan::displayable(physical.as_ref()).indent(false).to_string();
                Ok::<_, DataFusionError>(format!("{}\n\n{physical}\n", logical.display_indent()))
            });
            text += &plan.map_err(Error::Engine)?;
        }
        Ok(text)
    }
}

/// A runtime for queries: with stacks as deep as the expressions that a query may have.
pub fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(WORKER_STACK_BYTES).build()
}

/// Stack of a thread that runs parts of queries: ten thousand conditions are worked through by recursion.
const WORKER_STACK_BYTES: usize = 128 << 20;
/// Stack of a thread that plans: a thousand operators are, too, several times over. Only what is used is memory.
const PLANNER_STACK_BYTES: usize = 512 << 20;

/// Does something on a thread with a deep stack.
fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(PLANNER_STACK_BYTES).spawn_scoped(scope, work);
        match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(done)) => done,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            // Without threads nothing else would work either.
            Err(error) => panic!("cannot start a thread for a query: {error}"),
        }
    })
}

/// The rules of the engine's optimiser that keep Kusto's meaning.
fn rules() -> Vec<Arc<dyn OptimizerRule + Send + Sync>> {
    // This one makes a filter `a == b` above a join into one more key of it. Keys of Kusto's joins match where both
    // are null, a filter does not; and what is to be a key is one already.
    let wrong = ExtractEquijoinPredicate::new();
    let mut rules = Optimizer::new().rules;
    rules.retain(|rule| rule.name() != wrong.name());
    rules
}

fn visible_columns(relation: &Relation) -> Vec<AnswerColumn> {
    relation.visible().map(|column| AnswerColumn { name: column.name.clone(), kind: column.kind }).collect()
}

/// The plan of an answer: rows in their order, without what is hidden.
pub(crate) fn finished(relation: &Relation) -> datafusion::common::Result<LogicalPlan> {
    let plan = relation.sorted(None)?;
    let visible: Vec<_> = relation.visible().map(|c| column(&c.name)).collect();
    match relation.columns.len() == visible.len() {
        true => Ok(plan),
        false => LogicalPlanBuilder::from(plan).project(visible)?.build(),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{rows, value};

    /// More than one batch, as one alone is always in order.
    const SORTED: &str = "range x from 1 to 30000 step 1 | sort by x desc";

    #[test]
    fn keeps_the_order_of_sorted_rows() {
        for query in [
            "extend y = strcat(x, 'a') | where y != '' | project x",
            "extend a = pack_array(x) | mv-expand a to typeof(long) | project a",
            "parse strcat(x, ';') with v:long ';' | project v",
        ] {
            let expected: String = (1..=30_000).rev().map(|x| format!("{x}\n")).collect();
            assert!(rows(&format!("{SORTED} | {query}")).trim_end() == expected.trim_end(), "{query}");
        }
    }

    #[test]
    fn keeps_the_order_below_what_has_none() {
        let query = format!(
            "toscalar({SORTED} | extend a = pack_array(x) | mv-expand a to typeof(long) | where a < 9000 \
             | take 10 | summarize sum(a))"
        );
        assert_eq!(value(&query), "89945");
        let query = format!("{SORTED} | extend y = x % 3 | summarize a = make_list(x, 4) by y | project a");
        let lists = "[30000,29997,29994,29991]\n[29999,29996,29993,29990]\n[29998,29995,29992,29989]";
        assert_eq!(rows(&format!("{query} | sort by tostring(a) desc | project a")), lists);
    }
}
