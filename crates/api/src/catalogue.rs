//! The workspaces of a data folder, as databases.
//!
//! What a table consists of is kept in mind, so that a query does not read logs of tables before it starts. Before
//! it is used, it is made sure that nobody has committed since: a look at one name for each table, a few times a
//! second at most.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use weir_query::WorkspaceCatalog;
use weir_table::{Error, Workspace};

/// The catalogue of a workspace is looked after no more often.
const LOOK: Duration = Duration::from_millis(200);

/// How long what was before is shown instead of a batch that is not committed to all its tables. A writer that was killed
/// leaves such a one, until the next writer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long one waits before looking at such a batch again, where nothing was before.
const AGAIN: Duration = Duration::from_millis(50);

/// The id of a workspace that is not there yet.
const NO_ID: &str = "00000000-0000-0000-0000-000000000000";

/// The workspaces of a data folder.
pub struct Workspaces {
    data: PathBuf,
    default: String,
    external_folders: Vec<PathBuf>,
    open: Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<Open>>>>,
    names: Mutex<Option<(Instant, Vec<Database>)>>,
}

/// A workspace that can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// Its name.
    pub name: String,
    /// Its id: a guid.
    pub id: String,
    /// Its processing interval; 0 of a workspace that is not there yet.
    pub interval_minutes: u32,
    /// When it was made, UTC; blank before.
    pub created: String,
}

struct Open {
    id: String,
    catalog: Arc<WorkspaceCatalog>,
    looked: Instant,
    /// Since when there has been a batch that is not committed to all its tables.
    torn: Option<Instant>,
}

impl Workspaces {
    /// Those of a data folder; `default` is the one that is meant where none is named.
    pub fn new(data: PathBuf, default: String, external_folders: Vec<PathBuf>) -> Self {
        Workspaces { data, default, external_folders, open: Mutex::default(), names: Mutex::default() }
    }

    /// The name that is meant where none is.
    pub fn default_name(&self) -> &str {
        &self.default
    }

    /// All of them, in the order of their names; the default is among them even before it is made. Reads a file each, a few times a second at most.
    pub async fn list(&self) -> Result<Vec<Database>, Error> {
        {
            let known = self.names.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((looked, databases)) = known.as_ref()
                && looked.elapsed() < LOOK
            {
                return Ok(databases.clone());
            }
        }
        let (data, default) = (self.data.clone(), self.default.clone());
        let list = move || -> Result<Vec<Database>, Error> {
            let mut databases = Vec::new();
            for name in Workspace::names(&data)? {
                match Workspace::open(&data, &name) {
                    Ok(Some(workspace)) => databases.push(database(name, &workspace)),
                    Ok(None) => {}
                    // One that cannot be opened does not keep the others from being asked.
                    Err(error) => tracing::error!(workspace = name, %error, "a workspace cannot be opened"),
                }
            }
            if databases.iter().all(|database| database.name != default) {
                databases.push(Database {
                    name: default,
                    id: NO_ID.to_owned(),
                    interval_minutes: 0,
                    created: String::new(),
                });
                databases.sort_by(|one, other| one.name.cmp(&other.name));
            }
            Ok(databases)
        };
        // Nothing in it panics.
        let databases = tokio::task::spawn_blocking(list).await.unwrap_or_else(|_| Ok(Vec::new()))?;
        *self.names.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((Instant::now(), databases.clone()));
        Ok(databases)
    }

    /// The one of a name, in any letter case, or of an id.
    pub async fn find(&self, name: &str) -> Result<Option<Database>, Error> {
        let all = self.list().await?;
        let exact = all.iter().find(|database| database.name == name);
        let found = exact.or_else(|| {
            all.iter().find(|one| one.name.eq_ignore_ascii_case(name) || one.id.eq_ignore_ascii_case(name))
        });
        Ok(found.cloned())
    }

    /// The tables of a workspace as of now; nothing where there is no workspace of this name.
    pub async fn catalog(&self, name: &str) -> Result<Option<Arc<WorkspaceCatalog>>, Error> {
        let Some(database) = self.find(name).await? else { return Ok(None) };
        let known = {
            let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            open.get(&database.name).cloned()
        };
        let entry = match known {
            Some(entry) => entry,
            None => {
                let opened = self.opened(&database).await?;
                let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
                Arc::clone(open.entry(database.name.clone()).or_insert_with(|| Arc::new(opened.into())))
            }
        };
        // While one looks, others wait for what it finds.
        let mut entry = entry.lock().await;
        if entry.id != database.id {
            // The folder was made anew.
            *entry = self.opened(&database).await?;
        } else if entry.looked.elapsed() >= LOOK {
            if let Some(refreshed) = entry.catalog.refreshed().await? {
                let since = entry.torn.unwrap_or_else(Instant::now);
                if refreshed.is_whole().await? || since.elapsed() >= PATIENCE {
                    entry.catalog = Arc::new(refreshed);
                    entry.torn = None;
                } else {
                    // Between two commits of one batch: the tables as they were are whole.
                    entry.torn = Some(since);
                }
            }
            entry.looked = Instant::now();
        }
        Ok(Some(Arc::clone(&entry.catalog)))
    }

    /// The folder of a workspace; nothing before it is made.
    pub fn open(&self, database: &Database) -> Result<Option<Workspace>, Error> {
        Workspace::open(&self.data, &database.name)
    }

    async fn opened(&self, database: &Database) -> Result<Open, Error> {
        let workspace = Workspace::open(&self.data, &database.name)?;
        let mut catalog = WorkspaceCatalog::new(workspace.as_ref(), self.data.join(&database.name))
            .with_external_folders(self.external_folders.clone());
        let began = Instant::now();
        while !catalog.is_whole().await? && began.elapsed() < PATIENCE {
            tokio::time::sleep(AGAIN).await;
            catalog = catalog.refreshed().await?.unwrap_or(catalog);
        }
        let id = workspace.map_or_else(|| NO_ID.to_owned(), |found| found.settings().workspace_id.clone());
        Ok(Open { id, catalog: Arc::new(catalog), looked: Instant::now(), torn: None })
    }
}

fn database(name: String, workspace: &Workspace) -> Database {
    let settings = workspace.settings();
    Database {
        name,
        id: settings.workspace_id.clone(),
        interval_minutes: settings.interval_minutes,
        created: settings.created.clone(),
    }
}
