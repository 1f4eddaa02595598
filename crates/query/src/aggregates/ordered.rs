//! Aggregates whose result shows the order of the rows: `make_list` and its kin keep that of a sort before them.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::{Expr, ExprFunctionExt, LogicalPlan, LogicalPlanBuilder};

use super::collect;
use crate::physical;
use crate::typed::column;

/// The column that numbers the rows in their order.
const PLACE: &str = "row place";

/// The same aggregates over the same rows, which are numbered where they have an order that an aggregate shows.
pub(crate) fn in_order(
    plan: LogicalPlan,
    aggregates: Vec<(Expr, String)>,
) -> Result<(LogicalPlan, Vec<(Expr, String)>)> {
    if !aggregates.iter().any(|(expr, _)| shows_order(expr)) {
        return Ok((plan, aggregates));
    }
    let Some(numbered) = numbered(&plan)? else { return Ok((plan, aggregates)) };
    let place =
        datafusion::logical_expr::cast(column(PLACE), physical::data_type(weir_value::KustoType::Long));
    let aggregates = aggregates
        .into_iter()
        .map(|(expr, name)| match expr {
            Expr::AggregateFunction(mut call) if collect::is_own(&call.func) => {
                call.params.args.push(place.clone());
                (Expr::AggregateFunction(call), name)
            }
            other => (other, name),
        })
        .collect();
    Ok((numbered, aggregates))
}

fn shows_order(expr: &Expr) -> bool {
    matches!(expr, Expr::AggregateFunction(call) if collect::is_own(&call.func))
}

/// The plan with a further column that numbers its rows; nothing where they have no order.
fn numbered(plan: &LogicalPlan) -> Result<Option<LogicalPlan>> {
    match plan {
        LogicalPlan::Sort(sort) => {
            let number = row_number().order_by(sort.expr.clone()).build()?;
            with_number(plan.clone(), number).map(Some)
        }
        // Rows that are written into the query come as they are written.
        LogicalPlan::TableScan(scan) if scan.table_name.table() == "datatable" => {
            with_number(plan.clone(), row_number()).map(Some)
        }
        LogicalPlan::Filter(_) | LogicalPlan::Limit(_) => {
            let Some(input) = plan.inputs().first().copied().map(numbered).transpose()?.flatten() else {
                return Ok(None);
            };
            plan.with_new_exprs(plan.expressions(), vec![input]).map(Some)
        }
        LogicalPlan::Projection(projection) => {
            let Some(input) = numbered(&projection.input)? else { return Ok(None) };
            let exprs = projection.expr.iter().cloned().chain([column(PLACE)]);
            LogicalPlanBuilder::from(input).project(exprs)?.build().map(Some)
        }
        LogicalPlan::SubqueryAlias(alias) => {
            let Some(input) = numbered(&alias.input)? else { return Ok(None) };
            Ok(Some(LogicalPlan::SubqueryAlias(datafusion::logical_expr::SubqueryAlias::try_new(
                Arc::new(input),
                alias.alias.clone(),
            )?)))
        }
        _ => Ok(None),
    }
}

fn with_number(plan: LogicalPlan, number: Expr) -> Result<LogicalPlan> {
    let columns: Vec<Expr> = plan.schema().columns().into_iter().map(Expr::Column).collect();
    let name = number.schema_name().to_string();
    let numbered = LogicalPlanBuilder::from(plan).window([number])?;
    let exprs = columns.into_iter().chain([column(&name).alias(PLACE)]);
    numbered.project(exprs)?.build()
}

#[cfg(test)]
mod tests {
    use crate::testing::rows;

    #[test]
    fn lists_keep_the_order_of_a_sort() {
        let t = "range x from 1 to 50000 step 1 | extend k = (x * 7919) % 50021";
        assert_eq!(
            rows(&format!(
                "{t} | sort by k asc | where x > 10 | project y = k, x | summarize l = make_list(y) | project l[0], l[1], l[-1], array_length(l)"
            )),
            rows(&format!("{t} | where x > 10 | summarize min(k), minif(k, k > 1), max(k), count()"))
        );
        assert_eq!(
            rows(
                "datatable(x:long, g:long)[3, 0, 1, 1, 2, 0, 3, 1] | sort by x desc | summarize make_list(x), make_set(x, 2) by g | sort by g asc"
            ),
            "0 | [3,2] | [3,2]\n1 | [3,1] | [3,1]"
        );
        assert_eq!(
            rows("datatable(x:long)[3, 1, 2, 1] | summarize make_list(x), make_set(x), make_list(x, 2)"),
            "[3,1,2,1] | [3,1,2] | [3,1]"
        );
    }
}
