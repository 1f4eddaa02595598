//! `take n`
//!
//! Source: <https://learn.microsoft.com/kusto/query/take-operator>

use super::Parser;
use crate::ast::{Name, OperatorKind};

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    let properties = p.hints();
    OperatorKind::Take { properties, count: p.expression() }
}
