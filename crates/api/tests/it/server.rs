//! A server on a socket of its caller's, until its caller says stop.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use weir_api::client::{self, Question};
use weir_api::{Addressed, Limits, Service, Settings};

struct Server {
    address: std::net::SocketAddr,
    stop: tokio::sync::oneshot::Sender<()>,
    done: tokio::task::JoinHandle<()>,
    _queries: Queries,
    _folder: tempfile::TempDir,
}

/// The runtime of queries, which must not be dropped by a task.
struct Queries(Option<tokio::runtime::Runtime>);

impl Drop for Queries {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

async fn server(limits: Limits) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        data: folder.path().to_owned(),
        workspace: "default".to_owned(),
        library: None,
        external_folders: Vec::new(),
        sources: Vec::new(),
        hosts: Vec::new(),
        addressed: Addressed::ByName,
        tokens: None,
        oidc: None,
        audit: None,
        threads: 2,
        memory_bytes: 256 << 20,
        limits,
        program: "weir test",
    };
    let queries = weir_query::runtime().unwrap();
    let service = Service::new(settings, queries.handle().clone()).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let done = tokio::spawn(weir_api::run(listener, Arc::new(service), None, async {
        let _ = stopped.await;
    }));
    Server { address, stop, done, _queries: Queries(Some(queries)), _folder: folder }
}

impl Server {
    fn question(&self, text: &str) -> Question {
        Question {
            server: format!("http://{}", self.address).parse().unwrap(),
            token: None,
            database: "default".to_owned(),
            text: text.to_owned(),
            parameters: Default::default(),
            now: None,
            timeout: None,
            rows: None,
            bytes: None,
        }
    }

    async fn end(self) {
        self.stop.send(()).unwrap();
        tokio::time::timeout(Duration::from_secs(30), self.done).await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_answered_until_the_server_ends() {
    let server = server(Limits::default()).await;
    let reply = client::ask(&server.question("print x = 1; print 'a', 2.5")).await.unwrap();
    assert_eq!(reply.answers.iter().map(|answer| answer.columns.len()).collect::<Vec<_>>(), [1, 2]);
    let reply = client::ask(&server.question(".show databases | count")).await.unwrap();
    assert_eq!(reply.answers[0].row_count(), 1);
    let refused = client::ask(&server.question("nonsense")).await.unwrap_err();
    assert!(matches!(refused, client::Error::Refused { status: 400, .. }), "{refused}");
    let question = server.question("print 1");
    server.end().await;
    assert!(matches!(client::ask(&question).await, Err(client::Error::Unreachable { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sends_nothing_is_let_go() {
    let limits = Limits { idle: Duration::from_millis(300), ..Limits::default() };
    let server = server(limits).await;
    for begun in ["", "POST /v2/rest/query HTTP/1.1\r\nHost: localhost\r\n"] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(begun.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
        assert!(ended.is_ok(), "the connection is still open after {begun:?}");
    }
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = "POST /v2/rest/query HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 64];
    let read = tokio::time::timeout(Duration::from_secs(5), stream.read(&mut answer)).await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&answer[..read]).starts_with("HTTP/1.1 400"));
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_nothing_is_let_go_and_holds_no_place() {
    let limits = Limits { idle: Duration::from_millis(500), running: 1, queued: 1, ..Limits::default() };
    let server = server(limits).await;
    let body = r#"{"csl":"range x from 1 to 400000 step 1 | project x, y = hash_sha256(tostring(x))"}"#;
    let mut slow = TcpStream::connect(server.address).await.unwrap();
    let head =
        format!("POST /v2/rest/query HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n", body.len());
    slow.write_all(head.as_bytes()).await.unwrap();
    slow.write_all(body.as_bytes()).await.unwrap();
    // The first bytes come when all is written.
    let mut first = [0; 16];
    slow.read_exact(&mut first).await.unwrap();
    assert!(client::ask(&server.question("print 1")).await.is_ok(), "the only place is free");
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let mut read = 0;
    let mut piece = vec![0; 1 << 20];
    let broken = loop {
        match slow.read(&mut piece).await {
            Ok(0) => break false,
            Ok(more) => read += more,
            Err(_) => break true,
        }
    };
    // What was on its way arrives; the rest of about thirty megabytes does not.
    assert!(broken || read < 20_000_000, "{read} bytes came");
    server.end().await;
}
