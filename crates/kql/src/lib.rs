//! KQL text to syntax tree and back.
//!
//! In comes the text of a query; out goes a [`Query`](ast::Query) and a list of [`Diagnostic`]s. Reading never
//! fails: what could not be read is a `Missing` node in the tree and an error in the list, and the rest of the
//! text is read nevertheless. The crate knows the grammar and nothing of tables, columns, functions or types of
//! expressions: that `tolower` takes one argument is the binder's business.
//!
//! ```
//! let parsed = weir_kql::parse("NTANetAnalytics | where SrcIp == '10.1.1.8' | take");
//! assert_eq!(parsed.query.statements.len(), 1);
//! assert_eq!(parsed.diagnostics[0].message, "expected an expression, found the end of the query");
//!
//! let tidy = weir_kql::format_text("T|where a==1|take 5").unwrap();
//! assert_eq!(tidy, "T\n| where a == 1\n| take 5\n");
//! ```

pub mod ast;
mod diagnostic;
mod format;
mod keyword;
mod lexer;
mod literal;
mod nearest;
mod parser;
mod render;
mod token;

pub use diagnostic::{Diagnostic, Severity, code};
pub use format::{format, format_text};
pub use lexer::tokens;
pub use nearest::nearest;
pub use parser::{Parsed, parse};
pub use render::{render, render_coloured};

/// The longest text that is read, in bytes.
pub const TEXT_MAX: usize = 2 * 1024 * 1024;

/// The deepest tree that is built.
///
/// Brackets, sub-queries, links of `a.b.c`, every sixteenth link of chains such as `a + b + c` and nested dynamic values
/// count; links of `and`, `or` and `|` do not, because their trees are kept flat. Whoever walks a tree may rely on this
/// limit, and takes chains of operators in a loop.
pub const DEPTH_MAX: usize = 128;

/// The most diagnostics that one text is given.
pub const DIAGNOSTICS_MAX: usize = 100;
