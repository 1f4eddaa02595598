//! Columns of ranges: places, owners, threats. Columns are known by their headers, by what was given, or, without
//! headers, by the layouts that are common.

use std::collections::BTreeMap;

use super::indicator::{Named, named};
use super::{FindingKind, Sink, text};
use crate::{AddressRange, Entry, FeedKind, Place, PlaceEntry, Says, ThreatEntry, ThreatKind};
use weir_decode::Address;

/// What a column may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Address,
    Start,
    End,
    Country,
    City,
    Region,
    Owner,
    Type,
    Description,
    Domain,
    Url,
    Port,
    Confidence,
    ValidFrom,
    ValidUntil,
}

/// Names of roles on the command line, and the headers that are known as such, those that fit best first. Headers are
/// compared in lower case, with underscores between words.
const ROLES: [(Role, &str, &[&str]); 15] = [
    (
        Role::Address,
        "address",
        &[
            "address",
            "ip",
            "ip_address",
            "ipaddress",
            "dst_ip",
            "src_ip",
            "indicator",
            "ioc_value",
            "ioc",
            "cidr",
            "network",
            "prefix",
            "ip_range",
            "range",
            "ip_dst",
            "ip_src",
            "value",
        ],
    ),
    (
        Role::Start,
        "start",
        &["start", "start_ip", "ip_start", "range_start", "first", "ip_from", "from", "startip"],
    ),
    (Role::End, "end", &["end", "end_ip", "ip_end", "range_end", "last", "ip_to", "to", "endip"]),
    (
        Role::Country,
        "country",
        &["country_code", "country_iso_code", "countrycode", "iso_code", "cc", "country"],
    ),
    (Role::City, "city", &["city", "city_name"]),
    (
        Role::Region,
        "region",
        &["region", "region_name", "subdivision_1_name", "subdivision", "state", "stateprov", "state1"],
    ),
    (
        Role::Owner,
        "owner",
        &[
            "owner",
            "organisation",
            "organization",
            "autonomous_system_organization",
            "as_name",
            "as_org",
            "as_organization",
            "org",
            "isp",
            "company",
        ],
    ),
    (Role::Type, "type", &["threat_type", "threattype", "threat", "type", "category", "tags", "tag"]),
    (
        Role::Description,
        "description",
        &[
            "description",
            "threat_description",
            "malware_printable",
            "malware",
            "malware_family",
            "signature",
            "comment",
            "reason",
            "notes",
        ],
    ),
    (Role::Domain, "domain", &["domain", "dns_domain", "dnsdomain", "hostname", "fqdn", "host"]),
    (Role::Url, "url", &["url", "uri", "link"]),
    (Role::Port, "port", &["port", "dst_port", "dest_port", "destination_port"]),
    (Role::Confidence, "confidence", &["confidence", "confidence_level", "score"]),
    (Role::ValidFrom, "valid-from", &["valid_from"]),
    (Role::ValidUntil, "valid-until", &["valid_until", "expires", "expiration", "expiry", "valid_to"]),
];

/// The names of roles, for whoever maps columns.
pub(super) fn role_names() -> impl Iterator<Item = &'static str> {
    ROLES.iter().map(|(_, name, _)| *name)
}

/// Where a `name` is that of an owner: beside the number of an autonomous system, as in IPinfo's files.
fn name_of_network(header: &[String]) -> Option<usize> {
    let has_number = header.iter().any(|column| ["asn", "as_number"].contains(&column.as_str()));
    header.iter().position(|column| column == "name").filter(|_| has_number)
}

type Columns = BTreeMap<Role, usize>;

/// Bytes of a field that are used.
const FIELD_MAX: usize = 4_096;

pub(super) fn read(text: &str, sink: &mut Sink<'_>) {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let mut columns: Option<Columns> = None;
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                sink.note(FindingKind::DamagedFile, Place::Line(line), &error.to_string());
                break;
            }
        }
        // A comment at the very end becomes a record with nothing in it.
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        let line = Place::Line(record.position().map_or(0, csv::Position::line));
        match &columns {
            Some(columns) => row(columns, &record, line, sink),
            None => match begin(text, &trimmed(&record), sink) {
                Ok((found, is_header)) => {
                    if !is_header {
                        row(&found, &record, line, sink);
                    }
                    columns = Some(found);
                }
                Err(why) => return sink.note(FindingKind::UnknownFile, line, &why),
            },
        }
    }
}

