//! The tables of a workspace, as queries see them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::common::{Column as PlanColumn, Result, plan_err};
use datafusion::datasource::{MemTable, TableProvider, provider_as_source};
use datafusion::logical_expr::{Expr, LogicalPlanBuilder};
use futures::executor::block_on;
use weir_enrich::Decorator;
use weir_schema::{TableKind, Unit, tables};
use weir_table::{Workspace, topology};
use weir_value::KustoType;

use crate::catalog::{Catalog, DatedDecorator, Table};
use crate::physical;
use crate::scan::StoredTable;
use crate::ticks::ticks;
use crate::typed::{Column, Relation};
use crate::views;

/// The tables of a workspace; of none, when there is no data folder.
pub struct WorkspaceCatalog {
    tables: HashMap<&'static str, WorkspaceTable>,
    external_folders: Vec<PathBuf>,
    /// The name of the workspace.
    name: String,
    workspace: Option<Workspace>,
    /// The inventory that was asked last.
    decorator: Mutex<Option<DatedDecorator>>,
}

impl WorkspaceCatalog {
    /// The catalogue of a workspace. `data` is where one was looked for.
    pub fn new(workspace: Option<&Workspace>, data: PathBuf) -> Self {
        let name =
            data.file_name().map_or_else(|| "default".into(), |name| name.to_string_lossy().into_owned());
        let data = Arc::new(data);
        let table = |table: &'static weir_schema::Table| {
            let rows = match (workspace, table.kind) {
                (_, TableKind::View) => Rows::Empty,
                (None, _) => Rows::NoFolder(Arc::clone(&data)),
                (Some(workspace), _) => Rows::Stored(Arc::new(StoredTable::new(workspace.clone(), table))),
            };
            (table.name, WorkspaceTable { table, rows })
        };
        let tables = tables::ALL.iter().copied().map(table).collect();
        WorkspaceCatalog {
            tables,
            external_folders: Vec::new(),
            name,
            workspace: workspace.cloned(),
            decorator: Mutex::default(),
        }
    }
}

impl WorkspaceCatalog {
    /// The same catalogue, with folders whose files `externaldata` may read.
    pub fn with_external_folders(self, folders: Vec<PathBuf>) -> Self {
        WorkspaceCatalog { external_folders: folders, ..self }
    }

    /// All tables, typed and without rows: what a text is bound against where there is no data folder.
    pub fn empty() -> Self {
        let table =
            |table: &'static weir_schema::Table| (table.name, WorkspaceTable { table, rows: Rows::Empty });
        let tables = tables::ALL.iter().copied().map(table).collect();
        WorkspaceCatalog {
            tables,
            external_folders: Vec::new(),
            name: "default".to_owned(),
            workspace: None,
            decorator: Mutex::default(),
        }
    }
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

    fn external_folders(&self) -> &[PathBuf] {
        &self.external_folders
    }
}

struct WorkspaceTable {
    table: &'static weir_schema::Table,
    rows: Rows,
}

enum Rows {
    Stored(Arc<StoredTable>),
    Empty,
    NoFolder(Arc<PathBuf>),
}

impl Table for WorkspaceTable {
    fn scan(&self) -> Result<Relation> {
        let columns = columns(self.table);
        let provider: Arc<dyn TableProvider> = match &self.rows {
            Rows::Stored(stored) => Arc::clone(stored) as Arc<dyn TableProvider>,
            Rows::Empty => {
                let schema = physical::schema(columns.iter().map(|c| (c.name.as_str(), c.kind)));
                Arc::new(MemTable::try_new(schema, vec![vec![]])?)
            }
            Rows::NoFolder(data) => {
                return plan_err!("there is no data in {}: fill it with weir ingest PATH", data.display());
            }
        };
        let stored = matches!(self.rows, Rows::Stored(_));
        let exprs: Vec<Expr> =
            columns.iter().map(|column| self.expr(column, stored).alias(&column.name)).collect();
        let plan = LogicalPlanBuilder::scan(self.table.name, provider_as_source(provider), None)?
            .project(exprs)?
            .build()?;
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
    /// A column of the table in the form in which queries hold it.
    fn expr(&self, column: &Column, stored: bool) -> Expr {
        let raw = Expr::Column(PlanColumn::new(Some(self.table.name), &column.name));
        if stored && column.kind == KustoType::Datetime { ticks(raw) } else { raw }
    }
}

/// The documented columns, and the hidden ones that can be named.
fn columns(table: &weir_schema::Table) -> Vec<Column> {
    let nameable =
        table.hidden.iter().filter(|column| column.unit != Unit::Days && column.name.starts_with('_'));
    table.columns.iter().chain(nameable).map(|column| Column::new(column.name, column.kind)).collect()
}
