//! `range name from start to stop step width`
//!
//! Source: <https://learn.microsoft.com/kusto/query/range-operator>

use super::Parser;
use crate::ast::{Name, OperatorKind};
use crate::keyword::Place;

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    let name = p.name(Place::Elsewhere, "a column");
    let mut bound = |word| if p.expect_word(word) { p.expression() } else { p.missing() };
    let (from, to, step) = (bound("from"), bound("to"), bound("step"));
    OperatorKind::Range { name, from, to, step }
}
