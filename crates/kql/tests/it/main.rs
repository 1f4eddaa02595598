//! The parser and the formatter on whole queries.

mod conformance;
mod errors;
mod generate;
mod language;
mod oracle;
mod robustness;
mod round_trip;
mod seeds;
mod shape;
mod stories;
mod story;
