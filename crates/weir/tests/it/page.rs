//! `docs/reference/cli.md`: what the program says of itself.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

use crate::program::weir;

const HEAD: &str = "# Command line

What `weir --help` and its commands print. This page is generated; `WEIR_BLESS=1 cargo test -p weir` writes it anew.

## Exit codes

| Code | Meaning |
| ---: | --- |
| 0 | everything was done |
| 1 | nothing was done; standard error says why |
| 2 | the command line was not understood |
| 3 | some of it was done; the summary and standard error say what was not |
| 4 | what was looked for was found: `weir intel hunt` found threats, `weir doctor` a warning or a problem |

## Where things go

Answers and summaries go to standard output, notes and errors to standard error. `NO_COLOR` turns colours off; they are
off by themselves where no terminal is.
";

const COMMANDS: [&str; 23] = [
    "",
    "ingest",
    "query",
    "raw",
    "doctor",
    "maintain",
    "redecorate",
    "explain-flow",
    "intel",
    "intel import",
    "intel pull",
    "intel list",
    "intel explain",
    "intel lookup",
    "intel hunt",
    "serve",
    "simulate",
    "token",
    "topology",
    "topology import",
    "topology pull",
    "topology list",
    "topology show",
];

fn page() -> String {
    let folder = env::temp_dir();
    let mut page = HEAD.to_owned();
    for command in COMMANDS {
        let arguments: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let title = if command.is_empty() { "weir".to_owned() } else { format!("weir {command}") };
        let help = weir(&folder, &arguments).done();
        let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
        let _ = write!(page, "\n## `{title}`\n\n```text\n{}\n```\n", lines.join("\n").trim_end());
    }
    page
}

/// `WEIR_BLESS=1` writes the page instead of comparing it.
#[test]
fn the_page_of_commands_is_up_to_date() {
    let path = Path::new("../../docs/reference/cli.md");
    let page = page();
    if env::var_os("WEIR_BLESS").is_some() {
        fs::write(path, &page).expect("the page can be written");
    }
    let stored = fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    assert!(stored == page, "{} is stale: run with WEIR_BLESS=1", path.display());
}

#[test]
fn the_page_names_every_command() {
    let help = weir(&env::temp_dir(), &["--help"]).done();
    let (_, commands) = help.split_once("Commands:\n").expect("there are commands");
    let named: Vec<&str> = commands
        .lines()
        .take_while(|line| !line.is_empty())
        // What a command does may go on in the next line, further in.
        .filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert!(!named.is_empty());
    let page = page();
    for name in named {
        assert!(page.contains(&format!("## `weir {name}`")), "{name} is not on the page");
    }
}
