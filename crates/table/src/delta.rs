//! Delta tables: made, opened, committed to.

use deltalake_core::kernel::engine::arrow_conversion::TryIntoKernel;
use deltalake_core::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake_core::kernel::{Action, Add, Remove, StructType, Transaction};
use deltalake_core::operations::create::CreateBuilder;
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use deltalake_core::{DeltaTable, DeltaTableBuilder, TableProperty};
use url::Url;
use weir_schema::Table;

use crate::{Error, stats};

/// The column by which every table is partitioned.
pub(crate) const DAY: &str = "Day";

/// The application whose transaction version is the number of the last batch committed to a table.
const APP: &str = "weir";

/// Makes an empty table of the registry's columns; one that exists is left as it is.
pub(crate) async fn create(table: &Table, url: Url) -> Result<(), Error> {
    let path = url.to_file_path().unwrap_or_default();
    std::fs::create_dir_all(&path).map_err(Error::io("create", &path))?;
    let schema: StructType = table
        .stored_schema()
        .as_ref()
        .try_into_kernel()
        .map_err(|source| Error::BadRows { table: table.name.to_owned(), source })?;
    CreateBuilder::new()
        .with_location(url)
        .with_save_mode(SaveMode::Ignore)
        .with_table_name(table.name)
        .with_comment(table.doc)
        .with_columns(schema.fields().cloned())
        .with_partition_columns([DAY])
        .with_configuration_property(
            TableProperty::DataSkippingStatsColumns,
            Some(stats::columns(table).join(",")),
        )
        .await
        .map_err(Error::delta("create", table.name))?;
    Ok(())
}

/// Whether there is a table.
pub(crate) fn exists(url: &Url) -> bool {
    url.to_file_path().is_ok_and(|path| path.join("_delta_log").is_dir())
}

/// Opens a table at its latest version.
pub(crate) async fn open(table: &Table, url: Url) -> Result<DeltaTable, Error> {
    DeltaTableBuilder::from_url(url)
        .map_err(Error::delta("open", table.name))?
        .load()
        .await
        .map_err(Error::delta("open", table.name))
}

/// The last batch that was committed to a table.
pub(crate) async fn last_batch(table: &Table, url: Url) -> Result<Option<i64>, Error> {
    batch_of(table, &open(table, url).await?).await
}

/// The last batch that was committed to a table that is open.
pub(crate) async fn batch_of(table: &Table, delta: &DeltaTable) -> Result<Option<i64>, Error> {
    let snapshot = delta.snapshot().map_err(Error::delta("read", table.name))?;
    let version = snapshot.transaction_version(delta.log_store().as_ref(), APP).await;
    version.map_err(Error::delta("read", table.name))
}

/// Commits what a batch adds to a table and takes from it, in one step, unless that was done before.
///
/// Delta accepts the same transaction twice: the version is read from a fresh snapshot first. A commit that
/// comes in between fails, and everything is looked at again.
pub(crate) async fn commit(
    table: &Table,
    url: Url,
    batch: u64,
    adds: &[Add],
    removes: &[Remove],
) -> Result<(), Error> {
    const TRIES_MAX: usize = 10;
    let version = i64::try_from(batch).unwrap_or(i64::MAX);
    let mut delta = open(table, url).await?;
    for last_try in (0..TRIES_MAX).map(|n| n + 1 == TRIES_MAX) {
        let log_store = delta.log_store();
        let snapshot = delta.snapshot().map_err(Error::delta("read", table.name))?;
        let committed = snapshot
            .transaction_version(log_store.as_ref(), APP)
            .await
            .map_err(Error::delta("read", table.name))?;
        if committed.is_some_and(|committed| committed >= version) {
            return Ok(());
        }
        let properties =
            CommitProperties::default().with_application_transaction(Transaction::new(APP, version));
        let operation = match removes {
            [] => DeltaOperation::Write {
                mode: SaveMode::Append,
                partition_by: Some(vec![DAY.to_owned()]),
                predicate: None,
            },
            _ => DeltaOperation::Update { predicate: None },
        };
        let removes = removes.iter().cloned().map(Action::Remove);
        let actions = removes.chain(adds.iter().cloned().map(Action::Add)).collect();
        let result = CommitBuilder::from(properties)
            .with_actions(actions)
            .build(Some(snapshot), log_store, operation)
            .await;
        match result {
            Ok(_) => return Ok(()),
            Err(error) if last_try || !is_conflict(&error) => {
                return Err(Error::delta("commit to", table.name)(error));
            }
            Err(_) => delta.update_incremental(None).await.map_err(Error::delta("read", table.name))?,
        }
    }
    Ok(())
}

fn is_conflict(error: &deltalake_core::DeltaTableError) -> bool {
    use deltalake_core::DeltaTableError::Transaction;
    use deltalake_core::kernel::transaction::TransactionError::{CommitConflict, VersionAlreadyExists};
    matches!(error, Transaction { source: CommitConflict(_) | VersionAlreadyExists(_) })
}
