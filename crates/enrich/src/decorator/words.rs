//! The words that columns say of a side, each kept once.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use serde::{Deserialize, Serialize};

/// A word of a decorator, by number; the default is the blank one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Word(u32);

impl Word {
    /// Whether it is blank.
    pub fn is_blank(self) -> bool {
        self == Word::default()
    }
}

/// Texts by number.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Words {
    texts: Vec<Box<str>>,
    /// Only where words are added.
    #[serde(skip)]
    numbers: HashTable<u32>,
    #[serde(skip)]
    hasher: foldhash::fast::RandomState,
}

impl Default for Words {
    fn default() -> Self {
        let mut words = Words { texts: Vec::new(), numbers: HashTable::new(), hasher: Default::default() };
        words.number("");
        words
    }
}

impl Words {
    pub fn number(&mut self, text: &str) -> Word {
        let (texts, hasher) = (&mut self.texts, &self.hasher);
        let entry = self.numbers.entry(
            hasher.hash_one(text),
            |known| &*texts[*known as usize] == text,
            |known| hasher.hash_one(&*texts[*known as usize]),
        );
        match entry {
            hashbrown::hash_table::Entry::Occupied(known) => Word(*known.get()),
            hashbrown::hash_table::Entry::Vacant(vacant) => {
                let number = texts.len() as u32;
                vacant.insert(number);
                texts.push(text.into());
                Word(number)
            }
        }
    }

    pub fn text(&self, word: Word) -> &str {
        &self.texts[word.0 as usize]
    }

    /// Bytes they take.
    pub fn bytes(&self) -> usize {
        let texts: usize = self.texts.iter().map(|text| text.len()).sum();
        texts
            + self.texts.capacity() * size_of::<Box<str>>()
            + self.numbers.capacity() * (size_of::<u32>() + 1)
    }
}

/// What is said of a side, each a column of its own for the source and for the destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SideColumn {
    /// GUID.
    Subscription,
    /// Region, lower case.
    Region,
    /// `group/interface`
    Nic,
    /// `group/machine`
    Vm,
    /// `group/network/subnet`
    Subnet,
    /// `subscription/group/gateway`
    ApplicationGateway,
    /// `subscription/group/balancer`
    LoadBalancer,
    /// `subscription/group/gateway`
    LocalNetworkGateway,
    /// `subscription/group/circuit`
    ExpressRouteCircuit,
    /// `subscription/group/manager/group`, apart by spaces.
    NetworkGroups,
    /// GUID of a directory.
    TenantId,
}

impl SideColumn {
    /// All of them, in the order of their numbers.
    pub const ALL: [SideColumn; 11] = [
        SideColumn::Subscription,
        SideColumn::Region,
        SideColumn::Nic,
        SideColumn::Vm,
        SideColumn::Subnet,
        SideColumn::ApplicationGateway,
        SideColumn::LoadBalancer,
        SideColumn::LocalNetworkGateway,
        SideColumn::ExpressRouteCircuit,
        SideColumn::NetworkGroups,
        SideColumn::TenantId,
    ];

    /// The name of the source's column.
    pub const fn of_src(self) -> &'static str {
        match self {
            SideColumn::Subscription => "SrcSubscription",
            SideColumn::Region => "SrcRegion",
            SideColumn::Nic => "SrcNic",
            SideColumn::Vm => "SrcVm",
            SideColumn::Subnet => "SrcSubnet",
            SideColumn::ApplicationGateway => "SrcApplicationGateway",
            SideColumn::LoadBalancer => "SrcLoadBalancer",
            SideColumn::LocalNetworkGateway => "SrcLocalNetworkGateway",
            SideColumn::ExpressRouteCircuit => "SrcExpressRouteCircuit",
            SideColumn::NetworkGroups => "SrcNetworkGroups",
            SideColumn::TenantId => "SrcTenantId",
        }
    }

    /// The name of the destination's column.
    pub const fn of_dest(self) -> &'static str {
        match self {
            SideColumn::Subscription => "DestSubscription",
            SideColumn::Region => "DestRegion",
            SideColumn::Nic => "DestNic",
            SideColumn::Vm => "DestVm",
            SideColumn::Subnet => "DestSubnet",
            SideColumn::ApplicationGateway => "DestApplicationGateway",
            SideColumn::LoadBalancer => "DestLoadBalancer",
            SideColumn::LocalNetworkGateway => "DestLocalNetworkGateway",
            SideColumn::ExpressRouteCircuit => "DestExpressRouteCircuit",
            SideColumn::NetworkGroups => "DestNetworkGroups",
            SideColumn::TenantId => "DestTenantId",
        }
    }
}

/// All that is said of a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub(crate) struct Side([Word; SideColumn::ALL.len()]);

impl Side {
    pub fn get(&self, column: SideColumn) -> Word {
        self.0[column as usize]
    }

    pub fn with(mut self, column: SideColumn, word: Word) -> Self {
        self.0[column as usize] = word;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_kept_once() {
        let mut words = Words::default();
        let (one, other) = (words.number("one"), words.number("other"));
        assert_eq!(words.number("one"), one);
        assert_ne!(one, other);
        assert_eq!((words.text(one), words.text(other)), ("one", "other"));
        assert!(words.number("").is_blank() && !one.is_blank());
    }

    #[test]
    fn numbers_are_places() {
        for (number, column) in SideColumn::ALL.into_iter().enumerate() {
            assert_eq!(column as usize, number);
            assert_eq!(format!("Src{column:?}"), column.of_src());
            assert_eq!(format!("Dest{column:?}"), column.of_dest());
        }
    }
}
