//! `weir intel hunt`: first which addresses there are, then the flows of those that are of interest.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail};
use weir_answer::{Answer, Cell, Columns};
use weir_decode::Address;
use weir_intel::{Lookups, Threat};
use weir_query::{Engine, EngineOptions, QueryOptions, WorkspaceCatalog};
use weir_table::intel::FeedReader;
use weir_value::datetime;

use super::{lookups, micros, open, runtime};
use crate::args::{Folder, IntelHunt};
use crate::commands::{now_micros, now_ticks, show};
use crate::exit::Exit;
use crate::numbers::grouped;

/// Memory that a query may hold.
const MEMORY_BYTES: usize = 4 << 30;
/// Addresses that are asked for at once.
const ASKED_AT_ONCE: usize = 1_000;
/// All flows with both their addresses.
const ROWS: &str = "weir_unfolded()";

/// What the rows of one kind of flow have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    ip: String,
    peer: String,
    vm: String,
    port: i64,
    protocol: String,
    direction: String,
    status: String,
    flow_type: String,
}

/// What such flows came to.
#[derive(Debug)]
struct Seen<'a> {
    threat: &'a Threat,
    first_ticks: i64,
    last_ticks: i64,
    flows: i64,
    bytes_to_ip: i64,
    bytes_from_ip: i64,
}

pub fn run(folder: &Folder, args: &IntelHunt) -> anyhow::Result<Exit> {
    let since = args.since.as_deref().map(|text| micros("--since", Some(text))).transpose()?;
    let workspace = open(folder)?;
    let runtime = runtime()?;
    let mut reader = runtime.block_on(FeedReader::open(&workspace))?;
    for source in &args.sources {
        if !reader.feeds().files().iter().any(|file| file.source == *source) {
            bail!("there is no feed '{source}': weir intel list tells those there are");
        }
    }
    let lookups = lookups(&runtime, &mut reader, now_micros())?;
    drop(runtime);
    let wanted = Wanted { lookups: &lookups, sources: &args.sources };
    let runtime = weir_query::runtime().context("cannot start the runtime")?;
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let engine =
        Engine::new(EngineOptions { threads, memory_bytes: MEMORY_BYTES }, runtime.handle().clone())?;
    let catalog = WorkspaceCatalog::new(Some(&workspace), folder.data.join(&folder.workspace));
    let options = QueryOptions { now_ticks: now_ticks(), ..QueryOptions::default() };
    let ask = |text: &str| -> anyhow::Result<Vec<Answer>> {
        let outcome = engine.run(text, &catalog, &options);
        Ok(outcome.with_context(|| format!("cannot ask the tables: {text}"))?.answers)
    };

    let since = match since.and_then(datetime::from_unix_micros) {
        Some(ticks) => format!("| where FlowIntervalStartTime >= datetime({})", datetime::format(ticks)),
        None => String::new(),
    };
    let new = if args.new { "| where FlowType != 'MaliciousFlow'" } else { "" };
    let mut addresses = BTreeSet::new();
    let mut looked_at = 0;
    for side in ["SrcIp", "DestIp"] {
        let text = format!("{ROWS} {since} {new} | where isnotempty({side}) | distinct {side}");
        for answer in ask(&text)? {
            for row in answer.rows() {
                looked_at += 1;
                if let Some(Cell::String(text)) = row.first()
                    && let Some(address) = Address::parse(text.as_bytes())
                    && wanted.threats(address).next().is_some()
                {
                    addresses.insert((*text).to_owned());
                }
            }
        }
    }
    let addresses: Vec<String> = addresses.into_iter().collect();
    let mut found: BTreeMap<Kind, Seen<'_>> = BTreeMap::new();
    for some in addresses.chunks(ASKED_AT_ONCE) {
        let list = some.iter().map(|address| format!("'{address}'")).collect::<Vec<_>>().join(", ");
        for (side, other) in [("Src", "Dest"), ("Dest", "Src")] {
            let text = flows(side, other, &list, &format!("{since} {new}"));
            for answer in ask(&text)? {
                for row in answer.rows() {
                    wanted.note(&row, &mut found);
                }
            }
        }
    }
    eprintln!(
        "{} addresses looked at, {} with something held against them",
        grouped(looked_at),
        grouped(found.keys().map(|kind| &kind.ip).collect::<BTreeSet<_>>().len() as u64)
    );
    let exit = if found.is_empty() { Exit::Done } else { Exit::Found };
    write(found, &lookups, args)?;
    Ok(exit)
}

