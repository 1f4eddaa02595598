//! Straight lines through series.

use datafusion::arrow::array::Float64Array;
use weir_value::dynamic::Packer;

use super::super::{Function, Naming, by_kernel, exactly};
use super::{DYNAMIC, all_numbers, pack_reals};
use crate::kernel;
use crate::kernel::{Dyn, Kernel, map1, pack1};

pub(crate) const FUNCTIONS: &[&Function] = &[&FIT_LINE_DYNAMIC];

/// The line through the points that is nearest to them all.
pub(super) struct Line {
    rsquare: f64,
    pub slope: f64,
    variance: f64,
    rvariance: f64,
    pub interception: f64,
    fit: Vec<f64>,
}

/// Least squares; variances are of samples.
pub(super) fn line(points: &[f64]) -> Option<Line> {
    let count = points.len() as f64;
    if points.is_empty() {
        return None;
    }
    let mean_x = (count - 1.0) / 2.0;
    let mean_y = points.iter().sum::<f64>() / count;
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (place, y) in points.iter().enumerate() {
        let (x, y) = (place as f64 - mean_x, y - mean_y);
        xx += x * x;
        xy += x * y;
        yy += y * y;
    }
    let slope = if xx > 0.0 { xy / xx } else { 0.0 };
    let interception = mean_y - slope * mean_x;
    let fit: Vec<f64> = (0..points.len()).map(|place| interception + slope * place as f64).collect();
    let residuals: f64 = points.iter().zip(&fit).map(|(y, fitted)| (y - fitted) * (y - fitted)).sum();
    let free = (count - 1.0).max(1.0);
    let rsquare = if yy > 0.0 { 1.0 - residuals / yy } else { 1.0 };
    Some(Line { rsquare, slope, variance: yy / free, rvariance: residuals / free, interception, fit })
}

function!(
    FIT_LINE_DYNAMIC = ["series_fit_line_dynamic"],
    Naming::None,
    [by_kernel(&[exactly("series", DYNAMIC)], &LINE_BAG)]
);
kernel!(LINE_BAG = "kql_series_fit_line_dynamic" -> Dynamic, |a, n| {
    pack1::<Dyn>(a, n, |series, out| {
        let Some(line) = all_numbers(series).and_then(|points| line(&points)) else { return };
        let mut fit = Vec::new();
        pack_reals(&mut fit, line.fit.iter().copied().map(Some));
        Packer::new(out).bag(|bag| {
            bag.property("rsquare", |packer| packer.real(line.rsquare));
            bag.property("slope", |packer| packer.real(line.slope));
            bag.property("variance", |packer| packer.real(line.variance));
            bag.property("rvariance", |packer| packer.real(line.rvariance));
            bag.property("interception", |packer| packer.real(line.interception));
            bag.property("line_fit", |packer| packer.packed(weir_value::dynamic::View::new(&fit)));
        });
    })
});

macro_rules! part {
    ($kernel:ident, $name:literal, $field:ident) => {
        kernel!($kernel = $name -> Real, |a, n| {
            map1::<Dyn, f64, Float64Array>(a, n, |series| {
                all_numbers(series).and_then(|points| line(&points)).map(|line| line.$field)
            })
        });
    };
}

part!(LINE_RSQUARE, "kql_series_fit_line_rsquare", rsquare);
part!(LINE_SLOPE, "kql_series_fit_line_slope", slope);
part!(LINE_VARIANCE, "kql_series_fit_line_variance", variance);
part!(LINE_RVARIANCE, "kql_series_fit_line_rvariance", rvariance);
part!(LINE_INTERCEPTION, "kql_series_fit_line_interception", interception);
kernel!(LINE_FIT = "kql_series_fit_line_fit" -> Dynamic, |a, n| {
    pack1::<Dyn>(a, n, |series, out| {
        if let Some(line) = all_numbers(series).and_then(|points| line(&points)) {
            pack_reals(out, line.fit.into_iter().map(Some));
        }
    })
});

/// The columns of `series_fit_line`, in their order.
pub(super) static LINE: [(&str, &Kernel); 6] = [
    ("rsquare", &LINE_RSQUARE),
    ("slope", &LINE_SLOPE),
    ("variance", &LINE_VARIANCE),
    ("rvariance", &LINE_RVARIANCE),
    ("interception", &LINE_INTERCEPTION),
    ("line_fit", &LINE_FIT),
];

#[cfg(test)]
mod tests {
    use super::line;
    use crate::testing::value;

    #[test]
    fn a_line_goes_through_points_on_it() {
        let line = line(&[1.0, 3.0, 5.0, 7.0]).unwrap();
        assert_eq!((line.slope, line.interception, line.rsquare, line.rvariance), (2.0, 1.0, 1.0, 0.0));
        assert!((line.variance - 20.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn few_points_and_flat_ones_have_a_line() {
        assert_eq!(value("series_fit_line_dynamic(dynamic([5, 5, 5])).slope"), "0.0");
        assert_eq!(value("series_fit_line_dynamic(dynamic([5])).line_fit"), "[5.0]");
        assert_eq!(value("series_fit_line_dynamic(dynamic([]))"), "null");
        assert_eq!(value("series_fit_line_dynamic(dynamic([1, null]))"), "null");
    }
}
