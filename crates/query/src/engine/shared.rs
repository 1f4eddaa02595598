//! Groups that a plan makes several times, made once.
//!
//! A let is bound once and stands in the plan at each of its uses. Where the optimiser has left equal groups of equal
//! rows there, as in a join of a summary with itself, they are computed before the rest and held in memory. Rows that
//! are not grouped are read at each use: they may be many, and each use may want others of them.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::datasource::{MemTable, provider_as_source};
use datafusion::execution::TaskContext;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryLimit, MemoryReservation};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, TableSource};
use datafusion::physical_plan::execute_stream;
use futures::StreamExt;

use super::rows::Session;
use crate::limits::check;

/// Groups that are looked at: each look goes through all that is below.
const GROUPS_MAX: usize = 256;
/// The share of the memory of a query that they may hold, one so many-th: the rest of the query needs the rest.
const SHARE: usize = 16;
/// The name of a table of rows that are there already.
const HELD: &str = "held";

/// The plan with the groups that occur several times as tables in memory, and that memory, which is taken as long as it
/// lives. What does not fit there stays as it is.
pub(super) async fn evaluated(
    session: &Session,
    plan: LogicalPlan,
) -> Result<(LogicalPlan, Vec<MemoryReservation>)> {
    let several = several(&plan)?;
    let mut left = match session.environment.memory_pool.memory_limit() {
        MemoryLimit::Finite(bytes) => bytes / SHARE,
        _ => usize::MAX,
    };
    let mut held = Vec::new();
    let mut tables = Vec::with_capacity(several.len());
    for group in several {
        check()?;
        let reservation =
            MemoryConsumer::new("rows used several times").register(&session.environment.memory_pool);
        if let Some(batches) = rows(session, &group, &reservation, left).await? {
            left = left.saturating_sub(reservation.size());
            tables.push((table(&group, batches)?, group));
            held.push(reservation);
        }
    }
    if tables.is_empty() {
        return Ok((plan, held));
    }
    let replaced =
        plan.transform_down(|node| match tables.iter().find(|(_, group)| is_same(group, &node)) {
            Some((table, _)) => Ok(Transformed::new(table.clone(), true, TreeNodeRecursion::Jump)),
            None => Ok(Transformed::no(node)),
        })?;
    Ok((replaced.data, held))
}

