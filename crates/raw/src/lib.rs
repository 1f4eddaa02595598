//! The raw tuples behind rows of `NTANetAnalytics`.
//!
//! In come rows, as the answer of a query ([`Wanted`]), and a workspace. Its ledger says which bytes of which blobs have
//! records of the rows' times; only these are read again, wherever they are now ([`Places`]), and compared with the hash
//! that they had. Out go the tuples of the rows, each with its blob, record and position, and what could not be read
//! again ([`Missing`]).
//!
//! A row is found by its key: flow log, interface, interval, addresses, port, protocol, rule, direction, status and
//! encryption. Tuples of all rows of one key are found together: rows are partial sums, and only together are they
//! whole.

mod find;
mod places;
mod tuples;
mod wanted;

pub use find::{Error, Found, Missing, Options, find};
pub use places::Places;
pub use wanted::{COLUMNS, Unfit, Wanted, rows_query};
