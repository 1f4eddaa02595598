//! What was promised of the repository itself: which crates there are, in which order, and who may name what.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from("../..")
}

fn text(path: &str) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The folders of `crates/`.
fn crates() -> BTreeSet<String> {
    let folders = fs::read_dir(root().join("crates")).expect("there are crates").map(|entry| entry.unwrap());
    folders
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}

/// The crates in the order of `crates/README.md`.
fn listed() -> Vec<String> {
    let page = text("crates/README.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| ["));
    rows.filter_map(|row| row.split_once(']')).map(|(name, _)| name.to_owned()).collect()
}

/// The names in `[section]` of a crate's manifest.
fn dependencies(name: &str, section: &str) -> Vec<String> {
    let manifest = text(&format!("crates/{name}/Cargo.toml"));
    let lines = manifest.lines().skip_while(|line| *line != format!("[{section}]")).skip(1);
    lines
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty() && !name.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_list_of_crates_is_whole() {
    let listed = listed();
    assert_eq!(listed.iter().cloned().collect::<BTreeSet<_>>(), crates());
    assert_eq!(listed.len(), crates().len(), "a crate is listed twice");
}

#[test]
fn the_code_map_has_every_crate() {
    let page = text("ARCHITECTURE.md");
    let headings: BTreeSet<String> =
        page.lines().filter_map(|line| line.strip_prefix("### ")).map(str::to_owned).collect();
    let missing: Vec<_> = crates().difference(&headings).cloned().collect();
    assert!(missing.is_empty(), "ARCHITECTURE.md says nothing of {missing:?}");
}

#[test]
fn a_crate_uses_those_listed_before_it() {
    let listed = listed();
    for (place, name) in listed.iter().enumerate() {
        for used in dependencies(name, "dependencies").iter().filter_map(|used| used.strip_prefix("weir-")) {
            assert!(listed[..place].iter().any(|known| known == used), "{name} must not use {used}");
        }
    }
}

#[test]
fn delta_the_engine_and_http_are_named_where_they_belong() {
    for (dependency, owners) in [
        ("deltalake-core", &["table"][..]),
        ("datafusion", &["query"]),
        ("axum", &["api"]),
        ("hyper", &["api"]),
        ("reqwest", &["api", "pull"]),
    ] {
        let users: Vec<String> = crates()
            .into_iter()
            .filter(|name| dependencies(name, "dependencies").iter().any(|used| used == dependency))
            .collect();
        assert_eq!(users, owners, "{dependency}");
    }
}

/// Two of one of these are two that do not understand each other.
#[test]
fn arrow_and_its_kin_are_there_once() {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let lock = text("Cargo.lock");
    for package in lock.split("[[package]]").skip(1) {
        let field = |name: &str| {
            let line = package.lines().find_map(|line| line.strip_prefix(&format!("{name} = \"")));
            line.map(|line| line.trim_end_matches('"').to_owned())
        };
        if let (Some(name), Some(version)) = (field("name"), field("version")) {
            versions.entry(name).or_default().insert(version);
        }
    }
    for name in ["arrow-array", "arrow-schema", "datafusion", "deltalake-core", "object_store", "parquet"] {
        let found = versions.get(name).unwrap_or_else(|| panic!("{name} is not in Cargo.lock"));
        assert_eq!(found.len(), 1, "{name}: {found:?}");
    }
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut dead = Vec::new();
    for page in pages(&root()) {
        let folder = page.parent().unwrap();
        let content = fs::read_to_string(&page).unwrap();
        for target in content.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = target.split('#').next().unwrap_or_default();
            let elsewhere = path.is_empty() || path.contains("://") || path.contains(' ');
            if !elsewhere && !folder.join(path).exists() {
                dead.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}

/// The Markdown pages of the repository.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
        let (path, name) = (entry.path(), entry.file_name().into_string().unwrap_or_default());
        if path.is_dir() {
            if !name.starts_with('.') && !["node_modules", "target", "weir-data"].contains(&name.as_str()) {
                found.extend(pages(&path));
            }
        } else if name.ends_with(".md") {
            found.push(path);
        }
    }
    found
}

/// Queries are shown, tried and shipped from one folder.
#[test]
fn the_readme_names_every_query() {
    let page = text("README.md");
    for entry in fs::read_dir(root().join("queries")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(page.contains(&format!("queries/{name}")), "README.md says nothing of {name}");
    }
}
