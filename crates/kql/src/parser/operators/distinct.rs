//! `distinct a, b` or `distinct *`
//!
//! Source: <https://learn.microsoft.com/kusto/query/distinct-operator>

use super::Parser;
use crate::ast::{Expr, ExprKind, Name, NamedExpr, OperatorKind};
use crate::token::TokenKind;

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    let properties = p.hints();
    let items = p.items(&[], |p| {
        if p.at(TokenKind::Star) {
            let span = p.bump().span();
            return NamedExpr { names: Vec::new(), value: Expr { kind: ExprKind::Star, span } };
        }
        p.named_item()
    });
    OperatorKind::Distinct { properties, items }
}
