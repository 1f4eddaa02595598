//! `extend name = value, …`
//!
//! Source: <https://learn.microsoft.com/kusto/query/extend-operator>

use super::Parser;
use crate::ast::{Name, OperatorKind};

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    OperatorKind::Extend { items: p.named_items(&[]) }
}
