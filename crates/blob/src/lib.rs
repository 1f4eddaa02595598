//! Find and read raw flow-log blobs.
//!
//! In come folders and files as a person names them; out go [`Blob`]s in the order of their hours, and a reader
//! of the bytes of each, decompressed. Any of the public layouts of paths is understood, and so are copies under
//! other names, compressed with gzip or zstd, or packed in zip archives. Links are not followed, and what weir keeps
//! itself is left alone. Exports of inventories are found in the same way ([`find_wanted`]).

mod archive;
mod find;
mod layout;
mod name;
mod open;

pub use find::{Blob, Found, LeftAlone, Problem, Wanted, find, find_named, find_wanted};
pub use layout::BlobHour;
pub use name::{BlobName, BlobNames};
pub use open::Error;
