//! A server that gives prepared answers, one a request, and keeps what it was asked.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server sends.
#[derive(Debug, Clone)]
pub struct Answer {
    status: u16,
    headers: String,
    body: String,
    /// Bytes of the body that are left out, though they were promised.
    missing: usize,
}

impl Answer {
    pub fn ok(body: &str) -> Self {
        Answer::status(200, body)
    }

    pub fn status(status: u16, body: &str) -> Self {
        Answer { status, headers: String::new(), body: body.to_owned(), missing: 0 }
    }

    /// A connection that is closed without a word.
    pub fn silence() -> Self {
        Answer::status(0, "")
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    pub fn cut(mut self, missing: usize) -> Self {
        self.missing = missing;
        self
    }
}

/// What the server was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    pub head: String,
    pub body: String,
}

pub struct Server {
    port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    pub async fn new(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let noted = Arc::clone(&asked);
        tokio::spawn(async move {
            for answer in answers {
                let Ok((mut stream, _)) = listener.accept().await else { return };
                let request = read(&mut stream).await;
                noted.lock().unwrap().push(request);
                if answer.status > 0 {
                    let Answer { status, headers, body, missing } = answer;
                    let sent = &body[..body.len().saturating_sub(missing)];
                    let length = body.len();
                    let text = format!(
                        "HTTP/1.1 {status} x\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{sent}"
                    );
                    let _ = stream.write_all(text.as_bytes()).await;
                }
                let _ = stream.shutdown().await;
            }
        });
        Server { port, asked }
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

async fn read(stream: &mut TcpStream) -> Asked {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
            });
            if body.len() >= length.unwrap_or(0) {
                return Asked { head: head.to_owned(), body: body.to_owned() };
            }
        }
        let mut buffer = [0; 4_096];
        match stream.read(&mut buffer).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&buffer[..count]),
            _ => return Asked { head: text, body: String::new() },
        }
    }
}
