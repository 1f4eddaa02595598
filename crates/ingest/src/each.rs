//! Work on many things by several threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use weir_table::Error;

/// Does something with each of some things, several at a time in their order; what came of each, in their order.
///
/// `tools` makes what a thread uses again from thing to thing. The first error ends the work: where the data folder
/// fails, no other thing fares better.
pub(crate) fn on_each<'a, I: Sync, S, T: Send>(
    things: &'a [I],
    threads: usize,
    tools: impl Fn() -> S + Sync,
    work: impl Fn(&'a I, &mut S) -> Result<T, Error> + Sync,
) -> Result<Vec<T>, Error> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, T)>> = Mutex::default();
    let failure: Mutex<Option<Error>> = Mutex::default();
    let worker = || {
        let mut tools = tools();
        while let Some((index, thing)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            things.get(index).map(|thing| (index, thing))
        } {
            match work(thing, &mut tools) {
                Ok(result) => done.lock().unwrap_or_else(PoisonError::into_inner).push((index, result)),
                Err(error) => {
                    next.store(things.len(), Ordering::Relaxed);
                    failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, things.len().max(1)) {
            scope.spawn(worker);
        }
    });
    if let Some(error) = failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    Ok(done.into_iter().map(|(_, result)| result).collect())
}
