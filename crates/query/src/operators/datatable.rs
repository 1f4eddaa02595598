//! `datatable(columns)[values]`: a table written into the query.
//!
//! Source: <https://learn.microsoft.com/kusto/query/datatable-operator>

use std::sync::Arc;

use datafusion::arrow::array::{Int64Array, RecordBatch};
use datafusion::common::ScalarValue;
use datafusion::datasource::{MemTable, provider_as_source};
use datafusion::logical_expr::LogicalPlanBuilder;
use weir_kql::ast::{ColumnDeclaration, Expr, Span};
use weir_value::KustoType;

use crate::bind::{Binder, ORDINAL, Scope};
use crate::physical;
use crate::typed::{Column, OrderKey, Relation};

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    declared: &[ColumnDeclaration],
    values: &[Expr],
    span: Span,
    scope: Scope<'_>,
) -> Relation {
    let columns: Vec<Column> = declared.iter().map(|c| Column::new(&c.name.text, c.kind)).collect();
    if columns.is_empty() {
        binder.error(None, span, "a datatable needs columns");
        return Relation::poison();
    }
    for (place, column) in declared.iter().enumerate() {
        if declared[..place].iter().any(|other| other.name.text == column.name.text) {
            let message = format!("there are two columns '{}'", column.name.text);
            binder.error(Some("KS171"), column.name.span, message);
            return Relation::poison();
        }
    }
    if !values.len().is_multiple_of(columns.len()) {
        let (values, columns) = (values.len(), columns.len());
        binder.error(Some("KS173"), span, format!("{values} values do not fill rows of {columns} columns"));
        return Relation::poison();
    }
    let mut cells: Vec<Vec<ScalarValue>> = vec![Vec::new(); columns.len()];
    let mut poisoned = false;
    for (place, value) in values.iter().enumerate() {
        let column = place % columns.len();
        let typed = binder.scalar(value, scope);
        let typed = binder.converted(typed, columns[column].kind);
        match typed.as_constant() {
            Some(constant) if !typed.poisoned => cells[column].push(constant.clone()),
            _ => {
                if !typed.poisoned {
                    binder.error(None, value.span, "a value of a datatable must be a constant");
                }
                poisoned = true;
            }
        }
    }
    if poisoned {
        return Relation { open: true, columns, ..Relation::poison() };
    }
    match memory(&columns, cells) {
        Ok(relation) => relation,
        Err(error) => {
            binder.planning_failed(span, &error);
            Relation::poison()
        }
    }
}

/// A table held in memory.
pub(crate) fn memory(
    columns: &[Column],
    cells: Vec<Vec<ScalarValue>>,
) -> datafusion::common::Result<Relation> {
    let ordinal = Column { hidden: true, ..Column::new(ORDINAL, KustoType::Long) };
    let columns: Vec<Column> = columns.iter().cloned().chain([ordinal]).collect();
    let schema = physical::schema(columns.iter().map(|column| (column.name.as_str(), column.kind)));
    let mut arrays = Vec::with_capacity(columns.len());
    let rows = cells.first().map_or(0, Vec::len);
    for (column, cells) in columns.iter().zip(cells) {
        arrays.push(match cells.is_empty() {
            true => datafusion::arrow::array::new_empty_array(&physical::data_type(column.kind)),
            false => ScalarValue::iter_to_array(cells)?,
        });
    }
    arrays.push(Arc::new(Int64Array::from_iter_values((1..).take(rows))));
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays)?;
    in_memory(&columns, vec![batch])
}

/// A table of batches; its last column is hidden and numbers the rows.
pub(crate) fn in_memory(
    columns: &[Column],
    batches: Vec<RecordBatch>,
) -> datafusion::common::Result<Relation> {
    Ok(Relation { order: vec![OrderKey::rising(ORDINAL, true)], ..held(columns, batches)? })
}

/// A table of batches that are there already, each column in the physical type of its own.
pub(crate) fn held(columns: &[Column], batches: Vec<RecordBatch>) -> datafusion::common::Result<Relation> {
    let schema = physical::schema(columns.iter().map(|column| (column.name.as_str(), column.kind)));
    let table = MemTable::try_new(schema, vec![batches])?;
    // The scan qualifies its columns with a table name; plans here know none.
    let scan = LogicalPlanBuilder::scan("datatable", provider_as_source(Arc::new(table)), None)?;
    let names: Vec<_> = columns.iter().map(|c| qualified("datatable", &c.name).alias(&c.name)).collect();
    let plan = scan.project(names)?.build()?;
    // Rows keep the order in which they are written.
    Ok(Relation { serialized: true, ..Relation::new(plan, columns.to_vec()) })
}

/// A column of a scan.
pub(crate) fn qualified(table: &str, name: &str) -> datafusion::logical_expr::Expr {
    let column = datafusion::common::Column::new(Some(table.to_owned()), name);
    datafusion::logical_expr::Expr::Column(column)
}
