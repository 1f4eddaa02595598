//! `project-rename new = old, …`
//!
//! Source: <https://learn.microsoft.com/kusto/query/project-rename-operator>

use super::Parser;
use crate::ast::{Name, OperatorKind};

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    let items = if p.at_step_end() { Vec::new() } else { p.named_items(&[]) };
    OperatorKind::ProjectRename { items }
}
