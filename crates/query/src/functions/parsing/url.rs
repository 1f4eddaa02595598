//! `parse_url`, `parse_urlquery`: the parts of a URL, as they are written.
//!
//! Source: <https://learn.microsoft.com/kusto/query/parse-url-function>

use weir_value::KustoType::String as Text;
use weir_value::dynamic::Packer;

use crate::functions::{Naming, by_kernel, exactly};
use crate::kernel;
use crate::kernel::{Str, pack1};

const QUERY_PARAMETERS: &str = "Query Parameters";

function!(
    pub(super) PARSE_URL = ["parse_url", "parseurl"],
    Naming::None,
    [by_kernel(&[exactly("url", Text)], &PARTS)]
);
kernel!(PARTS = "kql_parse_url" -> Dynamic, |a, n| pack1::<Str>(a, n, |url, bytes| {
    let url = Url::of(url);
    Packer::new(bytes).bag(|bag| {
        let parts = [
            ("Scheme", url.scheme),
            ("Host", url.host),
            ("Port", url.port),
            ("Path", url.path),
            ("Username", url.username),
            ("Password", url.password),
        ];
        for (name, part) in parts {
            bag.property(name, |packer| packer.string(part));
        }
        bag.property(QUERY_PARAMETERS, |packer| write_query(url.query, packer));
        bag.property("Fragment", |packer| packer.string(url.fragment));
    });
}));

function!(
    pub(super) PARSE_URL_QUERY = ["parse_urlquery", "parseurlquery"],
    Naming::None,
    [by_kernel(&[exactly("query", Text)], &QUERY)]
);
kernel!(QUERY = "kql_parse_urlquery" -> Dynamic, |a, n| pack1::<Str>(a, n, |query, bytes| {
    let query = query.strip_prefix('?').unwrap_or(query);
    Packer::new(bytes).bag(|bag| bag.property(QUERY_PARAMETERS, |packer| write_query(query, packer)));
}));

#[derive(Debug, Default, PartialEq, Eq)]
struct Url<'u> {
    scheme: &'u str,
    username: &'u str,
    password: &'u str,
    host: &'u str,
    port: &'u str,
    path: &'u str,
    query: &'u str,
    fragment: &'u str,
}

impl<'u> Url<'u> {
    fn of(text: &'u str) -> Self {
        let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let Some((scheme, rest)) = rest.split_once("://") else {
            return Url { path: rest, query, fragment, ..Url::default() };
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (username, password) = user.split_once(':').unwrap_or((user, ""));
        // The colons of an IPv6 address stand in brackets.
        let behind_brackets = host.rfind(']').map_or(0, |at| at + 1);
        let (host, port) = match host.get(behind_brackets..).and_then(|rest| rest.find(':')) {
            Some(at) => {
                let (host, port) = host.split_at(behind_brackets + at);
                (host, port.strip_prefix(':').unwrap_or(port))
            }
            None => (host, ""),
        };
        Url { scheme, username, password, host, port, path, query, fragment }
    }
}

fn write_query(query: &str, packer: &mut Packer<'_>) {
    packer.bag(|bag| {
        let mut known = std::collections::HashSet::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            if known.insert(key) {
                bag.property(key, |packer| packer.string(value));
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::value;

    #[test]
    fn urls_have_up_to_eight_parts() {
        let url = Url::of("https://user:pa:ss@[::1]:8080/a/b?x=1&y#top");
        assert_eq!(
            url,
            Url {
                scheme: "https",
                username: "user",
                password: "pa:ss",
                host: "[::1]",
                port: "8080",
                path: "/a/b",
                query: "x=1&y",
                fragment: "top"
            }
        );
        assert_eq!(
            Url::of("http://example.org"),
            Url { scheme: "http", host: "example.org", ..Url::default() }
        );
        assert_eq!(Url::of(""), Url::default());
    }

    #[test]
    fn queries_are_bags() {
        assert_eq!(
            value("parse_urlquery('?a=1&b=x=y&&c')"),
            r#"{"Query Parameters":{"a":"1","b":"x=y","c":""}}"#
        );
        assert_eq!(value("parse_urlquery('')"), r#"{"Query Parameters":{}}"#);
        assert_eq!(value("tostring(parse_url('ftp://h/p?k=v').Path)"), "/p");
        assert_eq!(value("parse_url('ftp://h/p?k=v')['Query Parameters'].k"), "v");
    }
}
