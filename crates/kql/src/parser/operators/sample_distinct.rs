//! `sample-distinct n of column`
//!
//! Source: <https://learn.microsoft.com/kusto/query/sample-distinct-operator>

use super::Parser;
use crate::ast::{Name, OperatorKind};

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    let count = p.expression();
    p.expect_word("of");
    OperatorKind::SampleDistinct { count, of: p.expression() }
}
