//! `parse text with * "literal" column: type …`: columns out of text by a pattern; `parse-where` keeps what matches.
//!
//! The pattern is matched once a row; its captures stand in one hidden column while they are converted.
//!
//! Source: <https://learn.microsoft.com/kusto/query/parse-operator>,
//! <https://learn.microsoft.com/kusto/query/parse-where-operator>

mod literals;
mod pattern;
mod shapes;

use datafusion::logical_expr::Expr as PlanExpr;
use weir_kql::Diagnostic;
use weir_kql::ast::{ExprKind, Parse, Property, Span};
use weir_value::KustoType;

use pattern::{CAPTURE, Pattern};

use super::project::assemble;
use crate::bind::{Binder, Env, Scope, choose};
use crate::functions::conversion;
use crate::physical;
use crate::typed::{self, Column, Relation, Typed, column};

/// How a pattern is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Literals are text; one value that is none of its type blanks all columns.
    Simple,
    /// Literals are text; each column stands alone.
    Relaxed,
    /// Literals are regular expressions.
    Regex,
}

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    parse: &Parse,
    span: Span,
    env: &Env,
) -> Relation {
    let (kind, flags) = options(binder, &parse.properties);
    if parse.filter && kind == Kind::Relaxed {
        binder.error(None, span, "parse-where is simple or regex, not relaxed");
    }
    let source = binder.scalar(&parse.source, Scope::of(env, &input));
    let source = binder.converted(source, KustoType::String);
    let pattern = Pattern::read(binder, &parse.pattern, kind, &flags, span);
    let wanted = declared(&parse.pattern);
    let Some(pattern) = pattern.filter(|_| !source.poisoned && !input.open) else {
        let poison =
            wanted.into_iter().map(|(name, kind)| (name, Typed { kind, ..Typed::poison() })).collect();
        return with_columns(binder, input, poison, span);
    };
    let captures = format!("parse {}", input.columns.len());
    let held = hold(binder, input, &captures, pattern.call(source.expr), span);
    let matched = column(&captures).is_not_null();
    // Conversions in a step of their own: each is used for its value and for the verdict on the row.
    let mut converted: Vec<(String, Typed)> = Vec::new();
    for (place, (_, kind)) in wanted.iter().enumerate() {
        let text = capture(&captures, place);
        converted.push((format!("{captures} {place}"), from_text(binder, text, *kind, span)));
    }
    let values: Vec<(String, Typed)> = converted
        .iter()
        .zip(&wanted)
        .map(|((hidden, typed), (name, _))| (name.clone(), Typed { expr: column(hidden), ..typed.clone() }))
        .collect();
    let held = with_columns(binder, held, converted, span);
    let mut fits = matched;
    for (_, typed) in values.iter().filter(|(_, typed)| typed.kind != KustoType::String) {
        fits = fits.and(typed.expr.clone().is_not_null());
    }
    let columns = match kind {
        Kind::Relaxed => values,
        Kind::Simple | Kind::Regex => values
            .into_iter()
            .map(|(name, typed)| {
                let blank = physical::literal(physical::null(typed.kind));
                let expr = choose([(fits.clone(), typed.expr)], blank);
                (name, Typed { expr, ..typed })
            })
            .collect(),
    };
    let held = match parse.filter {
        true => {
            let plan = binder.step(span, &held, |plan| typed::filter(plan, fits));
            Relation { plan, ..held }
        }
        false => held,
    };
    let output = with_columns(binder, held, columns, span);
    let keep = output.columns.iter().filter(|c| !c.name.starts_with(&captures)).cloned().collect();
    super::project::keep(binder, output, keep, span)
}

/// One of the texts that a hidden column holds.
pub(crate) fn capture(held: &str, place: usize) -> Typed {
    let place = i64::try_from(place).unwrap_or(i64::MAX);
    Typed::new(CAPTURE.call(vec![column(held), Typed::long(place).expr]), KustoType::String)
}

/// What a capture is as a value of this type; nothing captured is a blank.
pub(crate) fn from_text(binder: &mut Binder<'_>, text: Typed, kind: KustoType, span: Span) -> Typed {
    match kind {
        KustoType::Decimal if conversion::from_text(kind).result != KustoType::Decimal => {
            binder.unsupported(span, "decimals out of text");
            Typed { kind, ..Typed::poison() }
        }
        KustoType::Dynamic => Typed::new(conversion::PARSE_JSON.call(vec![text.expr]), KustoType::Dynamic),
        kind => binder.converted(text, kind),
    }
}

