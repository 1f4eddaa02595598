//! `extract_all`, `extract_json`, `replace_strings`.
//!
//! Source: <https://learn.microsoft.com/kusto/query/extract-all-function>

use datafusion::common::{Result, exec_err};
use regex::{Captures, Regex};
use weir_value::KustoType::{self, Dynamic, String as Text};
use weir_value::dynamic::{Kind, Packer, View, pack_json};

use super::patterns::check_regex;
use crate::bind::Arguments;
use crate::functions::dynamic::{as_array, pack_rows, paths};
use crate::functions::text_match::compile;
use crate::functions::{Accepts, Function, Naming, by_kernel, exactly, one, with};
use crate::kernel;
use crate::kernel::{Column, Dyn, Str, TextOut};
use crate::typed::Typed;

pub(crate) const FUNCTIONS: &[&Function] = &[&EXTRACT_ALL, &EXTRACT_JSON, &REPLACE_STRINGS];

/// Capture groups that a pattern of `extract_all` may have, as the original has it.
const GROUPS_MAX: usize = 16;

const PATTERN: crate::functions::Parameter = one("regex", Accepts::Constant(Text));

function!(
    EXTRACT_ALL = ["extract_all", "extractall"],
    Naming::None,
    [
        with(&[PATTERN, exactly("text", Text)], |a| {
            let (pattern, text) = (a.take(0), a.take(1));
            all_matches(a, pattern, None, text)
        }),
        with(&[PATTERN, exactly("capture groups", Dynamic), exactly("text", Text)], |a| {
            let (pattern, groups, text) = (a.take(0), a.take(1), a.take(2));
            all_matches(a, pattern, Some(groups), text)
        })
    ]
);

fn all_matches(a: &mut Arguments<'_, '_, '_>, pattern: Typed, groups: Option<Typed>, text: Typed) -> Typed {
    if !check_regex(a, 0, &pattern) {
        return Typed::poison();
    }
    let regex = compile(pattern.as_text().unwrap_or_default());
    let captures = regex.as_ref().map_or(0, |regex| regex.captures_len());
    if !(2..=GROUPS_MAX + 1).contains(&captures) {
        let message = format!(
            "the pattern of extract_all() has 1 to {GROUPS_MAX} capture groups, this one {}",
            captures.saturating_sub(1)
        );
        return a.refuse(0, message);
    }
    let groups = groups.unwrap_or_else(|| Typed::null(Dynamic));
    if let (Ok(regex), Some(datafusion::common::ScalarValue::BinaryView(Some(bytes)))) =
        (&regex, groups.as_constant())
        && View::new(bytes).items().any(|group| place_of(regex, group).is_none())
    {
        return a.refuse(1, "the pattern has no such capture group");
    }
    let exprs = vec![pattern.expr, groups.expr, text.expr];
    a.binder.fold(Typed::new(ALL_MATCHES.call(exprs), Dynamic))
}

/// The number of a group that is given by its number or by its name.
fn place_of(regex: &Regex, group: View<'_>) -> Option<usize> {
    match group.kind() {
        Kind::String => {
            let name = group.as_str()?;
            regex.capture_names().position(|known| known == Some(name))
        }
        _ => group
            .as_long()
            .and_then(|place| usize::try_from(place).ok())
            .filter(|place| (1..regex.captures_len()).contains(place)),
    }
}

kernel!(
    /// An array of the texts of one group, of arrays where there are several; null without a match.
    ALL_MATCHES = "kql_extract_all" -> Dynamic, |a, n| {
        let pattern = Column::<Str>::of(&a[0])?;
        let groups = Column::<Dyn>::of(&a[1])?;
        let texts = Column::<Str>::of(&a[2])?;
        let regex = compile(pattern.get(0).unwrap_or_default())?;
        let places_of = |row: usize| -> Option<Vec<usize>> {
            match groups.get(row) {
                None => Some((1..regex.captures_len()).collect()),
                Some(groups) => as_array(Some(groups))?.items().map(|group| place_of(&regex, group)).collect(),
            }
        };
        let constant = groups.constant().is_some().then(|| places_of(0));
        pack_rows(n, |row, bytes| {
            let own = if constant.is_none() { places_of(row) } else { None };
            let Some(places) = constant.as_ref().unwrap_or(&own) else { return };
            let mut found = regex.captures_iter(texts.get(row).unwrap_or_default()).peekable();
            if found.peek().is_none() {
                return;
            }
            Packer::new(bytes).array(|out| {
                for captures in found {
                    out.item(|packer| write_groups(&captures, places, packer));
                }
            });
        })
    }
);

