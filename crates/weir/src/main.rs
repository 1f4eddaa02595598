//! `weir`: traffic analytics of cloud flow logs, on this machine.

mod args;
mod commands;
mod exit;
mod form;
mod memory;
mod numbers;
mod progress;

use clap::Parser;

use args::{Args, Command};
use exit::Exit;

fn main() -> std::process::ExitCode {
    memory::settle();
    let args = Args::parse();
    run(&args)
        .unwrap_or_else(|error| {
            exit::report(&error);
            Exit::Failed
        })
        .into()
}

/// One arm a command; each is a function of its arguments.
fn run(args: &Args) -> anyhow::Result<Exit> {
    match &args.command {
        Command::Ingest(ingest) => commands::ingest::run(&args.folder, ingest),
        Command::Query(query) => commands::query::run(&args.folder, query),
        Command::Doctor(doctor) => commands::doctor::run(&args.folder, doctor),
        Command::Maintain(maintain) => commands::maintain::run(&args.folder, maintain),
        Command::Raw(raw) => commands::raw::run(&args.folder, raw),
        Command::Redecorate(redecorate) => commands::redecorate::run(&args.folder, redecorate),
        Command::ExplainFlow(explain) => commands::explain_flow::run(&args.folder, explain),
        Command::Intel(intel) => commands::intel::run(&args.folder, intel),
        Command::Serve(serve) => commands::serve::run(&args.folder, serve),
        Command::Simulate(simulate) => commands::simulate::run(simulate),
        Command::Token(token) => commands::token::run(&args.folder, token),
        Command::Topology(topology) => commands::topology::run(&args.folder, topology),
    }
}
