//! `series_fir`, `series_iir`, `series_seasonal`.

use weir_value::KustoType;

use super::super::{Accepts, Function, Naming, exactly, one, optional, with};
use super::{DYNAMIC, all_numbers, numbers, pack_reals};
use crate::kernel;
use crate::kernel::{Column, Dyn, Long, PackedOut};
use crate::typed::Typed;

pub(crate) const FUNCTIONS: &[&Function] = &[&FIR, &IIR, &SEASONAL];

function!(
    FIR = ["series_fir"],
    Naming::FirstArgument,
    [with(
        &[
            exactly("series", DYNAMIC),
            exactly("filter", DYNAMIC),
            optional("normalize", Accepts::Exactly(KustoType::Bool)),
            optional("center", Accepts::Exactly(KustoType::Bool))
        ],
        |a| {
            let normalize = if a.typed.len() > 2 { a.take(2) } else { Typed::null(KustoType::Bool) };
            let center = if a.typed.len() > 3 { a.take(3) } else { Typed::bool(false) };
            let exprs = vec![a.take(0).expr, a.take(1).expr, normalize.expr, center.expr];
            a.binder.fold(Typed::new(FIR_KERNEL.call(exprs), DYNAMIC))
        }
    )]
);
kernel!(FIR_KERNEL = "kql_series_fir" -> Dynamic, |a, n| {
    let (series, filters) = (Column::<Dyn>::of(&a[0])?, Column::<Dyn>::of(&a[1])?);
    let (normalize, center) = (Column::<bool>::of(&a[2])?, Column::<bool>::of(&a[3])?);
    let mut out = PackedOut::new(n);
    for row in crate::limits::rows(n) {
        let series = series.get(row).and_then(all_numbers);
        let filter = filters.get(row).and_then(all_numbers);
        let filtered = series.zip(filter).and_then(|(series, filter)| {
            fir(&series, &filter, normalize.get(row), center.get(row) == Some(true))
        });
        match filtered {
            Some(values) => out.pack(|bytes| pack_reals(bytes, values.into_iter().map(Some))),
            None => out.push_null(),
        }
    }
    Ok(out.finish())
});

/// The sum of the points so far, each by its coefficient. Points before the first and behind the last are 0.
fn fir(series: &[f64], filter: &[f64], normalize: Option<bool>, center: bool) -> Option<Vec<f64>> {
    let negative = filter.iter().any(|coefficient| *coefficient < 0.0);
    let normalize = normalize.unwrap_or(!negative);
    if filter.is_empty() || normalize && negative {
        return None;
    }
    let whole: f64 = if normalize { filter.iter().sum() } else { 1.0 };
    let shift = if center { filter.len() / 2 } else { 0 };
    let at = |point: usize| {
        let terms = filter.iter().enumerate().filter_map(|(place, coefficient)| {
            let point = (point + shift).checked_sub(place)?;
            series.get(point).map(|value| value * coefficient)
        });
        terms.sum::<f64>() / whole
    };
    Some((0..series.len()).map(at).collect())
}

function!(
    IIR = ["series_iir"],
    Naming::FirstArgument,
    [super::super::by_kernel(
        &[exactly("series", DYNAMIC), exactly("numerators", DYNAMIC), exactly("denominators", DYNAMIC)],
        &IIR_KERNEL
    )]
);
kernel!(IIR_KERNEL = "kql_series_iir" -> Dynamic, |a, n| {
    let columns = a.iter().map(Column::<Dyn>::of).collect::<datafusion::common::Result<Vec<_>>>()?;
    let mut out = PackedOut::new(n);
    for row in crate::limits::rows(n) {
        let numbers = |place: usize| columns.get(place)?.get(row).and_then(all_numbers);
        let filtered = numbers(0).zip(numbers(1)).zip(numbers(2));
        match filtered.and_then(|((series, numerators), denominators)| iir(&series, &numerators, &denominators)) {
            Some(values) => out.pack(|bytes| pack_reals(bytes, values.into_iter().map(Some))),
            None => out.push_null(),
        }
    }
    Ok(out.finish())
});

/// The points so far by the numerators, less the results so far by the denominators.
fn iir(series: &[f64], numerators: &[f64], denominators: &[f64]) -> Option<Vec<f64>> {
    let (lead, denominators) = denominators.split_first()?;
    if *lead == 0.0 || numerators.is_empty() {
        return None;
    }
    let mut results: Vec<f64> = Vec::with_capacity(series.len());
    for point in 0..series.len() {
        let before = |place: usize, values: &[f64]| {
            point.checked_sub(place).and_then(|point| values.get(point).copied()).unwrap_or(0.0)
        };
        let forth: f64 = numerators.iter().enumerate().map(|(j, b)| b * before(j, series)).sum();
        let back: f64 = denominators.iter().enumerate().map(|(j, a)| a * before(j + 1, &results)).sum();
        results.push((forth - back) / lead);
    }
    Some(results)
}

