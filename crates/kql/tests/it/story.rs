//! Stories: the files `testdata/kql/<name>.kql`, and records of what becomes of them beside. Crates tell their own part
//! of each; `WEIR_BLESS=1` writes the records anew.

use std::path::{Path, PathBuf};

/// All stories, by name.
fn files() -> Vec<PathBuf> {
    let folder = Path::new("../../testdata/kql");
    let entries = std::fs::read_dir(folder).expect("testdata/kql is part of the repository");
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "kql"))
        .collect();
    files.sort();
    assert!(files.len() >= 10, "only {} stories", files.len());
    files
}

/// Compares what is told of each story with its record, a file of this extension.
pub(crate) fn compare(extension: &str, told: impl Fn(&str) -> String) {
    let bless = std::env::var_os("WEIR_BLESS").is_some();
    let mut wrong = Vec::new();
    for path in files() {
        let text = std::fs::read_to_string(&path).expect("a query is text").replace("\r\n", "\n");
        let (record, told) = (path.with_extension(extension), told(&text));
        if bless {
            std::fs::write(&record, told).expect("the record can be written");
        } else if std::fs::read_to_string(&record).unwrap_or_default().replace("\r\n", "\n") != told {
            wrong.push(record.display().to_string());
        }
    }
    let wrong = wrong.join(", ");
    assert!(wrong.is_empty(), "not as recorded, look at the difference after WEIR_BLESS=1: {wrong}");
}
