//! What all feeds together say of an address.

use std::sync::{Arc, OnceLock, Weak};

use weir_decode::Address;

use crate::merged::Merged;
use crate::source::Source;
use crate::words::{Words, WordsBuilder};
use crate::{FeedKind, Threat, ThreatId, WordId};

/// What all feeds say at one time. Immutable, shared by threads; a copy costs nothing.
#[derive(Debug, Clone, Default)]
pub struct Lookups {
    shared: Arc<Shared>,
    /// The time that it is asked about, for threats that end.
    micros: i64,
}

/// [`Lookups`] that others may hold.
#[derive(Debug, Clone)]
pub struct WeakLookups(Weak<Shared>);

impl WeakLookups {
    /// What the files say at a time, microseconds since the Unix epoch, if somebody holds it.
    pub fn at(&self, micros: i64) -> Option<Lookups> {
        Some(Lookups { shared: self.0.upgrade()?, micros })
    }
}

/// The files that hold at a time, those that decide first in front.
#[derive(Debug, Default)]
struct Shared {
    tags: Vec<Part>,
    places: Vec<Part>,
    threats: Vec<Part>,
    allowed: Vec<Part>,
    words: Words,
    /// Tags and places together, once that is asked for.
    merged: OnceLock<Merged>,
}

/// A file, and what its numbers are here.
#[derive(Debug)]
struct Part {
    source: Arc<Source>,
    /// By number of the file's own words, the blank one first.
    words: Vec<WordId>,
    /// The number of its first threat.
    first_threat: u32,
}

/// What is known of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct AddressFacts {
    /// Whether it is in a range that the cloud publishes.
    pub azure: bool,
    /// The region of the cloud, lower case without spaces; blank where the tags have none.
    pub azure_region: WordId,
    /// The most specific tag that is about a service, such as `Storage.WestEurope`, or else of any.
    pub service_tag: WordId,
    /// Two letters of ISO 3166-1, lower case.
    pub country: WordId,
    /// `city, region`, or one of them; blank where no feed tells.
    pub place: WordId,
    /// The organisation, as the feed spells it.
    pub owner: WordId,
    /// What is held against it, whether it is the cloud's or not.
    pub threat: Option<ThreatId>,
}

impl Lookups {
    /// No feed at all.
    pub fn empty() -> Self {
        Lookups::default()
    }

    /// What these files say together at a time, microseconds since the Unix epoch. Of several that speak of one thing
    /// the first one decides.
    pub fn new(sources: &[Arc<Source>], micros: i64) -> Self {
        let mut shared = Shared::default();
        let mut words = WordsBuilder::default();
        let mut first_threat = 0;
        for source in sources {
            let blank = std::iter::once(WordId::default());
            let part = Part {
                source: source.clone(),
                words: blank.chain(source.words.iter().map(|word| words.number(word))).collect(),
                first_threat,
            };
            first_threat += source.threats.len() as u32;
            match source.kind {
                FeedKind::ServiceTags => shared.tags.push(part),
                FeedKind::Geography => shared.places.push(part),
                FeedKind::Threats => shared.threats.push(part),
                FeedKind::Allow => shared.allowed.push(part),
            }
        }
        shared.words = words.finish();
        Lookups { shared: Arc::new(shared), micros }
    }

    /// The same files at another time, at which no other file holds.
    pub fn at(&self, micros: i64) -> Self {
        Lookups { shared: self.shared.clone(), micros }
    }

    /// Whether the words of both have the same numbers, as they are made of the same files.
    pub fn shares_words_with(&self, other: &Lookups) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// What these files say, to be found again as long as somebody holds it.
    pub fn downgrade(&self) -> WeakLookups {
        WeakLookups(Arc::downgrade(&self.shared))
    }

    /// The time that it is asked about, microseconds since the Unix epoch.
    pub fn micros(&self) -> i64 {
        self.micros
    }

    /// Whether there is no feed, and nothing is known of any address.
    pub fn is_empty(&self) -> bool {
        let Shared { tags, places, threats, .. } = &*self.shared;
        tags.is_empty() && places.is_empty() && threats.is_empty()
    }

