//! `has`, `contains`, `startswith`, `matches regex` and their kin.
//!
//! Source: <https://learn.microsoft.com/kusto/query/datatypes-string-operators>

use datafusion::arrow::array::{ArrayRef, BooleanArray};
use datafusion::common::Result;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::ColumnarValue;
use memchr::memmem::Finder;
use regex::Regex;
use std::collections::VecDeque;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use weir_kql::ast::BinaryOp;

use crate::kernel;
use crate::kernel::{Column, Kernel, Str, map2, write1};

/// The kernel of a text operator, and whether the operator is its negation.
pub(crate) fn text_match(op: BinaryOp) -> Option<(&'static Kernel, bool)> {
    use BinaryOp::*;
    Some(match op {
        Has => (&HAS, false),
        NotHas => (&HAS, true),
        HasCs => (&HAS_CS, false),
        NotHasCs => (&HAS_CS, true),
        HasPrefix => (&HAS_PREFIX, false),
        NotHasPrefix => (&HAS_PREFIX, true),
        HasPrefixCs => (&HAS_PREFIX_CS, false),
        NotHasPrefixCs => (&HAS_PREFIX_CS, true),
        HasSuffix => (&HAS_SUFFIX, false),
        NotHasSuffix => (&HAS_SUFFIX, true),
        HasSuffixCs => (&HAS_SUFFIX_CS, false),
        NotHasSuffixCs => (&HAS_SUFFIX_CS, true),
        Contains => (&CONTAINS, false),
        NotContains => (&CONTAINS, true),
        ContainsCs => (&CONTAINS_CS, false),
        NotContainsCs => (&CONTAINS_CS, true),
        StartsWith => (&STARTS_WITH, false),
        NotStartsWith => (&STARTS_WITH, true),
        StartsWithCs => (&STARTS_WITH_CS, false),
        NotStartsWithCs => (&STARTS_WITH_CS, true),
        EndsWith => (&ENDS_WITH, false),
        NotEndsWith => (&ENDS_WITH, true),
        EndsWithCs => (&ENDS_WITH_CS, false),
        NotEndsWithCs => (&ENDS_WITH_CS, true),
        MatchesRegex => (&MATCHES_REGEX, false),
        Like => (&LIKE, false),
        NotLike => (&LIKE, true),
        LikeCs => (&LIKE_CS, false),
        NotLikeCs => (&LIKE_CS, true),
        _ => return None,
    })
}

/// Text as it is compared without regard to case.
pub(crate) fn folded(text: &str) -> String {
    text.to_lowercase()
}

kernel!(FOLD_CASE = "kql_fold_case" -> String, |a, n| {
    write1::<Str>(a, n, |text, out| match text.is_ascii() {
        true => {
            out.push_str(text);
            out.make_ascii_lowercase();
        }
        false => out.push_str(&folded(text)),
    })
});

/// Which ends of a match must be ends of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bounds {
    Neither,
    Start,
    End,
    Both,
}

/// One match of a needle in texts, prepared once for all of them.
pub(super) struct Needle<'n> {
    text: &'n str,
    finder: Finder<'n>,
    bounds: Bounds,
}

impl<'n> Needle<'n> {
    pub fn new(text: &'n str, bounds: Bounds) -> Self {
        Needle { text, finder: Finder::new(text.as_bytes()), bounds }
    }

    pub fn is_in(&self, text: &str) -> bool {
        if self.text.is_empty() {
            return true;
        }
        let mut from = 0;
        while let Some(found) = self.finder.find(&text.as_bytes()[from..]) {
            let start = from + found;
            let end = start + self.text.len();
            let start_fits = matches!(self.bounds, Bounds::Neither | Bounds::End) || begins_term(text, start);
            let end_fits = matches!(self.bounds, Bounds::Neither | Bounds::Start) || ends_term(text, end);
            if start_fits && end_fits {
                return true;
            }
            // On to the next character: a match begins at one, so the next is within the text.
            from = start + text[start..].chars().next().map_or(1, char::len_utf8);
        }
        false
    }
}

/// Whether a term may begin here: a separator, or nothing, stands before, or the match begins with a separator.
fn begins_term(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
    let first = text[at..].chars().next().is_some_and(char::is_alphanumeric);
    !(before && first)
}

/// Whether a term may end here.
pub(super) fn ends_term(text: &str, at: usize) -> bool {
    let last = text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
    let behind = text[at..].chars().next().is_some_and(char::is_alphanumeric);
    !(last && behind)
}

