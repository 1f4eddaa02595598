//! `project-away pattern, …`, `project-keep pattern, …`
//!
//! Source: <https://learn.microsoft.com/kusto/query/project-away-operator>

use super::Parser;
use crate::ast::{ColumnPattern, Name, OperatorKind};
use crate::diagnostic::code;

pub(super) fn parse(p: &mut Parser<'_>, name: &Name) -> OperatorKind {
    let patterns = if p.at_step_end() { Vec::new() } else { p.items(&[], Parser::column_pattern) };
    if name.text == "project-keep" {
        OperatorKind::ProjectKeep { patterns }
    } else {
        OperatorKind::ProjectAway { patterns }
    }
}

impl Parser<'_> {
    /// A column, or a pattern of column names.
    pub(super) fn column_pattern(&mut self) -> ColumnPattern {
        match self.wildcard_name() {
            Some((name, true)) => ColumnPattern::Wildcard(name),
            Some((name, false)) => ColumnPattern::Name(name),
            None => {
                self.error_expected(code::MISSING_EXPRESSION, "a column or a pattern such as Src*");
                ColumnPattern::Name(self.missing_name())
            }
        }
    }
}
