//! The columns of `NTANetAnalytics` that the inventory fills.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray};
use weir_enrich::{Decoration, Decorator, FlowType, LinkWords, SideColumn, SideId};

use super::columns::words;
use super::numbered::Numbered;

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
    src: Numbered<[&'a str; SideColumn::ALL.len()]>,
    dest: Numbered<[&'a str; SideColumn::ALL.len()]>,
    links: Numbered<LinkWords<'a>>,
    endpoints: Numbered<[&'a str; 3]>,
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
            src: Numbered::new(rows.clone().map(|(number, row)| (number, row.src)), side),
            dest: Numbered::new(rows.clone().map(|(number, row)| (number, row.dest)), side),
            links: Numbered::new(rows.clone().map(|(number, row)| (number, row.link)), |(number, link)| {
                decorator(number).map(|decorator| decorator.link_words(link)).unwrap_or_default()
            }),
            endpoints: Numbered::new(
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
                let numbers: Vec<i32> = self.flow_types.iter().map(|flow_type| *flow_type as i32).collect();
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
                + self.src.of(row, &src)
                + self.dest.of(row, &dest)
                + self.links.of(row, &links)
                + self.endpoints.of(row, &endpoints)
        })
    }
}