/// The columns of a pattern.
fn declared(parts: &[weir_kql::ast::ParsePart]) -> Vec<(String, KustoType)> {
    parts
        .iter()
        .filter_map(|part| match part {
            weir_kql::ast::ParsePart::Column { name, kind } => {
                Some((name.text.clone(), kind.unwrap_or(KustoType::String)))
            }
            _ => None,
        })
        .collect()
}

/// The table with one more, hidden column.
pub(crate) fn hold(
    binder: &mut Binder<'_>,
    input: Relation,
    name: &str,
    value: PlanExpr,
    span: Span,
) -> Relation {
    let mut output =
        with_columns(binder, input, vec![(name.to_owned(), Typed::new(value, KustoType::Dynamic))], span);
    if let Some(column) = output.columns.last_mut() {
        column.hidden = true;
    }
    output
}

/// The table with further columns; one of a name that exists takes its place.
pub(crate) fn with_columns(
    binder: &mut Binder<'_>,
    input: Relation,
    columns: Vec<(String, Typed)>,
    span: Span,
) -> Relation {
    let mut items: Vec<(String, Typed, bool)> =
        input.columns.iter().map(|c: &Column| (c.name.clone(), c.typed(), c.hidden)).collect();
    for (name, typed) in columns {
        match items.iter_mut().find(|(known, ..)| *known == name) {
            Some(known) => *known = (name, typed, false),
            None => items.push((name, typed, false)),
        }
    }
    let hidden: Vec<bool> = items.iter().map(|(.., hidden)| *hidden).collect();
    let items = items.into_iter().map(|(name, typed, _)| (name, typed)).collect();
    let open = input.open;
    let mut output = assemble(binder, input, items, span);
    for (column, hidden) in output.columns.iter_mut().zip(hidden) {
        column.hidden = hidden;
    }
    Relation { open, ..output }
}

