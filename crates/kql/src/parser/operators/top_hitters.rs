//! `top-hitters n of column [by weight]`
//!
//! Source: <https://learn.microsoft.com/kusto/query/top-hitters-operator>

use super::Parser;
use crate::ast::{Name, OperatorKind};

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    let count = p.expression();
    p.expect_word("of");
    let of = p.expression();
    let by = p.eat_word("by").then(|| p.expression());
    OperatorKind::TopHitters { count, of, by }
}
