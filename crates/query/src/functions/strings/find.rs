//! What is in a string: occurrences, terms, characters; and the order of strings.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-functions#string-functions>

use datafusion::arrow::array::{BooleanArray, Int64Array};
use memchr::memmem::Finder;
use weir_value::KustoType::{Dynamic, String as Text};

use super::patterns::check_regex;
use crate::bind::Arguments;
use crate::functions::terms::first_term;
use crate::functions::text_match::compile;
use crate::functions::{Accepts, Function, Naming, by_kernel, exactly, one, optional, with};
use crate::kernel;
use crate::kernel::{Column, Str, map1, map2, write1};
use crate::typed::Typed;

pub(crate) const FUNCTIONS: &[&Function] =
    &[&STRCMP, &COUNT_OF, &HAS_ANY_INDEX, &IS_ASCII, &IS_UTF8, &REGEX_QUOTE];

function!(
    STRCMP = ["strcmp"],
    Naming::None,
    [by_kernel(&[one("a", Accepts::Text), one("b", Accepts::Text)], &COMPARED)]
);
kernel!(COMPARED = "kql_strcmp" -> Long, |a, n| {
    map2::<Str, Str, i64, Int64Array>(a, n, |x, y| Some(x.cmp(y) as i64))
});

function!(
    COUNT_OF = ["countof"],
    Naming::None,
    [with(
        &[exactly("source", Text), exactly("search", Text), optional("kind", Accepts::Constant(Text))],
        count_of,
    )]
);

fn count_of(a: &mut Arguments<'_, '_, '_>) -> Typed {
    let (source, search) = (a.take(0), a.take(1));
    let kind = (a.typed.len() > 2).then(|| a.take(2));
    let kernel = match kind.as_ref().and_then(Typed::as_text) {
        None | Some("normal") => &OCCURRENCES,
        Some("regex") => {
            if search.as_text().is_none() {
                return a.refuse(1, "a regular expression must be a constant");
            }
            if !check_regex(a, 1, &search) {
                return Typed::poison();
            }
            &MATCHES
        }
        Some(other) => {
            let message = format!("'{other}' is no kind of search: it is 'normal' or 'regex'");
            return a.refuse(2, message);
        }
    };
    a.binder.fold(Typed::new(kernel.call(vec![source.expr, search.expr]), weir_value::KustoType::Long))
}

kernel!(
    /// Occurrences may overlap.
    OCCURRENCES = "kql_countof" -> Long, |a, n| {
        let texts = Column::<Str>::of(&a[0])?;
        let needles = Column::<Str>::of(&a[1])?;
        let constant = needles.constant().map(Option::unwrap_or_default).map(|needle| Finder::new(needle.as_bytes()));
        let counts: Int64Array = crate::limits::rows(n)
            .map(|row| {
                let text = texts.get(row).unwrap_or_default().as_bytes();
                Some(match &constant {
                    Some(finder) => occurrences(text, finder),
                    None => occurrences(text, &Finder::new(needles.get(row).unwrap_or_default().as_bytes())),
                })
            })
            .collect();
        Ok(std::sync::Arc::new(counts))
    }
);

// A needle of whole characters is found at whole characters only, so bytes are as good.
fn occurrences(text: &[u8], finder: &Finder<'_>) -> i64 {
    if finder.needle().is_empty() {
        return 0;
    }
    let (mut count, mut from) = (0, 0);
    while let Some(found) = text.get(from..).and_then(|rest| finder.find(rest)) {
        count += 1;
        from += found + 1;
    }
    count
}

kernel!(
    /// Matches of a regular expression do not overlap.
    MATCHES = "kql_countof_regex" -> Long, |a, n| {
        let pattern = Column::<Str>::of(&a[1])?;
        let regex = compile(pattern.get(0).unwrap_or_default())?;
        map1::<Str, i64, Int64Array>(a, n, |text| Some(regex.find_iter(text).count() as i64))
    }
);

function!(
    HAS_ANY_INDEX = ["has_any_index"],
    Naming::None,
    [by_kernel(&[one("source", Accepts::StringOrDynamic), exactly("values", Dynamic)], &FIRST_TERM)]
);
kernel!(FIRST_TERM = "kql_has_any_index" -> Long, |a, n| first_term(a, n));

function!(IS_ASCII = ["isascii"], Naming::None, [by_kernel(&[one("value", Accepts::Text)], &ASCII)]);
kernel!(ASCII = "kql_isascii" -> Bool, |a, n| map1::<Str, bool, BooleanArray>(a, n, |text| Some(text.is_ascii())));

function!(IS_UTF8 = ["isutf8"], Naming::None, [by_kernel(&[one("value", Accepts::Text)], &UTF8)]);
kernel!(
    /// Every string here is UTF-8: bytes that are not become no string.
    UTF8 = "kql_isutf8" -> Bool, |a, n| map1::<Str, bool, BooleanArray>(a, n, |_| Some(true))
);

function!(REGEX_QUOTE = ["regex_quote"], Naming::None, [by_kernel(&[one("text", Accepts::Text)], &QUOTED)]);
kernel!(QUOTED = "kql_regex_quote" -> String, |a, n| {
    write1::<Str>(a, n, |text, out| out.push_str(&regex::escape(text)))
});

#[cfg(test)]
mod tests {
    use crate::testing::{refused, rows, value};

    #[test]
    fn strings_have_an_ordinal_order() {
        assert_eq!(value("strcmp('a', 'b'), strcmp('b', 'B'), strcmp('', '')"), "-1 | 1 | 0");
        assert_eq!(value("strcmp(10, 9)"), "-1");
    }

    #[test]
    fn occurrences_overlap_and_matches_do_not() {
        assert_eq!(value("countof('aaaa', 'aa'), countof('aaaa', 'aa', 'regex')"), "3 | 2");
        assert_eq!(value("countof('äöäö', 'äö')"), "2");
        assert_eq!(value("countof('', 'a')"), "0");
        assert_eq!(rows("datatable(s:string)['a1b22', ''] | project countof(s, @'\\d', 'regex')"), "3\n0");
        assert!(refused("print countof('a', 'b', 'glob')").contains("no kind of search"));
        assert!(refused("print countof('a', '(', 'regex')").contains("no regular expression"));
    }

    #[test]
    fn the_first_term_that_is_there_is_named_by_its_place() {
        assert_eq!(value("has_any_index('one two', dynamic(['t', 'TWO', 'one']))"), "1");
        assert_eq!(value("has_any_index('one two', dynamic([]))"), "-1");
        assert_eq!(value("has_any_index('one', dynamic(null))"), "null");
    }

    #[test]
    fn characters_are_judged() {
        assert_eq!(
            value("isascii('abc'), isascii('ä'), isascii(''), isutf8('ä')"),
            "True | False | True | True"
        );
        assert_eq!(value("regex_quote('a.b(c)+')"), r"a\.b\(c\)\+");
        assert_eq!(
            value("'x.y' matches regex regex_quote('x.y'), 'xzy' matches regex regex_quote('x.y')"),
            "True | False"
        );
    }
}
