use super::{csv, indicator};
use crate::{FeedKind, Form};

/// What a file is, by its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recognised {
    /// How it is written.
    pub form: Form,
    /// What it is about, unless somebody knows better.
    pub kind: FeedKind,
}

/// Bytes of a text that are looked at.
const LOOKED_AT: usize = 64 << 10;
/// What stands before the description of a database, and how far from its end at most.
const MMDB_MARK: &[u8] = b"\xab\xcd\xefMaxMind.com";
const MMDB_TAIL: usize = 128 << 10;

/// Tells what a file is; nothing where it is no feed of any form that weir reads. `columns` says that somebody has named
/// its columns, so that it has some.
pub fn recognise(bytes: &[u8], columns: bool) -> Option<Recognised> {
    let tail = &bytes[bytes.len().saturating_sub(MMDB_TAIL)..];
    if let Some(mark) = tail.windows(MMDB_MARK.len()).rposition(|window| window == MMDB_MARK) {
        let anonymous = tail[mark..].windows(9).any(|window| window.eq_ignore_ascii_case(b"anonymous"));
        let kind = if anonymous { FeedKind::Threats } else { FeedKind::Geography };
        return Some(Recognised { form: Form::Mmdb, kind });
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let head = &bytes[..bytes.len().min(LOOKED_AT)];
    if head.contains(&0) {
        return None;
    }
    let text = String::from_utf8_lossy(head);
    match text.trim_start().chars().next()? {
        '{' | '[' if !is_address_in_brackets(&text) => json(&text),
        _ => columns_or_list(&text, columns),
    }
}

/// `[2001:db8::1]:443`
fn is_address_in_brackets(text: &str) -> bool {
    let line = text.trim_start().lines().next().unwrap_or("");
    matches!(indicator::named(line), indicator::Named::Addresses(..))
}

fn json(text: &str) -> Option<Recognised> {
    const MARKS: [(&[&str], Form, FeedKind); 5] = [
        (&["\"addressPrefixes\""], Form::AzureTags, FeedKind::ServiceTags),
        (&["\"Event\"", "\"Attribute\""], Form::Misp, FeedKind::Threats),
        (&["\"bundle\"", "\"objects\"", "\"spec_version\""], Form::Stix, FeedKind::Threats),
        (&["\"list\""], Form::WarningList, FeedKind::Allow),
        // A file of tags that has none.
        (&["\"changeNumber\""], Form::AzureTags, FeedKind::ServiceTags),
    ];
    let found = MARKS.into_iter().find(|(marks, ..)| marks.iter().any(|mark| text.contains(mark)));
    found.map(|(_, form, kind)| Recognised { form, kind })
}

fn columns_or_list(text: &str, columns: bool) -> Option<Recognised> {
    let is_remark = |line: &str| line.is_empty() || line.starts_with(['#', ';']) || line.starts_with("//");
    let mut lines = text.lines().map(str::trim).filter(|line| !is_remark(line)).peekable();
    let first = *lines.peek()?;
    let delimiter = csv::delimiter(text) as char;
    let fields: Vec<&str> = first.split(delimiter).map(|field| field.trim().trim_matches('"')).collect();
    // `192.0.2.1<tab>5` is a list with a count.
    let counted = delimiter == '\t' && fields.len() == 2 && is_address(fields[0]);
    if columns || fields.len() > 1 && !counted {
        let comment = text.lines().take_while(|line| is_remark(line.trim())).last().unwrap_or("");
        let comment =
            comment.trim_start_matches('#').split(delimiter).map(|field| field.trim().trim_matches('"'));
        let comment: Vec<&str> = comment.collect();
        let is_data = fields.iter().any(|field| is_address(field));
        let header = if is_data && comment.len() == fields.len() { &comment } else { &fields };
        let kind = match is_data && header == &fields {
            // Without a header: ranges of places have two addresses, or a country behind them.
            true if fields.len() > 2 && is_address(fields[0]) && is_address(fields[1]) => FeedKind::Geography,
            true if fields.len() == 2 && super::text::country(fields[1]).is_some() => FeedKind::Geography,
            true => FeedKind::Threats,
            false if csv::is_about_threats(header) => FeedKind::Threats,
            false => FeedKind::Geography,
        };
        return Some(Recognised { form: Form::Csv, kind });
    }
    // A list has an address soon, or it is any text.
    let mut looked = lines.take(100);
    let named = |line: &str| indicator::named(line.split_whitespace().next().unwrap_or(""));
    looked
        .any(|line| !matches!(named(line), indicator::Named::Nothing))
        .then_some(Recognised { form: Form::List, kind: FeedKind::Threats })
}

fn is_address(field: &str) -> bool {
    matches!(indicator::named(field), indicator::Named::Addresses(..))
        || field.len() >= 8 && field.bytes().all(|byte| byte.is_ascii_digit())
}
