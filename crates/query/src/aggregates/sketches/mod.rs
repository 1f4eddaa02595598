//! Summaries of many values in little space: `hll`, `tdigest`, and what merges them.
//!
//! The representation is weir's own; only functions of weir read it. Few values are kept as they are, so that what is
//! read from a small summary is exact.

pub(crate) mod hll;
pub(crate) mod tdigest;

use super::Aggregate;

pub(super) const HLL: &[&Aggregate] = hll::AGGREGATES;
pub(super) const TDIGEST: &[&Aggregate] = tdigest::AGGREGATES;
