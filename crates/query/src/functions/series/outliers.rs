//! How far points are outside of where most of them are.
//!
//! Source: <https://learn.microsoft.com/kusto/query/series-outliers-function>

/// Between which parts of the points it is usual to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fences {
    /// A tenth of the points below, a tenth above.
    Tenths,
    /// A quarter of the points below, a quarter above.
    Quarters,
}

/// How far each value is outside of the fences around the points learnt from, in distances between the fences; below
/// them negative, between them 0.
pub(super) fn scores(learnt: &[f64], values: &[f64], fences: Fences) -> Vec<f64> {
    let mut sorted = learnt.to_vec();
    sorted.sort_by(f64::total_cmp);
    let part = match fences {
        Fences::Tenths => 0.1,
        Fences::Quarters => 0.25,
    };
    let (low, high) = (quantile(&sorted, part), quantile(&sorted, 1.0 - part));
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    let deviation = (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / count).sqrt();
    // Where nearly all points are equal, the fences are one, and the deviation says what is far.
    let distance = (high - low).max(deviation / 10.0);
    let score = |value: &f64| match *value {
        value if value > high => (value - high) / distance,
        value if value < low => (value - low) / distance,
        _ => 0.0,
    };
    // Differences that are rounding only are none.
    let scale = values.iter().fold(0.0_f64, |scale, value| scale.max(value.abs()));
    match distance > 1e-9 * scale {
        true => values.iter().map(score).collect(),
        false => vec![0.0; values.len()],
    }
}

/// The value below which a part of sorted values is, between two of them by proportion.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let place = part * last as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    sorted[below] + (sorted[above] - sorted[below]) * (place - place.floor())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_points_have_high_scores() {
        let mut points: Vec<f64> = (0..=10).map(f64::from).collect();
        assert_eq!(quantile(&points, 0.25), 2.5);
        points.push(25.0);
        let found = scores(&points[..11], &points, Fences::Quarters);
        assert_eq!((found[0], found[5], found[11]), (-0.5, 0.0, 3.5));
        let found = scores(&points[..11], &points, Fences::Tenths);
        assert_eq!((found[0], found[5], found[11]), (-0.125, 0.0, 2.0));
    }

    #[test]
    fn equal_points_have_none() {
        assert_eq!(scores(&[2.0; 5], &[2.0; 5], Fences::Tenths), [0.0; 5]);
        let mut spiked = vec![2.0; 50];
        spiked[7] = 9.0;
        let found = scores(&spiked, &spiked, Fences::Tenths);
        assert!(found[7] > 3.0 && found[8] == 0.0, "{found:?}");
        assert!(scores(&[], &[], Fences::Tenths).is_empty());
    }
}
