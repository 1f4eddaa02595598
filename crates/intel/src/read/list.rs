//! Plain lists: an address, a prefix or a page on each line.

use super::Sink;
use super::indicator::{Named, named};
use crate::{Entry, FeedKind, Place, Says, ThreatEntry};

/// Bytes of a line; longer ones are no list.
const LINE_MAX: usize = 64 << 10;

pub(super) fn read(text: &str, sink: &mut Sink<'_>) {
    for (number, line) in (1u64..).zip(text.lines()) {
        let place = Place::Line(number);
        if line.len() > LINE_MAX {
            sink.bad(place, "a line that is too long");
            continue;
        }
        // What stands behind the address is a remark, a count, a reason.
        let (line, remark) = match line.find(['#', ';']) {
            Some(position) => (&line[..position], line[position + 1..].trim()),
            None => (line, ""),
        };
        let mut parts = line.split_whitespace();
        let Some(mut first) = parts.next().filter(|first| !first.starts_with("//")) else { continue };
        let mut rest = parts.next();
        // `192.0.2.1 - 192.0.2.9`
        let spaced = match (rest, parts.next()) {
            (Some("-"), Some(last)) => Some(format!("{first}-{last}")),
            _ => None,
        };
        if let Some(spaced) = &spaced {
            (first, rest) = (spaced, None);
        }
        // A file of hosts: the name is what is meant.
        if matches!(first, "0.0.0.0" | "127.0.0.1" | "::1" | "::") && rest.is_some() {
            sink.read.without_address += 1;
            continue;
        }
        match named(first) {
            Named::Addresses(range, page, port) => {
                let says = says(sink.kind, remark, page.as_deref().unwrap_or(""), port);
                sink.entry(&Entry { range, place, says });
            }
            Named::Host => sink.read.without_address += 1,
            Named::Nothing => sink.bad(place, &format!("'{first}' is no address")),
        }
    }
}

/// What a line of a list says, by what the list is about.
pub(super) fn says<'a>(kind: FeedKind, description: &'a str, url: &'a str, port: Option<u16>) -> Says<'a> {
    match kind {
        FeedKind::Threats => Says::Threat(ThreatEntry { description, url, port, ..ThreatEntry::default() }),
        _ => Says::Allowed,
    }
}
