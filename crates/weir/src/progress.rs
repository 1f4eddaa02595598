//! How far a long piece of work has come: a bar on a terminal, a line now and then elsewhere.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::numbers::{bytes, per_second};

/// Time between two lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Tells on standard error how far a piece of work has come, a line now and then; several threads may.
pub struct Lines(Mutex<Instant>);

impl Lines {
    /// Work that begins now.
    pub fn new() -> Self {
        Lines(Mutex::new(Instant::now()))
    }

    /// Tells how far it is, unless the last line is not long ago.
    pub fn tell(&self, line: impl FnOnce() -> String) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.elapsed() > LINE_EVERY {
            *last = Instant::now();
            eprintln!("{}", line());
        }
    }
}

/// Shows on standard error how far a piece of work has come.
pub struct Shown {
    bar: Option<ProgressBar>,
    total_bytes: u64,
    started: Instant,
    next_line: Duration,
}

impl Shown {
    /// A piece of work of so many bytes.
    pub fn new(total_bytes: u64) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let template = "{bar:30} {bytes}/{total_bytes} {msg} {bytes_per_sec} {eta} left";
            let style = ProgressStyle::with_template(template);
            ProgressBar::new(total_bytes).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Shown { bar, total_bytes, started: Instant::now(), next_line: LINE_EVERY }
    }

    /// Shows that so many bytes are done; `more` says what else is.
    pub fn at(&mut self, done_bytes: u64, more: impl FnOnce() -> String) {
        let done_bytes = done_bytes.min(self.total_bytes);
        if let Some(bar) = &self.bar {
            bar.set_position(done_bytes);
            bar.set_message(more());
        } else if self.started.elapsed() >= self.next_line {
            self.next_line += LINE_EVERY;
            let rate = bytes(per_second(done_bytes, self.started.elapsed()));
            eprintln!("{} of {}, {}, {rate}/s", bytes(done_bytes), bytes(self.total_bytes), more());
        }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
