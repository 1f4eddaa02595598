//! Runs the stages from blob to table: the only place where they are wired together.
//!
//! In come the blobs that were found and the writer of a workspace; out come committed rows and a [`Summary`].
//! Blobs are read in rounds of about a gigabyte, several at a time. What a round read is committed together, all
//! or none; a run that is interrupted loses no more than its last round, and the next run takes up there.
//! Nothing that cannot be read stops the others. At the end the rows of blobs that are not what they were are exchanged.

mod arrange;
mod collect;
mod decorate;
mod each;
mod exchange;
mod feeds;
mod identity;
mod inventories;
mod known;
mod maintain;
mod met;
mod other_days;
mod parts;
mod pieces;
mod read;
mod redecorate;
mod refold;
mod reread;
mod run;
mod stored;
mod summary;
mod take_up;
mod topology;
mod unfold;

pub use feeds::AddressFeeds;
pub use identity::head_hash;
pub use inventories::Inventories;
pub use maintain::{MaintainOptions, Maintained, TableMaintained, maintain};
pub use redecorate::{RedecorateOptions, Redecorated, redecorate};
pub use reread::{Lost, Rereader, reread};
pub use run::{BadRecords, Error, Options, Progress, ingest};
pub use summary::{Counts, Exchanged, Incident, Outcome, Summary};
pub use topology::{TopologySummary, write_topology};
