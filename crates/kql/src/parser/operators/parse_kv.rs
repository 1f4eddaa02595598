//! `parse-kv text as (column: type, …) with (pair_delimiter = …, …)`
//!
//! Source: <https://learn.microsoft.com/kusto/query/parse-kv-operator>

use super::Parser;
use crate::ast::{Name, OperatorKind};

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    let source = p.expression();
    p.expect_word("as");
    let keys = p.column_declarations();
    let properties = if p.eat_word("with") { p.property_list() } else { Vec::new() };
    OperatorKind::ParseKv { source, keys, properties }
}
