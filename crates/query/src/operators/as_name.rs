//! `as name`: the table so far has a name for the rest of the pipeline.
//!
//! Source: <https://learn.microsoft.com/kusto/query/as-operator>

use weir_kql::ast::Name;

use crate::bind::{Binding, Env};
use crate::typed::Relation;

pub(crate) fn bind(input: Relation, name: &Name, env: &Env) -> (Relation, Env) {
    let named = Relation { name: Some(name.text.clone()), ..input };
    let env = env.with(&name.text, Binding::Table(named.clone()));
    (named, env)
}
