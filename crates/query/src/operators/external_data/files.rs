//! Which files may be read, and their bytes.

use std::io::Read;
use std::path::{Path, PathBuf};

/// Bytes that all files of one table may have.
pub(super) const BYTES_MAX: u64 = 256 << 20;

/// The file of a name, if it lies in a folder that is allowed; links are followed before that is decided.
pub(super) fn allowed(uri: &str, folders: &[PathBuf]) -> Result<PathBuf, String> {
    let name = match uri.split_once("://") {
        Some(("file", path)) => path,
        Some(_) => return Err("nothing is fetched from a network: name a file".to_owned()),
        None => uri,
    };
    let found = |path: &Path| path.canonicalize().ok();
    let path = match Path::new(name).is_absolute() {
        true => found(Path::new(name)),
        // A name alone is looked for in every folder.
        false => folders.iter().find_map(|folder| found(&folder.join(name))),
    };
    // What is not there is told from what is not allowed only inside the folders.
    let inside = |path: &Path| {
        folders.iter().filter_map(|folder| found(folder)).any(|folder| path.starts_with(folder))
    };
    match path {
        Some(path) if inside(&path) && path.is_file() => Ok(path),
        Some(path) if inside(&path) => Err(format!("'{name}' is no file")),
        None if folders.iter().any(|folder| Path::new(name).starts_with(folder)) && !name.contains("..") => {
            Err(format!("there is no file '{name}'"))
        }
        _ => Err(format!("'{name}' is not in a folder that is allowed")),
    }
}

/// Takes the room that a file needs, when something else reads it.
pub(super) fn take_room(path: &Path, room: &mut u64) -> Result<(), String> {
    let length =
        std::fs::metadata(path).map_err(|error| format!("'{}' cannot be read: {error}", path.display()))?;
    match room.checked_sub(length.len()) {
        Some(left) => *room = left,
        None => return Err(format!("the files have more than {} MiB", BYTES_MAX >> 20)),
    }
    Ok(())
}

/// The bytes of a file, as long as there is room for them.
pub(super) fn read(path: &Path, room: &mut u64) -> Result<Vec<u8>, String> {
    let failed = |error: std::io::Error| format!("'{}' cannot be read: {error}", path.display());
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(*room + 1).read_to_end(&mut bytes).map_err(failed)?;
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    match room.checked_sub(length) {
        Some(left) => *room = left,
        None => return Err(format!("the files have more than {} MiB", BYTES_MAX >> 20)),
    }
    Ok(bytes)
}
