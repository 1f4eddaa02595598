//! Certificates, read again when they change: a renewed one is used without a restart.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// The files are looked at no more often.
const LOOK: Duration = Duration::from_secs(1);

/// Secures connections.
pub struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    known: Mutex<Known>,
}

struct Known {
    config: Arc<ServerConfig>,
    looked: Instant,
    changed: [Option<SystemTime>; 2],
}

/// Why connections cannot be secured.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error("cannot read the {what} in {}", path.display())]
    Pem {
        /// What it should hold.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        source: pem::Error,
    },
    /// The two do not fit, or are of a kind that is not used.
    #[error("cannot use the certificate in {}", path.display())]
    Unusable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: rustls::Error,
    },
}

impl Tls {
    /// Reads a chain of certificates and its private key, in PEM.
    pub fn open(certificate: PathBuf, key: PathBuf) -> Result<Tls, Error> {
        let changed = [changed(&certificate), changed(&key)];
        let config = Arc::new(read(&certificate, &key)?);
        Ok(Tls { certificate, key, known: Mutex::new(Known { config, looked: Instant::now(), changed }) })
    }

    /// Agrees on keys with a client.
    pub async fn accept<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S) -> io::Result<TlsStream<S>> {
        TlsAcceptor::from(self.config()).accept(stream).await
    }

    /// The certificate as of now, or, where it cannot be read, as of the last time when it could.
    fn config(&self) -> Arc<ServerConfig> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.looked.elapsed() >= LOOK {
            known.looked = Instant::now();
            let changed = [changed(&self.certificate), changed(&self.key)];
            if changed != known.changed {
                match read(&self.certificate, &self.key) {
                    Ok(config) => {
                        tracing::info!(file = %self.certificate.display(), "the certificate was read again");
                        known.config = Arc::new(config);
                        known.changed = changed;
                    }
                    // Both files change one after the other: what does not fit now will fit soon.
                    Err(error) => tracing::error!(%error, "the certificate stays as it was"),
                }
            }
        }
        Arc::clone(&known.config)
    }
}

fn changed(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|file| file.modified()).ok()
}

fn read(certificate: &Path, key: &Path) -> Result<ServerConfig, Error> {
    let pem = |what, path: &Path| {
        let path = path.to_owned();
        move |source| Error::Pem { what, path, source }
    };
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(pem("certificate", certificate))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(pem("private key", key))?;
    let unusable = |source| Error::Unusable { path: certificate.to_owned(), source };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(unusable)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
