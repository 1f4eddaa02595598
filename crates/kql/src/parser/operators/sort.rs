//! `sort by a asc, b desc nulls first`
//!
//! Source: <https://learn.microsoft.com/kusto/query/sort-operator>

use super::Parser;
use crate::ast::{Direction, Name, Nulls, OperatorKind, SortKey};
use crate::diagnostic::code;

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    let properties = p.properties();
    p.expect_word("by");
    OperatorKind::Sort { properties, keys: p.sort_keys(&[]) }
}

impl Parser<'_> {
    /// Keys between commas.
    pub(super) fn sort_keys(&mut self, clauses: &[&str]) -> Vec<SortKey> {
        self.items(clauses, Self::sort_key)
    }

    pub(super) fn sort_key(&mut self) -> SortKey {
        let value = self.named_item();
        let direction = self.direction();
        let nulls = if self.eat_word("nulls") {
            if self.eat_word("first") {
                Some(Nulls::First)
            } else if self.eat_word("last") {
                Some(Nulls::Last)
            } else {
                self.error_expected(code::MISSING_EXPRESSION, "`first` or `last`");
                None
            }
        } else {
            None
        };
        SortKey { value, direction, nulls }
    }

    /// `asc`, `desc` or nothing.
    pub(super) fn direction(&mut self) -> Option<Direction> {
        if self.eat_word("asc") {
            Some(Direction::Ascending)
        } else if self.eat_word("desc") {
            Some(Direction::Descending)
        } else {
            None
        }
    }
}
