use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use object_store::local::LocalFileSystem;
use object_store::{ObjectStore, ObjectStoreExt};
use url::Url;
use weir_schema::{Table, TableKind, tables};
use weir_topology::Fallback;
use weir_value::datetime;

use crate::lease::Lease;
use crate::settings::{FoldPublic, public_ips_max};
use crate::{Error, FORMAT_VERSION, Settings, TableFiles, Writer, delta, ledger};

/// One workspace of a data folder: its settings, its tables, its ledger.
#[derive(Debug, Clone)]
pub struct Workspace {
    root: PathBuf,
    store: Arc<dyn ObjectStore>,
    settings: Settings,
}

/// What a workspace is made with.
#[derive(Debug, Clone, Default)]
pub struct NewWorkspace {
    /// The processing interval; 60 minutes when none is asked for.
    pub interval_minutes: Option<u32>,
    /// How rows with a public address are folded; by region when nothing is asked for.
    pub fold_public: Option<FoldPublic>,
    /// Addresses in a list, at most; 500 when nothing is asked for.
    pub public_ips_max: Option<usize>,
    /// Whether denied flows from public addresses are folded by target and rule; not when nothing is asked for.
    pub fold_denied_scans: Option<bool>,
    /// Now, in microseconds since the Unix epoch.
    pub now_micros: i64,
    /// Program and version.
    pub created_by: String,
}

impl Workspace {
    /// Opens a workspace; nothing when there is none of this name.
    pub fn open(data: &Path, name: &str) -> Result<Option<Workspace>, Error> {
        let root = root(data, name)?;
        match Settings::read(&root.join("weir.json"))? {
            Some(settings) => Workspace::with(&root, settings).map(Some),
            None => Ok(None),
        }
    }

    /// Opens a workspace, or makes it.
    pub async fn open_or_create(data: &Path, name: &str, new: &NewWorkspace) -> Result<Workspace, Error> {
        if let Some(workspace) = Workspace::open(data, name)? {
            let existing = workspace.settings.interval_minutes;
            return match new.interval_minutes {
                Some(asked) if asked != existing => Err(Error::OtherInterval { existing, asked }),
                _ => workspace.with_folding(new),
            };
        }
        let root = root(data, name)?;
        for folder in ["tables", "ledger/batches"] {
            let path = root.join(folder);
            std::fs::create_dir_all(&path).map_err(Error::io("create", &path))?;
        }
        // Two processes may find no workspace at the same moment; one of them makes it.
        let _lease = Lease::take(&root)?;
        if let Some(workspace) = Workspace::open(data, name)? {
            return Ok(workspace);
        }
        let created = datetime::from_unix_micros(new.now_micros).unwrap_or(datetime::UNIX_EPOCH);
        let settings = Settings {
            format_version: FORMAT_VERSION,
            workspace_id: uuid::Uuid::new_v4().to_string(),
            interval_minutes: new.interval_minutes.unwrap_or(60),
            fold_public: new.fold_public.unwrap_or(FoldPublic::Region),
            public_ips_max: new.public_ips_max.unwrap_or_else(public_ips_max),
            fold_denied_scans: new.fold_denied_scans.unwrap_or(false),
            topology_fallback: Fallback::default(),
            created: datetime::format(created),
            created_by: new.created_by.clone(),
        };
        let path = root.join("weir.json");
        let workspace = Workspace::with(&root, settings)?;
        for table in tables::ALL {
            if let Some(url) = workspace.table_url(table) {
                delta::create(table, url).await?;
            }
        }
        // Last, so that a folder with settings is a whole one.
        workspace.settings.write(&path)?;
        Ok(workspace)
    }

    /// The workspace with folding as it is asked for, now and for what is written from now on.
    fn with_folding(mut self, new: &NewWorkspace) -> Result<Workspace, Error> {
        let settings = Settings {
            fold_public: new.fold_public.unwrap_or(self.settings.fold_public),
            public_ips_max: new.public_ips_max.unwrap_or(self.settings.public_ips_max),
            fold_denied_scans: new.fold_denied_scans.unwrap_or(self.settings.fold_denied_scans),
            ..self.settings.clone()
        };
        if settings != self.settings {
            let _lease = Lease::take(&self.root)?;
            settings.write(&self.root.join("weir.json"))?;
            self.settings = settings;
        }
        Ok(self)
    }

