//! Aggregates whose result shows the order of the rows: `make_list` and its kin keep that of a sort before them.

use datafusion::logical_expr::{Expr, cast};
use weir_value::KustoType;

use super::collect;
use crate::physical;

/// The aggregate with its values in the order of their rows, where its result shows that; `ordinal` numbers the rows.
pub(crate) fn in_order(aggregate: &Expr, ordinal: &Expr) -> Option<Expr> {
    match aggregate {
        Expr::AggregateFunction(call) if collect::is_own(&call.func) => {
            let mut call = call.clone();
            call.params.args.push(cast(ordinal.clone(), physical::data_type(KustoType::Long)));
            Some(Expr::AggregateFunction(call))
        }
        _ => None,
    }
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
