//! Strings.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-functions#string-functions>

pub(crate) mod build;
pub(crate) mod find;
pub(crate) mod matches;

use datafusion::arrow::array::Int64Array;
use datafusion::common::Result;
use weir_value::KustoType;
use weir_value::dynamic::Packer;

use super::text_match::compile;
use super::{Accepts, Function, Naming, by_kernel, exactly, many, one, optional, with};
use crate::bind::Arguments;
use crate::kernel;
use crate::kernel::{Column, Long, PackedOut, Str, TextOut, map1, write1, write3};
use crate::typed::Typed;

use KustoType::String as Text;

pub(crate) const FUNCTIONS: &[&Function] = &[
    &STRCAT,
    &STRLEN,
    &STRING_SIZE,
    &TO_UPPER,
    &TO_LOWER,
    &SUBSTRING,
    &SPLIT,
    &REPLACE,
    &REPLACE_REGEX,
    &REPLACE_STRING,
    &EXTRACT,
    &TRIM,
    &TRIM_START,
    &TRIM_END,
    &INDEX_OF,
    &INDEX_OF_REGEX,
    &FORMAT_BYTES,
];

function!(STRCAT = ["strcat"], Naming::None, [by_kernel(&[many("value", Accepts::Text, 1)], &CONCATENATE)]);
kernel!(CONCATENATE = "kql_strcat" -> String, |a, n| {
    let parts = a.iter().map(Column::<Str>::of).collect::<Result<Vec<_>>>()?;
    let mut out = TextOut::new(n);
    for row in crate::limits::rows(n) {
        out.write(|text| parts.iter().for_each(|part| text.push_str(part.get(row).unwrap_or_default())));
    }
    Ok(out.finish())
});

function!(
    STRLEN = ["strlen"],
    Naming::NameAndFirstArgument,
    [by_kernel(&[one("text", Accepts::StringOrDynamic)], &CHARACTERS)]
);
kernel!(CHARACTERS = "kql_strlen" -> Long, |a, n| {
    map1::<Str, i64, Int64Array>(a, n, |text| Some(text.chars().count() as i64))
});

function!(
    STRING_SIZE = ["string_size"],
    Naming::NameAndFirstArgument,
    [by_kernel(&[one("text", Accepts::StringOrDynamic)], &BYTES)]
);
kernel!(BYTES = "kql_string_size" -> Long, |a, n| map1::<Str, i64, Int64Array>(a, n, |text| Some(text.len() as i64)));

function!(TO_UPPER = ["toupper"], Naming::None, [by_kernel(&[one("value", Accepts::Text)], &UPPER)]);
kernel!(UPPER = "kql_toupper" -> String, |a, n| write1::<Str>(a, n, |text, out| out.push_str(&text.to_uppercase())));

function!(TO_LOWER = ["tolower"], Naming::None, [by_kernel(&[one("value", Accepts::Text)], &LOWER)]);
kernel!(LOWER = "kql_tolower" -> String, |a, n| write1::<Str>(a, n, |text, out| out.push_str(&text.to_lowercase())));

function!(
    SUBSTRING = ["substring"],
    Naming::None,
    [by_kernel(
        &[one("text", Accepts::Text), one("start", Accepts::Integer), optional("length", Accepts::Integer)],
        &PART,
    )]
);
kernel!(PART = "kql_substring" -> String, |a, n| {
    let texts = Column::<Str>::of(&a[0])?;
    let starts = Column::<Long>::of(&a[1])?;
    let lengths = a.get(2).map(Column::<Long>::of).transpose()?;
    let mut out = TextOut::new(n);
    for row in crate::limits::rows(n) {
        let length = match &lengths {
            None => i64::MAX,
            Some(lengths) => lengths.get(row).unwrap_or(0),
        };
        out.push(substring(texts.get(row).unwrap_or_default(), starts.get(row).unwrap_or(0), length));
    }
    Ok(out.finish())
});

/// So many characters from a place on; a negative place counts from the end.
fn substring(text: &str, start: i64, length: i64) -> &str {
    let start = if start < 0 { text.chars().count() as i64 + start } else { start };
    let mut places = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    let Some(from) = usize::try_from(start).ok().and_then(|start| places.nth(start)) else { return "" };
    if length <= 0 {
        return "";
    }
    let to = usize::try_from(length - 1).ok().and_then(|more| places.nth(more)).unwrap_or(text.len());
    text.get(from..to).unwrap_or_default()
}