fn options(binder: &mut Binder<'_>, properties: &[Property]) -> (Kind, String) {
    let mut kind = Kind::Simple;
    let mut flags = String::new();
    for property in properties {
        let word = match &property.value.kind {
            ExprKind::Name(name) => name.text.as_str(),
            _ => "",
        };
        match (property.name.text.as_str(), word) {
            ("kind", "simple") => kind = Kind::Simple,
            ("kind", "relaxed") => kind = Kind::Relaxed,
            ("kind", "regex") => kind = Kind::Regex,
            ("kind", _) => {
                let message = "the kind of a parse is simple, relaxed or regex";
                binder.error(None, property.value.span, message);
            }
            ("flags", word) if !word.is_empty() && word.chars().all(|flag| "imsU".contains(flag)) => {
                word.clone_into(&mut flags);
            }
            ("flags", _) => {
                let diagnostic =
                    Diagnostic::error(None, property.value.span, "these are no flags of a regex");
                binder.tell(diagnostic.with_hint("flags are i, m, s and U, one after the other"));
            }
            (name, _) => binder.error(None, property.name.span, format!("a parse has no property '{name}'")),
        }
    }
    if let Some(property) = properties.iter().find(|p| p.name.text == "flags" && kind != Kind::Regex) {
        binder.error(None, property.name.span, "only a parse of kind=regex has flags");
    }
    (kind, flags)
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    fn one(text: &str, parse: &str, columns: &str) -> String {
        rows(&format!("print s = '{text}' | {parse} | project {columns}"))
    }

    #[test]
    fn columns_lie_between_literals() {
        assert_eq!(
            answer(
                "print s = 'src=10.0.0.4 dst=10.0.0.9 bytes=17' | parse s with * 'src=' src ' dst=' dst ' bytes=' bytes:long"
            ),
            "s:string, src:string, dst:string, bytes:long\n\
             src=10.0.0.4 dst=10.0.0.9 bytes=17 | 10.0.0.4 | 10.0.0.9 | 17"
        );
        assert_eq!(one("k1=a, k2=b, k2=c", "parse s with * 'k2=' v ',' *", "v"), "b");
        assert_eq!(one("left:right", "parse s with l ':' r", "l, r"), "left | right");
    }

    #[test]
    fn what_does_not_match_is_blank_and_parse_where_drops_it() {
        let t = "datatable(s:string)['n=1;', 'other', '']";
        assert_eq!(rows(&format!("{t} | parse s with 'n=' n:long ';'")), "n=1; | 1\nother | null\n | null");
        assert_eq!(
            rows(&format!("{t} | parse s with 'n=' n ';' | project n, isempty(n)")),
            "1 | False\n | True\n | True"
        );
        assert_eq!(rows(&format!("{t} | parse-where s with 'n=' n:int ';' | project n")), "1");
    }

    #[test]
    fn the_end_of_a_pattern_is_the_end_of_the_text() {
        assert_eq!(one("a1b2b", "parse s with 'a' v 'b'", "v"), "1b2");
        assert_eq!(one("a1b2", "parse s with 'a' v 'b'", "v"), "");
        assert_eq!(one("a1b2", "parse s with 'a' v 'b' *", "v"), "1");
        assert_eq!(one("a1b2", "parse kind=regex s with 'a' v 'b'", "v"), "1");
    }

    #[test]
    fn one_value_of_a_wrong_type_blanks_the_row_unless_relaxed() {
        let text = "a=1,b=two,c=x";
        let pattern = "s with 'a=' a:long ',b=' b:long ',c=' c";
        assert_eq!(one(text, &format!("parse {pattern}"), "a, b, c"), "null | null | ");
        assert_eq!(one(text, &format!("parse kind=relaxed {pattern}"), "a, b, c"), "1 | null | x");
        assert_eq!(one(text, &format!("parse-where {pattern}"), "a"), "");
    }

    #[test]
    fn a_number_before_a_star_ends_where_it_ends() {
        assert_eq!(one("n=27 rows m=-3", "parse s with 'n=' n:int * 'm=' m:long", "n, m"), "27 | -3");
        assert_eq!(one("n=x rows m=3", "parse s with 'n=' n:int * 'm=' m:long", "n, m"), "null | null");
        assert_eq!(one("v=1.5kB", "parse s with 'v=' v:real *", "v"), "1.5");
    }

    #[test]
    fn regexes_are_greedy_and_take_flags() {
        assert_eq!(one("xAyAz", "parse kind=regex s with v 'A' w", "v, w"), "xAy | z");
        assert_eq!(one("xAyAz", "parse kind=regex flags=U s with v 'A' *", "v"), "x");
        assert_eq!(one("xAyAz", "parse kind=regex flags=iU s with v 'a' *", "v"), "x");
        assert_eq!(one("in 12 ms", "parse kind=regex s with @'in\\s+' n:int ' (ms|s)'", "n"), "12");
        assert!(refused("print s = 'x' | parse kind=regex s with '(' v").contains("regular expression"));
    }

    #[test]
    fn names_replace_columns_in_their_place() {
        assert_eq!(
            answer("print s = 'a=1', a = 7, z = 0 | parse s with 'a=' a:long ',' *"),
            "s:string, a:long, z:long\na=1 | null | 0"
        );
        assert_eq!(answer("print s = 'a:1' | parse s with s ':' t"), "s:string, t:string\na | 1");
    }

    #[test]
    fn text_is_any_scalar_and_may_have_several_lines() {
        assert_eq!(one("one\\nerror: two\\nthree", "parse s with * 'error: ' e", "strlen(e)"), "9");
        assert_eq!(
            rows("print d = dynamic({'t': 'x=5'}) | parse tostring(d.t) with 'x=' x:int | project x"),
            "5"
        );
    }

    #[test]
    fn patterns_without_a_meaning_are_refused() {
        assert!(refused("print s = '' | parse s with a b").contains("literal"));
        assert!(refused("print s = '' | parse s with 'x' a *").contains("ambiguous"));
        assert!(refused("print s = '' | parse s with * a").contains("literal"));
        assert!(refused("print s = '' | parse s with 'x' a ';' a").contains("two columns"));
        assert!(refused("print s = '' | parse s with '' a").contains("empty"));
        assert!(refused("print s = '' | parse-where kind=relaxed s with 'x' a").contains("relaxed"));
        assert!(refused("print s = '' | parse kind=simple flags=i s with 'x' a").contains("flags"));
        assert!(refused("print s = '' | parse t with 'x' a").contains("KS142"));
    }
}
