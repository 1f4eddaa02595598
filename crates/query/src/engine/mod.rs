//! From text to rows.

mod error;
mod planner;
mod rows;
mod rules;
mod shared;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{self, Poll};
use std::time::Instant;

use datafusion::arrow::array::RecordBatch;
use datafusion::common::tree_node::TreeNode;
use datafusion::error::DataFusionError;
use datafusion::execution::memory_pool::{GreedyMemoryPool, MemoryPool};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::LogicalPlan;
use datafusion::optimizer::OptimizerRule;
use datafusion::prelude::SessionConfig;
use tokio::runtime::Handle;
use weir_answer::{Answer, Column as AnswerColumn};
use weir_kql::Diagnostic;

use crate::bind::{Bound, Context, bind};
use crate::by_day::Kept;
use crate::catalog::Catalog;
use crate::limits::{QueryOptions, QueryPool, Watch, Watching};
use crate::typed::{self, Relation, column};
pub use error::Error;
use planner::Planner;
use rows::Session;
pub(crate) use rows::bytes_of;
pub(crate) use shared::is_steady;

/// Runs queries.
#[derive(Clone)]
pub struct Engine {
    /// What sessions of queries begin as.
    state: Arc<SessionState>,
    runtime: Handle,
    /// The memory of all queries.
    memory: Arc<dyn MemoryPool>,
    memory_bytes: usize,
}

/// How queries may run.
#[derive(Debug, Clone, Copy)]
pub struct EngineOptions {
    /// Parts of a query that run at the same time.
    pub threads: usize,
    /// Bytes of memory that all queries together may hold; sorts and groups spill to disk beyond it. They may spill
    /// [`SPILL_FACTOR`] times as much.
    pub memory_bytes: usize,
}

/// How much more queries may hold on disk than in memory.
pub const SPILL_FACTOR: u64 = 16;

/// What a query came to.
#[derive(Debug)]
pub struct Outcome {
    /// One for each tabular statement.
    pub answers: Vec<Answer>,
    /// Notes and warnings.
    pub diagnostics: Vec<Diagnostic>,
    /// Where rows were left out, of the first answer that lacks some; only with [`QueryOptions::cut`].
    pub cut: Option<Cut>,
}

/// That an answer lacks rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Which answer, counted from 0.
    pub answer: usize,
    /// What it was too large for.
    pub limit: CutBy,
}

/// What an answer was too large for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutBy {
    /// So many rows.
    Rows(usize),
    /// So many bytes.
    Bytes(usize),
}

impl Engine {
    /// An engine that runs on `runtime`, which must have several threads.
    pub fn new(options: EngineOptions, runtime: Handle) -> Result<Engine, Error> {
        Engine::with_rules(options, runtime, rules::logical(), true)
    }

    /// An engine that runs plans as they are bound: slower, with the same answers. For tests of the optimiser.
    pub fn unoptimised(options: EngineOptions, runtime: Handle) -> Result<Engine, Error> {
        Engine::with_rules(options, runtime, rules::needed(), false)
    }

