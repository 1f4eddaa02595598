//! From text to rows.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use datafusion::arrow::array::RecordBatch;
use datafusion::error::DataFusionError;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use datafusion::prelude::{SessionConfig, SessionContext};
use futures::StreamExt;
use tokio::runtime::Handle;
use weir_answer::{Answer, Column as AnswerColumn};
use weir_kql::Diagnostic;

use crate::bind::{Context, bind};
use crate::catalog::Catalog;
use crate::typed::{Relation, column};

/// Runs queries.
#[derive(Clone)]
pub struct Engine {
    session: SessionContext,
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
        let config = SessionConfig::new()
            .with_target_partitions(options.threads.max(1))
            .set_bool("datafusion.execution.parquet.pushdown_filters", true);
        let environment = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(FairSpillPool::new(options.memory_bytes)))
            .build_arc()
            .map_err(Error::Engine)?;
        let state = SessionStateBuilder::new()
            .with_default_features()
            .with_config(config)
            .with_runtime_env(environment)
            .build();
        let session = SessionContext::new_with_state(state);
        Ok(Engine { session, runtime, memory_bytes: options.memory_bytes })
    }

    /// Runs a text. Blocks; not to be called by a task of the runtime.
    pub fn run(&self, text: &str, catalog: &dyn Catalog, request: &Request) -> Result<Outcome, Error> {
        let started = Instant::now();
        let parsed = weir_kql::parse(text);
        let mut diagnostics = parsed.diagnostics;
        let evaluate = |plan| self.runtime.block_on(self.collect(plan));
        let context = Context {
            text,
            catalog,
            now_ticks: request.now_ticks,
            parameters: &request.parameters,
            evaluate: &evaluate,
        };
        // What the parser could not read is missing in the tree; the rest is bound to find its errors, too.
        let bound = match bind(&parsed.query, &context) {
            Ok(bound) => bound,
            Err(errors) => {
                diagnostics.extend(errors);
                return Err(Error::Text(diagnostics));
            }
        };
        if diagnostics.iter().any(Diagnostic::is_error) {
            return Err(Error::Text(diagnostics));
        }
        diagnostics.extend(bound.diagnostics);
        let mut answers = Vec::new();
        for relation in bound.results {
            let started = if answers.is_empty() { started } else { Instant::now() };
            answers.push(self.answer(relation, started)?);
        }
        Ok(Outcome { answers, diagnostics })
    }

    fn answer(&self, relation: Relation, started: Instant) -> Result<Answer, Error> {
        let columns: Vec<AnswerColumn> =
            relation.visible().map(|c| AnswerColumn { name: c.name.clone(), kind: c.kind }).collect();
        let visible: Vec<_> = relation.visible().map(|c| column(&c.name)).collect();
        let plan = match relation.columns.len() == visible.len() {
            true => Ok(relation.plan),
            false => {
                LogicalPlanBuilder::from(relation.plan).project(visible).and_then(LogicalPlanBuilder::build)
            }
        };
        let batches =
            plan.and_then(|plan| self.runtime.block_on(self.collect(plan))).map_err(Error::Engine)?;
        Ok(Answer { columns, batches, render: relation.render, took: started.elapsed() })
    }

    async fn collect(&self, plan: LogicalPlan) -> datafusion::common::Result<Vec<RecordBatch>> {
        let mut stream = self.session.execute_logical_plan(plan).await?.execute_stream().await?;
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
        let parsed = weir_kql::parse(text);
        let evaluate = |plan| self.runtime.block_on(self.collect(plan));
        let context = Context {
            text,
            catalog,
            now_ticks: request.now_ticks,
            parameters: &request.parameters,
            evaluate: &evaluate,
        };
        let bound = bind(&parsed.query, &context).map_err(Error::Text)?;
        let mut text = String::new();
        for relation in bound.results {
            let plan = self.runtime.block_on(async {
                let state = self.session.state();
                let logical = state.optimize(&relation.plan)?;
                let physical = state.create_physical_plan(&relation.plan).await?;
                let physical =
                    datafusion::physical_plan::displayable(physical.as_ref()).indent(false).to_string();
                Ok::<_, DataFusionError>(format!("{}\n\n{physical}\n", logical.display_indent()))
            });
            text += &plan.map_err(Error::Engine)?;
        }
        Ok(text)
    }
}
