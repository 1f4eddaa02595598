//! A plan to rows, on a thread of its own that is left behind when the query is stopped.
//!
//! Most of what runs for a query asks whether it is to stop. A rule of the engine that takes long for one step, or a
//! sort of one large batch, cannot: whoever waits for the rows does not wait for those.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::error::DataFusionError;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::execution::{SessionState, TaskContext};
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::execute_stream;
use futures::StreamExt;
use tokio::runtime::Handle;
use tokio::sync::Notify;

use super::{PLANNER_STACK_BYTES, shared};
use crate::limits::{Watch, check};

/// How often whoever waits for rows looks whether the query is to stop.
const WAIT: Duration = Duration::from_millis(10);
/// Batches that wait to be taken.
const BATCHES_WAITING_MAX: usize = 4;

/// What comes of running a plan.
type Message = Result<RecordBatch>;

/// Where a plan is planned and run.
pub(super) struct Session {
    /// The settings and rules by which it is planned.
    pub state: SessionState,
    /// The memory and the disk that it may use.
    pub environment: Arc<RuntimeEnv>,
}

/// The rows of a plan, each batch given to `take` in its order. Whatever it says ends the run of this plan, and of no
/// other of the query.
pub(super) fn collect<E: From<DataFusionError>>(
    runtime: &Handle,
    session: Session,
    plan: LogicalPlan,
    watch: &Arc<Watch>,
    mut take: impl FnMut(RecordBatch) -> Result<(), E>,
) -> Result<(), E> {
    let (sender, receiver) = sync_channel(BATCHES_WAITING_MAX);
    let enough = Arc::new(Notify::new());
    let (runtime, of_thread, heard) = (runtime.clone(), Arc::clone(watch), Arc::clone(&enough));
    let work = move || {
        let of_query = Arc::clone(&of_thread);
        of_query.during(|| {
            runtime.block_on(async {
                tokio::select! {
                    biased;
                    () = of_thread.leaving() => {}
                    () = heard.notified() => {}
                    result = feed(&session, &plan, &sender) => {
                        if let Err(error) = result {
                            // Nobody listens any more: nobody needs to know.
                            let _ = sender.send(Err(error));
                        }
                    }
                }
            });
        });
    };
    let thread = std::thread::Builder::new().stack_size(PLANNER_STACK_BYTES).spawn(work);
    let thread = thread.map_err(DataFusionError::IoError)?;
    let result = receive(&receiver, watch, &mut take);
    if result.is_err() {
        enough.notify_one();
        return result;
    }
    // The thread has dropped the sender: it is at its end.
    thread.join().unwrap_or_else(|panic| resume_unwind(panic));
    result
}

fn receive<E: From<DataFusionError>>(
    receiver: &Receiver<Message>,
    watch: &Watch,
    take: &mut impl FnMut(RecordBatch) -> Result<(), E>,
) -> Result<(), E> {
    loop {
        match receiver.recv_timeout(WAIT) {
            // What fails by itself has ended by itself; the caller tells the thread of a batch that is not taken.
            Ok(batch) => take(batch?)?,
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Some(stopped) = watch.stopped() {
            watch.leave();
            return Err(DataFusionError::External(Box::new(stopped)).into());
        }
    }
}

/// Plans and runs.
async fn feed(session: &Session, plan: &LogicalPlan, sender: &SyncSender<Message>) -> Result<()> {
    let plan = session.state.optimize(plan)?;
    check()?;
    let (plan, _held) = shared::evaluated(session, plan).await?;
    let plan = session.state.query_planner().create_physical_plan(&plan, &session.state).await?;
    check()?;
    let context = TaskContext::from(&session.state).with_runtime(Arc::clone(&session.environment));
    let mut stream = execute_stream(plan, Arc::new(context))?;
    while let Some(batch) = stream.next().await {
        if sender.send(Ok(batch?)).is_err() {
            break;
        }
        check()?;
    }
    Ok(())
}

/// Bytes of the values of a batch, as far as they are part of it: text that is shared with other rows counts anew.
pub(crate) fn bytes_of(batch: &RecordBatch) -> usize {
    batch.columns().iter().map(bytes_of_column).sum()
}

fn bytes_of_column(array: &ArrayRef) -> usize {
    let lengths = |lengths: &mut dyn Iterator<Item = u32>| lengths.map(|length| length as usize).sum();
    match array.data_type() {
        DataType::Utf8View => lengths(&mut array.as_string_view().lengths()),
        DataType::BinaryView => lengths(&mut array.as_binary_view().lengths()),
        DataType::Boolean => array.len(),
        kind if kind.is_nested() => array.to_data().get_slice_memory_size().unwrap_or(usize::MAX),
        kind => array.len() * kind.primitive_width().unwrap_or(16),
    }
}