    /// Puts the tables of all files together, so that an address is looked up in half the time: worth its tenth of a second
    /// where a million will be.
    pub fn merge(&self) {
        let shared = &self.shared;
        shared.merged.get_or_init(|| {
            let parts = shared.tags.iter().chain(&shared.places);
            let places = parts.flat_map(|part| part.source.ranges.four_starts()).copied().collect();
            Merged::of(places, |number| self.searched(Address::from_ipv4(number)))
        });
    }

    /// What is known of an address; nothing is allocated.
    pub fn look_up(&self, address: Address) -> AddressFacts {
        let facts = match (address.ipv4(), self.shared.merged.get()) {
            (Some(number), Some(merged)) => merged.find(number),
            _ => self.searched(address),
        };
        AddressFacts { threat: self.threat_at(address), ..facts }
    }

    /// What is known of an address but for threats: a search in a table for each file.
    fn searched(&self, address: Address) -> AddressFacts {
        let mut facts = AddressFacts::default();
        for part in &self.shared.tags {
            if let Some(found) = part.source.ranges.find(address) {
                let found = &part.source.tags[found as usize];
                facts.azure = true;
                facts.azure_region = part.word(found.region);
                facts.service_tag = part.word(found.tag);
                break;
            }
        }
        for part in &self.shared.places {
            let Some(found) = part.source.ranges.find(address) else { continue };
            let found = &part.source.places[found as usize];
            let country = part.word(found.country);
            if facts.country.is_blank() {
                facts.country = country;
            }
            // A city of another country would make nonsense of both.
            if facts.place.is_blank() && (country.is_blank() || country == facts.country) {
                facts.place = part.word(found.place);
            }
            if facts.owner.is_blank() {
                facts.owner = part.word(found.owner);
            }
        }
        facts
    }

    /// The threat that holds at an address now. Within a feed that of the smallest range; of several feeds that of
    /// which the feed is most sure, then that of the first one.
    fn threat_at(&self, address: Address) -> Option<ThreatId> {
        let mut best: Option<(u8, ThreatId)> = None;
        for part in &self.shared.threats {
            let around = part.source.threats_at(address).iter();
            let mut holding = around
                .map(|number| (*number, &part.source.threats[*number as usize]))
                .filter(|(_, threat)| threat.holds_at(self.micros));
            if let Some((number, threat)) = holding.next() {
                let sure = threat.confidence.unwrap_or(CONFIDENCE_USUAL);
                if best.is_none_or(|(other, _)| sure > other) {
                    best = Some((sure, ThreatId(part.first_threat + number)));
                }
            }
        }
        let (_, threat) = best?;
        let allowed = self.shared.allowed.iter().any(|part| part.source.ranges.find(address).is_some());
        (!allowed).then_some(threat)
    }

    /// The text of a word.
    pub fn text(&self, word: WordId) -> &str {
        self.shared.words.get(word)
    }

    /// How many words there are, the blank one included.
    pub fn words(&self) -> usize {
        self.shared.words.len()
    }

    /// What is held against an address.
    pub fn threat(&self, threat: ThreatId) -> &Threat {
        let parts = &self.shared.threats;
        let part = &parts[parts.partition_point(|part| part.first_threat <= threat.0) - 1];
        &part.source.threats[(threat.0 - part.first_threat) as usize]
    }

    /// Everything that is held against an address at any time, unless an allow list has it: what a hunt looks for.
    pub fn threats_around(&self, address: Address) -> impl Iterator<Item = &Threat> {
        let allowed = self.shared.allowed.iter().any(|part| part.source.ranges.find(address).is_some());
        let parts = self.shared.threats.iter().filter(move |_| !allowed);
        parts.flat_map(move |part| {
            let around = part.source.threats_at(address).iter();
            around.map(|number| &part.source.threats[*number as usize])
        })
    }

    /// Memory that all of it holds, in bytes.
    pub fn bytes(&self) -> usize {
        let Shared { tags, places, threats, allowed, words, merged } = &*self.shared;
        let parts = tags.iter().chain(places).chain(threats).chain(allowed);
        parts.map(|part| part.source.bytes() + part.words.capacity() * size_of::<WordId>()).sum::<usize>()
            + words.bytes()
            + merged.get().map_or(0, Merged::bytes)
    }
}

