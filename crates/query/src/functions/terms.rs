//! `has_any`, `has_all` and `in` of arrays: many texts looked for at once.
//!
//! Source: <https://learn.microsoft.com/kusto/query/has-any-operator>

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, Int64Array};
use datafusion::common::{HashMap, Result};
use datafusion::logical_expr::ColumnarValue;
use weir_value::dynamic::{Kind, View};

use super::conversion::write_dynamic;
use super::text_match::{Bounds, Needle, ends_term, folded};
use crate::kernel;
use crate::kernel::{Column, Dyn, Str, map2};

kernel!(HAS_ANY = "kql_has_any" -> Bool, |a, n| has_terms(a, n, false));
kernel!(HAS_ALL = "kql_has_all" -> Bool, |a, n| has_terms(a, n, true));
kernel!(IN_ARRAY = "kql_in_array" -> Bool, |a, n| in_array(a, n, false));
kernel!(IN_ARRAY_CI = "kql_in_array_ci" -> Bool, |a, n| in_array(a, n, true));

/// Terms that are looked for, prepared once for many texts.
///
/// A term that begins with a letter or a digit can only stand where a run of those begins. At each such place, one look
/// for each length that a term has tells whether one stands there, however many terms there are.
#[derive(Default)]
struct Terms {
    /// The terms that begin with a letter or a digit, each with its number.
    by_text: HashMap<String, usize>,
    /// Their lengths in bytes, each once.
    lengths: Vec<usize>,
    /// The bytes that they begin with.
    begins: Begins,
    /// The other ones: blank, or beginning with a separator.
    odd: Vec<(String, usize)>,
    /// The place of each term in the list, by its number.
    places: Vec<usize>,
}

/// Which bytes a term can begin with.
struct Begins([bool; 256]);

impl Default for Begins {
    fn default() -> Self {
        Begins([false; 256])
    }
}

impl Terms {
    fn of(list: impl Iterator<Item = String>) -> Self {
        let mut terms = Terms::default();
        for (place, term) in list.enumerate() {
            if terms.by_text.contains_key(&term) {
                continue;
            }
            let begins = term.chars().next().is_some_and(char::is_alphanumeric);
            let number = terms.places.len();
            terms.places.push(place);
            if !begins {
                terms.odd.push((term, number));
                continue;
            }
            if !terms.lengths.contains(&term.len()) {
                terms.lengths.push(term.len());
            }
            if let Some(first) = term.bytes().next() {
                terms.begins.0[usize::from(first)] = true;
            }
            terms.by_text.insert(term, number);
        }
        terms
    }

    /// Tells the number of each term in the text, some more than once, until `goes_on` says no.
    fn found(&self, text: &str, mut goes_on: impl FnMut(usize) -> bool) {
        for (odd, number) in &self.odd {
            if Needle::new(odd, Bounds::Both).is_in(text) && !goes_on(*number) {
                return;
            }
        }
        if self.by_text.is_empty() {
            return;
        }
        let mut within = false;
        for (start, character) in text.char_indices() {
            let begins = !within;
            within = character.is_alphanumeric();
            if !(begins && within && self.begins.0[usize::from(text.as_bytes()[start])]) {
                continue;
            }
            for length in &self.lengths {
                let end = start + length;
                let number = text.get(start..end).and_then(|term| self.by_text.get(term));
                if let Some(number) = number
                    && ends_term(text, end)
                    && !goes_on(*number)
                {
                    return;
                }
            }
        }
    }

    fn any(&self, text: &str) -> bool {
        let mut any = false;
        self.found(text, |_| {
            any = true;
            false
        });
        any
    }

    fn all(&self, text: &str) -> bool {
        let mut left = self.places.len();
        let mut seen = vec![false; left];
        if left == 0 {
            return true;
        }
        self.found(text, |number| {
            left -= usize::from(!std::mem::replace(&mut seen[number], true));
            left > 0
        });
        left == 0
    }

    /// The place of the first term of the list that is in the text.
    fn first(&self, text: &str) -> Option<usize> {
        let mut first: Option<usize> = None;
        self.found(text, |number| {
            first = Some(first.map_or(number, |known| known.min(number)));
            first != Some(0)
        });
        first.map(|number| self.places[number])
    }
}

