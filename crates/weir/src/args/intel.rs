//! Arguments of `weir intel`.

use std::path::PathBuf;

use clap::Subcommand;
use weir_intel::{FeedKind, ThreatKind};

/// Whose public addresses are, where they are, and what is held against them: keep feeds, ask them, hunt by them.
#[derive(Debug, Subcommand)]
pub enum Intel {
    Import(IntelImport),
    Pull(IntelPull),
    List(IntelList),
    Explain(IntelExplain),
    Lookup(IntelLookup),
    Hunt(IntelHunt),
}

/// Read files of feeds and keep them, dated.
///
/// Takes databases in MaxMind's format (MaxMind, DB-IP, IPinfo), CSV of ranges with countries, cities or owners, Azure's
/// service tags (JSON), and threats: plain lists, CSV, STIX 2.1, MISP events and warning lists; packed or not, whole
/// folders too. What a file is, its bytes tell. Files of one feed follow one another in time: flows are decorated by the
/// one of their time. Ends with 0 when all was used, with 3 when something of the files was not.
#[derive(Debug, clap::Args)]
pub struct IntelImport {
    /// Files and folders with feeds.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub how: FeedOptions,
    /// Print the summary as one JSON object on standard output.
    #[arg(long)]
    pub json: bool,
}

/// How a feed is to be read.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Feed")]
pub struct FeedOptions {
    /// What it is about: service-tags, geography, threats, allow [default: what its bytes look like].
    #[arg(long, value_name = "KIND", value_parser = kind)]
    pub kind: Option<FeedKind>,
    /// Name of the feed; a later file of the same name takes the place of an earlier one, from its date on [default: what
    /// it calls itself, or the name of the file without its date].
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Of what time it speaks [default: what it says, the date in its name, or now].
    #[arg(long, value_name = "DATETIME")]
    pub as_of: Option<String>,
    /// Type of threats that tell none: Botnet, C2, CryptoMining, DarkNet, DDoS, MaliciousUrl, Malware, Phishing, Proxy, PUA,
    /// WatchList [default: what the name of the feed tells, or WatchList].
    #[arg(long, value_name = "TYPE", value_parser = threat_kind)]
    pub threat_type: Option<ThreatKind>,
    /// Which column of a CSV is what, by header or number: address=2,type=malware,valid-until=expires. Others: start, end,
    /// country, city, region, owner, description, domain, url, port, confidence, valid-from.
    #[arg(long, value_name = "NAME=COLUMN,…", value_delimiter = ',', value_parser = column)]
    pub columns: Vec<(String, String)>,
    /// How sure a threat must be, 0 to 100; those that do not say are taken.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub confidence: Option<u8>,
    /// Days that threats hold which tell no end [default: for ever].
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub lasts: Option<u32>,
    /// Cloud of the flows: service tags of another one are refused; 'any' takes all.
    #[arg(long, value_name = "NAME", default_value = "Public")]
    pub cloud: String,
}

fn kind(text: &str) -> Result<FeedKind, String> {
    let names = || FeedKind::ALL.map(FeedKind::name).join(", ");
    FeedKind::named(text).ok_or_else(|| format!("use one of {}", names()))
}

fn threat_kind(text: &str) -> Result<ThreatKind, String> {
    let names = || ThreatKind::ALL.map(ThreatKind::word).join(", ");
    ThreatKind::named(text).ok_or_else(|| format!("use one of {}", names()))
}

fn column(text: &str) -> Result<(String, String), String> {
    let (name, column) = text.split_once('=').ok_or("write NAME=COLUMN, such as address=2")?;
    let (name, column) = (name.trim().to_lowercase(), column.trim());
    if !weir_intel::read::roles().any(|role| role == name) {
        let roles: Vec<&str> = weir_intel::read::roles().collect();
        return Err(format!("no column can be the '{name}': use one of {}", roles.join(", ")));
    }
    match column.is_empty() {
        true => Err(format!("which column is the {name}?")),
        false => Ok((name, column.to_owned())),
    }
}

/// Fetch feeds and keep them as import does.
///
/// Takes addresses of files, of the page from which Microsoft's service tags are downloaded, and with --taxii of TAXII
/// 2.1 collections, page by page. What is asked for, and who asks, is sent to nobody else. A token or a name and password
/// are taken from the environment: WEIR_FEED_TOKEN, or WEIR_FEED_USER and WEIR_FEED_PASSWORD.
#[derive(Debug, clap::Args)]
pub struct IntelPull {
    /// Where the feeds are: https://…
    #[arg(required = true, value_name = "URL")]
    pub urls: Vec<url::Url>,
    /// They are collections of a TAXII 2.1 server, or an API root with collections.
    #[arg(long)]
    pub taxii: bool,
    #[command(flatten)]
    pub how: FeedOptions,
    /// Print the summary as one JSON object on standard output.
    #[arg(long)]
    pub json: bool,
}

/// List the files of feeds: which, of what date, and what they give.
#[derive(Debug, clap::Args)]
pub struct IntelList {
    /// Time of which files are told that hold then [default: now].
    #[arg(long, value_name = "DATETIME")]
    pub at: Option<String>,
    /// Form of the list: table, csv, json, jsonl, markdown, html [default: table].
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<crate::form::Form>,
}

/// Say what is known of an address, and which entry of which file decided each word.
#[derive(Debug, clap::Args)]
pub struct IntelExplain {
    /// The address.
    #[arg(value_name = "IP")]
    pub address: String,
    /// Time that is asked about [default: now].
    #[arg(long, value_name = "DATETIME")]
    pub at: Option<String>,
    /// Form of the answer: table, csv, json, jsonl, markdown, html [default: table].
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<crate::form::Form>,
}

/// Say of many addresses what is known of them, a row each.
#[derive(Debug, clap::Args)]
pub struct IntelLookup {
    /// The addresses; none or '-' reads them from standard input, a line each.
    #[arg(value_name = "IP")]
    pub addresses: Vec<String>,
    /// Time that is asked about [default: now].
    #[arg(long, value_name = "DATETIME")]
    pub at: Option<String>,
    /// Form of the answer: table, csv, json, jsonl, markdown, html, parquet [default: table].
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<crate::form::Form>,
}

/// Find past flows with addresses that threats are told of now, whatever their rows say.
///
/// Asks the stored tables: single addresses and the lists of folded rows. Nothing is written; weir redecorate writes what
/// was found into the rows. Ends with 0 when nothing was found, with 4 when something was.
#[derive(Debug, clap::Args)]
pub struct IntelHunt {
    /// Flows since then [default: all].
    #[arg(long, value_name = "DATETIME")]
    pub since: Option<String>,
    /// Threats of this feed only; can be given several times.
    #[arg(long = "source", value_name = "NAME")]
    pub sources: Vec<String>,
    /// Leave out rows that are MaliciousFlow already.
    #[arg(long)]
    pub new: bool,
    /// Form of the answer: table, csv, json, jsonl, markdown, html, parquet [default: table].
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<crate::form::Form>,
}
