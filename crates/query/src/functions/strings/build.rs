//! Strings made of others: joined, repeated, turned, translated; of numbers and code points.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-functions#string-functions>

use std::collections::HashMap;

use datafusion::common::{Result, exec_err};
use weir_value::KustoType::{Int, Long, String as Text};
use weir_value::dynamic::{Kind, Packer, View};

use crate::functions::{Accepts, Function, Naming, by_kernel, exactly, many, one, optional, with};
use crate::kernel;
use crate::kernel::{Budget, Column, Dyn, Int as IntValue, Long as LongValue, Str, TextOut, pack1, write1};
use crate::typed::Typed;

pub(crate) const FUNCTIONS: &[&Function] =
    &[&STRCAT_DELIM, &STRREP, &REVERSE, &TRANSLATE, &TO_HEX, &CODEPOINTS_FROM, &CODEPOINTS_TO];

/// Times that `strrep` repeats at most, as the original has it.
const REPEAT_MAX: i64 = 1024;

function!(
    STRCAT_DELIM = ["strcat_delim"],
    Naming::None,
    [by_kernel(&[one("delimiter", Accepts::Text), many("value", Accepts::Text, 2)], &DELIMITED)]
);
kernel!(DELIMITED = "kql_strcat_delim" -> String, |a, n| {
    let parts = a.iter().map(Column::<Str>::of).collect::<Result<Vec<_>>>()?;
    let Some((delimiter, parts)) = parts.split_first() else { return exec_err!("strcat_delim() lacks its delimiter") };
    let mut out = TextOut::new(n);
    for row in crate::limits::rows(n) {
        out.write(|text| {
            for (place, part) in parts.iter().enumerate() {
                if place > 0 {
                    text.push_str(delimiter.get(row).unwrap_or_default());
                }
                text.push_str(part.get(row).unwrap_or_default());
            }
        });
    }
    Ok(out.finish())
});

function!(
    STRREP = ["strrep"],
    Naming::None,
    [by_kernel(
        &[
            one("value", Accepts::Text),
            one("multiplier", Accepts::Integer),
            optional("delimiter", Accepts::Text)
        ],
        &REPEATED,
    )]
);
kernel!(
    /// At most 1024 times; blank for none and for a negative number.
    REPEATED = "kql_strrep" -> String, |a, n| {
        let texts = Column::<Str>::of(&a[0])?;
        let counts = Column::<LongValue>::of(&a[1])?;
        let delimiters = a.get(2).map(Column::<Str>::of).transpose()?;
        let mut out = TextOut::new(n);
        let mut budget = Budget::default();
        for row in crate::limits::rows(n) {
            let text = texts.get(row).unwrap_or_default();
            let delimiter = delimiters.as_ref().and_then(|column| column.get(row)).unwrap_or_default();
            let count = usize::try_from(counts.get(row).unwrap_or(0).min(REPEAT_MAX)).unwrap_or(0);
            budget.spend((text.len() + delimiter.len()).saturating_mul(count))?;
            out.write(|out| {
                for place in 0..count {
                    if place > 0 {
                        out.push_str(delimiter);
                    }
                    out.push_str(text);
                }
            });
        }
        Ok(out.finish())
    }
);

function!(REVERSE = ["reverse"], Naming::None, [by_kernel(&[one("value", Accepts::Text)], &REVERSED)]);
kernel!(REVERSED = "kql_reverse" -> String, |a, n| {
    write1::<Str>(a, n, |text, out| out.extend(text.chars().rev()))
});

function!(
    TRANSLATE = ["translate"],
    Naming::None,
    [by_kernel(
        &[exactly("search list", Text), exactly("replacement list", Text), exactly("source", Text)],
        &TRANSLATED,
    )]
);
kernel!(
    /// The last replacement serves for all behind it; without any, characters are left out.
    TRANSLATED = "kql_translate" -> String, |a, n| {
        let searched = Column::<Str>::of(&a[0])?;
        let replacements = Column::<Str>::of(&a[1])?;
        let texts = Column::<Str>::of(&a[2])?;
        let table_of = |row: usize| translation(searched.get(row).unwrap_or_default(), replacements.get(row).unwrap_or_default());
        let constant = searched.constant().and(replacements.constant()).map(|_| table_of(0));
        let mut out = TextOut::new(n);
        for row in crate::limits::rows(n) {
            let own = if constant.is_none() { Some(table_of(row)) } else { None };
            let Some(table) = constant.as_ref().or(own.as_ref()) else { continue };
            let text = texts.get(row).unwrap_or_default();
            out.write(|out| out.extend(text.chars().filter_map(|c| table.get(&c).copied().unwrap_or(Some(c)))));
        }
        Ok(out.finish())
    }
);

/// What each character becomes; nothing for one that is left out.
fn translation(searched: &str, replacements: &str) -> HashMap<char, Option<char>> {
    let last = replacements.chars().next_back();
    let mut table = HashMap::new();
    let mut replacements = replacements.chars();
    for character in searched.chars() {
        let replacement = replacements.next().or(last);
        table.entry(character).or_insert(replacement);
    }
    table
}

const MIN_LENGTH: crate::functions::Parameter = optional("minimum length", Accepts::Integer);

