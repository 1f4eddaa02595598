//! `evaluate rows_near(condition, before [, after])`: rows for which a condition holds, and their neighbours.
//!
//! Source: <https://learn.microsoft.com/kusto/query/rows-near-plugin>

use datafusion::common::ScalarValue;
use datafusion::functions_aggregate::min_max::max_udaf;
use datafusion::logical_expr::expr::WindowFunction;
use datafusion::logical_expr::{
    Expr as PlanExpr, ExprFunctionExt, LogicalPlan, LogicalPlanBuilder, WindowFrame, WindowFrameBound,
    WindowFrameUnits, WindowFunctionDefinition,
};
use weir_value::KustoType;

use super::Plugin;
use crate::bind::{Scope, choose};
use crate::steps::numbered;
use crate::typed::{Relation, Typed, column};

pub(super) fn bind(mut plugin: Plugin<'_, '_, '_>) -> Relation {
    plugin.no_named();
    plugin.no_schema();
    let arguments = plugin.positional();
    let Some(condition) = arguments.first() else {
        plugin.binder.error(Some("KS119"), plugin.span, "'rows_near' lacks its condition");
        return Relation::poison();
    };
    let typed = plugin.binder.predicate(condition, Scope::of(plugin.env, &plugin.input));
    let before = plugin.constant(arguments.get(1).copied(), "NumRows", KustoType::Long);
    let after = match arguments.get(2) {
        Some(after) => plugin.constant(Some(after), "RowsAfter", KustoType::Long),
        None => before.clone(),
    };
    let rows = |count: Option<ScalarValue>| match count {
        Some(ScalarValue::Int64(Some(count))) => u64::try_from(count).ok(),
        _ => None,
    };
    let (Some(before), Some(after), false) = (rows(before), rows(after), typed.poisoned) else {
        if !plugin.binder.has_errors() {
            plugin.binder.error(None, plugin.span, "a number of rows is 0 or more");
        }
        return Relation::poison();
    };
    let names: Vec<String> = plugin.input.columns.iter().map(|column| column.name.clone()).collect();
    let plan =
        plugin.binder.step(plugin.span, &plugin.input, |plan| near(plan, typed.expr, &names, before, after));
    Relation { plan, name: None, ..plugin.input }
}

/// The row that is kept: one of those from `after` rows before it to `before` rows behind it fulfils the condition.
fn near(
    plan: LogicalPlan,
    condition: PlanExpr,
    names: &[String],
    before: u64,
    after: u64,
) -> datafusion::common::Result<LogicalPlan> {
    const ROW: &str = "near row";
    let numbered = numbered(plan, ROW, true)?;
    let holds = choose([(condition, Typed::long(1).expr)], Typed::long(0).expr);
    let frame = WindowFrame::new_bounds(
        WindowFrameUnits::Rows,
        WindowFrameBound::Preceding(ScalarValue::UInt64(Some(after))),
        WindowFrameBound::Following(ScalarValue::UInt64(Some(before))),
    );
    let any =
        PlanExpr::from(WindowFunction::new(WindowFunctionDefinition::AggregateUDF(max_udaf()), vec![holds]))
            .order_by(vec![column(ROW).sort(true, true)])
            .window_frame(frame)
            .build()?;
    let windowed = LogicalPlanBuilder::from(numbered).window(vec![any])?;
    let found = windowed.schema().fields().last().map(|field| column(field.name()));
    let kept = match found {
        Some(found) => windowed.filter(found.gt(Typed::long(0).expr))?,
        None => windowed,
    };
    // The order is that of the numbers.
    kept.sort(vec![column(ROW).sort(true, true)])?
        .project(names.iter().map(|name| column(name)).collect::<Vec<_>>())?
        .build()
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, rows};

    const T: &str = "range x from 1 to 10 step 1";

    #[test]
    fn neighbours_on_both_sides() {
        assert_eq!(rows(&format!("{T} | evaluate rows_near(x == 5, 1)")), "4\n5\n6");
        assert_eq!(rows(&format!("{T} | evaluate rows_near(x == 1 or x == 9, 2, 0)")), "1\n7\n8\n9");
        assert_eq!(rows(&format!("{T} | sort by x desc | evaluate rows_near(x == 5, 0, 2)")), "5\n4\n3");
        assert_eq!(rows(&format!("{T} | evaluate rows_near(x > 99, 3)")), "");
    }

    #[test]
    fn arguments_are_checked() {
        assert!(refused(&format!("{T} | evaluate rows_near(x, 1)")).contains("KS107"));
        assert!(refused(&format!("{T} | evaluate rows_near(x == 1, x)")).contains("KS142"));
        assert!(refused(&format!("{T} | evaluate rows_near(x == 1, -1)")).contains("0 or more"));
    }
}
