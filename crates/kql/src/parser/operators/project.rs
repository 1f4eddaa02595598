//! `project name = value, …`
//!
//! Source: <https://learn.microsoft.com/kusto/query/project-operator>

use super::Parser;
use crate::ast::{Name, OperatorKind};

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    if p.at_step_end() {
        // No columns at all is a projection, too.
        return OperatorKind::Project { items: Vec::new() };
    }
    OperatorKind::Project { items: p.named_items(&[]) }
}
