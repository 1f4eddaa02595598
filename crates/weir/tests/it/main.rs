//! The program from its command line, and the house it is built in.

#![allow(clippy::unwrap_used)] // what helps tests may fail as they do

mod by_day;
mod commands;
mod house;
mod page;
mod program;
