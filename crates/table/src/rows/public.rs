//! The columns of `NTANetAnalytics` that are about the public end of a flow.

use std::sync::Arc;

use arrow_array::ArrayRef;
use weir_enrich::{
    EnrichedFlow, FlowType, Folded, Group, GroupId, Member, PublicAddresses, PublicId, PublicSide,
    public_list,
};
use weir_intel::Lookups;

use super::numbered::Numbered;

/// The names of those that feeds decide.
pub const COLUMNS: [&str; 4] = ["Country", "AzureRegion", "SrcServiceTags", "DestServiceTags"];

/// What the public ends of rows refer to.
#[derive(Clone, Copy)]
pub struct PublicEnds<'a> {
    /// The addresses.
    pub addresses: &'a PublicAddresses,
    /// What was asked of them.
    pub lookups: &'a [Arc<Lookups>],
    /// The groups, where rows were folded.
    pub folded: Option<&'a Folded>,
    /// Addresses of a list, at most.
    pub list_max: usize,
}

impl<'a> PublicEnds<'a> {
    fn group(&self, id: Option<GroupId>) -> Option<(&'a Group, &'a [Member])> {
        let folded = self.folded?;
        let group = folded.group(id?);
        Some((group, folded.members(group)))
    }
}

/// The public ends of some rows, as columns.
pub struct PublicColumns<'a> {
    ends: PublicEnds<'a>,
    places: Numbered<Place<'a>>,
    src_lists: Numbered<String>,
    dest_lists: Numbered<String>,
    src_tags: Numbered<String>,
    dest_tags: Numbered<String>,
    descriptions: Numbered<String>,
}

#[derive(Default)]
struct Place<'a> {
    country: &'a str,
    region: &'a str,
}

/// What tells service tags of rows apart.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Tagged {
    None,
    Group(GroupId),
    Alone(PublicId),
}

impl<'a> PublicColumns<'a> {
    /// The columns of rows, each with its decoration's flow type and public side.
    pub fn new(rows: &[PublicRow], ends: PublicEnds<'a>) -> Self {
        let group_of =
            |side: PublicSide| rows.iter().map(move |row| row.group.filter(|_| row.side == Some(side)));
        let tagged = |side: PublicSide| {
            rows.iter().map(move |row| match (row.group, row.public) {
                _ if row.side != Some(side) => Tagged::None,
                (Some(group), _) => Tagged::Group(group),
                (None, Some(public)) => Tagged::Alone(public),
                (None, None) => Tagged::None,
            })
        };
        let list =
            |group: Option<GroupId>| ends.group(group).map_or_else(String::new, |(_, all)| ends.list(all));
        let tags = |tagged: Tagged| match tagged {
            Tagged::None => String::new(),
            Tagged::Group(group) => {
                ends.group(Some(group)).map_or_else(String::new, |(_, all)| ends.tags(all))
            }
            Tagged::Alone(public) => ends.tag(public),
        };
        let place_of = rows.iter().map(|row| {
            // Scans come from anywhere.
            let scan = ends.group(row.group).is_some_and(|(group, _)| group.scanned_ports.is_some());
            row.public.filter(|_| !scan).map(|public| (public, row.flow_type))
        });
        PublicColumns {
            ends,
            places: Numbered::new(place_of, |place| {
                place.map_or_else(Place::default, |(id, flow_type)| ends.place(id, flow_type))
            }),
            src_lists: Numbered::new(group_of(PublicSide::Src), list),
            dest_lists: Numbered::new(group_of(PublicSide::Dest), list),
            src_tags: Numbered::new(tagged(PublicSide::Src), tags),
            dest_tags: Numbered::new(tagged(PublicSide::Dest), tags),
            descriptions: Numbered::new(group_of(PublicSide::Src), |group| ends.description(group)),
        }
    }

    /// The column of a name, if it is one of these.
    pub fn column(&self, name: &str) -> Option<ArrayRef> {
        Some(match name {
            "Country" => self.places.column(|place| place.country),
            "AzureRegion" => self.places.column(|place| place.region),
            "SrcPublicIps" => self.src_lists.column(String::as_str),
            "DestPublicIps" => self.dest_lists.column(String::as_str),
            "SrcServiceTags" => self.src_tags.column(String::as_str),
            "DestServiceTags" => self.dest_tags.column(String::as_str),
            "Description" => self.descriptions.column(String::as_str),
            _ => return None,
        })
    }

