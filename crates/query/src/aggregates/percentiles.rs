//! `percentile` and its kin: the nearest rank among all values of a group, counted exactly.
//!
//! Source: <https://learn.microsoft.com/kusto/query/percentiles-aggregation-function>

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use datafusion::arrow::datatypes::Int64Type;
use datafusion::common::{Result, ScalarValue, exec_err};
use weir_kql::ast::{Call, ExprKind, Literal, NamedExpr};
use weir_value::KustoType;
use weir_value::dynamic::{Kind, View};

use super::own::{Group, Own, eights};
use super::{Aggregate, AggregateArguments, NamedColumn, Shape, order};
use crate::bind::{Binder, Scope, choose, default_name, pack};
use crate::functions::dynamic::ARRAY;
use crate::functions::{Accepts, Naming, many, one};
use crate::kernel;
use crate::kernel::{Column, Dyn, Long};
use crate::physical;
use crate::typed::{Typed, column};

use KustoType::{Datetime, Decimal, Dynamic, Int, Long as Whole, Real as Number, Timespan};

pub(super) const AGGREGATES: &[&Aggregate] =
    &[&PERCENTILE, &PERCENTILE_WEIGHTED, &PERCENTILES_ARRAY, &PERCENTILES_WEIGHTED_ARRAY];

const PERCENTILE: Aggregate = Aggregate {
    names: &["percentile"],
    naming: Naming::Percentile,
    overloads: &[Shape {
        parameters: &[one("expr", Accepts::Summable), one("percentile", Accepts::Number)],
        build: |a| single(a, false),
    }],
};

const PERCENTILE_WEIGHTED: Aggregate = Aggregate {
    names: &["percentilew"],
    naming: Naming::Percentile,
    overloads: &[Shape {
        parameters: &[
            one("expr", Accepts::Summable),
            one("weight", Accepts::Integer),
            one("percentile", Accepts::Number),
        ],
        build: |a| single(a, true),
    }],
};

const PERCENTILES_ARRAY: Aggregate = Aggregate {
    names: &["percentiles_array"],
    naming: Naming::Prefix("percentiles"),
    overloads: &[
        Shape {
            parameters: &[one("expr", Accepts::Summable), one("percentiles", Accepts::Constant(Dynamic))],
            build: |a| array(a, false),
        },
        Shape {
            parameters: &[one("expr", Accepts::Summable), many("percentile", Accepts::Number, 1)],
            build: |a| array(a, false),
        },
    ],
};

const PERCENTILES_WEIGHTED_ARRAY: Aggregate = Aggregate {
    names: &["percentilesw_array"],
    naming: Naming::Prefix("percentiles"),
    overloads: &[
        Shape {
            parameters: &[
                one("expr", Accepts::Summable),
                one("weight", Accepts::Integer),
                one("percentiles", Accepts::Constant(Dynamic)),
            ],
            build: |a| array(a, true),
        },
        Shape {
            parameters: &[
                one("expr", Accepts::Summable),
                one("weight", Accepts::Integer),
                many("percentile", Accepts::Number, 1),
            ],
            build: |a| array(a, true),
        },
    ],
};

fn single(a: &mut AggregateArguments<'_, '_, '_>, weighted: bool) -> Typed {
    let Some(found) = Found::of(a, weighted) else { return Typed::poison() };
    found.at(0)
}

fn array(a: &mut AggregateArguments<'_, '_, '_>, weighted: bool) -> Typed {
    let Some(found) = Found::of(a, weighted) else { return Typed::poison() };
    let items = (0..found.count).map(|place| pack(found.at(place)).expr).collect();
    let array = ARRAY.call(items);
    let nothing = physical::literal(physical::null(Dynamic));
    Typed::new(choose([(found.places.is_null(), nothing)], array), Dynamic)
}

