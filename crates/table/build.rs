//! Gives `prepared` the hash of all sources that decide what is prepared, so that what another program made is made anew.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

/// What a decorator or the tables of a feed are made by, from this crate's folder.
const MAKERS: [&str; 7] = [
    "../decode/src",
    "../enrich/src",
    "../intel/src",
    "../topology/src",
    "../value/src",
    "../../Cargo.lock",
    "../../Cargo.toml",
];

fn main() {
    let mut files = Vec::new();
    for maker in MAKERS {
        println!("cargo:rerun-if-changed={maker}");
        add(Path::new(maker), &mut files);
    }
    files.sort();
    // The hasher of a toolchain has fixed keys; with another one all is made anew.
    let mut hash = DefaultHasher::new();
    for file in files {
        file.hash(&mut hash);
        match std::fs::read(&file) {
            Ok(bytes) => bytes.hash(&mut hash),
            Err(error) => panic!("cannot read {}: {error}", file.display()),
        }
    }
    println!("cargo:rustc-env=WEIR_MAKERS={:016x}", hash.finish());
}

fn add(path: &Path, files: &mut Vec<PathBuf>) {
    match std::fs::read_dir(path) {
        Ok(entries) => entries.flatten().for_each(|entry| add(&entry.path(), files)),
        Err(_) => files.push(path.to_owned()),
    }
}
