use super::*;

fn reasons(kept: &Kept) -> Vec<Reason> {
    kept.discarded.iter().map(|d| d.0).collect()
}

#[test]
fn records_that_cannot_be_used_are_counted_with_their_tuples() {
    let good = vnet_record(9, &[END]);
    for (bad, reason) in [
        (vnet_record(1, &[BEGIN, END]).replace("Version\":4", "Version\":5"), Reason::UnknownVersion),
        (vnet_record(1, &[BEGIN, END]).replace("flowLogVersion", "x"), Reason::UnknownVersion),
        (
            vnet_record(1, &[BEGIN, END])
                .replace(":\"FlowLogFlowEvent\",\"flowLogR", ":\"Other\",\"flowLogR"),
            Reason::UnknownCategory,
        ),
        (vnet_record(1, &[BEGIN, END]).replace("2026-08-13T21:01", "yesterday"), Reason::BadRecordTime),
        (vnet_record(1, &[BEGIN, END]).replace("\"time\"", "\"timer\""), Reason::BadRecordTime),
        (nsg_record(3, &["a", "b"]), Reason::UnknownVersion),
        // Tuples of NSG logs inside the layout of VNet logs, as a public converter writes them.
        (
            vnet_record(1, &["1705318200,10.0.1.4,10.0.1.5,5,443,T,O,A,B,5,1500,3,900", "x"])
                .replace("flowLogVersion\":4", "properties\":{\"Version\":2}"),
            Reason::UnknownVersion,
        ),
        // Records of NSG logs that call themselves VNet logs.
        (
            nsg_record(2, &["a", "b"])
                .replace("NetworkSecurityGroupFlowEvent\"", "FlowLogFlowEvent\",\"flowLogVersion\":4"),
            Reason::UnknownVersion,
        ),
    ] {
        let (kept, decoder) = decode(&blob(&[bad.clone(), good.clone()]));
        assert_eq!(reasons(&kept), [reason], "{bad}");
        assert_eq!(decoder.tally().discarded_tuples[reason.index()], 2, "{bad}");
        assert_eq!((kept.records.len(), kept.records[0].index), (1, 1));
    }
}

#[test]
fn bytes_that_are_no_json_do_not_stop_a_blob() {
    let (one, two) = (vnet_record(1, &[BEGIN]), vnet_record(2, &[END]));
    for (what, text, records) in [
        ("garbage between", format!("{{\"records\":[{one},@@@@,{two}]}}"), 2),
        ("a hole in a record", format!("{{\"records\":[{},{two}]}}", &one[..one.len() / 2]), 1),
        ("a record without its end", format!("{{\"records\":[{},{two}]}}", &one[..one.len() - 6]), 1),
        (
            "a tuple without its end",
            format!("{{\"records\":[{},{two}]}}", &one[..one.find(",0,0").unwrap()]),
            1,
        ),
        (
            "half a blob, then another",
            format!("{{\"records\":[{}{{\"records\":[{two}]}}", &one[..one.len() - 9]),
            1,
        ),
        ("half a line, then another", format!("{}\n{two}\n", &one[..one.len() - 9]), 1),
    ] {
        let (kept, decoder) = decode(&text);
        assert_eq!(kept.records.len(), records, "{what}");
        assert_eq!(reasons(&kept), [Reason::BadJson], "{what}");
        assert_eq!((decoder.waiting_bytes(), decoder.bad_bytes()), (0, 0), "{what}");
    }
}

#[test]
fn bytes_that_nothing_follows_are_not_given_up() {
    let (one, two) = (vnet_record(1, &[BEGIN]), vnet_record(2, &[END]));
    let large = vnet_record(2, &[END; 40]);
    for (what, settled, tail, whole) in [
        ("text", String::new(), "Not Found".to_owned(), None),
        ("a web page", String::new(), "<html>{\"time\":1}</html>".to_owned(), None),
        (
            "a file made in its full size and filled from the front",
            format!("{{\"records\":[{one}"),
            format!(",{}", "\0".repeat(two.len() + 2)),
            Some(format!(",{two}]}}")),
        ),
        (
            "the same, broken off in a record",
            format!("{{\"records\":[{one}"),
            format!(",{}{}", &two[..70], "\0".repeat(two.len() - 68)),
            Some(format!(",{two}]}}")),
        ),
        ("rubbish behind a blob", format!("{{\"records\":[{one},{two}"), "]}}\0\0\0\0".to_owned(), None),
        (
            "a record beyond the limit, without its end",
            format!("{{\"records\":[{one}"),
            format!(",{}", &large[..large.len() - 1]),
            None,
        ),
    ] {
        let limits = Limits { record_bytes_max: 2_000 };
        for piece in [1, 7, 100, 1_000, 100_000] {
            let (kept, decoder) = decode_pieces(format!("{settled}{tail}").as_bytes(), piece, limits);
            assert_eq!(kept.discarded, [], "{what} in pieces of {piece}");
            assert_eq!(decoder.position() as usize, settled.len(), "{what} in pieces of {piece}");
            let unread = decoder.waiting_bytes() + decoder.bad_bytes();
            assert!(unread + 3 >= tail.len() as u64, "{what} in pieces of {piece}: {unread}");
            if let Some(whole) = &whole {
                let mut rest = Kept::default();
                let mut resumed = Decoder::resume(limits, decoder.position(), decoder.records());
                resumed.feed(whole.as_bytes(), true, &mut rest);
                assert_eq!((rest.records.len(), resumed.records()), (1, 2), "{what}");
            }
        }
    }
}

