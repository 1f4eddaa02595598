//! Management commands: what there is to ask, and who asks what.
//!
//! Each command becomes a query that makes its rows; what follows it after a `|` is asked of them.
//!
//! Sources: the pages of each command below <https://learn.microsoft.com/kusto/management/>

use serde_json::json;
use weir_query::TableState;
use weir_schema::{Table, TableKind, tables};
use weir_value::KustoType::{Bool, Datetime, Dynamic, Guid, Int, Long, Real, String as Text};
use weir_value::{KustoType, datetime};

use super::command::{Command, Word, read};
use super::rows::{Field, Rows};
use super::schema;
use crate::catalogue::Database;
use crate::context::Context;
use crate::failure::Failure;
use crate::library::Library;
use crate::service::Service;

/// A command as a query, and how many bytes at its beginning are not the client's.
pub async fn as_query(
    service: &Service,
    context: &Context,
    database: &Database,
    text: &str,
) -> Result<(String, usize), Failure> {
    let command = read(text);
    let rows = rows(service, context, database, &command).await?;
    let mut query = rows.to_query();
    let before = query.len();
    query.push_str(command.rest);
    Ok((query, before))
}

/// What commands look at.
struct View<'s> {
    service: &'s Service,
    context: &'s Context,
    /// The workspace that the request names.
    database: &'s Database,
    /// All that the caller may ask.
    databases: Vec<Database>,
    library: std::sync::Arc<Library>,
}

async fn rows(
    service: &Service,
    context: &Context,
    database: &Database,
    command: &Command<'_>,
) -> Result<Rows, Failure> {
    let all = service.workspaces.list().await.map_err(|error| Failure::internal(&error))?;
    let databases = all.into_iter().filter(|one| context.principal.may_ask(&one.name)).collect();
    let library = service.library.library();
    let view = View { service, context, database, databases, library };
    let (words, options) = without_properties(&command.words);
    let mut rest = Words(&words);
    if rest.take(".cancel") && (rest.take("query") || rest.take("queries")) {
        return view.cancel(&rest);
    }
    let mut rest = Words(&words);
    if !rest.take(".show") {
        return Err(refused(&words));
    }
    let shown = view.show(&mut rest, &options).await?;
    shown.ok_or_else(|| refused(&words))
}

fn refused(words: &[Word]) -> Failure {
    let shown: Vec<&str> = words.iter().take(6).map(Word::name).collect();
    Failure::Request(format!(
        "the command '{}' is not supported: weir answers '.show' for version, cluster, databases, tables, schemas, \
         functions, entities and queries, and '.cancel query'; it changes nothing on behalf of a client",
        shown.join(" ").chars().take(200).collect::<String>()
    ))
}

/// The words of a command without its `with (…)`, and the names of the properties in it that are not false.
fn without_properties(words: &[Word]) -> (Vec<Word>, Vec<(String, bool)>) {
    let Some(place) = words.iter().position(|word| word.is("with")) else {
        return (words.to_vec(), Vec::new());
    };
    let properties: Vec<&Word> =
        words[place + 1..].iter().filter(|word| !"(),".contains(word.name())).collect();
    let options = properties.chunks(3).filter_map(|chunk| match chunk {
        [name, equals, value] if equals.is("=") => {
            Some((name.name().to_ascii_lowercase(), !value.is("false")))
        }
        _ => None,
    });
    (words[..place].to_vec(), options.collect())
}

/// The words that are left.
struct Words<'w>(&'w [Word]);