function!(
    SEASONAL = ["series_seasonal"],
    Naming::None,
    [
        with(&[exactly("series", DYNAMIC), one("period", Accepts::Integer)], |a| {
            match a.typed.get(1).and_then(Typed::as_long) {
                Some(period) if period > 0 => {
                    let exprs = vec![a.take(0).expr, Typed::long(period).expr];
                    a.binder.fold(Typed::new(SEASONAL_KERNEL.call(exprs), DYNAMIC))
                }
                _ => unknown_period(a),
            }
        }),
        with(&[exactly("series", DYNAMIC)], unknown_period),
        with(
            &[
                exactly("series", DYNAMIC),
                one("period", Accepts::Integer),
                one("test points", Accepts::Integer)
            ],
            |a| {
                a.binder.unsupported(a.span, "series_seasonal with points to test");
                Typed::poison()
            }
        )
    ]
);

fn unknown_period(a: &mut crate::bind::Arguments<'_, '_, '_>) -> Typed {
    let span = a.span;
    let what = "series_seasonal without a constant period: how the original detects one is not published";
    a.binder.unsupported(span, what);
    Typed::poison()
}

kernel!(SEASONAL_KERNEL = "kql_series_seasonal" -> Dynamic, |a, n| {
    let (series, periods) = (Column::<Dyn>::of(&a[0])?, Column::<Long>::of(&a[1])?);
    let mut out = PackedOut::new(n);
    for row in crate::limits::rows(n) {
        let period = periods.get(row).and_then(|period| usize::try_from(period).ok());
        match series.get(row).and_then(numbers).zip(period.filter(|period| *period > 0)) {
            Some((series, period)) => out.pack(|bytes| pack_reals(bytes, seasonal(&series, period))),
            None => out.push_null(),
        }
    }
    Ok(out.finish())
});

/// The median of the points at the same place of each period.
fn seasonal(series: &[Option<f64>], period: usize) -> Vec<Option<f64>> {
    let medians: Vec<Option<f64>> = (0..period.min(series.len()))
        .map(|phase| {
            let mut points: Vec<f64> = series.iter().skip(phase).step_by(period).copied().flatten().collect();
            points.sort_by(f64::total_cmp);
            let middle = points.len() / 2;
            match points.len() % 2 {
                _ if points.is_empty() => None,
                0 => Some(f64::midpoint(points[middle - 1], points[middle])),
                _ => Some(points[middle]),
            }
        })
        .collect();
    medians.iter().copied().cycle().take(series.len()).collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, value};

    #[test]
    fn finite_filters_weigh_the_points_before() {
        assert_eq!(value("series_fir(dynamic([4, 4, 8, 0]), dynamic([1, 1]))"), "[2.0,4.0,6.0,4.0]");
        assert_eq!(value("series_fir(dynamic([1, 3, 6]), dynamic([1, -1]))"), "[1.0,2.0,3.0]");
        assert_eq!(value("series_fir(dynamic([0, 9, 0]), dynamic([1, 1, 1]), true, true)"), "[3.0,3.0,3.0]");
        assert_eq!(value("series_fir(dynamic([1, 2]), dynamic([1, -1]), true)"), "null");
        assert_eq!(value("series_fir(dynamic([1, 'x']), dynamic([1]))"), "null");
    }

    #[test]
    fn infinite_filters_weigh_the_results_before() {
        assert_eq!(value("series_iir(dynamic([2, 3, 4]), dynamic([1]), dynamic([1, -1]))"), "[2.0,5.0,9.0]");
        assert_eq!(value("series_iir(dynamic([8, 0, 0]), dynamic([1]), dynamic([2, -1]))"), "[4.0,2.0,1.0]");
        assert_eq!(value("series_iir(dynamic([8]), dynamic([1]), dynamic([0, 1]))"), "null");
    }

    #[test]
    fn seasons_are_medians() {
        assert_eq!(value("series_seasonal(dynamic([1, 10, 3, 20, 9]), 2)"), "[3.0,15.0,3.0,15.0,3.0]");
        assert!(refused("print series_seasonal(dynamic([1, 2, 1]))").contains("not supported yet"));
        assert!(refused("print series_seasonal(dynamic([1, 2, 1]), -1)").contains("not supported yet"));
        assert!(
            refused("print p = 2 | extend series_seasonal(dynamic([1]), p)").contains("not supported yet")
        );
        assert!(refused("print series_seasonal(dynamic([1]), int(1), 1)").contains("not supported yet"));
        assert!(refused("print series_seasonal(dynamic([1]), 'x')").contains("KS134"));
    }
}