function!(
    TO_HEX = ["tohex"],
    Naming::FirstArgument,
    [
        // An int has eight digits at most, not those of the long that it would become.
        with(&[one("value", Accepts::Any), MIN_LENGTH], |a| {
            let value = a.take(0);
            let (kernel, value) = match value.kind {
                Int => (&HEX_INT, value),
                Long => (&HEX_LONG, value),
                kind => return a.refuse(0, format!("'tohex' takes a whole number, this is a {kind}")),
            };
            let length = (a.typed.len() > 1).then(|| a.take(1));
            let exprs = [Some(value), length].into_iter().flatten().map(|typed| typed.expr).collect();
            a.binder.fold(Typed::new(kernel.call(exprs), Text))
        })
    ]
);
kernel!(HEX_LONG = "kql_tohex_long" -> String, |a, n| hex::<LongValue>(a, n, |value| value as u64));
kernel!(HEX_INT = "kql_tohex_int" -> String, |a, n| hex::<IntValue>(a, n, |value| u64::from(value as u32)));

fn hex<V: crate::kernel::Value>(
    a: &[datafusion::logical_expr::ColumnarValue],
    rows: usize,
    bits: impl for<'a> Fn(V::Item<'a>) -> u64,
) -> Result<datafusion::arrow::array::ArrayRef> {
    use std::fmt::Write;
    let values = Column::<V>::of(&a[0])?;
    let lengths = a.get(1).map(Column::<LongValue>::of).transpose()?;
    let mut out = TextOut::new(rows);
    for row in crate::limits::rows(rows) {
        let length = lengths.as_ref().and_then(|lengths| lengths.get(row)).unwrap_or(0);
        // A long has sixteen digits at most, and more are not given.
        let width = usize::try_from(length.clamp(0, 16)).unwrap_or(0);
        match values.get(row) {
            Some(value) => out.write(|text| {
                // Writing to a String cannot fail.
                let _ = write!(text, "{:0width$x}", bits(value));
            }),
            None => out.push(""),
        }
    }
    Ok(out.finish())
}

function!(
    CODEPOINTS_FROM = ["unicode_codepoints_from_string", "to_utf8"],
    Naming::None,
    [by_kernel(&[one("text", Accepts::Text)], &CODEPOINTS)]
);
kernel!(CODEPOINTS = "kql_unicode_codepoints_from_string" -> Dynamic, |a, n| {
    pack1::<Str>(a, n, |text, bytes| Packer::new(bytes).array(|array| {
        for character in text.chars() {
            array.item(|packer| packer.long(i64::from(u32::from(character))));
        }
    }))
});

function!(
    CODEPOINTS_TO = ["unicode_codepoints_to_string", "make_string"],
    Naming::None,
    [by_kernel(&[many("value", Accepts::IntegerOrArray, 1)], &OF_CODEPOINTS)]
);
kernel!(
    /// Of numbers and arrays of numbers; blank where one is no code point.
    OF_CODEPOINTS = "kql_unicode_codepoints_to_string" -> String, |a, n| {
        let values = a.iter().map(Column::<Dyn>::of).collect::<Result<Vec<_>>>()?;
        let mut out = TextOut::new(n);
        for row in crate::limits::rows(n) {
            let text: Option<String> = values
                .iter()
                .filter_map(|column| column.get(row))
                .flat_map(|value| match value.kind() {
                    Kind::Array => value.items().collect(),
                    _ => vec![value],
                })
                .map(|item: View<'_>| item.as_long().and_then(|code| char::from_u32(u32::try_from(code).ok()?)))
                .collect();
            out.push(&text.unwrap_or_default());
        }
        Ok(out.finish())
    }
);

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows, value};

    #[test]
    fn strings_are_joined_and_repeated() {
        assert_eq!(value("strcat_delim('-', 1, '', int(null), 2h)"), "1---02:00:00");
        assert_eq!(value("strrep('ab', 3, '.')"), "ab.ab.ab");
        assert_eq!(value("strrep(7, 2)"), "77");
        assert_eq!(value("strcat(strrep('x', 0), strrep('x', -3), strrep('x', long(null)))"), "");
        assert_eq!(value("strlen(strrep('x', 5000))"), "1024");
        assert!(refused("print strcat_delim('-', 'a')").contains("does not take 2 arguments"));
        assert!(
            rows("range x from 1 to 2 step 1 | extend s = strrep('ä', x) | project strcat_delim(s, 'a', x)")
                == "aä1\naää2"
        );
    }

    #[test]
    fn characters_are_turned_and_translated() {
        assert_eq!(value("reverse('añ𝓗')"), "𝓗ña");
        assert_eq!(value("reverse(-120)"), "021-");
        assert_eq!(value("translate('abc', 'x', 'aabbccd')"), "xxxxxxd");
        assert_eq!(value("translate('krasp', 'otsku', 'spark')"), "kusto");
        assert_eq!(value("translate('ab', '', 'abcab')"), "c");
    }

    #[test]
    fn numbers_have_hexadecimal_digits() {
        assert_eq!(value("tohex(255)"), "ff");
        assert_eq!(value("tohex(-1)"), "ffffffffffffffff");
        assert_eq!(value("tohex(int(-1))"), "ffffffff");
        assert_eq!(value("tohex(255, 4)"), "00ff");
        assert_eq!(value("strlen(tohex(255, 100))"), "16");
        assert_eq!(value("tohex(long(null))"), "");
        assert_eq!(answer("range n from 10 to 10 step 1 | project tohex(n)"), "n:string\na");
    }

    #[test]
    fn code_points_come_and_go() {
        assert_eq!(value("unicode_codepoints_from_string('añ')"), "[97,241]");
        assert_eq!(value("unicode_codepoints_to_string(97, dynamic([241, 98]))"), "añb");
        assert!(refused("print make_string(97, 'b')").contains("KS136"));
        assert_eq!(value("make_string(1114112)"), "");
        assert_eq!(value("to_utf8('')"), "[]");
    }
}
