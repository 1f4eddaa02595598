//! `min`, `max` and their `…if` twins.

use datafusion::functions_aggregate::expr_fn::{max, min};
use weir_value::KustoType;

use super::sums::or_else;
use super::{Aggregate, AggregateArguments, Shape, order};
use crate::functions::{Accepts, Naming, exactly, one};
use crate::physical;
use crate::typed::Typed;

pub(super) const AGGREGATES: &[&Aggregate] = &[&MIN, &MAX, &MIN_IF, &MAX_IF];

const MIN: Aggregate = Aggregate {
    names: &["min"],
    naming: Naming::Prefix("min"),
    overloads: &[Shape {
        parameters: &[one("expr", Accepts::Orderable)],
        build: |a| extreme(a, true, false),
    }],
};

const MAX: Aggregate = Aggregate {
    names: &["max"],
    naming: Naming::Prefix("max"),
    overloads: &[Shape {
        parameters: &[one("expr", Accepts::Orderable)],
        build: |a| extreme(a, false, false),
    }],
};

const MIN_IF: Aggregate = Aggregate {
    names: &["minif"],
    naming: Naming::Prefix("minif"),
    overloads: &[Shape {
        parameters: &[one("expr", Accepts::Orderable), exactly("predicate", KustoType::Bool)],
        build: |a| extreme(a, true, true),
    }],
};

const MAX_IF: Aggregate = Aggregate {
    names: &["maxif"],
    naming: Naming::Prefix("maxif"),
    overloads: &[Shape {
        parameters: &[one("expr", Accepts::Orderable), exactly("predicate", KustoType::Bool)],
        build: |a| extreme(a, false, true),
    }],
};

/// The smallest or largest value; null over nothing, blank for strings.
pub(super) fn extreme(a: &mut AggregateArguments<'_, '_, '_>, smallest: bool, conditional: bool) -> Typed {
    let value = a.take(0);
    let kind = value.kind;
    let compared = order::comparable(value, smallest);
    let compared_kind = compared.kind;
    let mut found = if smallest { min(compared.expr) } else { max(compared.expr) };
    if conditional {
        let condition = a.take(1);
        found = a.filtered(found, condition);
    }
    let found = a.add(found, compared_kind);
    let found = order::compared(found, kind);
    if kind == KustoType::String { or_else(found, physical::text("")) } else { found }
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, rows};

    #[test]
    fn what_has_no_order_has_no_extremes() {
        let t = "print d = dynamic(1), g = guid(74be27de-1e4e-49d9-b579-fe0b331d3642), b = true, s = 'x'";
        assert_eq!(rows(&format!("{t} | summarize min(b), max(s), maxif(s, not(b))")), "True | x | ");
        for call in ["min(d)", "max(g)", "minif(g, b)", "maxif(d, b)", "minif(s, d)"] {
            assert!(refused(&format!("{t} | summarize {call}")).contains("KS107"), "{call}");
        }
    }
}
