//! The queries of the two documents that the product was measured by, as their pages print them.

use std::path::PathBuf;

use crate::round_trip::check;

/// Where local test input lies that is no part of the repository.
pub fn local_input(variable: &str, default: &str) -> PathBuf {
    let repository = PathBuf::from("../..");
    std::env::var_os(variable).map_or_else(|| repository.join(default), PathBuf::from)
}

/// The queries in a page of prose: runs of lines that begin with a table or a `let`.
fn queries(page: &str) -> Vec<String> {
    let mut queries = Vec::new();
    let mut query = String::new();
    let mut quiet = 0;
    for line in page.lines().chain([""; 3]) {
        let begins = ["NTA", "AzureNetworkAnalytics_CL", "let ", "TableWith"]
            .iter()
            .any(|word| line.starts_with(word));
        let code = begins && !line.contains(' ') || line.starts_with("let ");
        let goes_on = !query.is_empty() && line.starts_with(['|', ' ', '(', ')', '/']);
        if code || goes_on {
            query.push_str(line);
            query.push('\n');
            quiet = 0;
        } else if line.trim().is_empty() && query.trim_end().ends_with(';') && quiet == 0 {
            // A blank line between statements.
            quiet += 1;
        } else if !query.is_empty() {
            queries.push(std::mem::take(&mut query));
        }
    }
    queries
}

#[test]
fn every_query_is_read_as_printed() {
    let folder = local_input("WEIR_SEEDS", "../shared/seeds");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: no pages in {}", folder.display());
        return;
    };
    let mut count = 0;
    for path in entries.flatten().map(|entry| entry.path()) {
        let page = std::fs::read_to_string(&path).expect("the page is text");
        for query in queries(&page).iter().filter(|query| query.contains('|')) {
            let parsed = weir_kql::parse(query);
            assert!(!parsed.has_errors(), "{}", weir_kql::render(query, &parsed.diagnostics));
            let typographic = query.contains(['“', '”', '‘', '’', '″']);
            assert_eq!(parsed.diagnostics.len(), usize::from(typographic), "{query}");
            check(query);
            count += 1;
        }
    }
    println!("{count} queries read");
    assert!(count >= 14, "the pages hold more queries than {count}");
}
