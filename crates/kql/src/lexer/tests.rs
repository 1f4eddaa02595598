use super::lex;
use crate::ast::Literal;
use crate::token::{TokenKind, UNPAIRED};

fn kinds(text: &str) -> Vec<TokenKind> {
    let mut kinds: Vec<TokenKind> = lex(text).tokens.iter().map(|token| token.kind).collect();
    assert_eq!(kinds.pop(), Some(TokenKind::End));
    kinds
}

fn words(text: &str) -> Vec<&str> {
    let tokens = lex(text).tokens;
    tokens.iter().filter(|t| t.kind != TokenKind::End).map(|t| &text[t.start()..t.end()]).collect()
}

fn strings(text: &str) -> Vec<String> {
    let lexed = lex(text);
    assert!(lexed.diagnostics.iter().all(|d| !d.is_error()), "{text}: {:?}", lexed.diagnostics);
    lexed.strings.into_iter().map(|s| s.value).collect()
}

fn messages(text: &str) -> Vec<String> {
    lex(text).diagnostics.into_iter().map(|d| d.message).collect()
}

#[test]
fn numbers_timespans_and_names_that_begin_with_a_digit() {
    use TokenKind::{Dot, DotDot, Integer, Real, Timespan, Word};
    assert_eq!(
        kinds("1 0x1F 1.5 1. 1e3 1.5E-3 5m 1.5h 7tick 6microsecond"),
        [Integer, Integer, Real, Real, Real, Real, Timespan, Timespan, Timespan, Timespan]
    );
    assert_eq!(kinds("1a 5M 1ns 0x 1L"), [Word; 5]);
    assert_eq!(kinds("1..2"), [Integer, DotDot, Integer]);
    assert_eq!(kinds("1.b"), [Integer, Dot, Word]);
    assert_eq!(kinds("a.1"), [Word, Dot, Integer]);
    assert_eq!(words("1.5.6"), ["1.5", ".", "6"]);
}

#[test]
fn strings_in_every_form() {
    assert_eq!(strings(r#""a\tb" 'it\'s' "\u00e9\x41\101\\""#), ["a\tb", "it's", "éAA\\"]);
    assert_eq!(strings(r#""\ud83d\ude00 \U0001F600""#), ["😀 😀"]);
    assert_eq!(strings(r#"@"a\b" @"say ""x""" @'it''s'"#), [r"a\b", r#"say "x""#, "it's"]);
    assert_eq!(strings("```two\nlines``` ~~~`\\n`~~~"), ["two\nlines", "`\\n`"]);
    let hidden = lex("h'a' H\"b\" h@'c\\' h```d``` hello").strings;
    assert!(hidden.iter().all(|s| s.hidden));
    assert_eq!(hidden.len(), 4);
}

#[test]
fn typographic_quotes_pair_within_their_family() {
    assert_eq!(strings("“a” ”b″ „c“ “d\""), ["a", "b", "c", "d"]);
    assert_eq!(strings("‘a’ ’b′"), ["a", "b"]);
    assert_eq!(strings("\"“plain”\" '’'"), ["“plain”", "’"]);
    let lexed = lex("x == “a” and y == ‘b’");
    assert_eq!(lexed.diagnostics.len(), 1, "one note a text");
    assert_eq!(lexed.diagnostics[0].message, "typographic quotes “ ” ‘ ’ are read as plain ones");
    assert!(lex("\"“\"").diagnostics.is_empty());
}

#[test]
fn bad_strings_are_reported_once_each() {
    assert_eq!(messages(r#""\d\w""#), [r"unknown escape `\d`"]);
    assert_eq!(messages(r#""\u12""#), [r"`\u` lacks its hex digits"]);
    assert_eq!(messages("\"abc\n'x'"), ["this string is not closed on its line"]);
    assert_eq!(messages("```abc"), ["this string is not closed"]);
    assert_eq!(
        messages(r#"where a == \"x\" and b == \"y\""#),
        ["a backslash before a quote outside a string"]
    );
}

#[test]
fn typed_literals() {
    let typed =
        lex("int(5) long( -1 ) real(nan) bool(null) date(2020-01-01) time (1.02:03:04) guid(null)").typed;
    assert_eq!(typed.len(), 7);
    assert_eq!(typed[1], Literal::Long(Some(-1)));
    assert!(matches!(typed[2], Literal::Real(Some(x)) if x.is_nan()));
    assert_eq!(typed[3], Literal::Bool(None));
    assert_eq!(lex("datetime('2020-01-01')").typed, lex("datetime(2020-01-01)").typed);
    assert_eq!(messages("datetime(later)"), ["`later` is not a datetime"]);
    assert_eq!(messages("datetime(f(x)) + 1"), ["`datetime(…)` holds a literal, not an expression"]);
    assert_eq!(messages("datetime(2020-01-01\n| take 1"), ["`datetime(` is not closed"]);
    assert_eq!(kinds("a.date (x:long)").len(), 8, "a member and a declaration are no literals");
}

#[test]
fn white_space_comments_and_marks() {
    assert_eq!(words("\u{feff}a\u{a0}b\r\n\tc // d\ne"), ["a", "b", "c", "e"]);
    assert_eq!(lex("// one\nT // two").comments.len(), 2);
    assert_eq!(words("a !contains b !in~ c in~ d"), ["a", "!contains", "b", "!in~", "c", "in~", "d"]);
    assert_eq!(words("\"http://x\""), ["\"http://x\""]);
    assert_eq!(messages("-- all\nT"), ["`--` does not begin a comment"]);
    assert_eq!(messages("/* a */ T"), ["there are no block comments"]);
    assert_eq!(kinds("a --> b"), kinds("a - - > b"));
    assert_eq!(messages("a – b"), ["unexpected character `–`"]);
    assert_eq!(messages("74be27de-1e4e-49d9-b579-fe0b331d3642"), ["a GUID needs its type around it"]);
}

#[test]
fn brackets_are_paired() {
    let links = |text: &str| -> Vec<u32> {
        lex(text).tokens.iter().filter(|t| t.kind != TokenKind::End).map(|t| t.link).collect()
    };
    assert_eq!(links("([])"), [3, 2, 1, 0]);
    assert_eq!(links("([)"), [2, UNPAIRED, 0]);
    assert_eq!(links(")("), [UNPAIRED, UNPAIRED]);
}
