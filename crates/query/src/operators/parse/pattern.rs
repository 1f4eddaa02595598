//! A pattern as it is matched: plain literals, or one regular expression.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::Expr as PlanExpr;
use weir_kql::ast::{ExprKind, Literal, ParsePart, Span};
use weir_value::dynamic::Packer;
use weir_value::{Dynamic, KustoType};

use super::literals::Literals;
use super::{Kind, shapes};
use crate::bind::Binder;
use crate::functions::text_match::compile;
use crate::kernel;
use crate::kernel::{Column, Dyn, Long, PackedOut, Str, TextOut};
use crate::physical::literal;
use crate::typed::Typed;

/// The captures of our own in a regular expression; those of the user have other names, or none.
const GROUP: &str = "kqlcapture";

/// A pattern that can be matched.
pub(super) enum Pattern {
    /// Literals, columns and stars.
    Literals(Vec<Dynamic>),
    /// A regular expression with a group for each column.
    Regex(String),
}

impl Pattern {
    /// Reads and checks a pattern; nothing when something is wrong with it, which is told.
    pub fn read(
        binder: &mut Binder<'_>,
        parts: &[ParsePart],
        kind: Kind,
        flags: &str,
        span: Span,
    ) -> Option<Pattern> {
        check(binder, parts).then_some(())?;
        let shaped = |place: usize| matches!(parts.get(place + 1), Some(ParsePart::Star(_)));
        let literals_do = kind != Kind::Regex
            && parts
                .iter()
                .enumerate()
                .all(|(place, part)| !matches!(part, ParsePart::Column { .. }) || !shaped(place));
        if literals_do {
            return Some(Pattern::Literals(parts.iter().map(plain).collect()));
        }
        let regex = regex(binder, parts, kind, flags)?;
        match compile(&regex) {
            Ok(_) => Some(Pattern::Regex(regex)),
            Err(_) => {
                let message = "the literals of this pattern make no regular expression";
                binder.error(None, span, message);
                None
            }
        }
    }

    /// The captures of a text as a dynamic array of strings; null where it does not match.
    pub fn call(self, text: PlanExpr) -> PlanExpr {
        match self {
            Pattern::Literals(parts) => {
                let packed = ScalarValue::BinaryView(Some(Dynamic::Array(parts).pack()));
                BY_LITERALS.call(vec![text, literal(packed)])
            }
            Pattern::Regex(regex) => BY_REGEX.call(vec![text, Typed::text(&regex).expr]),
        }
    }
}

/// Says what is wrong with the order of the parts; whether nothing is.
fn check(binder: &mut Binder<'_>, parts: &[ParsePart]) -> bool {
    let mut right = true;
    let mut wrong = |binder: &mut Binder<'_>, span: Span, message: String| {
        binder.error(None, span, message);
        right = false;
    };
    let mut names: Vec<&str> = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|place| parts.get(place));
        match part {
            ParsePart::Text(text) => {
                if text_of(part).is_some_and(str::is_empty) {
                    wrong(binder, text.span, "an empty literal separates nothing".to_owned());
                }
            }
            ParsePart::Star(span) => {
                if let Some(ParsePart::Column { name, kind: None | Some(KustoType::String) }) = before {
                    let message = format!("'*' behind the string '{}' is ambiguous", name.text);
                    wrong(binder, *span, message);
                }
                if !matches!(parts.get(place + 1), None | Some(ParsePart::Text(_))) {
                    wrong(binder, *span, "a literal must follow '*'".to_owned());
                }
            }
            ParsePart::Column { name, .. } => {
                if !matches!(before, None | Some(ParsePart::Text(_) | ParsePart::Star(_))) {
                    let message = format!("a literal must stand before the column '{}'", name.text);
                    wrong(binder, name.span, message);
                }
                if names.contains(&name.text.as_str()) {
                    wrong(binder, name.span, format!("there are two columns '{}'", name.text));
                }
                names.push(&name.text);
            }
        }
    }
    right
}

/// The text of a literal.
fn text_of(part: &ParsePart) -> Option<&str> {
    match part {
        ParsePart::Text(expr) => match &expr.kind {
            ExprKind::Literal(Literal::String(text)) => Some(&text.value),
            _ => None,
        },
        _ => None,
    }
}

/// A part as the kernel takes it.
fn plain(part: &ParsePart) -> Dynamic {
    match part {
        ParsePart::Text(_) => Dynamic::String(text_of(part).unwrap_or_default().to_owned()),
        ParsePart::Column { .. } => Dynamic::Null,
        ParsePart::Star(_) => Dynamic::Bool(true),
    }
}

