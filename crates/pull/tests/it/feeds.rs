//! Feeds as a server on this machine plays them: files, pages that lead to files, collections of TAXII.

use std::time::Duration;

use serde_json::{Value, json};
use url::Url;
use weir_pull::{Error, FeedCredential, FeedFile, Feeds, Waits};

use super::server::{Answer, Server};

const PASSWORD: &str = "the-password-that-nobody-may-see";

fn feeds(variables: &[(&str, &str)]) -> Feeds {
    let variable =
        |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let waits = Waits {
        tries_max: 3,
        first: Duration::from_millis(5),
        all_max: Duration::from_secs(3),
        request_max: Duration::from_secs(5),
    };
    Feeds::new(FeedCredential::new(&variable).unwrap(), waits).unwrap()
}

fn url(server: &Server, path: &str) -> Url {
    Url::parse(&format!("{}{path}", server.endpoint())).unwrap()
}

#[tokio::test]
async fn a_file_is_fetched_as_it_is() {
    let server = Server::new(vec![Answer::ok("192.0.2.1\n").cut(3), Answer::ok("192.0.2.1\n")]).await;
    let file = feeds(&[]).file(&url(&server, "/lists/bad.txt?key=secret")).await.unwrap();
    assert_eq!(file, FeedFile { name: "bad.txt".to_owned(), bytes: b"192.0.2.1\n".to_vec(), pages: 1 });
    assert_eq!(server.asked().len(), 2, "what was cut off is asked for again");
    assert!(!server.asked()[0].head.to_lowercase().contains("authorization"));
}

#[tokio::test]
async fn the_page_of_service_tags_leads_to_their_file() {
    let tags = Server::new(vec![Answer::ok("{\"values\": []}")]).await;
    let link = url(&tags, "/download/ServiceTags_Public_20251028.json");
    let page = format!("<html><a href=\"{link}\">Download</a> ServiceTags_Public.txt</html>");
    let server = Server::new(vec![Answer::ok(&page)]).await;
    let file = feeds(&[]).file(&url(&server, "/en-us/download/details.aspx?id=56519")).await.unwrap();
    assert_eq!(file.name, "ServiceTags_Public_20251028.json");
    assert_eq!(file.bytes, b"{\"values\": []}");
}

#[tokio::test]
async fn collections_are_read_page_by_page() {
    let object = |number: u64| json!({ "type": "indicator", "id": format!("indicator--{number}") });
    let page = |from: u64, count: u64, next: Option<&str>| {
        let objects: Vec<Value> = (from..from + count).map(object).collect();
        let mut answer = json!({ "more": next.is_some(), "objects": objects });
        if let Some(next) = next {
            answer["next"] = next.into();
        }
        Answer::ok(&answer.to_string()).with("Content-Type", "application/taxii+json;version=2.1")
    };
    let listed = json!({ "collections": [
        { "id": "91a7b528-80eb-42ed-a74d-c6fbd5a26116", "title": "high", "can_read": true },
        { "id": "52892447-4d7e-4f70-b94d-d7f22742ff63", "title": "low", "can_read": false },
        { "id": "../../elsewhere", "title": "odd", "can_read": true },
    ]});
    let server = Server::new(vec![
        Answer::ok(&listed.to_string()),
        page(0, 2, Some("two")),
        Answer::status(503, ""),
        page(2, 2, Some("three")),
        page(4, 1, None),
    ])
    .await;
    let feeds = feeds(&[("WEIR_FEED_USER", "me"), ("WEIR_FEED_PASSWORD", PASSWORD)]);
    assert!(!format!("{feeds:?}").contains(PASSWORD));
    let files = feeds.collections(&url(&server, "/api1/")).await.unwrap();
    assert_eq!(files.len(), 1);
    assert_eq!((files[0].name.as_str(), files[0].pages), ("91a7b528-80eb-42ed-a74d-c6fbd5a26116", 3));
    let bundle: Value = serde_json::from_slice(&files[0].bytes).unwrap();
    assert_eq!(bundle["objects"], json!((0..5).map(object).collect::<Vec<_>>()));
    let asked: Vec<String> = server.asked().iter().map(|asked| asked.head.clone()).collect();
    assert!(asked[0].starts_with("GET /api1/collections/ "), "{}", asked[0]);
    for (head, next) in asked[1..].iter().zip(["", "&next=two", "&next=two", "&next=three"]) {
        let path = "/api1/collections/91a7b528-80eb-42ed-a74d-c6fbd5a26116/objects/";
        let query = format!("limit=1000{next}");
        assert!(head.starts_with(&format!("GET {path}?{query} ")), "{head}");
        assert!(head.to_lowercase().contains("accept: application/taxii+json;version=2.1"));
        assert!(head.to_lowercase().contains("authorization: basic "));
    }
}

#[tokio::test]
async fn half_a_collection_is_none() {
    for answers in [
        vec![Answer::ok("{\"more\": true, \"objects\": []}")],
        vec![Answer::ok("{\"more\": true, \"next\": \"a\", \"objects\": []}"); 2],
        vec![Answer::ok("{\"objects\": 7}")],
        vec![Answer::ok("<html>")],
    ] {
        let server = Server::new(answers.clone()).await;
        let pulled = feeds(&[]).collections(&url(&server, "/api1/collections/one/")).await;
        assert!(matches!(pulled, Err(Error::Answer { .. })), "{answers:?}: {pulled:?}");
    }
    // Nothing new is an answer, too.
    let server = Server::new(vec![Answer::ok("{}")]).await;
    let files = feeds(&[]).collections(&url(&server, "/api1/collections/one/objects/")).await.unwrap();
    assert_eq!(files[0].bytes, b"{\"type\":\"bundle\",\"objects\":[]}");
}

#[tokio::test]
async fn refusals_and_addresses_are_told() {
    let server = Server::new(vec![Answer::status(401, "no")]).await;
    let error =
        feeds(&[("WEIR_FEED_TOKEN", PASSWORD)]).file(&url(&server, "/x?key=secret")).await.unwrap_err();
    assert!(error.to_string().contains("401 no") && error.hint().is_some(), "{error}");
    assert!(!format!("{error} {error:?}").contains("secret"));
    assert_eq!(server.asked().len(), 1, "asking again does not help");
    for address in ["http://example.org/list.txt", "ftp://localhost/x", "file:///etc/passwd"] {
        let error = feeds(&[]).file(&Url::parse(address).unwrap()).await.unwrap_err();
        assert!(matches!(error, Error::FeedAddress { .. }), "{address}: {error}");
    }
    let server = Server::new(vec![Answer::status(302, "").with("Location", "http://example.org/")]).await;
    let error = feeds(&[]).file(&url(&server, "/x")).await.unwrap_err();
    assert!(matches!(error, Error::Connection { .. }), "{error}");
    let half = |name: &str| (name == "WEIR_FEED_USER").then(|| "me".to_owned());
    assert!(FeedCredential::new(&half).unwrap_err().to_string().contains("WEIR_FEED_PASSWORD"));
}
