//! What the messages look like, kept as files: a query, a line of dashes, and the diagnostics.
//!
//! `WEIR_BLESS=1` writes what is printed now into the files. Poor messages are kept beside good ones, to be
//! improved.

use std::path::{Path, PathBuf};

const SEPARATOR: &str = "\n--------\n";

fn files() -> Vec<PathBuf> {
    let folder = Path::new("../../testdata/errors");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("testdata/errors is part of the repository")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    files.sort();
    files
}

/// The recorded queries.
pub fn queries() -> Vec<String> {
    let query = |path: &PathBuf| {
        let recorded = std::fs::read_to_string(path).expect("a record is text");
        recorded.split(SEPARATOR).next().unwrap_or_default().to_owned()
    };
    files().iter().map(query).collect()
}

#[test]
fn messages_are_as_recorded() {
    let bless = std::env::var_os("WEIR_BLESS").is_some();
    let mut wrong = Vec::new();
    let files = files();
    assert!(files.len() >= 40, "only {} recorded messages", files.len());
    for path in files {
        let recorded = std::fs::read_to_string(&path).expect("a record is text").replace("\r\n", "\n");
        let (query, expected) =
            recorded.split_once(SEPARATOR).unwrap_or((recorded.trim_end_matches('\n'), ""));
        let printed = weir_kql::render(query, &weir_kql::parse(query).diagnostics);
        if printed == expected {
            continue;
        }
        if bless {
            std::fs::write(&path, format!("{query}{SEPARATOR}{printed}")).expect("the record can be written");
        } else {
            wrong.push(format!("{}\nexpected\n{expected}\nprinted\n{printed}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
