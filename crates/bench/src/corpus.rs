//! The logs that are measured on.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use weir_flowgen::{Config, LogFormat, Scale, TruthDetail, UnixSeconds, simulate};

/// 2026-06-01T00:00:00Z: a fixed end, so that a corpus is the same everywhere.
const END: UnixSeconds = UnixSeconds(1_780_272_000);
const HOURS: u32 = 24;
/// Interfaces beyond the company's own for each hundred megabytes: blobs of a few megabytes, as busy machines
/// have them.
const NICS_PER_100_MB: u64 = 5;

/// A folder of blobs.
pub struct Corpus {
    pub format: String,
    pub blobs: PathBuf,
    /// Where the data folders of the measurements go.
    pub scratch: PathBuf,
    pub size_bytes: u64,
    pub tuples: u64,
    /// Rows after reduction by the hour.
    pub rows: u64,
}

/// The corpus of a format and a size, with an inventory of so many interfaces: made, or left from the last time.
pub fn make(folder: &Path, format: &str, megabytes: u64, inventory_nics: u32) -> anyhow::Result<Corpus> {
    let name = match inventory_nics {
        0 => format!("{format}-{megabytes}"),
        nics => format!("{format}-{megabytes}-of-{nics}"),
    };
    let blobs = folder.join(&name);
    let truth_path = blobs.join("truth.json");
    if !truth_path.exists() {
        if blobs.exists() {
            std::fs::remove_dir_all(&blobs).with_context(|| format!("cannot clear {}", blobs.display()))?;
        }
        eprintln!("making {megabytes} MB of {format} logs in {}", blobs.display());
        let config = Config {
            hours: HOURS,
            scale: Scale {
                background_nics: u32::try_from(megabytes * NICS_PER_100_MB / 100)?,
                inventory_nics,
                size_bytes: Some(megabytes * 1_000_000),
            },
            format: log_format(format)?,
            truth: TruthDetail::Totals,
            ..Config::demo(1, END)
        };
        simulate(&config, &blobs, &mut |_| ())?;
    }
    let text = std::fs::read_to_string(&truth_path)
        .with_context(|| format!("cannot read {}", truth_path.display()))?;
    let truth: serde_json::Value = serde_json::from_str(&text)?;
    let total =
        |what: &str| truth["totals"][what].as_u64().with_context(|| format!("no {what} in the truth"));
    Ok(Corpus {
        format: format.to_owned(),
        scratch: folder.join(format!("{name}-data")),
        size_bytes: total("bytes")?,
        tuples: total("tuples")?,
        rows: total("rows_60_minutes")?,
        blobs,
    })
}

fn log_format(name: &str) -> anyhow::Result<LogFormat> {
    Ok(match name {
        "vnet" => LogFormat::VnetV4,
        "nsg-v2" => LogFormat::NsgV2,
        "nsg-v1" => LogFormat::NsgV1,
        "mixed" => LogFormat::Mixed,
        "both" => LogFormat::Both,
        other => bail!("'{other}' is no format: use vnet, nsg-v2, nsg-v1, mixed or both"),
    })
}
