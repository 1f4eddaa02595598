//! Stages as processes, timed by the operating system.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, bail};
use wait4::Wait4 as _;

use crate::corpus::Corpus;
use crate::stage::Stage;

/// One run of one stage.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    pub cpu_seconds: f64,
    pub wall_seconds: f64,
    pub peak_bytes: u64,
}

/// The runs of a stage.
pub struct Figure {
    pub title: &'static str,
    pub runs: Vec<Run>,
}

/// What was measured on a corpus.
pub struct Figures {
    pub stages: Vec<Figure>,
    /// Bytes that the rows take in the table.
    pub table_bytes: u64,
    pub table_rows: u64,
}

/// Runs every stage in turn, once for warmth and then `runs` times.
///
/// `peers` are measured in turn with them where they can read the corpus.
pub fn measure(
    corpus: &Corpus,
    own: &Path,
    weir: &Path,
    runs: usize,
    peers: Option<&Peers>,
) -> anyhow::Result<Figures> {
    let mut stages: Vec<Figure> =
        Stage::ALONE.iter().map(|stage| Figure { title: stage.title(), runs: Vec::new() }).collect();
    stages.push(Figure { title: "ingest, end to end", runs: Vec::new() });
    let peers = peers.filter(|_| corpus.format == "vnet");
    let mut others: Vec<Figure> = peers
        .iter()
        .flat_map(|_| ENGINES)
        .map(|engine| Figure { title: engine.title, runs: Vec::new() })
        .collect();
    stages.push(Figure { title: Stage::Ingest.title(), runs: Vec::new() });
    let [.., plain, decorated] = (0..stages.len()).collect::<Vec<_>>()[..] else { bail!("there are stages") };
    // What the inventory makes of a new workspace, once: importing is not what is measured.
    let known = corpus.scratch.with_extension("known");
    clear(&known)?;
    let import = ["--data".as_ref(), known.as_os_str(), "topology".as_ref(), "import".as_ref()];
    let inventory = corpus.blobs.join("inventory");
    timed(
        weir,
        import.into_iter().chain(["--taken", "2026-05-01"].map(OsStr::new)).chain([inventory.as_os_str()]),
    )?;
    let mut summary = serde_json::Value::Null;
    for round in 0..=runs {
        for (figure, stage) in stages.iter_mut().zip(Stage::ALONE) {
            let arguments = ["--stage".as_ref(), stage.argument().as_ref(), "--folder".as_ref()];
            let (run, _) = timed(own, arguments.into_iter().chain([corpus.blobs.as_os_str()]))?;
            if round > 0 {
                figure.runs.push(run);
            }
        }
        clear(&corpus.scratch)?;
        let arguments: [&OsStr; 5] = [
            "--data".as_ref(),
            corpus.scratch.as_os_str(),
            "ingest".as_ref(),
            "--json".as_ref(),
            corpus.blobs.as_os_str(),
        ];
        let (run, printed) = timed(weir, arguments)?;
        summary = serde_json::from_slice(&printed).context("ingest printed no summary")?;
        if round > 0 {
            stages[plain].runs.push(run);
        }
        clear(&corpus.scratch)?;
        copy(&known, &corpus.scratch)?;
        let arguments: [&OsStr; 6] = [
            "--stage".as_ref(),
            Stage::Ingest.argument().as_ref(),
            "--folder".as_ref(),
            corpus.blobs.as_os_str(),
            "--data".as_ref(),
            corpus.scratch.as_os_str(),
        ];
        let (run, _) = timed(own, arguments)?;
        if round > 0 {
            stages[decorated].runs.push(run);
        }
        for (figure, engine) in others.iter_mut().zip(ENGINES) {
            let Some(peers) = peers else { break };
            let run = peers.reduce(engine.name, corpus)?;
            if round > 0 {
                figure.runs.push(run);
            }
        }
    }
    stages.append(&mut others);
    let fact = |name: &str| {
        summary.pointer(name).and_then(serde_json::Value::as_u64).with_context(|| format!("no {name}"))
    };
    // Folded rows are few in the place of many; the corpus has as many as there were before.
    let unfolded = fact("/rows")? + fact("/folded/rows")? - fact("/folded/groups")?;
    if fact("/tuples")? != corpus.tuples || unfolded != corpus.rows {
        bail!("ingest found other tuples or rows than were made: {summary}");
    }
    Ok(Figures { stages, table_bytes: fact("/parquet_bytes")?, table_rows: fact("/rows")? })
}

/// Another engine that reduces the same logs.
struct Engine {
    name: &'static str,
    title: &'static str,
}

const ENGINES: [Engine; 2] = [
    Engine { name: "chdb", title: "chdb, to one file" },
    Engine { name: "duckdb", title: "DuckDB, to one file" },
];

/// How to run other engines.
pub struct Peers {
    /// A Python that has their packages.
    pub python: PathBuf,
    /// The script that runs them.
    pub script: PathBuf,
}

impl Peers {
    /// Reduces a corpus to one file with an engine; refused when it makes other rows than there are.
    fn reduce(&self, engine: &str, corpus: &Corpus) -> anyhow::Result<Run> {
        let out = corpus.scratch.with_extension(format!("{engine}.parquet"));
        let arguments: [&OsStr; 5] =
            [self.script.as_ref(), engine.as_ref(), corpus.blobs.as_ref(), out.as_ref(), THREADS.as_ref()];
        let (run, printed) = timed(&self.python, arguments)?;
        let rows: u64 = String::from_utf8_lossy(&printed).trim().parse().context("no number of rows")?;
        if rows != corpus.rows {
            bail!("{engine} made {rows} rows of {}", corpus.rows);
        }
        Ok(run)
    }
}

/// Threads of the other engines; weir takes one a processor.
const THREADS: &str = "2";

fn clear(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("cannot clear {}", folder.display()))?;
    }
    Ok(())
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    let failed = || format!("cannot copy {} to {}", from.display(), to.display());
    std::fs::create_dir_all(to).with_context(failed)?;
    for entry in std::fs::read_dir(from).with_context(failed)? {
        let entry = entry.with_context(failed)?;
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            std::fs::copy(entry.path(), to).with_context(failed)?;
        }
    }
    Ok(())
}

/// Runs a program to its end.
fn timed<'a>(
    program: &Path,
    arguments: impl IntoIterator<Item = &'a OsStr>,
) -> anyhow::Result<(Run, Vec<u8>)> {
    let arguments: Vec<OsString> = arguments.into_iter().map(OsStr::to_owned).collect();
    let name = || program.display().to_string();
    let started = Instant::now();
    let mut child = Command::new(program)
        .args(&arguments)
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", name()))?;
    let mut printed = Vec::new();
    if let Some(mut stdout) = child.stdout.take() {
        std::io::Read::read_to_end(&mut stdout, &mut printed)?;
    }
    let used = child.wait4().with_context(|| format!("cannot wait for {}", name()))?;
    let wall_seconds = started.elapsed().as_secs_f64();
    if !used.status.success() {
        bail!("{} {arguments:?} ended with {}", name(), used.status);
    }
    let cpu_seconds = (used.rusage.utime + used.rusage.stime).as_secs_f64();
    Ok((Run { cpu_seconds, wall_seconds, peak_bytes: used.rusage.maxrss }, printed))
}
