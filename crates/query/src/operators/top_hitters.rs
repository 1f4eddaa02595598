//! `top-hitters n of value [by weight]`: the values that occur most. Ours are exact where the original estimates.
//!
//! Source: <https://learn.microsoft.com/kusto/query/top-hitters-operator>

use datafusion::functions_aggregate::expr_fn::{count, sum};
use datafusion::logical_expr::LogicalPlanBuilder;
use weir_kql::ast::{Expr, Span};
use weir_value::KustoType;

use super::project::assemble;
use super::take::{first_rows, row_count};
use crate::bind::{Binder, Env, Scope, default_name, is_number};
use crate::typed::{Relation, Typed, column};

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    number: &Expr,
    of: &Expr,
    by: Option<&Expr>,
    span: Span,
    env: &Env,
) -> Relation {
    let rows = row_count(binder, number, env);
    let value = binder.scalar(of, Scope::of(env, &input));
    let weight = by.map(|by| (binder.scalar(by, Scope::of(env, &input)), by));
    if value.kind == KustoType::Dynamic && !value.poisoned {
        let hint = "convert it, with tostring() for example";
        let message = "a dynamic cannot be grouped by";
        binder.tell(weir_kql::Diagnostic::error(Some("KS127"), of.span, message).with_hint(hint));
        return Relation::poison();
    }
    let name = default_name(of).unwrap_or_else(|| "Column1".to_owned());
    let (hits_name, hits, kind) = match weight {
        None => (format!("approximate_count_{name}"), count(Typed::long(1).expr), KustoType::Long),
        Some((weight, by)) => {
            if !weight.poisoned && !is_number(weight.kind) && weight.kind != KustoType::Timespan {
                binder.error(
                    Some("KS107"),
                    by.span,
                    format!("a weight is a number, this is a {}", weight.kind),
                );
                return Relation::poison();
            }
            let weight = weight.widened();
            let of = default_name(by).unwrap_or_default();
            (format!("approximate_sum_{of}"), sum(weight.expr), weight.kind)
        }
    };
    let Some(rows) = rows else { return Relation::poison() };
    if input.is_poisoned() || value.poisoned {
        return Relation::poison();
    }
    let plan = binder.step(span, &input, |plan| {
        LogicalPlanBuilder::from(plan)
            .aggregate(vec![value.expr.alias("value")], vec![hits.alias("hits")])?
            .build()
    });
    let items = vec![
        (name, Typed { expr: column("value"), ..value }),
        (hits_name.clone(), Typed::new(column("hits"), kind)),
    ];
    let counted = assemble(binder, Relation::new(plan, Vec::new()), items, span);
    let ordered = binder.ordered(counted, vec![column(&hits_name).sort(false, false)], span);
    first_rows(binder, ordered, rows, span)
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused};

    const T: &str = "datatable(g:string, w:int)['p', 1, '', 7, 'p', 2, 'q', 1, 'p', 1, '', 1]";

    #[test]
    fn values_come_by_how_often_or_how_heavy() {
        assert_eq!(
            answer(&format!("{T} | top-hitters 2 of g")),
            "g:string, approximate_count_g:long\np | 3\n | 2"
        );
        assert_eq!(
            answer(&format!("{T} | top-hitters 2 of g by w")),
            "g:string, approximate_sum_w:long\n | 8\np | 4"
        );
    }

    #[test]
    fn what_cannot_be_counted_is_refused() {
        assert!(refused(&format!("{T} | top-hitters 2 of g by g")).contains("a weight is a number"));
        assert!(refused(&format!("{T} | top-hitters 2 of dynamic([1])")).contains("KS127"));
    }
}
