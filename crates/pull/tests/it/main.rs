//! Resource Graph as a server on this machine plays it: pages, refusals, waits, broken answers.

#![allow(clippy::unwrap_used)] // what helps tests may fail as they do

mod feeds;
mod server;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use server::{Answer, Server};
use weir_pull::{Credential, CredentialKind, Error, Graph, Pulled, QUERIES, Query, Waits};

const TOKEN: &str = "the-token-that-nobody-may-see";

fn graph(server: &Server) -> Graph {
    let environment = HashMap::from([("WEIR_AZURE_TOKEN".to_owned(), TOKEN.to_owned())]);
    let credential = Credential::new(CredentialKind::Auto, &environment).unwrap();
    let waits = Waits {
        tries_max: 4,
        first: Duration::from_millis(5),
        all_max: Duration::from_secs(3),
        request_max: Duration::from_secs(5),
    };
    Graph::new(&server.endpoint(), credential, waits).unwrap()
}

async fn pull(server: &Server, query: &Query) -> (Result<Pulled, Error>, Vec<Value>) {
    let mut all = Vec::new();
    let subscriptions = ["11111111-1111-1111-1111-111111111111".to_owned()];
    let pulled = graph(server).pull(query, &subscriptions, &mut |_, _, entries| all.extend(entries)).await;
    (pulled, all)
}

fn page(from: u64, count: u64, total: u64, skip: Option<&str>) -> Answer {
    let data: Vec<Value> =
        (from..from + count).map(|number| json!({ "id": format!("/n/{number}") })).collect();
    let mut answer = json!({ "totalRecords": total, "count": count, "data": data, "facets": [],
        "resultTruncated": "false" });
    if let Some(skip) = skip {
        answer["$skipToken"] = skip.into();
    }
    Answer::ok(&answer.to_string())
}

#[tokio::test]
async fn pages_are_asked_for_until_there_is_none() {
    let server =
        Server::new(vec![page(0, 3, 7, Some("b")), page(3, 3, 7, Some("c")), page(6, 1, 7, None)]).await;
    let (pulled, entries) = pull(&server, &QUERIES[1]).await;
    assert_eq!(pulled.unwrap(), Pulled { pages: 3, entries: 7, repeated: 0 });
    assert_eq!(entries.len(), 7);
    let asked = server.asked();
    for (request, skip) in asked.iter().zip([Value::Null, "b".into(), "c".into()]) {
        assert!(
            request
                .head
                .starts_with("POST /providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01 ")
        );
        assert!(request.head.to_lowercase().contains(&format!("authorization: bearer {TOKEN}")));
        let body: Value = serde_json::from_str(&request.body).unwrap();
        assert_eq!(body["query"], QUERIES[1].kql);
        assert_eq!(body["subscriptions"], json!(["11111111-1111-1111-1111-111111111111"]));
        assert_eq!(body["options"].get("$skipToken").cloned().unwrap_or_default(), skip);
    }
}

#[tokio::test]
async fn azure_is_waited_for_as_long_as_it_asks() {
    let busy = Answer::status(429, "busy").with("Retry-After", "1");
    let quota = Answer::status(503, "").with("x-ms-user-quota-resets-after", "00:00:01");
    let server = Server::new(vec![busy, quota, page(0, 1, 1, None)]).await;
    let began = Instant::now();
    let (pulled, _) = pull(&server, &QUERIES[0]).await;
    assert_eq!(pulled.unwrap(), Pulled { pages: 1, entries: 1, repeated: 2 });
    assert!(began.elapsed() >= Duration::from_secs(2), "{:?}", began.elapsed());
}

#[tokio::test]
async fn nobody_waits_for_ever() {
    let busy = || Answer::status(429, "busy").with("Retry-After", "3600");
    let server = Server::new(vec![busy()]).await;
    let (pulled, _) = pull(&server, &QUERIES[0]).await;
    let error = pulled.unwrap_err();
    assert!(matches!(error, Error::Busy { .. }), "{error}");
    assert!(error.hint().is_some());
    let server = Server::new((0..10).map(|_| Answer::status(503, "")).collect()).await;
    assert!(matches!(pull(&server, &QUERIES[0]).await.0, Err(Error::Busy { .. })));
    assert_eq!(server.asked().len(), 4);
}

