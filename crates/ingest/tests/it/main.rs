//! Blobs to committed rows, whatever happens to either.

#![allow(clippy::unwrap_used)] // what helps tests may fail as they do

mod broken;
mod decorated;
mod folded;
mod packed;
mod records;
mod recovery;
mod replaced;
mod states;
mod topology;
mod workspace;