    /// Whether the row of a group says nothing of a port.
    pub fn is_of_many_ports(&self, row: &EnrichedFlow) -> bool {
        self.ends.group(row.group).is_some_and(|(group, _)| group.scanned_ports.is_some())
    }

    /// The public addresses themselves.
    pub fn addresses(&self, rows: &[EnrichedFlow]) -> ArrayRef {
        let texts = Numbered::new(rows.iter().map(|row| row.public), |public| {
            public.map_or_else(String::new, |public| self.ends.addresses.get(public).address.to_string())
        });
        texts.column(String::as_str)
    }

    /// Bytes of the text in each row, in the order of rows.
    pub fn text_bytes(&self) -> impl Iterator<Item = usize> + '_ {
        let places = self.places.lengths(|place| place.country.len() + place.region.len());
        let texts = [&self.src_lists, &self.dest_lists, &self.src_tags, &self.dest_tags, &self.descriptions];
        let lengths = texts.map(|texts| texts.lengths(String::len));
        (0..self.places.rows()).map(move |row| {
            let of_texts = texts.iter().zip(&lengths).map(|(texts, lengths)| texts.of(row, lengths));
            self.places.of(row, &places) + of_texts.sum::<usize>()
        })
    }
}

/// What these columns need to know of a row.
#[derive(Clone, Copy)]
pub struct PublicRow {
    /// Its flow type.
    pub flow_type: FlowType,
    /// Which of its ends is the public one.
    pub side: Option<PublicSide>,
    /// That end.
    pub public: Option<PublicId>,
    /// The group that it stands for.
    pub group: Option<GroupId>,
}

impl From<&EnrichedFlow> for PublicRow {
    fn from(row: &EnrichedFlow) -> Self {
        let EnrichedFlow { decoration, public, group, .. } = *row;
        PublicRow { flow_type: decoration.flow_type, side: decoration.public, public, group }
    }
}

impl<'a> PublicEnds<'a> {
    fn place(&self, public: PublicId, flow_type: FlowType) -> Place<'a> {
        let public = self.addresses.get(public);
        match flow_type {
            FlowType::AzurePublic => Place { country: "", region: public.azure_region(self.lookups) },
            _ => Place { country: public.country(self.lookups), region: "" },
        }
    }

    fn list(&self, members: &[Member]) -> String {
        let entries: Vec<_> = members.iter().take(self.list_max).map(|member| member.entry).collect();
        let mut text = String::with_capacity(entries.len() * 40);
        public_list::write(&entries, &mut text);
        text
    }

    /// `<address> <address>|<tag> <address>|<tag>`, of the addresses in the list.
    fn tags(&self, members: &[Member]) -> String {
        let mut by_tag: Vec<(&str, String)> = Vec::new();
        for member in members.iter().take(self.list_max) {
            let tag = self.addresses.get(member.public).service_tag(self.lookups);
            if tag.is_empty() {
                continue;
            }
            let address = member.entry.address.to_string();
            match by_tag.iter_mut().find(|(known, _)| *known == tag) {
                Some((_, addresses)) => {
                    addresses.push(' ');
                    addresses.push_str(&address);
                }
                None => by_tag.push((tag, address)),
            }
        }
        let groups: Vec<String> =
            by_tag.iter().map(|(tag, addresses)| format!("{addresses}|{tag}")).collect();
        groups.join(" ")
    }

    fn tag(&self, public: PublicId) -> String {
        let public = self.addresses.get(public);
        match public.service_tag(self.lookups) {
            "" => String::new(),
            tag => format!("{}|{tag}", public.address),
        }
    }

    fn description(&self, group: Option<GroupId>) -> String {
        match self.group(group) {
            Some((Group { scanned_ports: Some(ports), .. }, members)) => {
                format!("scan: {} sources, {ports} ports", members.len())
            }
            _ => String::new(),
        }
    }
}
