//! `arg_max`, `arg_min`, `take_any`: values of one row of each group.
//!
//! Source: <https://learn.microsoft.com/kusto/query/arg-max-aggregation-function>

use datafusion::functions_aggregate::first_last::{first_value, first_value_udaf};
use datafusion::logical_expr::expr::{AggregateFunction, NullTreatment};
use datafusion::logical_expr::{Expr as PlanExpr, SortExpr};
use weir_kql::ast::{Call, ExprKind, NamedExpr};
use weir_value::KustoType;

use super::sums::or_else;
use super::{Aggregate, AggregateArguments, NamedColumn, Shape, order};
use crate::bind::{Aggregates, Binder, Scope, choose, default_name};
use crate::functions::{Accepts, Naming, exactly, one};
use crate::physical;
use crate::typed::{Typed, column};

/// Those that make one column, for use inside an expression.
pub(super) const AGGREGATES: &[&Aggregate] = &[&TAKE_ANY, &ANY, &TAKE_ANY_IF, &ANY_IF, &ARG_MAX, &ARG_MIN];

const TAKE_ANY: Aggregate = Aggregate {
    names: &["take_any"],
    naming: Naming::FirstArgument,
    overloads: &[Shape { parameters: &[one("expr", Accepts::Any)], build: |a| any_value(a, false) }],
};

const ANY: Aggregate = Aggregate {
    names: &["any"],
    naming: Naming::Prefix("any"),
    overloads: &[Shape { parameters: &[one("expr", Accepts::Any)], build: |a| any_value(a, false) }],
};

const TAKE_ANY_IF: Aggregate = Aggregate {
    names: &["take_anyif"],
    naming: Naming::FirstArgument,
    overloads: &[Shape {
        parameters: &[one("expr", Accepts::Any), exactly("predicate", KustoType::Bool)],
        build: |a| any_value(a, true),
    }],
};

const ANY_IF: Aggregate = Aggregate {
    names: &["anyif"],
    naming: Naming::Prefix("anyif"),
    overloads: &[Shape {
        parameters: &[one("expr", Accepts::Any), exactly("predicate", KustoType::Bool)],
        build: |a| any_value(a, true),
    }],
};

const ARG_MAX: Aggregate = Aggregate {
    names: &["arg_max"],
    naming: Naming::FirstArgument,
    overloads: &[Shape {
        parameters: &[one("maximized", Accepts::Orderable)],
        build: |a| super::extremes::extreme(a, false, false),
    }],
};

const ARG_MIN: Aggregate = Aggregate {
    names: &["arg_min"],
    naming: Naming::FirstArgument,
    overloads: &[Shape {
        parameters: &[one("minimized", Accepts::Orderable)],
        build: |a| super::extremes::extreme(a, true, false),
    }],
};

pub(super) fn arg_max(
    binder: &mut Binder<'_>,
    call: &Call,
    item: &NamedExpr,
    scope: Scope<'_>,
) -> Vec<NamedColumn> {
    arg_extreme(binder, call, item, scope, false)
}

pub(super) fn arg_min(
    binder: &mut Binder<'_>,
    call: &Call,
    item: &NamedExpr,
    scope: Scope<'_>,
) -> Vec<NamedColumn> {
    arg_extreme(binder, call, item, scope, true)
}

/// The first column is the extreme, the others are of the row that has it.
fn arg_extreme(
    binder: &mut Binder<'_>,
    call: &Call,
    item: &NamedExpr,
    scope: Scope<'_>,
    smallest: bool,
) -> Vec<NamedColumn> {
    let Some(aggregates) = scope.aggregates else { return Vec::new() };
    let Some(by) = call.arguments.first() else {
        let message = format!("'{}' takes what is compared, then what is returned", call.name.text);
        return vec![poison(binder.refuse(Some("KS119"), call.name.span, message))];
    };
    let by_typed = binder.scalar(&by.value, scope.inside_aggregate());
    if let KustoType::Dynamic | KustoType::Guid = by_typed.kind
        && !by_typed.poisoned
    {
        let hint = "convert it, with tolong() or tostring() for example";
        let message = format!("a {} has no order", by_typed.kind);
        binder.tell(weir_kql::Diagnostic::error(Some("KS206"), by.value.span, message).with_hint(hint));
    }
    let which = if smallest { "min" } else { "max" };
    let compared = argument_name(by);
    let prefix = format!("{which}_{}", compared.as_deref().unwrap_or_default());
    // Older spellings put what is compared into every name.
    let older = matches!(call.name.text.as_str(), "argmax" | "argmin");
    let compared = compared.filter(|_| !older).unwrap_or_else(|| prefix.clone());
    let unnamed = |place| if older { format!("arg{place}") } else { format!("{prefix}_arg{place}") };
    let mut values = returned(binder, call, scope, 1, by_typed.clone(), &compared, unnamed);
    if older {
        values.iter_mut().skip(1).for_each(|(name, _)| *name = format!("{prefix}_{name}"));
    }
    let order = order::comparable(by_typed, smallest).expr.sort(smallest, false);
    name_all(item, values, |typed| of_first(aggregates, typed, std::slice::from_ref(&order)))
}

