//! `series_decompose`, `series_decompose_anomalies`, `series_decompose_forecast`: what a series does every period, where
//! it goes, and what is left.
//!
//! The original's way is described, not published to the last digit. Here: the trend is the average of the points, or
//! the straight line through them; the seasonal part is the average of what is left at each place of the period, less
//! the average of those; the baseline is both together, and the rest is the residual.
//!
//! Source: <https://learn.microsoft.com/kusto/query/series-decompose-function>

use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;
use weir_value::KustoType;

use super::super::{Accepts, Function, Naming, exactly, one, optional, with};
use super::fit::line;
use super::outliers::{Fences, scores};
use super::season::{period, season};
use super::several::Series;
use super::{DYNAMIC, all_numbers, pack_reals};
use crate::kernel;
use crate::kernel::{Column, Dyn, Long, PackedOut, Real, Str};
use crate::typed::Typed;

pub(crate) const FUNCTIONS: &[&Function] = &[&FORECAST];

/// Period that is to be found, not given.
const AUTO: i64 = -1;
/// How well a period must do to be taken.
const SCORE_MIN: f64 = 0.6;
/// From where on a point is an anomaly.
const THRESHOLD: f64 = 1.5;

/// The trend of a series.
#[derive(Clone, Copy, PartialEq)]
enum Trend {
    Average,
    Line,
    None,
}

/// How a series is taken apart.
struct Ways {
    /// Points of a period; 0 where there is none.
    seasonality: i64,
    trend: Trend,
    /// Points at the end from which nothing is learnt.
    test_points: usize,
    /// How well a period that was found must do.
    score_min: f64,
}

/// A series taken apart.
struct Parts {
    baseline: Vec<f64>,
    seasonal: Vec<f64>,
    trend: Vec<f64>,
    residual: Vec<f64>,
}

/// Nothing for a series without points to learn from.
fn decompose(points: &[f64], ways: &Ways) -> Option<Parts> {
    let known = points.len().checked_sub(ways.test_points).filter(|known| *known > 0)?;
    let learnt = &points[..known];
    let (start, slope) = match ways.trend {
        Trend::None => (0.0, 0.0),
        Trend::Average => (learnt.iter().sum::<f64>() / known as f64, 0.0),
        Trend::Line => line(learnt).map(|line| (line.interception, line.slope))?,
    };
    let trend: Vec<f64> = (0..points.len()).map(|place| start + slope * place as f64).collect();
    let left: Vec<f64> = learnt.iter().zip(&trend).map(|(point, trend)| point - trend).collect();
    let period = match ways.seasonality {
        AUTO => period(&left, ways.score_min).unwrap_or(0),
        period => usize::try_from(period).unwrap_or(0),
    };
    let seasonal = season(&left, period, points.len());
    let baseline: Vec<f64> = trend.iter().zip(&seasonal).map(|(trend, season)| trend + season).collect();
    let residual = points.iter().zip(&baseline).map(|(point, baseline)| point - baseline).collect();
    Some(Parts { baseline, seasonal, trend, residual })
}

/// How the arguments say that a series is taken apart: seasonality, trend, test points, threshold of the score.
fn ways(a: &[ColumnarValue], usual: Trend) -> Result<Ways> {
    let trend = match Column::<Str>::of(&a[1])?.get(0).unwrap_or_default().to_ascii_lowercase().as_str() {
        "avg" => Trend::Average,
        "linefit" => Trend::Line,
        "none" => Trend::None,
        _ => usual,
    };
    Ok(Ways {
        seasonality: Column::<Long>::of(&a[0])?.get(0).unwrap_or(AUTO),
        trend,
        test_points: usize::try_from(Column::<Long>::of(&a[2])?.get(0).unwrap_or(0)).unwrap_or(0),
        score_min: Column::<Real>::of(&a[3])?.get(0).unwrap_or(SCORE_MIN),
    })
}

