//! `assert-schema (column: type, …)`
//!
//! Source: <https://learn.microsoft.com/kusto/query/assert-schema-operator>

use super::Parser;
use crate::ast::{Name, OperatorKind};

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    OperatorKind::AssertSchema { columns: p.column_declarations() }
}
