//! `series_fft` and `series_ifft`: series as sums of waves and back.
//!
//! Source: <https://learn.microsoft.com/kusto/query/series-fft-function>

use std::f64::consts::TAU;

use weir_value::KustoType;
use weir_value::dynamic::View;

use super::{all_numbers, pack_reals};
use crate::kernel;
use crate::kernel::{Column, Dyn, Kernel, PackedOut};

/// The columns of both functions.
pub(super) static FORTH: [(&str, &Kernel); 2] = [("real", &FFT_REAL), ("imag", &FFT_IMAGINARY)];
pub(super) static BACK: [(&str, &Kernel); 2] = [("real", &IFFT_REAL), ("imag", &IFFT_IMAGINARY)];

/// A number of two parts.
type Complex = (f64, f64);

macro_rules! transform {
    ($kernel:ident, $name:literal, $back:literal, |$part:ident| $value:expr) => {
        kernel!($kernel = $name -> Dynamic, |a, n| {
            let (real, imaginary) = (Column::<Dyn>::of(&a[0])?, Column::<Dyn>::of(&a[1])?);
            let mut out = PackedOut::new(n);
            for row in crate::limits::rows(n) {
                match points(real.get(row), imaginary.get(row)) {
                    Some(points) => out.pack(|bytes| {
                        pack_reals(bytes, transformed(points, $back).into_iter().map(|$part| Some($value)));
                    }),
                    None => out.push_null(),
                }
            }
            Ok(out.finish())
        });
    };
}

transform!(FFT_REAL, "kql_series_fft_real", false, |part| part.0);
transform!(FFT_IMAGINARY, "kql_series_fft_imag", false, |part| part.1);
transform!(IFFT_REAL, "kql_series_ifft_real", true, |part| part.0);
transform!(IFFT_IMAGINARY, "kql_series_ifft_imag", true, |part| part.1);

/// The points of a series; without an imaginary part those are real.
fn points(real: Option<View<'_>>, imaginary: Option<View<'_>>) -> Option<Vec<Complex>> {
    let real = all_numbers(real?)?;
    let imaginary = match imaginary {
        Some(imaginary) => all_numbers(imaginary).filter(|imaginary| imaginary.len() == real.len())?,
        None => vec![0.0; real.len()],
    };
    Some(real.into_iter().zip(imaginary).collect())
}

/// The transform of a series of any length; the way back divides by the length.
fn transformed(points: Vec<Complex>, back: bool) -> Vec<Complex> {
    let count = points.len();
    let sign = if back { 1.0 } else { -1.0 };
    let mut result = match count.is_power_of_two() {
        true => by_halves(points, sign),
        false => by_chirps(&points, sign),
    };
    if back {
        for part in &mut result {
            *part = (part.0 / count as f64, part.1 / count as f64);
        }
    }
    result
}

fn times(a: Complex, b: Complex) -> Complex {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

fn turned(angle: f64) -> Complex {
    (angle.cos(), angle.sin())
}

/// Of a length that is a power of two: of both halves, put together (Cooley and Tukey).
fn by_halves(mut points: Vec<Complex>, sign: f64) -> Vec<Complex> {
    let count = points.len();
    let bits = count.trailing_zeros();
    for place in 0..count {
        let other = if bits == 0 { 0 } else { place.reverse_bits() >> (usize::BITS - bits) };
        if other > place {
            points.swap(place, other);
        }
    }
    let mut width = 2;
    while width <= count {
        for start in (0..count).step_by(width) {
            for place in 0..width / 2 {
                let turn = turned(sign * TAU * place as f64 / width as f64);
                let (even, odd) = (points[start + place], times(points[start + place + width / 2], turn));
                points[start + place] = (even.0 + odd.0, even.1 + odd.1);
                points[start + place + width / 2] = (even.0 - odd.0, even.1 - odd.1);
            }
        }
        width *= 2;
    }
    points
}

/// Of any length: as a convolution, which has a length that is a power of two (Bluestein).
fn by_chirps(points: &[Complex], sign: f64) -> Vec<Complex> {
    let count = points.len();
    // The square of a place turns round after twice the length; so it stays exact.
    let chirp =
        |place: usize| turned(sign * TAU / 2.0 * ((place * place) % (2 * count)) as f64 / count as f64);
    let length = (2 * count).next_power_of_two();
    let (mut left, mut right) = (vec![(0.0, 0.0); length], vec![(0.0, 0.0); length]);
    for (place, point) in points.iter().enumerate() {
        left[place] = times(*point, chirp(place));
        let (real, imaginary) = chirp(place);
        right[place] = (real, -imaginary);
        if place > 0 {
            right[length - place] = (real, -imaginary);
        }
    }
    let (left, right) = (by_halves(left, -1.0), by_halves(right, -1.0));
    let product = left.into_iter().zip(right).map(|(a, b)| times(a, b)).collect();
    let folded = by_halves(product, 1.0);
    (0..count)
        .map(|place| {
            let part = times(folded[place], chirp(place));
            (part.0 / length as f64, part.1 / length as f64)
        })
        .collect()
}

/// The type of both arguments.
pub(super) const KINDS: [KustoType; 2] = [KustoType::Dynamic, KustoType::Dynamic];

#[cfg(test)]
mod tests {
    use super::transformed;
    use crate::testing::{answer, refused, rows};

    #[test]
    fn any_length_there_and_back() {
        for count in [1_usize, 2, 3, 5, 8, 12, 31] {
            let points: Vec<(f64, f64)> = (0..count).map(|n| ((n * n % 7) as f64, n as f64 / 3.0)).collect();
            let there = transformed(points.clone(), false);
            // By the definition.
            for (k, part) in there.iter().enumerate() {
                let sum = points.iter().enumerate().fold((0.0, 0.0), |sum, (n, point)| {
                    let angle = -std::f64::consts::TAU * (k * n) as f64 / count as f64;
                    let turned = super::times(*point, super::turned(angle));
                    (sum.0 + turned.0, sum.1 + turned.1)
                });
                assert!((part.0 - sum.0).abs() < 1e-9 && (part.1 - sum.1).abs() < 1e-9, "{count} {k}");
            }
            for (point, back) in points.iter().zip(transformed(there, true)) {
                assert!((point.0 - back.0).abs() < 1e-9 && (point.1 - back.1).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn two_columns_of_names_as_the_original_has_them() {
        assert_eq!(
            answer("print y = dynamic([1, 0, -1, 0]) | extend series_fft(y)"),
            "y:dynamic, series_fft_y_real:dynamic, series_fft_y_imag:dynamic\n[1,0,-1,0] | [0.0,2.0,0.0,2.0] | [0.0,0.0,0.0,0.0]"
        );
        assert_eq!(
            rows(
                "print y = dynamic([4, 0]) | extend (r, i) = series_fft(y) | project (b, c) = series_ifft(r, i)"
            ),
            "[4.0,0.0] | [0.0,0.0]"
        );
        assert_eq!(rows("print y = dynamic([1, 'x']) | project series_fft(y)"), "null | null");
        assert!(refused("print y = 'x' | extend series_fft(y)").contains("KS107"));
    }
}
