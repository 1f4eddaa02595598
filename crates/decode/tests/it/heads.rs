//! The record by which copies of a blob are recognised.

use super::*;

fn meaning(text: &str) -> Vec<u8> {
    weir_decode::head(text.as_bytes(), true).expect("it has a head").meaning
}

#[test]
fn the_head_is_the_same_in_every_container() {
    let (one, two) = (vnet_record(1, &[BEGIN]), vnet_record(2, &[END]));
    for text in [
        blob(&[one.clone(), two.clone()]),
        format!("{one}\n{two}\n"),
        format!("\u{feff}[{one},{two}]"),
        format!(r#"{{"count":2,"records":[{one},{two}]}}"#),
        format!("rubbish\n{one}\n{two}\n"),
        format!("{{\"records\":[{},{one},{two}]}}", &two[..two.len() / 2]),
        one.clone(),
    ] {
        let head = weir_decode::head(text.as_bytes(), true).unwrap();
        assert_eq!(&text[head.span], one);
        assert_eq!(head.header.unwrap().mac, "000D3A1B2C3D");
    }
    for text in ["", "[]", "<html>", r#"{"records":[]}"#, &one[..one.len() - 1]] {
        assert_eq!(weir_decode::head(text.as_bytes(), true), None, "{text}");
    }
}

#[test]
fn the_meaning_of_a_head_does_not_depend_on_its_spelling() {
    let one = vnet_record(1, &[BEGIN, END]);
    let pretty = one.replace(":{", " : {\r\n  ").replace("\",\"", "\" ,\t\"").replace('[', "[ ");
    let turned = format!("{{\"flowLogVersion\":4,{}", one[1..].replace(",\"flowLogVersion\":4", ""));
    for text in [pretty, turned] {
        assert_eq!(meaning(&text), meaning(&one), "{text}");
    }
    for other in [
        vnet_record(2, &[BEGIN, END]),
        vnet_record(1, &[END, BEGIN]),
        vnet_record(1, &[BEGIN]),
        vnet_record(1, &[BEGIN, END, "x"]),
        one.replace("000D3A1B2C3D", "000D3A1B2C3E"),
        one.replace("UserRule_web", "UserRule_mail"),
        one.replace(",593,", ",594,"),
        one.replace("NX,5", "NX_NEW,5"),
    ] {
        assert_ne!(meaning(&other), meaning(&one), "{other}");
    }
}

#[test]
fn a_record_that_others_write_alike_is_no_head() {
    let quiet = nsg_record(2, &[]).replace("\"macAddress\":\"000D3A1B2C3D\",", "");
    let tuple = "1639389605,10.0.0.4,20.42.24.50,44952,443,T,O,A,B,,,,";
    let busy = nsg_record(2, &[tuple]).replace("\"macAddress\":\"000D3A1B2C3D\",", "");
    let other = busy.replace("000D3A1B2C3D", "000D3A1B2C3E");
    let blobs = [&busy, &other].map(|record| blob(&[quiet.clone(), record.clone()]));
    assert_ne!(meaning(&blobs[0]), meaning(&blobs[1]));
    let quiet = blob(&[quiet]);
    assert_eq!(weir_decode::head(quiet.as_bytes(), false), None);
    assert!(weir_decode::head(quiet.as_bytes(), true).is_some_and(|head| !head.tells));
}

#[test]
fn the_time_of_a_head_is_told_even_if_it_cannot_be_used() {
    let refused = vnet_record(1, &[END]).replace("Version\":4", "Version\":9");
    let head = weir_decode::head(refused.as_bytes(), true).unwrap();
    assert_eq!((head.header.is_err(), head.time_micros), (true, Some(1_786_654_881_123_456)));
    assert_eq!(head.meaning, refused.as_bytes());
}
