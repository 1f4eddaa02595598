//! `weir intel`: what is known of public addresses.

mod explain;
mod hunt;
mod import;
mod list;
mod lookup;
mod pull;

use anyhow::Context;
use tokio::runtime::Runtime;
use weir_decode::Address;
use weir_enrich::{End, FlowType, PublicKind, end_by_address, flow_type};
use weir_intel::{AddressFacts, Lookups};
use weir_table::Workspace;
use weir_table::intel::FeedReader;
use weir_value::datetime;

use super::{existing, now_micros};
use crate::args::{Folder, Intel};
use crate::exit::Exit;

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
