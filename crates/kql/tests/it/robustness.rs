//! Whatever the text: an answer, in time, with places that lie in the text.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use weir_kql::{DIAGNOSTICS_MAX, TEXT_MAX, format, parse, render};

use crate::generate::Generator;

/// Reads a text and checks what holds of any text.
fn survive(text: &str) {
    let parsed = parse(text);
    assert!(parsed.diagnostics.len() <= DIAGNOSTICS_MAX);
    for diagnostic in &parsed.diagnostics {
        let span = diagnostic.span;
        assert!(
            span.start <= span.end && text.get(span.start..span.end).is_some(),
            "{diagnostic:?} of {text:?}"
        );
        assert!(!diagnostic.message.ends_with('.'), "{diagnostic:?}");
    }
    render(text, &parsed.diagnostics);
    format(&parsed.query);
}

/// Words and marks that queries are made of, and some that they are not.
const PIECES: &[&str] = &[
    "T",
    " ",
    " ",
    " ",
    "\n",
    "|",
    "|",
    "where",
    "extend",
    "a",
    "b",
    "==",
    "=",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ";",
    ".",
    "..",
    "1",
    "1.5",
    "5m",
    "'x'",
    "\"y\"",
    "and",
    "or",
    "not",
    "in",
    "between",
    "has",
    "!has",
    "-",
    "*",
    "+",
    "let",
    "summarize",
    "by",
    "join",
    "kind",
    "inner",
    "on",
    "$left",
    "mv-expand",
    "to",
    "typeof",
    "string",
    "dynamic",
    "datetime(",
    "long(",
    "datatable",
    "union",
    "print",
    "range",
    "from",
    "step",
    "parse",
    "with",
    "as",
    "project-away",
    "top-nested",
    "of",
    "scan",
    "declare",
    "=>",
    ":",
    "partition",
    "fork",
    "find",
    "search",
    "@",
    "h\"",
    "```",
    "\\",
    "//",
    "“",
    "’",
    "é",
    "\u{feff}",
    "\r",
    "#",
    "?",
    "&&",
    "<",
    ">",
    "make-series",
    "default",
    "sort",
    "asc",
    "nulls",
    "first",
    "render",
    "evaluate",
    "set",
    "view",
    "mv-apply",
    "limit",
    "true",
    "null",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_text(text in "\\PC{0,120}") {
        survive(&text);
    }

    #[test]
    fn random_pieces(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60)) {
        survive(&pieces.concat());
        survive(&pieces.join(" "));
    }

    #[test]
    fn damaged_queries(seed in any::<u64>(), size in 1_usize..40) {
        let mut generator = Generator::new(seed, size);
        let text = format(&generator.query());
        survive(&damaged(&text, &mut generator));
    }
}

/// The text with a few characters or stretches gone, doubled, moved or replaced.
fn damaged(text: &str, generator: &mut Generator) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..1 + generator.below(4) {
        if chars.is_empty() {
            break;
        }
        let from = generator.below(chars.len());
        let to = (from + 1 + generator.below(12)).min(chars.len());
        match generator.below(5) {
            0 => drop(chars.drain(from..to)),
            1 => {
                let copy = chars[from..to].to_vec();
                chars.splice(from..from, copy);
            }
            2 => chars.truncate(from),
            3 => chars[from] = char::from(32 + generator.below(95) as u8),
            _ => {
                let piece = PIECES[generator.below(PIECES.len())];
                chars.splice(from..from, piece.chars());
            }
        }
    }
    chars.into_iter().collect()
}

/// A bounded stand-in for a fuzzer: as many damaged texts as a second holds.
#[test]
fn damaged_texts_for_a_second() {
    let deadline = Instant::now() + Duration::from_secs(1);
    let mut generator = Generator::new(1, 60);
    let mut count = 0;
    while Instant::now() < deadline {
        let mut text = format(&Generator::new(count, 30).query());
        for _ in 0..20 {
            text = damaged(&text, &mut generator);
            survive(&text);
            count += 1;
        }
    }
    println!("{count} texts survived");
}

fn errors(text: &str) -> Vec<String> {
    parse(text).diagnostics.into_iter().filter(|d| d.is_error()).map(|d| d.message).collect()
}