    fn with_rules(
        options: EngineOptions,
        runtime: Handle,
        rules: Vec<Arc<dyn OptimizerRule + Send + Sync>>,
        by_day: bool,
    ) -> Result<Engine, Error> {
        let config = SessionConfig::new()
            .with_target_partitions(options.threads.max(1))
            .set_bool("datafusion.execution.parquet.pushdown_filters", true);
        let memory: Arc<dyn MemoryPool> = Arc::new(GreedyMemoryPool::new(options.memory_bytes));
        let spill_bytes = (options.memory_bytes as u64).saturating_mul(SPILL_FACTOR);
        let environment = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::clone(&memory))
            .with_max_temp_directory_size(spill_bytes)
            .build_arc()
            .map_err(Error::Engine)?;
        let state = SessionStateBuilder::new()
            .with_default_features()
            .with_config(config)
            .with_optimizer_rules(rules)
            .with_query_planner(Arc::new(Planner { by_day, kept: None }))
            .with_physical_optimizer_rules(rules::physical())
            .with_runtime_env(environment)
            .build();
        Ok(Engine { state: Arc::new(state), runtime, memory, memory_bytes: options.memory_bytes })
    }

    /// The engine with so many bytes, beside those of queries, for what days of stored rows came to: a query that groups
    /// rows of the same days in the same way does not read them again.
    pub fn keeping(self, bytes: usize) -> Engine {
        let planner = Planner { by_day: true, kept: Some(Arc::new(Kept::new(bytes))) };
        let state = SessionStateBuilder::new_from_existing(self.state.as_ref().clone());
        Engine { state: Arc::new(state.with_query_planner(Arc::new(planner)).build()), ..self }
    }

    /// Runs a text, and comes back when it is answered or stopped. Not to be called by a task of the runtime: see
    /// [`Engine::start`].
    pub fn run(&self, text: &str, catalog: &dyn Catalog, options: &QueryOptions) -> Result<Outcome, Error> {
        let query = self.query(options);
        on_deep_stack(|| query.run(text, catalog))
    }

    /// Runs a text for a task: the future can be awaited anywhere, and stops the query when it is dropped.
    pub fn start(
        &self,
        text: String,
        catalog: Arc<dyn Catalog + Send + Sync>,
        options: QueryOptions,
    ) -> Running {
        let query = self.query(&options);
        let watch = Arc::clone(&query.watch);
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let work = move || {
            // Nobody listens any more: nobody needs to know.
            let _ = sender.send(query.run(&text, catalog.as_ref()));
        };
        // Without a thread the channel is closed at once, which the future tells.
        let _ = std::thread::Builder::new().stack_size(PLANNER_STACK_BYTES).spawn(work);
        Running { receiver, watch }
    }

    /// The columns of each result of a text, without running it.
    pub fn columns(
        &self,
        text: &str,
        catalog: &dyn Catalog,
        options: &QueryOptions,
    ) -> Result<Vec<Vec<AnswerColumn>>, Error> {
        let query = self.query(options);
        let columns =
            |bound: Bound| bound.results.iter().map(visible_columns).collect::<Vec<Vec<AnswerColumn>>>();
        on_deep_stack(|| query.bind(text, catalog).map(columns))
    }

    /// The plan of a text as the engine would run it, for people to read.
    pub fn explain(
        &self,
        text: &str,
        catalog: &dyn Catalog,
        options: &QueryOptions,
    ) -> Result<String, Error> {
        let query = self.query(options);
        on_deep_stack(|| query.explain(text, catalog))
    }

    /// Bytes of memory that queries hold at present.
    pub fn reserved_bytes(&self) -> usize {
        self.memory.reserved()
    }

    /// A query that begins now.
    fn query(&self, options: &QueryOptions) -> Query {
        let memory_bytes = options.memory_bytes.unwrap_or(self.memory_bytes).min(self.memory_bytes);
        let watch = Watch::new(options, memory_bytes);
        Query { engine: self.clone(), options: options.clone(), watch, memory_bytes }
    }
}

/// A query that runs elsewhere: its outcome, some time. Dropped before, it stops the query.
#[derive(Debug)]
pub struct Running {
    receiver: tokio::sync::oneshot::Receiver<Result<Outcome, Error>>,
    watch: Arc<Watch>,
}

impl Future for Running {
    type Output = Result<Outcome, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.receiver).poll(context).map(|received| {
            received.unwrap_or_else(|_| {
                let message = "the thread of the query ended without an answer";
                Err(Error::Engine(DataFusionError::Internal(message.to_owned())))
            })
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.watch.leave();
    }
}

/// One query while it runs.
struct Query {
    engine: Engine,
    options: QueryOptions,
    watch: Arc<Watch>,
    memory_bytes: usize,
}

impl Query {
    fn run(&self, text: &str, catalog: &dyn Catalog) -> Result<Outcome, Error> {
        let started = Instant::now();
        let bound = self.bind(text, catalog)?;
        let (mut answers, mut cut) = (Vec::new(), None);
        for relation in bound.results {
            let started = if answers.is_empty() { started } else { Instant::now() };
            let (answer, limit) = self.answer(relation, started)?;
            cut = cut.or(limit.map(|limit| Cut { answer: answers.len(), limit }));
            answers.push(answer);
        }
        Ok(Outcome { answers, diagnostics: bound.diagnostics, cut })
    }