/// `percentiles` and `percentilesw`: a column for each percentile.
pub(super) fn percentiles(
    binder: &mut Binder<'_>,
    call: &Call,
    item: &NamedExpr,
    scope: Scope<'_>,
) -> Vec<NamedColumn> {
    let Some(aggregates) = scope.aggregates else { return Vec::new() };
    let weighted = call.name.text == "percentilesw";
    let mut typed = Vec::new();
    for argument in &call.arguments {
        typed.push(binder.scalar(&argument.value, scope.inside_aggregate()));
    }
    let first = if weighted { 2 } else { 1 };
    if typed.iter().any(|typed| typed.poisoned) {
        return vec![(String::new(), false, Typed::poison())];
    }
    let forms: &[crate::functions::Parameter] = match weighted {
        false => &[one("expr", Accepts::Summable), many("percentile", Accepts::Number, 1)],
        true => &[
            one("expr", Accepts::Summable),
            one("weight", Accepts::Integer),
            many("percentile", Accepts::Number, 1),
        ],
    };
    let fits = crate::bind::assign(forms, typed.len()).is_some_and(|parameters| {
        parameters.iter().zip(&typed).all(|(p, typed)| crate::bind::accepts(p.accepts, typed, false))
    });
    if !fits {
        return vec![(String::new(), false, binder.refuse_arguments(&[forms], call, &typed, call.name.span))];
    }
    let mut arguments = AggregateArguments { binder, typed, aggregates, span: call.name.span };
    let Some(found) = Found::of(&mut arguments, weighted) else {
        return vec![(String::new(), false, Typed::poison())];
    };
    let mut columns = Vec::new();
    for place in 0..found.count {
        let given = item.names.get(place).map(|name| name.text.clone());
        let is_given = given.is_some();
        let own = || name(call, first + place);
        columns.push((given.unwrap_or_else(own), is_given, found.at(place)));
    }
    columns
}

/// The name of a percentile's column: `percentile_x_95`, what is no part of a name replaced.
pub(crate) fn name(call: &Call, place: usize) -> String {
    let value = call.arguments.first().and_then(|argument| default_name(&argument.value));
    let percentile = call.arguments.get(place).map(|argument| match &argument.value.kind {
        ExprKind::Literal(Literal::Long(Some(value))) => value.to_string(),
        ExprKind::Literal(Literal::Real(Some(value))) => format!("{value}"),
        _ => String::new(),
    });
    let percentile = percentile.unwrap_or_default().replace(|c: char| !c.is_alphanumeric(), "_");
    format!("percentile_{}_{percentile}", value.unwrap_or_default())
}

/// The percentiles of a group as the engine finds them: places in the order of the values.
struct Found {
    places: datafusion::logical_expr::Expr,
    count: usize,
    kind: KustoType,
}

impl Found {
    fn of(a: &mut AggregateArguments<'_, '_, '_>, weighted: bool) -> Option<Found> {
        let first = if weighted { 2 } else { 1 };
        let wanted = wanted(a, first)?;
        let value = a.take(0);
        let value = match value.kind {
            Int => value.widened(),
            Decimal | Dynamic => a.binder.converted(value, Number),
            Whole | Number | Datetime | Timespan => value,
            kind => {
                a.binder.error(Some("KS107"), a.span, format!("a {kind} has no percentiles"));
                return None;
            }
        };
        let kind = value.kind;
        let weight = if weighted { a.take(1).widened() } else { Typed::long(1) };
        let compared = order::comparable(value, false);
        let count = wanted.len() / 8;
        let wanted = physical::literal(ScalarValue::BinaryView(Some(wanted)));
        let places = a.aggregates.add(PLACES.call(vec![compared.expr, weight.expr, wanted]));
        Some(Found { places: column(&places), count, kind })
    }

    /// One of them, as a value.
    fn at(&self, place: usize) -> Typed {
        let place = Typed::long(i64::try_from(place).unwrap_or(i64::MAX));
        let found = Typed::new(PLACE.call(vec![self.places.clone(), place.expr]), Whole);
        order::compared(found, self.kind)
    }
}

