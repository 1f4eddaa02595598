//! Snapshots of the inventory: dated files beside the tables, written once, never changed.
//!
//! `topology/<time>-<hash>.json.zst`: the time it speaks of, and a hash of what is in it, by which damage is found
//! and the same inventory of the same time is stored once.

use std::collections::BTreeSet;
use std::io::{self, Write};

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use bytes::Bytes;
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutMode, PutOptions};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::{Deserialize, Serialize};
use weir_enrich::Decorator;
use weir_topology::{History, Inventory, Snapshot, SnapshotName};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::prepared::{self, Kind};
use crate::stamp::{parse_stamp, stamp};
use crate::writer::named;
use crate::{Bound, Error, TableFiles, Workspace};

const FOLDER: &str = "topology";
const ENDING: &str = ".json.zst";
/// Version of the content that this program reads and writes.
const FORMAT: u64 = 1;
/// Compression: an inventory is read more often than written.
const LEVEL: i32 = 6;
/// Largest snapshot, unpacked: ten million interfaces need less.
const BYTES_MAX: u64 = 16 << 30;

/// A snapshot that is stored, without what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSnapshot {
    /// `20260601T120000.000000Z-0123456789abcdef`, and the time it was taken.
    pub name: SnapshotName,
    /// Size as stored, in bytes.
    pub size_bytes: u64,
}

#[derive(Serialize)]
struct Content<'a> {
    format: u64,
    taken: &'a str,
    inventory: &'a Inventory,
}

#[derive(Deserialize)]
struct Read {
    format: u64,
    #[serde(default)]
    inventory: Inventory,
}

fn path(name: &str) -> Path {
    Path::from(format!("{FOLDER}/{name}{ENDING}"))
}

/// The snapshot that a file of the folder is; nothing for one that is none.
fn name_of(file: &str) -> Option<SnapshotName> {
    let name = file.strip_suffix(ENDING)?;
    let (time, hash) = name.split_once('-')?;
    let plain = hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    let taken_micros = parse_stamp(time).filter(|_| plain)?;
    Some(SnapshotName { taken_micros, name: name.to_owned() })
}

/// Packs and hashes what is written to it, so that the text itself is never held.
struct Packer {
    packed: zstd::Encoder<'static, Vec<u8>>,
    hash: Xxh3,
}

impl Write for Packer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.packed.write(bytes)?;
        self.hash.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.packed.flush()
    }
}

/// Stores a snapshot. The same inventory of the same time is stored once.
pub async fn store(workspace: &Workspace, snapshot: &Snapshot) -> Result<SnapshotName, Error> {
    let taken_micros = snapshot.taken_micros;
    let taken = stamp(taken_micros);
    let bad = |source| Error::BadSnapshot { name: taken.clone(), source };
    let content = Content { format: FORMAT, taken: &taken, inventory: &snapshot.inventory };
    let failed = || Error::io("pack the inventory for", workspace.root());
    let packed = zstd::Encoder::new(Vec::new(), LEVEL).map_err(failed())?;
    let mut packer = io::BufWriter::with_capacity(1 << 16, Packer { packed, hash: Xxh3::new() });
    serde_json::to_writer(&mut packer, &content).map_err(bad)?;
    let Packer { packed, hash } = packer.into_inner().map_err(|error| failed()(error.into_error()))?;
    let name = format!("{taken}-{:016x}", hash.digest());
    let path = path(&name);
    let packed = packed.finish().map_err(failed())?;
    let folder = workspace.root().join(FOLDER);
    std::fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
    let once = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
    match workspace.store().put_opts(&path, Bytes::from(packed).into(), once).await {
        Ok(_) => {
            workspace.sync(&path)?;
            prepare(workspace, &name, &snapshot.inventory).await;
        }
        Err(object_store::Error::AlreadyExists { .. }) => {}
        Err(error) => return Err(Error::store("write", &path)(error)),
    }
    Ok(SnapshotName { taken_micros, name })
}

/// The snapshots of a workspace, the oldest first.
pub async fn list(workspace: &Workspace) -> Result<Vec<StoredSnapshot>, Error> {
    let folder = Path::from(FOLDER);
    let files: Vec<_> =
        workspace.store().list(Some(&folder)).try_collect().await.map_err(Error::store("list", &folder))?;
    let stored = files.iter().filter_map(|file| {
        Some(StoredSnapshot { name: name_of(file.location.filename()?)?, size_bytes: file.size })
    });
    let mut stored: Vec<_> = stored.collect();
    stored.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(stored)
}

/// Which snapshot holds when: all snapshots of a workspace by their names.
pub async fn load(workspace: &Workspace) -> Result<History, Error> {
    let names = list(workspace).await?.into_iter().map(|stored| stored.name);
    Ok(History::new(names.collect(), workspace.settings().topology_fallback))
}

/// Reads a snapshot and checks that it is what was written.
pub async fn read(workspace: &Workspace, name: &SnapshotName) -> Result<Snapshot, Error> {
    let path = path(&name.name);
    let get = async { workspace.store().get(&path).await?.bytes().await };
    let packed = get.await.map_err(Error::store("read", &path))?;
    let damaged = || Error::DamagedSnapshot { name: name.name.clone() };
    let text = unpack(&packed).ok_or_else(damaged)?;
    if name.name.rsplit('-').next() != Some(format!("{:016x}", xxh3_64(&text)).as_str()) {
        return Err(damaged());
    }
    let bad = |source| Error::BadSnapshot { name: name.name.clone(), source };
    let read: Read = serde_json::from_slice(&text).map_err(bad)?;
    if read.format != FORMAT {
        let (found, path) = (read.format, workspace.root().join(path.as_ref()));
        return Err(Error::OtherFormat { path, found, expected: FORMAT });
    }
    Ok(Snapshot { taken_micros: name.taken_micros, inventory: read.inventory })
}