/// The whole pattern as one regular expression.
fn regex(binder: &mut Binder<'_>, parts: &[ParsePart], kind: Kind, flags: &str) -> Option<String> {
    let by_regex = kind == Kind::Regex;
    let mut regex = match (flags, by_regex) {
        ("", true) => String::new(),
        (flags, true) => format!("(?{flags})"),
        // Text between literals may have several lines.
        (_, false) => "(?s)".to_owned(),
    };
    let mut columns = 0;
    for (place, part) in parts.iter().enumerate() {
        match part {
            ParsePart::Star(_) => regex.push_str(".*?"),
            ParsePart::Text(_) if by_regex => regex.push_str(text_of(part).unwrap_or_default()),
            ParsePart::Text(_) => regex.push_str(&regex::escape(text_of(part).unwrap_or_default())),
            ParsePart::Column { name, kind } => {
                let kind = kind.unwrap_or(KustoType::String);
                let next = parts.get(place + 1);
                let temporal = matches!(kind, KustoType::Datetime | KustoType::Timespan);
                let unknown = match next {
                    // The original reads times there by other rules than elsewhere.
                    None => by_regex && temporal,
                    Some(ParsePart::Star(_)) if !by_regex => shapes::before_star(kind).is_none(),
                    _ => by_regex && temporal && flags.contains('U'),
                };
                if unknown {
                    binder.unsupported(name.span, format!("a {kind} at this place of a pattern"));
                    return None;
                }
                let text = match (by_regex, next) {
                    (true, _) => shapes::in_regex(kind).to_owned(),
                    (false, Some(ParsePart::Star(_))) => {
                        let shape = shapes::before_star(kind).unwrap_or_default();
                        // Before a star at the end there may be nothing.
                        if place + 2 == parts.len() { format!("(?:{shape})?") } else { shape.to_owned() }
                    }
                    (false, _) => ".*?".to_owned(),
                };
                regex.push_str(&format!("(?P<{GROUP}{columns}>{text})"));
                columns += 1;
            }
        }
    }
    if !by_regex {
        regex.push_str(r"\z");
    }
    Some(regex)
}

kernel!(
    /// The captures of a pattern of literals.
    BY_LITERALS = "kql_parse_literals" -> Dynamic, |a, n| {
        let texts = Column::<Str>::of(&a[0])?;
        let patterns = Column::<Dyn>::of(&a[1])?;
        let mut out = PackedOut::new(n);
        let Some(pattern) = (n > 0).then(|| patterns.get(0)).flatten().map(Literals::read) else {
            (0..n).for_each(|_| out.push_null());
            return Ok(out.finish());
        };
        let mut captures = Vec::new();
        for row in crate::limits::rows(n) {
            match texts.get(row) {
                Some(text) if pattern.captures(text, &mut captures) => pack(&mut out, captures.iter().copied()),
                _ => out.push_null(),
            }
        }
        Ok(out.finish())
    }
);

kernel!(
    /// The captures of a regular expression.
    BY_REGEX = "kql_parse_regex" -> Dynamic, |a, n| {
        let texts = Column::<Str>::of(&a[0])?;
        let patterns = Column::<Str>::of(&a[1])?;
        let mut out = PackedOut::new(n);
        let regex = compile(if n > 0 { patterns.get(0).unwrap_or_default() } else { "" })?;
        // Groups of the user's own stand between those of the columns.
        let groups: Vec<usize> = regex
            .capture_names()
            .enumerate()
            .filter(|(_, name)| name.is_some_and(|name| name.starts_with(GROUP)))
            .map(|(place, _)| place)
            .collect();
        let mut locations = regex.capture_locations();
        for row in crate::limits::rows(n) {
            let text = texts.get(row).unwrap_or_default();
            match regex.captures_read(&mut locations, text) {
                Some(_) => {
                    let capture = |group: &usize| locations.get(*group).map_or("", |(from, to)| &text[from..to]);
                    pack(&mut out, groups.iter().map(capture));
                }
                None => out.push_null(),
            }
        }
        Ok(out.finish())
    }
);

kernel!(
    /// One capture; blank where nothing was captured.
    CAPTURE = "kql_parse_capture" -> String, |a, n| {
        let captures = Column::<Dyn>::of(&a[0])?;
        let places = Column::<Long>::of(&a[1])?;
        let mut out = TextOut::new(n);
        for row in crate::limits::rows(n) {
            let capture = captures.get(row).zip(places.get(row)).and_then(|(array, place)| array.item(place));
            out.push(capture.and_then(|capture| capture.as_str()).unwrap_or_default());
        }
        Ok(out.finish())
    }
);

fn pack<'t>(out: &mut PackedOut, captures: impl Iterator<Item = &'t str>) {
    out.pack(|bytes| {
        Packer::new(bytes).array(|array| captures.for_each(|text| array.item(|packer| packer.string(text))));
    });
}