/// What a feed is taken for that does not say how sure it is.
const CONFIDENCE_USUAL: u8 = 50;

impl Part {
    fn word(&self, own: WordId) -> WordId {
        self.words[own.0 as usize]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::entry::{Entry, Place, PlaceEntry, Says, TagEntry, ThreatEntry};
    use crate::{AddressRange, SourceBuilder, ThreatKind};

    fn source(kind: FeedKind, name: &str, entries: &[(&str, Says<'_>)]) -> Arc<Source> {
        let mut builder = SourceBuilder::new(kind, name);
        for (range, says) in entries {
            let range = AddressRange::parse(range).unwrap();
            builder.add(&Entry { range, place: Place::Line(1), says: says.clone() });
        }
        Arc::new(builder.finish())
    }

    fn address(text: &str) -> Address {
        Address::parse(text.as_bytes()).unwrap()
    }

    fn tag(tag: u32, name: &'static str, region: &'static str, service: &'static str) -> Says<'static> {
        Says::Tag(TagEntry { tag, name, region, service })
    }

    fn place(country: &'static str, place: &'static str, owner: &'static str) -> Says<'static> {
        Says::Place(PlaceEntry { country, place, owner })
    }

    #[test]
    fn the_most_specific_tag_is_told() {
        let cloud = tag(0, "AzureCloud", "", "");
        let west = tag(1, "AzureCloud.westeurope", "westeurope", "");
        let storage = tag(2, "Storage", "", "AzureStorage");
        let storage_west = tag(3, "Storage.WestEurope", "westeurope", "AzureStorage");
        let tags = source(
            FeedKind::ServiceTags,
            "Public",
            &[
                ("20.60.26.0/23", cloud.clone()),
                ("20.60.26.0/23", west.clone()),
                ("20.60.0.0/16", storage),
                ("20.60.26.0/23", storage_west),
                ("20.101.0.0/16", cloud),
                ("20.101.0.0/16", west),
            ],
        );
        let lookups = Lookups::new(&[tags], 0);
        for (text, azure, region, tag) in [
            ("20.60.26.36", true, "westeurope", "Storage.WestEurope"),
            ("20.60.99.1", true, "", "Storage"),
            ("20.101.57.9", true, "westeurope", "AzureCloud.westeurope"),
            ("20.102.0.0", false, "", ""),
        ] {
            let facts = lookups.look_up(address(text));
            assert_eq!(
                (facts.azure, lookups.text(facts.azure_region), lookups.text(facts.service_tag)),
                (azure, region, tag),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn tables_put_together_say_what_they_said(
            files in prop::collection::vec((any::<bool>(), ranges()), 1..5),
        ) {
            let source = |(tags, ranges): &(bool, Vec<(AddressRange, usize)>)| {
                const WORDS: [&str; 4] = ["", "de", "fr", "nl"];
                let kind = if *tags { FeedKind::ServiceTags } else { FeedKind::Geography };
                let mut builder = SourceBuilder::new(kind, "file");
                for (range, say) in ranges {
                    let says = match tags {
                        true => tag(*say as u32, WORDS[say % 3 + 1], WORDS[say % 4], ""),
                        false => place(WORDS[say % 4], WORDS[say / 4 % 4], WORDS[say / 16 % 4]),
                    };
                    builder.add(&Entry { range: *range, place: Place::Line(1), says });
                }
                Arc::new(builder.finish())
            };
            let sources: Vec<Arc<Source>> = files.iter().map(source).collect();
            let (apart, together) = (Lookups::new(&sources, 0), Lookups::new(&sources, 0));
            together.merge();
            for number in (0..64).chain(u32::MAX - 1..=u32::MAX) {
                for address in [Address::from_ipv4(number), Address::from_ipv6(number.into())] {
                    prop_assert_eq!(together.look_up(address), apart.look_up(address), "{}", address);
                }
            }
        }
    }

    /// Ranges of few addresses, and the numbers of what they say.
    fn ranges() -> impl Strategy<Value = Vec<(AddressRange, usize)>> {
        let range = (0u32..60, 0u32..60, any::<bool>())
            .prop_map(|(a, b, last)| AddressRange::Four(a.min(b), if last { u32::MAX } else { a.max(b) }));
        prop::collection::vec((range, 0usize..64), 0..12)
    }

    #[test]
    fn files_complete_one_another() {
        let cities = source(
            FeedKind::Geography,
            "cities",
            &[
                ("192.0.2.0/25", place("de", "Ulm, Baden-Württemberg", "")),
                ("192.0.2.128/25", place("fr", "Metz", "")),
            ],
        );
        let countries = source(FeedKind::Geography, "countries", &[("192.0.0.0/16", place("de", "", ""))]);
        let owners =
            source(FeedKind::Geography, "owners", &[("192.0.2.0/24", place("", "", "packet host inc."))]);
        let told = |sources: &[Arc<Source>], text: &str| {
            let lookups = Lookups::new(sources, 0);
            let facts = lookups.look_up(address(text));
            [facts.country, facts.place, facts.owner].map(|word| lookups.text(word).to_owned())
        };
        let all = [countries, owners, cities];
        assert_eq!(told(&all, "192.0.2.9"), ["de", "Ulm, Baden-Württemberg", "packet host inc."]);
        assert_eq!(told(&all, "192.0.2.200"), ["de", "", "packet host inc."], "Metz is not in Germany");
        assert_eq!(told(&all, "192.0.3.1"), ["de", "", ""]);
        assert_eq!(told(&all, "2001:db8::1"), ["", "", ""]);
        // Equal words of two files have one number.
        let lookups = Lookups::new(&all, 0);
        let (one, other) = (lookups.look_up(address("192.0.2.9")), lookups.look_up(address("192.0.3.1")));
        assert_eq!(one.country, other.country);
    }

    #[test]
    fn threats_hold_for_their_time_and_unless_they_are_allowed() {
        const HOUR: i64 = 3_600_000_000;
        let threat = |kind, confidence, until: Option<i64>| {
            Says::Threat(ThreatEntry {
                kind: Some(kind),
                confidence,
                valid_until_micros: until,
                ..ThreatEntry::default()
            })
        };
        let one = source(
            FeedKind::Threats,
            "one",
            &[
                ("198.51.100.0/24", threat(ThreatKind::WatchList, None, None)),
                ("198.51.100.7", threat(ThreatKind::C2, Some(80), Some(2 * HOUR))),
            ],
        );
        let other = source(
            FeedKind::Threats,
            "other",
            &[
                ("198.51.100.7", threat(ThreatKind::Malware, Some(70), None)),
                ("198.51.100.9", threat(ThreatKind::Malware, None, None)),
            ],
        );
        let allowed = source(FeedKind::Allow, "scanners", &[("198.51.100.8/31", Says::Allowed)]);
        let lookups = Lookups::new(&[one, other, allowed], 0);
        let told = |micros: i64, text: &str| {
            let lookups = lookups.at(micros);
            lookups.look_up(address(text)).threat.map(|threat| {
                let threat = lookups.threat(threat);
                (threat.kind, threat.source.to_string())
            })
        };
        assert_eq!(told(0, "198.51.100.7"), Some((ThreatKind::C2, "one".to_owned())));
        assert_eq!(told(2 * HOUR, "198.51.100.7"), Some((ThreatKind::Malware, "other".to_owned())));
        assert_eq!(told(0, "198.51.100.9"), None);
        assert_eq!(told(0, "198.51.100.10"), Some((ThreatKind::WatchList, "one".to_owned())));
        assert_eq!(told(0, "198.51.101.0"), None);
    }

    #[test]
    fn nothing_is_known_without_feeds() {
        let lookups = Lookups::empty();
        assert!(lookups.is_empty());
        assert_eq!(lookups.look_up(address("192.0.2.1")), AddressFacts::default());
        assert_eq!(lookups.text(WordId::default()), "");
    }
}