#[test]
fn rubbish_between_records_has_no_tuples() {
    let (one, two) = (vnet_record(1, &[BEGIN]), vnet_record(2, &[END]));
    let (_, decoder) = decode(&format!("{{\"records\":[{one},@@@@,{two}]}}"));
    assert_eq!((decoder.tally().tuples(), decoder.tally().tuples_discarded()), (2, 0));
}

#[test]
fn blanks_and_properties_without_end_are_not_held() {
    let record = vnet_record(1, &[END]);
    let limits = Limits { record_bytes_max: 20_000 };
    for (what, text, records) in [
        ("blanks", format!("{{\"records\":[{record},{}{record}]}}", " ".repeat(900_000)), 2),
        ("line ends", format!("{record}{}{record}", "\n".repeat(900_000)), 2),
        ("a property", format!("{{\"records\":[],\"x\":\"{}\"}}\n{record}", "[\\\"".repeat(300_000)), 1),
        ("a property behind", format!("{{\"records\":[{record}],\"x\":[\"{}\"]}}", "{".repeat(900_000)), 1),
        ("a property without end", format!("{{\"records\":[{record}],\"x\":\"{}", "x".repeat(900_000)), 1),
        ("rubbish", format!("{record}{}", "\n#".repeat(450_000)), 1),
    ] {
        let mut kept = Kept::default();
        let mut decoder = Decoder::new(limits);
        let (mut at, mut held) = (0, 0);
        for end in (0..=text.len()).step_by(4_096).skip(1).chain([text.len()]) {
            held = held.max(end - at);
            at += decoder.feed(&text.as_bytes()[at..end], end == text.len(), &mut kept);
        }
        assert_eq!((kept.records.len(), kept.discarded.len()), (records, 0), "{what}");
        assert!(held < 100_000, "{what}: {held} bytes are held");
    }
}

#[test]
fn a_blob_cut_short_keeps_its_whole_records_and_waits_for_the_rest() {
    let text = blob(&[vnet_record(1, &[BEGIN]), vnet_record(2, &[END])]);
    let first_end = text.find("]}]}]}}").unwrap() + 7;
    for cut in 0..text.len() {
        let (kept, decoder) = decode(&text[..cut]);
        let records = usize::from(cut >= first_end) + usize::from(cut >= text.len() - 2);
        assert_eq!(kept.records.len(), records, "cut at {cut}");
        assert_eq!(kept.discarded, [], "cut at {cut}");
        let position = decoder.position() as usize;
        // Everything up to the last record, and never a comma or a closing bracket.
        let done = [12, first_end, text.len() - 2][records];
        assert!(position == 0 && cut < 12 || position == done, "{position}, cut at {cut}");
        // A second reading takes up there and sees the rest, nothing twice.
        let mut rest = Kept::default();
        let mut resumed = Decoder::resume(Limits::default(), decoder.position(), decoder.records());
        resumed.feed(&text.as_bytes()[position..], true, &mut rest);
        assert_eq!(rest.records.len(), 2 - records, "cut at {cut}");
        assert_eq!(resumed.position() as usize, text.len() - 2);
        assert_eq!(resumed.records(), 2);
    }
}

#[test]
fn a_record_beyond_the_limit_is_skipped() {
    let many: Vec<&str> = std::iter::repeat_n(BEGIN, 5_000).collect();
    let text = blob(&[vnet_record(1, &[END]), vnet_record(2, &many), vnet_record(3, &[END])]);
    let limits = Limits { record_bytes_max: 20_000 };
    let (kept, decoder) = decode_pieces(text.as_bytes(), 4_096, limits);
    assert_eq!((kept.records.len(), reasons(&kept)), (2, vec![Reason::TooLarge]));
    assert_eq!(kept.records[1].index, 2);
    assert_eq!(decoder.position() as usize, text.len() - 2);
}

#[test]
fn absurd_nesting_is_refused() {
    let deep = format!(r#"{{"time":"2026-08-13T21:01:21Z","x":{}}}"#, "[".repeat(1_000_000));
    let (kept, _) = decode(&format!("{deep}\n{}\n", vnet_record(1, &[END])));
    assert_eq!((kept.records.len(), reasons(&kept)), (1, vec![Reason::BadJson]));
}

#[test]
fn bytes_that_are_no_utf8_do_no_harm() {
    let mut bytes = vnet_record(1, &[BEGIN]).replace("UserRule_web", "UserRule_###").into_bytes();
    for byte in bytes.iter_mut().filter(|b| **b == b'#') {
        *byte = 0xff;
    }
    let (kept, _) = decode_pieces(&bytes, 1 << 20, Limits::default());
    assert_eq!(kept.records[0].groups, ["acl|UserRule_\u{fffd}\u{fffd}\u{fffd}||0..1"]);
}
