//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Traffic analytics of Azure flow logs: read the blobs, keep them as open Delta tables, ask in KQL.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct Args {
    #[command(flatten)]
    pub folder: Folder,
    #[command(subcommand)]
    pub command: Command,
}

/// Where the data is.
#[derive(Debug, clap::Args)]
pub struct Folder {
    /// Data folder.
    #[arg(long, value_name = "DIR", env = "WEIR_DATA", default_value = "weir-data", global = true)]
    pub data: PathBuf,
    /// Workspace of the data folder: a set of tables with an id and an interval of its own.
    #[arg(long, value_name = "NAME", env = "WEIR_WORKSPACE", default_value = "default", global = true)]
    pub workspace: String,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Ingest(Ingest),
    Query(Query),
    Redecorate(Redecorate),
    ExplainFlow(ExplainFlow),
    Simulate(Simulate),
    #[command(subcommand)]
    Topology(Topology),
}

/// Read flow logs into the tables: what is new since the last time, once.
///
/// Takes folders and files in any layout: VNet flow logs version 4 and NSG flow logs version 1 and 2, plain or
/// packed with gzip, zstd or zip. Ends with 0 when everything was read, with 3 when blobs, records or tuples could
/// not be, with 1 when nothing could.
#[derive(Debug, clap::Args)]
pub struct Ingest {
    /// Folders and files with flow logs.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Processing interval of a new workspace; one that exists keeps its own.
    #[arg(long, value_name = "10m|60m", value_parser = interval)]
    pub interval: Option<u32>,
    /// Blobs read at the same time [default: the processors of this machine].
    #[arg(long, value_name = "N")]
    pub threads: Option<std::num::NonZeroUsize>,
    /// Print the summary as one JSON object on standard output.
    #[arg(long)]
    pub json: bool,
}

/// Ask the tables a question in KQL.
///
/// The query is an argument, a file, or standard input. Notes and errors go to standard error.
#[derive(Debug, clap::Args)]
pub struct Query {
    /// The query; '-' or nothing reads it from standard input.
    #[arg(value_name = "KQL", allow_hyphen_values = true)]
    pub kql: Option<String>,
    /// File with the query.
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Form of the answer: table, chart, csv, json, jsonl, markdown, svg, html, parquet, kusto-v1 [default: on a
    /// terminal what the query renders, otherwise a table].
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<crate::form::Form>,
    /// Write the answer to a file; its ending names the form.
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Value of a parameter that the query declares.
    #[arg(short, long = "parameter", value_name = "NAME=VALUE", value_parser = parameter)]
    pub parameters: Vec<(String, String)>,
    /// What now() is, instead of the clock.
    #[arg(long, value_name = "DATETIME")]
    pub now: Option<String>,
    /// Folder whose files externaldata may read; can be given several times.
    #[arg(long = "external", value_name = "DIR")]
    pub external_folders: Vec<PathBuf>,
    /// Show how the query would run instead of running it.
    #[arg(long)]
    pub explain: bool,
}

/// Name the machines and networks of stored rows anew, by the inventories that there are now.
///
/// Rows are written again where the inventory of their time says otherwise than it did: after an inventory was imported
/// for flows that were read before, or a better one. Day by day, each in one commit; queries see a day as it was or as
/// it is. Counters are never changed. Ends with 3 when files had to be left alone.
#[derive(Debug, clap::Args)]
pub struct Redecorate {
    /// First day [default: the first there is].
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// Last day, inclusive [default: the last there is].
    #[arg(long, value_name = "DATE")]
    pub to: Option<String>,
    /// Print the summary as one JSON object on standard output.
    #[arg(long)]
    pub json: bool,
}

/// Say why flows between two addresses are decorated as they are.
///
/// Everything that was looked at, one row each: interfaces, subnets, sites, links; which of them decided, and why the
/// others did not. The same as the function weir_explain_flow in KQL.
#[derive(Debug, clap::Args)]
pub struct ExplainFlow {
    /// Source address.
    #[arg(value_name = "SRC", required_unless_present = "row")]
    pub src: Option<String>,
    /// Destination address.
    #[arg(value_name = "DEST", required_unless_present = "row")]
    pub dest: Option<String>,
    /// MAC address of the interface that logged the flow.
    #[arg(long, value_name = "MAC")]
    pub mac: Option<String>,
    /// Time of the flow: the inventory of that time is asked [default: now].
    #[arg(long, value_name = "DATETIME")]
    pub at: Option<String>,
    /// Direction, as the interface saw it: inbound or outbound.
    #[arg(long, value_name = "DIRECTION", default_value = "outbound")]
    pub direction: String,
    /// What the flow log was enabled on, as in the column TargetResourceId.
    #[arg(long, value_name = "TARGET")]
    pub target: Option<String>,
    /// Explain the first row of NTANetAnalytics that meets a condition in KQL.
    #[arg(
        long,
        value_name = "CONDITION",
        conflicts_with_all = ["src", "dest", "mac", "at", "direction", "target"]
    )]
    pub row: Option<String>,
    /// Form of the answer: table, csv, json, jsonl, markdown, html, parquet, kusto-v1.
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: crate::form::Form,
}

