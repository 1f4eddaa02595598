//! Tables that are read while the query is bound: `materialize`, and operators that need rows to go on.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch};
use datafusion::arrow::compute::{cast, concat_batches};
use weir_kql::ast::Span;
use weir_value::KustoType;

use super::{Binder, ORDINAL};
use crate::engine::finished;
use crate::operators::datatable::in_memory;
use crate::physical;
use crate::typed::{Column, Relation};

/// Cells, rows by columns, that a table may have which is read while the query is bound.
const CELLS_MAX: usize = 50_000_000;

/// Rows that were read, in their order.
pub(crate) struct Rows {
    /// The columns of `batch`.
    pub columns: Vec<Column>,
    /// All rows.
    pub batch: RecordBatch,
}

impl Rows {
    /// Some of the rows as a table, numbered as they are here.
    pub fn table(&self, offset: usize, count: usize) -> datafusion::common::Result<Relation> {
        let part = self.batch.slice(offset, count);
        numbered(self.columns.clone(), part.columns().to_vec(), count)
    }
}

/// A table in memory of these columns, in the order of its rows.
pub(crate) fn numbered(
    mut columns: Vec<Column>,
    mut arrays: Vec<ArrayRef>,
    rows: usize,
) -> datafusion::common::Result<Relation> {
    columns.push(Column { hidden: true, ..Column::new(ORDINAL, KustoType::Long) });
    arrays.push(Arc::new(Int64Array::from_iter_values((1..).take(rows))));
    let schema = physical::schema(columns.iter().map(|column| (column.name.as_str(), column.kind)));
    in_memory(&columns, vec![RecordBatch::try_new(schema, arrays)?])
}

/// Rows that a table of these columns may have.
fn rows_max(columns: &[Column]) -> usize {
    CELLS_MAX / columns.len().max(1)
}

impl Binder<'_> {
    /// Reads a table; nothing when it cannot be read, or when there are errors already.
    pub(crate) fn read(&mut self, relation: &Relation, span: Span) -> Option<Rows> {
        if relation.is_poisoned() || self.has_errors() {
            return None;
        }
        let columns: Vec<Column> = relation.visible().cloned().collect();
        match self.rows(relation, &columns) {
            Ok(Some(batch)) => Some(Rows { columns, batch }),
            Ok(None) => {
                let rows = rows_max(&columns);
                let message = format!("this table has more than {rows} rows, too many to be held in memory");
                self.error(None, span, message);
                None
            }
            Err(error) => {
                self.error(None, span, format!("this table cannot be read: {}", error.strip_backtrace()));
                None
            }
        }
    }

    fn rows(
        &self,
        relation: &Relation,
        columns: &[Column],
    ) -> datafusion::common::Result<Option<RecordBatch>> {
        // One row more than may be held tells that there are too many.
        let rows_max = rows_max(columns);
        let limited = Relation { plan: relation.sorted(Some(rows_max + 1))?, ..relation.clone() };
        let batches = (self.context().evaluate)(finished(&limited)?)?;
        let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
        if rows > rows_max {
            return Ok(None);
        }
        let schema = physical::schema(columns.iter().map(|column| (column.name.as_str(), column.kind)));
        let mut aligned = Vec::with_capacity(batches.len());
        for batch in batches {
            let arrays = batch.columns().iter().zip(schema.fields());
            let arrays = arrays.map(|(array, field)| cast(array, field.data_type()));
            let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
            let options =
                datafusion::arrow::array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
            aligned.push(RecordBatch::try_new_with_options(Arc::clone(&schema), arrays, &options)?);
        }
        Ok(Some(concat_batches(&schema, &aligned)?))
    }

    /// The same table, read once however often it is used; one too large for that is read at each use.
    pub(crate) fn materialized(&mut self, relation: Relation, span: Span) -> Relation {
        if relation.is_poisoned() || self.has_errors() {
            return relation;
        }
        let columns: Vec<Column> = relation.visible().cloned().collect();
        let read = self.rows(&relation, &columns).and_then(|batch| match batch {
            Some(batch) => {
                let rows = batch.num_rows();
                Rows { columns, batch }.table(0, rows).map(Some)
            }
            None => Ok(None),
        });
        match read {
            Ok(Some(table)) => {
                let (name, serialized) = (relation.name, relation.serialized);
                Relation { name, serialized, ..table }
            }
            Ok(None) => {
                let message = "this table is too large to be held in memory, it is read at each use";
                self.tell(weir_kql::Diagnostic::note(span, message.to_owned()));
                relation
            }
            Err(error) => {
                self.error(None, span, format!("this table cannot be read: {}", error.strip_backtrace()));
                relation
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, rows};

    #[test]
    fn a_table_is_read_once() {
        // Each reading would shuffle the rows anew.
        assert_eq!(
            rows(
                "let M = materialize(range x from 1 to 1000 step 1 | sample 20); \
                 M | join kind=inner M on x | summarize count(), dcount(x)"
            ),
            "20 | 20"
        );
        assert_eq!(
            rows(
                "let M = materialize(range x from 1 to 3 step 1 | sort by x desc); M | extend n = row_number()"
            ),
            "3 | 1\n2 | 2\n1 | 3"
        );
        assert_eq!(rows("materialize(range x from 1 to 3 step 1 | summarize by x) | where x > 5"), "");
        assert!(refused("let M = materialize(print x = y); M").contains("KS142"));
    }
}
