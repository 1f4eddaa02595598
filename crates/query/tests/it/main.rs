//! Whole queries: against recorded answers, against another binder, against themselves.

#![allow(clippy::unwrap_used)] // what helps tests may fail as they do

mod bound;
mod conformance;
mod optimised;
mod oracle;
mod planning;
mod random;
mod runaway;
mod spliced;
mod stories;
