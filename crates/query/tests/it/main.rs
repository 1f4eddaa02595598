//! Queries against recorded answers of Microsoft's engine.

mod conformance;
