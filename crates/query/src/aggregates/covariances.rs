//! `covariance`, `covariancep` and their `…if` twins.
//!
//! Source: <https://learn.microsoft.com/kusto/query/covariance-aggregation-function>

use datafusion::common::ScalarValue;
use datafusion::functions_aggregate::expr_fn::{covar_pop, covar_samp};
use datafusion::logical_expr::Expr;
use weir_value::KustoType;

use super::sums::or_else;
use super::{Aggregate, AggregateArguments, Shape};
use crate::functions::{Accepts, Naming, exactly, one};
use crate::typed::Typed;

pub(super) const AGGREGATES: &[&Aggregate] = &[&SAMPLE, &SAMPLE_IF, &POPULATION, &POPULATION_IF];

macro_rules! measure {
    ($constant:ident, $name:literal, $engine:ident, $parameters:ident, $conditional:literal) => {
        const $constant: Aggregate = Aggregate {
            names: &[$name],
            naming: Naming::PrefixAndArguments($name, 2),
            overloads: &[Shape { parameters: $parameters, build: |a| covariance(a, $engine, $conditional) }],
        };
    };
}

measure!(SAMPLE, "covariance", covar_samp, VALUES, false);
measure!(SAMPLE_IF, "covarianceif", covar_samp, VALUES_IF, true);
measure!(POPULATION, "covariancep", covar_pop, VALUES, false);
measure!(POPULATION_IF, "covariancepif", covar_pop, VALUES_IF, true);

const VALUES: &[crate::functions::Parameter] =
    &[one("expr 1", Accepts::Summable), one("expr 2", Accepts::Summable)];
const VALUES_IF: &[crate::functions::Parameter] = &[
    one("expr 1", Accepts::Summable),
    one("expr 2", Accepts::Summable),
    exactly("predicate", KustoType::Bool),
];

/// How far two numbers differ together; 0 over one pair or none, as for the variance.
fn covariance(
    a: &mut AggregateArguments<'_, '_, '_>,
    which: fn(Expr, Expr) -> Expr,
    conditional: bool,
) -> Typed {
    let (first, second) = (a.take(0), a.take(1));
    for kind in [first.kind, second.kind] {
        if let KustoType::Datetime | KustoType::Timespan = kind {
            return a.unsupported(format!("the covariance of a {kind}"));
        }
    }
    let first = a.binder.converted(first, KustoType::Real);
    let second = a.binder.converted(second, KustoType::Real);
    let mut measure = which(first.expr, second.expr);
    if conditional {
        let condition = a.take(2);
        measure = a.filtered(measure, condition);
    }
    let measure = a.add(measure, KustoType::Real);
    or_else(measure, ScalarValue::Float64(Some(0.0)))
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    #[test]
    fn pairs_are_measured() {
        let t = "datatable(x:long, y:real)[1, 2.0, 2, 4.0, 3, 6.0]";
        assert_eq!(
            answer(&format!("{t} | summarize covariance(x, y), covariancep(x, y)")),
            "covariance_x_y:real, covariancep_x_y:real\n2.0 | 1.3333333333333333"
        );
        assert_eq!(
            rows(&format!("{t} | summarize covarianceif(x, y, x < 3), covariancepif(x, y, x > 9)")),
            "1.0 | 0.0"
        );
        assert!(refused(&format!("{t} | summarize covariance(x, y * 1h)")).contains("not supported yet"));
        assert!(refused(&format!("{t} | summarize covariance(x, dynamic(1))")).contains("KS107"));
    }
}
