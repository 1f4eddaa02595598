use weir_decode::Tally;
use weir_enrich::{DecorationTally, FoldTally};

/// What became of a blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Records were read.
    Read,
    /// No record has come to it since it was read before.
    Unchanged,
    /// Its records came from another blob already.
    Copy,
    /// Records were read up to a place beyond which it cannot be read.
    Partial,
    /// It has the first record of another blob and then goes on differently, or is spelled differently: nothing was
    /// read.
    Overlap,
    /// What was read of it before is not in it any more: its rows have left, and those of what it holds now have come.
    Replaced,
    /// The same, and it begins as it did and has fewer bytes.
    Shortened,
    /// What was read of it before is not in it any more, and its rows could not be exchanged: they stay as they were.
    NotExchanged,
    /// It holds no record of a flow log.
    NoFlowLog,
    /// It could not be read.
    Failed,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Outcome; 10] = [
        Outcome::Read,
        Outcome::Unchanged,
        Outcome::Copy,
        Outcome::Partial,
        Outcome::Overlap,
        Outcome::Replaced,
        Outcome::Shortened,
        Outcome::NotExchanged,
        Outcome::NoFlowLog,
        Outcome::Failed,
    ];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Read => "read",
            Outcome::Unchanged => "unchanged",
            Outcome::Copy => "copies",
            Outcome::Partial => "partly read",
            Outcome::Overlap => "overlapping",
            Outcome::Replaced => "replaced",
            Outcome::Shortened => "shortened",
            Outcome::NotExchanged => "not exchanged",
            Outcome::NoFlowLog => "without flow logs",
            Outcome::Failed => "failed",
        }
    }

    /// Whether somebody should look at the blob.
    pub fn is_trouble(self) -> bool {
        matches!(self, Outcome::Partial | Outcome::Overlap | Outcome::NotExchanged | Outcome::Failed)
    }
}

/// Numbers of blobs by what became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts([u64; Outcome::ALL.len()]);

impl Counts {
    /// How many blobs this became of.
    pub fn of(&self, outcome: Outcome) -> u64 {
        self.0[outcome as usize]
    }

    /// All blobs.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    pub(crate) fn add(&mut self, outcome: Outcome) {
        self.0[outcome as usize] += 1;
    }
}

/// Something about one blob that is worth a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// The blob's name.
    pub blob: String,
    /// What became of it.
    pub outcome: Outcome,
    /// In more words.
    pub detail: String,
}

/// What became of the rows of blobs that are not what they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exchanged {
    /// Rows of `NTANetAnalytics` that left it.
    pub rows_left: u64,
    /// Rows that came in their place, those of other blobs that shared rows with them included.
    pub rows_came: u64,
}

/// What a run came to.
///
/// Tuples in = `tally.tuples()` + `tally.tuples_discarded()`; rows hold the former, added up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Blobs by what became of them.
    pub blobs: Counts,
    /// Decompressed bytes of the records read.
    pub bytes_read: u64,
    /// Bytes at the end of blobs that are the beginning of a record; they are read when the rest has come.
    pub waiting_bytes: u64,
    /// What was in the blobs.
    pub tally: Tally,
    /// Rows written.
    pub rows: u64,
    /// Rows that left and came in exchange; the latter are among `rows`.
    pub exchanged: Exchanged,
    /// Snapshots of the inventory that there are.
    pub snapshots: usize,
    /// Files of feeds that there are.
    pub feeds: usize,
    /// What the rows were decorated as, before some of them were folded.
    pub decoration: DecorationTally,
    /// How many of them were folded.
    pub folding: FoldTally,
    /// Bytes of the files they were written to.
    pub parquet_bytes: u64,
    /// Batches committed.
    pub batches: u64,
    /// Blobs that are worth a line, the first `INCIDENTS_MAX` of them.
    pub incidents: Vec<Incident>,
}

/// How many incidents a summary keeps; all are counted.
pub(crate) const INCIDENTS_MAX: usize = 1_000;

impl Summary {
    /// Tuples for each row, as far as there are rows.
    pub fn reduction_factor(&self) -> Option<f64> {
        (self.rows > 0).then(|| self.tally.tuples() as f64 / self.rows as f64)
    }
}
