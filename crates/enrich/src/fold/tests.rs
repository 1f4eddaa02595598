use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use proptest::prelude::*;
use weir_decode::Address;
use weir_intel::{AddressRange, FeedKind, Lookups, Place, PlaceEntry, Says, SourceBuilder};
use weir_reduce::{Counters, IntervalNumber, ReducedFlow, RuleId, SourceId, WordId};

use super::*;
use crate::{Link, SideId};

/// 198.51.100.0/25 is German, the rest of it French.
fn lookups() -> Lookups {
    let mut builder = SourceBuilder::new(FeedKind::Geography, "test");
    for (range, country) in [("198.51.100.0/25", "de"), ("198.51.100.128/25", "fr")] {
        let says = Says::Place(PlaceEntry { country, place: "", owner: "" });
        let range = AddressRange::parse(range).unwrap();
        builder.add(&weir_intel::Entry { range, place: Place::Tree, says });
    }
    Lookups::new(&[Arc::new(builder.finish())], 0)
}

#[derive(Debug, Clone, Copy)]
struct Flow {
    flow_type: FlowType,
    outside: u8,
    inside: u8,
    port: u16,
    inbound: bool,
    denied: bool,
    interval: u32,
    counters: [i64; 6],
}

fn any_flow() -> impl Strategy<Value = Flow> {
    let types = prop_oneof![
        Just(FlowType::ExternalPublic),
        Just(FlowType::AzurePublic),
        Just(FlowType::MaliciousFlow),
        Just(FlowType::IntraVNet)
    ];
    // Every other host is in another country; some counters are so large that two do not fit into one.
    let outside = prop_oneof![0_u8..6, 128_u8..134];
    let counter = prop_oneof![9 => 0_i64..1000, 1 => Just(i64::MAX - 500)];
    let counters = [0_i64..3, 0..3, 0..9, 0..9].prop_flat_map(move |[a, b, c, d]| {
        [
            Just(a).boxed(),
            Just(b).boxed(),
            Just(c).boxed(),
            Just(d).boxed(),
            counter.clone().boxed(),
            counter.clone().boxed(),
        ]
    });
    (types, outside, 0_u8..3, 0_u16..3, any::<bool>(), any::<bool>(), 0_u32..2, counters).prop_map(
        |(flow_type, outside, inside, port, inbound, denied, interval, counters)| Flow {
            flow_type,
            outside,
            inside,
            port,
            inbound,
            denied,
            interval,
            counters,
        },
    )
}

fn enriched(flows: &[Flow], lookups: &Lookups) -> (Vec<EnrichedFlow>, PublicAddresses) {
    let mut addresses = PublicAddresses::default();
    let mut rows: Vec<EnrichedFlow> = Vec::new();
    for flow in flows {
        let outside = Address::from_ipv4(u32::from_be_bytes([198, 51, 100, flow.outside]));
        let inside = Address::from_ipv4(u32::from_be_bytes([10, 0, 0, flow.inside]));
        let (src_ip, dest_ip) = if flow.inbound { (outside, inside) } else { (inside, outside) };
        let [flows_started, flows_completed, packets_src_to_dest, packets_dest_to_src, out, back] =
            flow.counters;
        let side = if flow.inbound { PublicSide::Src } else { PublicSide::Dest };
        let public = flow.flow_type.has_public_end().then_some(side);
        rows.push(EnrichedFlow {
            flow: ReducedFlow {
                key: FlowKey {
                    src_ip,
                    dest_ip,
                    interval: IntervalNumber(flow.interval),
                    source: SourceId(0),
                    rule: RuleId(0),
                    dest_port: flow.port,
                    protocol: 6,
                    direction: if flow.inbound { Direction::Inbound } else { Direction::Outbound },
                    decision: if flow.denied { Decision::Denied } else { Decision::Allowed },
                    encryption: WordId(0),
                },
                counters: Counters {
                    flows_started,
                    flows_completed,
                    packets_src_to_dest,
                    bytes_src_to_dest: out,
                    packets_dest_to_src,
                    bytes_dest_to_src: back,
                    records: 1,
                    first_millis: i64::from(flow.port),
                    last_millis: i64::from(flow.outside),
                },
            },
            l7_protocol: "Unknown",
            decoration: Decoration {
                src: SideId::default(),
                dest: SideId::default(),
                flow_type: flow.flow_type,
                link: Link::default(),
                endpoint: None,
                captured_at_hop: false,
                unknown: None,
                public,
            },
            decorator: None,
            public: public.map(|_| addresses.number(outside, Some((0, lookups)))),
            group: None,
            processed_micros: i64::from(flow.port),
        });
    }
    rows.sort_by_key(|row| (row.flow.key.src_ip.to_string(), row.flow.key.dest_ip.to_string()));
    (rows, addresses)
}

fn sums<'a>(rows: impl IntoIterator<Item = &'a EnrichedFlow>) -> [i128; 7] {
    let mut sums = [0; 7];
    for row in rows {
        let Counters {
            flows_started,
            flows_completed,
            packets_src_to_dest,
            bytes_src_to_dest,
            packets_dest_to_src,
            bytes_dest_to_src,
            records,
            ..
        } = row.flow.counters;
        let all = [
            flows_started,
            flows_completed,
            packets_src_to_dest,
            bytes_src_to_dest,
            packets_dest_to_src,
            bytes_dest_to_src,
            records,
        ];
        sums.iter_mut().zip(all).for_each(|(sum, counter)| *sum += i128::from(counter));
    }
    sums
}

