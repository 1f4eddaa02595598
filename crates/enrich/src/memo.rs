use weir_decode::Address;

use crate::{Decoration, Decorator, Ends, PublicKind};

/// Which inventory, and which feeds.
pub type Version = (usize, Option<usize>);

/// What was found for the last pair of addresses: rows come sorted by it, and a pair is seen from few places.
#[derive(Debug, Default)]
pub struct Memo {
    pair: Option<(Address, Address)>,
    known: Vec<(Version, Ends, Decoration)>,
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
        let decoration = decorator.decorate(ends, public);
        // A pair that is seen from everywhere, such as a broadcast, must not make every search a long one.
        if self.known.len() < 8 {
            self.known.push((version, *ends, decoration));
        }
        decoration
    }
}
