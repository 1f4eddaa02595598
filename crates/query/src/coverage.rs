//! What of KQL is there: the page `docs/reference/kql.md`, written from the registries.
//!
//! `WEIR_BLESS=1` writes the page anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use crate::operators::explain_flow;
use crate::{aggregates, bind, functions, language, library, operators, windows};

const PAGE: &str = "docs/reference/kql.md";

/// A list of names, older spellings in brackets behind the documented one.
fn listed(names: &BTreeMap<&str, BTreeSet<&str>>) -> String {
    let one = |(name, older): (&&str, &BTreeSet<&str>)| match older.is_empty() {
        true => format!("`{name}`"),
        false => {
            let older: Vec<String> = older.iter().map(|name| format!("`{name}`")).collect();
            format!("`{name}` ({})", older.join(" "))
        }
    };
    names.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// Each entry by its documented name, the first of its names.
fn by_first(
    all: impl Iterator<Item = &'static [&'static str]>,
) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    all.filter_map(|names| names.split_first())
        .map(|(first, older)| (*first, older.iter().copied().collect()))
        .collect()
}

fn plain(names: impl Iterator<Item = &'static str>) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    names.map(|name| (name, BTreeSet::new())).collect()
}

fn page() -> String {
    let mut scalar = by_first(functions::names().filter_map(functions::function).map(|f| f.names));
    let several = functions::series::SEVERAL;
    scalar.extend(plain(several.into_iter().chain(bind::SPECIAL)));
    let mut aggregate = by_first(aggregates::names().filter_map(aggregates::aggregate).map(|a| a.names));
    aggregate.extend(plain(aggregates::names().filter(|name| aggregates::several(name).is_some())));
    let sections = [
        ("Tabular operators", plain(language::operators())),
        ("Plugins of `evaluate`", plain(operators::evaluate::names())),
        ("Scalar functions", scalar),
        ("Window functions", plain(windows::names())),
        ("Aggregates", aggregate),
        (
            "Refused by name",
            plain(
                language::REFUSED_OPERATORS
                    .into_iter()
                    .chain(language::functions())
                    .chain(operators::evaluate::unsupported())
                    .filter(|name| functions::function(name).is_none() && !several.contains(name)),
            ),
        ),
    ];
    let mut page = String::from(
        "# KQL\n\nWhat of the language runs. This page is generated; `WEIR_BLESS=1 cargo test -p weir-query` writes it \
         anew.\nStatements, types and what is answered otherwise than on Azure: [deviations](../deviations.md).\n",
    );
    for (title, names) in &sections {
        let _ = write!(page, "\n## {title}\n\n{}, {} in all.\n", listed(names), names.len());
    }
    page += "\n## Functions that weir adds\n\n| Call | What it gives |\n| --- | --- |\n";
    for (call, doc) in library::calls().chain([explain_flow::CALL]) {
        let _ = writeln!(page, "| `{call}` | {doc} |");
    }
    page
}

#[test]
fn the_page_is_as_the_code_is() {
    let path = Path::new("../..").join(PAGE);
    let page = page();
    if std::env::var_os("WEIR_BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(stored == page, "{PAGE} is stale: run with WEIR_BLESS=1");
}
