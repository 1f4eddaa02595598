//! `project-by-names "name", array, …`
//!
//! Source: <https://learn.microsoft.com/kusto/query/project-by-names-operator>

use super::Parser;
use crate::ast::{Name, OperatorKind};

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    OperatorKind::ProjectByNames { items: p.expressions(&[]) }
}