fn trimmed(record: &csv::StringRecord) -> csv::StringRecord {
    record.iter().map(str::trim).collect()
}

/// The character between fields, by the first line with something in it.
pub(super) fn delimiter(text: &str) -> u8 {
    let line = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#')).unwrap_or("");
    let count = |byte: u8| line.bytes().filter(|other| *other == byte).count();
    // The first one of those that are there most often.
    [b',', b';', b'\t', b'|'].into_iter().rev().max_by_key(|byte| count(*byte)).unwrap_or(b',')
}

/// Which column is what, by the first record, and whether that is a header.
fn begin(text: &str, first: &csv::StringRecord, sink: &Sink<'_>) -> Result<(Columns, bool), String> {
    let is_data = first.iter().any(|field| matches!(named(field), Named::Addresses(..)) || is_number(field));
    let header: Vec<String> = match is_data {
        false => first.iter().map(plain).collect(),
        // abuse.ch has its headers in the last comment.
        true => {
            let comment =
                text.lines().take_while(|line| line.trim().is_empty() || line.starts_with('#')).last();
            let names = comment.unwrap_or("").trim_start_matches('#').split(delimiter(text) as char);
            let names: Vec<String> = names.map(|name| plain(name.trim().trim_matches('"'))).collect();
            if names.len() == first.len() { names } else { Vec::new() }
        }
    };
    let mut columns = Columns::new();
    for (role, _, names) in ROLES {
        let found = names.iter().find_map(|name| header.iter().position(|column| column == name));
        columns.extend(found.map(|position| (role, position)));
    }
    if let Some(name) = name_of_network(&header) {
        columns.entry(Role::Owner).or_insert(name);
    }
    if header.is_empty() || !has_ranges(&columns) {
        columns = usual(first).unwrap_or(columns);
    }
    for (name, column) in &sink.given.columns {
        let role = ROLES.iter().find(|(_, role, _)| role == name).map(|(role, ..)| *role);
        let role = role.ok_or_else(|| format!("no column can be the '{name}'"))?;
        let by_name = header.iter().position(|header| *header == plain(column));
        let by_number =
            || column.parse::<usize>().ok()?.checked_sub(1).filter(|number| *number < first.len());
        let position = by_name.or_else(by_number);
        let position = position.ok_or_else(|| format!("there is no column '{column}' to be the {name}"))?;
        columns.insert(role, position);
    }
    if !has_ranges(&columns) {
        let header: Vec<&str> = first.iter().take(20).collect();
        return Err(format!("no column is known to have addresses: {}", header.join(", ")));
    }
    // Two columns that are one would say the same twice.
    if columns.contains_key(&Role::Start) && columns.contains_key(&Role::End) {
        columns.remove(&Role::Address);
    }
    Ok((columns, !is_data))
}

fn has_ranges(columns: &Columns) -> bool {
    let has = |role| columns.contains_key(&role);
    has(Role::Address) || has(Role::Url) || has(Role::Start) && has(Role::End)
}

/// The layouts without headers that are common: those of DB-IP, and a list with remarks.
fn usual(first: &csv::StringRecord) -> Option<Columns> {
    use Role::{Address, City, Country, Description, End, Owner, Region, Start};
    let is_address = |position: usize| {
        first
            .get(position)
            .is_some_and(|field| is_number(field) || matches!(named(field), Named::Addresses(..)))
    };
    let is_country =
        |position: usize| first.get(position).is_some_and(|field| text::country(field).is_some());
    let roles: &[(Role, usize)] = match first.len() {
        3.. if is_address(0) && is_address(1) => match first.len() {
            8 if is_country(3) => &[(Start, 0), (End, 1), (Country, 3), (Region, 4), (City, 5)],
            4 if first.get(2).is_some_and(|asn| asn.parse::<u32>().is_ok()) => {
                &[(Start, 0), (End, 1), (Owner, 3)]
            }
            _ if is_country(2) => &[(Start, 0), (End, 1), (Country, 2)],
            _ => return None,
        },
        2 if is_address(0) && is_country(1) => &[(Address, 0), (Country, 1)],
        2.. if is_address(0) => &[(Address, 0), (Description, 1)],
        _ => return None,
    };
    Some(roles.iter().copied().collect())
}

