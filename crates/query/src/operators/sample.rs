//! `sample n`: so many rows, chosen by chance. `sample-distinct n of value`: so many different values.
//!
//! Source: <https://learn.microsoft.com/kusto/query/sample-operator>,
//! <https://learn.microsoft.com/kusto/query/sample-distinct-operator>

use datafusion::functions::math::expr_fn::random;
use weir_kql::ast::{Expr, NamedExpr, Span};

use super::distinct;
use super::take::{first_rows, row_count};
use crate::bind::{Binder, Env};
use crate::typed::Relation;

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    count: &Expr,
    span: Span,
    env: &Env,
) -> Relation {
    let Some(rows) = row_count(binder, count, env) else { return input };
    let shuffled = binder.ordered(input.unordered(), vec![random().sort(true, true)], span);
    first_rows(binder, shuffled, rows, span).unordered()
}

pub(crate) fn bind_distinct(
    binder: &mut Binder<'_>,
    input: Relation,
    count: &Expr,
    of: &Expr,
    span: Span,
    env: &Env,
) -> Relation {
    let rows = row_count(binder, count, env);
    let items = [NamedExpr { names: Vec::new(), value: of.clone() }];
    let values = distinct::bind(binder, input, &items, span, env);
    let Some(rows) = rows else { return values };
    first_rows(binder, values, rows, span)
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    #[test]
    fn as_many_rows_as_asked_for_each_of_the_table() {
        let t = "range x from 1 to 1000 step 1";
        assert_eq!(
            rows(&format!("{t} | sample 10 | summarize count(), dcount(x), min(x) >= 1, max(x) <= 1000")),
            "10 | 10 | True | True"
        );
        assert_eq!(rows(&format!("{t} | sample 5000 | count")), "1000");
        assert_eq!(rows(&format!("{t} | sample 0")), "");
    }

    #[test]
    fn values_are_different() {
        let t = "datatable(g:string)['p', 'p', '', 'q', '']";
        assert_eq!(rows(&format!("{t} | sample-distinct 10 of g | sort by g asc")), "\np\nq");
        assert_eq!(answer(&format!("{t} | sample-distinct 0 of strlen(g)")), "strlen_g:long");
        assert!(refused(&format!("{t} | sample-distinct 1 of h")).contains("KS142"));
        assert!(refused(&format!("{t} | sample g")).contains("KS142"));
    }
}