/// Write the flow logs of an invented company and its inventory, with the truth about both beside.
///
/// The same seed, end and size give the same bytes. `inventory` is what the company would export: Resource Graph rows
/// and a sites file. `truth.json` tells what is in the logs: totals, rows after reduction, and what the shipped recipes
/// find; `truth-rows.parquet` tells of every row what decoration has to say of it.
#[derive(Debug, clap::Args)]
pub struct Simulate {
    /// Folder to write to; it is made if need be, and must not hold another simulation.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// What makes one company's traffic differ from another's.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// How much time the logs cover.
    #[arg(long, value_name = "DAYS", conflicts_with = "hours")]
    pub days: Option<u32>,
    /// How much time the logs cover, in hours [default: 168, a week].
    #[arg(long, value_name = "HOURS")]
    pub hours: Option<u32>,
    /// Where the logs end, a full hour [default: the last full hour].
    #[arg(long, value_name = "DATETIME")]
    pub end: Option<String>,
    /// Interfaces beyond those of the company itself.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub nics: u32,
    /// Interfaces beyond those of the company itself that the inventory has, whether or not they log; never fewer than
    /// those of --nics.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub inventory_nics: u32,
    /// About how much to write: 200MB, 2GB.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub size: Option<u64>,
    /// Kind of log: vnet, nsg-v2, nsg-v1, mixed (one network has NSG flow logs), both (VNet and NSG flow logs of the
    /// same networks).
    #[arg(long, value_name = "FORMAT", default_value = "vnet", value_parser = log_format)]
    pub format: weir_flowgen::LogFormat,
    /// Leave out the parts of the truth that need memory: scenarios, top talkers and the truth about every row.
    #[arg(long)]
    pub totals_only: bool,
}

/// What networks, machines and rules there are: read exports, keep them dated, name flows by them.
#[derive(Debug, Subcommand)]
pub enum Topology {
    Import(TopologyImport),
    Pull(TopologyPull),
    List(TopologyList),
    Show(TopologyShow),
}

/// Read exports of an inventory as one snapshot.
///
/// Takes what Azure Resource Graph, Resource Manager and the Azure command line answer (JSON, or the portal's CSV),
/// ARM templates, Terraform states (azurerm, azapi), and a file of sites (YAML); packed or not, whole folders too. A
/// snapshot is all there is at its time: what an earlier one had and it has not is gone. Ends with 0 when all was
/// used, with 3 when something of the files was lost; what is wrong with the networks themselves is told and used.
#[derive(Debug, clap::Args)]
pub struct TopologyImport {
    /// Files and folders with exports.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// When the inventory was like that [default: now].
    #[arg(long, value_name = "DATETIME")]
    pub taken: Option<String>,
    /// Keep what the snapshot before it has and these files do not name.
    #[arg(long)]
    pub add: bool,
    /// Where ARM templates are deployed to; they do not tell themselves.
    #[arg(long, value_name = "SUBSCRIPTION/GROUP")]
    pub scope: Option<String>,
    /// Print the summary as one JSON object on standard output.
    #[arg(long)]
    pub json: bool,
}

