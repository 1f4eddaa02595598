//! `indexof`, `indexof_regex`: where a text stands in another one.
//!
//! Source: <https://learn.microsoft.com/kusto/query/indexof-function>

use datafusion::arrow::array::{ArrayRef, Int64Array};
use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;
use weir_value::KustoType;

use super::substring;
use crate::functions::text_match::compile;
use crate::functions::{Accepts, Function, Naming, by_kernel, one, optional};
use crate::kernel;
use crate::kernel::{Column, Long, Str};

pub(crate) const FUNCTIONS: &[&Function] = &[&INDEX_OF, &INDEX_OF_REGEX];

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
    a: &[ColumnarValue],
    n: usize,
    from_end: bool,
    matches: impl Fn(&str, &str) -> Result<Option<Vec<usize>>>,
) -> Result<ArrayRef> {
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

#[cfg(test)]
mod tests {
    use crate::testing::{refused, value};

    #[test]
    fn some_arguments_are_constant() {
        assert_eq!(value("indexof_regex('a15', 15), indexof('aa', 'a', 0, -1, 2)"), "1 | 1");
        for call in ["indexof(s, 'a', 0, -1, n)", "indexof_regex(s, s)"] {
            let told = refused(&format!("datatable(s:string, n:long)[] | project {call}"));
            assert!(told.contains("KS129"), "{call}: {told}");
        }
    }
}
