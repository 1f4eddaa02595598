//! What is promised of the interface, and a server as its caller starts it.

#![allow(clippy::unwrap_used)] // what helps tests may fail as they do

mod description;
mod server;
