//! `weir topology`: the inventory, dated.

mod import;
mod pull;
mod show;

use std::io::Write;

use anyhow::Context;
use serde_json::json;
use weir_ingest::TopologySummary;
use weir_table::{NewWorkspace, Workspace, Writer, topology};
use weir_topology::read::{FindingKind, Imported};
use weir_topology::{Inventory, Snapshot, SnapshotName};
use weir_value::datetime;
use weir_value::timespan::TICKS_PER_SECOND;

use super::{PROGRAM, now_micros, print};
use crate::args::{Folder, Topology};
use crate::exit::Exit;
use crate::numbers::grouped;

/// Findings of a kind that are printed; the JSON summary has more.
const FINDINGS_PRINTED: usize = 5;

pub fn run(folder: &Folder, topology: &Topology) -> anyhow::Result<Exit> {
    match topology {
        Topology::Import(args) => import::run(folder, args),
        Topology::Pull(args) => pull::run(folder, args),
        Topology::List(args) => show::list(folder, args),
        Topology::Show(args) => show::show(folder, args),
    }
}

/// What becomes of the resources that a new snapshot does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Others {
    /// They are gone: the snapshot is all there is.
    Gone,
    /// They are as in the snapshot before it.
    Kept,
}

/// What a snapshot came to.
struct Stored {
    name: SnapshotName,
    /// Resources of the snapshot before it that it has not.
    gone: u64,
    /// Resources of the snapshot before it that were kept.
    kept: u64,
    resources: u64,
    rows: TopologySummary,
}

/// The time that a snapshot speaks of: the one that was named, or now; a full second.
fn taken(told: Option<&str>) -> anyhow::Result<i64> {
    let Some(text) = told else { return Ok(now_micros() / 1_000_000 * 1_000_000) };
    let ticks = datetime::parse(text).with_context(|| format!("--taken: '{text}' is no datetime"))?;
    Ok((ticks - datetime::UNIX_EPOCH).div_euclid(TICKS_PER_SECOND) * 1_000_000)
}

/// Stores what was read as a snapshot, and writes the rows that it makes.
fn store(
    folder: &Folder,
    mut inventory: Inventory,
    taken_micros: i64,
    others: Others,
) -> anyhow::Result<Stored> {
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let mut writer = writer(folder, &runtime)?;
    let workspace = writer.workspace().clone();
    let history = runtime.block_on(topology::load(&workspace))?;
    let before = history.snapshots().iter().rev().find(|name| name.taken_micros <= taken_micros);
    let before = match before {
        Some(name) => runtime.block_on(topology::read(&workspace, name))?.inventory,
        None => Inventory::default(),
    };
    let (mut gone, mut kept) = (inventory.lacks(&before), 0);
    if others == Others::Kept {
        (gone, kept) = (0, gone);
        inventory.keep(before);
    }
    let resources = inventory.headers().count() as u64;
    let name = runtime.block_on(topology::store(&workspace, &Snapshot { taken_micros, inventory }))?;
    let now = now_micros();
    let handle = runtime.handle();
    let rows = weir_ingest::write_topology(&mut writer, Some(taken_micros), now, PROGRAM, handle)?;
    Ok(Stored { name, gone, kept, resources, rows })
}

fn writer(folder: &Folder, runtime: &tokio::runtime::Runtime) -> anyhow::Result<Writer> {
    let new =
        NewWorkspace { now_micros: now_micros(), created_by: PROGRAM.to_owned(), ..NewWorkspace::default() };
    Ok(runtime.block_on(async {
        Workspace::open_or_create(&folder.data, &folder.workspace, &new).await?.writer().await
    })?)
}

/// The resources of an inventory by kind, those of none left out.
fn counts(inventory: &Inventory) -> Vec<(&'static str, usize)> {
    let subnets = inventory.virtual_networks.iter().map(|network| network.subnets.len()).sum();
    let peerings = inventory.virtual_networks.iter().map(|network| network.peerings.len()).sum();
    let rules = inventory.network_security_groups.iter().map(|group| group.rules.len()).sum();
    let all = [
        ("subscriptions", inventory.subscriptions.len()),
        ("virtual networks", inventory.virtual_networks.len()),
        ("subnets", subnets),
        ("peerings", peerings),
        ("network interfaces", inventory.network_interfaces.len()),
        ("virtual machines", inventory.virtual_machines.len()),
        ("scale sets", inventory.scale_sets.len()),
        ("network security groups", inventory.network_security_groups.len()),
        ("security rules", rules),
        ("route tables", inventory.route_tables.len()),
        ("load balancers", inventory.load_balancers.len()),
        ("application gateways", inventory.application_gateways.len()),
        ("virtual network gateways", inventory.virtual_network_gateways.len()),
        ("connections", inventory.connections.len()),
        ("local network gateways", inventory.local_network_gateways.len()),
        ("circuits", inventory.circuits.len()),
        ("public addresses", inventory.public_ips.len()),
        ("private endpoints", inventory.private_endpoints.len()),
        ("firewalls", inventory.firewalls.len()),
        ("bastions", inventory.bastions.len()),
        ("NAT gateways", inventory.nat_gateways.len()),
        ("network groups", inventory.network_groups.len()),
        ("admin rules", inventory.admin_rules.len()),
        ("flow logs", inventory.flow_logs.len()),
        ("node pools", inventory.node_pools.len()),
        ("sites", inventory.sites.len()),
        ("client pools", inventory.client_pools.len()),
    ];
    all.into_iter().filter(|(_, count)| *count > 0).collect()
}