impl<'w> Words<'w> {
    /// Takes a word, if it is the next.
    fn take(&mut self, word: &str) -> bool {
        match self.0.split_first() {
            Some((first, rest)) if first.is(word) => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    /// Takes several words, if they are the next.
    fn take_all(&mut self, words: &[&str]) -> bool {
        let fits =
            self.0.len() >= words.len() && words.iter().zip(self.0).all(|(word, known)| known.is(word));
        if fits {
            self.0 = &self.0[words.len()..];
        }
        fits
    }

    /// Takes a name.
    fn name(&mut self) -> Option<&'w str> {
        let (first, rest) = self.0.split_first()?;
        if matches!(first, Word::Bare(text) if text.len() == 1 && "(),=[]<>".contains(text.as_str())) {
            return None;
        }
        self.0 = rest;
        Some(first.name())
    }

    /// Takes a list of names in brackets; none of them where there are no brackets.
    fn names(&mut self) -> Vec<&'w str> {
        if !self.take("(") {
            return Vec::new();
        }
        let mut names = Vec::new();
        while let Some((first, rest)) = self.0.split_first() {
            self.0 = rest;
            if first.is(")") {
                break;
            }
            if !first.is(",") {
                names.push(first.name());
            }
        }
        names
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn next_is(&self, word: &str) -> bool {
        self.0.first().is_some_and(|first| first.is(word))
    }
}

impl View<'_> {
    /// `.show …`; nothing where the command is none that is known.
    async fn show(&self, words: &mut Words<'_>, options: &[(String, bool)]) -> Result<Option<Rows>, Failure> {
        if words.take("version") && words.is_empty() {
            return Ok(Some(self.version()));
        }
        if words.take_all(&["cluster", "databases"]) || words.take("databases") {
            return self.show_databases(words, options).await;
        }
        if words.take_all(&["cluster", "details"]) || (words.take("cluster") && words.is_empty()) {
            return Ok(Some(self.cluster()));
        }
        if words.take("database") {
            return self.show_database(words, options).await;
        }
        if words.take("schema") {
            return self.show_schema(words, &self.databases.iter().collect::<Vec<_>>(), "ClusterSchema");
        }
        if words.take("tables") || words.take("table") {
            return self.show_tables(words).await;
        }
        if words.take("functions") && words.is_empty() {
            return Ok(Some(self.functions(None)));
        }
        if words.take("function") {
            return match words.name() {
                Some(name) if words.is_empty() => match self.library.functions.contains_key(name) {
                    true => Ok(Some(self.functions(Some(name)))),
                    false => Err(no_entity("Function", name)),
                },
                _ => Ok(None),
            };
        }
        if words.take("queries") || words.take_all(&["running", "queries"]) {
            return Ok(words.is_empty().then(|| self.queries()));
        }
        Ok(self.show_nothing(words))
    }

