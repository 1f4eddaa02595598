//! `iff`, `case`, `coalesce`, `isnull`, `isempty`, `max_of` and their kin.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::{Operator, binary_expr, not};
use weir_value::KustoType;

use super::math::{REAL_LESS, is_nan};
use super::{Accepts, Function, Naming, exactly, many, one, with};
use crate::bind::{Arguments, choose};
use crate::physical;
use crate::typed::Typed;

use KustoType::{Bool, Datetime, Decimal, Dynamic, Guid, Int, Long, Real, String as Text, Timespan};

pub(crate) const FUNCTIONS: &[&Function] =
    &[&IFF, &CASE, &COALESCE, &NOT, &IS_NULL, &IS_NOT_NULL, &IS_EMPTY, &IS_NOT_EMPTY, &MAX_OF, &MIN_OF];

function!(
    IFF = ["iff", "iif"],
    Naming::None,
    [with(&[exactly("if", Bool), one("then", Accepts::Any), one("else", Accepts::Any)], |a| {
        let condition = a.take(0);
        let values = vec![a.take(1), a.take(2)];
        let Some(mut values) = common(a, values, 1) else { return Typed::poison() };
        let (otherwise, then) = (values.pop(), values.pop());
        let (Some(then), Some(otherwise)) = (then, otherwise) else { return Typed::poison() };
        // A constant condition chooses before anything is planned.
        match condition.as_bool() {
            Some(true) => then,
            Some(false) => otherwise,
            None => {
                let kind = then.kind;
                let chosen = choose([(condition.expr, then.expr)], otherwise.expr);
                a.binder.fold(Typed::new(chosen, kind))
            }
        }
    })]
);

function!(
    CASE = ["case"],
    Naming::None,
    [with(
        &[
            many("predicate", Accepts::Exactly(Bool), 1),
            many("then", Accepts::Any, 1),
            one("else", Accepts::Any)
        ],
        |a| {
            let count = a.typed.len();
            let conditions: Vec<Typed> = (0..count - 1).step_by(2).map(|index| a.take(index)).collect();
            let values: Vec<Typed> =
                (1..count - 1).step_by(2).chain([count - 1]).map(|index| a.take(index)).collect();
            let Some(mut values) = common(a, values, 1) else { return Typed::poison() };
            let Some(otherwise) = values.pop() else { return Typed::poison() };
            let kind = otherwise.kind;
            let mut branches = Vec::new();
            for (condition, value) in conditions.into_iter().zip(values) {
                match condition.as_bool() {
                    Some(false) => {}
                    Some(true) => {
                        let chosen = choose(branches, value.expr);
                        return a.binder.fold(Typed::new(chosen, kind));
                    }
                    None => branches.push((condition.expr, value.expr)),
                }
            }
            let chosen = choose(branches, otherwise.expr);
            a.binder.fold(Typed::new(chosen, kind))
        },
    )]
);

function!(
    /// The first value that is there.
    COALESCE = ["coalesce"],
    Naming::None,
    [with(&[many("value", Accepts::Any, 2)], |a| {
        let values: Vec<Typed> = (0..a.typed.len()).map(|index| a.take(index)).collect();
        // Unlike the branches of iff(), a dynamic does not become what the others are.
        let dynamic = values.iter().position(|value| value.kind == Dynamic);
        if let Some(place) = dynamic.filter(|_| values.iter().any(|value| value.kind != Dynamic)) {
            let span = a.span_of(place);
            let message = "all values must be of one type: this is a dynamic, others are not";
            return a.binder.refuse(Some("KS141"), span, message);
        }
        let Some(values) = common(a, values, 0) else { return Typed::poison() };
        let Some((last, others)) = values.split_last() else { return Typed::poison() };
        // Strings are never null: the first that is not blank.
        let branches = others.iter().map(|value| {
            let present = match value.kind {
                Text => value.expr.clone().not_eq(physical::literal(physical::text(""))),
                _ => value.expr.clone().is_not_null(),
            };
            (present, value.expr.clone())
        });
        let chosen = choose(branches, last.expr.clone());
        a.binder.fold(Typed::new(chosen, last.kind))
    })]
);

function!(
    NOT = ["not"],
    Naming::None,
    [with(&[exactly("expr", Bool)], |a| {
        let value = a.take(0);
        a.binder.fold(Typed::new(not(value.expr), Bool))
    })]
);

function!(IS_NULL = ["isnull"], Naming::None, [with(&[one("value", Accepts::Any)], |a| is_null(a, true))]);
function!(
    IS_NOT_NULL = ["isnotnull", "notnull"],
    Naming::None,
    [with(&[one("value", Accepts::Any)], |a| { is_null(a, false) })]
);
function!(IS_EMPTY = ["isempty"], Naming::None, [with(&[one("value", Accepts::Any)], |a| is_empty(a, true))]);
function!(
    IS_NOT_EMPTY = ["isnotempty", "notempty"],
    Naming::None,
    [with(&[one("value", Accepts::Any)], |a| { is_empty(a, false) })]
);

