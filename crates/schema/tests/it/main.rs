//! The registry as a whole: what was promised of names, types and texts.

mod reference;
mod registry;
