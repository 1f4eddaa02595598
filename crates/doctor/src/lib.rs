//! What is stored, looked at for what is wrong with it.
//!
//! In come answers of the queries of [`questions`] and what the tables do not hold ([`Facts`]: snapshots of the inventory,
//! feeds, why rows are `Unknown`); out goes a [`Report`] of findings. The queries are those of `queries/doctor/`: each
//! decides itself how bad a row of it is, in the column `Verdict`, so that everybody can ask what doctor asked. Here it is
//! only said in words. Who runs the queries, and how, is the caller's business: a command or a server.
//!
//! ```
//! use weir_doctor::{Asked, questions};
//!
//! let asked = Asked { now_micros: 1_780_272_000_000_000, ..Asked::default() };
//! let names: Vec<&str> = questions(&asked).iter().map(|question| question.check.name).collect();
//! assert_eq!(names[..3], ["read", "twice", "hours"]);
//! ```

mod asked;
mod check;
mod dated;
mod facts;
mod json;
mod report;
mod rows;
mod told;
mod unknown;
mod words;

pub use asked::{Asked, Question, questions};
pub use check::{CHECKS, Check};
pub use facts::{Facts, facts};
pub use json::json;
pub use report::{Finding, Report, Verdict, report};
pub use words::grouped;