#[tokio::test]
async fn broken_answers_are_asked_for_again() {
    let whole = page(0, 2, 2, None);
    for broken in [
        whole.clone().cut(20),
        Answer::ok("{\"data\":["),
        Answer::ok("{\"count\":5,\"data\":[{}]}"),
        Answer::ok("<html>gateway</html>"),
        Answer::status(502, "bad gateway"),
        Answer::silence(),
    ] {
        let server = Server::new(vec![broken.clone(), whole.clone()]).await;
        let (pulled, entries) = pull(&server, &QUERIES[0]).await;
        assert_eq!(pulled.unwrap().repeated, 1, "{broken:?}");
        assert_eq!(entries.len(), 2);
        let server = Server::new((0..4).map(|_| broken.clone()).collect()).await;
        let (pulled, entries) = pull(&server, &QUERIES[0]).await;
        assert!(pulled.is_err() && entries.is_empty(), "{broken:?}");
    }
}

#[tokio::test]
async fn refusals_are_told_in_azures_words() {
    let body = json!({ "error": { "code": "BadRequest", "message": "Please provide below info",
        "details": [{ "code": "InvalidQuery", "message": "Query is invalid." }] } });
    for (status, text, words) in [
        (400, body.to_string(), "BadRequest: Query is invalid."),
        (
            401,
            json!({ "error": { "code": "ExpiredToken", "message": "run out" } }).to_string(),
            "ExpiredToken: run out",
        ),
        (403, "no\u{7}thing".to_owned(), "403 nothing"),
    ] {
        let server = Server::new(vec![Answer::status(status, &text)]).await;
        let (pulled, _) = pull(&server, &QUERIES[0]).await;
        let error = pulled.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(server.asked().len(), 1, "asking again does not help");
    }
}

#[tokio::test]
async fn half_an_answer_is_none() {
    let endless = vec![page(0, 1, 9, Some("a")), page(0, 1, 9, Some("a"))];
    let cut = vec![Answer::ok(&json!({ "data": [], "resultTruncated": "true" }).to_string()); 4];
    let short = vec![page(0, 1, 5_000, None)];
    for answers in [endless, cut, short] {
        let server = Server::new(answers).await;
        let (pulled, _) = pull(&server, &QUERIES[0]).await;
        assert!(matches!(pulled, Err(Error::Answer { .. })), "{pulled:?}");
    }
}

#[tokio::test]
async fn a_token_is_seen_by_nobody_else() {
    let server = Server::new(vec![Answer::status(302, "").with("Location", "http://127.0.0.1:1/")]).await;
    let graph = graph(&server);
    assert!(!format!("{graph:?}").contains(TOKEN));
    let error = graph.pull(&QUERIES[0], &[], &mut |_, _, _| ()).await.unwrap_err();
    assert!(!format!("{error:?} {error}").contains(TOKEN));
    let environment = HashMap::from([("WEIR_AZURE_TOKEN".to_owned(), TOKEN.to_owned())]);
    for endpoint in ["http://management.azure.com", "ftp://localhost", "management.azure.com", "", "https://"]
    {
        let credential = Credential::new(CredentialKind::Token, &environment).unwrap();
        let error = Graph::new(endpoint, credential, Waits::default()).unwrap_err();
        assert!(matches!(error, Error::Endpoint { .. }), "{endpoint}: {error}");
    }
}

#[test]
fn a_way_of_signing_in_says_what_it_needs() {
    let none = HashMap::new();
    for (kind, variable) in
        [(CredentialKind::Token, "WEIR_AZURE_TOKEN"), (CredentialKind::Environment, "AZURE_TENANT_ID")]
    {
        let error = Credential::new(kind, &none).unwrap_err();
        assert!(error.to_string().contains(variable), "{error}");
    }
    assert_eq!(Credential::new(CredentialKind::Auto, &none).unwrap().kind(), CredentialKind::Cli);
}
