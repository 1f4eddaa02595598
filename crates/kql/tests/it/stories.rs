//! Whole queries and what becomes of them here: tokens, tree, tidy text. `crates/query` tells the rest.
//!
//! Each `testdata/kql/<name>.kql` has a `<name>.tree` beside it.

use std::fmt::Write as _;

use crate::round_trip::check;
use crate::story;

/// The tree, a node a line, places as `4..9`.
fn tree(text: &str) -> String {
    let shown = format!("{:#?}", weir_kql::parse(text).query);
    let mut lines = Vec::new();
    let mut rest = shown.lines();
    while let Some(line) = rest.next() {
        let Some(head) = line.strip_suffix("Span {") else {
            lines.push(line.replace("    ", " "));
            continue;
        };
        let number = |line: Option<&str>| {
            line.unwrap_or_default().trim_matches(|c: char| !c.is_ascii_digit()).to_owned()
        };
        let (start, end) = (number(rest.next()), number(rest.next()));
        rest.next();
        lines.push(format!("{}{start}..{end}", head.replace("    ", " ")));
    }
    // Lines that only close a bracket say nothing that the indent does not.
    lines.retain(|line| !matches!(line.trim(), "}" | "}," | ")" | ")," | "]" | "],"));
    lines.join("\n")
}

fn told(text: &str) -> String {
    let mut out = String::from("-- tokens\n");
    for (kind, span) in weir_kql::tokens(text) {
        let written = text.get(span.start..span.end).unwrap_or_default();
        let _ = writeln!(out, "{}..{} {kind} {written}", span.start, span.end);
    }
    let _ = writeln!(out, "-- tree\n{}", tree(text));
    let tidy = weir_kql::format_text(text).expect("a story has no errors");
    let _ = write!(out, "-- tidy\n{tidy}");
    out
}

#[test]
fn stories_are_read_as_recorded() {
    story::compare("tree", |text| {
        check(text);
        told(text)
    });
}
