//! `consume`
//!
//! Source: <https://learn.microsoft.com/kusto/query/consume-operator>

use super::Parser;
use crate::ast::{Name, OperatorKind};

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    OperatorKind::Consume { properties: p.properties() }
}
