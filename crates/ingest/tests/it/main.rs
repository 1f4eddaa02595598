//! Blobs to committed rows, whatever happens to either.

mod broken;
mod packed;
mod recovery;
mod workspace;
