//! Files that nobody needs any more: of tables, of their logs, of the ledger.
//!
//! A reader plans on a list of files and reads them some time later. So a file that was taken from its table stays for a
//! while, the retention; and so does one that no table ever had, which a run that was killed left behind.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::time::UNIX_EPOCH;

use deltalake_core::protocol::checkpoints::create_checkpoint;
use weir_schema::Table;

use crate::ledger::Last;
use crate::{Error, Workspace, Writer, delta, ledger};

/// What is done away with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vacuum {
    /// How long a file stays after it was taken from its table, in microseconds.
    pub retention_micros: i64,
    /// Now, in microseconds since the Unix epoch.
    pub now_micros: i64,
    /// Commits of a table behind its last checkpoint beyond which it gets another.
    pub commits_max: u64,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Vacuumed {
    /// Data files removed.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Records of batches removed.
    pub records: u64,
    /// Tables that got a checkpoint.
    pub checkpoints: u64,
}

impl Writer {
    /// Removes what no version within the retention needs, and shortens what is read to open a table.
    ///
    /// Files of a batch that is recorded and not committed everywhere are spared: whoever holds the lease has committed
    /// all that were recorded.
    pub async fn vacuum(&self, vacuum: &Vacuum) -> Result<Vacuumed, Error> {
        let mut done = Vacuumed::default();
        for table in weir_schema::tables::ALL {
            if let (Some(url), Some(path)) = (self.workspace().table_url(table), Workspace::table_path(table))
            {
                let folder = self.workspace().root().join(path);
                if checkpoint(table, url, &folder, vacuum).await? {
                    done.checkpoints += 1;
                }
                self.vacuum_table(table, &folder, vacuum, &mut done).await?;
            }
        }
        self.vacuum_records(vacuum, &mut done).await?;
        Ok(done)
    }

    async fn vacuum_table(
        &self,
        table: &'static Table,
        folder: &Path,
        vacuum: &Vacuum,
        done: &mut Vacuumed,
    ) -> Result<(), Error> {
        let oldest = vacuum.now_micros.saturating_sub(vacuum.retention_micros);
        let files = self.workspace().files(table).await?;
        let mut needed: HashSet<String> = files.files.into_iter().map(|file| file.path).collect();
        needed.extend(removed_since(folder, oldest.div_euclid(1_000))?);
        needed.extend(self.recorded(table).await?);
        for day in entries(folder)? {
            let Some(name) = day.file_name().to_str().map(str::to_owned) else { continue };
            if !name.starts_with("Day=") || !day.path().is_dir() {
                continue;
            }
            for file in entries(&day.path())? {
                let Some(file_name) = file.file_name().to_str().map(|file| format!("{name}/{file}")) else {
                    continue;
                };
                let path = file.path();
                let metadata = file.metadata().map_err(Error::io("look at", &path))?;
                let old = changed_micros(&metadata) < oldest;
                if !file_name.ends_with(".parquet") || !old || needed.contains(&file_name) {
                    continue;
                }
                std::fs::remove_file(&path).map_err(Error::io("remove", &path))?;
                done.files += 1;
                done.bytes += metadata.len();
            }
        }
        Ok(())
    }

    /// The files of a table that the last record adds.
    async fn recorded(&self, table: &Table) -> Result<Vec<String>, Error> {
        Ok(match ledger::last(self.workspace().store().as_ref()).await? {
            Last::Record(record) => {
                let adds = record.adds.get(table.name).map(Vec::as_slice).unwrap_or_default();
                adds.iter().map(|add| add.path.clone()).collect()
            }
            Last::None | Last::Unreadable(..) => Vec::new(),
        })
    }

    /// Removes old records of batches but for the last one, which tells whether its batch was committed everywhere.
    async fn vacuum_records(&self, vacuum: &Vacuum, done: &mut Vacuumed) -> Result<(), Error> {
        let oldest = vacuum.now_micros.saturating_sub(vacuum.retention_micros);
        let last = match ledger::last(self.workspace().store().as_ref()).await? {
            Last::None => return Ok(()),
            Last::Record(record) => record.batch,
            Last::Unreadable(batch, _) => batch,
        };
        for file in entries(&self.workspace().root().join("ledger/batches"))? {
            let name = file.file_name();
            let number = name.to_str().and_then(|name| name.strip_suffix(".json")?.parse::<u64>().ok());
            let path = file.path();
            let metadata = file.metadata().map_err(Error::io("look at", &path))?;
            if number.is_some_and(|number| number < last) && changed_micros(&metadata) < oldest {
                std::fs::remove_file(&path).map_err(Error::io("remove", &path))?;
                done.records += 1;
            }
        }
        Ok(())
    }
}

/// Writes a checkpoint if many commits would have to be read to open the table.
async fn checkpoint(
    table: &'static Table,
    url: url::Url,
    folder: &Path,
    vacuum: &Vacuum,
) -> Result<bool, Error> {
    let opened = delta::open(table, url).await?;
    let version = opened.version().unwrap_or(0);
    let last = last_checkpoint(&folder.join("_delta_log")).unwrap_or(0);
    if version.saturating_sub(last) <= vacuum.commits_max {
        return Ok(false);
    }
    create_checkpoint(&opened, None).await.map_err(Error::delta("write a checkpoint of", table.name))?;
    Ok(true)
}

/// The version of the last checkpoint of a log.
fn last_checkpoint(log: &Path) -> Option<u64> {
    let text = std::fs::read(log.join("_last_checkpoint")).ok()?;
    let value: serde_json::Value = serde_json::from_slice(&text).ok()?;
    value.get("version")?.as_u64()
}

/// The files that the commits of a log took from its table since a time, milliseconds since the Unix epoch.
fn removed_since(folder: &Path, millis: i64) -> Result<Vec<String>, Error> {
    let mut commits: BTreeMap<u64, std::path::PathBuf> = BTreeMap::new();
    for entry in entries(&folder.join("_delta_log"))? {
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_suffix(".json")?.parse::<u64>().ok());
        commits.extend(number.map(|number| (number, entry.path())));
    }
    let mut removed = Vec::new();
    // The latest first: behind the first commit that is old enough, all are.
    for path in commits.into_values().rev() {
        let metadata = path.metadata().map_err(Error::io("look at", &path))?;
        let text = std::fs::read_to_string(&path).map_err(Error::io("read", &path))?;
        for line in text.lines() {
            // A line that is no action says nothing of files.
            let Ok(action) = serde_json::from_str::<serde_json::Value>(line) else { continue };
            let Some(remove) = action.get("remove") else { continue };
            let time = remove.get("deletionTimestamp").and_then(serde_json::Value::as_i64);
            if time.is_none_or(|time| time >= millis)
                && let Some(path) = remove.get("path").and_then(serde_json::Value::as_str)
            {
                removed.push(path.to_owned());
            }
        }
        if changed_micros(&metadata).div_euclid(1_000) < millis {
            break;
        }
    }
    Ok(removed)
}

fn entries(folder: &Path) -> Result<Vec<std::fs::DirEntry>, Error> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::io("list", folder)(error)),
    };
    entries.map(|entry| entry.map_err(Error::io("list", folder))).collect()
}

/// When a file was changed last; one whose time is not known was changed just now.
fn changed_micros(metadata: &std::fs::Metadata) -> i64 {
    let changed = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    changed.and_then(|time| i64::try_from(time.as_micros()).ok()).unwrap_or(i64::MAX)
}
