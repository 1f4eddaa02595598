//! Databases: which there are, and what is in them.

use serde_json::json;
use weir_schema::tables;
use weir_value::KustoType::{Bool, Dynamic, Guid, String as Text};

use super::View;
use super::tables::{csl_schema, folder};
use super::words::Words;
use crate::catalogue::Database;
use crate::failure::Failure;
use crate::kusto::rows::{Field, Rows};
use crate::kusto::schema;

impl View<'_> {
    pub(super) async fn show_databases(
        &self,
        words: &mut Words<'_>,
        options: &[(String, bool)],
    ) -> Result<Option<Rows>, Failure> {
        let names = words.names();
        let mut meant = Vec::new();
        for name in &names {
            meant.push(self.named(name)?);
        }
        if names.is_empty() {
            meant = self.databases.iter().collect();
        }
        if words.is_empty() || words.take("details") || words.take("identity") {
            return Ok(words.is_empty().then(|| self.databases(&meant)));
        }
        if words.take("entities") {
            return Ok(words.is_empty().then(|| self.entities(&meant, options)));
        }
        if words.take("schema") {
            return self.show_schema(words, &meant, "ClusterSchema");
        }
        Ok(None)
    }

    pub(super) async fn show_database(
        &self,
        words: &mut Words<'_>,
        options: &[(String, bool)],
    ) -> Result<Option<Rows>, Failure> {
        let keyword =
            ["schema", "details", "identity", "entities", "cslschema"].iter().any(|w| words.next_is(w));
        let named = if keyword || words.is_empty() { None } else { words.name() };
        let meant = match named {
            Some(name) => self.named(name)?,
            None => self.database,
        };
        if words.is_empty() || words.take("details") || words.take("identity") {
            return Ok(words.is_empty().then(|| self.databases(&[meant])));
        }
        if words.take("entities") {
            return Ok(words.is_empty().then(|| self.entities(&[meant], options)));
        }
        if words.take("cslschema") {
            return Ok(words.is_empty().then(|| self.tables_schema(meant, &tables::ALL, false)));
        }
        if words.take("schema") {
            return self.show_schema(words, &[meant], "DatabaseSchema");
        }
        Ok(None)
    }

    pub(super) fn named(&self, name: &str) -> Result<&Database, Failure> {
        let exact = self.databases.iter().find(|database| database.name == name);
        let found = exact.or_else(|| self.databases.iter().find(|one| one.name.eq_ignore_ascii_case(name)));
        match found {
            Some(found) => Ok(found),
            None if name.eq_ignore_ascii_case("NetDefaultDB") => Ok(self.database),
            None => Err(Failure::Database(name.to_owned())),
        }
    }

    pub(super) fn databases(&self, databases: &[&Database]) -> Rows {
        let mut rows = Rows::new(&[
            ("DatabaseName", Text),
            ("PersistentStorage", Text),
            ("Version", Text),
            ("IsCurrent", Bool),
            ("DatabaseAccessMode", Text),
            ("PrettyName", Text),
            ("ReservedSlot1", Bool),
            ("DatabaseId", Guid),
            ("InTransitionTo", Text),
            ("SuspensionState", Text),
        ]);
        for database in databases {
            rows.push([
                database.name.as_str().into(),
                Field::Null,
                "v1.0".into(),
                (database.name == self.database.name).into(),
                "ReadWrite".into(),
                Field::Null,
                Field::Null,
                database.id.as_str().into(),
                Field::Null,
                Field::Null,
            ]);
        }
        rows
    }

    pub(super) fn show_schema(
        &self,
        words: &mut Words<'_>,
        databases: &[&Database],
        column: &'static str,
    ) -> Result<Option<Rows>, Failure> {
        if words.is_empty() || words.take("details") {
            return Ok(words.is_empty().then(|| columns_of(databases)));
        }
        // A version, as in `schema if_later_than "v1.1" as json`, asks for what has changed since.
        if words.take("if_later_than") {
            words.name();
        }
        if words.take_all(&["as", "json"]) && words.is_empty() {
            let mut rows = Rows::new(&[(column, Text)]);
            rows.push([schema::cluster(databases, &self.library).to_string().into()]);
            return Ok(Some(rows));
        }
        Ok(None)
    }

    pub(super) fn entities(&self, databases: &[&Database], options: &[(String, bool)]) -> Rows {
        let shows = |kind: &str| {
            let found = options.iter().find(|(name, _)| name == kind);
            // Naming some kinds leaves the others out.
            found.map_or_else(|| options.iter().all(|(_, on)| !on), |(_, on)| *on)
        };
        let mut rows = Rows::new(&[
            ("DatabaseName", Text),
            ("EntityType", Text),
            ("EntityName", Text),
            ("DocString", Text),
            ("Folder", Text),
            ("CslInputSchema", Text),
            ("Content", Text),
            ("CslOutputSchema", Text),
            ("Properties", Dynamic),
        ]);
        for database in databases {
            let name = || Field::from(database.name.as_str());
            if shows("tables") {
                for table in tables::ALL {
                    rows.push([
                        name(),
                        "Table".into(),
                        table.name.into(),
                        table.doc.into(),
                        folder(table).into(),
                        Field::Null,
                        Field::Null,
                        csl_schema(table).into(),
                        Field::Dynamic(json!({})),
                    ]);
                }
            }
            if shows("functions") {
                for (function, about) in &self.library.functions {
                    rows.push([
                        name(),
                        "Function".into(),
                        function.as_str().into(),
                        about.docstring.as_str().into(),
                        about.folder.as_str().into(),
                        about.parameters.as_str().into(),
                        about.body.as_str().into(),
                        Field::Null,
                        Field::Dynamic(json!({})),
                    ]);
                }
            }
        }
        rows
    }
}

/// One row for each database, each table, each column.
pub(super) fn columns_of(databases: &[&Database]) -> Rows {
    let mut rows = Rows::new(&[
        ("DatabaseName", Text),
        ("TableName", Text),
        ("ColumnName", Text),
        ("ColumnType", Text),
        ("IsDefaultTable", Bool),
        ("IsDefaultColumn", Bool),
        ("PrettyName", Text),
        ("Version", Text),
        ("Folder", Text),
        ("DocString", Text),
    ]);
    for database in databases {
        let name = || Field::from(database.name.as_str());
        let mut row =
            |table: Field, column: Field, kind: Field, version: Field, folder: Field, doc: Field| {
                let no = || Field::Bool(false);
                rows.push([name(), table, column, kind, no(), no(), Field::Null, version, folder, doc]);
            };
        row(Field::Null, Field::Null, Field::Null, "v1.0".into(), Field::Null, Field::Null);
        for table in tables::ALL {
            let (doc, folder) = (table.doc.into(), folder(table).into());
            row(table.name.into(), Field::Null, Field::Null, Field::Null, folder, doc);
            for column in table.columns {
                let kind = column.kind.system_name().into();
                let doc = column.doc.into();
                row(table.name.into(), column.name.into(), kind, Field::Null, Field::Null, doc);
            }
        }
    }
    rows
}
