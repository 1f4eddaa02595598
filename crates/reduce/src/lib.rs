//! Flow tuples of one interval to one row per key, sums conserved.
//!
//! In come whole records (a [`Reducer`] is the [`RecordSink`](weir_decode::RecordSink) of the decoder); out go
//! [`ReducedFlow`]s with the [`Names`] they refer to. A row is an additive partial sum: rows of one key may be
//! added up at any time, in any order, by [`Counters::add`]. The source port is left out of the key.
//!
//! The crate knows no clock: the interval of a tuple is the interval of its record's `time`.
//!
//! ```
//! use weir_decode::{Decoder, Limits};
//! use weir_reduce::{Interval, Reducer};
//!
//! let record = br#"{"time":"2026-08-13T21:00:09Z","flowLogVersion":4,"macAddress":"000D3A112233",
//!     "category":"FlowLogFlowEvent","flowRecords":{"flows":[{"aclID":"a","flowGroups":[{"rule":"r","flowTuples":[
//!     "1786653162636,198.51.100.7,10.0.5.4,59350,8001,6,I,B,NX,0,0,0,0",
//!     "1786653168597,198.51.100.7,10.0.5.4,59350,8001,6,I,E,NX,5,593,4,560"]}]}]}}"#;
//! let mut reducer = Reducer::new(Interval::HOUR);
//! Decoder::new(Limits::default()).feed(record, true, &mut reducer);
//! let (flows, names) = reducer.finish();
//! assert_eq!(flows.len(), 1);
//! assert_eq!((flows[0].counters.flows_started, flows[0].counters.bytes_src_to_dest), (1, 593));
//! assert_eq!(names.rule(flows[0].key.rule).acl_rule, "r");
//! ```

mod counters;
mod interval;
mod key;
mod names;
mod reducer;

pub use counters::Counters;
pub use interval::Interval;
pub use key::{FlowKey, IntervalNumber, RuleId, SourceId, WordId};
pub use names::{Names, RuleKind, RuleNames, SourceNames};
pub use reducer::{ReducedFlow, Reducer};
