//! Regular expressions that take texts apart: `replace_regex`, `extract`, `trim`.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-functions#string-functions>

use weir_value::KustoType::{self, String as Text};

use crate::bind::Arguments;
use crate::functions::text_match::compile;
use crate::functions::{Accepts, Function, Naming, Parameter, exactly, one, with};
use crate::kernel;
use crate::kernel::{Column, Long, Str, TextOut};
use crate::typed::Typed;

pub(crate) const FUNCTIONS: &[&Function] =
    &[&REPLACE, &REPLACE_REGEX, &EXTRACT, &TRIM, &TRIM_START, &TRIM_END];

// The older function takes the text last.
function!(
    REPLACE = ["replace"],
    Naming::None,
    [with(
        &[
            one("regex", Accepts::Constant(Text)),
            one("rewrite", Accepts::Constant(Text)),
            exactly("text", Text)
        ],
        |a| {
            let (pattern, rewrite, text) = (a.take(0), a.take(1), a.take(2));
            replaced(a, 0, text, pattern, rewrite)
        },
    )]
);

function!(
    REPLACE_REGEX = ["replace_regex"],
    Naming::None,
    [with(
        &[
            exactly("text", Text),
            one("regex", Accepts::Constant(Text)),
            one("rewrite", Accepts::Constant(Text))
        ],
        |a| {
            let (text, pattern, rewrite) = (a.take(0), a.take(1), a.take(2));
            replaced(a, 1, text, pattern, rewrite)
        },
    )]
);

fn replaced(
    a: &mut Arguments<'_, '_, '_>,
    place: usize,
    text: Typed,
    pattern: Typed,
    rewrite: Typed,
) -> Typed {
    if !check_regex(a, place, &pattern) {
        return Typed::poison();
    }
    a.binder.fold(Typed::new(REPLACE_MATCHES.call(vec![text.expr, pattern.expr, rewrite.expr]), Text))
}

kernel!(REPLACE_MATCHES = "kql_replace_regex" -> String, |a, n| {
    let texts = Column::<Str>::of(&a[0])?;
    let pattern = Column::<Str>::of(&a[1])?;
    let rewrite = Column::<Str>::of(&a[2])?;
    let regex = compile(pattern.get(0).unwrap_or_default())?;
    let rewrite = rewrite_of(rewrite.get(0).unwrap_or_default());
    let mut out = TextOut::new(n);
    for row in crate::limits::rows(n) {
        out.push(&regex.replace_all(texts.get(row).unwrap_or_default(), rewrite.as_str()));
    }
    Ok(out.finish())
});

/// A rewrite pattern with `\1` as one with `${1}`.
fn rewrite_of(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some(digit) if digit.is_ascii_digit() => {
                    out.push_str("${");
                    out.push(digit);
                    out.push('}');
                }
                Some(other) => out.push(other),
                None => out.push('\\'),
            },
            '$' => out.push_str("$$"),
            other => out.push(other),
        }
    }
    out
}

/// Tells a constant that is no regular expression.
pub(super) fn check_regex(a: &mut Arguments<'_, '_, '_>, place: usize, pattern: &Typed) -> bool {
    let text = pattern.as_text().unwrap_or_default().to_owned();
    match compile(&text) {
        Ok(_) => true,
        Err(error) => {
            a.refuse(place, error.to_string());
            false
        }
    }
}

function!(
    EXTRACT = ["extract"],
    Naming::None,
    [
        with(
            &[one("regex", Accepts::Constant(Text)), one("group", Accepts::Integer), exactly("text", Text)],
            |a| extracted(a, None),
        ),
        with(
            &[
                one("regex", Accepts::Constant(Text)),
                one("group", Accepts::Integer),
                exactly("text", Text),
                one("type", Accepts::Type),
            ],
            |a| {
                let kind = a.typed.get(3).map(|typed| typed.kind);
                extracted(a, kind)
            },
        )
    ]
);

fn extracted(a: &mut Arguments<'_, '_, '_>, kind: Option<KustoType>) -> Typed {
    let (pattern, group, text) = (a.take(0), a.take(1), a.take(2));
    if !check_regex(a, 0, &pattern) {
        return Typed::poison();
    }
    let found = Typed::new(GROUP.call(vec![pattern.expr, group.expr, text.expr]), Text);
    let found = a.binder.fold(found);
    a.binder.converted(found, kind.unwrap_or(Text))
}

kernel!(GROUP = "kql_extract" -> String, |a, n| {
    let pattern = Column::<Str>::of(&a[0])?;
    let groups = Column::<Long>::of(&a[1])?;
    let texts = Column::<Str>::of(&a[2])?;
    let regex = compile(pattern.get(0).unwrap_or_default())?;
    let mut out = TextOut::new(n);
    for row in crate::limits::rows(n) {
        let group = groups.get(row).and_then(|group| usize::try_from(group).ok());
        let captures = texts.get(row).and_then(|text| regex.captures(text));
        let found = captures.zip(group).and_then(|(captures, group)| captures.get(group));
        out.push(found.map_or("", |found| found.as_str()));
    }
    Ok(out.finish())
});

function!(TRIM = ["trim"], Naming::None, [with(TRIMMED, |a| trimmed(a, true, true))]);
function!(TRIM_START = ["trim_start"], Naming::None, [with(TRIMMED, |a| trimmed(a, true, false))]);
function!(TRIM_END = ["trim_end"], Naming::None, [with(TRIMMED, |a| trimmed(a, false, true))]);

const TRIMMED: &[Parameter] = &[one("regex", Accepts::Constant(Text)), exactly("text", Text)];

fn trimmed(a: &mut Arguments<'_, '_, '_>, start: bool, end: bool) -> Typed {
    let (pattern, text) = (a.take(0), a.take(1));
    if !check_regex(a, 0, &pattern) {
        return Typed::poison();
    }
    let ends = [start, end].map(|end| Typed::bool(end).expr);
    let [start, end] = ends;
    a.binder.fold(Typed::new(STRIP.call(vec![pattern.expr, text.expr, start, end]), Text))
}

kernel!(
    /// One match is taken off each end.
    STRIP = "kql_trim" -> String, |a, n| {
        let pattern = Column::<Str>::of(&a[0])?;
        let pattern = pattern.get(0).unwrap_or_default();
        let texts = Column::<Str>::of(&a[1])?;
        let at_start = Column::<bool>::of(&a[2])?.get(0).unwrap_or(false);
        let at_end = Column::<bool>::of(&a[3])?.get(0).unwrap_or(false);
        let start = compile(&format!("^(?:{pattern})"))?;
        let end = compile(&format!("(?:{pattern})$"))?;
        let mut out = TextOut::new(n);
        for row in crate::limits::rows(n) {
            let mut text = texts.get(row).unwrap_or_default();
            if let Some(found) = at_start.then(|| start.find(text)).flatten() {
                text = &text[found.end()..];
            }
            if let Some(found) = at_end.then(|| end.find(text)).flatten() {
                text = &text[..found.start()];
            }
            out.push(text);
        }
        Ok(out.finish())
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewrites_name_their_groups() {
        assert_eq!(rewrite_of(r"\1-$x\\"), "${1}-$$x\\");
    }
}
