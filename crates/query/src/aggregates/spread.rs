//! `stdev`, `variance` and their kin.

use datafusion::common::ScalarValue;
use datafusion::functions_aggregate::expr_fn::{stddev, stddev_pop, var_pop, var_sample};
use datafusion::logical_expr::Expr;
use weir_value::KustoType;

use super::sums::or_else;
use super::{Aggregate, AggregateArguments, Shape};
use crate::functions::{Accepts, Naming, exactly, one};
use crate::typed::Typed;

pub(super) const AGGREGATES: &[&Aggregate] =
    &[&STDEV, &STDEV_IF, &STDEVP, &VARIANCE, &VARIANCE_IF, &VARIANCEP, &VARIANCEP_IF];

/// One measure, over all rows or over those for which a condition is true.
macro_rules! measure {
    ($constant:ident, $name:literal, $engine:ident, $parameters:ident, $conditional:literal) => {
        const $constant: Aggregate = Aggregate {
            names: &[$name],
            naming: Naming::Prefix($name),
            overloads: &[Shape { parameters: $parameters, build: |a| spread(a, $engine, $conditional) }],
        };
    };
}

measure!(STDEV, "stdev", stddev, VALUE, false);
measure!(STDEV_IF, "stdevif", stddev, VALUE_IF, true);
measure!(STDEVP, "stdevp", stddev_pop, VALUE, false);
measure!(VARIANCE, "variance", var_sample, VALUE, false);
measure!(VARIANCE_IF, "varianceif", var_sample, VALUE_IF, true);
measure!(VARIANCEP, "variancep", var_pop, VALUE, false);
measure!(VARIANCEP_IF, "variancepif", var_pop, VALUE_IF, true);

const VALUE: &[crate::functions::Parameter] = &[one("expr", Accepts::Summable)];
const VALUE_IF: &[crate::functions::Parameter] =
    &[one("expr", Accepts::Summable), exactly("predicate", KustoType::Bool)];

/// A measure of spread; 0 over one value or none.
fn spread(a: &mut AggregateArguments<'_, '_, '_>, which: fn(Expr) -> Expr, conditional: bool) -> Typed {
    let value = a.take(0);
    let value = a.binder.converted(value, KustoType::Real);
    let mut measure = which(value.expr);
    if conditional {
        let condition = a.take(1);
        measure = a.filtered(measure, condition);
    }
    let measure = a.add(measure, KustoType::Real);
    or_else(measure, ScalarValue::Float64(Some(0.0)))
}