/// The elements of a list as they are compared.
fn elements(list: Option<View<'_>>) -> impl Iterator<Item = String> {
    list.into_iter().flat_map(|view| view.items()).map(|item| {
        let mut text = String::new();
        write_dynamic(item, &mut text);
        folded(&text)
    })
}

/// What `test` says of the text and the terms of each row.
fn each<T>(
    arguments: &[ColumnarValue],
    rows: usize,
    terms_of: impl Fn(Option<View<'_>>) -> Option<Terms>,
    test: impl Fn(&Terms, &str) -> T,
) -> Result<impl Iterator<Item = Option<T>>> {
    let texts = Column::<Str>::of(&arguments[0])?;
    let lists = Column::<Dyn>::of(&arguments[1])?;
    let constant = lists.constant().map(&terms_of);
    let mut scratch = String::new();
    Ok(crate::limits::rows(rows).map(move |row| {
        let own = if constant.is_none() { terms_of(lists.get(row)) } else { None };
        let terms = constant.as_ref().unwrap_or(&own).as_ref()?;
        let text = texts.get(row).unwrap_or_default();
        scratch.clear();
        match text.is_ascii() {
            true => {
                scratch.push_str(text);
                scratch.make_ascii_lowercase();
            }
            false => scratch.push_str(&folded(text)),
        }
        Some(test(terms, &scratch))
    }))
}

/// Whether any, or every, string of an array is a term of the text.
fn has_terms(arguments: &[ColumnarValue], rows: usize, every: bool) -> Result<ArrayRef> {
    let terms = |list: Option<View<'_>>| Some(Terms::of(elements(list)));
    let test = |terms: &Terms, text: &str| if every { terms.all(text) } else { terms.any(text) };
    let found: BooleanArray = each(arguments, rows, terms, test)?.collect();
    Ok(Arc::new(found))
}

/// The place of the first string of an array that is a term of the text; -1 where none is.
pub(crate) fn first_term(arguments: &[ColumnarValue], rows: usize) -> Result<ArrayRef> {
    let terms = |list: Option<View<'_>>| {
        list.filter(|list| list.kind() == Kind::Array).map(|list| Terms::of(elements(Some(list))))
    };
    let place = |terms: &Terms, text: &str| {
        terms.first(text).and_then(|place| i64::try_from(place).ok()).unwrap_or(-1)
    };
    let places: Int64Array = each(arguments, rows, terms, place)?.collect();
    Ok(Arc::new(places))
}

/// Whether a text is among the elements of an array, taken as texts.
fn in_array(arguments: &[ColumnarValue], rows: usize, ignore_case: bool) -> Result<ArrayRef> {
    map2::<Str, Dyn, bool, BooleanArray>(arguments, rows, |text, array| {
        let mut element = String::new();
        Some(array.items().any(|item| {
            element.clear();
            write_dynamic(item, &mut element);
            if ignore_case { folded(&element) == folded(text) } else { element == text }
        }))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn terms_are_looked_for_all_at_once() {
        let terms = |list: &[&str]| Terms::of(list.iter().map(|term| (*term).to_owned()));
        assert!(terms(&["x", "10.1"]).any("net 10.1.2.3") && !terms(&["10.1"]).any("110.1.2.3"));
        assert!(terms(&["a", "b", "a"]).all("b a") && !terms(&["a", "b"]).all("ab a"));
        assert_eq!(terms(&["x", "b", "b", "a"]).first("a b"), Some(1));
        assert_eq!(terms(&["x"]).first("a b"), None);
        assert!(terms(&[]).all("a") && !terms(&[]).any("a") && terms(&["z", ""]).any("a"));
    }

    proptest! {
        /// One pass finds what one search a term finds.
        #[test]
        fn one_pass_finds_what_each_search_finds(
            text in "[ab1é.\\-_ ]{0,12}",
            list in proptest::collection::vec("[ab1é.\\- ]{0,4}", 0..6),
        ) {
            let found: Vec<bool> =
                list.iter().map(|term| Needle::new(term, Bounds::Both).is_in(&text)).collect();
            let terms = Terms::of(list.iter().cloned());
            prop_assert_eq!(terms.any(&text), found.iter().any(|found| *found));
            prop_assert_eq!(terms.all(&text), found.iter().all(|found| *found));
            prop_assert_eq!(terms.first(&text), found.iter().position(|found| *found));
        }
    }
}