/// A column of what the series of each row is taken apart into.
fn column(
    a: &[ColumnarValue],
    rows: usize,
    ways: &Ways,
    part: impl Fn(&[f64], Parts) -> Vec<f64>,
) -> Result<datafusion::arrow::array::ArrayRef> {
    let series = Column::<Dyn>::of(&a[0])?;
    let mut out = PackedOut::new(rows);
    for row in crate::limits::rows(rows) {
        let points = series.get(row).and_then(all_numbers);
        let values = points.and_then(|points| decompose(&points, ways).map(|parts| part(&points, parts)));
        match values {
            Some(values) => out.pack(|bytes| pack_reals(bytes, values.into_iter().map(Some))),
            None => out.push_null(),
        }
    }
    Ok(out.finish())
}

macro_rules! part {
    ($kernel:ident, $name:literal, $field:ident) => {
        kernel!($kernel = $name -> Dynamic, |a, n| {
            column(a, n, &ways(&a[1..], Trend::Average)?, |_, parts| parts.$field)
        });
    };
}

part!(BASELINE, "kql_series_decompose_baseline", baseline);
part!(SEASONAL, "kql_series_decompose_seasonal", seasonal);
part!(TREND, "kql_series_decompose_trend", trend);
part!(RESIDUAL, "kql_series_decompose_residual", residual);

/// `series_decompose(series, seasonality, trend, test points, threshold)`.
pub(super) static DECOMPOSE: Series = Series {
    parts: &[("baseline", &BASELINE), ("seasonal", &SEASONAL), ("trend", &TREND), ("residual", &RESIDUAL)],
    further: &[KustoType::Long, KustoType::String, KustoType::Long, KustoType::Real],
};

/// The scores of anomalies: what is left, against the fences around what is left of the points learnt from.
fn anomalies(a: &[ColumnarValue], parts: &Parts, ways: &Ways) -> Vec<f64> {
    let method = Column::<Str>::of(&a[5]).ok();
    let method = method.as_ref().and_then(|method| method.get(0)).unwrap_or_default().to_ascii_lowercase();
    let fences = if method == "tukey" { Fences::Quarters } else { Fences::Tenths };
    let known = parts.residual.len() - ways.test_points;
    scores(&parts.residual[..known], &parts.residual, fences)
}

/// Seasonality, trend, test points and threshold of the score among the arguments of `series_decompose_anomalies`.
fn ways_of_anomalies(a: &[ColumnarValue]) -> Result<Ways> {
    ways(&[a[2].clone(), a[3].clone(), a[4].clone(), a[6].clone()], Trend::Average)
}

kernel!(AD_FLAG = "kql_series_decompose_ad_flag" -> Dynamic, |a, n| {
    let ways = ways_of_anomalies(a)?;
    let threshold = Column::<Real>::of(&a[1])?.get(0).unwrap_or(THRESHOLD);
    column(a, n, &ways, |_, parts| {
        let flag = |score: f64| match score {
            score if score > threshold => 1.0,
            score if score < -threshold => -1.0,
            _ => 0.0,
        };
        anomalies(a, &parts, &ways).into_iter().map(flag).collect()
    })
});
kernel!(AD_SCORE = "kql_series_decompose_ad_score" -> Dynamic, |a, n| {
    let ways = ways_of_anomalies(a)?;
    column(a, n, &ways, |_, parts| anomalies(a, &parts, &ways))
});
kernel!(AD_BASELINE = "kql_series_decompose_ad_baseline" -> Dynamic, |a, n| {
    column(a, n, &ways_of_anomalies(a)?, |_, parts| parts.baseline)
});

/// `series_decompose_anomalies(series, threshold, seasonality, trend, test points, method, threshold of the score)`.
pub(super) static ANOMALIES: Series = Series {
    parts: &[("ad_flag", &AD_FLAG), ("ad_score", &AD_SCORE), ("baseline", &AD_BASELINE)],
    further: &[
        KustoType::Real,
        KustoType::Long,
        KustoType::String,
        KustoType::Long,
        KustoType::String,
        KustoType::Real,
    ],
};

kernel!(FORECAST_KERNEL = "kql_series_decompose_forecast" -> Dynamic, |a, n| {
    let points = [a[2].clone(), a[3].clone(), a[1].clone(), a[4].clone()];
    column(a, n, &ways(&points, Trend::Line)?, |_, parts| parts.baseline)
});