/// Finds needles in texts, each row its own or one for all.
fn find(arguments: &[ColumnarValue], rows: usize, bounds: Bounds, ignore_case: bool) -> Result<ArrayRef> {
    let texts = Column::<Str>::of(&arguments[0])?;
    let needles = Column::<Str>::of(&arguments[1])?;
    let mut scratch = String::new();
    let mut test = |text: &str, needle: &Needle<'_>| match ignore_case {
        false => needle.is_in(text),
        true if text.is_ascii() => {
            scratch.clear();
            scratch.push_str(text);
            scratch.make_ascii_lowercase();
            needle.is_in(&scratch)
        }
        true => needle.is_in(&folded(text)),
    };
    let prepared = |needle: &str| if ignore_case { folded(needle) } else { needle.to_owned() };
    let found: BooleanArray = match needles.constant() {
        Some(constant) => {
            let text = prepared(constant.unwrap_or_default());
            let needle = Needle::new(&text, bounds);
            crate::limits::rows(rows)
                .map(|row| Some(test(texts.get(row).unwrap_or_default(), &needle)))
                .collect()
        }
        None => crate::limits::rows(rows)
            .map(|row| {
                let text = prepared(needles.get(row).unwrap_or_default());
                Some(test(texts.get(row).unwrap_or_default(), &Needle::new(&text, bounds)))
            })
            .collect(),
    };
    Ok(std::sync::Arc::new(found))
}

kernel!(HAS = "kql_has" -> Bool, |a, n| find(a, n, Bounds::Both, true));
kernel!(HAS_CS = "kql_has_cs" -> Bool, |a, n| find(a, n, Bounds::Both, false));
kernel!(HAS_PREFIX = "kql_hasprefix" -> Bool, |a, n| find(a, n, Bounds::Start, true));
kernel!(HAS_PREFIX_CS = "kql_hasprefix_cs" -> Bool, |a, n| find(a, n, Bounds::Start, false));
kernel!(HAS_SUFFIX = "kql_hassuffix" -> Bool, |a, n| find(a, n, Bounds::End, true));
kernel!(HAS_SUFFIX_CS = "kql_hassuffix_cs" -> Bool, |a, n| find(a, n, Bounds::End, false));
kernel!(CONTAINS = "kql_contains" -> Bool, |a, n| find(a, n, Bounds::Neither, true));
kernel!(CONTAINS_CS = "kql_contains_cs" -> Bool, |a, n| find(a, n, Bounds::Neither, false));

kernel!(STARTS_WITH = "kql_startswith" -> Bool, |a, n| {
    map2::<Str, Str, bool, BooleanArray>(a, n, |text, start| Some(starts_with_ignoring_case(text, start)))
});
kernel!(STARTS_WITH_CS = "kql_startswith_cs" -> Bool, |a, n| {
    map2::<Str, Str, bool, BooleanArray>(a, n, |text, start| Some(text.starts_with(start)))
});
kernel!(ENDS_WITH = "kql_endswith" -> Bool, |a, n| {
    map2::<Str, Str, bool, BooleanArray>(a, n, |text, end| Some(ends_with_ignoring_case(text, end)))
});
kernel!(ENDS_WITH_CS = "kql_endswith_cs" -> Bool, |a, n| {
    map2::<Str, Str, bool, BooleanArray>(a, n, |text, end| Some(text.ends_with(end)))
});

fn starts_with_ignoring_case(text: &str, start: &str) -> bool {
    match text.is_ascii() && start.is_ascii() {
        true => {
            text.as_bytes().get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
        }
        false => folded(text).starts_with(&folded(start)),
    }
}

fn ends_with_ignoring_case(text: &str, end: &str) -> bool {
    match text.is_ascii() && end.is_ascii() {
        true => text
            .len()
            .checked_sub(end.len())
            .is_some_and(|at| text.as_bytes()[at..].eq_ignore_ascii_case(end.as_bytes())),
        false => folded(text).ends_with(&folded(end)),
    }
}

kernel!(MATCHES_REGEX = "kql_matches_regex" -> Bool, |a, n| {
    let texts = Column::<Str>::of(&a[0])?;
    let patterns = Column::<Str>::of(&a[1])?;
    let found: Result<BooleanArray> = match patterns.constant() {
        Some(pattern) => {
            let regex = compile(pattern.unwrap_or_default())?;
            Ok(crate::limits::rows(n).map(|row| Some(regex.is_match(texts.get(row).unwrap_or_default()))).collect())
        }
        None => crate::limits::rows(n)
            .map(|row| Ok(Some(compile(patterns.get(row).unwrap_or_default())?.is_match(texts.get(row).unwrap_or_default()))))
            .collect(),
    };
    Ok(std::sync::Arc::new(found?))
});

/// Bytes that a compiled regular expression may have: repetitions of repetitions have gigabytes.
const REGEX_BYTES_MAX: usize = 4 << 20;
/// Regular expressions that are kept compiled.
const REGEXES_MAX: usize = 16;
/// Characters of a pattern that are shown where it is wrong.
const PATTERN_SHOWN_MAX: usize = 200;

/// Why a text is no regular expression.
#[derive(Debug, thiserror::Error)]
#[error("'{pattern}' is no regular expression: {why}")]
pub(crate) struct BadRegex {
    pattern: String,
    why: String,
}

