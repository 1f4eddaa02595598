//! The server itself: its version, its queries, its functions, and what it has none of.

use serde_json::json;
use weir_value::KustoType::{self, Bool, Datetime, Dynamic, Guid, Int, Long, String as Text};
use weir_value::datetime;

use super::View;
use super::words::Words;
use crate::failure::Failure;
use crate::kusto::command::Word;
use crate::kusto::rows::{Field, Rows};

impl View<'_> {
    /// What weir has none of.
    pub(super) fn show_nothing(&self, words: &mut Words<'_>) -> Option<Rows> {
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

    pub(super) fn version(&self) -> Rows {
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

    pub(super) fn cluster(&self) -> Rows {
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

    pub(super) fn functions(&self, only: Option<&str>) -> Rows {
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

    pub(super) fn queries(&self) -> Rows {
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
    pub(super) fn cancel(&self, words: &Words<'_>) -> Result<Rows, Failure> {
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
