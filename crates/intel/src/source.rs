//! One file of a feed, ready to be searched.

use std::sync::Arc;

use hashbrown::{HashMap, HashSet};
use serde::{Deserialize, Serialize};
use weir_decode::Address;

use crate::entry::{Entry, PlaceEntry, Says, TagEntry, ThreatEntry};
use crate::table::{RangeTable, RangesBuilder};
use crate::words::{Words, WordsBuilder};
use crate::{FeedKind, Threat, ThreatKind, WordId};

/// Entries around one address that are told apart: of more, the largest ranges are left out.
const COVERING_MAX: usize = 64;
/// Indicators of one feed that are kept for one address: of more, the largest ranges are left out.
const THREATS_MAX: usize = 8;

type Map<Key, Value> = HashMap<Key, Value, foldhash::fast::RandomState>;

/// One file of a feed. Words and threats have numbers of its own. It can be kept: what is read back is searched alike.
#[derive(Debug, Serialize, Deserialize)]
pub struct Source {
    pub(crate) kind: FeedKind,
    #[serde(with = "crate::kept::text")]
    pub(crate) name: Arc<str>,
    pub(crate) words: Words,
    pub(crate) ranges: RangeTable,
    pub(crate) tags: Vec<TagFacts>,
    pub(crate) places: Vec<PlaceFacts>,
    #[serde(with = "crate::kept::threats")]
    pub(crate) threats: Vec<Threat>,
    /// Numbers of threats, list after list, and where each list ends.
    lists: Vec<u32>,
    list_ends: Vec<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct TagFacts {
    pub(crate) region: WordId,
    pub(crate) tag: WordId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct PlaceFacts {
    pub(crate) country: WordId,
    pub(crate) place: WordId,
    pub(crate) owner: WordId,
}

impl Source {
    /// The feed that it is of.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What kind of feed it is of.
    pub fn kind(&self) -> FeedKind {
        self.kind
    }

    /// Pieces into which its ranges were cut.
    pub fn pieces(&self) -> usize {
        self.ranges.pieces()
    }

    /// The indicators around an address, the smallest range first.
    pub(crate) fn threats_at(&self, address: Address) -> &[u32] {
        let Some(list) = self.ranges.find(address) else { return &[] };
        let start = list.checked_sub(1).map_or(0, |before| self.list_ends[before as usize]);
        &self.lists[start as usize..self.list_ends[list as usize] as usize]
    }

    pub(crate) fn bytes(&self) -> usize {
        let mut texts: HashSet<*const u8, foldhash::fast::RandomState> = HashSet::default();
        let mut text = |text: &Arc<str>| match texts.insert(text.as_ptr()) {
            // Two counters stand before the text.
            true => text.len() + 2 * size_of::<usize>(),
            false => 0,
        };
        let threats = self.threats.iter();
        let texts: usize = threats
            .map(|t| text(&t.description) + text(&t.dns_domain) + text(&t.url) + text(&t.source))
            .sum();
        texts
            + self.words.bytes()
            + self.ranges.bytes()
            + self.tags.capacity() * size_of::<TagFacts>()
            + self.places.capacity() * size_of::<PlaceFacts>()
            + self.threats.capacity() * size_of::<Threat>()
            + (self.lists.capacity() + self.list_ends.capacity()) * size_of::<u32>()
    }
}

/// Takes the entries of a file.
#[derive(Debug)]
pub struct SourceBuilder {
    kind: FeedKind,
    name: Arc<str>,
    /// The type of indicators that tell none.
    otherwise: ThreatKind,
    words: WordsBuilder,
    ranges: RangesBuilder,
    places: Vec<PlaceFacts>,
    place_numbers: Map<PlaceFacts, u32>,
    tags: Vec<Tag>,
    threats: Vec<Threat>,
    threat_numbers: Map<Threat, u32>,
    texts: HashSet<Arc<str>, foldhash::fast::RandomState>,
}

#[derive(Debug, Clone)]
struct Tag {
    facts: TagFacts,
    name: Box<str>,
    has_service: bool,
    /// Addresses of all its ranges.
    size: u128,
}

impl SourceBuilder {
    /// A file of a feed that is called so.
    pub fn new(kind: FeedKind, name: &str) -> Self {
        SourceBuilder {
            kind,
            name: name.into(),
            otherwise: ThreatKind::WatchList,
            words: WordsBuilder::default(),
            ranges: RangesBuilder::default(),
            places: Vec::new(),
            place_numbers: Map::default(),
            tags: Vec::new(),
            threats: Vec::new(),
            threat_numbers: Map::default(),
            texts: HashSet::default(),
        }
    }

    /// The type of indicators that tell none.
    pub fn otherwise(mut self, kind: ThreatKind) -> Self {
        self.otherwise = kind;
        self
    }

    /// Gives an end to the indicators that tell none: so many days after they begin, or after `since_micros` where they
    /// tell no beginning.
    pub fn end_after(&mut self, since_micros: i64, days: u32) {
        let lasts = i64::from(days) * 86_400_000_000;
        for threat in &mut self.threats {
            let since = threat.valid_from_micros.unwrap_or(since_micros);
            threat.valid_until_micros.get_or_insert(since.saturating_add(lasts));
        }
    }

    /// Takes an entry. One of another kind than the feed is left out.
    pub fn add(&mut self, entry: &Entry<'_>) {
        let value = match (&entry.says, self.kind) {
            (Says::Tag(tag), FeedKind::ServiceTags) => self.tag(tag, entry.range.span()),
            (Says::Place(place), FeedKind::Geography) => self.place(place),
            (Says::Threat(threat), FeedKind::Threats) => self.threat(threat),
            (Says::Allowed, FeedKind::Allow) => 0,
            _ => return,
        };
        self.ranges.add(entry.range, value);
    }

    /// Ranges so far.
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn tag(&mut self, entry: &TagEntry<'_>, span: u128) -> u32 {
        let position = entry.tag as usize;
        if position >= self.tags.len() {
            let blank = TagFacts { region: WordId::default(), tag: WordId::default() };
            let blank = Tag { facts: blank, name: "".into(), has_service: false, size: 0 };
            self.tags.resize(position + 1, blank);
        }
        if self.tags[position].name.is_empty() {
            let facts =
                TagFacts { region: self.words.number(entry.region), tag: self.words.number(entry.name) };
            let has_service = !entry.service.is_empty();
            self.tags[position] = Tag { facts, name: entry.name.into(), has_service, size: 0 };
        }
        let tag = &mut self.tags[position];
        tag.size = tag.size.saturating_add(span).saturating_add(1);
        entry.tag
    }

    fn place(&mut self, entry: &PlaceEntry<'_>) -> u32 {
        let facts = PlaceFacts {
            country: self.words.number(entry.country),
            place: self.words.number(entry.place),
            owner: self.words.number(entry.owner),
        };
        *self.place_numbers.entry(facts).or_insert_with(|| {
            self.places.push(facts);
            self.places.len() as u32 - 1
        })
    }

    fn threat(&mut self, entry: &ThreatEntry<'_>) -> u32 {
        let threat = Threat {
            kind: entry.kind.unwrap_or(self.otherwise),
            description: self.text(entry.description),
            dns_domain: self.text(entry.dns_domain),
            url: self.text(entry.url),
            port: entry.port,
            confidence: entry.confidence,
            valid_from_micros: entry.valid_from_micros,
            valid_until_micros: entry.valid_until_micros,
            source: self.name.clone(),
        };
        if let Some(number) = self.threat_numbers.get(&threat) {
            return *number;
        }
        let number = self.threats.len() as u32;
        self.threats.push(threat.clone());
        self.threat_numbers.insert(threat, number);
        number
    }

    fn text(&mut self, text: &str) -> Arc<str> {
        self.texts.get_or_insert_with(text, |text| Arc::from(text)).clone()
    }

    /// The whole hours at which its indicators begin or end to hold.
    pub fn changes(&self) -> impl Iterator<Item = i64> + '_ {
        self.threats.iter().flat_map(|threat| {
            let (from, until) = threat.hours();
            from.into_iter().chain(until)
        })
    }

    /// The file, ready to be searched.
    pub fn finish(self) -> Source {
        let SourceBuilder { kind, name, words, mut ranges, places, tags, mut threats, .. } = self;
        let mut chosen = Vec::new();
        let (mut lists, mut list_ends) = (Vec::new(), Vec::new());
        let ranges = match kind {
            FeedKind::Geography | FeedKind::Allow => ranges.smallest(),
            FeedKind::ServiceTags => {
                let mut numbers: Map<TagFacts, u32> = Map::default();
                let ranks = ranks(&tags);
                ranges.sort_by_key(|tag| ranks[tag as usize]);
                ranges.cut(COVERING_MAX, |covering| {
                    let facts = most_specific(covering, &tags);
                    *numbers.entry(facts).or_insert_with(|| {
                        chosen.push(facts);
                        chosen.len() as u32 - 1
                    })
                })
            }
            FeedKind::Threats => {
                let mut numbers: Map<Vec<u32>, u32> = Map::default();
                let mut list = |covering: &[u32]| {
                    lists.extend_from_slice(covering);
                    list_ends.push(lists.len() as u32);
                    list_ends.len() as u32 - 1
                };
                // Nearly all addresses have one threat, whose list has the number of the threat.
                (0..threats.len() as u32).for_each(|threat| {
                    list(&[threat]);
                });
                ranges.cut(THREATS_MAX, |covering| match covering {
                    [threat] => *threat,
                    several => *numbers.entry_ref(several).or_insert_with(|| list(several)),
                })
            }
        };
        threats.shrink_to_fit();
        lists.shrink_to_fit();
        list_ends.shrink_to_fit();
        Source { kind, name, words: words.finish(), ranges, tags: chosen, places, threats, lists, list_ends }
    }
}

/// The order of tags that have one range in common, as the published file has many: that of a region before that of all
/// of them, then the one with fewer addresses, which says more, then by name.
fn ranks(tags: &[Tag]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..tags.len() as u32).collect();
    let key = |tag: &u32| {
        let tag = &tags[*tag as usize];
        (tag.facts.region.is_blank(), tag.size, &tag.name)
    };
    order.sort_by(|a, b| key(a).cmp(&key(b)));
    let mut ranks = vec![0; tags.len()];
    for (rank, tag) in (0..).zip(order) {
        ranks[tag as usize] = rank;
    }
    ranks
}

/// What the tags around an address come to, the most specific one first: the first region, and the first tag that is
/// about a service, or else the first of all.
fn most_specific(covering: &[u32], tags: &[Tag]) -> TagFacts {
    let mut around = covering.iter().map(|tag| &tags[*tag as usize]);
    let region = around.clone().map(|tag| tag.facts.region).find(|region| !region.is_blank());
    let tag = around.clone().find(|tag| tag.has_service).or_else(|| around.next());
    TagFacts { region: region.unwrap_or_default(), tag: tag.map(|tag| tag.facts.tag).unwrap_or_default() }
}
