//! Takes the built web application into the crate: each file of `web/dist/app` packed, with what an answer says of it.
//!
//! A clone whose `web/dist` is empty builds all the same; the server then says that it has no pages.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

fn main() -> io::Result<()> {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist");
    println!("cargo:rerun-if-changed={}", dist.display());
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("no OUT_DIR"))?);
    let app = dist.join("app");
    let mut files = Vec::new();
    if app.is_dir() {
        walk(&app, &mut files)?;
    }
    files.sort();
    let mut code = String::from("&[\n");
    for (number, path) in files.iter().enumerate() {
        let bytes = fs::read(path)?;
        let packed = out.join(format!("{number}.gz"));
        let mut encoder = GzEncoder::new(fs::File::create(&packed)?, Compression::best());
        encoder.write_all(&bytes)?;
        encoder.finish()?;
        let parts = path.strip_prefix(&app).map_err(io::Error::other)?;
        let name =
            parts.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
        let hash: String = Sha256::digest(&bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        // Written as a literal, whatever is in the name.
        writeln!(
            code,
            "    File {{ path: {:?}, etag: \"\\\"{hash}\\\"\", packed: include_bytes!({packed:?}) }},",
            format!("/{name}"),
        )
        .map_err(io::Error::other)?;
    }
    code.push_str("]\n");
    fs::write(out.join("web.rs"), code)
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
