use weir_value::timespan::{TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MINUTE};

/// Bins that people use, longest first.
const BINS: [i64; 9] = [
    7 * TICKS_PER_DAY,
    TICKS_PER_DAY,
    12 * TICKS_PER_HOUR,
    6 * TICKS_PER_HOUR,
    TICKS_PER_HOUR,
    30 * TICKS_PER_MINUTE,
    15 * TICKS_PER_MINUTE,
    10 * TICKS_PER_MINUTE,
    5 * TICKS_PER_MINUTE,
];

/// A grid of so many times more places than there are times is none.
const SPARSE_MAX: usize = 4;
/// So many places are never too many.
const PLACES_FREE: usize = 62;
const PLACES_MAX: usize = 20_000;

/// The even grid that sorted times lie on, with the times nothing was answered for.
///
/// `summarize by bin(t, 1d)` gives no row for a day without traffic; a chart must show that day all the same.
/// Nothing when the times are on no grid, as raw timestamps are, or would be lost on it.
pub(super) fn grid(times: &[i64]) -> Option<Vec<i64>> {
    let (first, last) = (*times.first()?, *times.last()?);
    let steps = times.windows(2).map(|pair| pair[1] - pair[0]);
    // The distances of three times show their bin; two days far apart are days all the same.
    let bin = || BINS.into_iter().find(|bin| times.iter().all(|time| time % bin == 0));
    let step = steps.fold(if times.len() > 2 { 0 } else { bin().unwrap_or(0) }, gcd);
    if step <= 0 {
        return None;
    }
    let places = usize::try_from((last - first) / step).ok()? + 1;
    let places_max = (SPARSE_MAX * times.len()).clamp(PLACES_FREE, PLACES_MAX);
    (places <= places_max).then(|| (first..=last).step_by(step as usize).collect())
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = TICKS_PER_DAY;
    const MONDAY: i64 = 7 * DAY * 100_000;

    #[test]
    fn days_without_rows_have_a_place() {
        assert_eq!(grid(&[0, DAY, 3 * DAY]), Some(vec![0, DAY, 2 * DAY, 3 * DAY]));
        assert_eq!(grid(&[MONDAY + DAY, MONDAY + 21 * DAY]).map(|grid| grid.len()), Some(21));
        assert_eq!(grid(&[MONDAY, MONDAY + 7 * DAY]).map(|grid| grid.len()), Some(2));
        assert_eq!(grid(&[5]), None);
        assert_eq!(grid(&[DAY]), Some(vec![DAY]));
    }

    #[test]
    fn odd_bins_are_found_by_their_distance() {
        let step = 28 * TICKS_PER_MINUTE;
        assert_eq!(grid(&[step, 2 * step, 4 * step]).map(|grid| grid.len()), Some(4));
    }

    #[test]
    fn raw_timestamps_and_months_are_on_no_grid() {
        let raw: Vec<i64> = (0..100).map(|i| i * 61_234_567 + i * i * 1_003).collect();
        assert_eq!(grid(&raw), None);
        let months: Vec<i64> =
            [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334].map(|d| d * DAY).to_vec();
        assert_eq!(grid(&months), None);
    }
}