/// The decorator of a snapshot: the one that was kept, or else made of it and, by who may write to the workspace, kept.
pub async fn decorator(workspace: &Workspace, name: &SnapshotName, keep: bool) -> Result<Decorator, Error> {
    if let Some(kept) = prepared::read(workspace, Kind::Decorator, &name.name).await {
        return Ok(kept);
    }
    let inventory = read(workspace, name).await?.inventory;
    Ok(match keep {
        true => prepare(workspace, &name.name, &inventory).await,
        false => Decorator::new(&inventory),
    })
}

/// Makes the decorator of a snapshot and keeps it.
async fn prepare(workspace: &Workspace, name: &str, inventory: &Inventory) -> Decorator {
    let made = Decorator::new(inventory);
    prepared::keep(workspace, Kind::Decorator, name, &made).await;
    made
}

/// Times of the runs that `NTATopologyDetails` has rows of, microseconds since the Unix epoch.
pub async fn runs(workspace: &Workspace) -> Result<BTreeSet<i64>, Error> {
    let files = workspace.files(named("NTATopologyDetails")?).await?;
    let mut runs = BTreeSet::new();
    for file in &files.files {
        let bounds = file.bounds.get(RUN);
        match bounds.map(|bounds| (&bounds.low, &bounds.high)) {
            // A file has the rows of one run, as it is written; runs begin with a second, so bounds are exact.
            Some((Some(Bound::Number(low)), Some(Bound::Number(high)))) if high - low < 1_000 => {
                runs.insert(*low);
            }
            // Until others put files together.
            _ => runs.extend(runs_in(workspace, &files, &file.path).await?),
        }
    }
    Ok(runs)
}

const RUN: &str = "TimeProcessed";

async fn runs_in(workspace: &Workspace, files: &TableFiles, path: &str) -> Result<BTreeSet<i64>, Error> {
    let path = Path::from(format!("{}/{path}", files.path));
    let get = async { workspace.store().get(&path).await?.bytes().await };
    let bytes = get.await.map_err(Error::store("read", &path))?;
    let failed = || Error::parquet("read", files.table.name);
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(failed())?;
    let columns = ProjectionMask::columns(builder.parquet_schema(), [RUN]);
    let mut runs = BTreeSet::new();
    for batch in builder.with_projection(columns).build().map_err(failed())? {
        let batch = batch.map_err(|source| Error::BadRows { table: files.table.name.to_owned(), source })?;
        let times = batch.column_by_name(RUN).and_then(|c| c.as_primitive_opt::<TimestampMicrosecondType>());
        runs.extend(times.into_iter().flat_map(|times| times.iter().flatten()));
    }
    Ok(runs)
}

/// Nothing when the bytes are damaged, or more than any snapshot has.
fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    use std::io::Read;
    let mut text = Vec::new();
    let decoder = zstd::Decoder::new(packed).ok()?;
    decoder.take(BYTES_MAX + 1).read_to_end(&mut text).ok()?;
    (text.len() as u64 <= BYTES_MAX).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NewWorkspace;

    async fn workspace(folder: &std::path::Path) -> Workspace {
        let new = NewWorkspace { now_micros: 0, created_by: "test".to_owned(), ..NewWorkspace::default() };
        Workspace::open_or_create(folder, "default", &new).await.unwrap()
    }

    fn snapshot(taken_micros: i64, name: &str) -> Snapshot {
        let mut inventory = Inventory::default();
        inventory.subscriptions.push(weir_topology::Subscription {
            id: "00000000-0000-0000-0000-000000000001".to_owned(),
            name: name.to_owned(),
            tenant_id: String::new(),
        });
        Snapshot { taken_micros, inventory }
    }

    #[tokio::test]
    async fn a_snapshot_is_stored_once_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = workspace(folder.path()).await;
        let (first, second) = (snapshot(1_000_000, "one"), snapshot(2_000_000, "two"));
        let stored = store(&workspace, &second).await.unwrap();
        assert_eq!(store(&workspace, &second).await.unwrap(), stored);
        store(&workspace, &first).await.unwrap();
        let history = load(&workspace).await.unwrap();
        let mut read_back = Vec::new();
        for name in history.snapshots() {
            read_back.push(read(&workspace, name).await.unwrap());
        }
        assert_eq!(read_back, [first, second]);
        assert_eq!(history.at(3_000_000), Some(&stored));
    }

    #[tokio::test]
    async fn damage_is_told_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = workspace(folder.path()).await;
        let stored = store(&workspace, &snapshot(1, "one")).await.unwrap();
        let path = workspace.root().join(path(&stored.name).as_ref());
        let whole = std::fs::read(&path).unwrap();
        for bytes in [whole[..whole.len() / 2].to_vec(), Vec::new(), zstd::encode_all(&b"{}"[..], 1).unwrap()]
        {
            std::fs::write(&path, bytes).unwrap();
            let error = read(&workspace, &stored).await.unwrap_err();
            assert!(error.to_string().contains(&stored.name), "{error}");
            assert!(error.hint().is_some());
        }
        // What is not a snapshot is left alone.
        std::fs::remove_file(&path).unwrap();
        std::fs::write(workspace.root().join("topology/notes.txt"), "mine").unwrap();
        assert!(load(&workspace).await.unwrap().snapshots().is_empty());
    }
}
