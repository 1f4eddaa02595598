use std::path::PathBuf;
use std::{env, fs};

/// `WEIR_BLESS=1` writes the page instead of comparing it.
#[test]
fn the_page_of_columns_is_up_to_date() {
    let path = PathBuf::from("../../docs/reference/columns.md");
    let page = weir_schema::columns_page();
    if env::var_os("WEIR_BLESS").is_some() {
        fs::create_dir_all(path.parent().expect("the page is in a folder")).expect("the folder can be made");
        fs::write(&path, &page).expect("the page can be written");
    }
    // A checkout on Windows may have turned line ends.
    let stored = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(stored == page, "{} is stale: run with WEIR_BLESS=1", path.display());
}
