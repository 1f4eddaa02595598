//! Files of feeds: kept as they were read, beside the tables, written once, never changed.
//!
//! `intel/<kind>/<time>-<hash>.zst` has the bytes of the file, packed, and `….json` what is known of it: what was given
//! with it, and what was found in it. The first is written before the second, so that a file without a manifest is none.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::{Arc, Weak};

use bytes::Bytes;
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutMode, PutOptions};
use weir_intel::read::{BYTES_MAX, Findings};
use weir_intel::{FORMAT, FeedKind, Feeds, FeedsVersion, Lookups, Manifest, Source, WeakLookups};
use weir_topology::Fallback;
use xxhash_rust::xxh3::Xxh3;

use crate::prepared::{self, Kind};
use crate::stamp::{parse_stamp, stamp};
use crate::{Error, Workspace};

const FOLDER: &str = "intel";
const MANIFEST: &str = ".json";
const CONTENT: &str = ".zst";
/// Compression: feeds are large, and read at every start.
const LEVEL: i32 = 6;

fn path(id: &str, ending: &str) -> Path {
    Path::from(format!("{FOLDER}/{id}{ending}"))
}

/// A hash of a file and of what was given with it: the same file read in another way is another.
fn hash(manifest: &Manifest, bytes: &[u8]) -> Result<u64, Error> {
    let Manifest { kind, form, source, given, .. } = manifest;
    let told = serde_json::to_vec(&(kind, form, source, given))
        .map_err(|error| Error::BadFeed { id: manifest.file.clone(), source: error })?;
    let mut hash = Xxh3::new();
    hash.update(&told);
    hash.update(bytes);
    Ok(hash.digest())
}

/// Keeps a file. The same file of the same time, read in the same way, is kept once. So is one that tells no time, and is
/// dated when it was imported, while no other of its feed came between.
///
/// The manifest comes back with its id, and whether it is new.
pub async fn store(
    workspace: &Workspace,
    mut manifest: Manifest,
    bytes: &[u8],
) -> Result<(Manifest, bool), Error> {
    let hash = hash(&manifest, bytes)?;
    if manifest.as_of_micros == manifest.imported_micros
        && let Some(newest) = newest(workspace, &manifest).await?
        && newest.id.ends_with(&format!("-{hash:016x}"))
    {
        return Ok((newest, false));
    }
    manifest.id = format!("{}/{}-{hash:016x}", manifest.kind.name(), stamp(manifest.as_of_micros));
    let folder = workspace.root().join(FOLDER).join(manifest.kind.name());
    std::fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
    let packed = zstd::encode_all(bytes, LEVEL).map_err(Error::io("pack a feed for", workspace.root()))?;
    put_once(workspace, &path(&manifest.id, CONTENT), packed).await?;
    let text = serde_json::to_vec_pretty(&manifest)
        .map_err(|source| Error::BadFeed { id: manifest.id.clone(), source })?;
    let is_new = put_once(workspace, &path(&manifest.id, MANIFEST), text).await?;
    if is_new {
        prepare(workspace, &manifest, bytes).await;
    }
    Ok((manifest, is_new))
}

/// Makes the tables of a file and keeps them.
async fn prepare(workspace: &Workspace, manifest: &Manifest, bytes: &[u8]) -> Source {
    // What is wrong with a file is told when it is imported.
    let made = weir_intel::source(manifest, bytes, &mut Findings::default());
    prepared::keep(workspace, Kind::Feed, &manifest.id, &made).await;
    made
}

/// The newest file of the feed that a file is of.
async fn newest(workspace: &Workspace, of: &Manifest) -> Result<Option<Manifest>, Error> {
    let feeds = load(workspace).await?;
    let mut files = feeds.files().iter();
    Ok(files.find(|file| (file.kind, &file.source) == (of.kind, &of.source)).cloned())
}

async fn put_once(workspace: &Workspace, path: &Path, bytes: Vec<u8>) -> Result<bool, Error> {
    let once = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
    match workspace.store().put_opts(path, Bytes::from(bytes).into(), once).await {
        Ok(_) => workspace.sync(path).map(|()| true),
        Err(object_store::Error::AlreadyExists { .. }) => Ok(false),
        Err(error) => Err(Error::store("write", path)(error)),
    }
}