function!(
    SPLIT = ["split"],
    Naming::FirstArgument,
    [by_kernel(
        &[one("source", Accepts::Text), exactly("delimiter", Text), optional("index", Accepts::Integer)],
        &PARTS,
    )]
);
kernel!(
    /// With an index: an array of that part alone, null where there is none.
    PARTS = "kql_split" -> Dynamic, |a, n| {
        let texts = Column::<Str>::of(&a[0])?;
        let delimiters = Column::<Str>::of(&a[1])?;
        let places = a.get(2).map(Column::<Long>::of).transpose()?;
        let mut out = PackedOut::new(n);
        for row in crate::limits::rows(n) {
            let text = texts.get(row).unwrap_or_default();
            let delimiter = delimiters.get(row).unwrap_or_default();
            out.pack(|bytes| match &places {
                None => Packer::new(bytes).array(|array| {
                    for part in parts(text, delimiter) {
                        array.item(|packer| packer.string(part));
                    }
                }),
                Some(places) => {
                    let place = places.get(row).and_then(|place| usize::try_from(place).ok());
                    if let Some(part) = place.and_then(|place| parts(text, delimiter).nth(place)) {
                        Packer::new(bytes).array(|array| array.item(|packer| packer.string(part)));
                    }
                }
            });
        }
        Ok(out.finish())
    }
);

/// The parts between delimiters; the whole text where the delimiter is blank.
fn parts<'t>(text: &'t str, delimiter: &'t str) -> Box<dyn Iterator<Item = &'t str> + 't> {
    match delimiter.is_empty() {
        true => Box::new(std::iter::once(text)),
        false => Box::new(text.split(delimiter)),
    }
}

function!(
    REPLACE_STRING = ["replace_string"],
    Naming::None,
    [by_kernel(&[exactly("text", Text), exactly("lookup", Text), exactly("rewrite", Text)], &REPLACE_TEXT)]
);
kernel!(REPLACE_TEXT = "kql_replace_string" -> String, |a, n| {
    write3::<Str, Str, Str>(a, n, |text, lookup, rewrite, out| match lookup.is_empty() {
        true => out.push_str(text),
        false => out.push_str(&text.replace(lookup, rewrite)),
    })
});

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

const TRIMMED: &[super::Parameter] = &[one("regex", Accepts::Constant(Text)), exactly("text", Text)];

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

function!(
    INDEX_OF = ["indexof"],
    Naming::None,
    [by_kernel(
        &[
            one("text", Accepts::Text),
            one("lookup", Accepts::Text),
            optional("start", Accepts::Integer),
            optional("length", Accepts::Integer),
            optional("occurrence", Accepts::Constant(KustoType::Long)),
        ],
        &POSITION,
    )]
);
kernel!(POSITION = "kql_indexof" -> Long, |a, n| positions(a, n, true, |text, lookup| {
    Ok(match lookup.is_empty() {
        true => Some(vec![0]),
        false => {
            // Matches may overlap.
            let mut found = Vec::new();
            let mut from = 0;
            while let Some(at) = text[from..].find(lookup) {
                found.push(from + at);
                from += at + text[from + at..].chars().next().map_or(1, char::len_utf8);
            }
            Some(found)
        }
    })
}));

function!(
    INDEX_OF_REGEX = ["indexof_regex"],
    Naming::None,
    [by_kernel(
        &[
            one("text", Accepts::Text),
            one("regex", Accepts::ConstantText),
            optional("start", Accepts::Integer),
            optional("length", Accepts::Integer),
            optional("occurrence", Accepts::Constant(KustoType::Long)),
        ],
        &REGEX_POSITION,
    )]
);
kernel!(REGEX_POSITION = "kql_indexof_regex" -> Long, |a, n| {
    let pattern = Column::<Str>::of(&a[1])?;
    let regex = compile(pattern.get(0).unwrap_or_default())?;
    positions(a, n, false, |text, _| Ok(Some(regex.find_iter(text).map(|found| found.start()).collect())))
});

/// Places of matches, counted in characters: text, lookup, start, length, occurrence. `from_end` says whether a start
/// may be negative.
fn positions(
    a: &[datafusion::logical_expr::ColumnarValue],
    n: usize,
    from_end: bool,
    matches: impl Fn(&str, &str) -> Result<Option<Vec<usize>>>,
) -> Result<datafusion::arrow::array::ArrayRef> {
    let texts = Column::<Str>::of(&a[0])?;
    let lookups = Column::<Str>::of(&a[1])?;
    let number = |index: usize| a.get(index).map(Column::<Long>::of).transpose();
    let (starts, lengths, occurrences) = (number(2)?, number(3)?, number(4)?);
    let places: Result<Int64Array> = crate::limits::rows(n)
        .map(|row| {
            let text = texts.get(row).unwrap_or_default();
            let get = |column: &Option<Column<Long>>, default| match column {
                None => default,
                Some(column) => column.get(row).unwrap_or(default),
            };
            let (start, length, occurrence) = (get(&starts, 0), get(&lengths, -1), get(&occurrences, 1));
            if length < -1 || occurrence <= 0 || start < 0 && !from_end {
                return Ok(None);
            }
            let count = text.chars().count() as i64;
            let start = if start < 0 { (count + start).max(0) } else { start };
            // Matches begin so many characters from the start on, and may end behind.
            let window = substring(text, start, i64::MAX);
            let begins = substring(window, 0, if length == -1 { i64::MAX } else { length }).len();
            let found = matches(window, lookups.get(row).unwrap_or_default())?;
            let place = usize::try_from(occurrence - 1).ok().and_then(|nth| found?.get(nth).copied());
            let place = place.filter(|at| length == -1 || *at < begins);
            Ok(Some(place.map_or(-1, |at| start + window[..at].chars().count() as i64)))
        })
        .collect();
    Ok(std::sync::Arc::new(places?))
}

