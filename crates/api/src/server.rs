//! Sockets: connections accepted, secured, served, and let go.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Extension;
use axum::Router;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{Instant, Sleep};

use crate::guard::Peer;
use crate::service::Service;
use crate::tls::Tls;

/// Bytes of a request before its body: its first line and its headers.
const HEAD_BYTES_MAX: usize = 64 << 10;
/// Headers of a request.
const HEADERS_MAX: usize = 100;
/// Requests of one connection at the same time.
const STREAMS_MAX: u32 = 64;
/// How long a client may take to agree on keys.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long is waited when no connection can be accepted, as when there are no more descriptors.
const PAUSE: Duration = Duration::from_millis(50);

/// Serves until `shutdown` comes, then finishes what was begun.
///
/// `tls` secures every connection; without it, they are plain.
pub async fn run(
    listener: TcpListener,
    service: Arc<Service>,
    tls: Option<Tls>,
    shutdown: impl Future<Output = ()>,
) {
    let router = crate::router(Arc::clone(&service));
    let tls = tls.map(Arc::new);
    let places = Arc::new(Semaphore::new(service.limits.connections));
    let graceful = GracefulShutdown::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = async {
            // Those who find no place wait where the operating system keeps them.
            let place = Arc::clone(&places).acquire_owned().await;
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut shutdown => break,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let (router, tls, service, watcher) =
            (router.clone(), tls.clone(), Arc::clone(&service), graceful.watcher());
        tokio::spawn(async move {
            let _place = place;
            service.metrics.connection(1);
            if let Err(error) = connection(stream, address, router, tls, &service, watcher).await {
                tracing::debug!(%address, error, "a connection broke off");
            }
            service.metrics.connection(-1);
        });
    }
    // New connections are refused from here on, those that are open are told to end after what they do.
    drop(listener);
    tracing::info!("ending: waiting for {} connections", graceful.count());
    if tokio::time::timeout(service.limits.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were broken off");
    }
}

async fn connection(
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
    tls: Option<Arc<Tls>>,
    service: &Service,
    watcher: hyper_util::server::graceful::Watcher,
) -> Result<(), String> {
    let idle = service.limits.idle;
    // Answers go out as they are written; small ones do not wait for more.
    let _ = stream.set_nodelay(true);
    let stream = Patient::new(stream, idle);
    let router = router.layer(Extension(Peer(address.ip())));
    let Some(tls) = tls else {
        let served = plain(idle).serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
        return watcher.watch(served).await.map_err(|error| error.to_string());
    };
    let handshake = tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await;
    let stream = handshake.map_err(|_| "no keys were agreed on")?.map_err(|error| error.to_string())?;
    let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let (io, router) = (TokioIo::new(stream), TowerToHyperService::new(router));
    let served = match is_http2 {
        true => watcher.watch(multiplexed(idle).serve_connection(io, router)).await,
        false => watcher.watch(plain(idle).serve_connection(io, router)).await,
    };
    served.map_err(|error| error.to_string())
}

fn plain(idle: Duration) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(idle)
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEAD_BYTES_MAX);
    builder
}

fn multiplexed(idle: Duration) -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(u32::try_from(HEAD_BYTES_MAX).unwrap_or(u32::MAX))
        .keep_alive_interval(idle)
        .keep_alive_timeout(HANDSHAKE);
    builder
}

/// A connection whose other side must take what is sent to it in good time.
struct Patient<S> {
    stream: S,
    patience: Duration,
    stuck: Option<Pin<Box<Sleep>>>,
}

impl<S> Patient<S> {
    fn new(stream: S, patience: Duration) -> Self {
        Patient { stream, patience, stuck: None }
    }

    /// Passes on how a write went; one that does not get on for too long fails.
    fn watch<T>(&mut self, cx: &mut Context<'_>, went: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if went.is_ready() {
            self.stuck = None;
            return went;
        }
        let deadline = Instant::now() + self.patience;
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        match stuck.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let went = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch(cx, went)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let went = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.watch(cx, went)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let went = Pin::new(&mut self.stream).poll_flush(cx);
        self.watch(cx, went)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn whoever_takes_nothing_is_let_go() {
        let (here, mut there) = tokio::io::duplex(16);
        let mut patient = Patient::new(here, Duration::from_millis(30));
        patient.write_all(&[0; 16]).await.unwrap();
        let stuck = patient.write_all(&[0; 16]).await.unwrap_err();
        assert_eq!(stuck.kind(), io::ErrorKind::TimedOut);

        let mut taken = [0; 16];
        there.read_exact(&mut taken).await.unwrap();
        patient.stuck = None;
        patient.write_all(&[0; 16]).await.unwrap();
    }
}
