//! Tokens that the server gives out itself.
//!
//! A file holds who they are for and what they allow, and of each token the SHA-256 hash: a token has 256 random
//! bits, so its hash tells nothing of it, and needs no salt. The file is read again when it changes.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use weir_value::datetime;

use super::{Principal, Role, Workspaces};
use crate::context::now_ticks;

/// What a token begins with, so that one that lies around is recognised.
const PREFIX: &str = "weir_";
/// The file is looked at no more often.
const LOOK: Duration = Duration::from_millis(500);
/// The largest file that is read.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// The tokens that there are; the content of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tokens {
    /// One for each name.
    pub tokens: Vec<Token>,
}

/// What is known of a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Whose it is.
    pub name: String,
    /// Its SHA-256 hash, in hexadecimal digits.
    pub sha256: String,
    /// What it allows.
    pub role: Role,
    /// Where; `*` for everywhere.
    pub workspaces: BTreeSet<String>,
    /// When it was made, UTC.
    pub created: String,
    /// When it ends, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

/// Why the file of tokens cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be read or written.
    #[error("cannot {what} the tokens in {}", path.display())]
    Io {
        /// What was being done.
        what: &'static str,
        /// To which file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// Its content is not what it should be.
    #[error("cannot understand the tokens in {}", path.display())]
    Bad {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// A time in it is none.
    #[error("the token '{name}' in {} ends at '{text}', which is no datetime", path.display())]
    BadTime {
        /// Which file.
        path: PathBuf,
        /// Of which token.
        name: String,
        /// What stands there.
        text: String,
    },
    /// The name is taken.
    #[error("there is a token '{0}' already")]
    Taken(String),
    /// There is no such token.
    #[error("there is no token '{0}'")]
    Unknown(String),
}

impl Tokens {
    /// Reads a file; one that is not there holds none.
    pub fn read(path: &Path) -> Result<Tokens, Error> {
        let io = |source| Error::Io { what: "read", path: path.to_owned(), source };
        let mut text = String::new();
        match File::open(path) {
            Ok(file) => file.take(FILE_BYTES_MAX).read_to_string(&mut text).map_err(io)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Tokens::default()),
            Err(error) => return Err(io(error)),
        };
        let tokens: Tokens =
            serde_json::from_str(&text).map_err(|source| Error::Bad { path: path.to_owned(), source })?;
        for token in &tokens.tokens {
            if let Some(text) = token.expires.as_ref().filter(|text| datetime::parse(text).is_none()) {
                let (name, text) = (token.name.clone(), text.clone());
                return Err(Error::BadTime { path: path.to_owned(), name, text });
            }
        }
        Ok(tokens)
    }

    /// Writes the file, whole or not at all, readable by its owner alone.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let io = |source| Error::Io { what: "write", path: path.to_owned(), source };
        let text = serde_json::to_string_pretty(self)
            .map_err(|source| Error::Bad { path: path.to_owned(), source })?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(io)?;
        // A file of this kind is made for its owner alone.
        let mut draft = tempfile::NamedTempFile::new_in(folder).map_err(io)?;
        draft.write_all(text.as_bytes()).and_then(|()| draft.write_all(b"\n")).map_err(io)?;
        draft.as_file().sync_all().map_err(io)?;
        draft.persist(path).map_err(|error| io(error.error))?;
        Ok(())
    }

    /// Adds a token; its text, which nobody will know again.
    pub fn add(
        &mut self,
        name: &str,
        role: Role,
        workspaces: BTreeSet<String>,
        expires_ticks: Option<i64>,
    ) -> Result<String, Error> {
        if self.tokens.iter().any(|token| token.name == name) {
            return Err(Error::Taken(name.to_owned()));
        }
        let mut random = [0; 32];
        getrandom::fill(&mut random).map_err(|error| Error::Io {
            what: "make random bytes for",
            path: PathBuf::new(),
            source: io::Error::other(error),
        })?;
        let text = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random));
        self.tokens.push(Token {
            name: name.to_owned(),
            sha256: hash(&text),
            role,
            workspaces,
            created: datetime::format(now_ticks()),
            expires: expires_ticks.map(datetime::format),
        });
        Ok(text)
    }

    /// Takes a token away.
    pub fn remove(&mut self, name: &str) -> Result<(), Error> {
        let before = self.tokens.len();
        self.tokens.retain(|token| token.name != name);
        if self.tokens.len() == before { Err(Error::Unknown(name.to_owned())) } else { Ok(()) }
    }
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The file of tokens, kept in mind.
pub struct TokenFile {
    path: PathBuf,
    known: Mutex<Known>,
}

