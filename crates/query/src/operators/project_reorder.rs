//! `project-reorder pattern [asc|desc|granny-asc|granny-desc], …`: these columns first, the others behind them.
//!
//! Source: <https://learn.microsoft.com/kusto/query/project-reorder-operator>

use std::cmp::Ordering;

use weir_kql::ast::{ColumnPattern, ReorderOrder, Span};

use super::project::keep;
use super::project_away::matches;
use super::project_keep::known;
use crate::bind::Binder;
use crate::typed::{Column, Relation};

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    items: &[(ColumnPattern, Option<ReorderOrder>)],
    span: Span,
) -> Relation {
    if input.open {
        return input;
    }
    known(binder, &input, items.iter().map(|(pattern, _)| pattern));
    let mut left: Vec<Column> = input.visible().cloned().collect();
    let mut columns = Vec::with_capacity(left.len());
    // A column that is named goes where it is named, whatever wildcards before it match.
    let named = |column: &Column| {
        items
            .iter()
            .any(|(pattern, _)| matches!(pattern, ColumnPattern::Name(name) if name.text == column.name))
    };
    for (pattern, order) in items {
        let wildcard = matches!(pattern, ColumnPattern::Wildcard(_));
        let (mut matched, rest): (Vec<Column>, Vec<Column>) = left
            .into_iter()
            .partition(|column| matches(pattern, &column.name) && !(wildcard && named(column)));
        left = rest;
        if let Some(order) = order {
            matched.sort_by(|a, b| compare(&a.name, &b.name, *order));
        }
        columns.append(&mut matched);
    }
    columns.append(&mut left);
    keep(binder, input, columns, span)
}

fn compare(a: &str, b: &str, order: ReorderOrder) -> Ordering {
    match order {
        ReorderOrder::Ascending => a.cmp(b),
        ReorderOrder::Descending => b.cmp(a),
        ReorderOrder::GrannyAscending => granny(a, b),
        ReorderOrder::GrannyDescending => granny(b, a),
    }
}

/// Compares names in which runs of digits count as numbers: `a20` before `a100`.
fn granny(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (digits_a, digits_b) = (digits(a), digits(b));
        let order = match (digits_a, digits_b) {
            (0, _) | (_, 0) => match (a.chars().next(), b.chars().next()) {
                (None, None) => return Ordering::Equal,
                (x, y) if x == y => {
                    let width = x.map_or(0, char::len_utf8);
                    (a, b) = (&a[width..], &b[width..]);
                    continue;
                }
                (x, y) => x.cmp(&y),
            },
            _ => {
                let (x, y) = (a[..digits_a].trim_start_matches('0'), b[..digits_b].trim_start_matches('0'));
                (a, b) = (&a[digits_a..], &b[digits_b..]);
                x.len().cmp(&y.len()).then_with(|| x.cmp(y))
            }
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// The length of the digits in front.
fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{answer, refused};

    const T: &str = "print b = 1, a100 = 2, a20 = 3, c = 4, a3 = 5";

    fn header(reorder: &str) -> String {
        let text = answer(&format!("{T} | project-reorder {reorder}"));
        text.lines().next().unwrap().replace(":long", "")
    }

    #[test]
    fn what_is_named_comes_first_the_rest_follows() {
        assert_eq!(header("c, b"), "c, b, a100, a20, a3");
        assert_eq!(header("a*, c"), "a100, a20, a3, c, b");
        assert_eq!(header("a* asc"), "a100, a20, a3, b, c");
        assert_eq!(header("a* desc"), "a3, a20, a100, b, c");
        assert_eq!(header("a* granny-asc"), "a3, a20, a100, b, c");
        assert_eq!(header("a* granny-desc, *"), "a100, a20, a3, b, c");
        assert_eq!(header("*, a20"), "b, a100, c, a3, a20");
    }

    #[test]
    fn digits_count_as_numbers() {
        assert_eq!(granny("x09", "x10"), Ordering::Less);
        assert_eq!(granny("x2y10", "x2y9"), Ordering::Greater);
        assert_eq!(granny("é1", "é01"), Ordering::Equal);
    }

    #[test]
    fn an_unknown_name_is_refused() {
        assert!(refused(&format!("{T} | project-reorder d")).contains("KS142"));
    }
}
