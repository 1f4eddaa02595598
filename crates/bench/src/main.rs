//! How fast each stage of the path is.
//!
//! A corpus is simulated once and kept; every stage runs in a process of its own, several times, in turn with
//! the others, so that a machine that slows down slows all of them. Processor time and peak memory are the
//! operating system's account of the finished process.

mod corpus;
mod measure;
mod report;
mod stage;

use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;

use crate::stage::Stage;

/// Measures decoding, reduction and ingest on a simulated corpus.
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
    /// Interfaces in the inventory beside a corpus, most of which do not log.
    #[arg(long, value_name = "N", default_value_t = 0)]
    inventory_nics: u32,
    /// Kinds of log.
    #[arg(long, value_name = "FORMAT", value_delimiter = ',', default_value = "vnet,nsg-v2,nsg-v1")]
    formats: Vec<String>,
    /// Runs of every stage that count; one more warms up.
    #[arg(long, value_name = "N", default_value_t = 5)]
    runs: usize,
    /// Write the figures as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Run one stage on the blobs of a folder, in this process.
    #[arg(long, hide = true)]
    stage: Option<Stage>,
    /// Data folder of a stage that needs one.
    #[arg(long, hide = true)]
    data: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    if let Some(stage) = args.stage {
        let fact = stage::run(stage, &args.folder, args.data.as_deref())?;
        println!("{fact}");
        return Ok(());
    }
    let own = std::env::current_exe().context("cannot find this program")?;
    let weir = args.weir.clone().unwrap_or_else(|| own.with_file_name("weir"));
    let mut all = Vec::new();
    for format in &args.formats {
        let corpus = corpus::make(&args.folder, format, args.megabytes, args.inventory_nics)?;
        let figures = measure::measure(&corpus, &own, &weir, args.runs)?;
        report::print(&corpus, &figures);
        all.push(report::as_json(&corpus, &figures));
    }
    if let Some(path) = &args.json {
        let text = serde_json::to_string_pretty(&all)?;
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}
