//! Rows of the tables as Arrow batches, in the columns of the registry.

mod blobs;
mod columns;
pub mod decoration;
mod ip_details;
mod net_analytics;
mod numbered;
pub mod public;
mod texts;
mod topology_details;

pub use blobs::{BatchInfo, weir_batch, weir_blobs};
pub(crate) use blobs::{MARKED, marked_replaced, to_be_marked};
pub(crate) use columns::constant;
pub use ip_details::{IpDetail, IpDetails};
pub use net_analytics::{FlowRows, NetAnalytics, Run, generated_micros, target, target_id};
pub use topology_details::TopologyRows;

/// The UTC day of a time given in microseconds since the Unix epoch, counted from 1970-01-01.
pub fn day_of(micros: i64) -> i32 {
    // The years 1 to 9999 are well within i32 days.
    micros.div_euclid(86_400_000_000) as i32
}
