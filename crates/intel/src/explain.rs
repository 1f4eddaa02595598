//! Which file and which entry decided what is said of an address.

use weir_decode::Address;

use crate::import::file;
use crate::read::{self, Findings};
use crate::{AddressRange, FeedKind, Lookups, Manifest, Says, ThreatKind};

/// An entry around an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Around {
    /// Its addresses.
    pub range: AddressRange,
    /// Where in the file it is; blank in a search tree, where the range tells.
    pub place: String,
    /// What it says, by name.
    pub words: Vec<(&'static str, String)>,
    /// When it holds: microseconds since the Unix epoch.
    pub valid_micros: (Option<i64>, Option<i64>),
}

/// Entries of one file around one address that are told.
const AROUND_MAX: usize = 200;

/// The entries of a file around an address, the smallest range first: the file is read again, from its beginning.
pub fn around(manifest: &Manifest, bytes: &[u8], address: Address) -> Vec<Around> {
    let mut found = Vec::new();
    read::read(file(manifest, bytes), &mut Findings::default(), &mut |entry| {
        if entry.range.contains(address) && found.len() < AROUND_MAX {
            let (words, valid_micros) = words(&entry.says, manifest);
            found.push(Around { range: entry.range, place: entry.place.to_string(), words, valid_micros });
        }
    });
    found.sort_by_key(|entry| entry.range.span());
    found
}

type Valid = (Option<i64>, Option<i64>);

fn words(says: &Says<'_>, manifest: &Manifest) -> (Vec<(&'static str, String)>, Valid) {
    let mut valid = (None, None);
    let all: Vec<(&'static str, String)> = match says {
        Says::Tag(tag) => vec![
            ("region", tag.region.to_owned()),
            ("service tag", tag.name.to_owned()),
            ("service", tag.service.to_owned()),
        ],
        Says::Place(place) => vec![
            ("country", place.country.to_owned()),
            ("place", place.place.to_owned()),
            ("owner", place.owner.to_owned()),
        ],
        Says::Threat(threat) => {
            let lasts = manifest.given.lasts_days.map(|days| {
                let since = threat.valid_from_micros.unwrap_or(manifest.as_of_micros);
                since.saturating_add(i64::from(days) * 86_400_000_000)
            });
            valid = (threat.valid_from_micros, threat.valid_until_micros.or(lasts));
            let otherwise = manifest.given.threat_kind.or_else(|| ThreatKind::of_words([&*manifest.source]));
            let kind = threat.kind.or(otherwise).unwrap_or(ThreatKind::WatchList);
            let number = |number: Option<u16>| number.map(|number| number.to_string()).unwrap_or_default();
            vec![
                ("threat", kind.word().to_owned()),
                ("description", threat.description.to_owned()),
                ("domain", threat.dns_domain.to_owned()),
                ("url", threat.url.to_owned()),
                ("port", number(threat.port)),
                ("confidence", number(threat.confidence.map(u16::from))),
            ]
        }
        Says::Allowed => vec![("allowed", "true".to_owned())],
    };
    (all.into_iter().filter(|(_, text)| !text.is_empty()).collect(), valid)
}

/// What an entry decided, and what it did not and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decided {
    /// Names of the words that are its.
    pub words: Vec<&'static str>,
    /// Why the others are not; blank where there are none.
    pub not: String,
}

/// Which entries decided what `lookups` says of an address, of all files that hold, in their order, each with its
/// entries around the address. `micros` is the time that was asked about.
pub fn decided(files: &[(&Manifest, Vec<Around>)], lookups: &Lookups, address: Address) -> Vec<Vec<Decided>> {
    let facts = lookups.look_up(address);
    let threat = facts.threat.map(|threat| lookups.threat(threat));
    let text = |word| lookups.text(word);
    let wanted: [(&'static str, &str); 6] = [
        ("region", text(facts.azure_region)),
        ("service tag", text(facts.service_tag)),
        ("country", text(facts.country)),
        ("place", text(facts.place)),
        ("owner", text(facts.owner)),
        ("threat", threat.map_or("", |threat| threat.kind.word())),
    ];
    let mut open: Vec<(&'static str, &str)> =
        wanted.into_iter().filter(|(_, text)| !text.is_empty()).collect();
    let is_allowed = files.iter().any(|(file, found)| file.kind == FeedKind::Allow && !found.is_empty());
    let mut all = Vec::new();
    for (file, found) in files {
        let mut told = Vec::new();
        for entry in found {
            let mut decided = Decided::default();
            for (name, text) in &entry.words {
                let own = |(wanted, word): &(&'static str, &str)| wanted == name && word == text;
                let same_feed = *name != "threat"
                    || threat.is_some_and(|threat| {
                        *threat.source == *file.source
                            && (threat.valid_from_micros, threat.port) == (entry.valid_micros.0, port(entry))
                    });
                if let Some(position) = open.iter().position(own).filter(|_| same_feed) {
                    open.remove(position);
                    decided.words.push(name);
                }
            }
            decided.not = match file.kind {
                FeedKind::Allow => "threats are not told of it".to_owned(),
                FeedKind::Threats if decided.words.is_empty() && is_allowed => {
                    "an allow list has it".to_owned()
                }
                FeedKind::Threats if decided.words.is_empty() && !holds(entry, lookups) => {
                    "it does not hold at that time".to_owned()
                }
                _ if decided.words.is_empty() => "another entry decided".to_owned(),
                _ => String::new(),
            };
            told.push(decided);
        }
        all.push(told);
    }
    all
}

fn port(entry: &Around) -> Option<u16> {
    entry.words.iter().find(|(name, _)| *name == "port").and_then(|(_, port)| port.parse().ok())
}

fn holds(entry: &Around, lookups: &Lookups) -> bool {
    let (from, until) = entry.valid_micros;
    let now = lookups.micros();
    from.is_none_or(|from| crate::threat::hour_of(from) <= now) && until.is_none_or(|until| now < until)
}
