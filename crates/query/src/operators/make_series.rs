//! `make-series aggregate default = … on axis from … to … step … by keys`: an array of each aggregate a group, with a
//! value for each step of the axis.
//!
//! Rows are grouped by their keys and steps first, then the steps of a group are put side by side.
//!
//! Source: <https://learn.microsoft.com/kusto/query/make-series-operator>

mod axis;

use datafusion::common::ScalarValue;
use datafusion::functions_aggregate::expr_fn::{count, max, min};
use datafusion::logical_expr::{Expr as PlanExpr, LogicalPlanBuilder};
use weir_kql::ast::{Expr, ExprKind, MakeSeries, NamedExpr, Span};
use weir_value::KustoType;

use super::project::assemble;
use super::summarize::{key_column, keys, results};
use crate::aggregates::series;
use crate::bind::{Aggregates, Binder, Env, Scope, UniqueNames, Windows, default_name, is_number, pack};
use crate::physical::literal;
use crate::typed::{Relation, Typed, column};

use KustoType::{Datetime, Dynamic, Timespan};
use axis::{axis, axis_values};

/// The column of the step that a row falls on.
const STEP: &str = "step";

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    operator: &MakeSeries,
    span: Span,
    env: &Env,
) -> Relation {
    let mut nonempty = false;
    for property in &operator.properties {
        let name = property.name.text.to_ascii_lowercase();
        match (name.as_str(), &property.value.kind) {
            ("kind", ExprKind::Name(kind)) if kind.text == "nonempty" => nonempty = true,
            ("kind", _) => binder.error(None, property.value.span, "the kind of a series is nonempty"),
            (name, _) if name.starts_with("hint.") => {}
            (name, _) => {
                binder.error(None, property.name.span, format!("make-series has no property '{name}'"));
            }
        }
    }
    let mut names = UniqueNames::default();
    let windows = Windows::over(&input);
    let scope = Scope::of(env, &input).windowing(&windows);
    let keys = keys(binder, scope, &operator.by, &mut names);
    let aggregates = Aggregates::default();
    let items: Vec<NamedExpr> = operator.aggregates.iter().map(|item| item.value.clone()).collect();
    let results = results(binder, scope, &items, &mut names, &aggregates);
    if results.len() != items.len() {
        binder.unsupported(span, "aggregates of several columns in make-series");
        return Relation::poison();
    }
    let mut defaults = Vec::with_capacity(results.len());
    for (item, (_, typed)) in operator.aggregates.iter().zip(&results) {
        if !typed.poisoned && !is_countable(typed.kind) {
            let message = format!("a series is of numbers or times, not of a {}", typed.kind);
            binder.error(Some("KS107"), item.value.value.span, message);
        }
        defaults.push(default(binder, item.default.as_ref(), typed, env));
    }
    let axis = axis(binder, scope, operator, env);
    let input = binder.windowed(input, windows, span);
    let (Some(axis), false) = (axis, input.is_poisoned()) else { return Relation::poison() };
    if keys.iter().chain(&results).any(|(_, typed)| typed.poisoned) || defaults.iter().any(Option::is_none) {
        return Relation::poison();
    }
    let name = operator.on.names.first().map(|name| name.text.clone());
    let axis_name = name.or_else(|| default_name(&operator.on.value));
    let axis_name = match axis_name {
        Some(name) => names.unique(&name),
        None => names.numbered(),
    };

    let mut named: Vec<&String> =
        keys.iter().chain(&results).map(|(name, _)| name).chain([&axis_name]).collect();
    named.sort();
    if let Some([name, _]) = named.windows(2).find(|pair| pair[0] == pair[1]) {
        binder.error(Some("KS171"), span, format!("there are two columns '{name}'"));
        return Relation::poison();
    }
    let mut groups: Vec<PlanExpr> = keys
        .iter()
        .enumerate()
        .map(|(place, (_, typed))| typed.expr.clone().alias(key_column(place)))
        .collect();
    let key_columns: Vec<PlanExpr> = (0..keys.len()).map(|place| column(&key_column(place))).collect();
    groups.push(axis.place.clone().alias(STEP));
    let by_step: Vec<PlanExpr> =
        aggregates.into_inner().into_iter().map(|(expr, name)| expr.alias(name)).collect();
    let mut by_group: Vec<PlanExpr> = results
        .iter()
        .zip(defaults.into_iter().flatten())
        .enumerate()
        .map(|(place, ((_, typed), default))| {
            let value = pack(typed.clone()).expr;
            series(column(STEP), value, literal(default), axis.ends.0, axis.ends.1)
                .alias(series_column(place))
        })
        .collect();
    by_group.push(min(column(STEP)).alias("first step"));
    by_group.push(max(column(STEP)).alias("last step"));
    by_group.push(count(Typed::long(1).expr).alias("steps"));
    let keep_empty = nonempty || !keys.is_empty();
    let plan = binder.step(span, &input, |plan| {
        let mut plan = LogicalPlanBuilder::from(plan);
        for condition in axis.within {
            plan = plan.filter(condition)?;
        }
        let plan = plan.aggregate(groups, by_step)?.aggregate(key_columns, by_group)?;
        match keep_empty {
            true => plan.build(),
            false => plan.filter(column("steps").gt(Typed::long(0).expr))?.build(),
        }
    });
    let end =
        |given: Option<i64>, found: &str| given.map_or_else(|| column(found), |end| Typed::long(end).expr);
    let values = axis_values(axis.kind);
    let values = values.call(vec![
        end(axis.ends.0, "first step"),
        end(axis.ends.1, "last step"),
        axis.origin.expr,
        axis.step.expr,
    ]);
    let mut columns: Vec<(String, Typed)> = keys
        .into_iter()
        .enumerate()
        .map(|(place, (name, typed))| (name, Typed { expr: column(&key_column(place)), ..typed }))
        .collect();
    for (place, (name, _)) in results.into_iter().enumerate() {
        columns.push((name, Typed::new(column(&series_column(place)), Dynamic)));
    }
    columns.push((axis_name, Typed::new(values, Dynamic)));
    assemble(binder, Relation { plan, columns: Vec::new(), name: None, ..input.unordered() }, columns, span)
}

