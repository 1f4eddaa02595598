//! Numbers that say something of a whole series.

use datafusion::arrow::array::{Float64Array, Int64Array};
use weir_value::KustoType;
use weir_value::dynamic::{Packer, View};

use super::super::{Accepts, Function, Naming, Overload, by_kernel, exactly, one, optional, with};
use super::{DYNAMIC, all_numbers, numbers, one_number};
use crate::kernel;
use crate::kernel::{Column, Dyn, Kernel, PackedOut, Real, map1, map2};
use crate::typed::Typed;

pub(crate) const FUNCTIONS: &[&Function] =
    &[&SUM, &PRODUCT, &MAGNITUDE, &DOT_PRODUCT, &PEARSON, &COSINE, &STATS_DYNAMIC];

macro_rules! measure {
    ($function:ident, $kernel:ident, $name:literal, |$x:ident| $value:expr) => {
        function!($function = [$name], Naming::None, [by_kernel(&[exactly("series", DYNAMIC)], &$kernel)]);
        kernel!($kernel = (concat!("kql_", $name)) -> Real, |a, n| {
            map1::<Dyn, f64, Float64Array>(a, n, |series| all_numbers(series).map(|$x: Vec<f64>| $value))
        });
    };
}

measure!(SUM, SERIES_SUM, "series_sum", |x| x.iter().sum::<f64>());
measure!(PRODUCT, SERIES_PRODUCT, "series_product", |x| x.iter().product::<f64>());
measure!(MAGNITUDE, SERIES_MAGNITUDE, "series_magnitude", |x| x.iter().map(|x| x * x).sum::<f64>().sqrt());

macro_rules! of_two {
    ($function:ident, $kernel:ident, $name:literal, $measure:expr $(, $further:expr)*) => {
        function!(
            $function = [$name],
            Naming::None,
            [by_kernel(&[exactly("series1", DYNAMIC), exactly("series2", DYNAMIC)], &$kernel) $(, $further)*]
        );
        kernel!($kernel = (concat!("kql_", $name)) -> Real, |a, n| {
            map2::<Dyn, Dyn, f64, Float64Array>(a, n, |left, right| {
                let (left, right) = (all_numbers(left)?, all_numbers(right)?);
                // Series of different lengths have nothing to say of each other.
                (left.len() == right.len()).then(|| $measure(&left, &right))
            })
        });
    };
}

const NUMBER_BEHIND: Overload =
    with(&[exactly("series1", DYNAMIC), one("series2", Accepts::Number)], one_number);
const NUMBER_BEFORE: Overload =
    with(&[one("series1", Accepts::Number), exactly("series2", DYNAMIC)], one_number);

of_two!(DOT_PRODUCT, SERIES_DOT_PRODUCT, "series_dot_product", dot, NUMBER_BEHIND, NUMBER_BEFORE);
of_two!(PEARSON, SERIES_PEARSON, "series_pearson_correlation", pearson);

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(x, y)| x * y).sum()
}

fn pearson(left: &[f64], right: &[f64]) -> f64 {
    let count = left.len() as f64;
    let (mean_x, mean_y) = (left.iter().sum::<f64>() / count, right.iter().sum::<f64>() / count);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in left.iter().zip(right) {
        let (x, y) = (x - mean_x, y - mean_y);
        xx += x * x;
        xy += x * y;
        yy += y * y;
    }
    xy / (xx * yy).sqrt()
}