/// What rows are, as often as they are.
fn counted<'a>(rows: impl IntoIterator<Item = &'a EnrichedFlow>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(format!("{row:?}")).or_default() += 1;
    }
    counts
}

proptest! {
    #[test]
    fn nothing_is_lost_and_nothing_made_up(
        flows in proptest::collection::vec(any_flow(), 0..60), by_region: bool, denied_scans: bool
    ) {
        let lookups = lookups();
        let (rows, addresses) = enriched(&flows, &lookups);
        let folded = fold(rows.clone(), &addresses, FoldRules { by_region, denied_scans });
        prop_assert_eq!(sums(&folded.rows), sums(&rows));
        // What was folded and what was not is what came in.
        let plain = folded.rows.iter().filter(|row| row.group.is_none());
        prop_assert_eq!(counted(plain.chain(&folded.details)), counted(&rows));
        prop_assert_eq!(folded.tally.folded, folded.details.len() as u64);
        prop_assert!(folded.tally.scan_groups <= folded.tally.scan_rows);
        let mut keys = HashMap::new();
        for row in folded.rows.iter().filter(|row| row.group.is_some()) {
            let group = folded.group(row.group.unwrap());
            let members = folded.members(group);
            // The list is in order, has each address once, and adds up to the row.
            prop_assert!(members.windows(2).all(|pair| pair[0].entry.rank() <= pair[1].entry.rank()));
            let total = members.iter().map(|member| i128::from(member.entry.bytes_src_to_dest)).sum::<i128>();
            prop_assert_eq!(total, i128::from(row.flow.counters.bytes_src_to_dest));
            let started = members.iter().map(|member| member.entry.flows_started).sum::<i64>();
            prop_assert_eq!(started, row.flow.counters.flows_started);
            prop_assert_ne!(row.decoration.flow_type, FlowType::MaliciousFlow);
            let countries: HashSet<&str> = members
                .iter()
                .map(|member| lookups.text(addresses.get(member.public).facts.country))
                .collect();
            if group.scanned_ports.is_none() && row.decoration.flow_type == FlowType::ExternalPublic {
                prop_assert_eq!(countries.len(), 1);
            }
            // A second row of a key is there only because both did not fit into one.
            let key = (row.flow.key, row.decoration, group.scanned_ports.is_some(), countries.into_iter().min().filter(|_| {
                group.scanned_ports.is_none() && row.decoration.flow_type == FlowType::ExternalPublic
            }));
            if let Some(first) = keys.insert(key, row.flow.counters) {
                prop_assert!(first.add(&row.flow.counters).is_none());
            }
        }
        let text = |row: &EnrichedFlow| {
            let blank = |side: PublicSide| row.group.is_some() && row.decoration.public == Some(side);
            let ip = |side, ip: Address| if blank(side) { String::new() } else { ip.to_string() };
            (ip(PublicSide::Src, row.flow.key.src_ip), ip(PublicSide::Dest, row.flow.key.dest_ip))
        };
        prop_assert!(folded.rows.iter().map(text).is_sorted());
    }

    #[test]
    fn folding_twice_or_in_another_order_is_the_same(flows in proptest::collection::vec(any_flow(), 0..40)) {
        // Counters that do not fit are kept apart by the order in which they come.
        let small = |flow: Flow| Flow { counters: flow.counters.map(|counter| counter % 1000), ..flow };
        let flows: Vec<Flow> = flows.into_iter().map(small).collect();
        let lookups = lookups();
        let rules = FoldRules { by_region: true, denied_scans: false };
        let (rows, addresses) = enriched(&flows, &lookups);
        let once = fold(rows, &addresses, rules);
        let other: Vec<Flow> = flows.into_iter().rev().collect();
        let (rows, addresses) = enriched(&other, &lookups);
        let twice = fold(rows, &addresses, rules);
        let said = |folded: &Folded| {
            let mut said: Vec<String> = folded
                .rows
                .iter()
                .map(|row| {
                    let list: Vec<_> = row.group.iter().flat_map(|group| {
                        folded.members(folded.group(*group)).iter().map(|member| member.entry)
                    }).collect();
                    format!("{:?} {:?} {:?}", row.flow, row.decoration.flow_type, list)
                })
                .collect();
            said.sort();
            said
        };
        prop_assert_eq!(said(&once), said(&twice));
    }
}

#[test]
fn a_scan_is_one_row_for_its_target() {
    let scan = |outside, port| Flow {
        flow_type: FlowType::ExternalPublic,
        outside,
        inside: 1,
        port,
        inbound: true,
        denied: true,
        interval: 0,
        counters: [1, 0, 0, 0, 0, 0],
    };
    let flows: Vec<Flow> =
        (0..40).flat_map(|outside| [scan(outside * 6, 22), scan(outside * 6, 23)]).collect();
    let lookups = lookups();
    let (rows, addresses) = enriched(&flows, &lookups);
    let rules = FoldRules { by_region: true, denied_scans: true };
    let folded = fold(rows.clone(), &addresses, rules);
    let [row] = folded.rows.as_slice() else { panic!("{} rows", folded.rows.len()) };
    let group = folded.group(row.group.unwrap());
    assert_eq!((group.scanned_ports, folded.members(group).len()), (Some(2), 40));
    assert_eq!((row.flow.counters.flows_started, row.l7_protocol), (80, ""));
    assert_eq!(folded.details.len(), 80);
    // Without the rule the tally tells what it would do.
    let plain = fold(rows, &addresses, FoldRules { denied_scans: false, ..rules });
    assert_eq!((plain.rows.len(), plain.tally.scan_rows, plain.tally.scan_groups), (4, 4, 1));
}