/// The percentiles asked for, reals of eight bytes each.
fn wanted(a: &mut AggregateArguments<'_, '_, '_>, first: usize) -> Option<Vec<u8>> {
    let mut wanted = Vec::new();
    for place in first..a.typed.len() {
        let typed = a.take(place);
        let real = a.binder.converted(typed.clone(), Number);
        match (typed.kind, typed.as_constant()) {
            (Dynamic, Some(ScalarValue::BinaryView(Some(bytes))))
                if View::new(bytes).kind() == Kind::Array =>
            {
                wanted.extend(
                    View::new(bytes)
                        .items()
                        .map(|item| item.as_real().or_else(|| item.as_long().map(|value| value as f64))),
                );
            }
            _ => wanted.push(match real.as_constant() {
                Some(ScalarValue::Float64(value)) => *value,
                _ => None,
            }),
        }
    }
    let inside = |value: &Option<f64>| value.filter(|value| (0.0..=100.0).contains(value));
    let numbers: Option<Vec<f64>> = wanted.iter().map(inside).collect();
    match numbers {
        Some(numbers) if !numbers.is_empty() => Some(numbers.iter().flat_map(|n| n.to_le_bytes()).collect()),
        _ => {
            a.binder.error(None, a.span, "a percentile is a constant number from 0 to 100");
            None
        }
    }
}

kernel!(
    /// One of the places that an aggregate found.
    PLACE = "kql_percentile_place" -> Long, |a, n| {
        let (places, indices) = (Column::<Dyn>::of(&a[0])?, Column::<Long>::of(&a[1])?);
        let one = |row| {
            let index = usize::try_from(indices.get(row)?).ok()?;
            eights(places.get(row)?.bytes()).nth(index)
        };
        Ok(std::sync::Arc::new((0..n).map(one).collect::<Int64Array>()))
    }
);

static PLACES: Own = Own {
    name: "kql_percentile_places",
    result: Dynamic,
    begin: |constants| match constants.get(2) {
        Some(Some(ScalarValue::BinaryView(Some(wanted)))) => {
            let wanted = eights(wanted).map(|bits| f64::from_bits(bits as u64)).collect();
            Ok(Box::new(Places { wanted, values: Vec::new(), sorted: 0 }))
        }
        _ => exec_err!("percentiles must be constants"),
    },
};

/// The values of a group with their weights.
#[derive(Debug)]
struct Places {
    wanted: Vec<f64>,
    values: Vec<(i64, u64)>,
    /// How many of the values, from the first, are sorted and differ.
    sorted: usize,
}

impl Places {
    fn push(&mut self, value: i64, weight: u64) {
        // Few values that come often take the space of few.
        if self.values.len() >= 4096.max(self.sorted.saturating_mul(2)) {
            self.sort();
        }
        self.values.push((value, weight));
    }

    /// Sorts, and makes equal values one.
    fn sort(&mut self) {
        self.values.sort_unstable_by_key(|(value, _)| *value);
        self.values.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 = kept.1.saturating_add(next.1);
            }
            same
        });
        self.sorted = self.values.len();
    }
}

impl Group for Places {
    fn add(&mut self, arguments: &[ArrayRef]) -> Result<()> {
        let values = arguments[0].as_primitive_opt::<Int64Type>();
        let weights = arguments[1].as_primitive_opt::<Int64Type>();
        let (Some(values), Some(weights)) = (values, weights) else {
            return exec_err!("percentiles are found among whole numbers only");
        };
        for row in 0..values.len() {
            let weight = if weights.is_valid(row) { weights.value(row) } else { 0 };
            if let (true, Ok(weight @ 1..)) = (values.is_valid(row), u64::try_from(weight)) {
                self.push(values.value(row), weight);
            }
        }
        Ok(())
    }

    fn merge(&mut self, saved: &[u8]) -> Result<()> {
        let mut numbers = eights(saved);
        while let (Some(value), Some(weight)) = (numbers.next(), numbers.next()) {
            self.push(value, weight as u64);
        }
        Ok(())
    }

