use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use weir_reduce::{FlowKey, Interval, Names, ReducedFlow, RuleId, SourceId, WordId};
use weir_table::Error;
use weir_table::rows::day_of;

use crate::arrange::arrange;
use crate::parts::{PartWriter, Written};

/// Rows of a batch on their way to their files, by day.
///
/// Whoever adds the row that fills a part writes it, so that reading waits for writing and memory stays flat.
pub(crate) struct Collector<'a> {
    parts: PartWriter<'a>,
    /// Rows of a part: one file. They are held until there are so many.
    part_rows: usize,
    pending: Mutex<Pending>,
}

#[derive(Default)]
struct Pending {
    names: Names,
    days: BTreeMap<i32, Vec<ReducedFlow>>,
}

impl<'a> Collector<'a> {
    pub fn new(parts: PartWriter<'a>, part_rows: usize) -> Self {
        Collector { parts, part_rows, pending: Mutex::default() }
    }

    /// Rows that a blob may have before it passes them on.
    pub fn blob_rows_max(&self) -> usize {
        4 * self.part_rows
    }

    pub fn interval(&self) -> Interval {
        self.parts.run.interval
    }

    /// Adds the rows of a blob. `names` are those that the rows refer to.
    pub fn add(&self, flows: impl Iterator<Item = ReducedFlow>, names: &Names) -> Result<(), Error> {
        let mut full = Vec::new();
        {
            let mut pending = self.lock();
            let Pending { names: all, days } = &mut *pending;
            let renamed = Renamed::new(names, all);
            for flow in flows {
                let day = day_of(self.interval().start_micros(flow.key.interval));
                let rows = days.entry(day).or_default();
                rows.push(ReducedFlow { key: renamed.key(flow.key), ..flow });
                if rows.len() >= self.part_rows {
                    full.push((day, std::mem::take(rows)));
                }
            }
            let most = days.iter().max_by_key(|(_, rows)| rows.len()).map(|(day, _)| *day);
            // Many days at once must not add up to many parts.
            if days.values().map(Vec::len).sum::<usize>() > 2 * self.part_rows
                && let Some(day) = most
                && let Some(rows) = days.remove(&day)
            {
                full.push((day, rows));
            }
            if full.is_empty() {
                return Ok(());
            }
        }
        // Names only grow, so a copy taken now covers the rows taken above.
        let names = self.lock().names.clone();
        full.into_iter().try_for_each(|(day, rows)| self.write(day, rows, &names))
    }

    /// Writes what is left, and says what all rows came to.
    pub fn finish(self) -> Result<Written, Error> {
        let Pending { names, days } = std::mem::take(&mut *self.lock());
        days.into_iter()
            .filter(|(_, rows)| !rows.is_empty())
            .try_for_each(|(day, rows)| self.write(day, rows, &names))?;
        Ok(self.parts.finish())
    }

    fn write(&self, day: i32, rows: Vec<ReducedFlow>, names: &Names) -> Result<(), Error> {
        let processed_micros = self.parts.now_micros;
        self.parts.write(day, arrange(rows).into_iter().map(|flow| (flow, processed_micros)), names)
    }

    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The numbers that the names of one blob have among those of the batch.
struct Renamed {
    sources: Vec<SourceId>,
    rules: Vec<RuleId>,
    words: Vec<WordId>,
}

impl Renamed {
    fn new(names: &Names, all: &mut Names) -> Self {
        Renamed {
            sources: names.sources().iter().map(|source| all.source_id(source.clone())).collect(),
            rules: names.rules().iter().map(|rule| all.rule_id(rule.clone())).collect(),
            words: names.words().iter().map(|word| all.word_id(word)).collect(),
        }
    }

    fn key(&self, key: FlowKey) -> FlowKey {
        FlowKey {
            source: self.sources[key.source.0 as usize],
            rule: self.rules[key.rule.0 as usize],
            encryption: self.words[usize::from(key.encryption.0)],
            ..key
        }
    }
}
