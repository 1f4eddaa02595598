use std::path::Path;

use serde::{Deserialize, Serialize};
use weir_enrich::FoldRules;
use weir_reduce::Interval;
use weir_topology::Fallback;

use crate::Error;

/// The version of the folder's format that this program reads and writes.
pub const FORMAT_VERSION: u64 = 1;

/// What holds for a workspace as long as it lives; the content of `weir.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Version of the folder's format.
    pub format_version: u64,
    /// The workspace id: `TenantId` of every row.
    pub workspace_id: String,
    /// The processing interval, 10 or 60 minutes.
    pub interval_minutes: u32,
    /// How rows with a public address are folded.
    pub fold_public: FoldPublic,
    /// Addresses in a list of `SrcPublicIps` or `DestPublicIps`, at most.
    #[serde(default = "public_ips_max")]
    pub public_ips_max: usize,
    /// Whether denied flows from public addresses are folded by target and rule, whatever their ports.
    #[serde(default)]
    pub fold_denied_scans: bool,
    /// What is known of networks before the first snapshot of the inventory was taken.
    #[serde(default)]
    pub topology_fallback: Fallback,
    /// When the workspace was made, UTC.
    pub created: String,
    /// Program and version that made it.
    pub created_by: String,
}

/// How rows with a public address are folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FoldPublic {
    /// Not at all: each public address has rows of its own.
    None,
    /// By region for addresses of Azure, by country for others, as Traffic Analytics does.
    Region,
}

/// Addresses in a list where the settings do not say: a text of Log Analytics holds 32 KB, and an entry has about 50
/// bytes.
///
/// Source: <https://learn.microsoft.com/azure/azure-monitor/fundamentals/service-limits#log-analytics-workspaces>
pub(crate) fn public_ips_max() -> usize {
    500
}

impl Settings {
    /// The processing interval.
    pub fn interval(&self) -> Interval {
        // Checked when the settings were read.
        Interval::from_minutes(self.interval_minutes).unwrap_or(Interval::HOUR)
    }

    /// Which rows are folded.
    pub fn fold_rules(&self) -> FoldRules {
        FoldRules { by_region: self.fold_public == FoldPublic::Region, denied_scans: self.fold_denied_scans }
    }

    /// Reads `weir.json`; nothing when there is none.
    pub(crate) fn read(path: &Path) -> Result<Option<Settings>, Error> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io("read", path)(error)),
        };
        let bad = |source| Error::BadSettings { path: path.to_owned(), source };
        // The version first: another format may well have other keys.
        let value: serde_json::Value = serde_json::from_str(&text).map_err(bad)?;
        let found = value.get("format_version").and_then(serde_json::Value::as_u64).unwrap_or(0);
        if found != FORMAT_VERSION {
            return Err(Error::OtherFormat { path: path.to_owned(), found, expected: FORMAT_VERSION });
        }
        let settings: Settings = serde_json::from_value(value).map_err(bad)?;
        if Interval::from_minutes(settings.interval_minutes).is_none() {
            let wrong = serde::de::Error::custom("interval_minutes must be 10 or 60");
            return Err(bad(wrong));
        }
        Ok(Some(settings))
    }

    /// Writes `weir.json`, whole or not at all.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Error> {
        let bad = |source| Error::BadSettings { path: path.to_owned(), source };
        let text = serde_json::to_string_pretty(self).map_err(bad)? + "\n";
        let draft = path.with_extension("json.new");
        std::fs::write(&draft, text).map_err(Error::io("write", &draft))?;
        std::fs::rename(&draft, path).map_err(Error::io("write", path))
    }
}