    fn with(root: &Path, settings: Settings) -> Result<Workspace, Error> {
        let root = std::path::absolute(root).map_err(Error::io("find", root))?;
        let store = LocalFileSystem::new_with_prefix(&root).map_err(|source| Error::Store {
            what: "open",
            path: root.display().to_string(),
            source,
        })?;
        Ok(Workspace { root, store: Arc::new(store), settings })
    }

    /// What holds for the workspace as long as it lives.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Takes the lease and finishes what an earlier writer left recorded but not committed.
    pub async fn writer(&self) -> Result<Writer, Error> {
        Writer::open(self.clone()).await
    }

    /// The files of a table as of now. A view has none.
    pub async fn files(&self, table: &'static Table) -> Result<TableFiles, Error> {
        match self.table_url(table) {
            // A folder of an earlier version lacks tables that came since, until it is written to.
            Some(url) if !delta::exists(&url) => Ok(TableFiles::empty(table)),
            Some(url) => TableFiles::load(table, url).await,
            None => Ok(TableFiles::empty(table)),
        }
    }

    /// Whether tables were listed at one time: the last batch that any of them has is committed to all that it is about.
    ///
    /// A batch is committed to one table after the other. Whoever lists them in between would count rows that go from
    /// one table to another twice, or not at all.
    pub async fn is_whole(&self, listed: &[&TableFiles]) -> Result<bool, Error> {
        let Some(newest) = listed.iter().filter_map(|files| files.batch).max() else { return Ok(true) };
        // The record of a batch goes when later ones are there: then the tables will be listed anew soon.
        let Some(about) = ledger::tables_of(self.store().as_ref(), newest).await? else { return Ok(true) };
        let behind = |files: &&TableFiles| about.contains(files.table.name) && files.batch != Some(newest);
        Ok(!listed.iter().any(behind))
    }

    /// Whether nobody has committed to a table since its files were listed. Costs a look at one name.
    pub async fn is_latest(&self, files: &TableFiles) -> Result<bool, Error> {
        let (Some(path), Some(version)) = (Self::table_path(files.table), files.version) else {
            return Ok(true);
        };
        // The log of a table has a file for each version, and none is left out.
        let next = object_store::path::Path::from(format!("{path}/_delta_log/{:020}.json", version + 1));
        match self.store.head(&next).await {
            Ok(_) => Ok(false),
            Err(object_store::Error::NotFound { .. }) => Ok(true),
            Err(error) => Err(Error::store("look at", &next)(error)),
        }
    }

    /// The names of the workspaces of a data folder, in the order of the alphabet; none where there is no folder.
    pub fn names(data: &Path) -> Result<Vec<String>, Error> {
        let entries = match std::fs::read_dir(data) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::io("list", data)(error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(Error::io("list", data))?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            if root(data, &name).is_ok() && entry.path().join("weir.json").is_file() {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    /// Makes sure that a file outlives a power failure: its bytes, and its name in its folders.
    pub(crate) fn sync(&self, path: &object_store::path::Path) -> Result<(), Error> {
        let file = self.root.join(path.as_ref());
        let sync =
            |path: &Path| File::open(path).and_then(|file| file.sync_all()).map_err(Error::io("write", path));
        sync(&file)?;
        // Elsewhere a folder cannot be opened as a file is.
        if cfg!(unix) {
            let mut folders = file.ancestors().skip(1).take_while(|folder| *folder != self.root);
            folders.try_for_each(sync)?;
        }
        Ok(())
    }

    pub(crate) fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }

    /// Path of a table's folder below the root; nothing for a view.
    pub(crate) fn table_path(table: &Table) -> Option<String> {
        match table.kind {
            TableKind::Stored => Some(format!("tables/{}", table.name)),
            TableKind::Ledger => Some(format!("ledger/{}", table.name)),
            TableKind::View => None,
        }
    }

    /// Where a table's folder is; nothing for a view.
    pub(crate) fn table_url(&self, table: &Table) -> Option<Url> {
        let path = self.root.join(Self::table_path(table)?);
        // The root is absolute, so it has a URL.
        Url::from_directory_path(path).ok()
    }
}

/// The folder of a workspace. Its name must not lead anywhere else.
fn root(data: &Path, name: &str) -> Result<PathBuf, Error> {
    let plain = !name.is_empty()
        && name.len() <= 64
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if plain { Ok(data.join(name)) } else { Err(Error::BadName(name.to_owned())) }
}
