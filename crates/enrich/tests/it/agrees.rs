//! Decoration of any addresses is the same from both ends, and by the slow way.

use std::sync::LazyLock;

use proptest::prelude::*;
use weir_decode::{Address, Direction};
use weir_enrich::{Decorator, Ends, FlowType, Memo, PublicKind, PublicSide};

use crate::company::inventory;

static DECORATOR: LazyLock<Decorator> = LazyLock::new(|| Decorator::new(&inventory()));

const MACS: [&str; 7] =
    ["00000000000A", "00000000000B", "00000000000C", "00000000000D", "0000000000F1", "0000000000A1", "none"];

fn any_address() -> impl Strategy<Value = Address> {
    let near = (0_usize..12, any::<u8>()).prop_map(|(network, host)| {
        let networks: [[u8; 3]; 12] = [
            [10, 0, 1],
            [10, 0, 2],
            [10, 1, 1],
            [10, 1, 2],
            [10, 2, 1],
            [10, 3, 1],
            [10, 9, 1],
            [10, 244, 7],
            [20, 0, 0],
            [192, 168, 10],
            [192, 168, 40],
            [172, 16, 201],
        ];
        let [a, b, c] = networks[network];
        Address::from_ipv4(u32::from_be_bytes([a, b, c, host % 24]))
    });
    prop_oneof![8 => near, 1 => any::<u32>().prop_map(Address::from_ipv4), 1 => any::<u128>().prop_map(Address::from_ipv6)]
}

/// Whose public addresses are.
fn kind(address: Address) -> PublicKind {
    [PublicKind::Azure, PublicKind::External, PublicKind::Malicious][(address.bits() % 3) as usize]
}

proptest! {
    #[test]
    fn both_directions_agree(src in any_address(), dest in any_address(), mac in 0..MACS.len()) {
        let captured_at = DECORATOR.capture_point(MACS[mac], "", "");
        let there = DECORATOR.decorate(&Ends { src, dest, direction: Direction::Outbound, captured_at }, kind);
        let back = DECORATOR.decorate(&Ends { src: dest, dest: src, direction: Direction::Inbound, captured_at }, kind);
        prop_assert_eq!(there.flow_type, back.flow_type);
        prop_assert_eq!((there.src, there.dest), (back.dest, back.src));
        let other_side = |side| match side {
            PublicSide::Src => PublicSide::Dest,
            PublicSide::Dest => PublicSide::Src,
        };
        prop_assert_eq!(there.public, back.public.map(other_side));
        prop_assert_eq!(there.public.is_some(), there.flow_type.has_public_end());
        prop_assert_eq!(there.captured_at_hop, back.captured_at_hop);
        prop_assert_eq!(there.link.kind, back.link.kind);
        prop_assert_eq!(there.unknown.is_some(), there.flow_type == FlowType::Unknown);
        let told = DECORATOR.explain(&Ends { src, dest, direction: Direction::Outbound, captured_at }, MACS[mac], &kind);
        prop_assert_eq!(told.decoration, there);
    }

    #[test]
    fn what_is_remembered_is_what_would_be_found(
        flows in proptest::collection::vec((any_address(), any_address(), 0..MACS.len(), any::<bool>()), 1..40)
    ) {
        let mut memo = Memo::default();
        for (src, dest, mac, out) in flows.iter().flat_map(|flow| [flow, flow]) {
            let captured_at = DECORATOR.capture_point(MACS[*mac], "", "");
            let direction = if *out { Direction::Outbound } else { Direction::Inbound };
            let ends = Ends { src: *src, dest: *dest, direction, captured_at };
            prop_assert_eq!(memo.decorate((0, None), &DECORATOR, &ends, kind), DECORATOR.decorate(&ends, kind));
        }
    }
}
