//! What comes again in a series.

/// Points times places that are compared: what a long series is searched for is shorter.
const COMPARISONS_MAX: usize = 50_000_000;
/// The shortest period that is looked for.
const PERIOD_MIN: usize = 3;

/// The average at each place of a period, repeated; zeros where there is no period, or no two of it.
pub(super) fn season(left: &[f64], period: usize, length: usize) -> Vec<f64> {
    if period < 2 || left.len() < 2 * period {
        return vec![0.0; length];
    }
    let mut sums = vec![(0.0, 0.0); period];
    for (place, value) in left.iter().enumerate() {
        let (sum, count) = &mut sums[place % period];
        *sum += value;
        *count += 1.0;
    }
    let averages: Vec<f64> = sums.iter().map(|(sum, count)| sum / count).collect();
    let level = averages.iter().sum::<f64>() / period as f64;
    (0..length).map(|place| averages[place % period] - level).collect()
}

/// The period at which a series resembles itself most, by the correlation of its points with those a period later;
/// nothing where that is less than `score_min`. Of a period and its multiples, the shortest.
pub(super) fn period(left: &[f64], score_min: f64) -> Option<usize> {
    let most = (left.len() / 2).min(COMPARISONS_MAX / left.len().max(1));
    let mean = left.iter().sum::<f64>() / left.len().max(1) as f64;
    let variance = left.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / left.len() as f64;
    // What is flat but for rounding has no period.
    let scale = left.iter().fold(0.0_f64, |scale, value| scale.max(value.abs()));
    if most < PERIOD_MIN || !(variance.sqrt() > 1e-9 * scale) {
        return None;
    }
    let score = |period: usize| {
        let pairs = left.iter().zip(&left[period..]);
        let together: f64 = pairs.map(|(early, late)| (early - mean) * (late - mean)).sum();
        together / (left.len() - period) as f64 / variance
    };
    let scores: Vec<f64> = (0..=most).map(score).collect();
    let is_peak = |place: usize| {
        let behind = scores.get(place + 1).copied().unwrap_or(f64::NEG_INFINITY);
        scores[place] >= scores[place - 1] && scores[place] >= behind
    };
    let peaks: Vec<usize> = (PERIOD_MIN..=most).filter(|place| is_peak(*place)).collect();
    let best = peaks.iter().map(|place| scores[*place]).fold(f64::NEG_INFINITY, f64::max);
    peaks.into_iter().find(|place| scores[*place] >= score_min && scores[*place] >= 0.95 * best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_again_has_a_period() {
        let wave: Vec<f64> = (0..200).map(|n| (f64::from(n) * std::f64::consts::TAU / 24.0).sin()).collect();
        assert_eq!(period(&wave, 0.6), Some(24));
        let week: Vec<f64> = (0..70).map(|n| f64::from(u8::from(n % 7 >= 5))).collect();
        assert_eq!(period(&week, 0.6), Some(7));
    }

    #[test]
    fn what_does_not_has_none() {
        assert_eq!(period(&[], 0.6), None);
        assert_eq!(period(&[1.0; 50], 0.6), None);
        let mut state = 1_u64;
        let mut random = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f64
        };
        let noise: Vec<f64> = (0..200).map(|_| random()).collect();
        assert_eq!(period(&noise, 0.6), None);
        assert_eq!(season(&[1.0, 2.0, 3.0], 2, 3), [0.0; 3]);
    }
}
