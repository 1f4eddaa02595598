//! `WeirBlobs`: what was read of every blob.

use super::system::day;
use super::{datetime, long, text};
use crate::Source::{Raw, Run};
use crate::Unit::{Bytes, Packets, Records, Tuples};
use crate::{Column, Table, TableKind};

pub(super) static TABLE: Table = Table {
    name: "WeirBlobs",
    kind: TableKind::Ledger,
    doc: "One reading of one blob: which bytes were read, what was in them and what became of it. A blob that \
          grows has a row for each time it was read.",
    columns: COLUMNS,
    hidden: HIDDEN,
};

const COLUMNS: &[Column] = &[
    long("Batch", Run, "Number of the batch that the reading belongs to."),
    text("Blob", Raw, "Where the blob is, as it was found; a member of an archive stands behind `!/`."),
    text(
        "State",
        Run,
        "`Read`, `Partial` (the rest could not be read), `Copy` (its records came from another blob) or `Replaced` (the \
         blob is not what it was, and the rows of this reading have left the tables: sums over readings leave it out).",
    ),
    text(
        "Detail",
        Run,
        "Why a reading is partial, which blob it is a copy of, or which batch exchanged its rows; blank otherwise.",
    ),
    text("FlowLogResourceId", Raw, "Flow log of its first record, lower case."),
    text("MacAddress", Raw, "Interface of its first record, pairs joined by hyphens."),
    long("Size", Raw, "Size of the blob as stored when it was read.").counting(Bytes),
    datetime("LastModified", Raw, "When the blob was changed last, as its store told."),
    long("FromByte", Run, "Offset of the first byte of this reading, in decompressed bytes.").counting(Bytes),
    long("ToByte", Run, "Offset behind the last byte of this reading: where the next one takes up.")
        .counting(Bytes),
    long("FromRecord", Run, "Place of the first record of this reading among the records of the blob."),
    long("ToRecord", Run, "Place behind the last one."),
    text(
        "HeadHash",
        Raw,
        "What copies are recognised by: the hash of what the first record with tuples says, and that of the bytes up \
         to its end. Blank without such a record.",
    ),
    text("PrefixHash", Raw, "Hash of the decompressed bytes up to `ToByte`."),
    long("Records", Raw, "Records used.").counting(Records),
    long("RecordsDiscarded", Raw, "Records not used.").counting(Records),
    long("Tuples", Raw, "Flow tuples used.").counting(Tuples),
    long("TuplesDiscarded", Raw, "Flow tuples not used.").counting(Tuples),
    text("Discarded", Raw, "What was not used, by reason, as JSON; blank when everything was."),
    long("PacketsSrcToDest", Raw, "Sum over the tuples used.").counting(Packets),
    long("BytesSrcToDest", Raw, "Sum over the tuples used.").counting(Bytes),
    long("PacketsDestToSrc", Raw, "Sum over the tuples used.").counting(Packets),
    long("BytesDestToSrc", Raw, "Sum over the tuples used.").counting(Bytes),
    datetime("FirstRecordTime", Raw, "Earliest record of this reading; null when it has none."),
    datetime("LastRecordTime", Raw, "Latest record of this reading; null when it has none."),
    datetime("TimeProcessed", Run, "When the batch was written."),
];

const HIDDEN: &[Column] = &[day(
    "UTC day of the first record with tuples, or of the first one; 1970-01-01 where it has no time. The table is \
     partitioned by it.",
)];
