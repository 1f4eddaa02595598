use super::*;

#[test]
fn a_vnet_blob_as_azure_writes_it() {
    let text = blob(&[vnet_record(1, &[BEGIN, END]), vnet_record(2, &[DENY])]);
    let (kept, decoder) = decode(&text);
    assert_eq!(kept.records.len(), 2);
    assert_eq!(kept.discarded, []);
    let tally = decoder.tally();
    assert_eq!((tally.records, tally.tuples_by_state, tally.tuples_denied), (2, [1, 0, 1, 1, 0], 1));
    assert_eq!((tally.packets_src_to_dest, tally.bytes_dest_to_src), (5, 560));
    assert_eq!(kept.records[0].groups, ["acl|UserRule_web||0..2"]);
    assert_eq!(
        kept.records[0].header,
        "VnetV4 1786654881123456 /SUBSCRIPTIONS/S/FLOWLOGS/LOG /subscriptions/s/virtualNetworks/Hub 000D3A1B2C3D"
    );
    // The closing brackets are the tail that moves when the blob grows.
    assert_eq!(decoder.position(), text.len() as u64 - 2);
}

#[test]
fn nsg_blobs_of_both_versions_in_one_hour() {
    let v2 = "1639389605,10.0.0.4,20.42.24.50,44952,443,T,O,A,E,25,4000,30,9000";
    let v2_begin = "1639389605,10.0.0.4,20.42.24.50,44952,443,U,O,A,B,,,,";
    let v2_denied = "1639389605,203.0.113.9,10.0.0.4,4495,22,T,I,D,B,,,,";
    let v1 = "1639389605,10.0.0.4,20.42.24.50,44952,443,T,O,A";
    let text = blob(&[nsg_record(2, &[v2, v2_begin, v2_denied]), nsg_record(1, &[v1])]);
    let (kept, decoder) = decode(&text);
    assert_eq!(kept.discarded, []);
    let tally = decoder.tally();
    assert_eq!((tally.tuples_by_state, tally.tuples_denied), ([2, 0, 1, 0, 1], 1));
    assert_eq!(tally.bytes_src_to_dest, 4000);
    assert!(kept.records[0].header.starts_with("NsgV2"));
    assert!(kept.records[1].header.starts_with("NsgV1"));
    assert_eq!(kept.records[0].tuples[0].time_millis, 1_639_389_605_000);
    assert_eq!(kept.records[0].groups, ["|DefaultRule_DenyAllInBound|000D3A1B2C3D|0..3"]);
}

#[test]
fn generations_mix_within_a_blob() {
    let nsg = "1639389605,10.0.0.4,20.42.24.50,44952,443,T,O,A,B,,,,";
    let (kept, _) = decode(&blob(&[vnet_record(1, &[BEGIN]), nsg_record(2, &[nsg])]));
    assert_eq!((kept.records.len(), kept.discarded.len()), (2, 0));
}

#[test]
fn forms_in_which_people_keep_records() {
    let (one, two) = (vnet_record(1, &[BEGIN]), vnet_record(2, &[END]));
    let whole = blob(&[one.clone(), two.clone()]);
    let pretty = whole.replace(r#","#, ",\r\n  ").replace('{', "{ ").replace("NX,\r\n  ", "NX,");
    for (form, text, records) in [
        ("bare record", one.clone(), 1),
        ("JSON lines", format!("{one}\n{two}\n"), 2),
        ("JSON lines with CR LF", format!("{one}\r\n{two}\r\n"), 2),
        ("array", format!("[{one},{two}]"), 2),
        (
            "a blob a line",
            format!("{}\n{}\n", blob(std::slice::from_ref(&one)), blob(std::slice::from_ref(&two))),
            2,
        ),
        ("byte-order mark", format!("\u{feff}{whole}"), 2),
        (
            "other properties around",
            format!(r#"{{"count":2,"records":[{one},{two}],"next":{{"a":[1]}}}}"#),
            2,
        ),
        ("the new blocks of a grown blob", format!(",{one},{two}]}}"), 2),
        ("empty", String::new(), 0),
        ("no records", r#"{"records":[]}"#.to_owned(), 0),
    ] {
        let (kept, decoder) = decode(&text);
        assert_eq!((kept.records.len(), kept.discarded.len()), (records, 0), "{form}");
        assert_eq!(decoder.waiting_bytes(), 0, "{form}");
    }
    // Pretty-printing puts blanks inside the tuples of this crude copy, too; records stay whole.
    assert_eq!(decode(&pretty).0.records.len(), 2);
}

#[test]
fn properties_come_in_any_order_and_spelling() {
    let record = format!(
        r#"{{"flowRecords":{{"flows":[{{"flowGroups":[{{"flowTuples":["{END}"],"rule":"r"}}],"aclID":"a"}}]}},"extra":{{"x":[null,true,-1.5e3]}},"targetResourceId":"t","flowLogResourceID":"f","category":"FlowLogFlowEvent","flowLogVersion":4,"time":"2026-08-13T21:01:21Z"}}"#
    );
    let (kept, _) = decode(&record);
    assert_eq!(kept.records[0].groups, ["a|r||0..1"]);
    assert_eq!(kept.records[0].header, "VnetV4 1786654881000000 f t ");
    let nsg = nsg_record(2, &[]).replace("resourceId", "resourceid");
    assert!(decode(&nsg).0.records[0].header.contains("/SUBSCRIPTIONS/S/NETWORKSECURITYGROUPS/NSG"));
}

#[test]
fn one_list_twice_in_a_record_stays_two_groups() {
    let flow = format!(r#"{{"aclID":"a","flowGroups":[{{"rule":"r","flowTuples":["{BEGIN}"]}}]}}"#);
    let record = vnet_record(1, &[]).replace(r#""flows":["#, &format!(r#""flows":[{flow},{flow},"#));
    let (kept, _) = decode(&record);
    assert_eq!(kept.records[0].groups, ["a|r||0..1", "a|r||1..2", "acl|UserRule_web||2..2"]);
    assert_eq!(kept.records[0].tuples.len(), 2);
}

#[test]
fn flow_records_may_be_an_array() {
    let record = vnet_record(1, &[BEGIN]).replace(r#""flowRecords":{"#, r#""flowRecords":[{"#);
    let record = format!("{}]}}", &record[..record.len() - 1]);
    assert_eq!(decode(&record).0.records[0].tuples.len(), 1);
}

#[test]
fn names_with_escapes_are_resolved() {
    let record = vnet_record(1, &[BEGIN]).replace("UserRule_web", r"UserRule_a\/b\u00e9");
    assert_eq!(decode(&record).0.records[0].groups, ["acl|UserRule_a/bé||0..1"]);
}
