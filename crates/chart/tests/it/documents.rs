//! SVG and HTML that any reader takes, whatever the answer holds.

use proptest::prelude::*;
use roxmltree::Document;
use weir_chart::{Size, html, svg, terminal};

use super::samples::{Values, all, answer};

fn sizes() -> [Size; 4] {
    [
        Size::default(),
        Size { width: 0, height: 0 },
        Size { width: 340, height: 220 },
        Size { width: 4_000, height: 100 },
    ]
}

/// Parses a drawing and looks for what could do harm or lie outside.
fn check_svg(name: &str, drawing: &str) {
    let document = Document::parse(drawing).unwrap_or_else(|error| panic!("{name}: {error}\n{drawing}"));
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "svg", "{name}");
    const KNOWN: [&str; 9] = ["svg", "style", "rect", "circle", "path", "line", "text", "title", "desc"];
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        assert!(KNOWN.contains(&node.tag_name().name()), "{name}: <{}>", node.tag_name().name());
        for attribute in node.attributes() {
            assert!(!attribute.name().starts_with("on") && attribute.name() != "href", "{name}");
            assert!(
                !attribute.value().contains("NaN") && !attribute.value().contains("inf"),
                "{name}: {attribute:?}"
            );
        }
        if node.has_tag_name("rect") {
            for side in ["width", "height"] {
                let length: f64 = node.attribute(side).and_then(|text| text.parse().ok()).unwrap();
                assert!(length >= 0.0, "{name}: {node:?}");
            }
        }
    }
}

#[test]
fn every_sample_is_a_document_of_every_size() {
    for (name, answer) in all() {
        for size in sizes() {
            check_svg(name, &svg(&answer, size));
        }
    }
}

#[test]
fn labels_stay_on_the_page() {
    for (name, answer) in all() {
        let drawing = svg(&answer, Size::default());
        let document = Document::parse(&drawing).unwrap();
        let root = document.root_element();
        let side = |side: &str| root.attribute(side).and_then(|text| text.parse::<f64>().ok()).unwrap();
        for text in document.descendants().filter(|node| node.has_tag_name("text")) {
            let at = |axis: &str| text.attribute(axis).and_then(|value| value.parse::<f64>().ok()).unwrap();
            assert!((0.0..=side("width")).contains(&at("x")), "{name}: {text:?}");
            assert!((0.0..=side("height")).contains(&at("y")), "{name}: {text:?}");
        }
    }
}

#[test]
fn pages_hold_no_script_and_fetch_nothing() {
    for (name, answer) in all() {
        let page = html(&answer, "<script>alert(3)</script>\"'&");
        let lower = page.to_lowercase();
        for harm in
            ["<script", "src=", "href=", "@import", "url(", "<iframe", "<object", "onload=", "onerror="]
        {
            // Attributes of SVG and HTML hold no text of the answer without its quotes escaped.
            assert!(
                !lower.contains(harm) || harm.ends_with('=') && name.starts_with("hostile"),
                "{name}: {harm}"
            );
        }
        assert!(page.starts_with("<!doctype html>"));
        assert_eq!(page.matches("<table>").count(), 1);
        assert_eq!(page.matches("<caption>").count(), 1);
        assert!(page.contains("default-src 'none'"));
        assert_eq!(page.matches("<tr>").count(), answer.row_count().min(1_000) + 1, "{name}");
        // HTML is no XML, but the body of this page is both.
        let body = page.split_once("<body>").unwrap().1.split_once("</body>").unwrap().0;
        Document::parse(&format!("<body>{body}</body>")).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn pages_list_the_first_thousand_rows() {
    let names = (0..1_500).map(|i| format!("n{i}")).collect();
    let bytes = Values::Longs((0..1_500).map(Some).collect());
    let page = html(&answer(&[("Name", Values::Texts(names)), ("Bytes", bytes)], "barchart", &[]), "Many");
    assert!(page.contains("<caption>The first 1000 of 1500 rows of the answer</caption>"));
    assert!(page.contains("<td dir=\"auto\">n999</td>") && !page.contains("<td dir=\"auto\">n1000</td>"));
}

const CHARTS: [&str; 10] = [
    "columnchart",
    "barchart",
    "piechart",
    "linechart",
    "timechart",
    "areachart",
    "stackedareachart",
    "scatterchart",
    "card",
    "table",
];

fn anything() -> impl Strategy<Value = weir_answer::Answer> {
    let rows = 0_usize..12;
    let kind = prop_oneof![Just(""), Just("stacked"), Just("stacked100"), Just("unstacked")];
    let value = prop_oneof![any::<f64>(), -1e3..1e3_f64, Just(0.0)];
    (rows, prop::sample::select(CHARTS.to_vec()), kind, any::<bool>(), any::<bool>()).prop_flat_map(
        move |(rows, chart, kind, log, accumulate)| {
            (
                prop::collection::vec(".{0,20}", rows),
                prop::collection::vec("[ab]", rows),
                prop::collection::vec(prop::option::of(0..weir_value::datetime::MAX), rows),
                prop::collection::vec(prop::option::of(value.clone()), rows),
                prop::collection::vec(any::<Option<i64>>(), rows),
                prop::collection::vec(any::<bool>(), 5),
                ".{0,20}",
            )
                .prop_map(move |(names, split, times, reals, longs, taken, title)| {
                    let columns = [
                        ("name", Values::Texts(names)),
                        ("split", Values::Texts(split)),
                        ("time", Values::Times(times)),
                        ("real", Values::Reals(reals)),
                        ("long", Values::Longs(longs)),
                    ];
                    let taken = columns.into_iter().zip(taken).filter(|(_, taken)| *taken);
                    let columns: Vec<(&str, Values)> = taken.map(|(column, _)| column).collect();
                    let columns = if columns.is_empty() {
                        vec![("long", Values::Longs(vec![Some(1)]))]
                    } else {
                        columns
                    };
                    let mut properties = vec![("title", title.as_str()), ("kind", kind)];
                    if log {
                        properties.extend([("yaxis", "log"), ("xaxis", "log")]);
                    }
                    if accumulate {
                        properties.push(("accumulate", "true"));
                    }
                    answer(&columns, chart, &properties)
                })
        },
    )
}

proptest! {
    #[test]
    fn any_answer_is_drawn(answer in anything(), width in 0_usize..120, colour in any::<bool>()) {
        check_svg("any", &svg(&answer, Size { width: 500, height: 300 }));
        let text = terminal(&answer, width, Some(8), colour);
        prop_assert!(text.ends_with('\n'));
    }
}