/// The values that are asked for with their names: those from the argument `from` on behind a first one.
///
/// `*` means the columns that are neither keys of the groups nor asked for already.
fn returned(
    binder: &mut Binder<'_>,
    call: &Call,
    scope: Scope<'_>,
    from: usize,
    first: Typed,
    first_name: &str,
    unnamed: impl Fn(usize) -> String,
) -> Vec<(String, Typed)> {
    let mut values = vec![(first_name.to_owned(), first)];
    if from == 0 {
        values.clear();
    }
    let keys = scope.aggregates.map(Aggregates::keys).unwrap_or_default();
    let mut seen: Vec<&str> = Vec::new();
    if let (1, Some(ExprKind::Name(name))) = (from, call.arguments.first().map(|a| &a.value.kind)) {
        seen.push(&name.text);
    }
    let star = call.arguments.iter().any(|argument| matches!(argument.value.kind, ExprKind::Star));
    for (place, argument) in call.arguments.iter().enumerate().skip(from) {
        match &argument.value.kind {
            ExprKind::Star => {
                for column in scope.columns.iter().filter(|column| !column.hidden) {
                    if !seen.contains(&column.name.as_str()) && !keys.contains(&column.name) {
                        seen.push(&column.name);
                        values.push((column.name.clone(), column.typed()));
                    }
                }
            }
            ExprKind::Name(name)
                if star && (seen.contains(&name.text.as_str()) || keys.contains(&name.text)) => {}
            kind => {
                if let ExprKind::Name(name) = kind {
                    seen.push(&name.text);
                }
                let typed = binder.scalar(&argument.value, scope.inside_aggregate());
                values.push((argument_name(argument).unwrap_or_else(|| unnamed(place)), typed));
            }
        }
    }
    values
}

fn argument_name(argument: &NamedExpr) -> Option<String> {
    argument.names.first().map(|name| name.text.clone()).or_else(|| default_name(&argument.value))
}

/// The values of any row; of a single column one that is neither null nor blank, where there is one.
pub(super) fn take_any(
    binder: &mut Binder<'_>,
    call: &Call,
    item: &NamedExpr,
    scope: Scope<'_>,
) -> Vec<NamedColumn> {
    let Some(aggregates) = scope.aggregates else { return Vec::new() };
    if call.arguments.is_empty() {
        let message = format!("'{}' takes what is returned", call.name.text);
        return vec![poison(binder.refuse(Some("KS119"), call.name.span, message))];
    }
    let older = call.name.text == "any";
    let star = call.arguments.iter().find(|argument| matches!(argument.value.kind, ExprKind::Star));
    if let Some(star) = star.filter(|_| older && call.arguments.len() > 1) {
        let message = "'any' takes '*' alone";
        return vec![poison(binder.refuse(Some("KS191"), star.value.span, message))];
    }
    let unnamed = |place| match older {
        // Of a single value the word alone is the name.
        true if call.arguments.len() == 1 => String::new(),
        true => format!("arg{place}"),
        false => format!("any_arg{place}"),
    };
    let mut values = returned(binder, call, scope, 0, Typed::poison(), "", unnamed);
    if older {
        values.iter_mut().for_each(|(name, _)| *name = format!("any_{name}"));
    }
    let single = values.len() == 1;
    name_all(item, values, |typed| match single {
        true => finish(aggregates, present(typed), typed),
        false => of_first(aggregates, typed, &[]),
    })
}

/// Any value that is neither null nor blank.
fn present(typed: &Typed) -> PlanExpr {
    let value = match typed.kind {
        KustoType::String => {
            let blank = typed.expr.clone().eq(physical::literal(physical::text("")));
            let null = physical::literal(datafusion::common::ScalarValue::Utf8View(None));
            choose([(blank, null)], typed.expr.clone())
        }
        _ => typed.expr.clone(),
    };
    PlanExpr::AggregateFunction(AggregateFunction::new_udf(
        first_value_udaf(),
        vec![value],
        false,
        None,
        Vec::new(),
        Some(NullTreatment::IgnoreNulls),
    ))
}

fn any_value(a: &mut AggregateArguments<'_, '_, '_>, conditional: bool) -> Typed {
    let value = a.take(0);
    let mut any = present(&value);
    if conditional {
        let condition = a.take(1);
        any = a.filtered(any, condition);
    }
    finish(a.aggregates, any, &value)
}

fn poison(typed: Typed) -> NamedColumn {
    (String::new(), false, typed)
}

