//! `WeirBatches`: what was committed together.

use super::system::day;
use super::{datetime, long, text};
use crate::Source::{Raw, Run};
use crate::Unit::{Bytes, Records, Tuples};
use crate::{Column, Table, TableKind};

pub(super) static TABLE: Table = Table {
    name: "WeirBatches",
    kind: TableKind::Ledger,
    doc: "One batch, committed all or none: blobs that were read together, a day that was decorated anew, runs of the \
          inventory.",
    columns: COLUMNS,
    hidden: HIDDEN,
};

const COLUMNS: &[Column] = &[
    long("Batch", Run, "Number of the batch, from 1."),
    datetime("TimeStarted", Run, "When its first blob was opened."),
    datetime("TimeProcessed", Run, "When its rows were written."),
    text("WrittenBy", Run, "Program and version."),
    long("Blobs", Run, "Blobs it read, copies included."),
    long("BytesRead", Raw, "Decompressed bytes read.").counting(Bytes),
    long("Records", Raw, "Records used.").counting(Records),
    long("RecordsDiscarded", Raw, "Records not used.").counting(Records),
    long("Tuples", Raw, "Flow tuples used.").counting(Tuples),
    long("TuplesDiscarded", Raw, "Flow tuples not used.").counting(Tuples),
    long("Rows", Run, "Rows that `NTANetAnalytics` got more; 0 where files took the place of others."),
];

const HIDDEN: &[Column] = &[day("UTC day of `TimeProcessed`; the table is partitioned by it.")];