    fn save(&mut self) -> Vec<u8> {
        self.sort();
        self.values
            .iter()
            .flat_map(|(value, weight)| [value.to_le_bytes(), (*weight as i64).to_le_bytes()])
            .flatten()
            .collect()
    }

    fn result(&mut self) -> Result<ScalarValue> {
        self.sort();
        let total: u128 = self.values.iter().map(|(_, weight)| u128::from(*weight)).sum();
        if total == 0 {
            return Ok(ScalarValue::BinaryView(None));
        }
        let mut places = Vec::new();
        for wanted in &self.wanted {
            // The smallest value at or below which so many percent of the weight lie.
            // A rank that is whole but for the last digits of its calculation is whole.
            let rank = wanted * total as f64 / 100.0;
            let rank = (rank - rank * 1e-12).ceil().max(1.0) as u128;
            let mut seen = 0_u128;
            let found = self.values.iter().find(|(_, weight)| {
                seen += u128::from(*weight);
                seen >= rank
            });
            let (place, _) = found.or(self.values.last()).copied().unwrap_or_default();
            places.extend(place.to_le_bytes());
        }
        Ok(ScalarValue::BinaryView(Some(places)))
    }

    fn size(&self) -> usize {
        self.values.capacity() * size_of::<(i64, u64)>() + self.wanted.capacity() * 8
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    const T: &str = "range x from 1 to 200 step 1 | extend g = x % 2";

    #[test]
    fn the_nearest_rank_is_found_in_the_type_of_the_column() {
        assert_eq!(
            rows(&format!("{T} | summarize percentile(x, 50), percentile(x, 0), percentile(x, 100)")),
            "100 | 1 | 200"
        );
        assert_eq!(
            answer(&format!("{T} | summarize percentiles(x, 5, 99.5) by g | sort by g asc")),
            "g:long, percentile_x_5:long, percentile_x_99_5:long\n0 | 10 | 200\n1 | 9 | 199"
        );
        assert_eq!(rows(&format!("{T} | extend t = 1h * x | summarize percentile(t, 25)")), "2.02:00:00");
        assert_eq!(
            rows(
                "datatable(r:real)[1.5, real(null), 0.5, real(null)] | summarize percentile(r, 50), round(percentile(r, 90), 0)"
            ),
            "0.5 | 2.0"
        );
        assert_eq!(answer("print i = toint(3) | summarize percentile(i, 50)"), "percentile_i_50:long\n3");
    }

    #[test]
    fn weights_count_values_several_times() {
        let t = "datatable(v:long, w:long)[10, 8, 20, 6, 30, 3, 40, 1, 50, 0, 60, long(null)]";
        assert_eq!(rows(&format!("{t} | summarize percentilesw(v, w, 50, 75)")), "20 | 20");
        assert_eq!(
            answer(&format!(
                "{t} | summarize percentilesw_array(v, w, dynamic([40, 99.9])), percentilew(v, w, 1)"
            )),
            "percentiles_v:dynamic, percentile_v_1:long\n[10,40] | 10"
        );
    }

    #[test]
    fn names_and_places_are_given_or_refused() {
        assert_eq!(
            answer(&format!("{T} | summarize (a, b) = percentiles(x, 1, 2), c = percentiles_array(x, 1, 2)")),
            "a:long, b:long, c:dynamic\n2 | 4 | [2,4]"
        );
        assert_eq!(
            rows(&format!("{T} | where x > 999 | summarize percentile(x, 5), percentiles_array(x, 5)")),
            "null | null"
        );
        assert!(refused(&format!("{T} | summarize percentile(x, 101)")).contains("from 0 to 100"));
        assert!(refused(&format!("{T} | summarize percentile(x, g)")).contains("constant"));
        assert!(refused(&format!("{T} | summarize percentile('a', 5)")).contains("KS107"));
        assert!(refused(&format!("{T} | summarize percentiles(x)")).contains("KS119"));
    }
}
