use super::*;
use proptest::prelude::*;

fn any_tuple() -> impl Strategy<Value = String> {
    let state = prop_oneof![Just("B"), Just("C"), Just("E"), Just("D"), Just("x")];
    let word = prop_oneof![Just("NX"), Just("X"), Just("NX_FALLBACK"), Just("NX_ODD")];
    (0_u8..4, 0_u8..4, 1_u16..4, state, word, prop::array::uniform4(0_u32..10_000), 0_u64..7_200_000)
        .prop_map(|(src, dest, port, state, word, c, time)| {
            format!(
                "{},10.0.0.{src},10.0.1.{dest},5000,{port},6,I,{state},{word},{},{},{},{}",
                1_786_653_000_000 + time,
                c[0],
                c[1],
                c[2],
                c[3]
            )
        })
}

fn any_records() -> impl Strategy<Value = Vec<String>> {
    let one = (0_u32..60, prop::collection::vec(any_tuple(), 0..12))
        .prop_map(|(minute, tuples)| record(minute, &tuples));
    prop::collection::vec(one, 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_comes_in_comes_out(records in any_records()) {
        let (flows, _, tally) = reduce(&records.join("\n"), Interval::TEN_MINUTES);
        let sum = |part: fn(&Counters) -> i64| flows.iter().map(|f| part(&f.counters) as u128).sum::<u128>();
        prop_assert_eq!(sum(|c| c.packets_src_to_dest), tally.packets_src_to_dest);
        prop_assert_eq!(sum(|c| c.bytes_src_to_dest), tally.bytes_src_to_dest);
        prop_assert_eq!(sum(|c| c.packets_dest_to_src), tally.packets_dest_to_src);
        prop_assert_eq!(sum(|c| c.bytes_dest_to_src), tally.bytes_dest_to_src);
        let [begin, _, end, deny, unstated] = tally.tuples_by_state.map(u128::from);
        prop_assert_eq!(sum(|c| c.flows_started), begin + deny + unstated);
        prop_assert_eq!(sum(|c| c.flows_completed), end);
    }

    #[test]
    fn order_and_pieces_do_not_matter(records in any_records(), cut in 0_usize..12, seed in any::<u64>()) {
        let whole = reduce(&records.join("\n"), Interval::TEN_MINUTES);
        let mut mixed = records;
        mixed.sort_by_key(|record| {
            record.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
        });
        let (first, second) = mixed.split_at(cut.min(mixed.len()));
        let mut rows = BTreeMap::new();
        for part in [first, second] {
            let (flows, names, _) = reduce(&part.join("\n"), Interval::TEN_MINUTES);
            for (key, counters) in by_name(&flows, &names) {
                rows.entry(key).and_modify(|sum: &mut Counters| *sum = sum.add(&counters).unwrap()).or_insert(counters);
            }
        }
        prop_assert_eq!(rows, by_name(&whole.0, &whole.1));
    }
}