#[test]
fn nesting_is_limited_and_does_not_overflow() {
    let deep = "the query nests more than 128 levels deep";
    let many = 100_000;
    let texts = [
        format!("print {}1{}", "(".repeat(many), ")".repeat(many)),
        format!("print {}", "f(".repeat(many)),
        format!("print {}", "a[".repeat(many)),
        format!("print dynamic({}", "[".repeat(many)),
        format!("print dynamic({}", "{'a':".repeat(many)),
        format!("T {}{}", "| join (T ".repeat(many), ")".repeat(many)),
        format!("T | {}", "mv-apply a on (".repeat(many)),
        format!("T {}{}", "| where a in (T ".repeat(many), ")".repeat(many)),
        format!("T | where {}", "a between (".repeat(many)),
        "let f = () { ".repeat(many),
        format!("print a{}", ".b".repeat(many)),
        format!("print a{}", "[0]".repeat(many)),
        format!("print a{}", " + a".repeat(many)),
        format!("print a{}", " == a".repeat(many)),
        format!("print {}a", "(a or b and c == d < e + f * g has (".repeat(many / 10)),
        format!("toscalar({}", "toscalar(T | where a == ".repeat(many / 10)),
        format!("union {}", "(union ".repeat(many)),
    ];
    for text in &texts {
        survive(text);
        assert!(errors(text).iter().any(|message| message == deep), "{}", &text[..40]);
    }
}

#[test]
fn a_million_signs_are_one_mistake() {
    let text = format!("print {}1", "-".repeat(1_000_000));
    assert_eq!(errors(&text), ["an operand has one sign at most"]);
    survive(&text);
}

#[test]
fn nesting_below_the_limit_is_read() {
    for depth in [10, 60, 120] {
        let text = format!("print {}1{}", "(".repeat(depth), ")".repeat(depth));
        assert_eq!(errors(&text), [""; 0]);
        survive(&text);
        let text = format!(
            "print {}1{}",
            "f(a or b and c == d < e + f * g has (".repeat(depth / 10),
            "))".repeat(depth / 10)
        );
        assert_eq!(errors(&text), [""; 0]);
        survive(&text);
        let text = format!("T {}{}", "| join (T ".repeat(depth), ") on a".repeat(depth));
        assert_eq!(errors(&text), [""; 0]);
        survive(&text);
    }
}

#[test]
fn flat_texts_are_not_limited() {
    let many = 50_000;
    for text in [
        format!("T | where a == 0{}", " or a == 1".repeat(many)),
        format!("T | where a == 0{}", " and a == 1".repeat(many)),
        format!("T{}", " | where a == 1".repeat(many)),
        format!("T | project a{}", ", a".repeat(many)),
        format!("T | where a in (0{})", ", 1".repeat(many)),
        format!("print {}'a'", "'a' ".repeat(many)),
        "let a = 1;\n".repeat(many),
        format!("print dynamic([0{}])", ", 1".repeat(many)),
    ] {
        assert_eq!(errors(&text), [""; 0], "{}", &text[..40]);
        survive(&text);
    }
}

#[test]
fn long_texts_take_linear_time() {
    // Generous for an unoptimised build on a busy machine; a quadratic step would take hours.
    let limit = Duration::from_secs(20);
    for piece in [
        "(",
        ")",
        "[",
        "{",
        "\"",
        "'\\d",
        "``",
        "datetime(",
        "a.",
        "- ",
        "--\n",
        "// x\n",
        "| ",
        "é",
        "“",
        "a b ",
        "€",
        "x(y;",
        ", ",
        "<a",
        "{a} ",
        "1 m ",
        "let a=",
        ".x;",
        "#\n",
        "\\\"",
        "a in (",
        "!",
    ] {
        let text = piece.repeat(200_000 / piece.len());
        let start = Instant::now();
        survive(&text);
        assert!(start.elapsed() < limit, "{piece:?} takes {:?}", start.elapsed());
    }
}

#[test]
fn too_long_a_text_is_refused() {
    let text = " ".repeat(TEXT_MAX + 1);
    let parsed = parse(&text);
    assert!(parsed.query.statements.is_empty());
    assert_eq!(parsed.diagnostics[0].code, Some("KS244"));
    assert!(parse(&text[1..]).diagnostics.is_empty());
}

#[test]
fn notes_do_not_push_errors_out() {
    let text = format!("T{} | where (", ";".repeat(500));
    let parsed = parse(&text);
    assert!(parsed.has_errors());
    assert!(parsed.diagnostics.len() <= DIAGNOSTICS_MAX);
}
