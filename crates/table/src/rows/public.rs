//! The columns of `NTANetAnalytics` that are about the public end of a flow.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

use arrow_array::ArrayRef;
use weir_enrich::{
    EnrichedFlow, FlowType, Folded, Group, GroupId, Member, PublicAddresses, PublicId, PublicSide,
    public_list,
};
use weir_intel::Lookups;

use super::numbered::Numbered;
use super::texts::{Texts, TextsBuilder};

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
    src_lists: Texts,
    dest_lists: Texts,
    src_tags: Texts,
    dest_tags: Texts,
    descriptions: Texts,
}

#[derive(Default)]
struct Place<'a> {
    country: &'a str,
    region: &'a str,
}

impl<'a> PublicColumns<'a> {
    /// The columns of rows, each with its decoration's flow type and public side.
    pub fn new(rows: &[PublicRow], ends: PublicEnds<'a>) -> Self {
        let place_of = rows.iter().map(|row| {
            // Scans come from anywhere.
            let scan = ends.group(row.group).is_some_and(|(group, _)| group.scanned_ports.is_some());
            let public = ends.addresses.get(row.public.filter(|_| !scan)?);
            Some((public.feeds?, row.flow_type == FlowType::AzurePublic, public.place(row.flow_type)))
        });
        let lists = |side: PublicSide| {
            let mut texts = TextsBuilder::new(rows.len());
            for row in rows {
                match ends.group(row.group.filter(|_| row.side == Some(side))) {
                    Some((_, all)) => texts.write(|text| ends.write_list(all, text)),
                    None => texts.write(|_| ()),
                };
            }
            texts.finish()
        };
        let mut descriptions = TextsBuilder::new(rows.len());
        for row in rows {
            descriptions
                .write(|text| ends.describe(row.group.filter(|_| row.side == Some(PublicSide::Src)), text));
        }
        PublicColumns {
            ends,
            places: Numbered::new(place_of, |place| match place {
                Some((feeds, azure, word)) => {
                    let text = ends.lookups[feeds].text(word);
                    if azure {
                        Place { country: "", region: text }
                    } else {
                        Place { country: text, region: "" }
                    }
                }
                None => Place::default(),
            }),
            src_lists: lists(PublicSide::Src),
            dest_lists: lists(PublicSide::Dest),
            src_tags: ends.tags_of(rows, PublicSide::Src),
            dest_tags: ends.tags_of(rows, PublicSide::Dest),
            descriptions: descriptions.finish(),
        }
    }

    /// The column of a name, if it is one of these.
    pub fn column(&self, name: &str) -> Option<ArrayRef> {
        Some(match name {
            "Country" => self.places.column(|place| place.country),
            "AzureRegion" => self.places.column(|place| place.region),
            "SrcPublicIps" => self.src_lists.column(),
            "DestPublicIps" => self.dest_lists.column(),
            "SrcServiceTags" => self.src_tags.column(),
            "DestServiceTags" => self.dest_tags.column(),
            "Description" => self.descriptions.column(),
            _ => return None,
        })
    }

    /// Whether the row of a group says nothing of a port.
    pub fn is_of_many_ports(&self, row: &EnrichedFlow) -> bool {
        self.ends.group(row.group).is_some_and(|(group, _)| group.scanned_ports.is_some())
    }

    /// Bytes of the text in each row, in the order of rows.
    pub fn text_bytes(&self) -> impl Iterator<Item = usize> + '_ {
        let places = self.places.lengths(|place| place.country.len() + place.region.len());
        let texts = [&self.src_lists, &self.dest_lists, &self.src_tags, &self.dest_tags, &self.descriptions];
        let texts: Vec<&Texts> = texts.into_iter().filter(|texts| !texts.are_blank()).collect();
        (0..self.places.rows()).map(move |row| {
            self.places.of(row, &places) + texts.iter().map(|texts| texts.length(row)).sum::<usize>()
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

impl PublicEnds<'_> {
    fn write_list(&self, members: &[Member], text: &mut String) {
        public_list::write(members.iter().take(self.list_max).map(|member| &member.entry), text);
    }

    /// What service tags say of the public ends on a side.
    fn tags_of(&self, rows: &[PublicRow], side: PublicSide) -> Texts {
        let mut texts = TextsBuilder::new(rows.len());
        // Rows of one address have one text.
        let mut known: HashMap<PublicId, i32, foldhash::fast::RandomState> = HashMap::default();
        for row in rows {
            match (self.group(row.group), row.public) {
                _ if row.side != Some(side) => texts.repeat(0),
                (Some((_, all)), _) => {
                    texts.write(|text| self.write_tags(all, text));
                }
                (None, Some(id)) if row.group.is_none() => {
                    let public = self.addresses.get(id);
                    match (public.service_tag(self.lookups), known.get(&id)) {
                        ("", _) => texts.repeat(0),
                        (_, Some(number)) => texts.repeat(*number),
                        (tag, None) => {
                            let number = texts.write(|text| {
                                // Writing to a text does not fail.
                                let _ = write!(text, "{}|{tag}", public.address);
                            });
                            known.insert(id, number);
                        }
                    }
                }
                _ => texts.repeat(0),
            }
        }
        texts.finish()
    }

    /// `<address> <address>|<tag> <address>|<tag>`, of the addresses in the list.
    fn write_tags(&self, members: &[Member], text: &mut String) {
        let tag = |member: &Member| self.addresses.get(member.public).service_tag(self.lookups);
        let listed = &members[..members.len().min(self.list_max)];
        let (mut told, mut first): (Vec<&str>, bool) = (Vec::new(), true);
        for (place, member) in listed.iter().enumerate() {
            let own = tag(member);
            // Those of a tag stand where its first one does.
            if own.is_empty() || told.contains(&own) {
                continue;
            }
            for member in listed[place..].iter().filter(|member| tag(member) == own) {
                if !std::mem::take(&mut first) {
                    text.push(' ');
                }
                // Writing to a text does not fail.
                let _ = write!(text, "{}", member.entry.address);
            }
            text.push('|');
            text.push_str(own);
            told.push(own);
        }
    }

    fn describe(&self, group: Option<GroupId>, text: &mut String) {
        if let Some((Group { scanned_ports: Some(ports), .. }, members)) = self.group(group) {
            // Writing to a text does not fail.
            let _ = write!(text, "scan: {} sources, {ports} ports", members.len());
        }
    }
}