/// Whether values of this type can stand in a series.
fn is_countable(kind: KustoType) -> bool {
    is_number(kind) || matches!(kind, Datetime | Timespan)
}

fn series_column(place: usize) -> String {
    format!("series {place}")
}

/// The value of steps without rows, packed; in the type of the aggregate where it can be.
fn default(
    binder: &mut Binder<'_>,
    given: Option<&Expr>,
    aggregate: &Typed,
    env: &Env,
) -> Option<ScalarValue> {
    let typed = match given {
        Some(expr) => binder.scalar(expr, Scope::outside(env)),
        None => Typed::long(0),
    };
    let span = given.map(|expr| expr.span).unwrap_or_default();
    if typed.poisoned {
        return None;
    }
    let is_null = typed.as_constant().is_some_and(ScalarValue::is_null);
    if !is_countable(typed.kind) && !is_null {
        let message = format!("the default of a series is a number or a time, not a {}", typed.kind);
        binder.error(Some("KS107"), span, message);
        return None;
    }
    let typed = match aggregate.kind {
        // Whole numbers stay whole beside others, as the original writes them.
        KustoType::Real | Timespan | KustoType::Decimal => binder.converted(typed, aggregate.kind),
        _ => typed,
    };
    let packed = binder.fold(pack(typed));
    match packed.as_constant() {
        Some(value) => Some(value.clone()),
        None => {
            binder.error(None, span, "the default of a series must be a constant");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    const T: &str = "datatable(g:string, x:long, v:real)['p', 1, 1.5, 'p', 1, 2.5, 'q', 4, 8.0, 'p', 5, 3.0, '', long(null), 9.0]";

    #[test]
    fn steps_without_rows_have_the_default() {
        assert_eq!(
            answer(&format!(
                "{T} | make-series s = sum(v), count() default = -1, m = max(x) default = long(null) on x from 0 to 6 step 2 by g | sort by g asc"
            )),
            "g:string, s:dynamic, count_:dynamic, m:dynamic, x:dynamic\n\
             p | [4.0,0.0,3.0] | [2,-1,1] | [1,null,5] | [0,2,4]\n\
             q | [0.0,0.0,8.0] | [-1,-1,1] | [null,null,4] | [0,2,4]"
        );
    }

    #[test]
    fn without_ends_each_series_has_its_own() {
        assert_eq!(
            rows(&format!("{T} | make-series count() on x step 1 by g | sort by g asc")),
            "p | [2,0,0,0,1] | [1,2,3,4,5]\nq | [1] | [4]"
        );
        assert_eq!(rows(&format!("{T} | make-series count() on x from 4 step 3")), "[2] | [4]");
        assert_eq!(rows(&format!("{T} | make-series count() on x to 8 step 4")), "[2,2] | [0,4]");
    }

    #[test]
    fn the_older_form_includes_its_end() {
        assert_eq!(
            rows(&format!("{T} | make-series count() default = 9 on x in range(1, 5, 2)")),
            "[2,1,1] | [1,3,5]"
        );
    }

    #[test]
    fn axes_are_times_and_reals_too() {
        assert_eq!(
            rows(
                "datatable(t:datetime)[datetime(2026-01-01 01:10), datetime(2026-01-01 03:59)] | make-series n = count() on t step 1h"
            ),
            "[1,0,1] | [\"2026-01-01T01:00:00.0000000Z\",\"2026-01-01T02:00:00.0000000Z\",\"2026-01-01T03:00:00.0000000Z\"]"
        );
        assert_eq!(
            rows("print d = 90m | make-series n = count() on d from 0s to 2h step 30m"),
            "[0,0,0,1] | [\"00:00:00\",\"00:30:00\",\"01:00:00\",\"01:30:00\"]"
        );
        assert_eq!(
            rows(&format!("{T} | make-series n = count() on v from 1.5 to 3 step 0.5")),
            "[1,0,1] | [1.5,2.0,2.5]"
        );
    }

    #[test]
    fn nothing_makes_no_series_unless_asked_for() {
        let none = format!("{T} | where false | make-series");
        assert_eq!(rows(&format!("{none} s = sum(x) default = 7 on x from 1 to 3 step 1")), "");
        assert_eq!(
            rows(&format!("{none} kind=nonempty s = sum(x) default = 7 on x from 1 to 3 step 1")),
            "[7,7] | [1,2]"
        );
        assert_eq!(rows(&format!("{none} kind=nonempty s = sum(x) on x from 1 to 3 step 1 by g")), "");
    }

    #[test]
    fn what_makes_no_axis_is_refused() {
        assert!(refused(&format!("{T} | make-series count() on g step 1")).contains("an axis is of numbers"));
        assert!(
            refused(&format!("{T} | make-series count() on x from 0 to 9 step 0")).contains("larger than 0")
        );
        assert!(refused(&format!("{T} | make-series count() on x from 0 to 9 step 1d")).contains("KS107"));
        assert!(
            refused(&format!("{T} | make-series count() on x from 0 to 2000000 step 1"))
                .contains("more than 1048576")
        );
        assert!(refused(&format!("{T} | make-series count() on x step 1 by y")).contains("KS142"));
        assert!(refused(&format!("{T} | make-series max(g) on x step 1")).contains("of numbers or times"));
        assert!(refused(&format!("{T} | make-series v on x step 1")).contains("outside of an aggregate"));
        assert!(refused(&format!("{T} | make-series g = max(v) on x step 1 by g")).contains("KS171"));
        assert!(
            refused(&format!("{T} | make-series count() default = 'x' on x step 1"))
                .contains("a number or a time")
        );
    }
}