/// Which files there are, and which of them hold when: all feeds of a workspace by their manifests.
pub async fn load(workspace: &Workspace) -> Result<Feeds, Error> {
    let folder = Path::from(FOLDER);
    let files: Vec<_> =
        workspace.store().list(Some(&folder)).try_collect().await.map_err(Error::store("list", &folder))?;
    let mut manifests = Vec::new();
    for file in files {
        let Some(id) = id_of(file.location.as_ref()) else { continue };
        let get = async { workspace.store().get(&file.location).await?.bytes().await };
        let text = get.await.map_err(Error::store("read", &file.location))?;
        manifests.push(manifest(workspace, id, &text)?);
    }
    let look_back = workspace.settings().topology_fallback == Fallback::Later;
    Ok(Feeds::new(manifests, look_back))
}

/// The id of a manifest by its path; nothing for what is none.
fn id_of(path: &str) -> Option<String> {
    let id = path.strip_prefix(FOLDER)?.strip_prefix('/')?.strip_suffix(MANIFEST)?;
    let (kind, name) = id.split_once('/')?;
    let (time, hash) = name.split_once('-')?;
    let plain = hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    (plain && FeedKind::named(kind).is_some() && parse_stamp(time).is_some()).then(|| id.to_owned())
}

fn manifest(workspace: &Workspace, id: String, text: &[u8]) -> Result<Manifest, Error> {
    let bad = |source| Error::BadFeed { id: id.clone(), source };
    // The version first: another format may well have other members.
    let value: serde_json::Value = serde_json::from_slice(text).map_err(bad)?;
    let found = value.get("format").and_then(serde_json::Value::as_u64).unwrap_or(0);
    if found != FORMAT {
        let path = workspace.root().join(path(&id, MANIFEST).as_ref());
        return Err(Error::OtherFormat { path, found, expected: FORMAT });
    }
    let manifest = serde_json::from_value(value).map_err(bad)?;
    Ok(Manifest { id, ..manifest })
}

/// The bytes of a file as it was read, checked to be those.
pub async fn content(workspace: &Workspace, manifest: &Manifest) -> Result<Vec<u8>, Error> {
    let path = path(&manifest.id, CONTENT);
    let get = async { workspace.store().get(&path).await?.bytes().await };
    let packed = get.await.map_err(Error::store("read", &path))?;
    let damaged = || Error::DamagedFeed { id: manifest.id.clone() };
    let bytes = unpack(&packed).map_err(|_| damaged())?;
    let told = manifest.id.rsplit('-').next();
    if bytes.len() as u64 != manifest.size_bytes || told != Some(&format!("{:016x}", hash(manifest, &bytes)?))
    {
        return Err(damaged());
    }
    Ok(bytes)
}

