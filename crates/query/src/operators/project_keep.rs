//! `project-keep pattern, …`: only these columns, in the order in which they are.
//!
//! Source: <https://learn.microsoft.com/kusto/query/project-keep-operator>

use weir_kql::ast::{ColumnPattern, Span};

use super::project::keep;
use super::project_away::matches;
use crate::bind::Binder;
use crate::typed::Relation;

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    patterns: &[ColumnPattern],
    span: Span,
) -> Relation {
    if input.open {
        return input;
    }
    known(binder, &input, patterns.iter());
    let kept = input.visible().filter(|column| patterns.iter().any(|p| matches(p, &column.name)));
    let kept = kept.cloned().collect();
    keep(binder, input, kept, span)
}

/// Tells of plain names that are no columns.
pub(super) fn known<'p>(
    binder: &mut Binder<'_>,
    input: &Relation,
    patterns: impl Iterator<Item = &'p ColumnPattern>,
) {
    for pattern in patterns {
        if let ColumnPattern::Name(name) = pattern
            && input.column(&name.text).is_none()
        {
            binder.unknown_name(name, "column", input.visible().map(|column| column.name.as_str()));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused};

    const T: &str = "print SrcIp = 'a', Port = 1, DestIp = 'b', Bytes = 2";

    #[test]
    fn columns_stay_in_their_order() {
        assert_eq!(
            answer(&format!("{T} | project-keep Bytes, *Ip")),
            "SrcIp:string, DestIp:string, Bytes:long\na | b | 2"
        );
        assert_eq!(answer(&format!("{T} | project-keep Port, Port, P*")), "Port:long\n1");
    }

    #[test]
    fn an_unknown_name_is_told_an_unmatched_wildcard_is_not() {
        assert!(refused(&format!("{T} | project-keep Prt")).contains("KS142"));
        assert_eq!(answer(&format!("{T} | project-keep Port, X*")), "Port:long\n1");
    }
}
