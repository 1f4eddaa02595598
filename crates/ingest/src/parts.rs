//! Rows of a day on their way into files: decorated, folded, with what was folded and what is known of addresses beside.

use std::sync::{Mutex, PoisonError};

use tokio::runtime::Handle;
use weir_enrich::{DecorationTally, FoldTally, Folded, fold};
use weir_reduce::{Names, ReducedFlow};
use weir_table::rows::public::PublicEnds;
use weir_table::rows::{FlowRows, NetAnalytics, Run};
use weir_table::{Batch, CounterSums, Error, Settings};

use crate::decorate::{Chosen, Knowledge, decorate};
use crate::met::{Details, Meeting, Met};
use crate::run::table;

/// Rows of a part that is ingested: one file. They are held until there are so many; `maintain` makes larger ones of them.
pub(crate) const PART_ROWS: usize = 60_000;

/// Writes parts of a batch.
pub(crate) struct PartWriter<'a> {
    pub batch: &'a Batch,
    pub runtime: &'a Handle,
    pub run: Run<'a>,
    pub settings: &'a Settings,
    pub knowledge: &'a Knowledge,
    /// Is told of the public addresses that rows have.
    pub met: Option<&'a Met>,
    pub now_micros: i64,
    written: Mutex<Written>,
}

/// What was written.
#[derive(Debug, Default, Clone)]
pub(crate) struct Written {
    pub decoration: DecorationTally,
    pub folding: FoldTally,
    /// The counters of `NTANetAnalytics` as they read back, where they were asked for.
    pub sums: CounterSums,
}

impl<'a> PartWriter<'a> {
    pub fn new(
        (batch, runtime): (&'a Batch, &'a Handle),
        settings: &'a Settings,
        (knowledge, met): (&'a Knowledge, Option<&'a Met>),
        now_micros: i64,
    ) -> Self {
        let run = Run { workspace_id: &settings.workspace_id, interval: settings.interval() };
        PartWriter { batch, runtime, run, settings, knowledge, met, now_micros, written: Mutex::default() }
    }

    /// Writes rows of a day, sorted, each with the time at which its log was read.
    pub fn write(
        &self,
        day: i32,
        rows: impl ExactSizeIterator<Item = (ReducedFlow, i64)>,
        names: &Names,
    ) -> Result<(), Error> {
        self.part(day, rows, names, |_| false)
    }

    /// The same, and adds up the counters that the rows of `NTANetAnalytics` read back with.
    pub fn write_counted(
        &self,
        day: i32,
        rows: impl ExactSizeIterator<Item = (ReducedFlow, i64)>,
        names: &Names,
    ) -> Result<(), Error> {
        self.part(day, rows, names, |name| name == "NTANetAnalytics")
    }

    fn part(
        &self,
        day: i32,
        rows: impl ExactSizeIterator<Item = (ReducedFlow, i64)>,
        names: &Names,
        counted: impl Fn(&str) -> bool,
    ) -> Result<(), Error> {
        let mut chosen = Chosen::of_rows(rows.len(), self.knowledge);
        let (flows, decoration) = decorate(rows, names, self.run.interval, &mut chosen)?;
        self.knowledge.feeds.add_looked_up(chosen.addresses.len(), &chosen.lookups);
        let folded = fold(flows, &chosen.addresses, self.settings.fold_rules());
        if let Some(met) = self.met {
            let plain = folded.rows.iter().filter(|row| row.group.is_none());
            let meetings = plain.chain(&folded.details).filter_map(Meeting::of);
            let write =
                |details: Details| details.write(self.batch, self.runtime, &self.run, self.now_micros);
            met.add(meetings, self.run.interval, &chosen, Some(&write))?;
        }
        let mut sums = CounterSums::new();
        let ends = chosen.public_ends(self.settings.public_ips_max);
        let tables = [
            ("NTANetAnalytics", &folded.rows, PublicEnds { folded: Some(&folded), ..ends }),
            ("WeirPublicIps", &folded.details, ends),
        ];
        for (name, flows, public) in tables {
            if flows.is_empty() {
                continue;
            }
            let rows = FlowRows { flows, names, decorators: &chosen.decorators, public };
            let rows = NetAnalytics::new(table(name)?, rows, &self.run);
            self.runtime.block_on(async {
                match counted(name) {
                    true => {
                        let batch = self.batch;
                        batch.write_counted(table(name)?, day, self.now_micros, &rows, &mut sums).await
                    }
                    false => self.batch.write(table(name)?, day, self.now_micros, &rows).await,
                }
            })?;
        }
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.add(&decoration, &folded, sums);
        Ok(())
    }

    /// What all parts came to.
    pub fn finish(self) -> Written {
        self.written.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Written {
    fn add(&mut self, decoration: &DecorationTally, folded: &Folded, sums: CounterSums) {
        self.decoration.merge(decoration);
        self.folding.merge(&folded.tally);
        sums.into_iter().for_each(|(name, sum)| *self.sums.entry(name).or_default() += sum);
    }
}
