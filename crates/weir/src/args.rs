//! The command line.

mod intel;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub use intel::{
    FeedOptions, Intel, IntelExplain, IntelHunt, IntelImport, IntelList, IntelLookup, IntelPull,
};

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
    Raw(Raw),
    Doctor(Doctor),
    Maintain(Maintain),
    Redecorate(Redecorate),
    ExplainFlow(ExplainFlow),
    #[command(subcommand)]
    Intel(Intel),
    Serve(Serve),
    Simulate(Simulate),
    Token(Token),
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
    /// How rows with a public address are folded, from now on: by region or country into one row with a list of
    /// addresses, or not at all [default: as the workspace has it; region for a new one].
    #[arg(long, value_name = "region|none", value_enum)]
    pub fold_public: Option<FoldPublic>,
    /// Addresses in a list of such a row, from now on; the table WeirPublicIps has all [default: as the workspace has
    /// it; 500 for a new one].
    #[arg(long, value_name = "N")]
    pub public_ips_max: Option<std::num::NonZeroUsize>,
    /// Whether denied flows from public addresses are folded by target and rule, from now on, whatever their ports
    /// [default: as the workspace has it; false for a new one].
    #[arg(long, value_name = "true|false")]
    pub fold_denied_scans: Option<bool>,
    /// Blobs read at the same time [default: the processors of this machine].
    #[arg(long, value_name = "N")]
    pub threads: Option<std::num::NonZeroUsize>,
    /// Memory for rows on their way into files: 64MB; less makes smaller files [default: 24 MB a thread and once more].
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub memory: Option<u64>,
    /// Write what could not be used to this file, a line of JSON each: blob, record, byte, reason, and how it begins.
    #[arg(long, value_name = "FILE")]
    pub bad_records: Option<PathBuf>,
    /// Print the summary as one JSON object on standard output.
    #[arg(long)]
    pub json: bool,
}

/// How rows with a public address are folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum FoldPublic {
    /// By region or country.
    Region,
    /// Not at all.
    None,
}

impl From<FoldPublic> for weir_table::FoldPublic {
    fn from(asked: FoldPublic) -> Self {
        match asked {
            FoldPublic::Region => weir_table::FoldPublic::Region,
            FoldPublic::None => weir_table::FoldPublic::None,
        }
    }
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
    /// Form of the answer: table, chart, csv, json, jsonl, markdown, svg, html, parquet, arrow, kusto-v1 [default: on a
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
    /// Stop the query when it takes longer: 30s, 10m, 1h [default: as long as it takes].
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub timeout: Option<std::time::Duration>,
    /// Memory that the query may hold; sorts and groups go on on disk beyond it, what cannot ends: 512MB, 8GB.
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "4GB")]
    pub memory: u64,
    /// Refuse a result of more rows [default: any number].
    #[arg(long, value_name = "N")]
    pub limit_rows: Option<usize>,
    /// Refuse a result of more values: 64MB [default: what memory holds].
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub limit_bytes: Option<u64>,
    /// Show how the query would run instead of running it.
    #[arg(long)]
    pub explain: bool,
    /// Ask a server instead of the data folder: one of weir's, or any that speaks Kusto's protocol.
    #[arg(long, value_name = "URL", env = "WEIR_SERVER", conflicts_with_all = ["explain", "external_folders"])]
    pub server: Option<url::Url>,
    /// File with the token by which the server knows who asks [default: what the variable WEIR_TOKEN holds].
    #[arg(long, value_name = "FILE", requires = "server")]
    pub token_file: Option<PathBuf>,
}

/// Show the raw tuples behind rows of NTANetAnalytics.
///
/// Asks the ledger which blobs have them and reads only these again, wherever it was that they were read from; each
/// tuple comes with its blob, record and position. What is gone or has changed since is named, and copies of it are used
/// where there are any. Ends with 0 when all was there, with 3 when something was missing, with 1 when everything was.
#[derive(Debug, clap::Args)]
pub struct Raw {
    /// Folders and files to look in for blobs that are no longer where they were; they are known by their content.
    #[arg(value_name = "SOURCE")]
    pub sources: Vec<PathBuf>,
    /// Rows of NTANetAnalytics that meet a condition in KQL: 'SrcIp == "10.1.1.8" and DestPort == 443'.
    #[arg(long = "where", value_name = "CONDITION", conflicts_with = "file")]
    pub condition: Option<String>,
    /// Rows that the query in a file has, with any of the columns that tell flows apart; '-' is standard input.
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Value of a parameter that the query declares.
    #[arg(short, long = "parameter", value_name = "NAME=VALUE", value_parser = parameter)]
    pub parameters: Vec<(String, String)>,
    /// Tuples of this time or later.
    #[arg(long, value_name = "DATETIME")]
    pub from: Option<String>,
    /// Tuples before this time.
    #[arg(long, value_name = "DATETIME")]
    pub to: Option<String>,
    /// The most tuples [default: 100000, and to leave some out is to be incomplete].
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Form of the answer: table, csv, json, jsonl, markdown, html, parquet, arrow, kusto-v1 [default: a table].
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<crate::form::Form>,
    /// Write the answer to a file; its ending names the form.
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// What now() is, instead of the clock.
    #[arg(long, value_name = "DATETIME")]
    pub now: Option<String>,
}

