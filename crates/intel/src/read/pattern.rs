//! Patterns of STIX: which addresses they name.
//!
//! A flow is met by addresses and a port, so a pattern is of use as far as it comes to those: comparisons of addresses,
//! names, pages and ports, joined by AND and OR. What is joined to an address by AND describes it.
//!
//! Source: <https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html#_e8slinrhxcc9>

use super::indicator::{Named, named};
use crate::AddressRange;

/// What a pattern names: one way to meet it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) range: Option<AddressRange>,
    pub(super) domain: String,
    pub(super) url: String,
    pub(super) port: Option<u16>,
    /// Something of another kind has to be met as well, or instead: a file, a process.
    pub(super) other: bool,
}

/// Characters of a pattern.
const LENGTH_MAX: usize = 256 << 10;
/// Ways to meet a pattern: OR within AND within OR multiplies.
const WAYS_MAX: usize = 20_000;
/// Parentheses within one another.
const DEPTH_MAX: usize = 64;

/// The ways to meet a pattern, or why it cannot be understood.
pub(super) fn ways(pattern: &str) -> Result<Vec<Way>, String> {
    if pattern.len() > LENGTH_MAX {
        return Err(format!("it is longer than {LENGTH_MAX} bytes"));
    }
    let tokens = tokens(pattern)?;
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0 };
    let ways = parser.observations()?;
    match parser.peek() {
        None => Ok(ways),
        Some(token) => Err(format!("{token:?} is not expected there")),
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// `[`, `]`, `(`, `)`, `,`, `=`, `!=`, `<`, `<=`, `>`, `>=`
    Sign(&'static str),
    /// A word that is no text: a keyword, a path, a number.
    Word(String),
    /// Between single quotes.
    Text(String),
}

fn tokens(pattern: &str) -> Result<Vec<Token>, String> {
    const SIGNS: [&str; 11] = ["!=", "<=", ">=", "[", "]", "(", ")", ",", "=", "<", ">"];
    let mut tokens = Vec::new();
    let mut rest = pattern.trim_start();
    while let Some(first) = rest.chars().next() {
        if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            tokens.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        } else if first == '\'' {
            let (text, length) = quoted(&rest[1..]).ok_or("a text does not end")?;
            tokens.push(Token::Text(text));
            rest = &rest[1 + length..];
        } else {
            let length = word_length(rest);
            tokens.push(Token::Word(rest[..length].to_owned()));
            rest = &rest[length..];
        }
        rest = rest.trim_start();
    }
    Ok(tokens)
}

/// A word ends at a blank or a sign. Steps of a path may be quoted, and have an index: `extensions.'x'[0]`.
fn word_length(text: &str) -> usize {
    let mut quoted = false;
    let mut index = false;
    let mut before = ' ';
    for (position, character) in text.char_indices() {
        match character {
            '\'' if position > 0 && (quoted || before == '.') => quoted = !quoted,
            _ if quoted => {}
            // An index has digits or a star within; an observation does not begin behind a word.
            '[' if position > 0 && (before.is_alphanumeric() || before == '\'') => index = true,
            ']' if index => index = false,
            '[' | ']' | '(' | ')' | ',' | '=' | '!' | '<' | '>' => return position.max(1),
            c if c.is_whitespace() => return position,
            _ => {}
        }
        before = character;
    }
    text.len()
}

