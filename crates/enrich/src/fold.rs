//! The rows of many public addresses as one row, each address with its counters in a list.
//!
//! Rows that differ in nothing but the public address, and in no word of what is said of it but its owner, become a
//! group: the address is blank, the counters are sums, and the addresses stand beside it as members. What was folded is
//! kept as it was, so that it can be unfolded.
//!
//! Source: the aggregation of public flows,
//! <https://learn.microsoft.com/azure/network-watcher/traffic-analytics-schema#data-aggregation>

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, Hasher};

use hashbrown::{HashMap, HashTable};
use weir_decode::{Address, Decision, Direction};
use weir_intel::WordId;
use weir_reduce::{Counters, FlowKey};

use crate::{Decoration, EnrichedFlow, FlowType, PublicAddresses, PublicId, PublicSide, public_list};

/// Which rows are folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FoldRules {
    /// Rows of public addresses of Azure by region, others by country.
    pub by_region: bool,
    /// Denied flows from public addresses by target and rule, whatever their ports and wherever they come from.
    pub denied_scans: bool,
}

/// A group among those that go with the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupId(u32);

/// What a row of a group stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Which end is blank.
    pub side: PublicSide,
    /// Its range among the members.
    members: (u32, u32),
    /// Where denied flows were folded whatever their ports: how many ports there were.
    pub scanned_ports: Option<u32>,
}

/// An address of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Its number among the public ends of the rows.
    pub public: PublicId,
    /// Its counters.
    pub entry: public_list::Entry,
}

/// Rows, some of them for many.
#[derive(Debug, Default)]
pub struct Folded {
    /// Rows in the order of their texts, a blank address first. Rows of groups have their number.
    pub rows: Vec<EnrichedFlow>,
    /// What was folded, in the order in which it came.
    pub details: Vec<EnrichedFlow>,
    /// What happened to denied flows from outside.
    pub tally: FoldTally,
    groups: Vec<Group>,
    members: Vec<Member>,
}

/// What folding does to the number of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FoldTally {
    /// Rows that were folded.
    pub folded: u64,
    /// Rows that they became.
    pub groups: u64,
    /// Of all rows that are written, those of denied flows from outside.
    pub scan_rows: u64,
    /// How many rows these are, or would be, where they are folded by target and rule.
    pub scan_groups: u64,
}

impl FoldTally {
    /// Adds what was counted elsewhere.
    pub fn merge(&mut self, other: &FoldTally) {
        self.folded += other.folded;
        self.groups += other.groups;
        self.scan_rows += other.scan_rows;
        self.scan_groups += other.scan_groups;
    }
}

impl FoldRules {
    /// Whether rows of such a decoration are folded.
    pub fn folds(&self, decoration: &Decoration, decision: Decision, direction: Direction) -> bool {
        self.by_region && is_public(decoration) || self.folds_scan(decoration, decision, direction)
    }

    /// Whether they are folded whatever their ports.
    pub fn folds_scan(&self, decoration: &Decoration, decision: Decision, direction: Direction) -> bool {
        self.denied_scans && is_scan(decoration, decision, direction)
    }
}

impl Folded {
    /// A group by its number.
    pub fn group(&self, id: GroupId) -> &Group {
        &self.groups[id.0 as usize]
    }

    /// The addresses of a group, in the order of its list.
    pub fn members(&self, group: &Group) -> &[Member] {
        &self.members[group.members.0 as usize..group.members.1 as usize]
    }
}

/// What rows of a group have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct GroupKey {
    flow: FlowKey,
    decorator: Option<u32>,
    decoration: Decoration,
    public: PublicKey,
}

/// What public ends of a group have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct PublicKey {
    feeds: Option<usize>,
    /// The region for Azure, else the country; blank for denied flows of any.
    place: WordId,
    scan: bool,
}

impl Hash for GroupKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Who and where decide nearly always what they are.
        self.flow.hash(state);
        self.public.place.hash(state);
    }
}

