//! Takes the built web application into the crate: the packed files of `web/dist/packed`.
//!
//! A clone where it was not built compiles all the same; the server then says that it has no pages. No dependencies
//! here: one that the program shares would be built a second time for it.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    // Asked for when it runs: clones that share a target folder share the program, too.
    let crate_folder = std::env::var_os("CARGO_MANIFEST_DIR").ok_or_else(|| io::Error::other("no crate"))?;
    let dist = Path::new(&crate_folder).join("../../web/dist");
    println!("cargo:rerun-if-changed={}", dist.display());
    let packed = dist.join("packed");
    let mut files = Vec::new();
    if packed.is_dir() {
        walk(&packed, &mut files)?;
    }
    files.sort();
    let mut code = String::from("&[\n");
    for file in &files {
        let parts = file.strip_prefix(&packed).map_err(io::Error::other)?;
        let parts: Vec<_> = parts.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        let path = format!("/{}", parts.join("/"));
        // Written as literals, whatever is in the names.
        let path = path.trim_end_matches(".gz");
        writeln!(code, "    File {{ path: {path:?}, packed: include_bytes!({file:?}) }},")
            .map_err(io::Error::other)?;
    }
    code.push_str("]\n");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("no OUT_DIR"))?);
    fs::write(out.join("web.rs"), code)
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "gz") {
            files.push(path);
        }
    }
    Ok(())
}
