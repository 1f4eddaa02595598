//! The queries of the repository.

use std::path::Path;

use super::{Verdict, differences};

/// All `.kql` files below a folder.
fn files(folder: &Path, found: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.expect("a folder can be read").path()) {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "kql") {
            found.push(std::fs::read_to_string(&path).expect("a query is text"));
        }
    }
}

#[test]
fn shipped_queries_mean_the_same() {
    let root = Path::new("../..");
    let mut queries = Vec::new();
    files(&root.join("queries"), &mut queries);
    files(&root.join("testdata"), &mut queries);
    assert!(queries.len() > 5);
    // Theirs does not know what weir adds to the language, nor can it look into a function of any table.
    queries.retain(|query| !query.contains("weir_conversations") && !query.contains("weir_explain_flow"));
    // A function without arguments that gives the columns of the table.
    let queries =
        queries.into_iter().map(|query| query.replace("weir_unfolded()", "NTANetAnalytics")).collect();
    let Some(found) = differences(queries) else { return };
    let told: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn unknown_names_are_refused_by_both() {
    let queries =
        ["NTANetAnalytics | where SrcIP == ''", "Nothing | count", "NTANetAnalytics | project nope(1)"];
    let Some(found) = differences(queries.map(str::to_owned).to_vec()) else { return };
    assert!(found.is_empty());
    assert_ne!(Verdict::Columns(String::new()), Verdict::Refused(String::new()));
}

#[test]
fn random_pipelines_mean_the_same() {
    let Some(found) = differences((0..200).map(crate::random::pipeline).collect()) else { return };
    let told: Vec<String> = found.iter().take(5).map(ToString::to_string).collect();
    assert!(told.is_empty(), "{} pipelines differ\n{}", found.len(), told.join("\n"));
}
