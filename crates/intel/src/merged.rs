//! What all files say of IPv4 addresses, threats apart, put together: one search instead of one in each file.

use crate::AddressFacts;
use crate::table::FirstHalves;

/// From `starts[i]` to the next start holds `facts[i]`; before the first one nothing is known.
#[derive(Debug, Default)]
pub(crate) struct Merged {
    starts: Vec<u32>,
    halves: FirstHalves,
    facts: Vec<AddressFacts>,
}

impl Merged {
    /// Puts together what changes at some places. `look_up` tells what holds from such a place on.
    pub(crate) fn of(mut places: Vec<u32>, look_up: impl Fn(u32) -> AddressFacts) -> Self {
        // They come as a few sorted lists, one behind the other, of which this sort makes use.
        places.sort();
        places.dedup();
        let (mut starts, mut facts) = (Vec::with_capacity(places.len()), Vec::with_capacity(places.len()));
        for place in places {
            let here = look_up(place);
            if facts.last() != Some(&here) {
                starts.push(place);
                facts.push(here);
            }
        }
        starts.shrink_to_fit();
        facts.shrink_to_fit();
        Merged { halves: FirstHalves::of(&starts), starts, facts }
    }

    pub(crate) fn find(&self, number: u32) -> AddressFacts {
        let after = self.halves.count_up_to(&self.starts, number);
        after.checked_sub(1).map(|piece| self.facts[piece]).unwrap_or_default()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.starts.capacity() * size_of::<u32>()
            + self.facts.capacity() * size_of::<AddressFacts>()
            + self.halves.bytes()
    }
}
