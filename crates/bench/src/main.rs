//! How fast each stage of the path is.
//!
//! A corpus is simulated once and kept; every stage runs in a process of its own, several times, in turn with
//! the others, so that a machine that slows down slows all of them. Processor time and peak memory are the
//! operating system's account of the finished process.

mod corpus;
mod measure;
mod report;
mod serve;
mod stage;

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Parser;

use crate::stage::Stage;

/// Measures decoding, reduction and ingest on a simulated corpus, or the server over a simulated week.
#[derive(Debug, Parser)]
struct Args {
    /// Folder for corpora and data folders; corpora are kept for the next time.
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,
    /// The program, for what is measured end to end [default: beside this one].
    #[arg(long, value_name = "FILE")]
    weir: Option<PathBuf>,
    /// Size of a corpus in megabytes.
    #[arg(long, value_name = "N", default_value_t = 200)]
    megabytes: u64,
    /// Kinds of log.
    #[arg(long, value_name = "FORMAT", value_delimiter = ',', default_value = "vnet,nsg-v2,nsg-v1")]
    formats: Vec<String>,
    /// Runs of every stage that count; one more warms up.
    #[arg(long, value_name = "N", default_value_t = 5)]
    runs: usize,
    /// Write the figures as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Measure the server instead, with so many clients at the same time.
    #[arg(long, value_name = "N")]
    serve: Option<usize>,
    /// How long they ask.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    seconds: u64,
    /// Run one stage on the blobs of a folder, in this process.
    #[arg(long, hide = true)]
    stage: Option<Stage>,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    if let Some(stage) = args.stage {
        let fact = stage::run(stage, &args.folder)?;
        println!("{fact}");
        return Ok(());
    }
    let own = std::env::current_exe().context("cannot find this program")?;
    let weir = args.weir.clone().unwrap_or_else(|| own.with_file_name("weir"));
    if let Some(clients) = args.serve {
        let (folder, runs) = (args.folder.as_path(), 200);
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let options = serve::Options { folder, weir: &weir, runs, clients, seconds: args.seconds };
        return write(args.json.as_deref(), &serve::measure(&options)?);
    }
    let mut all = Vec::new();
    for format in &args.formats {
        let corpus = corpus::make(&args.folder, format, args.megabytes)?;
        let figures = measure::measure(&corpus, &own, &weir, args.runs)?;
        report::print(&corpus, &figures);
        all.push(report::as_json(&corpus, &figures));
    }
    write(args.json.as_deref(), &all.into())
}

/// Writes figures as JSON, where that is asked for.
fn write(path: Option<&Path>, figures: &serde_json::Value) -> anyhow::Result<()> {
    let Some(path) = path else { return Ok(()) };
    let text = serde_json::to_string_pretty(figures)?;
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
