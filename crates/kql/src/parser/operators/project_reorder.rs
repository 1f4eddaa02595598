//! `project-reorder pattern [asc|desc|granny-asc|granny-desc], …`
//!
//! Source: <https://learn.microsoft.com/kusto/query/project-reorder-operator>

use super::Parser;
use crate::ast::{Name, OperatorKind, ReorderOrder};

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    let items = p.items(&[], |p| {
        let pattern = p.column_pattern();
        let (word, tokens) = p.operator_name();
        let order = match word {
            "asc" => ReorderOrder::Ascending,
            "desc" => ReorderOrder::Descending,
            "granny-asc" => ReorderOrder::GrannyAscending,
            "granny-desc" => ReorderOrder::GrannyDescending,
            _ => return (pattern, None),
        };
        for _ in 0..tokens {
            p.bump();
        }
        (pattern, Some(order))
    });
    OperatorKind::ProjectReorder { items }
}
