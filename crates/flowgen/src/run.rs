//! Writing the blobs and the ground truth.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;

use crate::calibrate;
use crate::clock::hour_text;
use crate::config::{Config, Progress, TruthDetail};
use crate::error::Error;
use crate::export::{self, Export};
use crate::model::Company;
use crate::traffic::Plan;
use crate::truth::{BlobRows, ConfigTruth, Made, ROWS_FILE, RowsWriter, Tally, Truth};
use crate::worker::Worker;

/// Name of the ground truth below the root.
const TRUTH_FILE: &str = "truth.json";
/// What a finished or broken run leaves below the root.
const LEFT_BY_A_RUN: [&str; 6] = [
    TRUTH_FILE,
    ROWS_FILE,
    export::FOLDER,
    export::feeds::FOLDER,
    "insights-logs-flowlogflowevent",
    "insights-logs-networksecuritygroupflowevent",
];
/// Blobs a worker takes at a time.
const BATCH: u64 = 8;

/// Generates flow logs below `root`, the company's `inventory`, feeds (`intel`) and the truth about all of it beside them.
///
/// Blobs lie as Azure lays them out, in the container's folder:
/// `flowLogResourceID=/{SUB}_NETWORKWATCHERRG/NETWORKWATCHER_{REGION}_{FLOWLOG}/y=…/m=…/d=…/h=…/m=00/…`.
/// Hours in which a NIC logs nothing have no blob. `progress` is called every few blobs on the calling
/// thread. `truth.json` is written last, so its presence says that the run was completed.
///
/// # Errors
///
/// When the configuration is impossible, when `root` holds the logs of another run, or when a file cannot be
/// written; then what was written before stays.
pub fn simulate(config: &Config, root: &Path, progress: &mut dyn FnMut(Progress)) -> Result<Truth, Error> {
    config.check()?;
    for name in LEFT_BY_A_RUN {
        let path = root.join(name);
        if path.exists() {
            return Err(Error::InUse { path });
        }
    }
    fs::create_dir_all(root).map_err(failed("creating folder", root))?;
    let plan = calibrate::plan(config)?;
    write_inventory(config, &plan, root)?;
    let feeds = root.join(export::feeds::FOLDER);
    export::feeds::write(&feeds).map_err(failed("writing feeds into", &feeds))?;
    let tally = write_blobs(config, &plan, root, progress)?;
    let truth = tally.truth(config_truth(config), made(&plan), &plan);
    let mut text = serde_json::to_string_pretty(&truth).map_err(Error::Truth)?;
    text.push('\n');
    let path = root.join(TRUTH_FILE);
    fs::write(&path, text).map_err(failed("writing file", &path))?;
    Ok(truth)
}

/// The inventory may have more background machines than log.
fn write_inventory(config: &Config, plan: &Plan, root: &Path) -> Result<(), Error> {
    let logging = plan.company.nics.iter().filter(|nic| nic.cell > 0).count() as u32;
    let all = (config.scale.inventory_nics > logging).then(|| Company::new(config.scale.inventory_nics));
    let company = all.as_ref().unwrap_or(&plan.company);
    let folder = root.join(export::FOLDER);
    export::write(&Export { company, plan, format: config.format }, &folder)
        .map_err(failed("writing the inventory into", &folder))
}

/// What the workers share.
struct Shared<'a> {
    config: &'a Config,
    plan: &'a Plan,
    root: &'a Path,
    /// The next pair of a NIC and an hour to be done.
    next: AtomicU64,
    stop: AtomicBool,
}

fn write_blobs(
    config: &Config,
    plan: &Plan,
    root: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<Tally, Error> {
    let planned = plan.company.nics.len() as u64 * plan.hours as u64;
    let shared = Shared { config, plan, root, next: AtomicU64::new(0), stop: AtomicBool::new(false) };
    let threads = match config.threads {
        0 => thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    };
    let mut rows = match config.truth {
        TruthDetail::Full => Some(RowsWriter::new(plan, root, BATCH).map_err(Error::TruthRows)?),
        TruthDetail::Totals => None,
    };
    thread::scope(|scope| {
        let (send, receive) = mpsc::sync_channel(threads * 2);
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                let (send, shared) = (send.clone(), &shared);
                scope.spawn(move || work(shared, planned, &send))
            })
            .collect();
        drop(send);
        let mut state = Progress { done: 0, planned, bytes: 0 };
        for done in receive {
            state.done += done.pairs;
            state.bytes += done.bytes;
            progress(state);
            if let Some(rows) = &mut rows {
                let taken = rows.take(done.first_pair, done.rows);
                taken
                    .inspect_err(|_| shared.stop.store(true, Ordering::Relaxed))
                    .map_err(Error::TruthRows)?;
            }
        }
        let mut sum = Tally::new(plan, config.truth);
        for worker in workers {
            match worker.join() {
                Ok(tally) => sum.merge(tally?),
                // A bug: it goes on as if there had been no thread.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        if let Some(rows) = rows {
            rows.finish().map_err(Error::TruthRows)?;
        }
        Ok(sum)
    })
}

/// A batch of blobs that were written.
struct Done {
    /// Its first pair of a NIC and an hour.
    first_pair: u64,
    pairs: u64,
    bytes: u64,
    rows: Vec<BlobRows>,
}

fn work(shared: &Shared<'_>, planned: u64, done: &mpsc::SyncSender<Done>) -> Result<Tally, Error> {
    let plan = shared.plan;
    let mut worker = Worker::new(plan, shared.config.format);
    let mut tally = Tally::new(plan, shared.config.truth);
    let nics = plan.company.nics.len() as u64;
    while !shared.stop.load(Ordering::Relaxed) {
        let from = shared.next.fetch_add(BATCH, Ordering::Relaxed);
        let to = (from + BATCH).min(planned);
        if from >= to {
            break;
        }
        let (mut bytes, mut rows) = (0, Vec::new());
        for pair in from..to {
            let (nic, hour) = ((pair % nics) as usize, plan.first_hour + (pair / nics) as i64);
            worker.collect(nic, hour);
            for layout in worker.layouts(nic) {
                tally.start_blob(hour, &layout);
                let blob = worker.blob(nic, hour, &layout, &mut tally);
                if blob.is_empty() {
                    continue;
                }
                let size = blob.len() as u64;
                write(&shared.root.join(layout.path(hour)), blob)
                    .inspect_err(|_| shared.stop.store(true, Ordering::Relaxed))?;
                rows.extend(tally.finish_blob(nic, layout, size));
                bytes += size;
            }
        }
        // Nobody listens only when the caller's thread is gone.
        let _ = done.send(Done { first_pair: from, pairs: to - from, bytes, rows });
    }
    Ok(tally)
}

fn write(path: &Path, blob: &[u8]) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed("creating folder", folder))?;
    }
    fs::write(path, blob).map_err(failed("writing file", path))
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = PathBuf::from(path);
    move |source| Error::Io { action, path, source }
}

fn config_truth(config: &Config) -> ConfigTruth {
    ConfigTruth {
        seed: config.seed,
        end: config.end,
        hours: config.hours,
        scale: config.scale,
        format: config.format,
        truth: config.truth,
    }
}

fn made(plan: &Plan) -> Made {
    let nics = &plan.company.nics;
    Made {
        start: hour_text(plan.first_hour),
        end: hour_text(plan.end_hour()),
        nics: nics.len() as u64,
        background_nics: nics.iter().filter(|nic| nic.cell > 0).count() as u64,
        planted_permille: plan.intensity.planted_permille,
        background_permille: plan.intensity.background_permille,
    }
}