function!(
    COSINE = ["series_cosine_similarity"],
    Naming::None,
    [with(
        &[
            exactly("series1", DYNAMIC),
            exactly("series2", DYNAMIC),
            optional("magnitude1", Accepts::Exactly(KustoType::Real)),
            optional("magnitude2", Accepts::Exactly(KustoType::Real))
        ],
        |a| {
            let count = a.typed.len();
            let mut exprs = vec![a.take(0).expr, a.take(1).expr];
            for place in 2..4 {
                let given = if place < count { a.take(place) } else { Typed::null(KustoType::Real) };
                exprs.push(given.expr);
            }
            a.binder.fold(Typed::new(COSINE_KERNEL.call(exprs), KustoType::Real))
        }
    )]
);
kernel!(COSINE_KERNEL = "kql_series_cosine_similarity" -> Real, |a, n| {
    let (left, right) = (Column::<Dyn>::of(&a[0])?, Column::<Dyn>::of(&a[1])?);
    let (left_size, right_size) = (Column::<Real>::of(&a[2])?, Column::<Real>::of(&a[3])?);
    let similarities: Float64Array = crate::limits::rows(n)
        .map(|row| {
            let (x, y) = (left.get(row).and_then(all_numbers)?, right.get(row).and_then(all_numbers)?);
            let size = |given: Option<f64>, series: &[f64]| given.unwrap_or_else(|| dot(series, series).sqrt());
            let sizes = size(left_size.get(row), &x) * size(right_size.get(row), &y);
            (x.len() == y.len()).then(|| dot(&x, &y) / sizes)
        })
        .collect();
    Ok(std::sync::Arc::new(similarities))
});

/// What `series_stats` tells.
struct Stats {
    min: f64,
    min_idx: i64,
    max: f64,
    max_idx: i64,
    avg: f64,
    stdev: f64,
    variance: f64,
    sum: f64,
    len: i64,
}

/// Nothing for a series with elements that are no numbers, unless those are left out, and for an empty one.
fn stats(series: View<'_>, leave_out: bool) -> Option<Stats> {
    let series = numbers(series)?;
    if !leave_out && series.iter().any(Option::is_none) {
        return None;
    }
    let points: Vec<(i64, f64)> =
        series.iter().zip(0..).filter_map(|(value, place)| value.map(|value| (place, value))).collect();
    let (first, count) = (points.first()?, points.len() as f64);
    let (mut min, mut max, mut sum) = (*first, *first, 0.0);
    for point in &points {
        if point.1 < min.1 {
            min = *point;
        }
        if point.1 > max.1 {
            max = *point;
        }
        sum += point.1;
    }
    let avg = sum / count;
    let squares: f64 = points.iter().map(|(_, value)| (value - avg) * (value - avg)).sum();
    let variance = if points.len() > 1 { squares / (count - 1.0) } else { 0.0 };
    Some(Stats {
        min: min.1,
        min_idx: min.0,
        max: max.1,
        max_idx: max.0,
        avg,
        stdev: variance.sqrt(),
        variance,
        sum,
        len: points.len() as i64,
    })
}

function!(
    STATS_DYNAMIC = ["series_stats_dynamic"],
    Naming::None,
    [with(
        &[exactly("series", DYNAMIC), optional("ignore nonnumeric", Accepts::Constant(KustoType::Bool))],
        |a| {
            let leave_out = if a.typed.len() > 1 { a.take(1) } else { Typed::bool(false) };
            let exprs = vec![a.take(0).expr, leave_out.expr];
            a.binder.fold(Typed::new(STATS_BAG.call(exprs), DYNAMIC))
        }
    )]
);
kernel!(STATS_BAG = "kql_series_stats_dynamic" -> Dynamic, |a, n| {
    let (series, leave_out) = (Column::<Dyn>::of(&a[0])?, Column::<bool>::of(&a[1])?);
    let mut out = PackedOut::new(n);
    for row in crate::limits::rows(n) {
        match series.get(row).and_then(|series| stats(series, leave_out.get(row) == Some(true))) {
            None => out.push_null(),
            Some(stats) => out.pack(|bytes| Packer::new(bytes).bag(|bag| {
                bag.property("min", |packer| packer.real(stats.min));
                bag.property("min_idx", |packer| packer.long(stats.min_idx));
                bag.property("max", |packer| packer.real(stats.max));
                bag.property("max_idx", |packer| packer.long(stats.max_idx));
                bag.property("avg", |packer| packer.real(stats.avg));
                bag.property("stdev", |packer| packer.real(stats.stdev));
                bag.property("variance", |packer| packer.real(stats.variance));
                bag.property("sum", |packer| packer.real(stats.sum));
                bag.property("len", |packer| packer.long(stats.len));
            })),
        }
    }
    Ok(out.finish())
});

