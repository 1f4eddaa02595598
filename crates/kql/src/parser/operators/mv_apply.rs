//! `mv-apply name = array to typeof(type) [limit n] on (subquery)`
//!
//! Source: <https://learn.microsoft.com/kusto/query/mv-apply-operator>

use super::Parser;
use crate::ast::{MvApply, Name, OperatorKind};

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    let properties = p.properties_among(|name| name == "with_itemindex");
    let items = p.expand_items(&["limit", "id", "on"]);
    let limit = p.eat_word("limit").then(|| p.expression());
    let id = p.eat_word("id").then(|| p.expression());
    p.expect_word("on");
    OperatorKind::MvApply(MvApply { properties, items, limit, id, subquery: p.subquery(false) })
}