fn unpack(packed: &[u8]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    zstd::Decoder::new(packed)?.take(BYTES_MAX + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What all feeds say in a stretch of time.
pub async fn read(workspace: &Workspace, feeds: &Feeds, version: FeedsVersion) -> Result<Lookups, Error> {
    FeedReader::new(workspace.clone(), feeds.clone()).at(version).await
}

/// Reads what holds in one stretch of time after the other. A file that somebody still holds is not read again.
#[derive(Debug)]
pub struct FeedReader {
    workspace: Workspace,
    feeds: Feeds,
    /// Files that were read, by their ids: those that lookups hold, this one's last or others'.
    read: BTreeMap<String, Weak<Source>>,
    /// Ids of the files of the last lookups.
    holding: Vec<String>,
    last: Lookups,
    /// Lookups that were made of other files, by the ids of these.
    before: Vec<(Vec<String>, WeakLookups)>,
    /// Whether what was made of files is kept for others.
    keeping: bool,
}

impl FeedReader {
    /// The feeds of a workspace as they are now.
    pub async fn open(workspace: &Workspace) -> Result<Self, Error> {
        Ok(FeedReader::new(workspace.clone(), load(workspace).await?))
    }

    /// These feeds.
    pub fn new(workspace: Workspace, feeds: Feeds) -> Self {
        let (read, holding, last) = (BTreeMap::new(), Vec::new(), Lookups::empty());
        FeedReader { workspace, feeds, read, holding, last, before: Vec::new(), keeping: false }
    }

    /// Keeps the tables that are made of files, for the next one that reads them: for who may write to the workspace.
    pub fn keeping(self) -> Self {
        FeedReader { keeping: true, ..self }
    }

    /// Which files there are.
    pub fn feeds(&self) -> &Feeds {
        &self.feeds
    }

    /// What all feeds say in a stretch of time. The last lookups are held until others are asked for; those at other
    /// times at which the same files hold share their tables.
    pub async fn at(&mut self, version: FeedsVersion) -> Result<Lookups, Error> {
        let holding = self.feeds.holding(version);
        if !holding.iter().map(|manifest| &manifest.id).eq(&self.holding) {
            let ids: Vec<String> = holding.iter().map(|manifest| manifest.id.clone()).collect();
            let before = self.before.iter().find(|(files, _)| *files == ids);
            if let Some(lookups) = before.and_then(|(_, lookups)| lookups.at(version.starts_micros())) {
                (self.holding, self.last) = (ids, lookups.clone());
                return Ok(lookups);
            }
            let known = |manifest: &&Manifest| self.read.get(&manifest.id).and_then(Weak::upgrade);
            let mut sources: Vec<Option<Arc<Source>>> = holding.iter().map(known).collect();
            // Before others are read, so that what is not needed is not held beside them.
            self.holding.clear();
            self.last = Lookups::empty();
            self.read.retain(|_, source| source.strong_count() > 0);
            for (source, manifest) in sources.iter_mut().zip(&holding) {
                if source.is_none() {
                    let made = Arc::new(self.source(manifest).await?);
                    self.read.insert(manifest.id.clone(), Arc::downgrade(&made));
                    *source = Some(made);
                }
            }
            let sources: Vec<Arc<Source>> = sources.into_iter().flatten().collect();
            self.last = Lookups::new(&sources, version.starts_micros());
            self.before.retain(|(_, lookups)| lookups.at(0).is_some());
            self.before.push((ids.clone(), self.last.downgrade()));
            self.holding = ids;
        }
        Ok(self.last.at(version.starts_micros()))
    }

    /// The tables of a file: those that were kept, or else made of it.
    async fn source(&self, manifest: &Manifest) -> Result<Source, Error> {
        if let Some(kept) = prepared::read(&self.workspace, Kind::Feed, &manifest.id).await {
            return Ok(kept);
        }
        let bytes = content(&self.workspace, manifest).await?;
        Ok(match self.keeping {
            true => prepare(&self.workspace, manifest, &bytes).await,
            false => weir_intel::source(manifest, &bytes, &mut Findings::default()),
        })
    }
}

#[cfg(test)]
mod tests {
    use weir_decode::Address;
    use weir_intel::Told;

    use super::*;
    use crate::NewWorkspace;

    const DAY: i64 = 86_400_000_000;

    async fn workspace(folder: &std::path::Path) -> Workspace {
        let new = NewWorkspace { now_micros: 0, created_by: "test".to_owned(), ..NewWorkspace::default() };
        Workspace::open_or_create(folder, "default", &new).await.unwrap()
    }

    async fn keep(workspace: &Workspace, day: i64, name: &str, text: &str) -> (Manifest, bool) {
        let told = Told { as_of_micros: Some(day * DAY), ..Told::default() };
        let mut findings = Findings::default();
        let manifest = weir_intel::import(name, text.as_bytes(), &told, 7, &mut findings);
        let manifest = manifest.unwrap_or_else(|| panic!("{findings:?}"));
        store(workspace, manifest, text.as_bytes()).await.unwrap()
    }

    fn country(lookups: &Lookups, address: &str) -> String {
        let facts = lookups.look_up(Address::parse(address.as_bytes()).unwrap());
        lookups.text(facts.country).to_owned()
    }

    #[tokio::test]
    async fn the_file_of_the_time_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = workspace(folder.path()).await;
        let text = "network,country\n192.0.2.0/24,DE\n";
        let (first, is_new) = keep(&workspace, 10, "geo.csv", text).await;
        assert!(is_new);
        assert_eq!(keep(&workspace, 10, "geo.csv", text).await, (first, false));
        keep(&workspace, 20, "geo.csv", "network,country\n192.0.2.0/24,FR\n").await;
        // A file without a date is kept anew only when another came between.
        let mut undated = Vec::new();
        for (now, text) in [(1, "192.0.2.1\n"), (2, "192.0.2.1\n"), (3, "192.0.2.2\n"), (4, "192.0.2.1\n")] {
            let mut findings = Findings::default();
            let manifest =
                weir_intel::import("list", text.as_bytes(), &Told::default(), now * DAY, &mut findings);
            undated.push(store(&workspace, manifest.unwrap(), text.as_bytes()).await.unwrap().1);
        }
        assert_eq!(undated, [true, false, true, true]);
        let mut reader = FeedReader::open(&workspace).await.unwrap();
        assert_eq!(reader.feeds().files().len(), 5);
        for (day, expected) in [(5, "de"), (10, "de"), (19, "de"), (20, "fr"), (99, "fr"), (12, "de")] {
            let version = reader.feeds().version_at(day * DAY);
            let lookups = reader.at(version).await.unwrap();
            assert_eq!(country(&lookups, "192.0.2.1"), expected, "day {day}");
            let once = read(&workspace, reader.feeds(), version).await.unwrap();
            assert_eq!(country(&once, "192.0.2.1"), expected, "day {day}");
        }
    }

    #[tokio::test]
    async fn tables_that_were_kept_say_what_the_file_says() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = workspace(folder.path()).await;
        keep(&workspace, 10, "geo.csv", "network,country\n192.0.2.0/24,DE\n2001:db8::/32,FR\n").await;
        let list = "ip,type,description\n192.0.2.7,C2,orders\n192.0.2.8,Malware,orders\n";
        let (threats, _) = keep(&workspace, 10, "threats.csv", list).await;
        let told = async |keeping: bool| {
            let reader = FeedReader::open(&workspace).await.unwrap();
            let mut reader = if keeping { reader.keeping() } else { reader };
            let version = reader.feeds().version_at(11 * DAY);
            let lookups = reader.at(version).await?;
            Ok::<_, Error>(["192.0.2.7", "192.0.2.8", "192.0.2.9", "2001:db8::1"].map(|address| {
                let facts = lookups.look_up(Address::parse(address.as_bytes()).unwrap());
                let threat = facts.threat.map(|threat| lookups.threat(threat).clone());
                (lookups.text(facts.country).to_owned(), threat)
            }))
        };
        let kept = workspace.root().join("prepared/feeds");
        let files = || std::fs::read_dir(&kept).map_or(0, Iterator::count);
        assert_eq!(files(), 2, "as they are imported");
        let first = told(false).await.unwrap();
        std::fs::remove_dir_all(&kept).unwrap();
        let made = told(false).await.unwrap();
        assert_eq!(first, made);
        assert_eq!(made.each_ref().map(|(country, _)| country.as_str()), ["de", "de", "de", "fr"]);
        assert_eq!(made.iter().filter(|(_, threat)| threat.is_some()).count(), 2);
        assert_eq!(files(), 0, "readers leave nothing behind");
        assert_eq!(told(true).await.unwrap(), made);
        assert_eq!(files(), 2);
        // From what was kept: the file itself is not read any more.
        std::fs::write(workspace.root().join(path(&threats.id, CONTENT).as_ref()), "damaged").unwrap();
        assert_eq!(told(false).await.unwrap(), made);
        std::fs::remove_dir_all(kept).unwrap();
        assert!(matches!(told(true).await, Err(Error::DamagedFeed { .. })));
    }

    #[tokio::test]
    async fn damage_is_told_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = workspace(folder.path()).await;
        let (manifest, _) = keep(&workspace, 10, "list.txt", "192.0.2.1\n").await;
        let whole = workspace.root().join(path(&manifest.id, CONTENT).as_ref());
        for bytes in [Vec::new(), zstd::encode_all(&b"192.0.2.2\n"[..], 1).unwrap()] {
            std::fs::write(&whole, bytes).unwrap();
            let error = content(&workspace, &manifest).await.unwrap_err();
            assert!(error.to_string().contains(&manifest.id), "{error}");
            assert!(error.hint().is_some());
        }
        let text = workspace.root().join(path(&manifest.id, MANIFEST).as_ref());
        std::fs::write(&text, "{").unwrap();
        assert!(load(&workspace).await.unwrap_err().to_string().contains(&manifest.id));
        std::fs::write(&text, r#"{"format": 99}"#).unwrap();
        assert!(matches!(load(&workspace).await, Err(Error::OtherFormat { found: 99, .. })));
        // What is no manifest is left alone.
        std::fs::remove_file(&text).unwrap();
        std::fs::write(workspace.root().join("intel/threats/notes.json"), "mine").unwrap();
        assert!(load(&workspace).await.unwrap().files().is_empty());
    }
}