    /// What a text means, with the notes of parser and binder.
    fn bind(&self, text: &str, catalog: &dyn Catalog) -> Result<Bound, Error> {
        self.watch.during(|| self.bind_here(text, catalog))
    }

    fn bind_here(&self, text: &str, catalog: &dyn Catalog) -> Result<Bound, Error> {
        let parsed = weir_kql::parse(text);
        let mut diagnostics = parsed.diagnostics;
        // Why rows could not be read that are needed to go on, where the text is not to blame.
        let failed: Mutex<Option<Error>> = Mutex::new(None);
        let evaluate = |plan| {
            self.collect(plan, false).map_err(|error| {
                let error = self.error(error);
                let message = error.to_string();
                match error {
                    Error::Engine(error) => error,
                    other => {
                        *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(other);
                        DataFusionError::Execution(message)
                    }
                }
            })
        };
        let context = Context {
            text,
            catalog,
            now_ticks: self.options.now_ticks,
            parameters: &self.options.parameters,
            evaluate: &evaluate,
        };
        // What the parser could not read is missing in the tree; the rest is bound to find its errors, too.
        let bound = bind(&parsed.query, &context);
        if let Some(stopped) = self.watch.ended() {
            return Err(self.error(DataFusionError::External(Box::new(stopped))));
        }
        if let Some(error) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(error);
        }
        if self.watch.stopped().is_some() {
            // Nobody waits: what was bound since is nothing.
            return Err(Error::Cancelled);
        }
        match bound {
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

    fn answer(&self, relation: Relation, started: Instant) -> Result<(Answer, Option<CutBy>), Error> {
        let columns = visible_columns(&relation);
        let plan = finished(&relation).map_err(|error| self.error(error))?;
        let session = self.session(&plan, relation.serialized).map_err(|error| self.error(error))?;
        let (mut batches, mut rows, mut bytes) = (Vec::new(), 0_usize, 0_usize);
        let rows_max = self.options.rows_max.unwrap_or(usize::MAX);
        let bytes_max = self.options.bytes_max.unwrap_or(usize::MAX);
        let mut held = Held::new(self.memory_bytes);
        let ended = rows::collect(&self.engine.runtime, session, plan, &self.watch, |batch| {
            let size = rows::bytes_of(&batch);
            let fits = fitting(&batch, size, rows_max - rows, bytes_max - bytes);
            let limit = match fits < batch.num_rows() {
                true if rows + fits == rows_max => Some(CutBy::Rows(rows_max)),
                true => Some(CutBy::Bytes(bytes_max)),
                false => None,
            };
            match limit {
                Some(limit) if !self.options.cut => return Err(Ended::Beyond(limit)),
                Some(limit) => {
                    let batch = batch.slice(0, fits);
                    held.add(&batch)?;
                    batches.push(batch);
                    return Err(Ended::Cut(limit));
                }
                None => {}
            }
            rows += fits;
            bytes = bytes.saturating_add(size);
            held.add(&batch)?;
            batches.push(batch);
            Ok(())
        });
        let cut = match ended {
            Ok(()) => None,
            Err(Ended::Cut(limit)) => Some(limit),
            Err(Ended::Beyond(CutBy::Rows(most))) => return Err(Error::TooManyRows(most)),
            Err(Ended::Beyond(CutBy::Bytes(most))) => return Err(Error::TooManyBytes(most)),
            Err(Ended::By(error)) => return Err(self.error(error)),
        };
        Ok((Answer { columns, batches, render: relation.render, took: started.elapsed() }, cut))
    }

    /// All rows of a plan that is part of the query.
    fn collect(&self, plan: LogicalPlan, serialized: bool) -> datafusion::common::Result<Vec<RecordBatch>> {
        let session = self.session(&plan, serialized)?;
        let mut batches = Vec::new();
        let mut held = Held::new(self.memory_bytes);
        rows::collect(&self.engine.runtime, session, plan, &self.watch, |batch| {
            held.add(&batch)?;
            batches.push(batch);
            Ok(())
        })
        .map(|()| batches)
    }

    /// Where a plan is to run. One that brings rows into an order may rely on it further up (`sort by x | mv-expand y
    /// | take 5 | count`), even if its result has none: no batches are dealt out to several threads then, as they
    /// would come back in any order.
    fn session(&self, plan: &LogicalPlan, serialized: bool) -> datafusion::common::Result<Session> {
        let orders = |node: &LogicalPlan| Ok(matches!(node, LogicalPlan::Sort(_) | LogicalPlan::Window(_)));
        let ordered = serialized || plan.exists(orders)?;
        let mut state = self.engine.state.as_ref().clone();
        let options = state.config_mut().options_mut();
        options.optimizer.enable_round_robin_repartition = !ordered;
        options.extensions.insert(Watching(Arc::clone(&self.watch)));
        // Names that the optimiser makes begin anew, so that a text always has the same plan.
        state.mark_start_execution();
        let memory = QueryPool::new(self.memory_bytes, Arc::clone(&self.engine.memory));
        let environment =
            RuntimeEnv { memory_pool: Arc::new(memory), ..state.runtime_env().as_ref().clone() };
        Ok(Session { state, environment: Arc::new(environment) })
    }

    fn explain(&self, text: &str, catalog: &dyn Catalog) -> Result<String, Error> {
        let bound = self.bind(text, catalog)?;
        let mut text = String::new();
        for relation in bound.results {
            let plan = self.watch.during(|| {
                self.engine.runtime.block_on(async {
                    let plan = finished(&relation)?;
                    let state = self.session(&plan, relation.serialized)?.state;
                    let logical = state.optimize(&plan)?;
                    let physical = state.query_planner().create_physical_plan(&logical, &state).await?;
                    let physical =
                        datafusion::physical_plan::displayable(physical.as_ref()).indent(false).to_string();
                    let once = shared::several(&logical)?;
                    let once = once.iter().map(|group| format!("made once: {}\n", group.display()));
                    let logical = logical.display_indent();
                    Ok::<_, DataFusionError>(format!("{logical}\n\n{physical}\n{}", once.collect::<String>()))
                })
            });
            text += &plan.map_err(|error| self.error(error))?;
        }
        Ok(text)
    }

    fn error(&self, error: DataFusionError) -> Error {
        Error::of(error, &self.watch, self.memory_bytes)
    }
}

impl Drop for Query {
    /// Threads that still work for it have no more to do.
    fn drop(&mut self) {
        self.watch.leave();
    }
}

/// How the rows of an answer ended early.
enum Ended {
    /// With all that fits into a limit.
    Cut(CutBy),
    /// Beyond a limit.
    Beyond(CutBy),
    /// By an error.
    By(DataFusionError),
}

/// How many rows of a batch fit into so many rows and bytes, as if all its rows were of one size.
fn fitting(batch: &RecordBatch, size: usize, rows_left: usize, bytes_left: usize) -> usize {
    let count = batch.num_rows();
    let by_size = match size {
        0 => count,
        size if size <= bytes_left => count,
        size => usize::try_from(bytes_left as u128 * count as u128 / size as u128).unwrap_or(count),
    };
    count.min(rows_left).min(by_size)
}

impl From<DataFusionError> for Ended {
    fn from(error: DataFusionError) -> Self {
        Ended::By(error)
    }
}

/// Rows that are held in memory.
struct Held {
    bytes: usize,
    bytes_max: usize,
}

impl Held {
    fn new(bytes_max: usize) -> Self {
        Held { bytes: 0, bytes_max }
    }

    fn add(&mut self, batch: &RecordBatch) -> datafusion::common::Result<()> {
        self.bytes = self.bytes.saturating_add(batch.get_array_memory_size());
        if self.bytes > self.bytes_max {
            return Err(DataFusionError::ResourcesExhausted("the rows of the result".to_owned()));
        }
        Ok(())
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

fn visible_columns(relation: &Relation) -> Vec<AnswerColumn> {
    relation.visible().map(|column| AnswerColumn { name: column.name.clone(), kind: column.kind }).collect()
}

/// The plan of an answer: rows in their order, without what is hidden.
pub(crate) fn finished(relation: &Relation) -> datafusion::common::Result<LogicalPlan> {
    let plan = relation.sorted(None)?;
    let visible: Vec<_> = relation.visible().map(|c| column(&c.name)).collect();
    match relation.columns.len() == visible.len() {
        true => Ok(plan),
        false => typed::project(plan, visible),
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
