//! Generated logs, read back with a JSON parser and compared with what was promised.

mod consistency;
mod decoration;
mod demo;
mod determinism;
mod inventory;
mod oddities;
mod read;
mod recount;
mod refusals;
mod rows;
mod sizes;
mod validity;