/// The text up to the quote that ends it, and how long it is with that.
fn quoted(text: &str) -> Option<(String, usize)> {
    let mut read = String::new();
    let mut characters = text.char_indices();
    while let Some((position, character)) = characters.next() {
        match character {
            '\\' => read.push(characters.next()?.1),
            '\'' => return Some((read, position + 1)),
            other => read.push(other),
        }
    }
    None
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn takes_sign(&mut self, sign: &str) -> bool {
        let takes = matches!(self.peek(), Some(Token::Sign(found)) if *found == sign);
        self.at += usize::from(takes);
        takes
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let takes = matches!(self.peek(), Some(Token::Word(found)) if found.eq_ignore_ascii_case(word));
        self.at += usize::from(takes);
        takes
    }

    fn expect(&mut self, sign: &'static str) -> Result<(), String> {
        match self.takes_sign(sign) {
            true => Ok(()),
            false => Err(format!("'{sign}' is missing")),
        }
    }

    fn within<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, String>) -> Result<T, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("its parentheses are too deep".to_owned());
        }
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// Observations are met one after the other; each of them tells something of its own.
    fn observations(&mut self) -> Result<Vec<Way>, String> {
        let mut all = Vec::new();
        loop {
            if self.takes_sign("(") {
                all.extend(self.within(Self::observations)?);
                self.expect(")")?;
            } else {
                self.expect("[")?;
                all.extend(self.alternatives()?);
                self.expect("]")?;
            }
            self.qualifiers();
            if all.len() > WAYS_MAX {
                return Err(TOO_MANY.to_owned());
            }
            if !["AND", "OR", "FOLLOWEDBY"].into_iter().any(|word| self.takes_word(word)) {
                return Ok(all);
            }
        }
    }

    /// `WITHIN 5 SECONDS`, `REPEATS 5 TIMES`, `START t'…' STOP t'…'`: how often and when, which does not matter here.
    fn qualifiers(&mut self) {
        while let Some(Token::Word(word)) = self.peek() {
            if ["AND", "OR", "FOLLOWEDBY"].iter().any(|join| word.eq_ignore_ascii_case(join)) {
                return;
            }
            self.at += 1;
            while matches!(self.peek(), Some(Token::Text(_))) {
                self.at += 1;
            }
        }
    }

    fn alternatives(&mut self) -> Result<Vec<Way>, String> {
        let mut all = self.together()?;
        while self.takes_word("OR") {
            all.extend(self.together()?);
            if all.len() > WAYS_MAX {
                return Err(TOO_MANY.to_owned());
            }
        }
        Ok(all)
    }

    fn together(&mut self) -> Result<Vec<Way>, String> {
        let mut all = self.comparison()?;
        while self.takes_word("AND") {
            let others = self.comparison()?;
            if all.len().saturating_mul(others.len()) > WAYS_MAX {
                return Err(TOO_MANY.to_owned());
            }
            all = all.iter().flat_map(|way| others.iter().map(|other| both(way, other))).collect();
        }
        Ok(all)
    }

    fn comparison(&mut self) -> Result<Vec<Way>, String> {
        if self.takes_sign("(") {
            let ways = self.within(Self::alternatives)?;
            self.expect(")")?;
            return Ok(ways);
        }
        if self.takes_word("NOT") || self.takes_word("EXISTS") {
            return Err("it tells what is not, or that something is".to_owned());
        }
        let Some(Token::Word(path)) = self.next() else { return Err("a comparison is missing".to_owned()) };
        let negated = self.takes_word("NOT");
        let operator = match self.next() {
            Some(Token::Sign(sign)) => sign.to_owned(),
            Some(Token::Word(word)) => word.to_uppercase(),
            _ => return Err(format!("nothing is compared with {path}")),
        };
        let values = if operator == "IN" {
            self.expect("(")?;
            let mut values = vec![self.value()?];
            while self.takes_sign(",") {
                values.push(self.value()?);
            }
            self.expect(")")?;
            values
        } else {
            vec![self.value()?]
        };
        let plain = !negated && matches!(operator.as_str(), "=" | "IN" | "ISSUBSET");
        if values.len() > WAYS_MAX {
            return Err(TOO_MANY.to_owned());
        }
        let other = Way { other: true, ..Way::default() };
        Ok(values.iter().map(|value| if plain { way(&path, value) } else { other.clone() }).collect())
    }

    fn value(&mut self) -> Result<String, String> {
        match self.next() {
            // Of a binary, a hexadecimal or a time the letter before it.
            Some(Token::Word(word)) if word.len() == 1 && matches!(self.peek(), Some(Token::Text(_))) => {
                self.value()
            }
            Some(Token::Text(text)) => Ok(text),
            Some(Token::Word(word)) => Ok(word),
            _ => Err("a value is missing".to_owned()),
        }
    }
}

const TOO_MANY: &str = "it can be met in too many ways";

/// What one comparison comes to.
fn way(path: &str, value: &str) -> Way {
    let mut way = Way::default();
    match path {
        "ipv4-addr:value" | "ipv6-addr:value" => way.range = AddressRange::parse(value),
        "domain-name:value" => way.domain = value.to_owned(),
        "url:value" => {
            way.url = value.to_owned();
            if let Named::Addresses(range, _, port) = named(value) {
                (way.range, way.port) = (Some(range), port);
            }
        }
        _ if path.starts_with("network-traffic:") && path.ends_with("_ref.value") => {
            match AddressRange::parse(value) {
                Some(range) => way.range = Some(range),
                None => way.domain = value.to_owned(),
            }
        }
        "network-traffic:dst_port" => way.port = value.parse().ok(),
        // What kind of address a reference leads to, or by which protocol, describes the same traffic.
        _ if path.starts_with("network-traffic:") => {}
        _ => way.other = true,
    }
    way.other |= way == Way::default() && !path.starts_with("network-traffic:");
    way
}