/// No public address is this one.
const BLANK: Address = Address::from_ipv6(0);

/// Folds rows, which are sorted by the texts of source and destination.
pub fn fold(mut rows: Vec<EnrichedFlow>, addresses: &PublicAddresses, rules: FoldRules) -> Folded {
    let folds =
        |row: &EnrichedFlow| rules.folds(&row.decoration, row.flow.key.decision, row.flow.key.direction);
    let folded = rows.iter().filter(|row| folds(row)).count();
    // Those that are more stay where they are and close up, the others move.
    let most_fold = 2 * folded > rows.len();
    let mut fewer = Vec::with_capacity(folded.min(rows.len() - folded));
    let mut folding = Folding::default();
    rows.retain(|row| {
        folding.begin_source(row.flow.key.src_ip);
        let folded = folds(row);
        if folded {
            folding.add(row, addresses, rules);
        } else {
            folding.keep(row, addresses);
        }
        if folded != most_fold {
            fewer.push(*row);
        }
        folded == most_fold
    });
    rows.shrink_to_fit();
    let (plain, details) = if most_fold { (fewer, rows) } else { (rows, fewer) };
    folding.finish(plain, details, addresses)
}

/// Puts rows in front of others. Each comes with the place of the row that it goes before, in the order of these places, and
/// as a number among `all`.
fn insert(rows: &mut Vec<EnrichedFlow>, inserted: &[(usize, u32)], all: &[EnrichedFlow]) {
    let Some(any) = all.first() else { return };
    let mut end = rows.len();
    rows.reserve_exact(inserted.len());
    rows.resize(end + inserted.len(), *any);
    let mut to = rows.len();
    for (place, number) in inserted.iter().rev() {
        to -= end - place;
        rows.copy_within(*place..end, to);
        end = *place;
        to -= 1;
        rows[to] = all[*number as usize];
    }
}

/// Rows on their way into groups.
#[derive(Default)]
struct Folding {
    /// The last group of each key, by the key's hash.
    known: HashTable<(u32, u32)>,
    hasher: foldhash::fast::RandomState,
    /// The row of each group, and what its public ends have in common.
    heads: Vec<EnrichedFlow>,
    publics: Vec<PublicKey>,
    /// The group of each row that is folded.
    group_of: Vec<u32>,
    /// Groups whose source is blank.
    from_outside: Vec<u32>,
    src: Option<Address>,
    /// How many rows are no group, and how many of them come before this source.
    kept: usize,
    kept_before_src: usize,
    /// Groups with a source, each with the number of rows before it that are none.
    with_src: Vec<(usize, u32)>,
    scans: Map<GroupKey, ()>,
    tally: FoldTally,
}

type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

impl Folding {
    /// Rows of another source begin.
    fn begin_source(&mut self, src: Address) {
        if self.src != Some(src) {
            self.src = Some(src);
            self.kept_before_src = self.kept;
        }
    }

    fn keep(&mut self, row: &EnrichedFlow, addresses: &PublicAddresses) {
        self.note_scan(row, addresses);
        self.kept += 1;
    }

