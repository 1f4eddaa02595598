use super::*;
use weir_decode::{Decision, Encryption, State};

/// The one tuple of a record, or why it was not used. Padding lets the usual way of reading be taken as well.
fn read(record: impl Fn(&[&str]) -> String, tuple: &str) -> Result<FlowTuple, Reason> {
    let answers = ["", &" ".repeat(300)].map(|padding| {
        let (kept, decoder) = decode(&format!("{}{padding}", record(&[tuple])));
        let tally = decoder.tally();
        assert_eq!(tally.tuples() + tally.tuples_discarded(), 1, "{tuple}");
        match kept.records[0].tuples.first() {
            Some(tuple) => Ok(*tuple),
            None => Err(kept.discarded[0].0),
        }
    });
    assert_eq!(answers[0], answers[1], "{tuple}");
    answers[0]
}

fn vnet(tuple: &str) -> Result<FlowTuple, Reason> {
    read(|tuples| vnet_record(1, tuples), tuple)
}

fn nsg(tuple: &str) -> Result<FlowTuple, Reason> {
    read(|tuples| nsg_record(2, tuples), tuple)
}

#[test]
fn usual_tuples() {
    let tuple = vnet(END).unwrap();
    assert_eq!(tuple.src_ip.to_string(), "198.51.100.7");
    assert_eq!((tuple.src_port, tuple.dest_port, tuple.protocol), (59350, 8001, 6));
    assert_eq!(
        (tuple.state, tuple.decision, tuple.encryption),
        (State::End, Decision::Allowed, Encryption::Unencrypted)
    );
    assert_eq!((tuple.packets_src_to_dest, tuple.bytes_src_to_dest), (5, 593));
    assert_eq!((tuple.packets_dest_to_src, tuple.bytes_dest_to_src), (4, 560));
    assert_eq!(vnet(DENY).unwrap().decision, Decision::Denied);
    assert_eq!(nsg("1639389605,10.0.0.4,10.0.0.5,1,2,U,I,D,B,,,,").unwrap().decision, Decision::Denied);
}

#[test]
fn unusual_tuples_that_are_right() {
    let t = "1786653162636";
    for (what, tuple) in [
        ("blank counters of a begin", format!("{t},10.0.0.4,10.0.0.5,1,2,6,I,B,NX,,,,")),
        ("surplus commas", format!("{t},10.0.0.4,10.0.0.5,1,2,6,I,E,NX,1,2,3,4,,")),
        ("IPv6", format!("{t},2001:DB8::1,fd00::5,1,2,17,O,C,X,1,2,3,4")),
        ("ICMP without ports", format!("{t},10.0.0.4,10.0.0.5,,,1,I,B,NX,0,0,0,0")),
        ("seconds", "1786653162,10.0.0.4,10.0.0.5,1,2,6,I,B,NX,0,0,0,0".to_owned()),
        ("largest counter", format!("{t},10.0.0.4,10.0.0.5,1,2,6,I,E,NX,9223372036854775807,0,0,0")),
        ("another encryption", format!("{t},10.0.0.4,10.0.0.5,1,2,6,I,B,NX_LOCAL_DST,0,0,0,0")),
    ] {
        assert!(vnet(&tuple).is_ok(), "{what}: {:?}", vnet(&tuple));
    }
    assert_eq!(
        vnet("1786653162,10.0.0.4,10.0.0.5,1,2,6,I,B,NX,0,0,0,0").unwrap().time_millis,
        1_786_653_162_000
    );
    assert_eq!(nsg("1639389605,10.0.0.4,10.0.0.5,1,2,T,I,A").unwrap().state, State::Unstated);
    assert_eq!(nsg("1639389605,10.0.0.4,10.0.0.5,1,2,T,I,A,,,,,").unwrap().state, State::Unstated);
}

#[test]
fn an_encryption_word_that_is_not_known_is_kept() {
    let (kept, _) = decode(&vnet_record(1, &["1786653162636,10.0.0.4,10.0.0.5,1,2,6,I,B,NX_NEW,0,0,0,0"]));
    assert_eq!(kept.records[0].tuples[0].encryption, Encryption::Word(0));
}

