//! `as [hint.materialized=true] name`
//!
//! Source: <https://learn.microsoft.com/kusto/query/as-operator>

use super::Parser;
use crate::ast::{Name, OperatorKind};
use crate::keyword::Place;

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    let properties = p.properties();
    OperatorKind::As { properties, name: p.name(Place::Elsewhere, "a name") }
}
