use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use walkdir::{DirEntry, WalkDir};

use crate::archive::{Member, is_archive, members};
use crate::{BlobHour, BlobName, BlobNames, Error};

/// A file, or a member of an archive, that may hold flow-log records. There may be very many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// Its name in the ledger, its own: the absolute path, a member behind `!/`. On Windows slashes lean forward;
    /// bytes that are no UTF-8 are written as `\u{fffd}` and two hex digits.
    pub name: BlobName,
    /// Where its bytes are, unless that is a file of its name.
    place: Option<Box<Place>>,
    /// Size as stored.
    pub size_bytes: u64,
    /// When the file was changed last, microseconds since the Unix epoch.
    pub modified_micros: i64,
    /// The hour that its path names.
    pub hour: Option<BlobHour>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    path: PathBuf,
    /// The member of the file, when that is a zip archive.
    member: Option<Member>,
}

impl Blob {
    /// The file.
    pub fn path(&self) -> PathBuf {
        self.place.as_ref().map_or_else(|| self.name.to_string().into(), |place| place.path.clone())
    }

    /// Where its bytes are, if its name does not tell it.
    fn place(&self) -> Option<(&Path, Option<u64>)> {
        let Place { path, member } = self.place.as_deref()?;
        Some((path, member.as_ref().map(|member| member.data_start)))
    }

    /// The member of the file, when that is a zip archive.
    pub(crate) fn member(&self) -> Option<&Member> {
        self.place.as_ref()?.member.as_ref()
    }
}

/// The place of a file, unless its name tells it.
fn unless_named(path: &Path, name: &str) -> Option<Box<Place>> {
    (path.as_os_str() != name).then(|| Box::new(Place { path: path.to_owned(), member: None }))
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

/// What is found on the way.
#[derive(Default)]
struct Finding {
    found: Found,
    names: BlobNames,
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

/// Endings of the names of packed files. How a file is packed, and whether it is, its bytes tell.
const PACKINGS: [&str; 4] = [".gz", ".gzip", ".zst", ".zstd"];

/// What a simulation writes beside its flow logs: the truth about them, the inventory, and feeds.
const BESIDE: [&str; 4] = ["truth.json", "resource-graph.json", "subscriptions.json", "service-tags.json"];

/// Which files are of use, by their names without that of a packing.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Endings of the names, in lower case.
    endings: &'static [&'static str],
    /// Names, in lower case, of files that lie beside and are something else.
    others: &'static [&'static str],
}

impl Wanted {
    /// Files with records of flow logs.
    pub const FLOW_LOGS: Wanted =
        Wanted { endings: &[".json", ".jsonl", ".ndjson", ".log"], others: &BESIDE };
    /// Exports of inventories.
    pub const INVENTORIES: Wanted = Wanted {
        endings: &[".json", ".jsonl", ".ndjson", ".csv", ".tfstate", ".yaml", ".yml"],
        others: &["truth.json", "pt1h.json", "service-tags.json", "geo.csv", "asn.csv", "threats.csv"],
    };
    /// Files of feeds: databases of places, service tags, lists of threats.
    pub const FEEDS: Wanted = Wanted {
        endings: &[".mmdb", ".csv", ".tsv", ".json", ".stix", ".txt", ".lst", ".list", ".ipset", ".netset"],
        others: &["truth.json", "pt1h.json", "resource-graph.json", "subscriptions.json", "sources.md"],
    };

    /// Whether a name, in lower case, is one of these.
    fn has(self, name: &str) -> bool {
        let packed = PACKINGS.iter().find_map(|ending| name.strip_suffix(ending));
        let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
        !self.others.contains(&file)
            && self.endings.iter().any(|ending| packed.unwrap_or(name).ends_with(ending))
    }
}

/// Finds the blobs under folders. A file that is named itself is one, whatever its name.
///
/// What cannot be looked at is a problem of its own; only when nothing of what was named is there, there is no answer.
pub fn find(roots: &[PathBuf]) -> Result<Found, Error> {
    find_wanted(roots, Wanted::FLOW_LOGS)
}

