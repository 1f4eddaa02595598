//! Whole queries: against recorded answers, against another binder, against themselves.

mod conformance;
mod optimised;
mod oracle;
mod random;
mod stories;
