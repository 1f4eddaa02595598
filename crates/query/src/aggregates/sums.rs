//! `sum`, `avg` and their `…if` twins.

use datafusion::common::ScalarValue;
use datafusion::functions_aggregate::expr_fn::{avg, count, sum};
use weir_value::KustoType;

use super::{Aggregate, AggregateArguments, Shape, decimals};
use crate::functions::math::DIVIDE_REAL;
use crate::functions::{Accepts, Naming, exactly, one};
use crate::typed::Typed;

use KustoType::{Bool, Datetime, Decimal, Int, Long, Real, Timespan};

pub(super) const AGGREGATES: &[&Aggregate] = &[&SUM, &SUM_IF, &AVG, &AVG_IF];

/// The sum; 0 over nothing.
const SUM: Aggregate = Aggregate {
    names: &["sum"],
    naming: Naming::Prefix("sum"),
    overloads: &[Shape { parameters: &[one("expr", Accepts::Summable)], build: |a| sum_of(a, false) }],
};

const SUM_IF: Aggregate = Aggregate {
    names: &["sumif"],
    naming: Naming::Prefix("sumif"),
    overloads: &[Shape {
        parameters: &[one("expr", Accepts::Summable), exactly("predicate", Bool)],
        build: |a| sum_of(a, true),
    }],
};

/// The mean; NaN over nothing.
const AVG: Aggregate = Aggregate {
    names: &["avg"],
    naming: Naming::Prefix("avg"),
    overloads: &[Shape { parameters: &[one("expr", Accepts::Summable)], build: |a| mean_of(a, false) }],
};

const AVG_IF: Aggregate = Aggregate {
    names: &["avgif"],
    naming: Naming::Prefix("avgif"),
    overloads: &[Shape {
        parameters: &[one("expr", Accepts::Summable), exactly("predicate", Bool)],
        build: |a| mean_of(a, true),
    }],
};

fn sum_of(a: &mut AggregateArguments<'_, '_, '_>, conditional: bool) -> Typed {
    let value = a.take(0).widened();
    let kind = value.kind;
    if kind == Datetime {
        return a.unsupported("the sum of datetimes");
    }
    let mut total = match kind {
        Decimal => decimals::SUM.call(vec![value.expr]),
        _ => sum(value.expr),
    };
    if conditional {
        let condition = a.take(1);
        total = a.filtered(total, condition);
    }
    let zero = match kind {
        Real => ScalarValue::Float64(Some(0.0)),
        Decimal => crate::physical::decimal(weir_value::Decimal::ZERO),
        _ => ScalarValue::Int64(Some(0)),
    };
    let total = a.add(total, kind);
    or_else(total, zero)
}

fn mean_of(a: &mut AggregateArguments<'_, '_, '_>, conditional: bool) -> Typed {
    let value = a.take(0);
    let kind = value.kind;
    if kind == Decimal {
        let mut mean = decimals::MEAN.call(vec![value.expr]);
        if conditional {
            let condition = a.take(1);
            mean = a.filtered(mean, condition);
        }
        return a.add(mean, Decimal);
    }
    if let Int | Long = kind {
        // The sum of whole numbers wraps around, and so does their mean.
        let (mut total, mut count) = (sum(value.clone().widened().expr), count(value.expr));
        if conditional {
            let condition = a.take(1);
            total = a.filtered(total, condition.clone());
            count = a.filtered(count, condition);
        }
        let (total, count) = (a.add(total, Long).as_real(), a.add(count, Long).as_real());
        let mean = Typed::new(DIVIDE_REAL.call(vec![total.expr, count.expr]), Real);
        return or_else(mean, ScalarValue::Float64(Some(f64::NAN)));
    }
    if let Timespan | Datetime = kind {
        // Ticks since year 1 are more than a real can count one by one.
        let ticks = a.binder.converted(Typed { kind: Long, ..value }, Decimal);
        let mut mean = decimals::MEAN.call(vec![ticks.expr]);
        if conditional {
            let condition = a.take(1);
            mean = a.filtered(mean, condition);
        }
        let mean = a.add(mean, Decimal);
        return Typed { kind, ..a.binder.converted(mean, Long) };
    }
    let real = a.binder.converted(value, Real);
    let mut mean = avg(real.expr);
    if conditional {
        let condition = a.take(1);
        mean = a.filtered(mean, condition);
    }
    let mean = a.add(mean, Real);
    or_else(mean, ScalarValue::Float64(Some(f64::NAN)))
}

/// The column, or a constant where it is null: aggregates over nothing.
pub(super) fn or_else(typed: Typed, constant: ScalarValue) -> Typed {
    let constant = crate::physical::literal(constant);
    Typed { expr: datafusion::functions::expr_fn::coalesce(vec![typed.expr, constant]), ..typed }
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    const T: &str = "datatable(i:int, x:long, r:real, d:timespan, t:datetime)[1, 5, 0.5, 1h, datetime(2024-01-01), 3, long(null), real(null), 2h, datetime(2024-01-01 00:00:00.0000003), int(null), 9223372036854775807, 2.0, timespan(null), datetime(null)]";

    #[test]
    fn sums_and_means_have_the_types_of_their_values() {
        assert_eq!(
            answer(&format!("{T} | summarize sum(i), avg(i), sum(r), avg(r), sum(d), avg(d)")),
            "sum_i:long, avg_i:real, sum_r:real, avg_r:real, sum_d:timespan, avg_d:timespan\n4 | 2.0 | 2.5 | 1.25 | 03:00:00 | 01:30:00"
        );
        assert_eq!(
            rows(&format!("{T} | summarize avg(t), avgif(t, i == 3), avgif(t, i > 9)")),
            "2024-01-01T00:00:00.0000001Z | 2024-01-01T00:00:00.0000003Z | null"
        );
    }

    #[test]
    fn dynamics_are_neither_summed_nor_conditions() {
        let d = format!("{T} | extend d = dynamic({{'a': 1}})");
        for call in ["sum(d)", "avg(d.a)", "stdev(d.a)", "sumif(x, d)", "avgif(x, d.a)", "countif(d)"] {
            let text = refused(&format!("{d} | summarize {call}"));
            assert!(text.contains("KS107") && text.contains("this is a dynamic"), "{call}: {text}");
        }
        assert_eq!(
            rows(&format!("{d} | summarize sum(tolong(d.a)), sumif(x, tobool(d.a))")),
            "3 | -9223372036854775804"
        );
        assert!(refused(&format!("{T} | summarize sum(t)")).contains("not supported yet"));
    }

    #[test]
    fn sums_of_longs_wrap_around() {
        assert_eq!(
            rows(&format!(
                "{T} | summarize sum(x), avg(x) < 0, sumif(x, x < 9), avgif(x, x < 9), avgif(x, x < 0), sumif(x, x < 0)"
            )),
            "-9223372036854775804 | True | 5 | 5.0 | NaN | 0"
        );
    }
}