/// Ask Azure Resource Graph for the inventory and keep it as one snapshot.
///
/// Whoever is signed in needs the role Reader on the subscriptions. Nothing is stored unless the whole answer was
/// had. Secrets are taken from the environment and are never printed.
#[derive(Debug, clap::Args)]
pub struct TopologyPull {
    /// Files to read along with the answer, such as the file of sites.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Subscription to ask for; can be given several times [default: all that may be read].
    #[arg(long = "subscription", value_name = "GUID")]
    pub subscriptions: Vec<String>,
    /// Resource Manager of the cloud, such as https://management.usgovcloudapi.net.
    #[arg(long, value_name = "URL", default_value = "https://management.azure.com")]
    pub endpoint: String,
    /// How to sign in: auto, cli (az login), environment (AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET),
    /// workload, managed-identity, token (WEIR_AZURE_TOKEN).
    #[arg(long, value_name = "WAY", default_value = "auto", value_parser = credential)]
    pub auth: weir_pull::CredentialKind,
    /// Keep what the snapshot before it has and this answer does not name.
    #[arg(long)]
    pub add: bool,
    /// Print the summary as one JSON object on standard output.
    #[arg(long)]
    pub json: bool,
}

fn credential(text: &str) -> Result<weir_pull::CredentialKind, String> {
    let all = weir_pull::CredentialKind::ALL;
    let names = || all.map(weir_pull::CredentialKind::name).join(", ");
    all.into_iter().find(|kind| kind.name() == text).ok_or_else(|| format!("use one of {}", names()))
}

/// List the snapshots.
#[derive(Debug, clap::Args)]
pub struct TopologyList {
    /// Form of the list: table, csv, json, jsonl, markdown, html [default: table].
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<crate::form::Form>,
}

/// Show what a snapshot holds: how many of each type, or the resources of a type or name.
#[derive(Debug, clap::Args)]
pub struct TopologyShow {
    /// A type (NetworkInterface), a name or the end of one (web-nic, prod/web-nic), an address, a MAC address.
    #[arg(value_name = "TYPE|NAME")]
    pub what: Option<String>,
    /// The snapshot that holds at a time [default: now].
    #[arg(long, value_name = "DATETIME")]
    pub at: Option<String>,
    /// Form of the list: table, csv, json, jsonl, markdown, html [default: table].
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<crate::form::Form>,
}

fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "KB" | "K" => 1_000,
        "MB" | "M" => 1_000_000,
        "GB" | "G" => 1_000_000_000,
        "TB" | "T" => 1_000_000_000_000_u64,
        _ => return Err("write a size such as 200MB or 2GB".to_owned()),
    };
    let number: f64 = digits.parse().map_err(|_| "write a size such as 200MB or 2GB".to_owned())?;
    Ok((number * unit as f64) as u64)
}

fn log_format(text: &str) -> Result<weir_flowgen::LogFormat, String> {
    use weir_flowgen::LogFormat;
    match text {
        "vnet" => Ok(LogFormat::VnetV4),
        "nsg-v2" => Ok(LogFormat::NsgV2),
        "nsg-v1" => Ok(LogFormat::NsgV1),
        "mixed" => Ok(LogFormat::Mixed),
        "both" => Ok(LogFormat::Both),
        _ => Err("use vnet, nsg-v2, nsg-v1, mixed or both".to_owned()),
    }
}

fn interval(text: &str) -> Result<u32, String> {
    match text {
        "10m" | "10" => Ok(10),
        "60m" | "60" | "1h" => Ok(60),
        _ => Err("use 10m or 60m".to_owned()),
    }
}

fn parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}
