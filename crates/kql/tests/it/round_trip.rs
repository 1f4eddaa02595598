//! Reading what was written gives the same tree, and writing it again the same text.

use proptest::prelude::*;
use weir_kql::{format, format_text, parse, render};

use crate::generate::Generator;
use crate::shape::assert_same;

/// Checks both ways of formatting on a text without errors.
pub fn check(text: &str) {
    let parsed = parse(text);
    assert!(!parsed.has_errors(), "{}", render(text, &parsed.diagnostics));

    let canonical = format(&parsed.query);
    let again = parse(&canonical);
    assert!(!again.has_errors(), "{text}\n=>\n{canonical}\n{}", render(&canonical, &again.diagnostics));
    assert_same(&again.query, &parsed.query, &canonical);
    assert_eq!(format(&again.query), canonical, "formatting is idempotent");

    let kept = format_text(text).expect("a text without errors is formatted");
    let again = parse(&kept);
    assert!(!again.has_errors(), "{text}\n=>\n{kept}\n{}", render(&kept, &again.diagnostics));
    assert_same(&again.query, &parsed.query, &kept);
    assert_eq!(format_text(&kept).as_ref(), Ok(&kept), "formatting is idempotent: {text}");
    assert_eq!(comments(text), comments(&kept), "{text}\n=>\n{kept}");
}

/// The comments of a text in order. Good enough for texts whose strings hold no `//`.
fn comments(text: &str) -> Vec<&str> {
    if text.contains("://") {
        return Vec::new();
    }
    text.lines().filter_map(|line| line.find("//").map(|at| line[at..].trim_end())).collect()
}

/// Puts a comment or a line break behind some of the blanks of a text.
fn with_comments(text: &str, generator: &mut Generator) -> String {
    let mut out = String::new();
    for (i, word) in text.split(' ').enumerate() {
        if i > 0 {
            match generator.below(8) {
                0 => out.push_str(&format!(" // note {i}\n")),
                1 => out.push_str(&format!("\n// note {i}\n\n")),
                2 => out.push('\n'),
                _ => out.push(' '),
            }
        }
        out.push_str(word);
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_trees(seed in any::<u64>(), size in 1_usize..60) {
        let query = Generator::new(seed, size).query();
        let text = format(&query);
        let parsed = parse(&text);
        prop_assert!(!parsed.has_errors(), "{}\n{}", render(&text, &parsed.diagnostics), text);
        assert_same(&parsed.query, &query, &text);
        check(&text);
    }

    #[test]
    fn comments_survive(seed in any::<u64>(), choice in any::<prop::sample::Index>()) {
        let text = choice.get(COMMENTED);
        check(&with_comments(text, &mut Generator::new(seed, 1)));
    }
}

/// Texts without blanks in strings, into which comments are put.
const COMMENTED: &[&str] = &[
    "let a = 1 ; let f = ( x:long , y:string = 'a' ) { let b = x + 1 ; b } ; Flows | where Port == a",
    "Flows | where a == 1 and b in ( 1 , 2 ) or not ( c ) and d between ( 1 .. 2 ) | take 5",
    "Flows | join kind=inner ( Topology | where x == 1 | project Ip , Vm ) on Ip , $left.a == $right.b | count",
    "Flows | summarize a = sum ( x ) , count ( ) by Ip , bin ( Start , 1h ) | sort by a desc , Ip asc",
    "datatable ( a:long , b:string ) [ 1 , 'x' , 2 , 'y' , ] | mv-expand a , b to typeof ( string ) limit 5",
    "union ( Flows | take 1 ) , Topo* | extend x = iff ( a , b , strcat ( 'x' , \"y\" 'z' ) ) , y = dynamic ( [ 1 , 2 ] )",
    "Flows | mv-apply x = Ports on ( where x > 1 | top 1 by x ) | partition by Ip ( take 1 ) | project-away a* , b",
    "Flows | parse Name with * '/' a:string '-' b | top-nested 3 of a by sum ( b ) , top-nested of c by max ( 1 )",
    "Flows | make-series s = sum ( b ) default = 0 on t from 1 to 2 step 3 by k | render timechart with ( title = 'x' , kind = stacked )",
    "Flows | scan declare ( s:long = 0 ) with ( step a : x > 1 => s = 1 ; step b : true ; ) | fork ( count ) ( take 1 )",
    "let T = Flows | where a == 1 | where b == 2 | where c == 3 ; T | evaluate bag_unpack ( d ) : ( * , a:long ) ; T | count",
];
