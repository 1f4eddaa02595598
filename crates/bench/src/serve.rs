//! The server: how long queries take in it, and how it fares with many clients, a greedy one and a slow one.
//!
//! Requests are written to sockets as they are, so that nothing but the server is measured. What a request took
//! inside the server is what the header `server-timing` of its answer says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};

/// The week that is asked about ends here.
const NOW: &str = "2026-06-01T00:00:00Z";
/// Small queries: each is timed by itself.
const SMALL: [(&str, &str); 3] = [
    ("print 1", "print 1"),
    ("count", "NTANetAnalytics | count"),
    (
        "top talkers of a day",
        "NTANetAnalytics | where TimeGenerated > ago(1d) | summarize Bytes = sum(BytesSrcToDest) by SrcIp \
         | top 10 by Bytes",
    ),
];
/// What dashboards ask.
const DASHBOARD: [&str; 4] = [
    include_str!("../../../queries/talkers.kql"),
    include_str!("../../../queries/traffic.kql"),
    include_str!("../../../queries/denied.kql"),
    include_str!("../../../queries/transfers.kql"),
];
/// Takes minutes if nobody ends it.
const RUNAWAY: &str =
    "range x from 1 to 1000000000 step 1 | extend y = hash_sha256(tostring(x)) | summarize max(y)";
/// Some forty megabytes, for a client that does not read them.
const LARGE: &str = "range x from 1 to 450000 step 1 | project x, y = hash_sha256(tostring(x))";
const RUNAWAY_SECONDS: u64 = 5;

/// What is measured.
pub struct Options<'o> {
    pub folder: &'o Path,
    pub weir: &'o Path,
    pub runs: usize,
    pub clients: usize,
    pub seconds: u64,
}

/// Measures a server over a simulated week, prints the figures and gives them.
pub fn measure(options: &Options<'_>) -> anyhow::Result<Value> {
    let data = data(options)?;
    let server = Server::start(options.weir, &data)?;
    println!("{:<24}{:>12}{:>12}{:>12}", "milliseconds inside", "median", "p99", "most");
    let mut small = Vec::new();
    for (title, query) in SMALL {
        let mut connection = Connection::open(server.port)?;
        let mut times = Vec::new();
        for round in 0..options.runs + 20 {
            let reply = connection.ask(query, 60)?;
            ensure!(reply.status == 200, "'{query}' was answered with {}", reply.status);
            // The first ones read what is then kept in mind.
            if round >= 20 {
                times.push(reply.inside_ms);
            }
        }
        let spread = Spread::of(times);
        spread.print(title);
        small.push(json!({ "query": title, "milliseconds": spread.as_json() }));
    }
    let load = load(options, &server)?;
    Ok(json!({ "small": small, "load": load }))
}

/// Many clients with a mix of queries, one whose query never ends, one that reads nothing.
fn load(options: &Options<'_>, server: &Server) -> anyhow::Result<Value> {
    let end = Instant::now() + Duration::from_secs(options.seconds);
    let (inside, around) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    let (errors, stopped, slow) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let (peak, over) = (AtomicU64::new(0), AtomicBool::new(false));
    let idle = server.memory_bytes();
    let before = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Relaxed) {
                peak.fetch_max(server.memory_bytes(), Relaxed);
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        scope.spawn(|| {
            while Instant::now() < end {
                match Connection::open(server.port).and_then(|mut c| c.ask(RUNAWAY, RUNAWAY_SECONDS)) {
                    Ok(reply) if reply.status == 504 => drop(stopped.fetch_add(1, Relaxed)),
                    Ok(reply) => eprintln!("a runaway query was answered with {}", reply.status),
                    Err(error) => eprintln!("a runaway query was not answered: {error:#}"),
                }
            }
        });
        scope.spawn(|| {
            let mut held = Vec::new();
            while Instant::now() < end {
                // Asks and never reads on: the connection is all that it holds.
                if let Ok(mut connection) = Connection::open(server.port)
                    && connection.send(LARGE, 60).is_ok()
                {
                    let mut first = [0; 16];
                    slow.fetch_add(u64::from(connection.stream.read_exact(&mut first).is_ok()), Relaxed);
                    held.push(connection);
                }
                std::thread::sleep(Duration::from_secs(2));
            }
        });
        let clients: Vec<_> = (0..options.clients)
            .map(|client| {
                let (inside, around, errors) = (&inside, &around, &errors);
                scope.spawn(move || {
                    let (mut mine, mut walls) = (Vec::new(), Vec::new());
                    let mut connection = Connection::open(server.port);
                    let mut turn = client;
                    while Instant::now() < end {
                        let query = DASHBOARD[turn % DASHBOARD.len()];
                        turn += 1;
                        let asked = Instant::now();
                        match connection.as_mut().map(|connection| connection.ask(query, 60)) {
                            Ok(Ok(reply)) if reply.status == 200 => {
                                walls.push(asked.elapsed().as_secs_f64() * 1e3);
                                mine.push(reply.inside_ms);
                            }
                            _ => {
                                errors.fetch_add(1, Relaxed);
                                connection = Connection::open(server.port);
                            }
                        }
                    }
                    inside.lock().unwrap_or_else(PoisonError::into_inner).extend(mine);
                    around.lock().unwrap_or_else(PoisonError::into_inner).extend(walls);
                })
            })
            .collect();
        for client in clients {
            let _ = client.join();
        }
        over.store(true, Relaxed);
    });
    let took = before.elapsed().as_secs_f64();
    let inside = Spread::of(inside.into_inner().unwrap_or_else(PoisonError::into_inner));
    let around = Spread::of(around.into_inner().unwrap_or_else(PoisonError::into_inner));
    let (errors, stopped, slow) = (errors.into_inner(), stopped.into_inner(), slow.into_inner());
    let (count, peak) = (inside.count, peak.into_inner());
    println!(
        "\n{} clients for {took:.0} s: {count} queries, {:.0} a second, {errors} errors; {stopped} runaway queries \
         stopped, {slow} answers left unread",
        options.clients,
        count as f64 / took
    );
    inside.print("inside the server");
    around.print("for the client");
    println!("memory {} MiB before, {} MiB at most", idle >> 20, peak >> 20);
    Ok(json!({
        "clients": options.clients,
        "seconds": took,
        "queries": count,
        "errors": errors,
        "runaway_stopped": stopped,
        "left_unread": slow,
        "inside_milliseconds": inside.as_json(),
        "around_milliseconds": around.as_json(),
        "memory_before_bytes": idle,
        "memory_peak_bytes": peak,
    }))
}

