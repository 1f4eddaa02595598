//! `dynamic`: any scalar, an array or a property bag.
//!
//! Two forms: [`Dynamic`], a tree for literals and tests, and the packed bytes of [`View`], in which columns hold
//! their values so that one member is reached without reading the others.

mod json;
mod packed;
mod tree;

pub use json::{pack_json, write_json};
pub use packed::{Kind, Packer, View};
pub use tree::Dynamic;