    /// What weir has none of.
    fn show_nothing(&self, words: &mut Words<'_>) -> Option<Rows> {
        let columns: &[(&'static str, KustoType)] = if words.take("materialized-views") {
            &[
                ("Name", Text),
                ("SourceTable", Text),
                ("Query", Text),
                ("MaterializedTo", Datetime),
                ("LastRun", Datetime),
                ("LastRunResult", Text),
                ("IsHealthy", Bool),
                ("IsEnabled", Bool),
                ("Folder", Text),
                ("DocString", Text),
            ]
        } else if words.take_all(&["external", "tables"]) {
            &[
                ("TableName", Text),
                ("TableType", Text),
                ("Folder", Text),
                ("DocString", Text),
                ("Properties", Text),
                ("ConnectionStrings", Dynamic),
                ("Partitions", Dynamic),
                ("PathFormat", Text),
            ]
        } else if words.take("entity_groups") {
            &[("Name", Text), ("Entities", Text)]
        } else if words.take("graph_models") {
            &[("Name", Text), ("CreationTime", Datetime), ("Id", Guid)]
        } else {
            return None;
        };
        words.is_empty().then(|| Rows::new(columns))
    }

    fn version(&self) -> Rows {
        let mut rows = Rows::new(&[
            ("BuildVersion", Text),
            ("BuildTime", Datetime),
            ("ServiceType", Text),
            ("ProductVersion", Text),
            ("ServiceOffering", Text),
        ]);
        // Clients look for this offering before they send what only it understands.
        let offering = json!({ "Type": "Azure Data Explorer" }).to_string();
        let program = self.service.program;
        let version = program.rsplit(' ').next().unwrap_or(program);
        rows.push([version.into(), Field::Null, "Engine".into(), program.into(), offering.into()]);
        rows
    }

    fn cluster(&self) -> Rows {
        let mut rows = Rows::new(&[
            ("NodeId", Text),
            ("Address", Text),
            ("Name", Text),
            ("StartTime", Datetime),
            ("IsAdmin", Bool),
            ("MachineTotalMemory", Long),
            ("MachineAvailableMemory", Long),
            ("ProcessorCount", Int),
            ("EnvironmentDescription", Text),
        ]);
        let uptime = i64::try_from(self.service.metrics.uptime().as_micros()).unwrap_or(i64::MAX);
        let started = crate::context::now_ticks().saturating_sub(uptime.saturating_mul(10));
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        rows.push([
            "weir".into(),
            Field::Null,
            "weir".into(),
            Field::Time(started),
            true.into(),
            Field::Null,
            Field::Null,
            Field::Long(i64::try_from(processors).unwrap_or(i64::MAX)),
            self.service.program.into(),
        ]);
        rows
    }

    async fn show_databases(
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

    async fn show_database(
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

    fn named(&self, name: &str) -> Result<&Database, Failure> {
        let exact = self.databases.iter().find(|database| database.name == name);
        let found = exact.or_else(|| self.databases.iter().find(|one| one.name.eq_ignore_ascii_case(name)));
        match found {
            Some(found) => Ok(found),
            None if name.eq_ignore_ascii_case("NetDefaultDB") => Ok(self.database),
            None => Err(Failure::Database(name.to_owned())),
        }
    }

    fn databases(&self, databases: &[&Database]) -> Rows {
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

    fn show_schema(
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

    async fn show_tables(&self, words: &mut Words<'_>) -> Result<Option<Rows>, Failure> {
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

    fn tables(&self, tables: &[&Table]) -> Rows {
        let mut rows =
            Rows::new(&[("TableName", Text), ("DatabaseName", Text), ("Folder", Text), ("DocString", Text)]);
        for table in tables {
            let database = self.database.name.as_str();
            rows.push([table.name.into(), database.into(), folder(table).into(), table.doc.into()]);
        }
        rows
    }

    async fn details(&self, meant: &[&Table]) -> Result<Rows, Failure> {
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

    fn tables_schema(&self, database: &Database, tables: &[&'static Table], as_json: bool) -> Rows {
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

    fn functions(&self, only: Option<&str>) -> Rows {
        let mut rows = Rows::new(&[
            ("Name", Text),
            ("Parameters", Text),
            ("Body", Text),
            ("Folder", Text),
            ("DocString", Text),
        ]);
        let shown = self.library.functions.iter().filter(|(name, _)| only.is_none_or(|only| *name == only));
        for (name, function) in shown {
            rows.push([
                name.as_str().into(),
                function.parameters.as_str().into(),
                function.body.as_str().into(),
                function.folder.as_str().into(),
                function.docstring.as_str().into(),
            ]);
        }
        rows
    }

    fn entities(&self, databases: &[&Database], options: &[(String, bool)]) -> Rows {
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

    fn queries(&self) -> Rows {
        let mut rows = Rows::new(&[
            ("ClientActivityId", Text),
            ("Text", Text),
            ("Database", Text),
            ("StartedOn", Datetime),
            ("Duration", KustoType::Timespan),
            ("State", Text),
            ("RootActivityId", Guid),
            ("User", Text),
            ("ClientAddress", Text),
        ]);
        for (id, query) in self.service.running.list(self.context) {
            rows.push([
                query.client_request_id.as_str().into(),
                query.text.as_str().into(),
                query.workspace.as_str().into(),
                datetime::parse(&query.started).map_or(Field::Null, Field::Time),
                Field::Span((query.seconds() * 1e7) as i64),
                "InProgress".into(),
                id.into(),
                query.principal.clone().map_or(Field::Null, Field::Text),
                query.address.as_str().into(),
            ]);
        }
        rows
    }

    /// `.cancel query "id"`
    fn cancel(&self, words: &Words<'_>) -> Result<Rows, Failure> {
        let [Word::Bare(id) | Word::Quoted(id), ..] = words.0 else {
            return Err(Failure::Request("write .cancel query \"ID\", with the id of a query".to_owned()));
        };
        let cancelled = self.service.running.cancel(self.context, id);
        let mut rows =
            Rows::new(&[("ClientRequestId", Text), ("RunningQueryCanceled", Bool), ("Reason", Text)]);
        let reason = if cancelled > 0 { "" } else { "no query of this id is running" };
        rows.push([id.as_str().into(), (cancelled > 0).into(), reason.into()]);
        Ok(rows)
    }
}

/// One row for each database, each table, each column.
fn columns_of(databases: &[&Database]) -> Rows {
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

/// One row for each column of some tables.
fn table_columns(tables: &[&Table]) -> Rows {
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
fn folder(table: &Table) -> &'static str {
    match table.kind {
        TableKind::Stored => "",
        TableKind::View => "Older generation",
        TableKind::Ledger => "Ledger",
    }
}

/// The columns of a table as `a:long,b:string`.
fn csl_schema(table: &Table) -> String {
    let columns = table.columns.iter().map(|column| format!("{}:{}", column.name, column.kind.name()));
    columns.collect::<Vec<_>>().join(",")
}

fn no_entity(kind: &str, name: &str) -> Failure {
    Failure::Request(format!("Entity ID '{name}' of kind '{kind}' was not found."))
}
