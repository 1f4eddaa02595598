//! `where predicate`: rows for which it is true.
//!
//! Source: <https://learn.microsoft.com/kusto/query/where-operator>

use weir_kql::ast::{Expr, Span};

use super::join::before_unique;
use super::project::keep;
use super::search::condition;
use crate::bind::{Binder, Env, Scope, Windows};
use crate::typed::{self, Relation};

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    predicate: &Expr,
    span: Span,
    env: &Env,
) -> Relation {
    let windows = Windows::over(&input);
    let scope = Scope::of(env, &input).windowing(&windows);
    let condition = match condition::has_star(predicate) {
        true => condition::of_filter(binder, predicate, scope),
        false => binder.predicate(predicate, scope),
    };
    if condition.poisoned || condition.as_bool() == Some(true) {
        return input;
    }
    let windowed = !windows.is_empty();
    let input = binder.windowed(input, windows, span);
    let plan = binder.step(span, &input, |plan| match before_unique(&plan, &condition.expr)? {
        Some(plan) => Ok(plan),
        None => typed::filter(plan, condition.expr),
    });
    let output = Relation { plan, name: None, ..input };
    if !windowed {
        return output;
    }
    // The columns of window functions end here.
    let columns = output.columns.clone();
    keep(binder, output, columns, span)
}
