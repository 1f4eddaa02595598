use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use crate::Error;

/// The right to write a workspace: one process at a time.
///
/// A lock of the operating system on `ledger/writer.lock`. It ends with the process, however that ends.
#[derive(Debug)]
pub(crate) struct Lease {
    _file: File,
}

impl Lease {
    /// Takes the lease, or says who holds it.
    pub fn take(root: &Path) -> Result<Lease, Error> {
        let path = root.join("ledger").join("writer.lock");
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(Error::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Some systems do not let others read a locked file; then its holder stays unnamed.
                let known = file.read_to_string(&mut holder).is_ok() && !holder.is_empty();
                let holder = if known { holder } else { "another process".to_owned() };
                return Err(Error::Leased { path: root.to_owned(), holder: holder.trim().to_owned() });
            }
            Err(TryLockError::Error(error)) => return Err(Error::io("lock", &path)(error)),
        }
        let write = |file: &mut File| {
            file.set_len(0)?;
            file.rewind()?;
            write!(file, "process {}", std::process::id())
        };
        write(&mut file).map_err(Error::io("write", &path))?;
        Ok(Lease { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("ledger")).unwrap();
        let lease = Lease::take(folder.path()).unwrap();
        let refused = Lease::take(folder.path()).unwrap_err();
        assert!(refused.to_string().contains("process"), "{refused}");
        drop(lease);
        Lease::take(folder.path()).unwrap();
    }
}