    fn add(&mut self, row: &EnrichedFlow, addresses: &PublicAddresses, rules: FoldRules) {
        let FlowKey { decision, direction, .. } = row.flow.key;
        let key = key_of(row, addresses, rules.folds_scan(&row.decoration, decision, direction));
        // A table of fewer than 2³² groups is told apart by half of a hash, and grows by it without looking at keys.
        let hash = self.hasher.hash_one(key) as u32;
        let Folding { heads, publics, .. } = self;
        let is_same = |(known, number): &(u32, u32)| {
            let (head, public) = (&heads[*number as usize], publics[*number as usize]);
            let EnrichedFlow { decorator, decoration, .. } = *head;
            *known == hash && GroupKey { flow: head.flow.key, decorator, decoration, public } == key
        };
        let next = heads.len() as u32;
        let known = self.known.find_mut(spread(hash), is_same);
        let sum = known.as_ref().map(|(_, number)| {
            let head = &heads[*number as usize];
            (*number, head.flow.counters.add(&row.flow.counters))
        });
        let number = match sum {
            Some((number, Some(sum))) => {
                let head = &mut heads[number as usize];
                head.flow.counters = sum;
                head.processed_micros = head.processed_micros.max(row.processed_micros);
                number
            }
            // The first of its group, or what does not fit into the row of the group.
            _ => {
                match known {
                    Some((_, number)) => *number = next,
                    None => {
                        self.known.insert_unique(spread(hash), (hash, next), |(hash, _)| spread(*hash));
                    }
                }
                let mut head = EnrichedFlow { group: Some(GroupId(next)), ..*row };
                head.flow.key = key.flow;
                if key.public.scan {
                    head.l7_protocol = "";
                }
                heads.push(head);
                publics.push(key.public);
                match side_of(row) {
                    PublicSide::Src => self.from_outside.push(next),
                    // A blank destination goes before others.
                    PublicSide::Dest => self.with_src.push((self.kept_before_src, next)),
                }
                next
            }
        };
        self.group_of.push(number);
    }

    /// Counts a row that is written, if it is of denied flows from outside.
    fn note_scan(&mut self, row: &EnrichedFlow, addresses: &PublicAddresses) {
        if is_scan(&row.decoration, row.flow.key.decision, row.flow.key.direction) {
            self.tally.scan_rows += 1;
            self.scans.insert(key_of(row, addresses, true), ());
        }
    }

    /// `plain` are the rows that are no group, `details` those that are folded.
    fn finish(
        mut self,
        plain: Vec<EnrichedFlow>,
        details: Vec<EnrichedFlow>,
        addresses: &PublicAddresses,
    ) -> Folded {
        for group in 0..self.heads.len() {
            let head = self.heads[group];
            self.note_scan(&head, addresses);
        }
        let (groups, members) = self.groups(&details, addresses);
        let Folding { heads, .. } = self;
        let mut inserted: Vec<(usize, u32)> = Vec::with_capacity(heads.len());
        let ranks = ranks(self.from_outside.iter().map(|group| heads[*group as usize].flow.key.dest_ip));
        let (_, order) = by_group(&ranks, ranks.len());
        inserted.extend(order.iter().map(|place| (0, self.from_outside[*place as usize])));
        inserted.append(&mut self.with_src);
        let mut rows = plain;
        insert(&mut rows, &inserted, &heads);
        let tally = FoldTally {
            folded: details.len() as u64,
            groups: groups.len() as u64,
            scan_groups: self.scans.len() as u64,
            ..self.tally
        };
        Folded { rows, details, tally, groups, members }
    }

    /// The members of each group, side by side.
    fn groups(&self, details: &[EnrichedFlow], addresses: &PublicAddresses) -> (Vec<Group>, Vec<Member>) {
        let (ends, order) = by_group(&self.group_of, self.heads.len());
        let mut members: Vec<Member> = Vec::with_capacity(order.len());
        let mut of_group: Vec<Member> = Vec::new();
        let mut begin = 0;
        let groups = self.heads.iter().zip(ends).map(|(head, end)| {
            let rows = order[begin..end as usize].iter().map(|detail| &details[*detail as usize]);
            begin = end as usize;
            of_group.extend(rows.clone().filter_map(|row| {
                let public = row.public?;
                Some(Member { public, entry: entry_of(addresses.get(public).address, &row.flow.counters) })
            }));
            if of_group.len() > 1 {
                of_group.sort_unstable_by_key(|member| member.entry.address);
                of_group.dedup_by(|next, last| {
                    next.entry.address == last.entry.address && last.entry.add(&next.entry)
                });
                of_group.sort_by_key(|member| member.entry.rank());
            }
            let first = members.len() as u32;
            members.append(&mut of_group);
            let scanned_ports = (head.l7_protocol.is_empty()).then(|| {
                let ports: HashSet<u16> = rows.map(|row| row.flow.key.dest_port).collect();
                ports.len() as u32
            });
            Group { side: side_of(head), members: (first, members.len() as u32), scanned_ports }
        });
        let groups = groups.collect();
        (groups, members)
    }
}

