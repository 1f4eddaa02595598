//! What the server counts, in the text form that Prometheus reads.
//!
//! Source: <https://prometheus.io/docs/instrumenting/exposition_formats/>

use std::fmt::Write;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use axum::http::StatusCode;

use crate::ask::Answered;
use crate::failure::Failure;

/// Upper ends of the classes of times, in seconds.
const CLASSES: [f64; 12] = [0.001, 0.003, 0.01, 0.02, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0, 60.0, 240.0];

/// The parts of the server whose requests are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Kusto's protocol.
    Kusto,
    /// That of Log Analytics.
    LogAnalytics,
    /// weir's own.
    Own,
    /// Everything else: pages, health, figures.
    Other,
}

impl Part {
    const ALL: [Part; 4] = [Part::Kusto, Part::LogAnalytics, Part::Own, Part::Other];

    fn name(self) -> &'static str {
        match self {
            Part::Kusto => "kusto",
            Part::LogAnalytics => "log_analytics",
            Part::Own => "own",
            Part::Other => "other",
        }
    }
}

/// All counts.
#[derive(Debug)]
pub struct Metrics {
    started: Instant,
    requests: [[AtomicU64; 6]; Part::ALL.len()],
    seconds: Times,
    wait: Times,
    answered: AtomicU64,
    cut: AtomicU64,
    failed: AtomicU64,
    stopped: AtomicU64,
    rows: AtomicU64,
    sent_bytes: AtomicU64,
    connections: AtomicI64,
    turned_away: AtomicU64,
}

/// How long something took, by classes.
#[derive(Debug, Default)]
struct Times {
    counts: [AtomicU64; CLASSES.len() + 1],
    micros: AtomicU64,
}

impl Times {
    fn add(&self, time: Duration) {
        let class = CLASSES.iter().position(|end| time.as_secs_f64() <= *end).unwrap_or(CLASSES.len());
        self.counts[class].fetch_add(1, Relaxed);
        self.micros.fetch_add(u64::try_from(time.as_micros()).unwrap_or(u64::MAX), Relaxed);
    }

    fn write(&self, page: &mut String, name: &str) {
        let mut sum = 0;
        for (count, end) in self.counts.iter().zip(CLASSES.iter().map(f64::to_string).chain(["+Inf".into()]))
        {
            sum += count.load(Relaxed);
            let _ = writeln!(page, "{name}_bucket{{le=\"{end}\"}} {sum}");
        }
        let _ = writeln!(page, "{name}_sum {}", self.micros.load(Relaxed) as f64 / 1e6);
        let _ = writeln!(page, "{name}_count {sum}");
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Metrics {
            started: Instant::now(),
            requests: Default::default(),
            seconds: Times::default(),
            wait: Times::default(),
            answered: AtomicU64::default(),
            cut: AtomicU64::default(),
            failed: AtomicU64::default(),
            stopped: AtomicU64::default(),
            rows: AtomicU64::default(),
            sent_bytes: AtomicU64::default(),
            connections: AtomicI64::default(),
            turned_away: AtomicU64::default(),
        }
    }
}