/// Finds files of other use as [`find`] finds blobs: packed or not, in archives too.
pub fn find_wanted(roots: &[PathBuf], wanted: Wanted) -> Result<Found, Error> {
    let mut finding = Finding::default();
    let mut there = false;
    for root in roots {
        let missing = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => Error::Missing(root.clone()),
            _ => Error::io(root)(error),
        };
        // One name for one blob, however it is called this time.
        let root = match root.canonicalize().map_err(missing) {
            Ok(root) => root,
            Err(error) => {
                finding.found.problems.push(Problem { name: name_of(root), error });
                continue;
            }
        };
        there = true;
        if root.is_file() {
            finding.add_file(&root, true, wanted);
            continue;
        }
        let walk = WalkDir::new(&root)
            .sort_by_file_name()
            .into_iter()
            .filter_entry(|e| !is_hidden(e) && !is_weirs(e));
        for entry in walk {
            match entry {
                Ok(entry) if entry.path_is_symlink() => finding.found.left_alone.links += 1,
                Ok(entry) if entry.file_type().is_file() => finding.add_file(entry.path(), false, wanted),
                Ok(_) => {}
                Err(error) => {
                    let path = error.path().unwrap_or(&root).to_owned();
                    let name = name_of(&path);
                    finding.found.problems.push(Problem { name, error: Error::io(path)(error.into()) });
                }
            }
        }
    }
    let Finding { mut found, .. } = finding;
    found.blobs.sort_by(|a, b| {
        let hour = |blob: &Blob| (blob.hour.is_none(), blob.hour);
        hour(a).cmp(&hour(b)).then_with(|| (&a.name, a.place()).cmp(&(&b.name, b.place())))
    });
    // A path may be named twice.
    found.blobs.dedup_by(|a, b| a.name == b.name && a.place == b.place);
    found.blobs.shrink_to_fit();
    match found.problems.pop() {
        Some(Problem { error, .. }) if !there => Err(error),
        problem => {
            found.problems.extend(problem);
            Ok(found)
        }
    }
}

/// The name of a file in the ledger, which no other file has.
fn name_of(path: &Path) -> String {
    const NOT_UTF8: char = char::REPLACEMENT_CHARACTER;
    let mut name = String::with_capacity(path.as_os_str().len());
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' if cfg!(windows) => name.push('/'),
                // Otherwise it would look like a byte that is none.
                NOT_UTF8 => {
                    "\u{fffd}".bytes().for_each(|byte| name.push_str(&format!("{NOT_UTF8}{byte:02X}")));
                }
                _ => name.push(character),
            }
        }
        chunk.invalid().iter().for_each(|byte| name.push_str(&format!("{NOT_UTF8}{byte:02X}")));
    }
    name
}

/// The blob of a name that [`find`] gave it once; nothing when there is none any more.
///
/// A name never leads through a link: it was none when the blob was found.
pub fn find_named(name: &str) -> Result<Option<Blob>, Error> {
    let parts = name.match_indices("!/").map(|(place, mark)| (&name[..place], &name[place + mark.len()..]));
    for (file, member) in std::iter::once((name, "")).chain(parts) {
        let Some(path) = path_of(file) else { continue };
        let canonical = match path.canonicalize() {
            Ok(canonical) => canonical,
            // A folder of the name may be a file by now.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => continue,
            Err(error) => return Err(Error::io(path)(error)),
        };
        if canonical != path {
            return Err(Error::Link(path));
        }
        if !path.is_file() {
            continue;
        }
        let (size_bytes, modified_micros) = stat(&path)?;
        let hour = BlobHour::from_path(name);
        if member.is_empty() {
            let place = unless_named(&path, name);
            return Ok(Some(Blob { name: name.into(), place, size_bytes, modified_micros, hour }));
        }
        let found = members(&path)?.members.into_iter().find(|found| found.name == member);
        return Ok(found.map(|found| Blob {
            name: name.into(),
            size_bytes: found.compressed_bytes,
            modified_micros,
            hour,
            place: Some(Box::new(Place { path, member: Some(found) })),
        }));
    }
    Ok(None)
}

/// The path that [`name_of`] made a name of.
fn path_of(name: &str) -> Option<PathBuf> {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some(place) = rest.find(char::REPLACEMENT_CHARACTER) {
        bytes.extend_from_slice(&rest.as_bytes()[..place]);
        let digits = place + char::REPLACEMENT_CHARACTER.len_utf8();
        bytes.push(u8::from_str_radix(rest.get(digits..digits + 2)?, 16).ok()?);
        rest = rest.get(digits + 2..)?;
    }
    bytes.extend_from_slice(rest.as_bytes());
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt;
        Some(std::ffi::OsString::from_vec(bytes).into())
    }
    #[cfg(not(unix))]
    {
        // As canonical paths are written there.
        Some(String::from_utf8(bytes).ok()?.replace('/', "\\").into())
    }
}

