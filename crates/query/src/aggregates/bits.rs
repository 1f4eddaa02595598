//! `binary_all_and`, `binary_all_or`, `binary_all_xor`.
//!
//! Source: <https://learn.microsoft.com/kusto/query/binary-all-and-aggregation-function>

use datafusion::functions_aggregate::expr_fn::{bit_and, bit_or, bit_xor};
use datafusion::logical_expr::Expr;
use weir_value::KustoType;

use super::{Aggregate, AggregateArguments, Shape};
use crate::functions::{Accepts, Naming, one};
use crate::typed::Typed;

pub(super) const AGGREGATES: &[&Aggregate] = &[&ALL_AND, &ALL_OR, &ALL_XOR];

const VALUE: &[crate::functions::Parameter] = &[one("expr", Accepts::Summable)];

const ALL_AND: Aggregate = Aggregate {
    names: &["binary_all_and"],
    naming: Naming::FirstArgument,
    overloads: &[Shape { parameters: VALUE, build: |a| all(a, bit_and) }],
};

const ALL_OR: Aggregate = Aggregate {
    names: &["binary_all_or"],
    naming: Naming::FirstArgument,
    overloads: &[Shape { parameters: VALUE, build: |a| all(a, bit_or) }],
};

const ALL_XOR: Aggregate = Aggregate {
    names: &["binary_all_xor"],
    naming: Naming::FirstArgument,
    overloads: &[Shape { parameters: VALUE, build: |a| all(a, bit_xor) }],
};

/// Bits of whole numbers, in their type.
fn all(a: &mut AggregateArguments<'_, '_, '_>, which: fn(Expr) -> Expr) -> Typed {
    let value = a.take(0);
    let kind = value.kind;
    if !matches!(kind, KustoType::Int | KustoType::Long) {
        return a.unsupported(format!("the bits of a {kind}"));
    }
    let found = a.add(which(value.widened().expr), KustoType::Long);
    a.binder.converted(found, kind)
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    #[test]
    fn bits_of_all_values() {
        let t = "datatable(x:long)[12, 10, long(null)]";
        assert_eq!(
            answer(&format!(
                "{t} | summarize binary_all_and(x), o = binary_all_or(x), e = binary_all_xor(x)"
            )),
            "x:long, o:long, e:long\n8 | 14 | 6"
        );
        assert_eq!(rows(&format!("{t} | where x > 99 | summarize binary_all_or(x)")), "null");
    }

    #[test]
    fn bits_are_in_the_type_of_the_values() {
        let t = "datatable(x:int, r:real, d:dynamic)[12, 1.0, dynamic(1), -4, 2.0, dynamic(2)]";
        assert_eq!(
            answer(&format!("{t} | summarize binary_all_and(x), o = binary_all_or(x)")),
            "x:int, o:int\n12 | -4"
        );
        assert!(refused(&format!("{t} | summarize binary_all_xor(r)")).contains("not supported yet"));
        assert!(refused(&format!("{t} | summarize binary_all_xor(d)")).contains("KS107"));
    }
}
