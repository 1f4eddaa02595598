//! `fork (…) (…)` and `facet by a, b with (…)`: several results from one table.
//!
//! Source: <https://learn.microsoft.com/kusto/query/fork-operator>,
//! <https://learn.microsoft.com/kusto/query/facet-operator>

use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::LogicalPlanBuilder;
use weir_kql::ast::{Expr, ExprKind, Operator, OperatorKind, Subquery};
use weir_value::KustoType;

use super::steps;
use crate::bind::{Binder, Env};
use crate::typed::{Column, Relation, Typed, column};

/// Whether an operator has several results.
pub(crate) fn has_several(operator: &Operator) -> bool {
    matches!(operator.kind, OperatorKind::Fork { .. } | OperatorKind::Facet { .. })
}

/// The results of an operator that has several; of another none.
pub(crate) fn results(
    binder: &mut Binder<'_>,
    input: Relation,
    operator: &Operator,
    env: &Env,
) -> Vec<Relation> {
    match &operator.kind {
        OperatorKind::Fork { prongs } => {
            prongs.iter().map(|(_, prong)| steps(binder, input.clone(), prong, env)).collect()
        }
        OperatorKind::Facet { columns, with } => facet(binder, input, columns, with.as_ref(), env),
        _ => Vec::new(),
    }
}

/// How often each value of the columns occurs, and what the rows come to.
fn facet(
    binder: &mut Binder<'_>,
    input: Relation,
    columns: &[Expr],
    with: Option<&Subquery>,
    env: &Env,
) -> Vec<Relation> {
    let mut results = Vec::new();
    for by in columns {
        let ExprKind::Name(name) = &by.kind else {
            binder.error(None, by.span, "facet takes names of columns");
            continue;
        };
        let Some(found) = input.column(&name.text).cloned() else {
            if !input.open {
                binder.unknown_name(name, "column", input.visible().map(|column| column.name.as_str()));
            }
            continue;
        };
        if found.kind == KustoType::Dynamic {
            binder.error(Some("KS127"), by.span, "a dynamic cannot be grouped by");
            continue;
        }
        let counted = format!("count_{}", name.text);
        let plan = binder.step(by.span, &input, |plan| {
            let hits = count(Typed::long(1).expr).alias(&counted);
            LogicalPlanBuilder::from(plan).aggregate(vec![column(&name.text)], vec![hits])?.build()
        });
        results.push(Relation::new(plan, vec![found, Column::new(counted, KustoType::Long)]));
    }
    if let Some(with) = with {
        results.push(steps(binder, input, with, env));
    }
    results
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, run};

    fn shown(text: &str) -> Vec<Vec<String>> {
        let answers = run(text).unwrap();
        let row =
            |row: Vec<weir_answer::Cell<'_>>| row.iter().map(|c| c.text()).collect::<Vec<_>>().join(" | ");
        answers.iter().map(|answer| answer.rows().map(|r| row(r.into_iter().collect())).collect()).collect()
    }

    #[test]
    fn each_prong_is_a_result() {
        assert_eq!(
            shown(
                "range x from 1 to 4 step 1 | fork (where x > 3) n = (count) (sort by x desc | take 1 | project y = x)"
            ),
            [["4"], ["4"], ["4"]]
        );
        assert_eq!(shown("range x from 1 to 4 step 1 | fork (count) (take 0); print 1").len(), 3);
    }

    #[test]
    fn a_facet_counts_values_of_each_column() {
        let t = "datatable(a:string, b:long)['p', 1, 'p', 2, 'p', 1]";
        assert_eq!(shown(&format!("{t} | facet by a, b with (where b == 2 | sort by b asc)"))[0], ["p | 3"]);
        let mut counts = shown(&format!("{t} | facet by a, b"))[1].clone();
        counts.sort();
        assert_eq!(counts, ["1 | 2", "2 | 1"]);
    }

    #[test]
    fn several_results_are_no_table() {
        let fork = "range x from 1 to 4 step 1 | fork (count) (take 1)";
        assert!(refused(&format!("let t = {fork}; t")).contains("only end a query"));
        assert!(refused(&format!("{fork} | count")).contains("only end a query"));
        assert!(refused("print a = 1 | facet by b").contains("KS142"));
    }
}