#[test]
fn wrong_tuples_are_told_by_reason() {
    let t = "1786653162636";
    for (tuple, reason) in [
        (String::new(), Reason::TooFewFields),
        ("garbage".to_owned(), Reason::TooFewFields),
        (format!("{t},10.0.0.4"), Reason::TooFewFields),
        (format!("{t},10.0.0.4,10.0.0.5,1,2,6,I,B,NX,0,0,0"), Reason::TooFewFields),
        (format!("{t},10.0.0.4,10.0.0.5,1,2,6,I"), Reason::TooFewFields),
        (format!("{t},10.0.0.4,10.0.0.5,1,2,6,I,B,NX,0,0,0,0,x"), Reason::SurplusFields),
        ("x,10.0.0.4,10.0.0.5,1,2,6,I,B,NX,0,0,0,0".to_owned(), Reason::BadTime),
        ("-1,10.0.0.4,10.0.0.5,1,2,6,I,B,NX,0,0,0,0".to_owned(), Reason::BadTime),
        ("99999999999999999999,10.0.0.4,10.0.0.5,1,2,6,I,B,NX,0,0,0,0".to_owned(), Reason::BadTime),
        ("999999999999999,10.0.0.4,10.0.0.5,1,2,6,I,B,NX,0,0,0,0".to_owned(), Reason::BadTime),
        (format!("{t},10.0.0.256,10.0.0.5,1,2,6,I,B,NX,0,0,0,0"), Reason::BadAddress),
        (format!("{t},10.0.0.4,10.0.05.5,1,2,6,I,B,NX,0,0,0,0"), Reason::BadAddress),
        (format!("{t},10.0.0.4,,1,2,6,I,B,NX,0,0,0,0"), Reason::BadAddress),
        (format!("{t},10.0.0.4,10.0.0.5,65536,2,6,I,B,NX,0,0,0,0"), Reason::BadPort),
        (format!("{t},10.0.0.4,10.0.0.5,,2,6,I,B,NX,0,0,0,0"), Reason::BadPort),
        (format!("{t},10.0.0.4,10.0.0.5,1,2,256,I,B,NX,0,0,0,0"), Reason::BadProtocol),
        (format!("{t},10.0.0.4,10.0.0.5,1,2,X,I,B,NX,0,0,0,0"), Reason::BadProtocol),
        (format!("{t},10.0.0.4,10.0.0.5,1,2,T,I,B,NX,0,0,0,0"), Reason::OtherGeneration),
        (format!("{t},10.0.0.4,10.0.0.5,1,2,6,X,B,NX,0,0,0,0"), Reason::BadDirection),
        (format!("{t},10.0.0.4,10.0.0.5,1,2,6,I,A,NX,0,0,0,0"), Reason::BadState),
        (format!("{t},10.0.0.4,10.0.0.5,1,2,6,I,B,,0,0,0,0"), Reason::BadEncryption),
        (format!("{t},10.0.0.4,10.0.0.5,1,2,6,I,B,NX,-1,0,0,0"), Reason::BadCounter),
        (format!("{t},10.0.0.4,10.0.0.5,1,2,6,I,E,NX,9223372036854775808,0,0,0"), Reason::BadCounter),
        (format!("{t},10.0.0.4,10.0.0.5,1,2,6,I,E,NX,1.5,0,0,0"), Reason::BadCounter),
    ] {
        assert_eq!(vnet(&tuple), Err(reason), "{tuple}");
    }
    assert_eq!(nsg(BEGIN), Err(Reason::OtherGeneration));
    assert_eq!(nsg("1639389605,10.0.0.4,10.0.0.5,1,2,T,I,X,B,,,,"), Err(Reason::BadDecision));
    assert_eq!(nsg("1639389605,10.0.0.4,10.0.0.5,1,2,T,I,A,D,,,,"), Err(Reason::BadState));
}

#[test]
fn good_tuples_beside_bad_ones_are_kept() {
    let record = vnet_record(1, &[BEGIN, "garbage", END]).replace(r#""garbage""#, r#""garbage",17,null"#);
    let (kept, decoder) = decode(&record);
    assert_eq!(kept.records[0].tuples.len(), 2);
    assert_eq!(
        kept.discarded,
        [(Reason::TooFewFields, 0, Some(1)), (Reason::NotText, 0, Some(2)), (Reason::NotText, 0, Some(3))]
    );
    assert_eq!(decoder.tally().tuples_discarded(), 3);
}
