//! Delta tables as the engine reads them: Parquet files, those left out that cannot hold a row that is wanted.

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::{ArrayRef, BooleanArray, UInt64Array};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::pruning::PruningStatistics;
use datafusion::common::stats::Precision;
use datafusion::common::{Column, DFSchema, DataFusionError, Result, ScalarValue, Statistics};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_optimizer::pruning::PruningPredicateBuilder;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use tokio::sync::OnceCell;
use weir_schema::Table;
use weir_table::{Bound, DataFile, TableFiles, Workspace};

/// A stored table at the version that the first scan finds; later scans of one query see the same.
#[derive(Debug, Clone)]
pub struct StoredTable {
    workspace: Workspace,
    table: &'static Table,
    schema: TableSchema,
    files: Arc<OnceCell<TableFiles>>,
    /// The only day that is read, counted from 1970-01-01.
    day: Option<i32>,
}

impl StoredTable {
    /// A table of a workspace.
    pub fn new(workspace: Workspace, table: &'static Table) -> Self {
        StoredTable { workspace, table, schema: table_schema(table), files: Arc::default(), day: None }
    }

    /// Whether a scan would still find the version that this one has; also where it has found none yet.
    pub async fn is_latest(&self) -> std::result::Result<bool, weir_table::Error> {
        match self.files.get() {
            Some(files) => self.workspace.is_latest(files).await,
            None => Ok(true),
        }
    }

    /// The same table, to be read as of now.
    pub fn anew(&self) -> Self {
        StoredTable::new(self.workspace.clone(), self.table)
    }

    /// A day of the same version.
    pub fn of_day(&self, day: i32) -> Self {
        StoredTable { day: Some(day), ..self.clone() }
    }

    /// The column whose day the files are apart by, where it is that of flows.
    pub fn time_of_day(&self) -> Option<&'static str> {
        self.table.column(INTERVAL).map(|column| column.name)
    }

    /// What it consists of.
    pub async fn files(&self) -> Result<&TableFiles> {
        let load = || async {
            self.workspace.files(self.table).await.map_err(|error| DataFusionError::External(Box::new(error)))
        };
        self.files.get_or_try_init(load).await
    }
}

/// Flows are apart by the day in which their interval begins.
const INTERVAL: &str = "FlowIntervalStartTime";

/// The columns of the files, then the day, which stands in their paths.
fn table_schema(table: &Table) -> TableSchema {
    let stored = table.stored_schema();
    let (days, columns): (Vec<FieldRef>, Vec<FieldRef>) =
        stored.fields().iter().map(viewed).partition(|field| field.data_type() == &DataType::Date32);
    TableSchema::builder(Arc::new(Schema::new(columns))).with_table_partition_cols(days).build()
}

/// Text is read as views: they are compared and grouped without being copied.
fn viewed(field: &FieldRef) -> FieldRef {
    match field.data_type() {
        DataType::Utf8 => Arc::new(Field::new(field.name(), DataType::Utf8View, field.is_nullable())),
        _ => Arc::clone(field),
    }
}

#[async_trait]
impl TableProvider for StoredTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(self.schema.table_schema())
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let table = self.files().await?;
        let kept = self.files_for(state, filters, &table.files)?;
        let (Some(url), false) = (&table.url, kept.is_empty()) else {
            let schema = match projection {
                Some(columns) => Arc::new(self.schema().project(columns)?),
                None => self.schema(),
            };
            return Ok(Arc::new(EmptyExec::new(schema)));
        };
        let store = ObjectStoreUrl::parse(&url[..url::Position::BeforePath])?;
        let prefix = url.path().trim_matches('/');
        let rows: u64 = kept.iter().map(|file| file.rows).sum();
        let bytes: u64 = kept.iter().map(|file| file.size_bytes).sum();
        let files: Vec<PartitionedFile> = kept
            .iter()
            .map(|file| {
                let day = ScalarValue::Date32(Some(file.day));
                PartitionedFile::new(format!("{prefix}/{}", file.path), file.size_bytes)
                    .with_partition_values(vec![day])
            })
            .collect();
        let partitions = state.config().target_partitions().min(files.len()).max(1);
        let groups = FileGroup::new(files).split_files(partitions);
        let mut statistics = Statistics::new_unknown(&self.schema());
        statistics.num_rows = Precision::Exact(usize::try_from(rows).unwrap_or(usize::MAX));
        statistics.total_byte_size = Precision::Inexact(usize::try_from(bytes).unwrap_or(usize::MAX));
        let options = state.default_table_options().parquet;
        let source = ParquetSource::new(self.schema.clone()).with_table_parquet_options(options);
        let config = FileScanConfigBuilder::new(store, Arc::new(source))
            .with_file_groups(groups)
            .with_statistics(statistics)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}

