use super::*;
use proptest::prelude::*;

/// Text that looks like a flow log and is wrong here and there.
fn crooked_blob() -> impl Strategy<Value = Vec<u8>> {
    let whole = blob(&[
        vnet_record(1, &[BEGIN, END, "x"]),
        nsg_record(2, &["1639389605,10.0.0.4,10.0.0.5,1,2,T,I,A,B,,,,"]),
        vnet_record(2, &[DENY, END]),
    ]);
    let length = whole.len();
    prop::collection::vec((0..length, prop_oneof![Just(None), any::<u8>().prop_map(Some)]), 0..6).prop_map(
        move |edits| {
            let mut bytes = whole.clone().into_bytes();
            for (at, edit) in edits {
                match edit {
                    Some(byte) if at < bytes.len() => bytes[at] = byte,
                    _ => bytes.truncate(at.max(length / 3)),
                }
            }
            bytes
        },
    )
}

/// A record, whole or damaged, or something that is none.
fn part() -> impl Strategy<Value = String> {
    let record = vnet_record(1, &[BEGIN, END, "x"]);
    let length = record.len();
    prop_oneof![
        3 => Just(record.clone()),
        1 => Just(record.replace("Version\":4", "Version\":5")),
        1 => (10..length).prop_map(move |end| record[..end].to_owned()),
        1 => "[ @#x\0]{1,90}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_size_of_the_pieces_does_not_matter(piece in 1_usize..3_000, records in 1_usize..8) {
        let records: Vec<String> = (0..records).map(|i| vnet_record(i as u32, &[BEGIN, END, DENY])).collect();
        let text = blob(&records);
        let whole = decode(&text);
        let cut = decode_pieces(text.as_bytes(), piece, Limits::default());
        prop_assert_eq!(whole.0, cut.0);
        prop_assert_eq!(whole.1.tally(), cut.1.tally());
        prop_assert_eq!(whole.1.position(), cut.1.position());
    }

    #[test]
    fn a_mark_of_byte_order_is_no_record(piece in 1_usize..5) {
        let text = format!("\u{feff}{}", blob(&[vnet_record(1, &[BEGIN, END])]));
        let (kept, decoder) = decode_pieces(text.as_bytes(), piece, Limits::default());
        prop_assert_eq!((kept.records.len(), kept.discarded.len(), decoder.records()), (1, 0, 1));
    }

    #[test]
    fn a_record_is_found_behind_garbage_and_blanks(
        piece in 1_usize..400,
        before in 0_usize..300,
        within in 0_usize..300,
    ) {
        let record = vnet_record(1, &[BEGIN, END]);
        let text = format!("{{\"records\":[@@@@,{}{{{}{}]}}", " ".repeat(before), "\n".repeat(within), &record[1..]);
        let (kept, decoder) = decode_pieces(text.as_bytes(), piece, Limits::default());
        prop_assert_eq!(kept.records.len(), 1);
        prop_assert_eq!(decoder.position(), text.len() as u64 - 2);
    }

    #[test]
    fn every_tuple_is_delivered_or_counted(bytes in crooked_blob(), piece in 1_usize..3_000) {
        let (kept, decoder) = decode_pieces(&bytes, piece, Limits::default());
        let tally = decoder.tally();
        let delivered: usize = kept.records.iter().map(|r| r.tuples.len()).sum();
        prop_assert_eq!(tally.tuples(), delivered as u64);
        prop_assert_eq!(tally.records, kept.records.len() as u64);
        prop_assert_eq!(tally.records + tally.records_discarded(), decoder.records());
        let bad_tuples = kept.discarded.iter().filter(|d| d.2.is_some()).count() as u64;
        prop_assert!(tally.tuples_discarded() >= bad_tuples);
        prop_assert!(decoder.position() <= bytes.len() as u64);
    }

    #[test]
    fn what_comes_later_is_read_as_if_it_had_been_there(
        parts in prop::collection::vec(part(), 1..6),
        cut in 0.0..1.0,
        zeros in any::<bool>(),
        piece in 1_usize..3_000,
    ) {
        let bytes = blob(&parts).into_bytes();
        let (whole, decoder) = decode_pieces(&bytes, piece, Limits::default());
        let cut = (bytes.len() as f64 * cut) as usize;
        let mut early = bytes.clone();
        early.truncate(cut);
        if zeros {
            early.resize(bytes.len(), 0);
        }
        let (first, before) = decode_pieces(&early, piece, Limits::default());
        let mut rest = Kept::default();
        let mut resumed = Decoder::resume(Limits::default(), before.position(), before.records());
        resumed.feed(&bytes[before.position() as usize..], true, &mut rest);
        let records: Vec<_> = first.records.into_iter().chain(rest.records).collect();
        prop_assert_eq!(records, whole.records);
        prop_assert_eq!(resumed.records(), decoder.records());
        let mut tally = before.tally().clone();
        tally.merge(resumed.tally());
        prop_assert_eq!(&tally, decoder.tally());
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400), piece in 1_usize..100) {
        decode_pieces(&bytes, piece, Limits { record_bytes_max: 100 });
    }
}
