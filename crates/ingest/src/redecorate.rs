//! Decorates stored rows anew, by the inventories and the feeds that there are now.
//!
//! Day by day, and each day that changes is committed as one batch of the ledger: whoever reads sees it as it was or as
//! it is, and every counter keeps its sum. A run that is killed has done whole days; the next one does the others.
//!
//! Files whose rows would be decorated otherwise are written again, each by itself, a thread holding one of them. Where
//! rows that are folded would be decorated otherwise, or others would be folded, the day is folded anew: from the rows
//! of `WeirPublicIps`, which are what was folded, and from those of `NTANetAnalytics` that are not folded.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::{ArrayRef, RecordBatch};
use tokio::runtime::Handle;
use weir_enrich::{DecorationTally, FoldRules};
use weir_reduce::Interval;
use weir_table::rows::Run;
use weir_table::{Batch, DataFile, Settings, TableFiles, Writer};

use crate::decorate::{Chosen, Knowledge};
use crate::each::on_each;
use crate::met::Met;
use crate::parts::PartWriter;
use crate::refold::{Refold, known_details};
use crate::stored::{KEYS, StoredRows};
use crate::{Error, run};

/// How stored rows are decorated anew.
pub struct RedecorateOptions<'a> {
    /// The first day and the one behind the last, counted from 1970-01-01.
    pub days: std::ops::Range<i32>,
    /// The clock: microseconds since the Unix epoch.
    pub now_micros: &'a (dyn Fn() -> i64 + Sync),
    /// Program and version, for the ledger.
    pub written_by: &'a str,
    /// Runs what waits for the store.
    pub runtime: &'a Handle,
    /// Files worked on at the same time.
    pub threads: usize,
    /// Is told of every file that is done with: how many are, and how many there are.
    pub progress: &'a (dyn Fn(u64, u64) + Sync),
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Redecorated {
    /// Snapshots of the inventory that there are.
    pub snapshots: usize,
    /// Files of feeds that there are.
    pub feeds: usize,
    /// Days that were looked at.
    pub days: u64,
    /// Days in which something changed: as many commits.
    pub days_changed: u64,
    /// Files that were looked at.
    pub files: u64,
    /// Files that others took the place of.
    pub files_changed: u64,
    /// Files that were left alone because their rows lack an address.
    pub files_without_addresses: u64,
    /// Days that were folded anew.
    pub days_folded: u64,
    /// Rows that were looked at: what was folded, and rows that are not folded.
    pub rows: u64,
    /// Rows that are decorated otherwise than before, or are folded now, or are no more.
    pub rows_changed: u64,
    /// What all rows are decorated as now.
    pub decoration: DecorationTally,
}

/// Decorates the rows of some days anew.
pub fn redecorate(writer: &mut Writer, options: &RedecorateOptions<'_>) -> Result<Redecorated, Error> {
    let runtime = options.runtime;
    let workspace = writer.workspace().clone();
    let knowledge = Knowledge::of(&workspace, runtime)?;
    let read = |name| runtime.block_on(workspace.files(run::table(name)?));
    let tables = Tables {
        flows: read("NTANetAnalytics")?,
        folded: read("WeirPublicIps")?,
        details: read("NTAIpDetails")?,
    };
    let mut days: BTreeMap<i32, Vec<File<'_>>> = BTreeMap::new();
    for (table, kind) in [(&tables.flows, Kind::Flows), (&tables.folded, Kind::Folded)] {
        for file in table.files.iter().filter(|file| options.days.contains(&file.day)) {
            days.entry(file.day).or_default().push(File { table, file, kind });
        }
    }
    let all_files = days.values().map(|files| files.len() as u64).sum();
    let mut told = Redecorated {
        snapshots: knowledge.inventories.history().snapshots().len(),
        feeds: knowledge.feeds.files(),
        days: days.len() as u64,
        ..Redecorated::default()
    };
    for (day, files) in days {
        let now = (options.now_micros)();
        let batch = writer.begin(now);
        let settings = workspace.settings();
        let met = Met::default();
        let work = Day {
            day,
            tables: &tables,
            batch: &batch,
            settings,
            knowledge: &knowledge,
            met: &met,
            now,
            runtime,
        };
        if work.all(&files, options, all_files, &mut told)? {
            runtime.block_on(writer.commit(batch, &[], now, options.written_by))?;
            told.days_changed += 1;
        }
    }
    Ok(told)
}

/// The tables that decoration fills.
struct Tables {
    flows: TableFiles,
    folded: TableFiles,
    details: TableFiles,
}

/// A file with rows that are decorated.
#[derive(Clone, Copy)]
pub(crate) struct File<'a> {
    pub table: &'a TableFiles,
    pub file: &'a DataFile,
    pub kind: Kind,
}

/// Which rows a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `NTANetAnalytics`: rows that are not folded, and rows for those that are.
    Flows,
    /// `WeirPublicIps`: what is folded.
    Folded,
}

/// What the files of a day are worked on with.
struct Day<'a> {
    day: i32,
    tables: &'a Tables,
    batch: &'a Batch,
    settings: &'a Settings,
    knowledge: &'a Knowledge,
    met: &'a Met,
    now: i64,
    runtime: &'a Handle,
}

/// What was seen in a file.
#[derive(Debug, Clone, Default)]
struct Seen {
    without_addresses: bool,
    rows: u64,
    changed: u64,
    /// Rows that stand for several addresses.
    folded: u64,
    /// Whether the day must be folded anew for it.
    folds_otherwise: bool,
    /// Whether it has rows that are not folded and should be.
    to_fold: bool,
    decoration: DecorationTally,
}

