//! `weir intel`: what is known of public addresses.

mod explain;
mod hunt;
mod import;
mod list;
mod lookup;
mod pull;

use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use arrow_array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringViewArray};
use tokio::runtime::Runtime;
use weir_answer::{Answer, Column};
use weir_decode::Address;
use weir_enrich::{End, FlowType, PublicKind, end_by_address, flow_type};
use weir_intel::{AddressFacts, Lookups};
use weir_table::Workspace;
use weir_table::intel::FeedReader;
use weir_value::{KustoType, datetime};

use super::{existing, now_micros, print};
use crate::args::{Folder, Intel};
use crate::exit::Exit;
use crate::form::{Form, Place};

pub fn run(folder: &Folder, intel: &Intel) -> anyhow::Result<Exit> {
    match intel {
        Intel::Import(args) => import::run(folder, args),
        Intel::Pull(args) => pull::run(folder, args),
        Intel::List(args) => list::run(folder, args),
        Intel::Explain(args) => explain::run(folder, args),
        Intel::Lookup(args) => lookup::run(folder, args),
        Intel::Hunt(args) => hunt::run(folder, args),
    }
}

fn runtime() -> anyhow::Result<Runtime> {
    Runtime::new().context("cannot start the runtime")
}

fn open(folder: &Folder) -> anyhow::Result<Workspace> {
    existing(folder, "weir intel import makes a workspace")
}

/// A time of the command line, microseconds since the Unix epoch; now where there is none.
fn micros(option: &str, text: Option<&str>) -> anyhow::Result<i64> {
    let Some(text) = text else { return Ok(now_micros()) };
    let ticks = datetime::parse(text).with_context(|| format!("{option}: '{text}' is no datetime"))?;
    Ok(datetime::to_unix_micros(ticks))
}

/// What all feeds say at a time.
fn lookups(runtime: &Runtime, reader: &mut FeedReader, micros: i64) -> anyhow::Result<Lookups> {
    let version = reader.feeds().version_at(micros);
    Ok(runtime.block_on(reader.at(version))?)
}

fn address(text: &str) -> anyhow::Result<Address> {
    Address::parse(text.trim().as_bytes()).with_context(|| format!("'{text}' is no address"))
}

/// What a flow between a machine in a network and an address is called, where no inventory knows the address.
fn flow_type_of(address: Address, facts: &AddressFacts) -> FlowType {
    let kind = |_| match facts {
        AddressFacts { azure: true, .. } => PublicKind::Azure,
        AddressFacts { threat: Some(_), .. } => PublicKind::Malicious,
        _ => PublicKind::External,
    };
    flow_type(End::Network(()), end_by_address(address, kind))
}

/// Columns of an answer that a command makes itself.
#[derive(Default)]
struct Columns(Vec<(&'static str, KustoType, ArrayRef)>);

impl Columns {
    fn text<Text: AsRef<str>>(mut self, name: &'static str, values: impl Iterator<Item = Text>) -> Self {
        let values = StringViewArray::from_iter_values(values);
        self.0.push((name, KustoType::String, Arc::new(values)));
        self
    }

    fn long(mut self, name: &'static str, values: impl Iterator<Item = Option<i64>>) -> Self {
        self.0.push((name, KustoType::Long, Arc::new(values.collect::<Int64Array>())));
        self
    }

    fn truth(mut self, name: &'static str, values: impl Iterator<Item = bool>) -> Self {
        let values: BooleanArray = values.map(Some).collect();
        self.0.push((name, KustoType::Bool, Arc::new(values)));
        self
    }

    /// Of microseconds since the Unix epoch.
    fn time(mut self, name: &'static str, values: impl Iterator<Item = Option<i64>>) -> Self {
        let ticks = values.map(|micros| micros.and_then(datetime::from_unix_micros));
        self.0.push((name, KustoType::Datetime, Arc::new(ticks.collect::<Int64Array>())));
        self
    }

    fn write(self, title: &str, form: Option<Form>) -> anyhow::Result<()> {
        let columns =
            self.0.iter().map(|(name, kind, _)| Column { name: (*name).into(), kind: *kind }).collect();
        let arrays = self.0.into_iter().map(|(name, _, array)| (name, array, true));
        let batches =
            vec![RecordBatch::try_from_iter_with_nullable(arrays).context("cannot put the answer together")?];
        let answers = [Answer { columns, batches, render: None, took: Duration::ZERO }];
        let terminal = std::io::stdout().is_terminal();
        let width = terminal.then(terminal_size::terminal_size).flatten();
        let place = Place { width: width.map(|(width, _)| usize::from(width.0)), colour: false };
        let form = form.unwrap_or_else(|| Form::usual(&answers, place));
        if terminal && !form.is_text() {
            bail!("this format is not for a terminal: send it to a file");
        }
        print(|out| form.write(&answers, title, place, out))
    }
}
