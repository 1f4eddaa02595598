//! `weir topology list` and `weir topology show`

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use tokio::runtime::Runtime;
use weir_answer::Columns;
use weir_table::{Workspace, topology};
use weir_topology::details::{Detail, Value, details};
use weir_value::datetime;

use super::now_micros;
use crate::args::{Folder, TopologyList, TopologyShow};
use crate::commands::{existing, show as show_columns};
use crate::exit::Exit;
use crate::form::Form;

pub fn list(folder: &Folder, args: &TopologyList) -> anyhow::Result<Exit> {
    let (workspace, runtime) = open(folder)?;
    let stored = runtime.block_on(topology::list(&workspace))?;
    if stored.is_empty() {
        eprintln!("there is no snapshot yet: weir topology import reads one");
    }
    let columns = Columns::default()
        .time("Taken", stored.iter().map(|snapshot| Some(snapshot.name.taken_micros)))
        .text("Snapshot", stored.iter().map(|snapshot| &snapshot.name.name))
        .count("Bytes", stored.iter().map(|snapshot| snapshot.size_bytes));
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

/// How many there are of each type.
fn summary(rows: &[&Detail]) -> Columns {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for row in rows {
        *counts.entry(row.kind).or_default() += 1;
    }
    Columns::default().text("AzureResourceType", counts.keys()).count("Count", counts.values().copied())
}

/// The rows themselves, with the columns that they fill.
fn listed(rows: &[&Detail]) -> Columns {
    Columns::default()
        .text("AzureResourceType", rows.iter().map(|row| row.kind))
        .text("Name", rows.iter().map(|row| &row.name))
        .text("Subscription", rows.iter().map(|row| &row.subscription))
        .text("Region", rows.iter().map(|row| &row.region))
        .text("Details", rows.iter().map(|row| filled(row)))
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

fn write(columns: Columns, form: Option<Form>) -> anyhow::Result<Exit> {
    show_columns(columns, "weir topology", form)?;
    Ok(Exit::Done)
}