impl Day<'_> {
    /// Works on the files of a day; whether something changed.
    fn all(
        &self,
        files: &[File<'_>],
        options: &RedecorateOptions<'_>,
        all_files: u64,
        told: &mut Redecorated,
    ) -> Result<bool, weir_table::Error> {
        let before = told.files;
        let done = AtomicUsize::new(0);
        let seen = on_each(
            files,
            options.threads,
            || (),
            |file, ()| {
                let seen = self.look(file)?;
                (options.progress)(before + 1 + done.fetch_add(1, Ordering::Relaxed) as u64, all_files);
                Ok(seen)
            },
        )?;
        seen.iter().for_each(|seen| told.add(seen));
        // A row that changes in a file with rows for others takes these along.
        let refold = seen.iter().any(|seen| seen.folds_otherwise || seen.folded > 0 && seen.changed > 0);
        let (mut again, mut taken_apart) = (Vec::new(), Vec::new());
        for (file, seen) in files.iter().zip(&seen).filter(|(_, seen)| !seen.without_addresses) {
            match file.kind {
                _ if refold && (seen.folded > 0 || seen.to_fold || file.kind == Kind::Folded) => {
                    taken_apart.push(*file);
                }
                Kind::Flows if seen.changed > 0 => again.push(*file),
                _ => {}
            }
        }
        on_each(&again, options.threads, || (), |file, ()| self.write_again(file))?;
        if !taken_apart.is_empty() {
            // Addresses were met when the files were looked at.
            let context = (self.knowledge, None);
            let parts = PartWriter::new((self.batch, self.runtime), self.settings, context, self.now);
            Refold { day: self.day, files: &taken_apart, threads: options.threads }.run(parts)?;
            told.days_folded += 1;
        }
        told.files_changed += (again.len() + taken_apart.len()) as u64;
        let whole = seen.iter().all(|seen| !seen.without_addresses);
        let details_changed = whole && self.details_changed()?;
        Ok(details_changed || !again.is_empty() || !taken_apart.is_empty())
    }

    fn rules(&self) -> FoldRules {
        self.settings.fold_rules()
    }

    fn interval(&self) -> Interval {
        self.settings.interval()
    }

    /// Decorates the rows of a file and tells what would be otherwise.
    fn look(&self, file: &File<'_>) -> Result<Seen, weir_table::Error> {
        let content = self.runtime.block_on(self.batch.read(file.table, file.file))?;
        let mut seen = Seen::default();
        for read in content.batches(Some(&KEYS))? {
            let read = read?;
            let mut chosen = Chosen::new(self.knowledge);
            let Some(stored) = StoredRows::new(&read, &mut chosen, self.rules(), &mut seen.decoration)?
            else {
                return Ok(Seen { without_addresses: true, ..Seen::default() });
            };
            let mut changed = stored.changed(&read, &chosen);
            for (changed, foldable) in changed.iter_mut().zip(stored.foldable(self.rules())) {
                seen.to_fold |= foldable && file.kind == Kind::Flows;
                *changed |= foldable != (file.kind == Kind::Folded);
            }
            let count = changed.into_iter().filter(|changed| *changed).count() as u64;
            seen.rows += stored.rows();
            seen.changed += count;
            seen.folded += stored.folded;
            seen.folds_otherwise |=
                seen.to_fold || stored.folded_otherwise > 0 || count > 0 && file.kind == Kind::Folded;
            // They are compared with what is stored when all are known.
            self.met.add(stored.meetings(self.interval()), self.interval(), &chosen, None)?;
        }
        Ok(seen)
    }

    /// Writes a file again, whose rows are all decorated by themselves.
    fn write_again(&self, file: &File<'_>) -> Result<(), weir_table::Error> {
        let content = self.runtime.block_on(self.batch.read(file.table, file.file))?;
        let change = |read: &RecordBatch| -> Result<Vec<(&'static str, ArrayRef)>, weir_table::Error> {
            let mut chosen = Chosen::new(self.knowledge);
            let stored = StoredRows::new(read, &mut chosen, self.rules(), &mut DecorationTally::default())?;
            Ok(stored.map_or_else(Vec::new, |stored| stored.columns(read, &chosen)))
        };
        let new = self.batch.rewrite(content, self.now, &KEYS, change)?;
        self.runtime.block_on(self.batch.exchange(new))
    }

    /// Writes the day's rows of `NTAIpDetails` anew, if they are not what they should be.
    fn details_changed(&self) -> Result<bool, weir_table::Error> {
        let run = Run { workspace_id: &self.settings.workspace_id, interval: self.interval() };
        let new = self.met.rest();
        let mut old = Vec::new();
        for file in self.tables.details.files.iter().filter(|file| file.day == self.day) {
            old.push(self.runtime.block_on(self.batch.read(&self.tables.details, file))?);
        }
        if known_details(&old)? == new.said(&run) {
            return Ok(false);
        }
        old.iter().for_each(|file| self.batch.remove(file, self.now));
        new.write(self.batch, self.runtime, &run, self.now)?;
        Ok(true)
    }
}

impl Redecorated {
    /// Adds what was seen in a file.
    fn add(&mut self, seen: &Seen) {
        self.files += 1;
        self.files_without_addresses += u64::from(seen.without_addresses);
        self.rows += seen.rows;
        self.rows_changed += seen.changed;
        self.decoration.merge(&seen.decoration);
    }
}
