use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use weir_decode::Address;
use weir_intel::{AddressFacts, Lookups, Threat, WordId};

use crate::FlowType;
use crate::flow_type::{METADATA_ADDRESS, PLATFORM_ADDRESS, PublicKind, is_platform};

/// A public address among [`PublicAddresses`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublicId(u32);

/// A public address and what feeds say of it.
#[derive(Debug, Clone, Copy)]
pub struct PublicAddress {
    /// The address.
    pub address: Address,
    /// Which of the lookups that go with the rows was asked; none where there are no feeds.
    pub feeds: Option<usize>,
    /// What it said.
    pub facts: AddressFacts,
}

/// The public ends of some rows, each looked up once.
#[derive(Debug, Default)]
pub struct PublicAddresses {
    /// By lookups and address.
    known: HashTable<PublicId>,
    hasher: foldhash::fast::RandomState,
    all: Vec<PublicAddress>,
    /// The last one that was asked for: rows come sorted, and ask more than once.
    last: PublicId,
}

impl PublicAddress {
    /// What is known of an address. `feeds` is the number of lookups among those that go with it, and these.
    pub fn of(address: Address, feeds: Option<(usize, &Lookups)>) -> Self {
        let facts = feeds.map(|(_, lookups)| lookups.look_up(address)).unwrap_or_default();
        PublicAddress { address, feeds: feeds.map(|(number, _)| number), facts }
    }

    /// Whose it is.
    pub fn kind(&self) -> PublicKind {
        if self.facts.azure || is_platform(self.address) {
            PublicKind::Azure
        } else if self.facts.threat.is_some() {
            PublicKind::Malicious
        } else {
            PublicKind::External
        }
    }

    /// `Country`: two letters, lower case.
    pub fn country<'a>(&self, lookups: &'a [Arc<Lookups>]) -> &'a str {
        self.lookups(lookups).map_or("", |lookups| lookups.text(self.facts.country))
    }

    /// `AzureRegion`.
    pub fn azure_region<'a>(&self, lookups: &'a [Arc<Lookups>]) -> &'a str {
        self.lookups(lookups).map_or("", |lookups| lookups.text(self.region()))
    }

    /// What flows of a type are told of where it is: the number of its region for those with Azure, else of its country.
    pub fn place(&self, flow_type: FlowType) -> WordId {
        match flow_type {
            FlowType::AzurePublic => self.region(),
            _ => self.facts.country,
        }
    }

    /// The number of that word. The platform's own addresses are in every region, and in none.
    pub(crate) fn region(&self) -> WordId {
        if is_platform(self.address) { WordId::default() } else { self.facts.azure_region }
    }

    /// The service tag that it is in.
    pub fn service_tag<'a>(&self, lookups: &'a [Arc<Lookups>]) -> &'a str {
        self.lookups(lookups).map_or("", |lookups| lookups.text(self.facts.service_tag))
    }

    /// `Location` of the details: the region of an address of Azure, else the country in capitals.
    pub fn location(&self, lookups: &[Arc<Lookups>]) -> String {
        match self.kind() {
            PublicKind::Azure if is_platform(self.address) => "Global".to_owned(),
            PublicKind::Azure => self.azure_region(lookups).to_owned(),
            _ => self.country(lookups).to_ascii_uppercase(),
        }
    }

    /// `PublicIpDetails`: the service of an address of Azure, else who owns it.
    ///
    /// Source: <https://learn.microsoft.com/azure/network-watcher/traffic-analytics-schema#public-ip-details-schema>
    pub fn details<'a>(&self, lookups: &'a [Arc<Lookups>]) -> &'a str {
        match (self.address, self.kind()) {
            (PLATFORM_ADDRESS, _) => "Microsoft Virtual Public IP",
            (METADATA_ADDRESS, _) => "Instance metadata service",
            (_, PublicKind::Azure) => self.service_tag(lookups),
            _ => self.lookups(lookups).map_or("", |lookups| lookups.text(self.facts.owner)),
        }
    }

    /// What a threat feed says of it. Also of an address of Azure, which no flow is called malicious for.
    pub fn threat<'a>(&self, lookups: &'a [Arc<Lookups>]) -> Option<&'a Threat> {
        Some(self.lookups(lookups)?.threat(self.facts.threat?))
    }

    fn lookups<'a>(&self, lookups: &'a [Arc<Lookups>]) -> Option<&'a Lookups> {
        lookups.get(self.feeds?).map(Arc::as_ref)
    }
}

impl PublicAddresses {
    /// The number of an address. `feeds` is the number of lookups among those that go with the rows, and these.
    pub fn number(&mut self, address: Address, feeds: Option<(usize, &Lookups)>) -> PublicId {
        let all = &mut self.all;
        let asked = feeds.map(|(number, _)| number);
        if all.get(self.last.0 as usize).is_some_and(|last| last.address == address && last.feeds == asked) {
            return self.last;
        }
        let hash = |feeds: Option<usize>, address: Address| self.hasher.hash_one((feeds, address));
        let entry = self.known.entry(
            hash(asked, address),
            |known| {
                let known = &all[known.0 as usize];
                known.address == address && known.feeds == asked
            },
            |known| {
                let known = &all[known.0 as usize];
                hash(known.feeds, known.address)
            },
        );
        self.last = match entry {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(place) => {
                // A part has fewer than 2³² rows.
                let id = PublicId(all.len() as u32);
                place.insert(id);
                all.push(PublicAddress::of(address, feeds));
                id
            }
        };
        self.last
    }

    /// None yet; so many rows are to come.
    pub fn of_rows(rows: usize) -> Self {
        PublicAddresses { known: HashTable::with_capacity(rows), ..PublicAddresses::default() }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// An address by its number.
    pub fn get(&self, id: PublicId) -> &PublicAddress {
        &self.all[id.0 as usize]
    }
}
