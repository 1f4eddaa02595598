//! Gamma, error and beta functions, and the test that needs them.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-functions#mathematical-functions>

use datafusion::arrow::array::Float64Array;
use weir_value::KustoType::{self, Real as RealKind};

use super::of_reals;
use crate::functions::{Function, Naming, by_kernel, exactly};
use crate::kernel;
use crate::kernel::{Column, Real, map1};

pub(crate) const FUNCTIONS: &[&Function] =
    &[&GAMMA, &LOG_GAMMA, &ERF, &ERFC, &BETA_CDF, &BETA_INV, &BETA_PDF, &WELCH_TEST];

of_reals!(GAMMA, GAMMA_REAL, "gamma", Naming::FirstArgument, |x| Some(libm::tgamma(x)));
of_reals!(LOG_GAMMA, LOG_GAMMA_REAL, "loggamma", Naming::FirstArgument, |x| Some(libm::lgamma(x)));
of_reals!(ERF, ERF_REAL, "erf", Naming::FirstArgument, |x| Some(libm::erf(x)));
of_reals!(ERFC, ERFC_REAL, "erfc", Naming::FirstArgument, |x| Some(libm::erfc(x)));

/// The largest parameter of a beta function, as the original has it.
const PARAMETER_MAX: f64 = 10_000.0;

macro_rules! of_beta {
    ($function:ident, $kernel:ident, $name:literal, $value:ident) => {
        function!(
            $function = [$name],
            Naming::None,
            [by_kernel(&[exactly("x", RealKind), exactly("alpha", RealKind), exactly("beta", RealKind)], &$kernel)]
        );
        kernel!($kernel = (concat!("kql_", $name)) -> Real, |a, n| {
            let [x, alpha, beta] = [0, 1, 2].map(|index| Column::<Real>::of(&a[index]));
            let (x, alpha, beta) = (x?, alpha?, beta?);
            let values: Float64Array = crate::limits::rows(n)
                .map(|row| {
                    let (x, alpha, beta) = (x.get(row)?, alpha.get(row)?, beta.get(row)?);
                    let valid = [alpha, beta].into_iter().all(|p| p > 0.0 && p <= PARAMETER_MAX);
                    Some(if valid { $value(x, alpha, beta) } else { f64::NAN })
                })
                .collect();
            Ok(std::sync::Arc::new(values))
        });
    };
}

of_beta!(BETA_CDF, CDF, "beta_cdf", beta_cdf);
of_beta!(BETA_INV, INV, "beta_inv", beta_inv);
of_beta!(BETA_PDF, PDF, "beta_pdf", beta_pdf);

/// The logarithm of the beta function.
fn log_beta(a: f64, b: f64) -> f64 {
    libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b)
}

fn beta_pdf(x: f64, a: f64, b: f64) -> f64 {
    if !(x > 0.0 && x < 1.0) {
        return f64::NAN;
    }
    ((a - 1.0) * x.ln() + (b - 1.0) * (-x).ln_1p() - log_beta(a, b)).exp()
}

/// The regularised incomplete beta function.
fn beta_cdf(x: f64, a: f64, b: f64) -> f64 {
    if !(0.0..=1.0).contains(&x) {
        return f64::NAN;
    }
    if x == 0.0 || x == 1.0 {
        return x;
    }
    let front = (a * x.ln() + b * (-x).ln_1p() - log_beta(a, b)).exp();
    // The fraction converges quickly below the mean; above it the other tail is calculated.
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(x, a, b) / a
    } else {
        1.0 - front * beta_fraction(1.0 - x, b, a) / b
    }
}

/// The continued fraction of the incomplete beta function, by Lentz's method.
///
/// Source: <https://dlmf.nist.gov/8.17#v>
fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    const STEPS_MAX: usize = 10_000;
    const TINY: f64 = 1e-300;
    let away_from_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for step in 1..=STEPS_MAX {
        let m = step as f64;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            d = 1.0 / away_from_zero(1.0 + term * d);
            c = away_from_zero(1.0 + term / c);
            change = c * d;
            fraction *= change;
        }
        if (change - 1.0).abs() < 1e-16 {
            break;
        }
    }
    fraction
}

