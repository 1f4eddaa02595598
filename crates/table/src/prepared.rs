//! What is made of a snapshot or of a file of a feed before rows can be decorated, kept so that the next run need not make
//! it again: of a hundred thousand interfaces it takes a second.
//!
//! `prepared/<kind>/<id>-<makers>.zst`, where `makers` stands for the sources of the program that made it. Whatever is there
//! may be removed at any time.

use std::io::{self, Write};

use bytes::Bytes;
use futures::TryStreamExt;
use object_store::ObjectStoreExt;
use object_store::path::Path;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Workspace;

const FOLDER: &str = "prepared";
const ENDING: &str = ".zst";
const MAKERS: &str = env!("WEIR_MAKERS");
/// Files of a kind that are kept: a month of feeds, a week of inventories. Older ones are made again where they are needed.
const KEPT_MAX: usize = 32;
/// Compression: it is read at every start.
const LEVEL: i32 = 1;

/// What something was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A decorator, of a snapshot.
    Decorator,
    /// Tables, of a file of a feed.
    Feed,
}

impl Kind {
    fn folder(self) -> &'static str {
        match self {
            Kind::Decorator => "decorators",
            Kind::Feed => "feeds",
        }
    }

    /// The file of what `makers` made of something: an id may have a folder in it.
    fn path(self, id: &str, makers: &str) -> Path {
        Path::from(format!("{FOLDER}/{}/{}-{makers}{ENDING}", self.folder(), id.replace('/', "-")))
    }
}

/// What was made of something; nothing where it is not there or not whole, or made by another program.
pub(crate) async fn read<T: DeserializeOwned>(workspace: &Workspace, kind: Kind, id: &str) -> Option<T> {
    let path = kind.path(id, MAKERS);
    let packed = async { workspace.store().get(&path).await?.bytes().await }.await.ok()?;
    // The frame ends with a checksum.
    let bytes = zstd::decode_all(&packed[..]).ok()?;
    postcard::from_bytes(&bytes).ok()
}

/// Keeps what was made of something. What other programs made goes, and what was kept first where there is much. Where it
/// cannot be kept, the next run makes it again.
pub(crate) async fn keep<T: Serialize>(workspace: &Workspace, kind: Kind, id: &str, made: &T) {
    let Some(packed) = postcard::to_allocvec(made).ok().and_then(|bytes| pack(&bytes).ok()) else { return };
    let (store, path) = (workspace.store(), kind.path(id, MAKERS));
    // In one step: whoever reads sees all of it or nothing.
    let _ = store.put(&path, Bytes::from(packed).into()).await;
    let folder = Path::from(format!("{FOLDER}/{}", kind.folder()));
    let files: Vec<_> = store.list(Some(&folder)).try_collect().await.unwrap_or_default();
    let ours = format!("-{MAKERS}{ENDING}");
    let (mut kept, mut gone): (Vec<_>, Vec<_>) = (files.into_iter().filter(|file| file.location != path))
        .partition(|file| file.location.as_ref().ends_with(&ours));
    kept.sort_by_key(|file| std::cmp::Reverse(file.last_modified));
    gone.extend(kept.drain(kept.len().min(KEPT_MAX - 1)..));
    for file in gone {
        let _ = store.delete(&file.location).await;
    }
}

fn pack(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = zstd::Encoder::new(Vec::new(), LEVEL)?;
    encoder.include_checksum(true)?;
    encoder.write_all(bytes)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::NewWorkspace;

    #[tokio::test]
    async fn what_is_kept_is_read_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let new = NewWorkspace { now_micros: 0, created_by: "test".to_owned(), ..NewWorkspace::default() };
        let workspace = Workspace::open_or_create(folder.path(), "default", &new).await.unwrap();
        let file = |id: &str, makers: &str| workspace.root().join(Kind::Feed.path(id, makers).as_ref());
        let read = async |id: &str| read::<Vec<u32>>(&workspace, Kind::Feed, id).await;
        assert_eq!(read("threats/one").await, None);
        let numbers: Vec<u32> = (0..1000).collect();
        keep(&workspace, Kind::Feed, "threats/one", &numbers).await;
        keep(&workspace, Kind::Feed, "threats/one-more", &vec![7_u32]).await;
        assert_eq!(read("threats/one").await.as_ref(), Some(&numbers));
        let path = file("threats/one", MAKERS);
        let whole = fs::read(&path).unwrap();
        let mut bent = whole.clone();
        bent[whole.len() / 2] ^= 1;
        for bytes in [&whole[..whole.len() / 2], &[], &bent] {
            fs::write(&path, bytes).unwrap();
            assert_eq!(read("threats/one").await, None);
        }
        // What another program made is neither read nor left.
        fs::rename(&path, file("threats/one", "0123456789abcdef")).unwrap();
        assert_eq!(read("threats/one").await, None);
        keep(&workspace, Kind::Feed, "threats/one", &numbers).await;
        assert_eq!(read("threats/one").await.as_ref(), Some(&numbers));
        assert_eq!(read("threats/one-more").await, Some(vec![7]));
        let files = || fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(files(), 2);
        for number in 0..2 * KEPT_MAX {
            keep(&workspace, Kind::Feed, &format!("geography/{number}"), &numbers).await;
        }
        assert_eq!(files(), KEPT_MAX);
        assert_eq!(read(&format!("geography/{}", 2 * KEPT_MAX - 1)).await, Some(numbers));
    }
}