/// A string is never null.
fn is_null(a: &mut Arguments<'_, '_, '_>, null: bool) -> Typed {
    let value = a.take(0);
    if value.kind == Text {
        if value.as_constant().is_none() {
            let (name, span) = (if null { "isnull" } else { "isnotnull" }, a.span);
            let twin = if null { "isempty" } else { "isnotempty" };
            let message = format!("{name}() of a string is always {}: strings are never null", !null);
            a.binder.tell(
                weir_kql::Diagnostic::note(span, message).with_hint(format!("{twin}() looks for blank text")),
            );
        }
        return Typed::bool(!null);
    }
    let tested = if null { value.expr.is_null() } else { value.expr.is_not_null() };
    a.binder.fold(Typed::new(tested, Bool))
}

fn is_empty(a: &mut Arguments<'_, '_, '_>, empty: bool) -> Typed {
    let value = a.take(0);
    let tested = match value.kind {
        Text => {
            let operator = if empty { Operator::Eq } else { Operator::NotEq };
            binary_expr(value.expr, operator, physical::literal(physical::text("")))
        }
        // A dynamic is empty when its text is: a null, or a blank string.
        Dynamic => {
            let text = a.binder.converted(value, Text);
            let operator = if empty { Operator::Eq } else { Operator::NotEq };
            binary_expr(text.expr, operator, physical::literal(physical::text("")))
        }
        _ if empty => value.expr.is_null(),
        _ => value.expr.is_not_null(),
    };
    a.binder.fold(Typed::new(tested, Bool))
}

function!(
    MAX_OF = ["max_of"],
    Naming::None,
    [with(&[many("value", Accepts::Orderable, 2)], |a| extreme(a, false))]
);
function!(
    MIN_OF = ["min_of"],
    Naming::None,
    [with(&[many("value", Accepts::Orderable, 2)], |a| extreme(a, true))]
);

/// The smallest or largest argument, nulls left out.
fn extreme(a: &mut Arguments<'_, '_, '_>, least: bool) -> Typed {
    let values: Vec<Typed> = (0..a.typed.len()).map(|index| a.take(index)).collect();
    let Some(values) = common(a, values, 0) else { return Typed::poison() };
    let kind = values.first().map_or(Dynamic, |value| value.kind);
    if matches!(kind, Dynamic | Guid) {
        return a.refuse(0, format!("a {kind} has no order"));
    }
    let best = values.into_iter().map(|value| value.expr).reduce(|best, next| {
        let better = match (kind, least) {
            (Real, true) => REAL_LESS.call(vec![next.clone(), best.clone()]).or(is_nan(next.clone())),
            (Real, false) => REAL_LESS.call(vec![best.clone(), next.clone()]).or(is_nan(next.clone())),
            (_, true) => next.clone().lt(best.clone()),
            (_, false) => next.clone().gt(best.clone()),
        };
        let better = better.or(best.clone().is_null());
        choose([(better.and(next.clone().is_not_null()), next)], best)
    });
    match best {
        Some(best) => a.binder.fold(Typed::new(best, kind)),
        None => Typed::poison(),
    }
}

/// Values in one type. Beside another type a dynamic becomes that; `first` is the place of the first of them among
/// the arguments.
pub(crate) fn common(a: &mut Arguments<'_, '_, '_>, values: Vec<Typed>, first: usize) -> Option<Vec<Typed>> {
    let is_null = |value: &Typed| value.as_constant().is_some_and(ScalarValue::is_null);
    let mut kind: Option<KustoType> = None;
    let mut only_dynamic = true;
    for (place, value) in values.iter().enumerate() {
        if value.kind == Dynamic || is_null(value) && value.kind != Text && kind.is_some() {
            continue;
        }
        only_dynamic = false;
        kind = Some(match (kind, value.kind) {
            (None, kind) => kind,
            (Some(known), kind) if known == kind => kind,
            (Some(Int | Long), Int | Long) => Long,
            (Some(Int | Long | Real), Int | Long | Real) => Real,
            (Some(Int | Long | Real | Decimal), Int | Long | Real | Decimal) => Decimal,
            (Some(known @ (Datetime | Timespan | Text | Bool | Guid)), _) | (Some(known), _) => {
                let message = format!(
                    "all values must be of one type: this is a {}, one before it is a {known}",
                    value.kind
                );
                a.refuse(first + place, message);
                return None;
            }
        });
    }
    let kind = if only_dynamic { Dynamic } else { kind.unwrap_or(Dynamic) };
    Some(values.into_iter().map(|value| a.binder.converted(value, kind)).collect())
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, value};

    #[test]
    fn dynamics_become_the_other_branch_of_a_choice_only() {
        assert_eq!(value("iff(true, dynamic(1), 2) + 1"), "2");
        assert_eq!(value("coalesce(dynamic(null), dynamic(1))"), "1");
        assert!(refused("print coalesce(dynamic(1), 2)").contains("KS141"));
        assert!(refused("print max_of(dynamic(1), 2)").contains("KS206"));
        assert!(refused("print iff(dynamic(true), 1, 2)").contains("takes a bool here"));
    }
}
