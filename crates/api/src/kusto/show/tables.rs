//! Tables: which there are, what their columns are, what they consist of.

use weir_query::TableState;
use weir_schema::{Table, TableKind, tables};
use weir_value::KustoType::{Guid, Long, Real, String as Text};

use super::words::Words;
use super::{View, no_entity};
use crate::catalogue::Database;
use crate::failure::Failure;
use crate::kusto::rows::{Field, Rows};
use crate::kusto::schema;

impl View<'_> {
    pub(super) async fn show_tables(&self, words: &mut Words<'_>) -> Result<Option<Rows>, Failure> {
        let names = words.names();
        let keyword = ["details", "schema", "cslschema"].iter().any(|word| words.next_is(word));
        let single = if names.is_empty() && !keyword { words.name() } else { None };
        let names: Vec<&str> = names.into_iter().chain(single).collect();
        let mut meant: Vec<&'static Table> = Vec::new();
        for name in &names {
            meant.push(weir_schema::table(name).ok_or_else(|| no_entity("Table", name))?);
        }
        if names.is_empty() {
            meant = tables::ALL.to_vec();
        }
        if words.is_empty() {
            // A table by its name shows its columns.
            return Ok(Some(match single {
                Some(_) => table_columns(&meant),
                None => self.tables(&meant),
            }));
        }
        if words.take("details") && words.is_empty() {
            return self.details(&meant).await.map(Some);
        }
        if words.take("cslschema") || words.take_all(&["schema", "as", "csl"]) {
            return Ok(words.is_empty().then(|| self.tables_schema(self.database, &meant, false)));
        }
        if words.take_all(&["schema", "as", "json"]) {
            return Ok(words.is_empty().then(|| self.tables_schema(self.database, &meant, true)));
        }
        Ok(None)
    }

    pub(super) fn tables(&self, tables: &[&Table]) -> Rows {
        let mut rows =
            Rows::new(&[("TableName", Text), ("DatabaseName", Text), ("Folder", Text), ("DocString", Text)]);
        for table in tables {
            let database = self.database.name.as_str();
            rows.push([table.name.into(), database.into(), folder(table).into(), table.doc.into()]);
        }
        rows
    }

    pub(super) async fn details(&self, meant: &[&Table]) -> Result<Rows, Failure> {
        let mut rows = Rows::new(&[
            ("TableName", Text),
            ("DatabaseName", Text),
            ("Folder", Text),
            ("DocString", Text),
            ("TotalExtents", Long),
            ("TotalExtentSize", Real),
            ("TotalOriginalSize", Real),
            ("TotalRowCount", Long),
            ("HotExtents", Long),
            ("HotExtentSize", Real),
            ("HotOriginalSize", Real),
            ("HotRowCount", Long),
        ]);
        let catalog = self.service.workspaces.catalog(&self.database.name).await;
        let catalog = catalog.map_err(|error| Failure::internal(&error))?;
        let states = match catalog {
            Some(catalog) => catalog.states().await.map_err(|error| Failure::internal(&error))?,
            None => Vec::new(),
        };
        for table in meant {
            let state = states.iter().find(|state| state.table == table.name);
            let count = |of: fn(&TableState) -> u64| {
                Field::Long(i64::try_from(state.map_or(0, of)).unwrap_or(i64::MAX))
            };
            let bytes = || Field::Real(state.map_or(0.0, |state| state.bytes as f64));
            rows.push([
                table.name.into(),
                self.database.name.as_str().into(),
                folder(table).into(),
                table.doc.into(),
                count(|state| state.files),
                bytes(),
                Field::Null,
                count(|state| state.rows),
                Field::Null,
                Field::Null,
                Field::Null,
                Field::Null,
            ]);
        }
        Ok(rows)
    }

    pub(super) fn tables_schema(
        &self,
        database: &Database,
        tables: &[&'static Table],
        as_json: bool,
    ) -> Rows {
        let mut rows = Rows::new(&[
            ("TableName", Text),
            ("Schema", Text),
            ("DatabaseName", Text),
            ("Folder", Text),
            ("DocString", Text),
        ]);
        for table in tables {
            let text = if as_json { schema::table(table).to_string() } else { csl_schema(table) };
            rows.push([
                table.name.into(),
                text.into(),
                database.name.as_str().into(),
                folder(table).into(),
                table.doc.into(),
            ]);
        }
        rows
    }
}

/// One row for each column of some tables.
pub(super) fn table_columns(tables: &[&Table]) -> Rows {
    let mut rows = Rows::new(&[
        ("AttributeName", Text),
        ("AttributeType", Text),
        ("ExtentSize", Long),
        ("CompressionRatio", Real),
        ("IndexSize", Long),
        ("IndexSizePercent", Real),
        ("OriginalSize", Long),
        ("AttributeId", Guid),
        ("SharedIndexSize", Long),
        ("StorageEngineVersion", Text),
        ("DocString", Text),
    ]);
    for column in tables.iter().flat_map(|table| table.columns) {
        rows.push([
            column.name.into(),
            column.kind.system_name().into(),
            Field::Null,
            Field::Null,
            Field::Null,
            Field::Null,
            Field::Null,
            Field::Null,
            Field::Null,
            Field::Null,
            column.doc.into(),
        ]);
    }
    rows
}

/// Under which heading clients show a table.
pub(super) fn folder(table: &Table) -> &'static str {
    match table.kind {
        TableKind::Stored => "",
        TableKind::View => "Older generation",
        TableKind::Ledger => "Ledger",
    }
}

/// The columns of a table as `a:long,b:string`.
pub(super) fn csl_schema(table: &Table) -> String {
    let columns = table.columns.iter().map(|column| format!("{}:{}", column.name, column.kind.name()));
    columns.collect::<Vec<_>>().join(",")
}
