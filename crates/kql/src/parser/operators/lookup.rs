//! `lookup kind=leftouter (right) on key`
//!
//! Source: <https://learn.microsoft.com/kusto/query/lookup-operator>

use super::Parser;
use crate::ast::{Name, OperatorKind};

pub(super) fn parse(p: &mut Parser<'_>, name: &Name) -> OperatorKind {
    OperatorKind::Lookup(p.join(name))
}
