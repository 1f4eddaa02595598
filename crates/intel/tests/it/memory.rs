//! What all tables together hold, at the size of a large installation.

use std::sync::Arc;
use std::time::{Duration, Instant};

use weir_decode::Address;
use weir_intel::{
    AddressRange, Entry, FeedKind, Lookups, Place, PlaceEntry, Says, Source, SourceBuilder, TagEntry,
    ThreatEntry, ThreatKind,
};

use super::NOW;

/// Draws numbers that look like none.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as u32
    }
}

/// Time that this thread was on a processor, where Linux tells it.
fn processor_time() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(told.split(' ').next()?.parse().ok()?))
}

fn add(builder: &mut SourceBuilder, range: AddressRange, says: Says<'_>) {
    builder.add(&Entry { range, place: Place::Tree, says });
}

fn finish(what: &str, builder: SourceBuilder) -> Arc<Source> {
    let (began, ranges) = (Instant::now(), builder.len());
    let source = builder.finish();
    eprintln!("{what}: {ranges} ranges, {} pieces, cut in {:?}", source.pieces(), began.elapsed());
    Arc::new(source)
}

/// Half a million indicators, nearly each with words of its own.
fn threats(dice: &mut Dice) -> Arc<Source> {
    let mut builder = SourceBuilder::new(FeedKind::Threats, "list");
    for number in 0..500_000_u32 {
        let description = format!("family {} of campaign {number}", number % 700);
        let says = ThreatEntry {
            kind: Some(ThreatKind::Malware),
            description: &description,
            port: Some((number % 9_000) as u16),
            ..ThreatEntry::default()
        };
        add(&mut builder, AddressRange::single(Address::from_ipv4(dice.next())), Says::Threat(says));
    }
    finish("threats", builder)
}

/// As many blocks as a country or ASN database has: of IPv4, and of IPv6.
fn blocks<'a>(dice: &mut Dice, what: &str, says: impl Fn(u32) -> PlaceEntry<'a>) -> Arc<Source> {
    let mut builder = SourceBuilder::new(FeedKind::Geography, what);
    let mut start = 0_u32;
    while let Some(next) = start.checked_add(2_048 + dice.next() % 16_384) {
        add(&mut builder, AddressRange::Four(start, next - 1), Says::Place(says(dice.next())));
        start = next;
    }
    for number in 0..200_000_u128 {
        let first = 0x2000_u128 << 112 | number << 92;
        add(&mut builder, AddressRange::Six(first, first | ((1 << 92) - 1)), Says::Place(says(dice.next())));
    }
    finish(what, builder)
}

/// Three thousand tags with ninety-three thousand prefixes.
fn tags(dice: &mut Dice) -> Arc<Source> {
    let mut builder = SourceBuilder::new(FeedKind::ServiceTags, "Azure Public");
    for tag in 0..3_000 {
        let (service, region) = (format!("Service{}", tag / 60), format!("region{}", tag % 60));
        let name = format!("{service}.{region}");
        for _ in 0..31 {
            let first = dice.next() & 0xffff_f000;
            let range = AddressRange::Four(first, first | 0xfff >> (dice.next() % 13));
            let says = TagEntry { tag, name: &name, region: &region, service: &service };
            add(&mut builder, range, Says::Tag(says));
        }
    }
    finish("service tags", builder)
}

#[test]
fn all_lookups_together_are_under_500_megabytes() {
    let mut dice = Dice(7);
    let countries: Vec<String> =
        (0..250_u8).map(|n| format!("{}{}", (b'a' + n % 26) as char, (b'a' + n / 26) as char)).collect();
    let owners: Vec<String> = (0..80_000).map(|number| format!("Organisation number {number}")).collect();
    let country = |draw: u32| PlaceEntry { country: &countries[draw as usize % 250], place: "", owner: "" };
    let owner = |draw: u32| PlaceEntry { country: "", place: "", owner: &owners[draw as usize % 80_000] };
    let sources = [
        threats(&mut dice),
        tags(&mut dice),
        blocks(&mut dice, "countries", country),
        blocks(&mut dice, "owners", owner),
    ];
    let lookups = Lookups::new(&sources, NOW);
    eprintln!("together: {} bytes", lookups.bytes());
    assert!(lookups.bytes() < 200_000_000, "{}", lookups.bytes());
    const ASKED: u32 = 200_000;
    let (began, busy) = (Instant::now(), processor_time());
    let mut known = 0_u32;
    for _ in 0..ASKED {
        let facts = lookups.look_up(Address::from_ipv4(dice.next()));
        known += u32::from(!facts.country.is_blank()) + u32::from(facts.threat.is_some());
    }
    // Of a processor, where the system tells: others may be busy here.
    let took = processor_time().zip(busy).map_or_else(|| began.elapsed(), |(now, then)| now - then);
    let each = took / ASKED;
    eprintln!("a lookup: {each:?}");
    assert!(known > ASKED / 2);
    // A walk through a table would take a thousand.
    assert!(each.as_micros() < 100, "{each:?}");
}
