//! Collections of TAXII 2.1: the objects of all pages as one bundle of STIX.
//!
//! Source: <https://docs.oasis-open.org/cti/taxii/v2.1/os/taxii-v2.1-os.html>

use serde_json::{Value, json};
use url::Url;

use crate::feeds::{BYTES_MAX, shown};
use crate::{Error, FeedFile, Feeds};

const ACCEPT: &str = "application/taxii+json;version=2.1";
/// Pages of a collection.
const PAGES_MAX: u64 = 100_000;
/// Collections of an API root.
const COLLECTIONS_MAX: usize = 1_000;
/// Objects that are asked for at once; a server may give fewer.
const LIMIT: &str = "1000";

impl Feeds {
    /// Fetches a collection, or all collections of an API root that may be read. A collection is whole or an error: the
    /// newest one takes the place of what was fetched before, so a part of it would make the rest be forgotten.
    pub async fn collections(&self, url: &Url) -> Result<Vec<FeedFile>, Error> {
        let mut files = Vec::new();
        for (name, objects) in self.collections_of(url).await? {
            files.push(self.objects(name, objects).await?);
        }
        Ok(files)
    }

    /// Names of collections, and where their objects are.
    async fn collections_of(&self, url: &Url) -> Result<Vec<(String, Url)>, Error> {
        let path = url.path().trim_end_matches('/');
        let parts: Vec<&str> = path.rsplit('/').collect();
        match parts[..] {
            ["objects", id, "collections", ..] => {
                Ok(vec![(id.to_owned(), with_path(url, &format!("{path}/")))])
            }
            [id, "collections", ..] => Ok(vec![(id.to_owned(), with_path(url, &format!("{path}/objects/")))]),
            _ => {
                let root = path.strip_suffix("/collections").unwrap_or(path);
                let answer = self.json(&with_path(url, &format!("{root}/collections/"))).await?;
                let listed = answer.get("collections").and_then(Value::as_array);
                let listed = listed.ok_or_else(|| odd(url, "it has no list 'collections'"))?;
                let readable =
                    listed.iter().filter(|entry| entry.get("can_read") != Some(&Value::Bool(false)));
                let ids = readable.filter_map(|entry| entry.get("id")?.as_str());
                // An id becomes a part of an address.
                let plain =
                    |id: &&str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
                let ids: Vec<&str> = ids.filter(plain).take(COLLECTIONS_MAX).collect();
                if ids.is_empty() {
                    return Err(odd(url, "it has no collection that may be read"));
                }
                let objects = |id: &&str| with_path(url, &format!("{root}/collections/{id}/objects/"));
                Ok(ids.iter().map(|id| ((*id).to_owned(), objects(id))).collect())
            }
        }
    }

    async fn objects(&self, name: String, url: Url) -> Result<FeedFile, Error> {
        let (mut objects, mut pages, mut size) = (Vec::new(), 0, 0);
        let mut next: Option<String> = None;
        loop {
            let mut page = url.clone();
            {
                let mut asked = page.query_pairs_mut();
                asked.append_pair("limit", LIMIT);
                if let Some(next) = &next {
                    asked.append_pair("next", next);
                }
            }
            let answer = self.get(&page, Some(ACCEPT)).await?;
            size += answer.bytes.len();
            if size > BYTES_MAX {
                return Err(odd(&url, "it is larger than a gibibyte"));
            }
            let mut answer = parse(&url, &answer.bytes)?;
            pages += 1;
            match answer.get_mut("objects").map(Value::take) {
                Some(Value::Array(page)) => objects.extend(page),
                // A collection without anything new answers with an object that is empty.
                None => {}
                Some(_) => return Err(odd(&url, "its 'objects' are no list")),
            }
            let more = answer.get("more").and_then(Value::as_bool).unwrap_or(false);
            let further = answer.get("next").and_then(Value::as_str).map(str::to_owned);
            match further {
                _ if !more => break,
                None => return Err(odd(&url, "there is more of it, and it names no further page")),
                Some(_) if further == next || pages >= PAGES_MAX => {
                    return Err(odd(&url, "its pages do not end"));
                }
                Some(_) => next = further,
            }
        }
        let bundle = json!({ "type": "bundle", "objects": objects });
        Ok(FeedFile { name, bytes: bundle.to_string().into_bytes(), pages })
    }

    async fn json(&self, url: &Url) -> Result<Value, Error> {
        parse(url, &self.get(url, Some(ACCEPT)).await?.bytes)
    }
}

fn parse(url: &Url, bytes: &[u8]) -> Result<Value, Error> {
    serde_json::from_slice(bytes).map_err(|error| odd(url, &error.to_string()))
}

fn with_path(url: &Url, path: &str) -> Url {
    let mut url = url.clone();
    url.set_path(path);
    url.set_query(None);
    url
}

fn odd(url: &Url, why: &str) -> Error {
    Error::Answer { endpoint: shown(url), what: "a collection", why: why.to_owned() }
}
