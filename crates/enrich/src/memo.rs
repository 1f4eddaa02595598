use weir_decode::Address;

use crate::{Decoration, Decorator, Ends};

/// What was found for the last pair of addresses: rows come sorted by it, and a pair is seen from few places.
#[derive(Debug, Default)]
pub struct Memo {
    pair: Option<(Address, Address)>,
    known: Vec<(usize, Ends, Decoration)>,
}

impl Memo {
    /// Decorates a flow, unless the same was asked for since the pair was another. `inventory` tells one decorator from
    /// the others.
    pub fn decorate(&mut self, inventory: usize, decorator: &Decorator, ends: &Ends) -> Decoration {
        let pair = Some((ends.src, ends.dest));
        if self.pair != pair {
            self.pair = pair;
            self.known.clear();
        }
        let known = self.known.iter().find(|(number, known, _)| *number == inventory && known == ends);
        if let Some((_, _, decoration)) = known {
            return *decoration;
        }
        let decoration = decorator.decorate(ends);
        // A pair that is seen from everywhere, such as a broadcast, must not make every search a long one.
        if self.known.len() < 8 {
            self.known.push((inventory, *ends, decoration));
        }
        decoration
    }
}