impl From<BadRegex> for DataFusionError {
    fn from(error: BadRegex) -> Self {
        DataFusionError::Execution(error.to_string())
    }
}

/// A regular expression as RE2 reads it: `\d` and `\w` mean ASCII; white space, as the engine has it, means any.
///
/// Every batch of rows asks anew, so that those of late are kept.
pub(crate) fn compile(pattern: &str) -> Result<Arc<Regex>, BadRegex> {
    static COMPILED: LazyLock<Mutex<VecDeque<(String, Arc<Regex>)>>> = LazyLock::new(Mutex::default);
    let known = |compiled: &VecDeque<(String, Arc<Regex>)>| {
        compiled.iter().find(|(known, _)| known == pattern).map(|(_, regex)| Arc::clone(regex))
    };
    if let Some(regex) = known(&COMPILED.lock().unwrap_or_else(PoisonError::into_inner)) {
        return Ok(regex);
    }
    let ascii = ascii_classes(pattern);
    let regex = regex::RegexBuilder::new(&ascii).size_limit(REGEX_BYTES_MAX).build().map_err(|error| {
        let why = match error {
            regex::Error::CompiledTooBig(_) => "it repeats too much, or it is too long".to_owned(),
            error => error.to_string(),
        };
        BadRegex { pattern: pattern.chars().take(PATTERN_SHOWN_MAX).collect(), why }
    })?;
    let regex = Arc::new(regex);
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if compiled.len() >= REGEXES_MAX {
        compiled.pop_front();
    }
    compiled.push_back((pattern.to_owned(), Arc::clone(&regex)));
    Ok(regex)
}

/// The same pattern with the classes of RE2, which know ASCII only.
fn ascii_classes(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    let mut in_class = false;
    while let Some(character) = characters.next() {
        match character {
            '\\' => match (characters.next(), in_class) {
                (Some('d'), false) => out.push_str("[0-9]"),
                (Some('d'), true) => out.push_str("0-9"),
                (Some('D'), false) => out.push_str("[^0-9]"),
                (Some('w'), false) => out.push_str("[0-9A-Za-z_]"),
                (Some('w'), true) => out.push_str("0-9A-Za-z_"),
                (Some('W'), false) => out.push_str("[^0-9A-Za-z_]"),
                (Some('b'), false) => out.push_str(r"(?-u:\b)"),
                (Some('B'), false) => out.push_str(r"\B"),
                (Some(other), _) => {
                    out.push('\\');
                    out.push(other);
                }
                (None, _) => out.push('\\'),
            },
            '[' => {
                // A bracket inside a class stands for itself.
                if in_class {
                    out.push('\\');
                }
                in_class = true;
                out.push('[');
            }
            ']' => {
                in_class = false;
                out.push(']');
            }
            other => out.push(other),
        }
    }
    out
}

kernel!(LIKE = "kql_like" -> Bool, |a, n| {
    map2::<Str, Str, bool, BooleanArray>(a, n, |text, pattern| {
        Some(crate::operators::project_away::matches_wildcard(&folded(pattern), &folded(text)))
    })
});
kernel!(LIKE_CS = "kql_like_cs" -> Bool, |a, n| {
    map2::<Str, Str, bool, BooleanArray>(a, n, |text, pattern| {
        Some(crate::operators::project_away::matches_wildcard(pattern, text))
    })
});

#[cfg(test)]
mod tests {
    use super::*;

    fn has(text: &str, term: &str) -> bool {
        Needle::new(&folded(term), Bounds::Both).is_in(&folded(text))
    }

    #[test]
    fn terms_are_runs_of_letters_and_digits() {
        for (text, term, expected) in [
            ("hello-world", "hello", true),
            ("alpha_beta", "alpha", true),
            ("helloworld", "hello", false),
            ("10.1.2.3", "10.1", true),
            ("110.1.2.3", "10.1", false),
            ("Привет мир", "привет", true),
            ("aab ab", "ab", true),
            ("x", "", true),
            ("", "x", false),
        ] {
            assert_eq!(has(text, term), expected, "{text} has {term}");
        }
    }

    #[test]
    fn prefixes_and_suffixes_are_those_of_terms() {
        let prefix = |text: &str, start: &str| Needle::new(start, Bounds::Start).is_in(text);
        let suffix = |text: &str, end: &str| Needle::new(end, Bounds::End).is_in(text);
        assert!(prefix("north-eastern", "east") && !prefix("northeastern", "east"));
        assert!(suffix("north-eastern x", "ern") && !suffix("easterns", "ern"));
    }

    #[test]
    fn classes_know_ascii_only() {
        assert!(compile(r"^\d+$").unwrap().is_match("42"));
        assert!(!compile(r"^\d+$").unwrap().is_match("٤٢"));
        assert!(compile(r"^[\w.]+$").unwrap().is_match("a.b"));
        assert!(compile("(").is_err());
    }
}
