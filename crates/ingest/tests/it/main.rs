//! Blobs to committed rows, whatever happens to either.

mod broken;
mod packed;
mod records;
mod recovery;
mod states;
mod workspace;