macro_rules! part {
    ($kernel:ident, $name:literal, $type:ident, $array:ident, $field:ident) => {
        kernel!($kernel = $name -> $type, |a, n| {
            let (series, leave_out) = (Column::<Dyn>::of(&a[0])?, Column::<bool>::of(&a[1])?);
            let values: $array = crate::limits::rows(n)
                .map(|row| {
                    let stats = stats(series.get(row)?, leave_out.get(row) == Some(true))?;
                    Some(stats.$field)
                })
                .collect();
            Ok(std::sync::Arc::new(values))
        });
    };
}

part!(STATS_MIN, "kql_series_stats_min", Real, Float64Array, min);
part!(STATS_MIN_IDX, "kql_series_stats_min_idx", Long, Int64Array, min_idx);
part!(STATS_MAX, "kql_series_stats_max", Real, Float64Array, max);
part!(STATS_MAX_IDX, "kql_series_stats_max_idx", Long, Int64Array, max_idx);
part!(STATS_AVG, "kql_series_stats_avg", Real, Float64Array, avg);
part!(STATS_STDEV, "kql_series_stats_stdev", Real, Float64Array, stdev);
part!(STATS_VARIANCE, "kql_series_stats_variance", Real, Float64Array, variance);

/// The columns of `series_stats`, in their order.
pub(super) static STATS: [(&str, &Kernel); 7] = [
    ("min", &STATS_MIN),
    ("min_idx", &STATS_MIN_IDX),
    ("max", &STATS_MAX),
    ("max_idx", &STATS_MAX_IDX),
    ("avg", &STATS_AVG),
    ("stdev", &STATS_STDEV),
    ("variance", &STATS_VARIANCE),
];

#[cfg(test)]
mod tests {
    use crate::testing::{refused, value};

    #[test]
    fn whole_series_come_to_a_number() {
        assert_eq!(value("series_sum(dynamic([1, 2.5]))"), "3.5");
        assert_eq!(value("series_product(dynamic([2, 3, 4]))"), "24.0");
        assert_eq!(value("series_magnitude(dynamic([3, 4]))"), "5.0");
        assert_eq!(value("series_sum(dynamic([1, 'x']))"), "null");
        assert_eq!(value("series_dot_product(dynamic([1, 2]), dynamic([3, 4]))"), "11.0");
        assert_eq!(value("series_dot_product(dynamic([1, 2]), dynamic([3]))"), "null");
        assert_eq!(value("series_pearson_correlation(dynamic([1, 2, 3]), dynamic([6, 4, 2]))"), "-1.0");
        assert_eq!(value("series_cosine_similarity(dynamic([3, 4]), dynamic([4, 3]))"), "0.96");
        assert_eq!(value("series_cosine_similarity(dynamic([3, 4]), dynamic([4, 3]), 10, 5)"), "0.48");
    }

    #[test]
    fn statistics_of_samples() {
        assert_eq!(
            value("series_stats_dynamic(dynamic([4, 8, null]), true)"),
            "{\"min\":4.0,\"min_idx\":0,\"max\":8.0,\"max_idx\":1,\"avg\":6.0,\"stdev\":2.8284271247461903,\"variance\":8.0,\"sum\":12.0,\"len\":2}"
        );
        assert_eq!(value("series_stats_dynamic(dynamic([4, 8, null]))"), "null");
        assert_eq!(value("series_stats_dynamic(dynamic([]))"), "null");
        assert!(
            refused("print b = true | extend series_stats_dynamic(dynamic([1]), b)").contains("constant")
        );
    }
}