/// The groups of a plan that occur several times, none of which is part of another.
pub(super) fn several(plan: &LogicalPlan) -> Result<Vec<LogicalPlan>> {
    let mut met: HashMap<&LogicalPlan, usize> = HashMap::new();
    let mut groups = 0;
    plan.apply(|node| {
        if matches!(node, LogicalPlan::Aggregate(_)) {
            groups += 1;
            if groups <= GROUPS_MAX {
                *met.entry(node).or_default() += 1;
            }
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    if groups > GROUPS_MAX || met.values().all(|uses| *uses < 2) {
        return Ok(Vec::new());
    }
    // The outermost ones, and of each how often it is met from outside.
    let mut outermost: Vec<(&LogicalPlan, usize)> = Vec::new();
    plan.apply(|node| {
        if !matches!(node, LogicalPlan::Aggregate(_)) || met.get(node).is_none_or(|uses| *uses < 2) {
            return Ok(TreeNodeRecursion::Continue);
        }
        match outermost.iter_mut().find(|(known, _)| is_same(known, node)) {
            Some((_, uses)) => *uses += 1,
            None => outermost.push((node, 1)),
        }
        Ok(TreeNodeRecursion::Jump)
    })?;
    let several = outermost.into_iter().filter(|(group, uses)| *uses > 1 && is_steady(group));
    Ok(several.map(|(group, _)| group.clone()).collect())
}

/// Whether two plans give the same rows: they are written alike, and read the same tables.
fn is_same(one: &LogicalPlan, other: &LogicalPlan) -> bool {
    one == other && {
        let (one, other) = (sources(one), sources(other));
        one.len() == other.len() && one.iter().zip(&other).all(|(one, other)| Arc::ptr_eq(one, other))
    }
}

/// The tables that a plan reads, in the order of the plan.
fn sources(plan: &LogicalPlan) -> Vec<Arc<dyn TableSource>> {
    let mut found = Vec::new();
    let mut open = vec![plan];
    while let Some(node) = open.pop() {
        if let LogicalPlan::TableScan(scan) = node {
            found.push(Arc::clone(&scan.source));
        }
        open.extend(node.inputs());
    }
    found
}

/// Whether a plan gives the same rows each time: nothing in it is random.
pub(crate) fn is_steady(plan: &LogicalPlan) -> bool {
    let volatile = plan.exists(|node| {
        let mut volatile = false;
        node.apply_expressions(|expr: &Expr| {
            volatile |= expr.is_volatile();
            Ok(TreeNodeRecursion::Continue)
        })?;
        Ok(volatile)
    });
    matches!(volatile, Ok(false))
}

/// The rows of a plan; nothing where they take more than so many bytes, or than there are.
async fn rows(
    session: &Session,
    plan: &LogicalPlan,
    reservation: &MemoryReservation,
    bytes_max: usize,
) -> Result<Option<Vec<RecordBatch>>> {
    let state = &session.state;
    let physical = state.query_planner().create_physical_plan(plan, state).await?;
    let context = TaskContext::from(state).with_runtime(Arc::clone(&session.environment));
    let mut stream = execute_stream(physical, Arc::new(context))?;
    let mut batches = Vec::new();
    while let Some(batch) = stream.next().await {
        let batch = batch?;
        check()?;
        let fits = reservation.try_grow(batch.get_array_memory_size()).is_ok();
        if !fits || reservation.size() > bytes_max {
            return Ok(None);
        }
        batches.push(batch);
    }
    Ok(Some(batches))
}

/// A plan of the rows that another one gave, with the columns of that.
fn table(of: &LogicalPlan, batches: Vec<RecordBatch>) -> Result<LogicalPlan> {
    let schema = Arc::clone(of.schema().inner());
    let batches = batches
        .into_iter()
        .map(|batch| Ok(RecordBatch::try_new(Arc::clone(&schema), batch.columns().to_vec())?))
        .collect::<Result<Vec<_>>>()?;
    let source = provider_as_source(Arc::new(MemTable::try_new(schema, vec![batches])?));
    let columns: Vec<Expr> = of
        .schema()
        .iter()
        .map(|(table, field)| {
            let held = crate::operators::datatable::qualified(HELD, field.name());
            held.alias_qualified(table.cloned(), field.name())
        })
        .collect();
    LogicalPlanBuilder::scan(HELD, source, None)?.project(columns)?.build()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_trait::async_trait;
    use datafusion::arrow::datatypes::SchemaRef;
    use datafusion::catalog::{Session as CatalogSession, TableProvider};
    use datafusion::logical_expr::TableType;
    use datafusion::physical_plan::ExecutionPlan;
    use weir_value::KustoType;

    use super::*;
    use crate::catalog::{Catalog, Table};
    use crate::typed::{Column, Relation};
    use crate::{Engine, EngineOptions, QueryOptions};

    /// A table of the numbers 1 to 1000 that counts how often it is bound, and how often it is read.
    struct Counting {
        rows: Arc<Rows>,
        bound: AtomicUsize,
    }

    #[derive(Debug)]
    struct Rows {
        table: MemTable,
        read: AtomicUsize,
    }

    #[async_trait]
    impl TableProvider for Rows {
        fn schema(&self) -> SchemaRef {
            self.table.schema()
        }

        fn table_type(&self) -> TableType {
            TableType::Base
        }

        async fn scan(
            &self,
            state: &dyn CatalogSession,
            projection: Option<&Vec<usize>>,
            filters: &[Expr],
            limit: Option<usize>,
        ) -> Result<Arc<dyn ExecutionPlan>> {
            self.read.fetch_add(1, Ordering::Relaxed);
            self.table.scan(state, projection, filters, limit).await
        }
    }

    impl Table for Counting {
        fn scan(&self) -> Result<Relation> {
            self.bound.fetch_add(1, Ordering::Relaxed);
            let rows: Arc<dyn TableProvider> = self.rows.clone();
            let scan = LogicalPlanBuilder::scan("logs", provider_as_source(rows), None)?;
            let column = crate::operators::datatable::qualified("logs", "x").alias("x");
            Ok(Relation::new(scan.project([column])?.build()?, vec![Column::new("x", KustoType::Long)]))
        }
    }

    impl Catalog for Counting {
        fn table(&self, name: &str) -> Option<&dyn Table> {
            (name == "Logs").then_some(self)
        }

        fn names(&self) -> Vec<String> {
            vec!["Logs".to_owned()]
        }
    }

    /// The rows of a text, and how often its table was bound and read.
    fn counted(text: &str, memory_bytes: usize) -> (String, usize, usize) {
        let schema = crate::physical::schema([("x", KustoType::Long)]);
        let numbers = datafusion::arrow::array::Int64Array::from_iter_values(1..=1000);
        let batch = RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(numbers)]).unwrap();
        let table = MemTable::try_new(schema, vec![vec![batch]]).unwrap();
        let rows = Arc::new(Rows { table, read: AtomicUsize::new(0) });
        let catalog = Counting { rows, bound: AtomicUsize::new(0) };
        let runtime = crate::runtime().unwrap();
        let options = EngineOptions { threads: 2, memory_bytes };
        let engine = Engine::new(options, runtime.handle().clone()).unwrap();
        let outcome = engine.run(text, &catalog, &QueryOptions::default()).unwrap();
        let rows = outcome.answers[0].rows();
        let rows = rows.map(|row| row.iter().map(|cell| cell.text()).collect::<Vec<_>>().join(" | "));
        let rows = rows.collect::<Vec<_>>().join("\n");
        let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
        (rows, count(&catalog.bound), count(&catalog.rows.read))
    }

    const PLENTY: usize = 1 << 30;

    #[test]
    fn a_let_is_planned_once_and_its_groups_are_made_once() {
        let groups = "let T = Logs | where x > 10 | summarize n = count(), s = sum(x) by k = x % 7;";
        for (query, rows, read) in [
            ("T | join kind=inner T on k | summarize count(), sum(s), sum(s1)", "7 | 500445 | 500445", 1),
            ("T | join kind=leftouter (T | project k, n, s) on $left.n == $right.n, k | count", "7", 1),
            ("union T, T, T | summarize sum(n)", "2970", 1),
            // Each use wants other rows.
            ("union (T | where k == 1), (T | where k == 2) | summarize sum(n)", "282", 2),
        ] {
            let (answered, bound, was_read) = counted(&format!("{groups} {query}"), PLENTY);
            assert_eq!((answered.as_str(), bound, was_read), (rows, 1, read), "{query}");
        }
    }

    #[test]
    fn what_is_made_once_is_told() {
        let text = "let T = range x from 1 to 9 step 1 | summarize n = count() by k = x % 7;";
        let told = crate::testing::explained(&format!("{text} T | join kind=inner T on k"));
        assert!(told.contains("made once: Aggregate: "), "{told}");
        assert!(!crate::testing::explained(&format!("{text} T")).contains("made once"));
    }

    #[test]
    fn rows_are_read_at_each_use_unless_they_are_materialized() {
        let (rows, bound, read) =
            counted("let T = Logs | extend y = x * 2; union T, T | summarize sum(y)", PLENTY);
        assert_eq!((rows.as_str(), bound, read), ("2002000", 1, 2));
        let text = "let T = materialize(Logs | extend y = x * 2); union T, T | summarize sum(y)";
        assert_eq!(counted(text, PLENTY), ("2002000".to_owned(), 1, 1));
    }

    #[test]
    fn what_looks_alike_is_not_taken_for_the_same() {
        // Two tables of one shape.
        let tables = "let A = datatable(x:long)[1, 2] | summarize s = sum(x); let B = datatable(x:long)[3, 4] | summarize s = sum(x);";
        assert_eq!(crate::testing::rows(&format!("{tables} union A, B | sort by s asc")), "3\n7");
        // Random groups are made anew.
        let (_, _, read) = counted("let T = Logs | summarize r = max(x + rand()); union T, T", PLENTY);
        assert_eq!(read, 2);
    }

    #[test]
    fn what_does_not_fit_into_memory_is_made_at_each_use() {
        // Five megabytes.
        let text = "let T = Logs | summarize by x, s = strcat(strrep('xxxxx', 1000), x); union T, T | summarize sum(x), max(strlen(s))";
        assert_eq!(counted(text, PLENTY), ("1001000 | 5004".to_owned(), 1, 1));
        // Once to see that it does not fit, then at each use.
        assert_eq!(counted(text, 64 << 20), ("1001000 | 5004".to_owned(), 1, 3));
    }
}
