//! Flow-log blob bytes to flow tuples.
//!
//! In come the bytes of a blob, piece by piece, as Azure writes them (VNet flow logs version 4, NSG flow logs
//! version 1 and 2, mixed at will) or as people keep them (bare records, JSON lines, pretty-printed copies).
//! Out go whole records with their tuples, pushed into a [`RecordSink`], and a [`Tally`] of what was seen.
//! A record is delivered whole or not at all; what cannot be read is counted by [`Reason`] and never stops a
//! blob. The crate knows no clock, no file and no network.
//!
//! ```
//! use weir_decode::{Decoder, DecodedRecord, Discarded, Limits, RecordSink};
//!
//! #[derive(Default)]
//! struct Bytes(u64);
//! impl RecordSink for Bytes {
//!     fn record(&mut self, record: &DecodedRecord<'_>) {
//!         self.0 += record.tuples.iter().map(|tuple| tuple.bytes_src_to_dest).sum::<u64>();
//!     }
//!     fn discarded(&mut self, _: &Discarded<'_>) {}
//! }
//!
//! let blob = br#"{"records":[{"time":"2026-08-13T21:00:00.0000000Z","flowLogVersion":4,
//!     "macAddress":"000D3A112233","category":"FlowLogFlowEvent","flowRecords":{"flows":[{"aclID":"a",
//!     "flowGroups":[{"rule":"DefaultRule_AllowVnetInBound","flowTuples":[
//!     "1786653168597,198.51.100.7,10.0.5.4,59350,8001,6,I,E,NX,5,593,4,560"]}]}]}}]}"#;
//! let mut sink = Bytes::default();
//! let mut decoder = Decoder::new(Limits::default());
//! decoder.feed(blob, true, &mut sink);
//! assert_eq!((decoder.position(), sink.0, decoder.tally().tuples()), (blob.len() as u64 - 2, 593, 1));
//! ```

mod address;
mod decoder;
mod head;
mod nsg;
mod parse_tuple;
mod record;
mod scan;
mod skip;
mod tally;
mod tuple;
mod vnet;

pub use address::{Address, dotted};
pub use decoder::{Decoder, Limits};
pub use head::{Head, head};
pub use record::{DecodedRecord, Discarded, Generation, RecordHeader, RecordSink, RuleGroup};
pub use tally::{Reason, Tally};
pub use tuple::{Decision, Direction, Encryption, FlowTuple, State};