function!(
    FORMAT_BYTES = ["format_bytes"],
    Naming::FirstArgument,
    [
        by_kernel(
            &[
                exactly("value", KustoType::Real),
                optional("precision", Accepts::Constant(KustoType::Long)),
                optional("unit", Accepts::Constant(Text))
            ],
            &READABLE_BYTES,
        ),
        with(
            &[
                exactly("value", KustoType::Real),
                one("precision", Accepts::Constant(KustoType::Real)),
                optional("unit", Accepts::Constant(Text))
            ],
            |a| a.refuse(1, "not supported yet: a precision that is no whole number"),
        )
    ]
);
kernel!(READABLE_BYTES = "kql_format_bytes" -> String, |a, n| {
    let values = Column::<crate::kernel::Real>::of(&a[0])?;
    let precisions = a.get(1).map(Column::<Long>::of).transpose()?;
    let units = a.get(2).map(Column::<Str>::of).transpose()?;
    let mut out = TextOut::new(n);
    for row in crate::limits::rows(n) {
        let precision = precisions.as_ref().and_then(|p| p.get(row)).unwrap_or(0);
        let unit = units.as_ref().and_then(|u| u.get(row)).unwrap_or_default();
        match values.get(row) {
            Some(value) => out.write(|text| format_bytes(value, precision, unit, text)),
            None => out.push(""),
        }
    }
    Ok(out.finish())
});

/// `1 KB`: a size in the largest unit in which it is at least one, or in the one given.
fn format_bytes(value: f64, precision: i64, unit: &str, out: &mut String) {
    use std::fmt::Write;
    const UNITS: [&str; 7] = ["Bytes", "KB", "MB", "GB", "TB", "PB", "EB"];
    let place = match UNITS.iter().position(|known| known.eq_ignore_ascii_case(unit)) {
        Some(place) => place,
        None => (1..UNITS.len()).rev().find(|place| value.abs() >= 1024_f64.powi(*place as i32)).unwrap_or(0),
    };
    let scale = 10_f64.powi(precision.clamp(0, 15) as i32);
    let scaled = (value / 1024_f64.powi(place as i32) * scale).round() / scale;
    // Writing to a String cannot fail.
    let _ = write!(out, "{scaled} {}", UNITS[place]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{refused, value};

    #[test]
    fn parts_of_text_count_characters() {
        assert_eq!(substring("abc", -1, 2), "c");
        assert_eq!(substring("äöü", 1, 1), "ö");
        assert_eq!((substring("abc", 5, 1), substring("abc", 0, 0), substring("abc", 3, 1)), ("", "", ""));
        assert_eq!(substring("abc", 1, i64::MAX), "bc");
    }

    #[test]
    fn some_arguments_are_constant() {
        assert_eq!(
            value("format_bytes(2048, 1), indexof_regex('a15', 15), indexof('aa', 'a', 0, -1, 2)"),
            "2 KB | 1 | 1"
        );
        assert!(refused("print format_bytes(2048, 1.5)").contains("not supported yet: a precision"));
        for call in ["format_bytes(n, n)", "indexof(s, 'a', 0, -1, n)", "indexof_regex(s, s)"] {
            let told = refused(&format!("datatable(s:string, n:long)[] | project {call}"));
            assert!(told.contains("KS129"), "{call}: {told}");
        }
    }

    #[test]
    fn sizes_are_readable() {
        let format = |value, precision, unit| {
            let mut out = String::new();
            format_bytes(value, precision, unit, &mut out);
            out
        };
        assert_eq!(format(564.0, 0, ""), "564 Bytes");
        assert_eq!(format(10332.0, 1, ""), "10.1 KB");
        assert_eq!(format(20010332.0, 2, ""), "19.08 MB");
        assert_eq!(format(20010332.0, 0, "KB"), "19541 KB");
    }

    #[test]
    fn rewrites_name_their_groups() {
        assert_eq!(rewrite_of(r"\1-$x\\"), "${1}-$$x\\");
    }
}
