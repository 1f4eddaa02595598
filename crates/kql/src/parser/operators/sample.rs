//! `sample n`
//!
//! Source: <https://learn.microsoft.com/kusto/query/sample-operator>

use super::Parser;
use crate::ast::{Name, OperatorKind};

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    OperatorKind::Sample { count: p.expression() }
}