fn write_summary(imported: &Summary<'_>, stored: &Stored, out: &mut dyn Write) -> std::io::Result<()> {
    let Summary { findings, files, resources, counts } = imported;
    let read: u64 = resources.values().sum();
    writeln!(out, "files      {}", grouped(*files))?;
    let unknown: u64 = findings.unknown_types().values().sum();
    writeln!(out, "resources  {} read, {} not understood", grouped(read), grouped(unknown))?;
    for (what, count) in counts {
        writeln!(out, "           {} {what}", grouped(*count as u64))?;
    }
    for (kind, count) in findings.unknown_types() {
        writeln!(out, "not used   {} {kind}", grouped(*count))?;
    }
    for kind in FindingKind::ALL.into_iter().filter(|kind| *kind != FindingKind::UnknownType) {
        let count = findings.count(kind);
        if count > 0 {
            writeln!(out, "finding    {} {}", grouped(count), kind.name())?;
        }
    }
    writeln!(out, "snapshot   {} of {} resources", stored.name.name, grouped(stored.resources))?;
    if stored.gone > 0 {
        let gone = grouped(stored.gone);
        writeln!(out, "gone       {gone} resources of the snapshot before it (--add keeps them)")?;
    }
    if stored.kept > 0 {
        writeln!(out, "kept       {} resources of the snapshot before it", grouped(stored.kept))?;
    }
    let (rows, runs) = (grouped(stored.rows.rows), grouped(stored.rows.runs));
    writeln!(out, "rows       {rows} of NTATopologyDetails, in {runs} runs")
}

/// What is told of an import, once its inventory is stored.
struct Summary<'a> {
    findings: &'a weir_topology::read::Findings,
    files: u64,
    resources: &'a std::collections::BTreeMap<String, u64>,
    counts: Vec<(&'static str, usize)>,
}

/// Tells a few findings of each kind, the losses first.
fn tell_findings(findings: &weir_topology::read::Findings) {
    for kind in FindingKind::ALL.into_iter().filter(|kind| *kind != FindingKind::UnknownType) {
        let of_kind = findings.kept().iter().filter(|finding| finding.kind == kind);
        for finding in of_kind.take(FINDINGS_PRINTED) {
            let place = [finding.file.as_str(), &finding.resource];
            let place: Vec<&str> = place.into_iter().filter(|part| !part.is_empty()).collect();
            eprintln!("{}: {}: {}", kind.name(), place.join(": "), finding.detail);
        }
        let more = findings.count(kind).saturating_sub(FINDINGS_PRINTED as u64);
        if more > 0 {
            eprintln!("… and {} more of '{}'; --json lists them", grouped(more), kind.name());
        }
    }
}

fn as_json(summary: &Summary<'_>, stored: &Stored) -> serde_json::Value {
    let findings = summary.findings;
    let by_kind: serde_json::Map<_, _> = FindingKind::ALL
        .into_iter()
        .filter(|kind| findings.count(*kind) > 0)
        .map(|kind| (json!(kind).as_str().unwrap_or_default().to_owned(), findings.count(kind).into()))
        .collect();
    let counts: serde_json::Map<_, _> =
        summary.counts.iter().map(|(what, count)| (what.replace(' ', "_"), (*count).into())).collect();
    json!({
        "files": summary.files,
        "resources": summary.resources,
        "not_understood": findings.unknown_types(),
        "inventory": counts,
        "findings": by_kind,
        "findings_listed": findings.kept(),
        "snapshot": stored.name.name,
        "snapshot_resources": stored.resources,
        "gone": stored.gone,
        "kept": stored.kept,
        "topology_rows": stored.rows.rows,
        "topology_runs": stored.rows.runs,
    })
}

/// Stores what was read and tells what came of it.
fn finish(
    folder: &Folder,
    imported: Imported,
    taken_micros: i64,
    others: Others,
    as_json_text: bool,
) -> anyhow::Result<Exit> {
    let Imported { inventory, findings, files, resources } = imported;
    let is_named = |subscription: &weir_topology::Subscription| !subscription.name.is_empty();
    let nothing = inventory.headers().next().is_none()
        && inventory.sites.is_empty()
        && inventory.client_pools.is_empty()
        && !inventory.subscriptions.iter().any(is_named);
    if nothing {
        tell_findings(&findings);
        for (kind, count) in findings.unknown_types() {
            eprintln!("not used: {} {kind}", grouped(*count));
        }
        anyhow::bail!("nothing of what was named could be used: no snapshot was stored");
    }
    let counts = counts(&inventory);
    let stored = store(folder, inventory, taken_micros, others)?;
    let summary = Summary { findings: &findings, files, resources: &resources, counts };
    print(|out| match as_json_text {
        true => Ok(writeln!(out, "{}", as_json(&summary, &stored))?),
        false => Ok(write_summary(&summary, &stored, out)?),
    })?;
    if !as_json_text {
        tell_findings(&findings);
    }
    Ok(if findings.has_losses() { Exit::Partly } else { Exit::Done })
}