/// Whether the columns of a file with this first record are about threats.
pub(super) fn is_about_threats(columns: &[&str]) -> bool {
    let header: Vec<String> = columns.iter().map(|column| plain(column)).collect();
    let has = |wanted: &[Role]| {
        let names = ROLES.iter().filter(|(role, ..)| wanted.contains(role));
        names.flat_map(|(.., names)| names.iter()).any(|name| header.iter().any(|column| column == name))
    };
    use Role::{City, Confidence, Country, Description, Owner, Port, Region, Url};
    // Databases of owners have a type as well: hosting, business.
    let threat = header.iter().any(|column| column.contains("threat"));
    let place = has(&[Country, City, Region, Owner]) || name_of_network(&header).is_some();
    threat || has(&[Description, Port, Url, Confidence]) || !place
}

fn row(columns: &Columns, record: &csv::StringRecord, line: Place<'_>, sink: &mut Sink<'_>) {
    let field = |role| {
        let field = columns.get(&role).and_then(|position| record.get(*position)).unwrap_or("").trim();
        match field.len() > FIELD_MAX {
            true => field.char_indices().nth(FIELD_MAX / 4).map_or(field, |(end, _)| &field[..end]),
            false => field,
        }
    };
    let (range, page, port) = if columns.contains_key(&Role::Start) && columns.contains_key(&Role::End) {
        let (start, end) = (field(Role::Start), field(Role::End));
        let range =
            address(start).zip(address(end)).and_then(|(start, end)| AddressRange::between(start, end));
        match range {
            Some(range) => (range, None, None),
            None => return sink.bad(line, &format!("'{start}' to '{end}' is no range of addresses")),
        }
    } else {
        let own = field(Role::Address);
        match named(if own.is_empty() { field(Role::Url) } else { own }) {
            Named::Addresses(range, page, port) => (range, page, port),
            Named::Host => {
                sink.read.without_address += 1;
                return;
            }
            Named::Nothing => return sink.bad(line, &format!("'{own}' is no address")),
        }
    };
    match sink.kind {
        FeedKind::Geography => {
            let country = text::country(field(Role::Country)).unwrap_or_default();
            let place = text::place(field(Role::City), field(Role::Region));
            let owner = Some(field(Role::Owner)).filter(|owner| *owner != "-").unwrap_or("");
            let says = PlaceEntry { country: &country, place: &place, owner };
            // Databases have rows for what they know nothing of.
            if says == PlaceEntry::default() {
                return;
            }
            sink.entry(&Entry { range, place: line, says: Says::Place(says) });
        }
        FeedKind::Threats => {
            let (kind, description) = (field(Role::Type), field(Role::Description));
            let number = |role| field(role).trim_end_matches('%').parse::<f64>().ok();
            let url = page.as_deref().unwrap_or(field(Role::Url));
            let says = ThreatEntry {
                kind: ThreatKind::named(kind).or_else(|| ThreatKind::of_words([kind, description])),
                description: if description.is_empty() { kind } else { description },
                dns_domain: field(Role::Domain),
                url,
                port: field(Role::Port).parse().ok().or(port),
                confidence: number(Role::Confidence).map(|sure| sure.clamp(0.0, 100.0) as u8),
                valid_from_micros: text::micros(field(Role::ValidFrom)),
                valid_until_micros: text::micros(field(Role::ValidUntil)),
            };
            sink.entry(&Entry { range, place: line, says: Says::Threat(says) });
        }
        FeedKind::Allow => sink.entry(&Entry { range, place: line, says: Says::Allowed }),
        FeedKind::ServiceTags => sink.bad(line, "service tags are read from Azure's own file"),
    }
}

fn is_number(field: &str) -> bool {
    field.len() >= 8 && field.bytes().all(|byte| byte.is_ascii_digit())
}

/// An address as text, or as a number, as IP2Location has it.
fn address(field: &str) -> Option<Address> {
    match field.bytes().all(|byte| byte.is_ascii_digit()) {
        true => field.parse().ok().map(Address::from_ipv4),
        false => Address::parse(field.as_bytes()),
    }
}

fn plain(header: &str) -> String {
    let parts = header.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("_").to_lowercase()
}
