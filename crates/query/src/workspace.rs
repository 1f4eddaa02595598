//! The tables of a workspace, as queries see them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::common::{Column as PlanColumn, Result, ScalarValue, plan_err};
use datafusion::datasource::{MemTable, TableProvider, provider_as_source};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use futures::executor::block_on;
use weir_enrich::Decorator;
use weir_intel::Lookups;
use weir_schema::{TableKind, Unit, tables};
use weir_table::intel::{self, FeedReader};
use weir_table::{Workspace, topology};
use weir_value::KustoType;

use crate::catalog::{Catalog, DatedDecorator, Table};
use crate::physical;
use crate::scan::StoredTable;
use crate::ticks::ticks;
use crate::typed::{Column, Relation, column};
use crate::views;

/// The tables of a workspace; of none, when there is no data folder.
///
/// What a table consists of is looked up once: all queries over one catalogue see the same version of it, and
/// planning them costs no reading of logs. [`WorkspaceCatalog::refreshed`] is the same catalogue as of now.
#[derive(Clone)]
pub struct WorkspaceCatalog {
    tables: HashMap<&'static str, WorkspaceTable>,
    external_folders: Vec<PathBuf>,
    /// The name of the workspace.
    name: String,
    workspace: Option<Workspace>,
    /// The inventory that was asked last.
    decorator: Arc<Mutex<Option<DatedDecorator>>>,
    /// What reads the feeds that there were when they were asked for last.
    feeds: Arc<Mutex<Option<FeedReader>>>,
}

/// A stretch of time that all tables of a query are narrowed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeScope {
    /// The column that tells a row's time; tables without it stay whole.
    pub column: String,
    /// Where it begins: ticks since 0001-01-01.
    pub from_ticks: Option<i64>,
    /// Where it ends; a row of that very time is no longer in it.
    pub to_ticks: Option<i64>,
}

/// What a stored table consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableState {
    /// Its name.
    pub table: &'static str,
    /// Its Delta version.
    pub version: u64,
    /// Parquet files.
    pub files: u64,
    /// Rows in them.
    pub rows: u64,
    /// Bytes of them.
    pub bytes: u64,
}

