use weir_decode::Address;

use crate::decorator::{Found, NetworkId};
use crate::{Decoration, Decorator, Ends, PublicKind};

/// Which inventory, and which feeds.
pub type Version = (usize, Option<usize>);

/// Addresses that are remembered.
const PLACES: usize = 1 << 10;

/// What was found for the last pair of addresses: rows come sorted by it, and a pair is seen from few places. And where
/// addresses were found: nearly all rows have an end among the few interfaces that log.
#[derive(Debug)]
pub struct Memo {
    pair: Option<(Address, Address)>,
    known: Vec<(Version, Ends, Decoration)>,
    /// By a hash of the address; a later one takes the place of an earlier one.
    places: Vec<Option<Sighting>>,
}

/// Where an address was found.
#[derive(Debug, Clone, Copy)]
struct Sighting {
    decorator: usize,
    address: Address,
    from: Viewpoint,
    found: Found,
}

/// Where it was looked at from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Viewpoint {
    Anywhere,
    Network(Option<NetworkId>),
}

impl Default for Memo {
    fn default() -> Self {
        Memo { pair: None, known: Vec::new(), places: vec![None; PLACES] }
    }
}

impl Memo {
    /// Decorates a flow, unless the same was asked for since the pair was another. `version` tells one decorator and
    /// what `public` asks from the others.
    pub fn decorate(
        &mut self,
        version: Version,
        decorator: &Decorator,
        ends: &Ends,
        public: impl FnMut(Address) -> PublicKind,
    ) -> Decoration {
        let pair = Some((ends.src, ends.dest));
        if self.pair != pair {
            self.pair = pair;
            self.known.clear();
        }
        let known =
            self.known.iter().find(|(known_version, known, _)| *known_version == version && known == ends);
        if let Some((_, _, decoration)) = known {
            return *decoration;
        }
        let places = &mut self.places;
        let find = |address, home| find(places, (version.0, decorator), address, home);
        let decoration = decorator.decorate_with(ends, find, public);
        // A pair that is seen from everywhere, such as a broadcast, must not make every search a long one.
        if self.known.len() < 8 {
            self.known.push((version, *ends, decoration));
        }
        decoration
    }
}

/// What [`Decorator::find`] finds, if need be.
fn find(
    places: &mut [Option<Sighting>],
    (number, decorator): (usize, &Decorator),
    address: Address,
    home: Option<NetworkId>,
) -> Found {
    let place = &mut places[place_of(address)];
    match place {
        Some(known)
            if known.address == address
                && known.decorator == number
                && (known.from == Viewpoint::Anywhere || known.from == Viewpoint::Network(home)) =>
        {
            known.found
        }
        _ => {
            let (from, found) = match decorator.is_nowhere(address) {
                true => (Viewpoint::Anywhere, Found::Nothing),
                false => (Viewpoint::Network(home), decorator.find(address, home)),
            };
            *place = Some(Sighting { decorator: number, address, from, found });
            found
        }
    }
}

fn place_of(address: Address) -> usize {
    let bits = address.bits();
    let mixed = (bits as u64 ^ (bits >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> (64 - PLACES.trailing_zeros())) as usize
}
