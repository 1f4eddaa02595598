//! Comparison of trees that leaves the places out.

use weir_kql::ast::Query;

/// The tree as text without any span.
///
/// The derived `Debug` names every node, so no node can be forgotten here.
pub fn shape(query: &Query) -> String {
    const OPEN: &str = "Span { start: ";
    let text = format!("{query:?}");
    let mut shape = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(at) = rest.find(OPEN) {
        let (before, span) = rest.split_at(at);
        shape.push_str(before);
        let end = span.find('}').expect("a span ends with a brace");
        rest = &span[end + 1..];
    }
    shape.push_str(rest);
    shape
}

/// Checks that two trees are the same but for places, and shows where they are not.
pub fn assert_same(left: &Query, right: &Query, text: &str) {
    let (left, right) = (shape(left), shape(right));
    if left == right {
        return;
    }
    let same = left.chars().zip(right.chars()).take_while(|(a, b)| a == b).count();
    let around = |shape: &str| shape.chars().skip(same.saturating_sub(120)).take(240).collect::<String>();
    panic!("{text}\nthe trees differ\n{}\n{}", around(&left), around(&right));
}

#[test]
fn places_do_not_count() {
    let (a, b) = ("T|where a==1", "// x\nT\n  | where a == 1");
    assert_ne!(weir_kql::parse(a).query, weir_kql::parse(b).query);
    assert_eq!(shape(&weir_kql::parse(a).query), shape(&weir_kql::parse(b).query));
    assert_ne!(shape(&weir_kql::parse(a).query), shape(&weir_kql::parse("T|where a==2").query));
}