/// Whether a folder is a workspace of weir's or an open table: what is in it was read from elsewhere.
fn is_weirs(entry: &DirEntry) -> bool {
    entry.file_type().is_dir()
        && ["weir.json", "_delta_log"].iter().any(|name| entry.path().join(name).exists())
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().to_str().is_some_and(|name| name.starts_with('.'))
}

impl Found {
    /// Bytes of all blobs, as stored.
    pub fn size_bytes(&self) -> u64 {
        self.blobs.iter().map(|blob| blob.size_bytes).sum()
    }
}

impl Finding {
    fn add_file(&mut self, path: &Path, named: bool, wanted: Wanted) {
        let name = name_of(path);
        let lower = name.to_ascii_lowercase();
        // Of a file that is named itself the ending does not matter, so its bytes are asked.
        if lower.ends_with(".zip") || named && is_archive(path) {
            return self.add_archive(path, &name, wanted);
        }
        if !named && !wanted.has(&lower) {
            self.found.left_alone.other_files += 1;
            return;
        }
        match stat(path) {
            Ok((size_bytes, modified_micros)) => {
                let hour = BlobHour::from_path(&name);
                let place = unless_named(path, &name);
                let name = self.names.name(&name);
                self.found.blobs.push(Blob { name, place, size_bytes, modified_micros, hour });
            }
            Err(error) => self.found.problems.push(Problem { name, error }),
        }
    }

    fn add_archive(&mut self, path: &Path, name: &str, wanted: Wanted) {
        let listed = stat(path).and_then(|(_, modified)| members(path).map(|listed| (modified, listed)));
        match listed {
            Ok((modified_micros, listed)) => {
                self.found.left_alone.other_files += listed.unreadable;
                for member in listed.members {
                    self.add_member(path, name, modified_micros, member, wanted);
                }
                if listed.hidden {
                    let error = Error::HiddenMembers { path: path.to_owned() };
                    self.found.problems.push(Problem { name: name.to_owned(), error });
                }
            }
            Err(error) => self.found.problems.push(Problem { name: name.to_owned(), error }),
        }
    }

    fn add_member(
        &mut self,
        path: &Path,
        archive: &str,
        modified_micros: i64,
        member: Member,
        wanted: Wanted,
    ) {
        if !wanted.has(&member.name.to_ascii_lowercase()) {
            self.found.left_alone.other_files += 1;
            return;
        }
        self.found.blobs.push(Blob {
            name: self.names.name(&format!("{archive}!/{}", member.name)),
            size_bytes: member.compressed_bytes,
            modified_micros,
            hour: BlobHour::from_path(&member.name),
            place: Some(Box::new(Place { path: path.to_owned(), member: Some(member) })),
        });
    }
}

fn stat(path: &Path) -> Result<(u64, i64), Error> {
    let metadata = path.metadata().map_err(Error::io(path))?;
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let micros = modified.and_then(|time| i64::try_from(time.as_micros()).ok()).unwrap_or(0);
    Ok((metadata.len(), micros))
}

#[cfg(all(test, unix))]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn every_path_is_found_again_by_its_name() {
        for path in ["/a/b.json", "/ä/\u{fffd}41.json", "/a!/b"] {
            assert_eq!(path_of(&name_of(Path::new(path))).unwrap(), Path::new(path));
        }
        let odd = Path::new(OsStr::from_bytes(b"/a\xff\xc3/b"));
        assert_eq!(path_of(&name_of(odd)).unwrap(), odd);
        assert_eq!(path_of("/a\u{fffd}"), None);
        assert_eq!(path_of("/a\u{fffd}xy"), None);
    }

    #[test]
    fn a_name_does_not_lead_through_links() {
        let folder = std::env::temp_dir().join(format!("weir-named-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let folder = folder.canonicalize().unwrap();
        std::fs::write(folder.join("a.json"), "{}").unwrap();
        std::os::unix::fs::symlink(folder.join("a.json"), folder.join("b.json")).unwrap();
        let named = |file: &str| find_named(&name_of(&folder.join(file)));
        assert_eq!(named("a.json").unwrap().unwrap().size_bytes, 2);
        assert!(matches!(named("b.json"), Err(Error::Link(_))));
        assert!(named("c.json").unwrap().is_none());
        assert!(named("a.json/d.json").unwrap().is_none());
        assert!(named("").unwrap().is_none(), "a folder is no blob");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
