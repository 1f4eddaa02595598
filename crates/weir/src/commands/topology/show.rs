//! `weir topology list` and `weir topology show`

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringViewArray};
use tokio::runtime::Runtime;
use weir_answer::{Answer, Column};
use weir_table::{Workspace, topology};
use weir_topology::details::{Detail, Value, details};
use weir_value::{KustoType, datetime};

use super::{now_micros, print};
use crate::args::{Folder, TopologyList, TopologyShow};
use crate::commands::existing;
use crate::exit::Exit;
use crate::form::{Form, Place};

pub fn list(folder: &Folder, args: &TopologyList) -> anyhow::Result<Exit> {
    let (workspace, runtime) = open(folder)?;
    let stored = runtime.block_on(topology::list(&workspace))?;
    if stored.is_empty() {
        eprintln!("there is no snapshot yet: weir topology import reads one");
    }
    let taken = stored.iter().map(|snapshot| ticks(snapshot.name.taken_micros));
    let columns = vec![
        ("Taken", KustoType::Datetime, Arc::new(Int64Array::from_iter_values(taken)) as ArrayRef),
        ("Snapshot", KustoType::String, texts(stored.iter().map(|snapshot| snapshot.name.name.as_str()))),
        (
            "Bytes",
            KustoType::Long,
            Arc::new(Int64Array::from_iter_values(stored.iter().map(|snapshot| snapshot.size_bytes as i64))),
        ),
    ];
    write(columns, args.format)
}

pub fn show(folder: &Folder, args: &TopologyShow) -> anyhow::Result<Exit> {
    let (workspace, runtime) = open(folder)?;
    let at = match &args.at {
        None => now_micros(),
        Some(text) => {
            let ticks = datetime::parse(text).with_context(|| format!("--at: '{text}' is no datetime"))?;
            (ticks - datetime::UNIX_EPOCH) / datetime::TICKS_PER_MICROSECOND
        }
    };
    let history = runtime.block_on(topology::load(&workspace))?;
    let Some(name) = history.at(at) else {
        bail!("no snapshot holds at that time: weir topology list tells those there are");
    };
    if name.taken_micros > at {
        eprintln!("no snapshot is so old: this is the first one, {}", name.name);
    }
    let snapshot = runtime.block_on(topology::read(&workspace, name))?;
    let rows = details(&snapshot.inventory);
    let rows: Vec<&Detail> = rows.iter().filter(|row| !row.kind.is_empty()).collect();
    match &args.what {
        None => write(summary(&rows), args.format),
        Some(what) => {
            let found: Vec<&Detail> = rows.iter().copied().filter(|row| is_meant(row, what)).collect();
            if found.is_empty() {
                let mut kinds: Vec<&str> = rows.iter().map(|row| row.kind).collect();
                kinds.dedup();
                bail!("nothing there is or is called '{what}'; there are: {}", kinds.join(", "));
            }
            write(listed(&found), args.format)
        }
    }
}

fn open(folder: &Folder) -> anyhow::Result<(Workspace, Runtime)> {
    let runtime = Runtime::new().context("cannot start the runtime")?;
    Ok((existing(folder, "weir topology import makes a workspace")?, runtime))
}

/// A type, a name as rows have it or the end of one, an address, a MAC address.
fn is_meant(row: &Detail, what: &str) -> bool {
    let what = what.to_ascii_lowercase();
    let named = row.name == what || row.name.strip_suffix(&what).is_some_and(|rest| rest.ends_with('/'));
    let full = || format!("{}/{}", row.subscription, row.name) == what;
    let holds = |column: &str| row.column(column).split(' ').any(|part| part.eq_ignore_ascii_case(&what));
    row.kind.eq_ignore_ascii_case(&what)
        || named
        || full()
        || ["PrivateIpAddresses", "PublicIpAddresses", "FrontendIps", "MacAddress"].into_iter().any(holds)
}

type Columns = Vec<(&'static str, KustoType, ArrayRef)>;

/// How many there are of each type.
fn summary(rows: &[&Detail]) -> Columns {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for row in rows {
        *counts.entry(row.kind).or_default() += 1;
    }
    vec![
        ("AzureResourceType", KustoType::String, texts(counts.keys().copied())),
        ("Count", KustoType::Long, Arc::new(Int64Array::from_iter_values(counts.values().copied()))),
    ]
}

/// The rows themselves, with the columns that they fill.
fn listed(rows: &[&Detail]) -> Columns {
    let filled: Vec<String> = rows.iter().map(|row| filled(row)).collect();
    vec![
        ("AzureResourceType", KustoType::String, texts(rows.iter().map(|row| row.kind))),
        ("Name", KustoType::String, texts(rows.iter().map(|row| row.name.as_str()))),
        ("Subscription", KustoType::String, texts(rows.iter().map(|row| row.subscription.as_str()))),
        ("Region", KustoType::String, texts(rows.iter().map(|row| row.region.as_str()))),
        ("Details", KustoType::String, texts(filled.iter().map(String::as_str))),
    ]
}

/// The other columns of a row as JSON.
fn filled(row: &Detail) -> String {
    let values = row.values.iter().map(|(column, value)| {
        let value = match value {
            Value::Text(text) => text.clone().into(),
            Value::Truth(truth) => (*truth).into(),
            Value::Number(number) => (*number).into(),
        };
        ((*column).to_owned(), value)
    });
    serde_json::Value::Object(values.collect()).to_string()
}

fn texts<'a>(values: impl Iterator<Item = &'a str>) -> ArrayRef {
    Arc::new(StringViewArray::from_iter_values(values))
}

fn ticks(micros: i64) -> i64 {
    datetime::from_unix_micros(micros).unwrap_or(datetime::UNIX_EPOCH)
}

fn write(columns: Columns, form: Option<Form>) -> anyhow::Result<Exit> {
    let names = columns.iter().map(|(name, kind, _)| Column { name: (*name).into(), kind: *kind }).collect();
    let arrays = columns.into_iter().map(|(name, _, array)| (name, array));
    let batches = vec![RecordBatch::try_from_iter(arrays).context("cannot put the list together")?];
    let answer = Answer { columns: names, batches, render: None, took: Duration::ZERO };
    let terminal = std::io::stdout().is_terminal();
    let width = terminal.then(terminal_size::terminal_size).flatten();
    let place = Place { width: width.map(|(width, _)| usize::from(width.0)), colour: false };
    let answers = [answer];
    let form = form.unwrap_or_else(|| Form::usual(&answers, place));
    if terminal && !form.is_text() {
        bail!("this format is not for a terminal: send it to a file");
    }
    print(|out| form.write(&answers, "weir topology", place, out))?;
    Ok(Exit::Done)
}
