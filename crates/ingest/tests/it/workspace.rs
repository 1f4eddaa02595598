//! A data folder and generated logs to put into it.

use std::fs;
use std::path::{Path, PathBuf};

use arrow_array::{ArrayRef, RecordBatch};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use weir_decode::Limits;
use weir_flowgen::{Config, UnixSeconds};
use weir_ingest::{Options, Progress, RedecorateOptions, Redecorated, Summary, TopologySummary};
use weir_table::{FileContent, NewWorkspace, Workspace, Writer, topology};
use weir_topology::Snapshot;

/// 2026-06-01T12:00:00Z.
const END: UnixSeconds = UnixSeconds(1_780_315_200);
/// The same in microseconds.
pub const END_MICROS: i64 = 1_780_315_200 * 1_000_000;
/// A day later: `now` of every ingest.
const NOW_MICROS: i64 = (1_780_315_200 + 86_400) * 1_000_000;

/// An hour of the invented company's logs; the paths of its blobs.
pub fn logs(folder: &Path) -> Vec<PathBuf> {
    hours_of_logs(folder, 1)
}

/// Some hours of them.
pub fn hours_of_logs(folder: &Path, hours: u32) -> Vec<PathBuf> {
    weir_flowgen::simulate(&Config { hours, ..Config::demo(1, END) }, folder, &mut |_| ()).unwrap();
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
            part_rows: Options::PART_ROWS,
            blob_bytes_max: 1 << 30,
            bad_records: None,
            limits: Limits::default(),
            now_micros: &|| NOW_MICROS,
            written_by: "test",
            runtime: self.runtime.handle(),
        };
        weir_ingest::ingest(&mut writer, &found, &options, &Progress::default())
    }

    fn workspace(&self) -> Workspace {
        Workspace::open(self.folder.path(), "default").unwrap().unwrap()
    }

    /// Opens the workspace for writing, and closes it again.
    pub fn open_writer(&self) {
        self.runtime.block_on(self.workspace().writer()).unwrap();
    }

    /// Ingests some paths into a workspace that folds as it is told from then on.
    pub fn ingest_folding(&self, paths: &[PathBuf], folding: NewWorkspace) -> Summary {
        let new = NewWorkspace { now_micros: NOW_MICROS, created_by: "test".to_owned(), ..folding };
        let opened = Workspace::open_or_create(self.folder.path(), "default", &new);
        self.runtime.block_on(opened).unwrap();
        self.ingest(paths)
    }

    /// Stores a snapshot of the inventory.
    pub fn store(&self, snapshot: &Snapshot) {
        self.runtime.block_on(topology::store(&self.workspace(), snapshot)).unwrap();
    }

    /// Stores a snapshot of the inventory in a folder that nothing was read into yet.
    pub fn store_first(&self, snapshot: &Snapshot) {
        self.writer().unwrap();
        self.store(snapshot);
    }

    /// Decorates all rows anew.
    pub fn redecorate(&self) -> Redecorated {
        let mut writer = self.runtime.block_on(self.workspace().writer()).unwrap();
        let options = RedecorateOptions {
            days: i32::MIN..i32::MAX,
            now_micros: &|| NOW_MICROS,
            written_by: "test",
            runtime: self.runtime.handle(),
            threads: 2,
            progress: &|_, _| (),
        };
        weir_ingest::redecorate(&mut writer, &options).unwrap()
    }

    /// Hands over every file of a table.
    pub fn each_file(&self, table: &str, mut each: impl FnMut(&FileContent)) {
        let workspace = self.workspace();
        let files = self.runtime.block_on(workspace.files(weir_schema::table(table).unwrap())).unwrap();
        let writer = self.runtime.block_on(workspace.writer()).unwrap();
        let batch = writer.begin(NOW_MICROS);
        for file in &files.files {
            each(&self.runtime.block_on(batch.read(&files, file)).unwrap());
        }
    }

    /// Opens the workspace for writing, which finishes what was recorded.
    fn writer(&self) -> Result<Writer, weir_table::Error> {
        let new =
            NewWorkspace { now_micros: NOW_MICROS, created_by: "test".to_owned(), ..NewWorkspace::default() };
        self.runtime.block_on(async {
            Workspace::open_or_create(self.folder.path(), "default", &new).await?.writer().await
        })
    }

    /// Writes the runs of the inventory that are missing.
    pub fn write_topology(&self, taken_micros: Option<i64>) -> TopologySummary {
        let mut writer = self.writer().unwrap();
        let runtime = self.runtime.handle();
        weir_ingest::write_topology(&mut writer, taken_micros, NOW_MICROS, "test", runtime).unwrap()
    }

    /// Encodes every file of a table anew, with some columns changed; what was wrong with it, blank for nothing.
    pub fn rewrite(
        &self,
        table: &str,
        keys: &[&str],
        change: impl Fn(&RecordBatch) -> Vec<(&'static str, ArrayRef)>,
    ) -> String {
        let workspace = self.workspace();
        let files = self.runtime.block_on(workspace.files(weir_schema::table(table).unwrap())).unwrap();
        let writer = self.runtime.block_on(workspace.writer()).unwrap();
        let batch = writer.begin(NOW_MICROS);
        let mut wrong = String::new();
        for file in &files.files {
            let content = self.runtime.block_on(batch.read(&files, file)).unwrap();
            if let Err(error) = batch.rewrite(content, NOW_MICROS, keys, |read| Ok(change(read))) {
                wrong += &error.to_string();
            }
        }
        wrong
    }

    /// Rows that a reader counts in a table.
    pub fn rows(&self, table: &str) -> u64 {
        let workspace = Workspace::open(self.folder.path(), "default").unwrap().unwrap();
        let table = weir_schema::table(table).unwrap();
        let files = self.runtime.block_on(workspace.files(table)).unwrap();
        files.files.iter().map(|file| file.rows).sum()
    }
}