fn write_groups(captures: &Captures<'_>, places: &[usize], packer: &mut Packer<'_>) {
    let text = |place: usize| captures.get(place).map_or("", |group| group.as_str());
    match places {
        [one] => packer.string(text(*one)),
        several => packer.array(|tuple| {
            for place in several {
                tuple.item(|packer| packer.string(text(*place)));
            }
        }),
    }
}

function!(
    EXTRACT_JSON = ["extract_json", "extractjson"],
    Naming::None,
    [
        with(&[one("path", Accepts::Constant(Text)), exactly("json", Text)], |a| at_path(a, Text)),
        with(
            &[one("path", Accepts::Constant(Text)), exactly("json", Text), one("type", Accepts::Type)],
            |a| {
                let kind = a.typed.get(2).map_or(Text, |typed| typed.kind);
                at_path(a, kind)
            },
        )
    ]
);

fn at_path(a: &mut Arguments<'_, '_, '_>, kind: KustoType) -> Typed {
    let (path, json) = (a.take(0), a.take(1));
    if paths::parse(path.as_text().unwrap_or_default()).is_none() {
        return a
            .refuse(0, "not supported yet: a JSON path of more than keys and places, such as '$.a.b[0]'");
    }
    let found = Typed::new(JSON_AT.call(vec![path.expr, json.expr]), Dynamic);
    let found = a.binder.fold(found);
    a.binder.converted(found, kind)
}

kernel!(JSON_AT = "kql_extract_json" -> Dynamic, |a, n| {
    let path = Column::<Str>::of(&a[0])?;
    let texts = Column::<Str>::of(&a[1])?;
    let Some(steps) = paths::parse(path.get(0).unwrap_or_default()) else {
        return exec_err!("extract_json() was given no JSON path");
    };
    let mut json = Vec::new();
    pack_rows(n, |row, bytes| {
        json.clear();
        if pack_json(texts.get(row).unwrap_or_default(), &mut json).is_ok()
            && let Some(found) = paths::follow(View::new(&json), &steps)
        {
            Packer::new(bytes).packed(found);
        }
    })
});

function!(
    REPLACE_STRINGS = ["replace_strings"],
    Naming::None,
    [by_kernel(
        &[exactly("text", Text), exactly("lookups", Dynamic), exactly("rewrites", Dynamic)],
        &REPLACED,
    )]
);
kernel!(
    /// Each lookup in turn, in what the ones before it have left.
    REPLACED = "kql_replace_strings" -> String, |a, n| {
        let texts = Column::<Str>::of(&a[0])?;
        let lookups = Column::<Dyn>::of(&a[1])?;
        let rewrites = Column::<Dyn>::of(&a[2])?;
        let pairs_of = |row: usize| pairs(lookups.get(row), rewrites.get(row));
        let constant = lookups.constant().and(rewrites.constant()).map(|_| pairs_of(0)).transpose()?;
        let mut out = TextOut::new(n);
        for row in crate::limits::rows(n) {
            let own = if constant.is_none() { Some(pairs_of(row)?) } else { None };
            let Some(pairs) = constant.as_ref().or(own.as_ref()) else { continue };
            let text = texts.get(row).unwrap_or_default();
            out.write(|out| replace_in(text, pairs, out));
        }
        Ok(out.finish())
    }
);

