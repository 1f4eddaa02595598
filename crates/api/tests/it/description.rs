//! `docs/reference/openapi.json`: the description of weir's own interface.

use std::path::Path;
use std::{env, fs};

/// `WEIR_BLESS=1` writes the page instead of comparing it.
#[test]
fn the_description_is_up_to_date() {
    let path = Path::new("../../docs/reference/openapi.json");
    let text = serde_json::to_string_pretty(&weir_api::openapi()).unwrap() + "\n";
    if env::var_os("WEIR_BLESS").is_some() {
        fs::write(path, &text).expect("the page can be written");
    }
    let stored = fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    assert!(stored == text, "{} is stale: run with WEIR_BLESS=1", path.display());
}

/// Every reference inside the description leads somewhere.
#[test]
fn its_references_lead_somewhere() {
    let description = weir_api::openapi();
    let text = description.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(description.pointer(reference).is_some(), "{reference}");
    }
}