/// A data folder with a simulated week, made once.
fn data(options: &Options<'_>) -> anyhow::Result<PathBuf> {
    let (logs, data) = (options.folder.join("week"), options.folder.join("week-data"));
    if !data.exists() {
        let run = |arguments: &[&str]| -> anyhow::Result<()> {
            let status = Command::new(options.weir).args(arguments).stdout(Stdio::null()).status();
            ensure!(status.context("cannot run weir")?.success(), "weir {arguments:?} failed");
            Ok(())
        };
        let (logs, data) = (logs.to_string_lossy(), data.to_string_lossy());
        if !Path::new(logs.as_ref()).exists() {
            run(&["simulate", &logs, "--seed", "1", "--end", NOW])?;
        }
        run(&["--data", &data, "ingest", &logs])?;
    }
    Ok(data)
}

struct Server {
    process: Child,
    port: u16,
}

impl Server {
    fn start(weir: &Path, data: &Path) -> anyhow::Result<Server> {
        let mut process = Command::new(weir)
            .arg("--data")
            .arg(data)
            .args(["serve", "--listen", "127.0.0.1:0", "--memory", "1GB", "--query-memory", "256MB"])
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start weir serve")?;
        let said = process.stderr.take().context("the server says nothing")?;
        let mut said = BufReader::new(said);
        let mut line = String::new();
        said.read_line(&mut line)?;
        let port = line.trim().rsplit(':').next().and_then(|port| port.parse().ok());
        let Some(port) = port else { bail!("the server said: {line}") };
        // Whatever else it says is read, or it would wait.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::stderr()));
        Ok(Server { process, port })
    }

    /// What it holds now, as the operating system counts; 0 where that is not told.
    fn memory_bytes(&self) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
        kibibytes.unwrap_or(0) << 10
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct Connection {
    stream: BufReader<TcpStream>,
}

struct Reply {
    status: u16,
    inside_ms: f64,
}

impl Connection {
    fn open(port: u16) -> anyhow::Result<Connection> {
        let stream = TcpStream::connect(("127.0.0.1", port)).context("cannot reach the server")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(120)))?;
        Ok(Connection { stream: BufReader::new(stream) })
    }

    fn send(&mut self, query: &str, seconds: u64) -> anyhow::Result<()> {
        let options = json!({ "servertimeout": format!("{seconds}s"), "query_now": NOW });
        let body = json!({ "db": "default", "csl": query, "properties": { "Options": options } }).to_string();
        let head = format!(
            "POST /v2/rest/query HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        self.stream.get_mut().write_all((head + &body).as_bytes())?;
        Ok(())
    }

    fn ask(&mut self, query: &str, seconds: u64) -> anyhow::Result<Reply> {
        self.send(query, seconds)?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.with_context(|| format!("the server answered {line:?}"))?;
        let (mut length, mut inside_ms) = (0, f64::NAN);
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim().split_once(':') else { break };
            match name {
                "content-length" => length = value.trim().parse()?,
                "server-timing" => {
                    inside_ms =
                        value.rsplit("dur=").next().and_then(|time| time.parse().ok()).unwrap_or(f64::NAN);
                }
                _ => {}
            }
        }
        std::io::copy(&mut self.stream.by_ref().take(length), &mut std::io::sink())?;
        Ok(Reply { status, inside_ms })
    }
}

/// Times in the order of their length.
struct Spread {
    count: usize,
    median: f64,
    p99: f64,
    most: f64,
}

impl Spread {
    fn of(mut times: Vec<f64>) -> Spread {
        times.sort_by(f64::total_cmp);
        let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or(f64::NAN);
        let most = times.last().copied().unwrap_or(f64::NAN);
        Spread { count: times.len(), median: at(0.5), p99: at(0.99), most }
    }

    fn print(&self, title: &str) {
        println!("{title:<24}{:>12.2}{:>12.2}{:>12.2}", self.median, self.p99, self.most);
    }

    fn as_json(&self) -> Value {
        json!({ "median": self.median, "p99": self.p99, "most": self.most })
    }
}