/// Look for what is wrong with what is stored: missing, logged twice, not used, not named, old.
///
/// A list of checks, each with a verdict (ok, note, warning, problem), how much it is, the worst of it and what to do. A
/// note may well be as it should be: interfaces without traffic log nothing. Ends with 0 when there is no warning and no
/// problem, with 4 when there is one, with 1 when nothing could be looked at.
#[derive(Debug, clap::Args)]
pub struct Doctor {
    /// Logs of this time or later [default: all].
    #[arg(long, value_name = "DATETIME")]
    pub from: Option<String>,
    /// Logs before this time [default: all].
    #[arg(long, value_name = "DATETIME")]
    pub to: Option<String>,
    /// Show this check alone; can be given several times: read, twice, hours, minutes, stopped, never, formats, discarded,
    /// partial, unknown, strangers, inventory, feeds. The exit code is that of all.
    #[arg(long = "check", value_name = "NAME", value_parser = check)]
    pub checks: Vec<String>,
    /// Show everything that was found instead of the worst.
    #[arg(long)]
    pub all: bool,
    /// Show the queries that found it.
    #[arg(long)]
    pub queries: bool,
    /// How much older than the newest flows the inventory may be: 12h, 7d.
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "7d")]
    pub inventory_age: std::time::Duration,
    /// How much older than the newest flows feeds may be.
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "30d")]
    pub feeds_age: std::time::Duration,
    /// Form of the answer: json (everything), or a row for each check as table, csv, jsonl, markdown, html, parquet; of a
    /// single --check everything that it found [default: text for people].
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<crate::form::Form>,
    /// What time it is, instead of the clock.
    #[arg(long, value_name = "DATETIME")]
    pub now: Option<String>,
}

fn check(text: &str) -> Result<String, String> {
    let names = || weir_doctor::CHECKS.iter().map(|check| check.name);
    match names().any(|name| name == text) {
        true => Ok(text.to_owned()),
        false => Err(format!("use one of {}", names().collect::<Vec<_>>().join(", "))),
    }
}

/// Put the tables in order: add up rows of one flow and interval, make many small files few, remove what nobody needs.
///
/// To be run now and then where logs are read often, such as once a day. Each day of a table is one commit: queries see it
/// as it was or as it is, and every counter keeps its sum. A run that is killed has done whole days.
#[derive(Debug, clap::Args)]
pub struct Maintain {
    /// First day [default: the first there is].
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// Last day, inclusive [default: the last there is].
    #[arg(long, value_name = "DATE")]
    pub to: Option<String>,
    /// How long files stay that others took the place of: queries that began before still read them.
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "1d")]
    pub retain: std::time::Duration,
    /// Print the summary as one JSON object on standard output.
    #[arg(long)]
    pub json: bool,
}

/// Answer clients of Azure Data Explorer and Log Analytics over HTTP.
///
/// Serves this machine alone unless --listen says otherwise; other machines need tokens. Runs until it is told to
/// end, and finishes what it was asked before. Logs go to standard error.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Address")]
pub struct Serve {
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS:PORT", env = "WEIR_LISTEN", default_value = "127.0.0.1:8719")]
    pub listen: std::net::SocketAddr,
    /// Name under which the server may be addressed, beside localhost; can be given several times.
    #[arg(long = "host", value_name = "NAME")]
    pub hosts: Vec<String>,
    /// Certificate for HTTPS, with its chain, in PEM; read again when it changes.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_certificate: Option<PathBuf>,
    /// Private key of the certificate.
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    pub tls_key: Option<PathBuf>,
    #[command(flatten)]
    pub access: AccessArgs,
    #[command(flatten)]
    pub resources: ServeResources,
    #[command(flatten)]
    pub content: ServeContent,
}

/// Who may ask.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Access")]
pub struct AccessArgs {
    /// Ask callers for tokens: those of this file, which weir token keeps.
    #[arg(long, value_name = "FILE", env = "WEIR_TOKENS")]
    pub tokens: Option<PathBuf>,
    /// Ask callers for tokens of this identity provider (their claim iss).
    #[arg(long, value_name = "URL", requires_all = ["oidc_audience", "oidc_keys"])]
    pub oidc_issuer: Option<String>,
    /// What those tokens call this server (their claim aud).
    #[arg(long, value_name = "TEXT", requires = "oidc_issuer")]
    pub oidc_audience: Option<String>,
    /// Keys of the identity provider: a file with a JSON web key set, or the address of one.
    #[arg(long, value_name = "FILE|URL", requires = "oidc_issuer")]
    pub oidc_keys: Option<String>,
    /// Role of callers whose token names none of weir's: reader or operator [default: they are not let in].
    #[arg(long, value_name = "ROLE", requires = "oidc_issuer", value_parser = role)]
    pub oidc_role: Option<weir_api::auth::Role>,
    /// Answer other machines without asking who they are.
    #[arg(long, conflicts_with_all = ["tokens", "oidc_issuer"])]
    pub anonymous: bool,
    /// Write who asked what to this file, a line of JSON each.
    #[arg(long, value_name = "FILE")]
    pub audit: Option<PathBuf>,
}

