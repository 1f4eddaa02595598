//! `summarize name = aggregate, … by key, …`
//!
//! Source: <https://learn.microsoft.com/kusto/query/summarize-operator>

use super::Parser;
use crate::ast::{Name, OperatorKind, Summarize};

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    let properties = p.hints();
    let none = p.at_word("by") || p.at_step_end();
    let aggregates = if none { Vec::new() } else { p.named_items(&["by"]) };
    let by = if p.eat_word("by") { p.named_items(&[]) } else { Vec::new() };
    OperatorKind::Summarize(Summarize { properties, aggregates, by })
}
