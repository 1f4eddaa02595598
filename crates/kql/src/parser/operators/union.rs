//! `union [kind=outer] [withsource=name] [isfuzzy=true] table, Wild*, (pipeline)`
//!
//! Source: <https://learn.microsoft.com/kusto/query/union-operator>

use super::Parser;
use crate::ast::{Name, OperatorKind, Union, UnionOperand};
use crate::token::TokenKind;

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    let properties = p.properties();
    let operands = p.items(&[], Parser::union_operand);
    OperatorKind::Union(Union { properties, operands })
}

impl Parser<'_> {
    /// `(table, Wild*, …)` behind `in`.
    pub(super) fn table_list(&mut self) -> Vec<UnionOperand> {
        self.bracketed(TokenKind::OpenParen, |p| p.list(TokenKind::CloseParen, Self::union_operand))
    }

    fn union_operand(&mut self) -> UnionOperand {
        if self.at_wildcard(0)
            && let Some((name, _)) = self.wildcard_name()
        {
            return UnionOperand::Wildcard(name);
        }
        let start = self.token().start();
        let mut base = self.primary();
        while self.at(TokenKind::Dot) {
            if self.at_wildcard(1) {
                self.bump();
                if let Some((pattern, _)) = self.wildcard_name() {
                    return UnionOperand::QualifiedWildcard { base, pattern };
                }
            }
            base = self.postfix_step(base, start);
        }
        UnionOperand::Table(base)
    }

    /// Whether the name `ahead` has a `*` in it.
    fn at_wildcard(&self, ahead: usize) -> bool {
        match self.nth_kind(ahead) {
            TokenKind::Star => true,
            TokenKind::Word => self.nth_kind(ahead + 1) == TokenKind::Star && self.touches(ahead + 1),
            _ => false,
        }
    }
}