impl WorkspaceCatalog {
    /// The catalogue of a workspace. `data` is where one was looked for.
    pub fn new(workspace: Option<&Workspace>, data: PathBuf) -> Self {
        let name =
            data.file_name().map_or_else(|| "default".into(), |name| name.to_string_lossy().into_owned());
        let data = Arc::new(data);
        let rows = |table: &'static weir_schema::Table| match (workspace, table.kind) {
            (_, TableKind::View) => Rows::Empty,
            (None, _) => Rows::NoFolder(Arc::clone(&data)),
            (Some(workspace), _) => Rows::Stored(vec![Arc::new(StoredTable::new(workspace.clone(), table))]),
        };
        WorkspaceCatalog {
            tables: tables(rows),
            external_folders: Vec::new(),
            name,
            workspace: workspace.cloned(),
            decorator: Arc::default(),
            feeds: Arc::default(),
        }
    }

    /// The same catalogue, with folders whose files `externaldata` may read.
    pub fn with_external_folders(self, folders: Vec<PathBuf>) -> Self {
        WorkspaceCatalog { external_folders: folders, ..self }
    }

    /// All tables, typed and without rows: what a text is bound against where there is no data folder.
    pub fn empty() -> Self {
        WorkspaceCatalog {
            tables: tables(|_| Rows::Empty),
            external_folders: Vec::new(),
            name: "default".to_owned(),
            workspace: None,
            decorator: Arc::default(),
            feeds: Arc::default(),
        }
    }

    /// The catalogue with the tables of others added to its own.
    pub fn united(mut self, others: &[&WorkspaceCatalog]) -> Self {
        for (name, table) in &mut self.tables {
            for other in others.iter().filter_map(|other| other.tables.get(name)) {
                if let (Rows::Stored(parts), Rows::Stored(more)) = (&mut table.rows, &other.rows) {
                    parts.extend(more.iter().cloned());
                }
            }
        }
        self
    }

    /// The catalogue with all its tables narrowed to a stretch of time.
    pub fn narrowed(mut self, scope: &TimeScope) -> Self {
        for table in self.tables.values_mut() {
            table.scopes.push(scope.clone());
        }
        self
    }

    /// What its stored tables consist of, in the order of their names; of several workspaces, the first one's.
    pub async fn states(&self) -> Result<Vec<TableState>> {
        let mut states = Vec::new();
        for (name, table) in &self.tables {
            let Rows::Stored(parts) = &table.rows else { continue };
            let Some(part) = parts.first() else { continue };
            let found = part.files().await?;
            states.push(TableState {
                table: name,
                version: found.version.unwrap_or(0),
                files: found.files.len() as u64,
                rows: found.files.iter().map(|file| file.rows).sum(),
                bytes: found.files.iter().map(|file| file.size_bytes).sum(),
            });
        }
        states.sort_by_key(|state| state.table);
        Ok(states)
    }

    /// Whether its tables are of one time: see [`Workspace::is_whole`]. Looks up what was not looked up yet.
    pub async fn is_whole(&self) -> std::result::Result<bool, weir_table::Error> {
        let Some(workspace) = &self.workspace else { return Ok(true) };
        let mut listed = Vec::new();
        for table in self.tables.values() {
            let Rows::Stored(parts) = &table.rows else { continue };
            // What cannot be read is told to who asks for it.
            if let Some(part) = parts.first()
                && let Ok(files) = part.files().await
            {
                listed.push(files);
            }
        }
        workspace.is_whole(&listed).await
    }

    /// The catalogue as of now; nothing when nobody has committed anything since its tables were looked up.
    pub async fn refreshed(&self) -> std::result::Result<Option<WorkspaceCatalog>, weir_table::Error> {
        let mut changed = Vec::new();
        for (name, table) in &self.tables {
            let Rows::Stored(parts) = &table.rows else { continue };
            for (place, part) in parts.iter().enumerate() {
                if !part.is_latest().await? {
                    changed.push((*name, place, Arc::new(part.anew())));
                }
            }
        }
        if changed.is_empty() {
            return Ok(None);
        }
        let mut refreshed = self.clone();
        for (name, place, part) in changed {
            if let Some(Rows::Stored(parts)) = refreshed.tables.get_mut(name).map(|table| &mut table.rows) {
                parts[place] = part;
            }
        }
        Ok(Some(refreshed))
    }
}

