//! Answers to charts: what is chosen, what is drawn, and that nothing in an answer breaks out of it.

// Helpers of tests are outside the functions that clippy takes for tests.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod documents;
mod limits;
mod marks;
mod rules;
mod samples;
mod terminal;