/// What is looked for, and what takes its place. What is no string is not looked for; where a rewrite is none, what
/// was found stays.
fn pairs(lookups: Option<View<'_>>, rewrites: Option<View<'_>>) -> Result<Vec<(String, String)>> {
    let (Some(lookups), Some(rewrites)) = (as_array(lookups), as_array(rewrites)) else {
        return Ok(Vec::new());
    };
    if lookups.len() != rewrites.len() {
        return exec_err!(
            "replace_strings() takes a rewrite for each lookup: {} for {}",
            rewrites.len(),
            lookups.len()
        );
    }
    let text = |item: View<'_>| (item.kind() == Kind::String).then(|| item.as_str().map(str::to_owned))?;
    let pairs = lookups.items().map(text).zip(rewrites.items().map(text));
    Ok(pairs
        .filter_map(|(lookup, rewrite)| lookup.map(|lookup| (lookup.clone(), rewrite.unwrap_or(lookup))))
        .collect())
}

fn replace_in(text: &str, pairs: &[(String, String)], out: &mut String) {
    let Some(((lookup, rewrite), others)) = pairs.split_first() else {
        out.push_str(text);
        return;
    };
    if lookup.is_empty() {
        return replace_in(text, others, out);
    }
    for (place, part) in text.split(lookup.as_str()).enumerate() {
        if place > 0 {
            out.push_str(rewrite);
        }
        replace_in(part, others, out);
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows, value};

    #[test]
    fn all_matches_of_one_group_or_several() {
        assert_eq!(value(r"extract_all(@'(\d+)', 'a1 b22')"), r#"["1","22"]"#);
        assert_eq!(value(r"extract_all(@'(\w)(\d)?', 'a1 b')"), r#"[["a","1"],["b",""]]"#);
        assert_eq!(value(r"extract_all(@'(\w)(\d)', dynamic([2]), 'a1b2')"), r#"["1","2"]"#);
        assert_eq!(value(r"extract_all(@'(?P<l>\w)(?P<d>\d)', dynamic(['d', 'l']), 'a1')"), r#"[["1","a"]]"#);
        assert_eq!(value(r"extractall(@'(\d+)', 'none')"), "null");
        assert_eq!(
            rows(r"datatable(s:string)['x1y2', ''] | project extract_all('([0-9])', s)"),
            "[\"1\",\"2\"]\nnull"
        );
    }

    #[test]
    fn a_pattern_needs_its_groups() {
        assert!(refused("print extract_all('a', 'a')").contains("1 to 16 capture groups"));
        assert!(refused("print extract_all('(a)', dynamic([2]), 'a')").contains("no such capture group"));
        assert!(refused("print extract_all('(a)', dynamic([0]), 'a')").contains("no such capture group"));
        assert!(refused("print extract_all('(a', 'a')").contains("no regular expression"));
    }

    #[test]
    fn paths_lead_into_json() {
        let json = r#"'{"a": {"b": [1, "x", {"c": true}]}}'"#;
        assert_eq!(value(&format!("extract_json('$.a.b[1]', {json})")), "x");
        assert_eq!(value(&format!("extract_json('$.a.b[0]', {json}, typeof(long)) + 1")), "2");
        assert_eq!(value(&format!("extract_json('$.a.b[2]', {json})")), r#"{"c":true}"#);
        assert_eq!(value(&format!("extract_json('$.z', {json})")), "");
        assert_eq!(value("extract_json('$.a', 'no json', typeof(int))"), "null");
        assert_eq!(answer("print extractjson('$.a', '{\"a\": 1}', typeof(real))"), "print_0:real\n1.0");
        assert!(refused("print extract_json('$..a', '{}')").contains("not supported yet"));
    }

    #[test]
    fn a_replaced_part_is_not_replaced_again() {
        assert_eq!(value("replace_strings('abc', dynamic(['a', 'b']), dynamic(['b', 'c']))"), "bcc");
        assert_eq!(value("replace_strings('abc', dynamic(['c', 'bc']), dynamic(['x', 'y']))"), "abx");
        assert_eq!(value("replace_strings('abc', dynamic(['a', 7, 'c']), dynamic([1, 'x', '-']))"), "ab-");
        assert_eq!(value("replace_strings('', dynamic(['', 'c']), dynamic(['1', '2']))"), "");
        assert!(
            refused("print replace_strings('a', dynamic(['a']), dynamic([]))").contains("a rewrite for each")
        );
    }
}
