//! The inventories that hold at the times of flows, as decorators.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;
use weir_enrich::Decorator;
use weir_table::{Error, Workspace, topology};
use weir_topology::{History, SnapshotName};

/// Bytes of decorators that are kept for the next rows. The last one is kept in any case.
const KEPT_BYTES_MAX: usize = 1 << 30;

/// The snapshots of a workspace, read when rows of their times come.
#[derive(Debug)]
pub struct Inventories {
    workspace: Workspace,
    runtime: Handle,
    history: History,
    /// Whether decorators that are made are kept for others.
    keeping: bool,
    /// The last ones that were needed, the latest at the end.
    kept: Mutex<Vec<(SnapshotName, Arc<Decorator>)>>,
}

impl Inventories {
    /// The snapshots that a workspace has now.
    pub fn of(workspace: &Workspace, runtime: &Handle) -> Result<Self, Error> {
        let history = runtime.block_on(topology::load(workspace))?;
        let (workspace, runtime) = (workspace.clone(), runtime.clone());
        Ok(Inventories { workspace, runtime, history, keeping: false, kept: Mutex::default() })
    }

    /// Keeps the decorators that are made, for the next run: for who may write to the workspace.
    pub fn keeping(self) -> Self {
        Inventories { keeping: true, ..self }
    }

    /// The snapshots, by time.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The decorator of a snapshot.
    pub fn decorator(&self, name: &SnapshotName) -> Result<Arc<Decorator>, Error> {
        // Others wait while one reads: they are likely to need the same.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = kept.iter().position(|(known, _)| known == name) {
            let known = kept.remove(place);
            let decorator = Arc::clone(&known.1);
            kept.push(known);
            return Ok(decorator);
        }
        let decorator = self.runtime.block_on(topology::decorator(&self.workspace, name, self.keeping))?;
        let decorator = Arc::new(decorator);
        kept.push((name.clone(), Arc::clone(&decorator)));
        let mut bytes: usize = kept.iter().map(|(_, decorator)| decorator.bytes()).sum();
        while bytes > KEPT_BYTES_MAX && kept.len() > 1 {
            bytes -= kept.remove(0).1.bytes();
        }
        Ok(decorator)
    }
}
