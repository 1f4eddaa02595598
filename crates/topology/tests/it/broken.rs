//! No input stops the reader, and none makes it panic.

use super::*;

/// All forms, each in one text.
fn forms() -> Vec<(&'static str, String)> {
    let state = terraform::state();
    vec![
        ("list.json", json!({ "value": resources() }).to_string()),
        (
            "table.json",
            json!({ "data": { "columns": [{ "name": "id" }], "rows": [["/subscriptions/x"], []] } })
                .to_string(),
        ),
        ("template.json", templates::template().to_string()),
        ("terraform.tfstate", state.to_string()),
        ("a.csv", "ID,TYPE,PROPERTIES\n/subscriptions/a/b,c/d,\"{\"\"x\"\":[1,2]}\"\n/x,y\n".to_owned()),
        ("sites.yaml", "sites:\n  - name: a\n    prefixes: [10.0.0.0/8]\n".to_owned()),
    ]
}

fn scope() -> Option<Scope> {
    Some(Scope { subscription: "s".to_owned(), resource_group: "g".to_owned() })
}

#[test]
fn a_file_may_end_anywhere() {
    for (name, text) in forms() {
        for end in (0..text.len()).step_by(23).filter(|end| text.is_char_boundary(*end)) {
            let imported = import_into(&[(name, &text[..end])], scope());
            if name.ends_with("json") && end > 0 {
                assert!(imported.findings.has_losses(), "{name} up to {end}");
            }
        }
    }
}

#[test]
fn any_byte_may_be_another() {
    for (name, text) in forms() {
        for at in (0..text.len()).step_by(37) {
            for byte in [b'"', b'{', b'[', b'0', 0xff, b'\''] {
                let mut bytes = text.clone().into_bytes();
                bytes[at] = byte;
                let mut reader = Reader::new(Limits::default(), scope());
                reader.read(name, bytes.as_slice());
                drop(reader.finish());
            }
        }
    }
}

/// Every property of every resource, replaced by something of another kind.
#[test]
fn any_property_may_be_of_another_kind() {
    fn places(value: &Value, path: &str, all: &mut Vec<String>) {
        match value {
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    places(item, &format!("{path}/{at}"), all);
                }
            }
            Value::Object(map) => {
                for (name, item) in map {
                    places(item, &format!("{path}/{}", name.replace('~', "~0").replace('/', "~1")), all);
                }
            }
            _ => {}
        }
        all.push(path.to_owned());
    }
    for whole in [json!({ "value": resources() }), terraform::state(), templates::template()] {
        let mut all = Vec::new();
        places(&whole, "", &mut all);
        let others = [json!(null), json!(-1), json!("x"), json!([[]]), json!({ "id": 5 }), json!(1e300)];
        for (at, path) in all.iter().enumerate() {
            // Each place gets two of them, each kind comes to a third of the places.
            for other in [&others[at % 6], &others[(at + 3) % 6]] {
                let mut changed = whole.clone();
                *changed.pointer_mut(path).unwrap() = other.clone();
                drop(import_into(&[("x.json", &changed.to_string())], scope()));
            }
        }
    }
}

#[test]
fn depth_size_and_number_have_limits() {
    let deep = format!("{{\"value\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(counts(&import(&[("deep.json", &deep)])), [(FindingKind::DamagedFile, 1)]);
    let text = json!({ "value": resources() }).to_string();
    let read = |limits: Limits| {
        let mut reader = Reader::new(limits, None);
        reader.read("list.json", text.as_bytes());
        reader.finish()
    };
    let small = read(Limits { file_bytes_max: 100, ..Limits::default() });
    assert!(small.findings.kept()[0].detail.contains("larger"), "{:?}", small.findings.kept());
    let few = read(Limits { resources_max: 2, ..Limits::default() });
    assert_eq!(few.findings.count(FindingKind::DamagedFile), 1);
    assert_eq!((few.inventory.virtual_networks.len(), few.inventory.virtual_machines.len()), (1, 0));
}
