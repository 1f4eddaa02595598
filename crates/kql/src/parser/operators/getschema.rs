//! `getschema`
//!
//! Source: <https://learn.microsoft.com/kusto/query/getschema-operator>

use super::Parser;
use crate::ast::{Name, OperatorKind};

pub(super) fn parse(p: &mut Parser<'_>, name: &Name) -> OperatorKind {
    if p.at_word("kind") {
        return super::unsupported::parse(p, name);
    }
    OperatorKind::GetSchema
}
