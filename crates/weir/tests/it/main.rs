//! The program from its command line, and the house it is built in.

mod commands;
mod house;
mod page;
mod program;
