//! Strings: put together, measured, cut.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-functions#string-functions>

pub(crate) mod build;
pub(crate) mod find;
pub(crate) mod matches;
pub(crate) mod patterns;
pub(crate) mod places;
pub(crate) mod sizes;

use datafusion::arrow::array::Int64Array;
use datafusion::common::Result;
use weir_value::KustoType;
use weir_value::dynamic::Packer;

use super::{Accepts, Function, Naming, by_kernel, exactly, many, one, optional};
use crate::kernel;
use crate::kernel::{Column, Long, PackedOut, Str, TextOut, map1, write1, write3};

use KustoType::String as Text;

pub(crate) const FUNCTIONS: &[&Function] =
    &[&STRCAT, &STRLEN, &STRING_SIZE, &TO_UPPER, &TO_LOWER, &SUBSTRING, &SPLIT, &REPLACE_STRING];

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_text_count_characters() {
        assert_eq!(substring("abc", -1, 2), "c");
        assert_eq!(substring("äöü", 1, 1), "ö");
        assert_eq!((substring("abc", 5, 1), substring("abc", 0, 0), substring("abc", 3, 1)), ("", "", ""));
        assert_eq!(substring("abc", 1, i64::MAX), "bc");
    }
}
