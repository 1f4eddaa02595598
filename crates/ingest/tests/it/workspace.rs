//! A data folder and generated logs to put into it.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::runtime::Runtime;
use weir_decode::Limits;
use weir_flowgen::{Config, UnixSeconds};
use weir_ingest::{Options, Progress, Summary, TopologySummary};
use weir_table::{NewWorkspace, Workspace, Writer};
use weir_topology::{Inventory, Snapshot};

/// 2026-06-01T12:00:00Z.
const END: UnixSeconds = UnixSeconds(1_780_315_200);
/// A day later: `now` of every ingest.
const NOW_MICROS: i64 = (1_780_315_200 + 86_400) * 1_000_000;

/// An hour of the invented company's logs; the paths of its blobs.
pub fn logs(folder: &Path) -> Vec<PathBuf> {
    weir_flowgen::simulate(&Config { hours: 1, ..Config::demo(1, END) }, folder, &mut |_| ()).unwrap();
    let mut blobs = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
            match entry.path().is_dir() {
                true => folders.push(entry.path()),
                false if entry.file_name() == "PT1H.json" => blobs.push(entry.path()),
                false => {}
            }
        }
    }
    blobs.sort();
    blobs
}

/// A data folder with one workspace.
pub struct Data {
    pub folder: TempDir,
    runtime: Runtime,
}

impl Data {
    pub fn new() -> Self {
        Data { folder: tempfile::tempdir().unwrap(), runtime: Runtime::new().unwrap() }
    }

    pub fn root(&self) -> PathBuf {
        self.folder.path().join("default")
    }

    /// Ingests some paths.
    pub fn ingest(&self, paths: &[PathBuf]) -> Summary {
        self.ingest_with(paths, 1 << 30).unwrap()
    }

    /// Ingests some paths in rounds of this many stored bytes.
    pub fn ingest_with(&self, paths: &[PathBuf], round_bytes: u64) -> Result<Summary, weir_ingest::Error> {
        let found = weir_blob::find(paths).unwrap();
        let mut writer = self.writer()?;
        let options = Options {
            threads: 2,
            round_bytes,
            blob_bytes_max: 1 << 30,
            limits: Limits::default(),
            now_micros: &|| NOW_MICROS,
            written_by: "test",
            runtime: self.runtime.handle(),
        };
        weir_ingest::ingest(&mut writer, &found, &options, &Progress::default())
    }

    /// Opens the workspace for writing, which finishes what was recorded.
    fn writer(&self) -> Result<Writer, weir_table::Error> {
        let new =
            NewWorkspace { interval_minutes: None, now_micros: NOW_MICROS, created_by: "test".to_owned() };
        self.runtime.block_on(async {
            Workspace::open_or_create(self.folder.path(), "default", &new).await?.writer().await
        })
    }

    /// Stores an inventory.
    pub fn snapshot(&self, taken_micros: i64, inventory: Inventory) {
        let writer = self.writer().unwrap();
        let snapshot = Snapshot { taken_micros, inventory };
        self.runtime.block_on(weir_table::topology::store(writer.workspace(), &snapshot)).unwrap();
    }

    /// Writes the runs of the inventory that are missing.
    pub fn write_topology(&self, taken_micros: Option<i64>) -> TopologySummary {
        let mut writer = self.writer().unwrap();
        let runtime = self.runtime.handle();
        weir_ingest::write_topology(&mut writer, taken_micros, NOW_MICROS, "test", runtime).unwrap()
    }

    /// Rows that a reader counts in a table.
    pub fn rows(&self, table: &str) -> u64 {
        let workspace = Workspace::open(self.folder.path(), "default").unwrap().unwrap();
        let table = weir_schema::table(table).unwrap();
        let files = self.runtime.block_on(workspace.files(table)).unwrap();
        files.files.iter().map(|file| file.rows).sum()
    }
}