/// The flows of some addresses on one side, by interval, as an indicator may hold in some and not in others.
fn flows(side: &str, other: &str, list: &str, conditions: &str) -> String {
    format!(
        "{ROWS} {conditions} | where {side}Ip in ({list}) \
         | summarize Flows = sum(AllowedInFlows + AllowedOutFlows + DeniedInFlows + DeniedOutFlows), \
         ToIp = sum(Bytes{other}To{side}), FromIp = sum(Bytes{side}To{other}), \
         First = min(FlowStartTime), Last = max(FlowEndTime) \
         by Interval = FlowIntervalStartTime, Ip = {side}Ip, Peer = {other}Ip, Vm = {other}Vm, DestPort, L4Protocol, \
         FlowDirection, FlowStatus, FlowType \
         | project Ip, Peer, Vm, DestPort, L4Protocol, FlowDirection, FlowStatus, FlowType, Interval, First, Last, \
         Flows, ToIp, FromIp"
    )
}

/// What is hunted for.
struct Wanted<'a> {
    lookups: &'a Lookups,
    sources: &'a [String],
}

impl<'a> Wanted<'a> {
    /// What the wanted feeds hold against an address, at any time.
    fn threats(&self, address: Address) -> impl Iterator<Item = &'a Threat> {
        let sources = self.sources;
        let all = self.lookups.threats_around(address);
        all.filter(move |threat| {
            sources.is_empty() || sources.iter().any(|source| **source == *threat.source)
        })
    }

    /// Takes a row of an interval, if something holds then.
    fn note(&self, row: &[Cell<'_>], found: &mut BTreeMap<Kind, Seen<'a>>) {
        let text = |position: usize| match row.get(position) {
            Some(Cell::String(text)) => (*text).to_owned(),
            _ => String::new(),
        };
        let number = |position: usize| match row.get(position) {
            Some(Cell::Long(number) | Cell::Datetime(number)) => *number,
            _ => 0,
        };
        let interval = (number(8) - datetime::UNIX_EPOCH) / datetime::TICKS_PER_MICROSECOND;
        let Some(address) = Address::parse(text(0).as_bytes()) else { return };
        let Some(threat) = self.threats(address).find(|threat| threat.holds_at(interval)) else { return };
        let kind = Kind {
            ip: text(0),
            peer: text(1),
            vm: text(2),
            port: number(3),
            protocol: text(4),
            direction: text(5),
            status: text(6),
            flow_type: text(7),
        };
        let seen = found.entry(kind).or_insert(Seen {
            threat,
            first_ticks: i64::MAX,
            last_ticks: i64::MIN,
            flows: 0,
            bytes_to_ip: 0,
            bytes_from_ip: 0,
        });
        seen.first_ticks = seen.first_ticks.min(number(9));
        seen.last_ticks = seen.last_ticks.max(number(10));
        seen.flows += number(11);
        seen.bytes_to_ip += number(12);
        seen.bytes_from_ip += number(13);
    }
}

fn write(found: BTreeMap<Kind, Seen<'_>>, lookups: &Lookups, args: &IntelHunt) -> anyhow::Result<()> {
    let mut rows: Vec<(Kind, Seen<'_>)> = found.into_iter().collect();
    rows.sort_by_key(|(_, seen)| std::cmp::Reverse((seen.bytes_to_ip + seen.bytes_from_ip, seen.flows)));
    let facts: Vec<_> = rows
        .iter()
        .map(|(kind, _)| Address::parse(kind.ip.as_bytes()).map(|address| lookups.look_up(address)))
        .map(Option::unwrap_or_default)
        .collect();
    let kinds = || rows.iter().map(|(kind, _)| kind);
    let seen = || rows.iter().map(|(_, seen)| seen);
    let micros = |ticks: i64| Some(datetime::to_unix_micros(ticks));
    let columns = Columns::default()
        .text("Ip", kinds().map(|kind| &kind.ip))
        .text("ThreatType", seen().map(|seen| seen.threat.kind.word()))
        .text("ThreatDescription", seen().map(|seen| &seen.threat.description))
        .text("ThreatSource", seen().map(|seen| &seen.threat.source))
        .text("Country", facts.iter().map(|facts| lookups.text(facts.country)))
        .text("Owner", facts.iter().map(|facts| lookups.text(facts.owner)))
        .text("Peer", kinds().map(|kind| &kind.peer))
        .text("PeerVm", kinds().map(|kind| &kind.vm))
        .long("DestPort", kinds().map(|kind| Some(kind.port)))
        .text("L4Protocol", kinds().map(|kind| &kind.protocol))
        .text("FlowDirection", kinds().map(|kind| &kind.direction))
        .text("FlowStatus", kinds().map(|kind| &kind.status))
        .text("FlowType", kinds().map(|kind| &kind.flow_type))
        .time("FirstSeen", seen().map(|seen| micros(seen.first_ticks)))
        .time("LastSeen", seen().map(|seen| micros(seen.last_ticks)))
        .long("Flows", seen().map(|seen| Some(seen.flows)))
        .long("BytesToIp", seen().map(|seen| Some(seen.bytes_to_ip)))
        .long("BytesFromIp", seen().map(|seen| Some(seen.bytes_from_ip)));
    show(columns, "weir intel hunt", args.format)
}