struct Known {
    tokens: Arc<Tokens>,
    looked: Instant,
    changed: Option<SystemTime>,
}

impl TokenFile {
    /// Reads a file and keeps it in mind.
    pub fn open(path: PathBuf) -> Result<TokenFile, Error> {
        let changed = changed(&path);
        let tokens = Arc::new(Tokens::read(&path)?);
        Ok(TokenFile { path, known: Mutex::new(Known { tokens, looked: Instant::now(), changed }) })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.tokens().tokens.is_empty()
    }

    /// Whose token this is.
    pub fn principal(&self, text: &str) -> Option<Principal> {
        // Hashes are compared: what a comparison tells by its time is nothing of the token.
        let hash = hash(text);
        let tokens = self.tokens();
        let token = tokens.tokens.iter().find(|token| token.sha256 == hash)?;
        let ends = token.expires.as_deref().and_then(datetime::parse);
        if ends.is_some_and(|ends| ends <= now_ticks()) {
            return None;
        }
        let workspaces = match token.workspaces.contains("*") {
            true => Workspaces::All,
            false => Workspaces::Named(token.workspaces.clone()),
        };
        Some(Principal { name: Some(token.name.clone()), role: token.role, workspaces })
    }

    /// The tokens as of now, or, where the file is broken, as of the last time when it was not.
    fn tokens(&self) -> Arc<Tokens> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.looked.elapsed() >= LOOK {
            known.looked = Instant::now();
            let changed = changed(&self.path);
            if changed != known.changed {
                known.changed = changed;
                match Tokens::read(&self.path) {
                    Ok(tokens) => known.tokens = Arc::new(tokens),
                    Err(error) => tracing::error!(%error, "the tokens stay as they were"),
                }
            }
        }
        Arc::clone(&known.tokens)
    }
}

fn changed(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|file| file.modified()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_by_its_hash_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.json");
        let mut tokens = Tokens::default();
        let text = tokens.add("ann", Role::Reader, BTreeSet::from(["default".to_owned()]), None).unwrap();
        let ended = tokens.add("old", Role::Operator, BTreeSet::from(["*".to_owned()]), Some(1)).unwrap();
        assert!(matches!(tokens.add("ann", Role::Reader, BTreeSet::new(), None), Err(Error::Taken(_))));
        tokens.write(&path).unwrap();
        let stored = std::fs::read_to_string(&path).unwrap();
        assert!(!stored.contains(&text) && !stored.contains(&text[5..]));

        let file = TokenFile::open(path.clone()).unwrap();
        let ann = file.principal(&text).unwrap();
        assert_eq!((ann.name.as_deref(), ann.role), (Some("ann"), Role::Reader));
        assert!(ann.may_ask("default") && !ann.may_ask("other"));
        assert!(file.principal(&ended).is_none(), "its time is over");
        assert!(file.principal("weir_something").is_none());

        tokens.remove("ann").unwrap();
        assert!(matches!(tokens.remove("ann"), Err(Error::Unknown(_))));
        std::thread::sleep(LOOK + Duration::from_millis(50));
        tokens.write(&path).unwrap();
        assert!(file.principal(&text).is_none(), "it was taken away while the server ran");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.json");
        Tokens::default().write(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0);
    }

    #[test]
    fn a_broken_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.json");
        std::fs::write(&path, "{\"tokens\":[{}]}").unwrap();
        assert!(matches!(Tokens::read(&path), Err(Error::Bad { .. })));
    }
}