/// The value below which a share of the distribution lies.
fn beta_inv(probability: f64, a: f64, b: f64) -> f64 {
    if !(probability > 0.0 && probability <= 1.0) {
        return f64::NAN;
    }
    let (mut low, mut high) = (0.0, 1.0);
    // Each step halves an interval of at most 2^-1074: no more are needed to reach neighbours.
    for _ in 0..1_100 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if beta_cdf(middle, a, b) < probability { low = middle } else { high = middle }
    }
    high
}

const SAMPLES: &[crate::functions::Parameter] = &[
    exactly("mean1", RealKind),
    exactly("variance1", RealKind),
    exactly("count1", RealKind),
    exactly("mean2", RealKind),
    exactly("variance2", RealKind),
    exactly("count2", RealKind),
];

function!(WELCH_TEST = ["welch_test"], Naming::None, [by_kernel(SAMPLES, &WELCH)]);
kernel!(
    /// How likely two samples of one mean are as far apart, or further.
    WELCH = "kql_welch_test" -> Real, |a, n| {
        let values = a.iter().map(Column::<Real>::of).collect::<datafusion::common::Result<Vec<_>>>()?;
        let results: Float64Array = crate::limits::rows(n)
            .map(|row| {
                let given: Option<Vec<f64>> = values.iter().map(|column| column.get(row)).collect();
                match given?.as_slice() {
                    &[mean1, variance1, count1, mean2, variance2, count2] => {
                        let (share1, share2) = (variance1 / count1, variance2 / count2);
                        let t = (mean1 - mean2) / (share1 + share2).sqrt();
                        let freedom = (share1 + share2).powi(2)
                            / (share1.powi(2) / (count1 - 1.0) + share2.powi(2) / (count2 - 1.0));
                        Some(beta_cdf(freedom / (freedom + t * t), freedom / 2.0, 0.5))
                    }
                    _ => None,
                }
            })
            .collect();
        Ok(std::sync::Arc::new(results))
    }
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::value;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-13 * expected.abs(), "{found} is not {expected}");
    }

    #[test]
    fn known_values() {
        // Of whole parameters the distribution is a polynomial.
        close(beta_cdf(0.3, 1.0, 2.0), 1.0 - 0.7 * 0.7);
        close(beta_cdf(0.8, 2.0, 2.0), 0.8 * 0.8 * (3.0 - 1.6));
        close(beta_pdf(0.3, 2.0, 2.0), 6.0 * 0.3 * 0.7);
        close(beta_inv(0.51, 1.0, 2.0), 0.3);
        assert!((beta_cdf(0.5, 5_000.0, 5_000.0) - 0.5).abs() < 1e-10);
        assert_eq!(
            value("gamma(5), round(erf(1) + erfc(1), 12), round(loggamma(3) - log(2), 12)"),
            "24.0 | 1.0 | 0.0"
        );
    }

    #[test]
    fn equal_means_are_likely_and_distant_ones_are_not() {
        assert_eq!(value("welch_test(1, 2, 10, 1, 3, 12)"), "1.0");
        assert_eq!(value("welch_test(1, 1, 100, 9, 1, 100) < 1e-50"), "True");
        // A t of the two-sided five per cent point of ten degrees of freedom.
        assert_eq!(value("round(welch_test(0, 6, 6, 2.228138851986274 * sqrt(2), 6, 6), 10)"), "0.05");
    }

    #[test]
    fn outside_their_range_they_are_no_numbers() {
        assert_eq!(
            value("isnan(beta_cdf(1.5, 1, 1)), isnan(beta_inv(0, 1, 1)), isnan(beta_pdf(0.5, 0, 1))"),
            "True | True | True"
        );
        assert_eq!(value("beta_cdf(real(null), 1, 1)"), "null");
    }
}
