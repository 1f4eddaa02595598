//! `count`, `countif`, `dcount`, `count_distinct` and their `…if` twins.

use datafusion::functions_aggregate::expr_fn::{count, count_distinct};
use datafusion::logical_expr::Expr;
use weir_value::KustoType;

use super::distinct::distinct;
use super::{Aggregate, AggregateArguments, Shape};
use crate::functions::{Accepts, Naming, exactly, one, optional};
use crate::typed::Typed;

pub(super) const AGGREGATES: &[&Aggregate] =
    &[&COUNT, &CNT, &COUNT_IF, &DCOUNT, &DCOUNT_IF, &COUNT_DISTINCT, &COUNT_DISTINCT_IF];

/// Counts rows; nulls are rows like others.
const COUNT: Aggregate = Aggregate {
    names: &["count"],
    naming: Naming::Prefix("count"),
    overloads: &[
        Shape { parameters: &[], build: |a| a.add(count(Typed::long(1).expr), KustoType::Long) },
        Shape {
            parameters: &[one("expr", Accepts::Any)],
            build: |a| {
                let value = a.take(0);
                let rows = count(Typed::long(1).expr);
                // An older way to write countif.
                let rows = if value.kind == KustoType::Bool { a.filtered(rows, value) } else { rows };
                a.add(rows, KustoType::Long)
            },
        },
    ],
};

/// An older spelling.
const CNT: Aggregate = Aggregate {
    names: &["cnt"],
    naming: Naming::Prefix("cnt"),
    overloads: &[Shape { parameters: &[], build: |a| a.add(count(Typed::long(1).expr), KustoType::Long) }],
};

/// Counts rows for which a condition is true.
const COUNT_IF: Aggregate = Aggregate {
    names: &["countif"],
    naming: Naming::Prefix("countif"),
    overloads: &[Shape {
        parameters: &[exactly("predicate", KustoType::Bool)],
        build: |a| {
            let condition = a.take(0);
            let counted = a.filtered(count(Typed::long(1).expr), condition);
            a.add(counted, KustoType::Long)
        },
    }],
};

/// Counts different values, nulls left out: exactly while they are few, near enough when they are many.
const DCOUNT: Aggregate = Aggregate {
    names: &["dcount"],
    naming: Naming::Prefix("dcount"),
    overloads: &[Shape {
        parameters: &[one("expr", Accepts::Any), optional("accuracy", Accepts::NotDynamic)],
        build: |a| {
            let value = distinct_value(a);
            let counted = distinct(value.expr);
            accurately(a, 1, counted)
        },
    }],
};

const DCOUNT_IF: Aggregate = Aggregate {
    names: &["dcountif"],
    naming: Naming::Prefix("dcountif"),
    overloads: &[Shape {
        parameters: &[
            one("expr", Accepts::Any),
            exactly("predicate", KustoType::Bool),
            optional("accuracy", Accepts::NotDynamic),
        ],
        build: |a| distinct_if(a, distinct),
    }],
};

/// Counts different values exactly.
const COUNT_DISTINCT: Aggregate = Aggregate {
    names: &["count_distinct"],
    naming: Naming::Prefix("count_distinct"),
    overloads: &[Shape {
        parameters: &[one("expr", Accepts::NotDynamic)],
        build: |a| {
            let value = distinct_value(a);
            a.add(count_distinct(value.expr), KustoType::Long)
        },
    }],
};

const COUNT_DISTINCT_IF: Aggregate = Aggregate {
    names: &["count_distinctif"],
    naming: Naming::Prefix("count_distinctif"),
    overloads: &[Shape {
        parameters: &[one("expr", Accepts::NotDynamic), exactly("predicate", KustoType::Bool)],
        build: |a| distinct_if(a, count_distinct),
    }],
};

/// The value that is counted: a dynamic by its text, since its bytes tell equal ones apart.
fn distinct_value(a: &mut AggregateArguments<'_, '_, '_>) -> Typed {
    let value = a.take(0);
    match value.kind {
        KustoType::Dynamic => a.binder.converted(value, KustoType::String),
        _ => value,
    }
}

fn distinct_if(a: &mut AggregateArguments<'_, '_, '_>, count: fn(Expr) -> Expr) -> Typed {
    let value = distinct_value(a);
    let condition = a.take(1);
    let counted = a.filtered(count(value.expr), condition);
    accurately(a, 2, counted)
}

/// What was counted. How accurate it is to be is a number, if it is given; all are of one accuracy.
fn accurately(a: &mut AggregateArguments<'_, '_, '_>, place: usize, counted: Expr) -> Typed {
    match a.typed.get(place).map(|accuracy| accuracy.kind) {
        None | Some(KustoType::Int | KustoType::Long) => a.add(counted, KustoType::Long),
        Some(kind) => a.unsupported(format!("an accuracy that is a {kind}")),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, rows};

    const T: &str = "datatable(x:long, d:dynamic)[1, dynamic([1]), 2, dynamic([1]), 1, dynamic(2)]";

    #[test]
    fn different_values_are_counted_whatever_the_accuracy() {
        assert_eq!(
            rows(&format!(
                "{T} | summarize dcount(x), dcount(d, 4), dcountif(x, x < 2, 2), count_distinct(x), count_distinctif(x, x < 9)"
            )),
            "2 | 2 | 1 | 2 | 2"
        );
    }

    #[test]
    fn what_cannot_be_counted_is_refused() {
        assert!(refused(&format!("{T} | summarize dcount(x, 'x')")).contains("not supported yet"));
        for call in ["count_distinct(d)", "count_distinctif(d, true)", "dcount(x, d)", "dcountif(x, d)"] {
            assert!(refused(&format!("{T} | summarize {call}")).contains("KS107"), "{call}");
        }
    }
}
