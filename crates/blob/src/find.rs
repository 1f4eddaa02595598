use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use walkdir::{DirEntry, WalkDir};

use crate::archive::{Member, members};
use crate::{BlobHour, Error, Packing};

/// A file, or a member of an archive, that may hold flow-log records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// Its name in the ledger: the absolute path with forward slashes, a member behind `!/`.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// How its bytes are packed.
    pub packing: Packing,
    /// Size as stored.
    pub size_bytes: u64,
    /// When the file was changed last, microseconds since the Unix epoch.
    pub modified_micros: i64,
    /// The hour that its path names.
    pub hour: Option<BlobHour>,
}

/// What is under some folders and files.
#[derive(Debug, Default)]
pub struct Found {
    /// In the order of their hours; those without an hour last; then by name.
    pub blobs: Vec<Blob>,
    /// What does not look like a blob.
    pub left_alone: LeftAlone,
    /// What could not be looked at.
    pub problems: Vec<Problem>,
}

/// Numbers of files that were not looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LeftAlone {
    /// Files of other names than flow logs have.
    pub other_files: u64,
    /// Links: where they lead may be outside of what was named.
    pub links: u64,
}

/// Something that could not be looked at.
#[derive(Debug)]
pub struct Problem {
    /// What.
    pub name: String,
    /// Why.
    pub error: Error,
}

/// Endings of the names of files with records, without that of a packing.
const ENDINGS: [&str; 4] = [".json", ".jsonl", ".ndjson", ".log"];

/// Finds the blobs under folders. A file that is named itself is one, whatever its name.
pub fn find(roots: &[PathBuf]) -> Result<Found, Error> {
    let mut found = Found::default();
    for root in roots {
        let missing = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => Error::Missing(root.clone()),
            _ => Error::io(root)(error),
        };
        // One name for one blob, however it is called this time.
        let root = root.canonicalize().map_err(missing)?;
        if root.is_file() {
            found.add_file(&root, true);
            continue;
        }
        let walk =
            WalkDir::new(&root).sort_by_file_name().into_iter().filter_entry(|entry| !is_hidden(entry));
        for entry in walk {
            match entry {
                Ok(entry) if entry.path_is_symlink() => found.left_alone.links += 1,
                Ok(entry) if entry.file_type().is_file() => found.add_file(entry.path(), false),
                Ok(_) => {}
                Err(error) => {
                    let path = error.path().unwrap_or(&root).to_owned();
                    let name = path.display().to_string();
                    found.problems.push(Problem { name, error: Error::io(path)(error.into()) });
                }
            }
        }
    }
    found.blobs.sort_by(|a, b| {
        let hour = |blob: &Blob| (blob.hour.is_none(), blob.hour);
        hour(a).cmp(&hour(b)).then_with(|| a.name.cmp(&b.name))
    });
    found.blobs.dedup_by(|a, b| a.name == b.name);
    Ok(found)
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().to_str().is_some_and(|name| name.starts_with('.'))
}

impl Found {
    /// Bytes of all blobs, as stored.
    pub fn size_bytes(&self) -> u64 {
        self.blobs.iter().map(|blob| blob.size_bytes).sum()
    }

    fn add_file(&mut self, path: &Path, named: bool) {
        let name = path.to_string_lossy().replace('\\', "/");
        let lower = name.to_ascii_lowercase();
        let (packing, inner) = match lower.rsplit_once('.') {
            Some((inner, "gz" | "gzip")) => (Packing::Gzip, inner),
            Some((inner, "zst" | "zstd")) => (Packing::Zstd, inner),
            Some((_, "zip")) => return self.add_archive(path, &name),
            _ => (Packing::Plain, lower.as_str()),
        };
        if !named && !ENDINGS.iter().any(|ending| inner.ends_with(ending)) {
            self.left_alone.other_files += 1;
            return;
        }
        match stat(path) {
            Ok((size_bytes, modified_micros)) => {
                let hour = BlobHour::from_path(&name);
                self.blobs.push(Blob {
                    name,
                    path: path.to_owned(),
                    packing,
                    size_bytes,
                    modified_micros,
                    hour,
                });
            }
            Err(error) => self.problems.push(Problem { name, error }),
        }
    }

    fn add_archive(&mut self, path: &Path, name: &str) {
        let listed = stat(path).and_then(|(_, modified)| members(path).map(|listed| (modified, listed)));
        match listed {
            Ok((modified_micros, (members, unreadable))) => {
                self.left_alone.other_files += unreadable.len() as u64;
                for member in members {
                    self.add_member(path, name, modified_micros, member);
                }
            }
            Err(error) => self.problems.push(Problem { name: name.to_owned(), error }),
        }
    }

    fn add_member(&mut self, path: &Path, archive: &str, modified_micros: i64, member: Member) {
        let lower = member.name.to_ascii_lowercase();
        if !ENDINGS.iter().any(|ending| lower.ends_with(ending)) {
            self.left_alone.other_files += 1;
            return;
        }
        self.blobs.push(Blob {
            name: format!("{archive}!/{}", member.name),
            path: path.to_owned(),
            size_bytes: member.compressed_bytes,
            modified_micros,
            hour: BlobHour::from_path(&member.name),
            packing: Packing::Zip(member),
        });
    }
}

fn stat(path: &Path) -> Result<(u64, i64), Error> {
    let metadata = path.metadata().map_err(Error::io(path))?;
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let micros = modified.and_then(|time| i64::try_from(time.as_micros()).ok()).unwrap_or(0);
    Ok((metadata.len(), micros))
}