impl StoredTable {
    /// The files that may hold a row for which all filters are true.
    pub fn files_for<'f>(
        &self,
        state: &dyn Session,
        filters: &[Expr],
        files: &'f [DataFile],
    ) -> Result<Vec<&'f DataFile>> {
        let files: Vec<&DataFile> =
            files.iter().filter(|f| self.day.is_none_or(|day| day == f.day)).collect();
        let Some(filter) = conjunction(filters.to_vec()) else { return Ok(files) };
        let schema = self.schema();
        let physical = state.create_physical_expr(filter, &DFSchema::try_from(Arc::clone(&schema))?)?;
        let pruning =
            PruningPredicateBuilder::new().with_file_schema(Arc::clone(&schema)).try_build(physical)?;
        let keep = pruning.prune(&FileBounds { files: &files, schema: &schema })?;
        Ok(files.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(file, _)| file).collect())
    }
}

/// What the files say of their values.
struct FileBounds<'f> {
    files: &'f [&'f DataFile],
    schema: &'f Schema,
}

impl FileBounds<'_> {
    fn column(&self, column: &Column, upper: bool) -> Option<ArrayRef> {
        let field = self.schema.field_with_name(&column.name).ok()?;
        let kind = field.data_type();
        if kind == &DataType::Date32 {
            let days = self.files.iter().map(|file| ScalarValue::Date32(Some(file.day)));
            return ScalarValue::iter_to_array(days).ok();
        }
        let values = self.files.iter().map(|file| {
            let bounds = file.bounds.get(&column.name);
            scalar(bounds.and_then(|b| if upper { b.high.as_ref() } else { b.low.as_ref() }), kind)
        });
        ScalarValue::iter_to_array(values.collect::<Option<Vec<_>>>()?).ok()
    }
}

/// A bound in the type of its column; null where it is not known.
fn scalar(bound: Option<&Bound>, kind: &DataType) -> Option<ScalarValue> {
    let number = match bound {
        Some(Bound::Number(number)) => Some(*number),
        _ => None,
    };
    Some(match kind {
        DataType::Int32 => ScalarValue::Int32(number.and_then(|number| i32::try_from(number).ok())),
        DataType::Int64 => ScalarValue::Int64(number),
        DataType::Timestamp(..) => ScalarValue::TimestampMicrosecond(number, Some("UTC".into())),
        DataType::Float64 => ScalarValue::Float64(match bound {
            Some(Bound::Real(real)) => Some(*real),
            _ => None,
        }),
        DataType::Utf8View => ScalarValue::Utf8View(match bound {
            Some(Bound::Text(text)) => Some(text.clone()),
            _ => None,
        }),
        _ => return None,
    })
}

impl PruningStatistics for FileBounds<'_> {
    fn min_values(&self, column: &Column) -> Option<ArrayRef> {
        self.column(column, false)
    }

    fn max_values(&self, column: &Column) -> Option<ArrayRef> {
        self.column(column, true)
    }

    fn num_containers(&self) -> usize {
        self.files.len()
    }

    fn null_counts(&self, column: &Column) -> Option<ArrayRef> {
        let counts =
            self.files.iter().map(|file| file.bounds.get(&column.name).and_then(|bounds| bounds.nulls));
        Some(Arc::new(counts.collect::<UInt64Array>()))
    }

    fn row_counts(&self) -> Option<ArrayRef> {
        Some(Arc::new(self.files.iter().map(|file| Some(file.rows)).collect::<UInt64Array>()))
    }

    fn contained(&self, _: &Column, _: &HashSet<ScalarValue>) -> Option<BooleanArray> {
        None
    }
}