fn both(one: &Way, other: &Way) -> Way {
    let text = |one: &String, other: &String| if one.is_empty() { other.clone() } else { one.clone() };
    Way {
        range: one.range.or(other.range),
        domain: text(&one.domain, &other.domain),
        url: text(&one.url, &other.url),
        port: one.port.or(other.port),
        other: one.other || other.other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(pattern: &str) -> Result<Vec<String>, String> {
        let ways = ways(pattern)?.into_iter().map(|way| {
            let range = way.range.map(|range| range.to_string()).unwrap_or_default();
            let port = way.port.map(|port| port.to_string()).unwrap_or_default();
            format!("{range}|{}|{}|{port}{}", way.domain, way.url, if way.other { "|other" } else { "" })
        });
        Ok(ways.collect())
    }

    #[test]
    fn patterns_name_addresses() {
        for (pattern, expected) in [
            ("[ipv4-addr:value = '192.0.2.1']", &["192.0.2.1|||"][..]),
            ("[ipv4-addr:value ISSUBSET '192.0.2.0/24']", &["192.0.2.0/24|||"]),
            ("[ipv6-addr:value = '2001:db8::/32']", &["2001:db8::/32|||"]),
            ("[ipv4-addr:value IN ('192.0.2.1', '192.0.2.2')]", &["192.0.2.1|||", "192.0.2.2|||"]),
            (
                "[domain-name:value = 'a.example' OR ipv4-addr:value = '192.0.2.1']",
                &["|a.example||", "192.0.2.1|||"],
            ),
            (
                "[domain-name:value = 'a.example' AND (ipv4-addr:value = '192.0.2.1' OR ipv4-addr:value = '192.0.2.2')]",
                &["192.0.2.1|a.example||", "192.0.2.2|a.example||"],
            ),
            ("[url:value = 'http://192.0.2.1:8080/x']", &["192.0.2.1||http://192.0.2.1:8080/x|8080"]),
            ("[url:value = 'http://a.example/x']", &["||http://a.example/x|"]),
            (
                "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '192.0.2.1' \
                  AND network-traffic:dst_port = 443]",
                &["192.0.2.1|||443"],
            ),
            (
                "[ipv4-addr:value = '192.0.2.1'] FOLLOWEDBY ([ipv4-addr:value = '192.0.2.2'] REPEATS 5 TIMES) \
                 WITHIN 60 SECONDS",
                &["192.0.2.1|||", "192.0.2.2|||"],
            ),
            (
                "[ipv4-addr:value = '192.0.2.1'] START t'2016-01-01T00:00:00Z' STOP t'2017-01-01T00:00:00Z'",
                &["192.0.2.1|||"],
            ),
            ("[file:hashes.'SHA-256' = 'ab' AND ipv4-addr:value='192.0.2.1']", &["192.0.2.1||||other"]),
            ("[process:extensions.'x'[0].y = 'a' ]", &["||||other"]),
            ("[ipv4-addr:value != '192.0.2.1']", &["||||other"]),
            ("[domain-name:value LIKE '%.example']", &["||||other"]),
            ("[ipv4-addr:value = 'nonsense']", &["||||other"]),
            (r"[url:value = 'http://a.example/it\'s']", &["||http://a.example/it's|"]),
        ] {
            let expected: Vec<String> = expected.iter().map(|way| (*way).to_owned()).collect();
            assert_eq!(told(pattern), Ok(expected), "{pattern}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_told() {
        let deep = format!("[{}", "(".repeat(1_000));
        let wide = format!("[{}]", ["(a:b = 1 OR a:b = 2)"; 30].join(" AND "));
        for pattern in [
            "",
            "[",
            "]",
            "[]",
            "[ipv4-addr:value]",
            "[ipv4-addr:value =]",
            "[ipv4-addr:value = 'x",
            "[a:b = 1",
            "[a:b = 1]]",
            "[a:b IN ()]",
            "[NOT a:b = 1]",
            "ipv4-addr:value = '192.0.2.1'",
            "[a:b = 1] AND",
            "[']",
            "[é",
            &deep,
            &wide,
        ] {
            assert!(ways(pattern).is_err(), "{pattern:?}: {:?}", ways(pattern));
        }
        for cut in 0.."[a:b = 'é' OR (c:d IN ('x', 'y'))] AND [e:f.'g'[0] = t'1']".len() {
            let whole = "[a:b = 'é' OR (c:d IN ('x', 'y'))] AND [e:f.'g'[0] = t'1']";
            let _ = whole.get(..cut).map(ways);
        }
    }
}
