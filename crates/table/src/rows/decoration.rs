//! The columns of `NTANetAnalytics` that the inventory fills.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray};
use weir_enrich::{Decoration, Decorator, FlowType, LinkWords, SideColumn, SideId};

use super::columns::words;

/// The names of all of them.
pub const COLUMNS: [&str; 31] = [
    "FlowType",
    "IsFlowCapturedAtUdrHop",
    "ConnectionType",
    "ConnectionName",
    "ConnectingVnets",
    "ExpressRouteCircuitPeeringType",
    "PrivateEndpointResourceId",
    "PrivateLinkResourceId",
    "PrivateLinkResourceName",
    "SrcSubscription",
    "SrcRegion",
    "SrcNic",
    "SrcVm",
    "SrcSubnet",
    "SrcApplicationGateway",
    "SrcLoadBalancer",
    "SrcLocalNetworkGateway",
    "SrcExpressRouteCircuit",
    "SrcNetworkGroups",
    "SrcTenantId",
    "DestSubscription",
    "DestRegion",
    "DestNic",
    "DestVm",
    "DestSubnet",
    "DestApplicationGateway",
    "DestLoadBalancer",
    "DestLocalNetworkGateway",
    "DestExpressRouteCircuit",
    "DestNetworkGroups",
    "DestTenantId",
];

/// The decoration of some rows, as columns.
pub struct DecorationColumns<'a> {
    flow_types: Vec<FlowType>,
    hops: Vec<bool>,
    src: Distinct<[&'a str; SideColumn::ALL.len()]>,
    dest: Distinct<[&'a str; SideColumn::ALL.len()]>,
    links: Distinct<LinkWords<'a>>,
    endpoints: Distinct<[&'a str; 3]>,
}

/// A decoration, and which of the decorators gave it.
pub type Decorated = (Option<usize>, Decoration);

impl<'a> DecorationColumns<'a> {
    /// The columns of these rows.
    pub fn new(rows: impl Iterator<Item = Decorated> + Clone, decorators: &'a [Arc<Decorator>]) -> Self {
        let decorator = |number: Option<usize>| number.and_then(|number| decorators.get(number));
        let side = |(number, side): (Option<usize>, SideId)| match decorator(number) {
            Some(decorator) => SideColumn::ALL.map(|column| decorator.side_text(side, column)),
            None => [""; SideColumn::ALL.len()],
        };
        DecorationColumns {
            flow_types: rows.clone().map(|(_, row)| row.flow_type).collect(),
            hops: rows.clone().map(|(_, row)| row.captured_at_hop).collect(),
            src: Distinct::new(rows.clone().map(|(number, row)| (number, row.src)), side),
            dest: Distinct::new(rows.clone().map(|(number, row)| (number, row.dest)), side),
            links: Distinct::new(rows.clone().map(|(number, row)| (number, row.link)), |(number, link)| {
                decorator(number).map(|decorator| decorator.link_words(link)).unwrap_or_default()
            }),
            endpoints: Distinct::new(
                rows.map(|(number, row)| (number, row.endpoint)),
                |(number, endpoint)| {
                    let texts = |decorator: &'a Arc<Decorator>| Some(decorator.endpoint_texts(endpoint?));
                    decorator(number).and_then(texts).unwrap_or_default()
                },
            ),
        }
    }

    /// The column of a name, if it is one of [`COLUMNS`].
    pub fn column(&self, name: &str) -> Option<ArrayRef> {
        Some(match name {
            "FlowType" => {
                let numbers = self.flow_types.iter().map(|flow_type| *flow_type as i32).collect();
                words(numbers, FlowType::ALL.map(FlowType::word))
            }
            "IsFlowCapturedAtUdrHop" => Arc::new(BooleanArray::from(self.hops.clone())),
            "ConnectionType" => self.links.column(|link| link.connection_type),
            "ConnectionName" => self.links.column(|link| &link.connection_name),
            "ConnectingVnets" => self.links.column(|link| &link.connecting_vnets),
            "ExpressRouteCircuitPeeringType" => self.links.column(|link| link.peering_type),
            "PrivateEndpointResourceId" => self.endpoints.column(|[id, _, _]| id),
            "PrivateLinkResourceId" => self.endpoints.column(|[_, resource, _]| resource),
            "PrivateLinkResourceName" => self.endpoints.column(|[_, _, name]| name),
            name => {
                let of = |column: fn(SideColumn) -> &'static str| {
                    SideColumn::ALL.into_iter().find(|known| column(*known) == name)
                };
                match of(SideColumn::of_src) {
                    Some(column) => self.src.column(|texts| texts[column as usize]),
                    None => {
                        let column = of(SideColumn::of_dest)?;
                        self.dest.column(|texts| texts[column as usize])
                    }
                }
            }
        })
    }

    /// Bytes of the text in each row, in the order of rows.
    pub fn text_bytes(&self) -> impl Iterator<Item = usize> + '_ {
        let side = |texts: &[&str; SideColumn::ALL.len()]| texts.iter().map(|text| text.len()).sum();
        let (src, dest) = (self.src.lengths(side), self.dest.lengths(side));
        let links = self.links.lengths(|link| {
            link.connection_type.len()
                + link.connection_name.len()
                + link.connecting_vnets.len()
                + link.peering_type.len()
        });
        let endpoints = self.endpoints.lengths(|texts| texts.iter().map(|text| text.len()).sum());
        (0..self.flow_types.len()).map(move |row| {
            self.flow_types[row].word().len()
                + src[self.src.numbers[row] as usize]
                + dest[self.dest.numbers[row] as usize]
                + links[self.links.numbers[row] as usize]
                + endpoints[self.endpoints.numbers[row] as usize]
        })
    }
}

/// What rows say, each kept once, and the number of each row's.
struct Distinct<T> {
    values: Vec<T>,
    numbers: Vec<u32>,
}

impl<T> Distinct<T> {
    fn new<K: Copy + Eq + std::hash::Hash>(keys: impl Iterator<Item = K>, value: impl Fn(K) -> T) -> Self {
        let mut known: HashMap<K, u32> = HashMap::new();
        let (mut values, mut last) = (Vec::new(), None);
        let number = |key: K| match last {
            Some((same, number)) if same == key => number,
            _ => {
                let number = *known.entry(key).or_insert_with(|| {
                    values.push(value(key));
                    values.len() as u32 - 1
                });
                last = Some((key, number));
                number
            }
        };
        let numbers = keys.map(number).collect();
        Distinct { values, numbers }
    }

    /// A column of a part of what rows say. Of many interfaces few have another region: each text is kept once again.
    fn column(&self, text: impl Fn(&T) -> &str) -> ArrayRef {
        let mut known: HashMap<&str, i32> = HashMap::new();
        let mut texts: Vec<&str> = Vec::new();
        let places: Vec<i32> = self
            .values
            .iter()
            .map(|value| {
                let text = text(value);
                *known.entry(text).or_insert_with(|| {
                    texts.push(text);
                    texts.len() as i32 - 1
                })
            })
            .collect();
        words(self.numbers.iter().map(|number| places[*number as usize]).collect(), texts)
    }

    fn lengths(&self, length: impl Fn(&T) -> usize) -> Vec<usize> {
        self.values.iter().map(length).collect()
    }
}
