use std::any::Any;
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use datafusion::common::config::{ConfigEntry, ConfigExtension, ExtensionOptions};
use datafusion::common::{Result, config_err};
use datafusion::error::DataFusionError;
use tokio::sync::Notify;

use super::{Cancel, QueryOptions};

/// Bytes that the values of one batch of rows may have, whatever the memory.
const BATCH_BYTES_MAX: usize = 1 << 30;
/// The same where there is hardly any memory.
const BATCH_BYTES_MIN: usize = 64 << 20;
/// Rows of a loop between two looks at the clock.
const ROWS_BETWEEN_CHECKS: usize = 16;

thread_local! {
    /// The query that this thread works for.
    static CURRENT: RefCell<Option<Arc<Watch>>> = const { RefCell::new(None) };
}

/// Why a query was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Stopped {
    /// It took longer than it may.
    #[error("the query took longer than {0:?}")]
    TimedOut(Duration),
    /// Somebody asked for it, or nobody waits for it any more.
    #[error("the query was cancelled")]
    Cancelled,
}

/// Goes with one query, and knows whether it is to be stopped.
#[derive(Debug)]
pub(crate) struct Watch {
    started: Instant,
    timeout: Option<Duration>,
    cancel: Cancel,
    batch_bytes_max: usize,
    /// Whether nobody waits for the query any more.
    left: AtomicBool,
    leaving: Notify,
}

impl Watch {
    /// Begins now. `memory_bytes` is what the query may hold.
    pub fn new(options: &QueryOptions, memory_bytes: usize) -> Arc<Self> {
        Arc::new(Watch {
            started: Instant::now(),
            timeout: options.timeout,
            cancel: options.cancel.clone(),
            batch_bytes_max: (memory_bytes / 4).clamp(BATCH_BYTES_MIN, BATCH_BYTES_MAX),
            left: AtomicBool::new(false),
            leaving: Notify::new(),
        })
    }

    /// Whether the query is to stop, because it must or because nobody waits for it.
    pub fn stopped(&self) -> Option<Stopped> {
        self.ended().or_else(|| self.left.load(Ordering::Relaxed).then_some(Stopped::Cancelled))
    }

    /// Whether the query must stop.
    pub fn ended(&self) -> Option<Stopped> {
        if self.cancel.is_fired() {
            return Some(Stopped::Cancelled);
        }
        self.timeout.filter(|timeout| self.started.elapsed() >= *timeout).map(Stopped::TimedOut)
    }

    /// Says that nobody waits for the query any more.
    pub fn leave(&self) {
        self.left.store(true, Ordering::Relaxed);
        self.leaving.notify_one();
    }

    /// Comes back when nobody waits any more. For one waiter.
    pub async fn leaving(&self) {
        self.leaving.notified().await;
    }

    /// Works for the query on this thread.
    pub fn during<T>(self: &Arc<Self>, work: impl FnOnce() -> T) -> T {
        /// Puts back what was there, also behind a panic.
        struct Restore(Option<Arc<Watch>>);
        impl Drop for Restore {
            fn drop(&mut self) {
                CURRENT.set(self.0.take());
            }
        }
        let _restore = Restore(CURRENT.replace(Some(Arc::clone(self))));
        work()
    }
}

/// Whether the query of this thread is to stop.
pub(crate) fn is_stopped() -> bool {
    CURRENT.with_borrow(|watch| watch.as_ref().is_some_and(|watch| watch.stopped().is_some()))
}

/// An error where the query of this thread is to stop.
pub(crate) fn check() -> Result<()> {
    match CURRENT.with_borrow(|watch| watch.as_ref().and_then(|watch| watch.stopped())) {
        Some(stopped) => Err(DataFusionError::External(Box::new(stopped))),
        None => Ok(()),
    }
}

/// Bytes that the values of one batch of rows may have.
pub(crate) fn batch_bytes_max() -> usize {
    CURRENT.with_borrow(|watch| watch.as_ref().map_or(BATCH_BYTES_MAX, |watch| watch.batch_bytes_max))
}

/// The numbers of so many rows; ends before, where the query is to stop. Whoever runs a loop over it must
/// [`check`] behind it, as a kernel does.
pub(crate) fn rows(count: usize) -> impl Iterator<Item = usize> {
    (0..count).take_while(|row| row % ROWS_BETWEEN_CHECKS != 0 || !is_stopped())
}

/// The watch of a query among its settings, from where functions have it on every thread.
#[derive(Debug, Clone)]
pub(crate) struct Watching(pub Arc<Watch>);

impl ConfigExtension for Watching {
    const PREFIX: &'static str = "weir";
}

impl ExtensionOptions for Watching {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn cloned(&self) -> Box<dyn ExtensionOptions> {
        Box::new(self.clone())
    }

    fn set(&mut self, key: &str, _: &str) -> Result<()> {
        config_err!("'{key}' is no setting")
    }

    fn entries(&self) -> Vec<ConfigEntry> {
        Vec::new()
    }
}
