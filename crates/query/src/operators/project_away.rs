//! `project-away pattern, …`: all columns but these.
//!
//! Source: <https://learn.microsoft.com/kusto/query/project-away-operator>

use weir_kql::ast::{ColumnPattern, Span};

use super::project::keep;
use super::project_keep::known;
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
    let kept = input.visible().filter(|column| !patterns.iter().any(|p| matches(p, &column.name)));
    let kept = kept.cloned().collect();
    keep(binder, input, kept, span)
}

/// Whether a pattern means the column of this name.
pub(crate) fn matches(pattern: &ColumnPattern, name: &str) -> bool {
    match pattern {
        ColumnPattern::Name(exact) => exact.text == name,
        ColumnPattern::Wildcard(wildcard) => matches_wildcard(&wildcard.text, name),
    }
}

/// Whether a name with `*` in it, each for any run of characters, means this name.
pub(crate) fn matches_wildcard(wildcard: &str, name: &str) -> bool {
    let mut parts = wildcard.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::matches_wildcard;

    #[test]
    fn wildcards_stand_for_any_run() {
        for (wildcard, name, expected) in [
            ("*_s", "SrcIP_s", true),
            ("*_s", "SrcIP_d", false),
            ("Src*", "SrcIp", true),
            ("S*I*p", "SrcIp", true),
            ("S*x*p", "SrcIp", false),
            ("*", "", true),
            ("a*a", "a", false),
            ("Src", "SrcIp", false),
        ] {
            assert_eq!(matches_wildcard(wildcard, name), expected, "{wildcard} {name}");
        }
    }
}
