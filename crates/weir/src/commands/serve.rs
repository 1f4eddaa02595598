//! `weir serve`

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::net::TcpListener;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use weir_api::auth::oidc::{KeySource, OidcSettings};
use weir_api::tls::Tls;
use weir_api::{Addressed, Limits, Service, Settings};

use super::PROGRAM;
use crate::args::{Folder, Serve};
use crate::exit::Exit;

/// Memory that all queries together may hold.
const MEMORY_BYTES: u64 = 4 << 30;

pub fn run(folder: &Folder, args: &Serve) -> anyhow::Result<Exit> {
    let access = &args.access;
    let guarded = access.tokens.is_some() || access.oidc_issuer.is_some();
    let local = args.listen.ip().is_loopback();
    if !local && !guarded && !access.anonymous {
        bail!(
            "{} can be reached from other machines: name who may ask, by --tokens FILE (weir token makes them) or \
             --oidc-issuer, or let everybody ask by --anonymous",
            args.listen
        );
    }
    start_log(args);
    if !local && args.tls_certificate.is_none() {
        tracing::warn!(
            "requests and tokens travel in the open: give --tls-certificate and --tls-key, or serve behind a proxy \
             that secures them"
        );
    }
    let tls = match (&args.tls_certificate, &args.tls_key) {
        (Some(certificate), Some(key)) => Some(Tls::open(certificate.clone(), key.clone())?),
        _ => None,
    };
    let settings = settings(folder, args, local, guarded)?;
    // Queries have threads of their own: while they calculate, others are heard.
    let queries = weir_query::runtime().context("cannot start the threads of queries")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let listening = args.listen;
    runtime.block_on(async {
        let service = Service::new(settings, queries.handle().clone()).await?;
        let listener =
            TcpListener::bind(listening).await.with_context(|| format!("cannot listen on {listening}"))?;
        let address = listener.local_addr().context("cannot tell where is listened")?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        // Whoever started the program may wait for this line, and read the port from it.
        eprintln!("serving {} at {scheme}://{address}", folder.data.display());
        weir_api::run(listener, Arc::new(service), tls, told_to_end()).await;
        anyhow::Ok(())
    })?;
    runtime.shutdown_timeout(Duration::from_secs(1));
    queries.shutdown_timeout(Duration::from_secs(1));
    Ok(Exit::Done)
}

fn settings(folder: &Folder, args: &Serve, local: bool, guarded: bool) -> anyhow::Result<Settings> {
    let (access, resources) = (&args.access, &args.resources);
    let usual = Limits::default();
    let bytes =
        |given: Option<u64>, usual| given.map_or(usual, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
    let timeout_max = resources.timeout_max.unwrap_or(usual.timeout_max);
    let memory_bytes = usize::try_from(resources.memory.unwrap_or(MEMORY_BYTES)).unwrap_or(usize::MAX);
    let limits = Limits {
        timeout: resources.timeout.unwrap_or(usual.timeout).min(timeout_max),
        timeout_max,
        rows: resources.rows.unwrap_or(usual.rows),
        bytes: bytes(resources.bytes, usual.bytes),
        bytes_max: usual.bytes_max.max(bytes(resources.bytes, usual.bytes)),
        query_memory_bytes: bytes(resources.query_memory, usual.query_memory_bytes).min(memory_bytes),
        running: resources.running.unwrap_or(usual.running),
        queued: resources.waiting.unwrap_or(usual.queued),
        ..usual
    };
    let oidc = match (&access.oidc_issuer, &access.oidc_audience, &access.oidc_keys) {
        (Some(issuer), Some(audience), Some(keys)) => Some(OidcSettings {
            issuer: issuer.clone(),
            audience: audience.clone(),
            keys: key_source(keys)?,
            default_role: access.oidc_role,
        }),
        _ => None,
    };
    Ok(Settings {
        data: folder.data.clone(),
        workspace: folder.workspace.clone(),
        library: args.content.library.clone(),
        external_folders: args.content.external_folders.clone(),
        sources: args.content.sources.clone(),
        hosts: args.hosts.clone(),
        addressed: match (local, guarded && args.hosts.is_empty()) {
            (true, _) => Addressed::ByName,
            (false, false) => Addressed::ByAddress,
            (false, true) => Addressed::ByAnything,
        },
        tokens: access.tokens.clone(),
        oidc,
        audit: access.audit.clone(),
        threads: std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get),
        memory_bytes,
        limits,
        program: PROGRAM,
    })
}

/// Where the keys of an identity provider are.
fn key_source(text: &str) -> anyhow::Result<KeySource> {
    match text.contains("://") {
        true => Ok(KeySource::Url(text.parse().with_context(|| format!("'{text}' is no address"))?)),
        false => Ok(KeySource::File(PathBuf::from(text))),
    }
}

/// Says on standard error what happens.
fn start_log(args: &Serve) {
    let own = if args.resources.verbose { LevelFilter::INFO } else { LevelFilter::WARN };
    // What libraries find worth telling is told when it is a warning.
    let targets = Targets::new().with_default(LevelFilter::WARN).with_target("weir", own);
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let log = match args.resources.log.as_str() {
        "json" => log.json().flatten_event(true).boxed(),
        _ => log.with_target(false).with_ansi(std::io::stderr().is_terminal()).boxed(),
    };
    // There is no log yet: this is the first and only time that one is started.
    let _ = tracing_subscriber::registry().with(log.with_filter(targets)).try_init();
}

/// Comes when the program is told to end, by Ctrl-C or as services are.
async fn told_to_end() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => _ = signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}