function!(
    FORECAST = ["series_decompose_forecast"],
    Naming::None,
    [with(
        &[
            exactly("series", DYNAMIC),
            one("points", Accepts::Constant(KustoType::Long)),
            optional("seasonality", Accepts::Constant(KustoType::Long)),
            optional("trend", Accepts::Constant(KustoType::String)),
            optional("threshold", Accepts::Constant(KustoType::Real))
        ],
        |a| {
            let kinds = [DYNAMIC, KustoType::Long, KustoType::Long, KustoType::String, KustoType::Real];
            let count = a.typed.len();
            let given = (0..kinds.len()).map(|place| match place < count {
                true => a.take(place).expr,
                false => Typed::null(kinds[place]).expr,
            });
            let call = FORECAST_KERNEL.call(given.collect());
            a.binder.fold(Typed::new(call, DYNAMIC))
        }
    )]
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{answer, refused, rows, value};

    fn ways(seasonality: i64, trend: Trend) -> Ways {
        Ways { seasonality, trend, test_points: 0, score_min: SCORE_MIN }
    }

    /// A line that rises by 1, and a wave of four points.
    fn wave(count: usize) -> Vec<f64> {
        (0..count).map(|place| place as f64 + [0.0, 10.0, 0.0, -10.0][place % 4]).collect()
    }

    #[test]
    fn a_line_and_a_wave_are_told_apart() {
        let points = wave(64);
        for seasonality in [4, AUTO] {
            let parts = decompose(&points, &ways(seasonality, Trend::Line)).unwrap();
            // The wave begins upwards, which bends the line a little.
            assert!(parts.residual.iter().all(|left| left.abs() < 1.0), "{:?}", parts.residual);
            assert!((parts.seasonal[1] - 10.0).abs() < 1.0, "{:?}", &parts.seasonal[..4]);
            let whole = parts.trend.iter().zip(&parts.seasonal).zip(&parts.residual);
            for (point, ((trend, season), left)) in points.iter().zip(whole) {
                assert!((point - trend - season - left).abs() < 1e-9);
            }
        }
        assert!(decompose(&[], &ways(AUTO, Trend::Average)).is_none());
        let flat = decompose(&[3.0; 20], &ways(AUTO, Trend::Average)).unwrap();
        assert_eq!((flat.baseline[7], flat.residual[7]), (3.0, 0.0));
    }

    #[test]
    fn a_peak_is_an_anomaly() {
        let series = "range x from 1 to 40 step 1 | extend y = iff(x == 30, 100.0, 10.0 + x % 4) \
                      | sort by x asc | summarize y = make_list(y)";
        assert_eq!(
            rows(&format!(
                "{series} | extend (flag, score, baseline) = series_decompose_anomalies(y) \
                 | project array_index_of(flag, 1.0), series_sum(flag), tolong(score[29]) > 3, array_length(baseline)"
            )),
            "29 | 1.0 | True | 40"
        );
        assert_eq!(
            answer(&format!(
                "{series} | project series_decompose_anomalies(y, 1.5, -1, 'avg', 0, 'ctukey', 0.6) | take 0"
            )),
            "series_decompose_anomalies_y_ad_flag:dynamic, series_decompose_anomalies_y_ad_score:dynamic, \
             series_decompose_anomalies_y_baseline:dynamic"
        );
    }

    #[test]
    fn a_forecast_goes_on_as_it_was() {
        let series = "range x from 0 to 47 step 1 | extend y = iff(x < 40, 2.0 * x, 0.0) | sort by x asc \
                      | summarize y = make_list(y)";
        assert_eq!(
            rows(&format!(
                "{series} | extend f = series_decompose_forecast(y, 8) | project f[47], array_length(f)"
            )),
            "94.0 | 48"
        );
        assert_eq!(value("series_decompose_forecast(dynamic([1, 2]), 2)"), "null");
    }

    #[test]
    fn what_is_no_series_is_refused() {
        assert!(refused("print x = 1 | extend series_decompose(x)").contains("KS107"));
        assert!(refused("print x = dynamic([1]) | extend series_decompose(x, 'a')").contains("KS107"));
        let told = refused("print x = dynamic([1]) | extend series_decompose_forecast(x)");
        assert!(told.contains("series_decompose_forecast"), "{told}");
    }
}
