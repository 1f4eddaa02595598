//! `mv-expand name = array to typeof(type), … [limit n]`
//!
//! Source: <https://learn.microsoft.com/kusto/query/mv-expand-operator>

use super::Parser;
use crate::ast::{MvExpand, MvExpandItem, Name, OperatorKind};
use crate::diagnostic::{Diagnostic, code};
use crate::token::TokenKind;

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    let properties = p.properties_among(|name| matches!(name, "bagexpansion" | "kind" | "with_itemindex"));
    let items = p.expand_items(&["limit"]);
    let limit = p.eat_word("limit").then(|| p.expression());
    OperatorKind::MvExpand(MvExpand { properties, items, limit })
}

impl Parser<'_> {
    /// What is expanded, each with the type of its elements.
    pub(super) fn expand_items(&mut self, clauses: &[&str]) -> Vec<MvExpandItem> {
        self.items(clauses, |p| {
            let value = p.named_item();
            let kind = p.eat_word("to").then(|| {
                if !p.eat_word("typeof") {
                    let message = format!("expected `typeof(…)`, found {}", p.found());
                    p.error_here(
                        Diagnostic::error(Some(code::EXPECTED), p.place(), message)
                            .with_hint("write to typeof(string)"),
                    );
                    if !p.at(TokenKind::OpenParen) {
                        return p.type_name();
                    }
                }
                p.bracketed(TokenKind::OpenParen, Self::type_name)
            });
            MvExpandItem { value, kind }
        })
    }
}