fn tables(rows: impl Fn(&'static weir_schema::Table) -> Rows) -> HashMap<&'static str, WorkspaceTable> {
    let tables = tables::ALL.iter().copied();
    tables
        .map(|table| (table.name, WorkspaceTable { table, rows: rows(table), scopes: Vec::new() }))
        .collect()
}

impl Catalog for WorkspaceCatalog {
    fn table(&self, name: &str) -> Option<&dyn Table> {
        self.tables.get(name).map(|table| table as &dyn Table)
    }

    fn database(&self) -> &str {
        &self.name
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.tables.keys().map(|name| (*name).to_owned()).collect();
        names.sort();
        names
    }

    fn decorator(&self, micros: i64) -> Result<Option<DatedDecorator>, weir_table::Error> {
        let Some(workspace) = &self.workspace else { return Ok(None) };
        // Queries are bound outside of the runtime: nothing else waits here.
        let history = block_on(topology::load(workspace))?;
        let Some(name) = history.at(micros) else { return Ok(None) };
        let mut last = self.decorator.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = last.as_ref().filter(|(known, _)| known == name) {
            return Ok(Some(known.clone()));
        }
        let snapshot = block_on(topology::read(workspace, name))?;
        let decorator = (name.clone(), Arc::new(Decorator::new(&snapshot.inventory)));
        *last = Some(decorator.clone());
        Ok(Some(decorator))
    }

    fn lookups(&self, micros: i64) -> Result<Option<Arc<Lookups>>, weir_table::Error> {
        let Some(workspace) = &self.workspace else { return Ok(None) };
        let feeds = block_on(intel::load(workspace))?;
        if feeds.files().is_empty() {
            return Ok(None);
        }
        let mut last = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        let known = last.take().filter(|reader| reader.feeds().files() == feeds.files());
        let reader = last.insert(known.unwrap_or_else(|| FeedReader::new(workspace.clone(), feeds)));
        let version = reader.feeds().version_at(micros);
        block_on(reader.at(version)).map(|lookups| Some(Arc::new(lookups)))
    }

    fn external_folders(&self) -> &[PathBuf] {
        &self.external_folders
    }
}

#[derive(Clone)]
struct WorkspaceTable {
    table: &'static weir_schema::Table,
    rows: Rows,
    scopes: Vec<TimeScope>,
}

#[derive(Clone)]
enum Rows {
    /// The table of one workspace, or of several.
    Stored(Vec<Arc<StoredTable>>),
    Empty,
    NoFolder(Arc<PathBuf>),
}

impl Table for WorkspaceTable {
    fn scan(&self) -> Result<Relation> {
        let columns = columns(self.table);
        let mut plan = match &self.rows {
            Rows::Stored(parts) => {
                let mut plans = parts.iter().map(|part| {
                    let provider = Arc::clone(part) as Arc<dyn TableProvider>;
                    self.plan(provider, &columns, true)
                });
                // A table has one part at least.
                let first = plans.next().unwrap_or_else(|| self.nothing(&columns))?;
                plans.try_fold(first, |all, part| LogicalPlanBuilder::from(all).union(part?)?.build())?
            }
            Rows::Empty => self.nothing(&columns)?,
            Rows::NoFolder(data) => {
                return plan_err!("there is no data in {}: fill it with weir ingest PATH", data.display());
            }
        };
        for scope in &self.scopes {
            plan = narrowed(plan, &columns, scope)?;
        }
        let columns = columns
            .into_iter()
            .map(|column| Column { hidden: self.table.column(&column.name).is_none(), ..column })
            .collect();
        Ok(Relation { name: Some(self.table.name.to_owned()), ..Relation::new(plan, columns) })
    }

    fn view(&self) -> Option<&'static str> {
        views::view(self.table.name)
    }
}

impl WorkspaceTable {
    fn plan(
        &self,
        provider: Arc<dyn TableProvider>,
        columns: &[Column],
        stored: bool,
    ) -> Result<LogicalPlan> {
        let exprs = columns.iter().map(|column| self.expr(column, stored).alias(&column.name));
        let exprs: Vec<Expr> = exprs.collect();
        LogicalPlanBuilder::scan(self.table.name, provider_as_source(provider), None)?.project(exprs)?.build()
    }

    /// The table without rows.
    fn nothing(&self, columns: &[Column]) -> Result<LogicalPlan> {
        let schema = physical::schema(columns.iter().map(|c| (c.name.as_str(), c.kind)));
        self.plan(Arc::new(MemTable::try_new(schema, vec![vec![]])?), columns, false)
    }

    /// A column of the table in the form in which queries hold it.
    fn expr(&self, column: &Column, stored: bool) -> Expr {
        let raw = Expr::Column(PlanColumn::new(Some(self.table.name), &column.name));
        if stored && column.kind == KustoType::Datetime { ticks(raw) } else { raw }
    }
}

/// A table without the rows that lie outside a stretch of time.
fn narrowed(plan: LogicalPlan, columns: &[Column], scope: &TimeScope) -> Result<LogicalPlan> {
    let named = |column: &&Column| column.name == scope.column && column.kind == KustoType::Datetime;
    let Some(time) = columns.iter().find(named).map(|found| column(&found.name)) else { return Ok(plan) };
    let tick = |ticks| physical::literal(ScalarValue::Int64(Some(ticks)));
    let from = scope.from_ticks.map(|from| time.clone().gt_eq(tick(from)));
    let to = scope.to_ticks.map(|to| time.clone().lt(tick(to)));
    match from.into_iter().chain(to).reduce(Expr::and) {
        Some(within) => LogicalPlanBuilder::from(plan).filter(within)?.build(),
        None => Ok(plan),
    }
}

/// The documented columns, and the hidden ones that can be named.
fn columns(table: &weir_schema::Table) -> Vec<Column> {
    let nameable =
        table.hidden.iter().filter(|column| column.unit != Unit::Days && column.name.starts_with('_'));
    table.columns.iter().chain(nameable).map(|column| Column::new(column.name, column.kind)).collect()
}