/// The numbers of rows in the order of their groups, and within a group in their own, and where each group ends in it.
fn by_group(group_of: &[u32], groups: usize) -> (Vec<u32>, Vec<u32>) {
    let mut places = vec![0_u32; groups];
    group_of.iter().for_each(|group| places[*group as usize] += 1);
    let mut begin = 0;
    for place in &mut places {
        begin += std::mem::replace(place, begin);
    }
    let mut order = vec![0; group_of.len()];
    for (row, group) in (0..).zip(group_of) {
        // What began as the place of the group's first row ends as that behind its last.
        let place = &mut places[*group as usize];
        order[*place as usize] = row;
        *place += 1;
    }
    (places, order)
}

/// The place of each address among all of these in the order of their texts.
fn ranks(addresses: impl Iterator<Item = Address>) -> Vec<u32> {
    let mut known: Map<Address, u32> = Map::default();
    let mut all: Vec<(String, u32)> = Vec::new();
    let number = |address: Address| {
        *known.entry(address).or_insert_with(|| {
            let number = all.len() as u32;
            all.push((address.to_string(), number));
            number
        })
    };
    let numbers: Vec<u32> = addresses.map(number).collect();
    all.sort_unstable();
    let mut ranks = vec![0; all.len()];
    for (rank, (_, number)) in (0..).zip(all) {
        ranks[number as usize] = rank;
    }
    numbers.into_iter().map(|number| ranks[number as usize]).collect()
}

/// Tables look at the highest and at the lowest bits of a hash.
fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}

fn entry_of(address: Address, counters: &Counters) -> public_list::Entry {
    public_list::Entry {
        address,
        flows_started: counters.flows_started,
        flows_completed: counters.flows_completed,
        packets_src_to_dest: counters.packets_src_to_dest,
        packets_dest_to_src: counters.packets_dest_to_src,
        bytes_src_to_dest: counters.bytes_src_to_dest,
        bytes_dest_to_src: counters.bytes_dest_to_src,
    }
}

/// What a row has in common with others of its group; `scan` tells that it is folded whatever its port.
fn key_of(row: &EnrichedFlow, addresses: &PublicAddresses, scan: bool) -> GroupKey {
    let mut flow = row.flow.key;
    match side_of(row) {
        PublicSide::Src => flow.src_ip = BLANK,
        PublicSide::Dest => flow.dest_ip = BLANK,
    }
    if scan {
        flow.dest_port = 0;
    }
    let public = row.public.map(|public| addresses.get(public));
    let place = public.filter(|_| !scan).map(|public| public.place(row.decoration.flow_type));
    GroupKey {
        flow,
        decorator: row.decorator,
        decoration: row.decoration,
        public: PublicKey {
            feeds: public.and_then(|public| public.feeds),
            place: place.unwrap_or_default(),
            scan,
        },
    }
}

fn side_of(row: &EnrichedFlow) -> PublicSide {
    row.decoration.public.unwrap_or(PublicSide::Dest)
}

fn is_public(decoration: &Decoration) -> bool {
    decoration.public.is_some() && decoration.flow_type != FlowType::MaliciousFlow
}

/// Whether rows are of denied flows from outside. Those of a threat feed keep their addresses.
fn is_scan(decoration: &Decoration, decision: Decision, direction: Direction) -> bool {
    is_public(decoration)
        && decoration.public == Some(PublicSide::Src)
        && (decision, direction) == (Decision::Denied, Direction::Inbound)
}

#[cfg(test)]
mod tests;
