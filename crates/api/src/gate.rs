//! Who may run a query now: so many at a time, and each client in its turn.
//!
//! Clients wait in a line each. When a query ends, the next line has its turn, so that somebody who asks a hundred
//! things at once does not keep others from asking one.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// Admits queries.
#[derive(Debug)]
pub struct Gate {
    running_max: usize,
    queued_max: usize,
    lines: Mutex<Lines>,
}

#[derive(Debug, Default)]
struct Lines {
    running: usize,
    queued: usize,
    /// The lines that are not empty, the next to have its turn first.
    lines: VecDeque<(String, VecDeque<oneshot::Sender<Pass>>)>,
}

/// The right to run one query; it ends when this is dropped.
#[derive(Debug)]
pub struct Pass(Arc<Gate>);

/// There are too many waiting already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

impl Gate {
    /// A gate for `running_max` queries at a time, before which `queued_max` may wait.
    pub fn new(running_max: usize, queued_max: usize) -> Arc<Self> {
        Arc::new(Gate { running_max: running_max.max(1), queued_max, lines: Mutex::default() })
    }

    /// Waits for the turn of a client. Whoever stops waiting leaves the line.
    pub async fn enter(self: &Arc<Self>, client: &str) -> Result<Pass, Full> {
        let waiting = {
            let mut lines = self.lock();
            if lines.running < self.running_max {
                lines.running += 1;
                return Ok(Pass(Arc::clone(self)));
            }
            // Those who left without having had their turn are gone.
            lines.forget_gone();
            if lines.queued >= self.queued_max {
                return Err(Full);
            }
            lines.queued += 1;
            let (sender, receiver) = oneshot::channel();
            match lines.lines.iter_mut().find(|(name, _)| name == client) {
                Some((_, line)) => line.push_back(sender),
                None => lines.lines.push_back((client.to_owned(), VecDeque::from([sender]))),
            }
            receiver
        };
        // The gate lives as long as somebody waits before it, and drops no sender unheard.
        waiting.await.map_err(|_| Full)
    }

    /// Queries that run now, and that wait.
    pub fn load(&self) -> (usize, usize) {
        let mut lines = self.lock();
        lines.forget_gone();
        (lines.running, lines.queued)
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the next one in, in the place of one that has ended.
    fn leave(self: &Arc<Self>) {
        let next = {
            let mut lines = self.lock();
            let next = lines.next();
            lines.running -= usize::from(next.is_none());
            next
        };
        // Outside the lock: a pass that nobody takes any more is dropped, and comes here again.
        if let Some(next) = next {
            drop(next.send(Pass(Arc::clone(self))));
        }
    }
}

impl Lines {
    fn next(&mut self) -> Option<oneshot::Sender<Pass>> {
        let (client, mut line) = self.lines.pop_front()?;
        let next = line.pop_front();
        if !line.is_empty() {
            self.lines.push_back((client, line));
        }
        self.queued -= usize::from(next.is_some());
        next
    }

    fn forget_gone(&mut self) {
        for (_, line) in &mut self.lines {
            line.retain(|sender| !sender.is_closed());
        }
        self.lines.retain(|(_, line)| !line.is_empty());
        self.queued = self.lines.iter().map(|(_, line)| line.len()).sum();
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.0.leave();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn each_client_has_its_turn() {
        let gate = Gate::new(1, 10);
        let first = gate.enter("a").await.unwrap();
        let (sender, mut order) = tokio::sync::mpsc::unbounded_channel();
        for client in ["a", "a", "a", "b"] {
            let (entered, gate) = (sender.clone(), Arc::clone(&gate));
            tokio::spawn(async move {
                let pass = gate.enter(client).await.unwrap();
                entered.send(client).unwrap();
                drop(pass);
            });
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(gate.load(), (1, 4));
        drop(first);
        let mut came = Vec::new();
        for _ in 0..4 {
            came.push(order.recv().await.unwrap());
        }
        assert_eq!(came, ["a", "b", "a", "a"]);
        assert_eq!(gate.load(), (0, 0));
    }

    #[tokio::test]
    async fn whoever_leaves_takes_no_place() {
        let gate = Gate::new(1, 1);
        let first = gate.enter("a").await.unwrap();
        let waiting = tokio::time::timeout(Duration::from_millis(5), gate.enter("b")).await;
        assert!(waiting.is_err(), "there is no place yet");
        assert_eq!(gate.load(), (1, 0));
        let second = tokio::spawn({
            let gate = Arc::clone(&gate);
            async move { gate.enter("c").await.map(drop) }
        });
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert_eq!(gate.enter("d").await.unwrap_err(), Full);
        drop(first);
        assert_eq!(second.await.unwrap(), Ok(()));
        assert_eq!(gate.load(), (0, 0));
    }

    #[tokio::test]
    async fn a_pass_that_was_given_to_somebody_who_left_is_given_on() {
        let gate = Gate::new(1, 10);
        let first = gate.enter("a").await.unwrap();
        let mut gone = Box::pin(gate.enter("b"));
        assert!(futures::poll!(&mut gone).is_pending());
        // The pass is in the channel when its taker goes away.
        drop(first);
        drop(gone);
        assert_eq!(gate.load(), (0, 0));
        assert!(tokio::time::timeout(Duration::from_secs(1), gate.enter("c")).await.unwrap().is_ok());
    }
}