/// Gives the columns their names: those given to the item first, then their own.
fn name_all(
    item: &NamedExpr,
    values: Vec<(String, Typed)>,
    mut build: impl FnMut(&Typed) -> Typed,
) -> Vec<NamedColumn> {
    let mut columns = Vec::new();
    for (place, (own, typed)) in values.into_iter().enumerate() {
        let built = if typed.poisoned { Typed::poison() } else { build(&typed) };
        let given = item.names.get(place).map(|name| name.text.clone());
        let is_given = given.is_some();
        columns.push((given.unwrap_or(own), is_given, built));
    }
    columns
}

fn of_first(aggregates: &Aggregates, typed: &Typed, order: &[SortExpr]) -> Typed {
    finish(aggregates, first_value(typed.expr.clone(), order.to_vec()), typed)
}

fn finish(aggregates: &Aggregates, aggregate: PlanExpr, typed: &Typed) -> Typed {
    let found = Typed::new(column(&aggregates.add(aggregate)), typed.kind);
    match typed.kind {
        KustoType::String => or_else(found, physical::text("")),
        _ => found,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    const T: &str = "datatable(g:string, x:long, s:string)['p', 1, 'one', 'p', 5, 'five', 'q', long(null), '', 'q', 3, 'three']";

    #[test]
    fn a_star_leaves_keys_and_what_is_compared_out() {
        assert_eq!(
            answer(&format!("{T} | summarize arg_max(x, *) by g | sort by g asc")),
            "g:string, x:long, s:string\np | 5 | five\nq | 3 | three"
        );
        assert_eq!(
            answer(&format!("{T} | summarize arg_min(x, *)")),
            "x:long, g:string, s:string\n1 | p | one"
        );
        assert_eq!(
            answer(&format!("{T} | summarize take_any(*) by g | take 0")),
            "g:string, x:long, s:string"
        );
    }

    #[test]
    fn names_are_given_taken_over_or_made() {
        assert_eq!(
            answer(&format!(
                "{T} | summarize (m, t) = arg_max(x, s), arg_max(x, strcat(s, '!')), argmin(x, s)"
            )),
            "m:long, t:string, x:long, max_x_arg1:string, min_x:long, min_x_s:string\n5 | five | 5 | five! | 1 | one"
        );
        assert_eq!(
            answer(&format!(
                "{T} | summarize arg_max(x * 2, n = s), arg_max(x, g), arg_min(x, g) by g | sort by g asc | take 1"
            )),
            "g:string, max_:long, n:string, x:long, g1:string, x1:long, g2:string\np | 10 | five | 5 | p | 1 | p"
        );
        assert_eq!(
            answer(&format!("{T} | where x == 3 | summarize any(s), take_any(x + 1), anyif(x, true)")),
            "any_s:string, any_arg0:long, anyif_x:long\nthree | 4 | 3"
        );
    }

    #[test]
    fn older_spellings_name_every_column() {
        let t = format!("{T} | where x == 3");
        assert_eq!(
            answer(&format!("{t} | summarize any(x * 2), any(x * 2, s, y = x)")),
            "any_:long, any_arg0:long, any_s:string, any_y:long\n6 | 6 | three | 3"
        );
        assert_eq!(
            answer(&format!("{t} | summarize argmax(x * 2, x + 1, s)")),
            "max_:long, max__arg1:long, max__s:string\n6 | 4 | three"
        );
        assert_eq!(
            answer(&format!("{t} | summarize argmin(x, x + 1, *)")),
            "min_x:long, min_x_arg1:long, min_x_g:string, min_x_s:string\n3 | 4 | q | three"
        );
        assert!(refused(&format!("{t} | summarize any(s, *)")).contains("KS191"));
    }

    #[test]
    fn a_single_value_is_one_that_is_there() {
        assert_eq!(
            rows(&format!("{T} | where g == 'q' | summarize take_any(s), take_any(x), strlen(take_any(s))")),
            "three | 3 | 5"
        );
        assert_eq!(
            rows(&format!(
                "{T} | summarize take_anyif(s, x == 5), take_anyif(x, x > 9), take_anyif(x, g == 'q')"
            )),
            "five | null | 3"
        );
        assert_eq!(rows(&format!("{T} | where x > 99 | summarize take_any(s), arg_max(x, s)")), " | null | ");
    }

    #[test]
    fn no_number_is_the_extreme_of_both_ends() {
        let t = "datatable(r:real, k:long)[1.0, 1, real(nan), 2, 3.0, 3]";
        assert_eq!(
            rows(&format!("{t} | summarize arg_max(r, k), arg_min(r, k), min(r), max(r), minif(r, k != 2)")),
            "NaN | 2 | NaN | 2 | NaN | NaN | 1.0"
        );
    }

    #[test]
    fn what_has_no_order_is_refused() {
        assert!(refused("print d = dynamic(1), x = 1 | summarize arg_max(d, x)").contains("no order"));
        assert!(refused("print g = guid(null), x = 1 | summarize arg_min(g, x)").contains("KS206"));
        assert!(refused("print x = 1 | summarize arg_max()").contains("KS119"));
        assert!(refused("print x = 1 | summarize take_any(y)").contains("KS142"));
    }
}