impl Metrics {
    /// How long the server has been there.
    pub fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    /// A request that was answered.
    pub fn request(&self, part: Part, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).min(5);
        let part = Part::ALL.iter().position(|known| *known == part).unwrap_or_default();
        self.requests[part][class].fetch_add(1, Relaxed);
    }

    /// A query that has had its turn after this time.
    pub fn waited(&self, time: Duration) {
        self.wait.add(time);
    }

    /// A query that has ended.
    pub fn answered(&self, answered: Result<&Answered, &Failure>, took: Duration) {
        self.seconds.add(took);
        match answered {
            Ok(answered) => {
                let rows: usize = answered.answers.iter().map(weir_answer::Answer::row_count).sum();
                self.rows.fetch_add(rows as u64, Relaxed);
                self.answered.fetch_add(1, Relaxed);
                self.cut.fetch_add(u64::from(answered.cut.is_some()), Relaxed);
            }
            Err(Failure::TimedOut(_) | Failure::Cancelled | Failure::Limit(_)) => {
                self.stopped.fetch_add(1, Relaxed);
            }
            Err(_) => _ = self.failed.fetch_add(1, Relaxed),
        }
    }

    /// Bytes of an answer on their way out.
    pub fn sent(&self, bytes: u64) {
        self.sent_bytes.fetch_add(bytes, Relaxed);
    }

    /// A connection that was opened, or, with a minus, closed.
    pub fn connection(&self, change: i64) {
        self.connections.fetch_add(change, Relaxed);
    }

    /// A request that was turned away because of who asked.
    pub fn turned_away(&self) {
        self.turned_away.fetch_add(1, Relaxed);
    }

    /// All counts as text. `load` is what runs and what waits.
    pub fn page(&self, load: (usize, usize), workspaces: &[(String, String, f64)]) -> String {
        let mut page = String::new();
        let head = |page: &mut String, name: &str, kind: &str, help: &str| {
            let _ = writeln!(page, "# HELP {name} {help}\n# TYPE {name} {kind}");
        };
        let single = |page: &mut String, name: &str, kind: &str, help: &str, value: f64| {
            head(page, name, kind, help);
            let _ = writeln!(page, "{name} {value}");
        };
        head(
            &mut page,
            "weir_requests_total",
            "counter",
            "Requests by part of the server and class of status.",
        );
        for (part, counts) in Part::ALL.iter().zip(&self.requests) {
            for (class, count) in counts.iter().enumerate().skip(1) {
                let (part, count) = (part.name(), count.load(Relaxed));
                let _ = writeln!(page, "weir_requests_total{{part=\"{part}\",status=\"{class}xx\"}} {count}");
            }
        }
        head(&mut page, "weir_queries_total", "counter", "Queries by how they ended.");
        for (name, count) in [
            ("answered", &self.answered),
            ("cut", &self.cut),
            ("failed", &self.failed),
            ("stopped", &self.stopped),
        ] {
            let _ = writeln!(page, "weir_queries_total{{outcome=\"{name}\"}} {}", count.load(Relaxed));
        }
        let help = "Time from a query to its rows, with the time that it waited.";
        head(&mut page, "weir_query_seconds", "histogram", help);
        self.seconds.write(&mut page, "weir_query_seconds");
        head(&mut page, "weir_query_wait_seconds", "histogram", "Time that a query waited for its turn.");
        self.wait.write(&mut page, "weir_query_wait_seconds");
        let load = (load.0 as f64, load.1 as f64);
        let count = |count: &AtomicU64| count.load(Relaxed) as f64;
        single(&mut page, "weir_queries_running", "gauge", "Queries that run now.", load.0);
        single(&mut page, "weir_queries_waiting", "gauge", "Queries that wait for their turn.", load.1);
        single(&mut page, "weir_rows_total", "counter", "Rows of answers.", count(&self.rows));
        let help = "Bytes of answers, as they were sent.";
        single(&mut page, "weir_sent_bytes_total", "counter", help, count(&self.sent_bytes));
        let connections = self.connections.load(Relaxed) as f64;
        single(&mut page, "weir_connections", "gauge", "Connections that are open.", connections);
        let help = "Requests turned away for want of a token or a right.";
        single(&mut page, "weir_turned_away_total", "counter", help, count(&self.turned_away));
        let uptime = self.uptime().as_secs_f64();
        single(&mut page, "weir_uptime_seconds", "gauge", "Time since the server started.", uptime);
        let help = "Version of a table as queries see it.";
        head(&mut page, "weir_table_version", "gauge", help);
        for (workspace, table, version) in workspaces {
            let labels = format!("workspace=\"{workspace}\",table=\"{table}\"");
            let _ = writeln!(page, "weir_table_version{{{labels}}} {version}");
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_counted_in_classes() {
        let metrics = Metrics::default();
        for millis in [1, 2, 20, 500_000] {
            metrics.waited(Duration::from_millis(millis));
        }
        let page = metrics.page((1, 2), &[]);
        for line in [
            "weir_query_wait_seconds_bucket{le=\"0.001\"} 1",
            "weir_query_wait_seconds_bucket{le=\"0.02\"} 3",
            "weir_query_wait_seconds_bucket{le=\"+Inf\"} 4",
            "weir_query_wait_seconds_count 4",
            "weir_queries_running 1",
            "weir_queries_waiting 2",
        ] {
            assert!(page.lines().any(|known| known == line), "{line}");
        }
    }
}