/// What may be used.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Limits")]
pub struct ServeResources {
    /// Memory that all queries together may hold; sorts and groups spill to disk beyond it [default: 4GB].
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub memory: Option<u64>,
    /// Memory that one query may hold [default: 1GB].
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub query_memory: Option<u64>,
    /// Time of a query that asks for no other: 30s, 10m [default: 4m].
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub timeout: Option<std::time::Duration>,
    /// Time that a query may ask for [default: 1h].
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub timeout_max: Option<std::time::Duration>,
    /// Rows of a result that asks for no other limit [default: 500000].
    #[arg(long, value_name = "N")]
    pub rows: Option<usize>,
    /// Bytes of a result that asks for no other limit [default: 64MB].
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub bytes: Option<u64>,
    /// Queries that run at the same time [default: two for each processor].
    #[arg(long, value_name = "N")]
    pub running: Option<usize>,
    /// Queries that wait for their turn before others are turned away [default: 256].
    #[arg(long, value_name = "N")]
    pub waiting: Option<usize>,
    /// Form of the log: text or json.
    #[arg(long, value_name = "FORM", default_value = "text", value_parser = ["text", "json"])]
    pub log: String,
    /// Log every request.
    #[arg(long)]
    pub verbose: bool,
}

/// What is answered from.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Content")]
pub struct ServeContent {
    /// Folder of saved queries (*.kql) and, in its folder functions, of stored functions.
    #[arg(long, value_name = "DIR", env = "WEIR_LIBRARY")]
    pub library: Option<PathBuf>,
    /// Folder whose files externaldata may read; can be given several times.
    #[arg(long = "external", value_name = "DIR")]
    pub external_folders: Vec<PathBuf>,
    /// Folder with the flow logs that were ingested: its blobs are read again when somebody asks for the raw tuples behind
    /// rows; can be given several times [default: nobody may].
    #[arg(long = "sources", value_name = "DIR")]
    pub sources: Vec<PathBuf>,
}

/// Keep the tokens by which a server knows its callers.
#[derive(Debug, clap::Args)]
pub struct Token {
    /// File of the tokens [default: tokens.json in the data folder].
    #[arg(long, value_name = "FILE", env = "WEIR_TOKENS", global = true)]
    pub tokens: Option<PathBuf>,
    #[command(subcommand)]
    pub command: TokenCommand,
}

#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it, once: only its hash is kept.
    Add {
        /// Whose it is.
        name: String,
        /// What it allows: reader or operator.
        #[arg(long, default_value = "reader", value_parser = role)]
        role: weir_api::auth::Role,
        /// Workspace that it is for; can be given several times [default: all].
        #[arg(long = "for", value_name = "WORKSPACE")]
        workspaces: Vec<String>,
        /// Days until it ends [default: never].
        #[arg(long, value_name = "N")]
        days: Option<u32>,
    },
    /// Show the tokens, without what they are.
    List,
    /// Take a token away; a running server knows within a second.
    Remove {
        /// Whose it is.
        name: String,
    },
}

fn role(text: &str) -> Result<weir_api::auth::Role, String> {
    weir_api::auth::Role::named(text).ok_or_else(|| "use reader or operator".to_owned())
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
    /// Explain the first flow that meets a condition in KQL over the columns of NTANetAnalytics.
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

/// Write flow logs and inventory of an invented company, with the truth about them beside.
///
/// The same seed, end and size give the same bytes. `inventory` is what the company would export: Resource Graph rows
/// and a sites file. `intel` is what feeds say of the public addresses. `truth.json` tells what is in the logs: totals, rows after reduction, and what the shipped recipes
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

fn time(text: &str) -> Result<std::time::Duration, String> {
    match span(text)? {
        time if time.is_zero() => Err("a time is more than nothing".to_owned()),
        time => Ok(time),
    }
}

/// A time that may be nothing.
fn span(text: &str) -> Result<std::time::Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        unit => return Err(format!("'{unit}' is no unit of time: ms, s, m, h, d")),
    };
    let number: f64 = digits.parse().map_err(|_| format!("'{digits}' is no number"))?;
    std::time::Duration::try_from_secs_f64(number * unit).map_err(|_| format!("'{text}' is no time"))
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
