//! From values to places on an axis, and where its labels stand.

use weir_value::datetime::{from_civil, to_civil};
use weir_value::timespan::{TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MINUTE, TICKS_PER_SECOND};

use crate::label::{self, TimeStep};
use crate::model::Unit;

/// An axis of numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    /// The value at the beginning.
    pub min: f64,
    /// The value at the end.
    pub max: f64,
    /// Whether equal distances are equal factors.
    pub log: bool,
    /// Values with a label, ascending.
    pub ticks: Vec<f64>,
}

/// What an axis is to show.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// The least value.
    pub low: f64,
    /// The largest value.
    pub high: f64,
    /// Where the axis must begin.
    pub min: Option<f64>,
    /// Where the axis must end.
    pub max: Option<f64>,
    /// Whether equal distances are equal factors.
    pub log: bool,
    /// What the values are.
    pub unit: Unit,
    /// About so many labels.
    pub ticks: usize,
}

impl Scale {
    /// An axis that shows what is wanted and begins and ends at round numbers unless told otherwise.
    pub fn new(wanted: &Wanted) -> Scale {
        if wanted.log && wanted.max.unwrap_or(wanted.high) > 0.0 {
            Self::log(wanted)
        } else {
            Self::linear(wanted)
        }
    }

    fn linear(wanted: &Wanted) -> Scale {
        let (mut low, mut high) = (wanted.min.unwrap_or(wanted.low), wanted.max.unwrap_or(wanted.high));
        if low > high {
            (low, high) = (high, low);
        }
        if low == high {
            // A lone value stands between two labels.
            let room = if low == 0.0 { 1.0 } else { low.abs() / 2.0 };
            (low, high) = (if low == 0.0 { 0.0 } else { low - room }, high + room);
        }
        let count = wanted.ticks.max(1) as f64;
        let base = match wanted.unit {
            Unit::Seconds => label::span_unit(low.abs().max(high.abs())).0,
            Unit::Number | Unit::Percent => 1.0,
        };
        let step = nice((high / count - low / count) / base) * base;
        let first = (low / step).floor();
        let last = (high / step).ceil();
        let min = wanted.min.map_or(tidy(first * step).max(f64::MIN), |_| low);
        let max = wanted.max.map_or(tidy(last * step).min(f64::MAX), |_| high);
        let ticks = (0..=(last - first) as usize).map(|i| tidy((first + i as f64) * step));
        // An explicit bound may lie between two ticks.
        let ticks = ticks.filter(|tick| (min..=max).contains(tick)).collect();
        Scale { min, max, log: false, ticks }
    }

    fn log(wanted: &Wanted) -> Scale {
        let high = wanted.max.unwrap_or(wanted.high);
        let low = wanted.min.unwrap_or(wanted.low);
        let low = if low > 0.0 { low.min(high) } else { (high / 1e3).min(1.0) };
        let first = if wanted.min.is_some_and(|min| min > 0.0) { low.log10() } else { low.log10().floor() };
        let mut last = if wanted.max.is_some() { high.log10() } else { high.log10().ceil() };
        if last <= first {
            last = first + 1.0;
        }
        let decades = (first.ceil() as i32..=last.floor() as i32).collect::<Vec<i32>>();
        let every = decades.len().div_ceil(wanted.ticks.max(1)).max(1);
        let ticks = decades.iter().step_by(every).map(|decade| 10_f64.powi(*decade)).collect();
        Scale { min: 10_f64.powf(first), max: 10_f64.powf(last), log: true, ticks }
    }

    /// Where a value stands: 0 at the beginning, 1 at the end, kept within.
    ///
    /// Nothing for what a logarithmic axis does not hold.
    pub fn place(&self, value: f64) -> Option<f64> {
        let place = if self.log {
            if value <= 0.0 {
                return None;
            }
            (value.log10() - self.min.log10()) / (self.max.log10() - self.min.log10())
        } else {
            // Halves, so that the distance of the largest numbers is still a number.
            (value / 2.0 - self.min / 2.0) / (self.max / 2.0 - self.min / 2.0)
        };
        Some(if place.is_nan() { 0.0 } else { place.clamp(0.0, 1.0) })
    }

    /// The labels of its ticks.
    pub fn labels(&self, unit: Unit) -> Vec<String> {
        if self.log {
            // Each decade has its own prefix.
            return self.ticks.iter().map(|tick| label::short_value(*tick, unit)).collect();
        }
        label::ticks(&self.ticks, unit)
    }

    /// The axis, made a little longer so that zero lies between two of so many cells.
    pub fn with_zero_between(mut self, cells: usize) -> Scale {
        if self.log || self.min >= 0.0 || self.max <= 0.0 || cells < 2 {
            return self;
        }
        let below = (self.base() * cells as f64).round().clamp(1.0, cells as f64 - 1.0);
        let above = cells as f64 - below;
        let value_per_cell = (self.max / above).max(-self.min / below);
        (self.min, self.max) = (-value_per_cell * below, value_per_cell * above);
        self
    }

    /// Where strips begin: at zero, or as near to it as the axis comes.
    pub fn base(&self) -> f64 {
        if self.log { 0.0 } else { self.place(0.0).unwrap_or(0.0) }
    }
}

/// The next of 1, 2, 5, 10 … that is no less.
fn nice(step: f64) -> f64 {
    if !step.is_finite() || step <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(step.log10().floor());
    let lead = step / power;
    let lead = [1.0, 2.0, 5.0].into_iter().find(|nice| lead <= nice * 1.000_001).unwrap_or(10.0);
    tidy(lead * power)
}

/// The number without the last digits, in which products of fractions err.
fn tidy(value: f64) -> f64 {
    format!("{value:.12e}").parse().unwrap_or(value)
}

const STEPS: [i64; 27] = [
    TICKS_PER_SECOND / 1_000,
    TICKS_PER_SECOND / 200,
    TICKS_PER_SECOND / 100,
    TICKS_PER_SECOND / 20,
    TICKS_PER_SECOND / 10,
    TICKS_PER_SECOND / 2,
    TICKS_PER_SECOND,
    2 * TICKS_PER_SECOND,
    5 * TICKS_PER_SECOND,
    10 * TICKS_PER_SECOND,
    15 * TICKS_PER_SECOND,
    30 * TICKS_PER_SECOND,
    TICKS_PER_MINUTE,
    2 * TICKS_PER_MINUTE,
    5 * TICKS_PER_MINUTE,
    10 * TICKS_PER_MINUTE,
    15 * TICKS_PER_MINUTE,
    30 * TICKS_PER_MINUTE,
    TICKS_PER_HOUR,
    2 * TICKS_PER_HOUR,
    3 * TICKS_PER_HOUR,
    6 * TICKS_PER_HOUR,
    12 * TICKS_PER_HOUR,
    TICKS_PER_DAY,
    2 * TICKS_PER_DAY,
    7 * TICKS_PER_DAY,
    14 * TICKS_PER_DAY,
];
const MONTHS: [u32; 13] = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1_200, 2_400, 6_000];

/// Distances between labels on an axis of times, shortest first.
pub fn time_steps() -> impl Iterator<Item = TimeStep> {
    let days = STEPS.into_iter().map(TimeStep::Ticks);
    days.chain(MONTHS.into_iter().map(TimeStep::Months))
}

impl TimeStep {
    /// Its first multiple that is no earlier; nothing behind the last datetime.
    pub fn first_from(self, ticks: i64) -> Option<i64> {
        match self {
            TimeStep::Ticks(step) => {
                let before = ticks.div_euclid(step) * step;
                if before == ticks { Some(ticks) } else { before.checked_add(step) }
            }
            TimeStep::Months(months) => {
                let civil = to_civil(ticks);
                let step = i64::from(months);
                let is_first = civil.day == 1 && civil.time == 0;
                let month = month_number(civil.year, civil.month) + i64::from(!is_first);
                // The year 0 has no datetime.
                let month = (month.div_euclid(step) + i64::from(month % step != 0)) * step;
                let month =
                    if month < 12 { month + step * (12 - month).div_euclid(step).max(1) } else { month };
                from_civil(i32::try_from(month / 12).ok()?, (month % 12) as u32 + 1, 1, 0)
            }
        }
    }

    /// Its last multiple that is no later, or the first datetime.
    pub fn last_until(self, ticks: i64) -> i64 {
        match self {
            TimeStep::Ticks(step) => ticks.div_euclid(step) * step,
            TimeStep::Months(months) => {
                let civil = to_civil(ticks);
                let month = month_number(civil.year, civil.month);
                let month = month - month % i64::from(months);
                let year = i32::try_from(month / 12).unwrap_or_default();
                from_civil(year, (month % 12) as u32 + 1, 1, 0).unwrap_or(weir_value::datetime::MIN)
            }
        }
    }

    /// Its multiples between two times.
    pub fn between(self, first: i64, last: i64) -> Vec<i64> {
        let next = |time: &i64| self.first_from(time.checked_add(1)?);
        std::iter::successors(self.first_from(first), next).take_while(|time| *time <= last).collect()
    }
}

/// Months since the year 0.
fn month_number(year: i32, month: u32) -> i64 {
    i64::from(year) * 12 + i64::from(month) - 1
}

/// At most so many labelled times between two, and how far they are apart.
pub fn time_ticks(first: i64, last: i64, count_max: usize) -> (Vec<i64>, TimeStep) {
    let span = last.saturating_sub(first);
    for step in time_steps() {
        let length = match step {
            TimeStep::Ticks(ticks) => ticks,
            TimeStep::Months(months) => i64::from(months) * 28 * TICKS_PER_DAY,
        };
        if span / length > count_max as i64 {
            continue;
        }
        let ticks = step.between(first, last);
        if ticks.len() <= count_max.max(1) {
            return (ticks, step);
        }
    }
    (vec![first], TimeStep::Months(6_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_value::datetime;

    fn wanted(low: f64, high: f64) -> Wanted {
        Wanted { low, high, min: None, max: None, log: false, unit: Unit::Number, ticks: 5 }
    }

    #[test]
    fn axes_end_at_round_numbers_and_hold_their_values() {
        for (low, high) in [(0.0, 97.0), (0.0, 1_204.0), (-3.0, 4.0), (0.0, 0.0), (7.0, 7.0), (-1e-9, 0.3)] {
            let scale = Scale::new(&wanted(low, high));
            assert!(scale.min <= low && scale.max >= high, "{scale:?}");
            assert!((2..=8).contains(&scale.ticks.len()), "{scale:?}");
        }
        assert_eq!(Scale::new(&wanted(0.0, 97.0)).ticks, [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(Scale::new(&wanted(0.0, 0.3)).ticks.last(), Some(&0.3));
    }

    #[test]
    fn the_largest_numbers_have_a_place() {
        let scale = Scale::new(&wanted(-1e308, 1e308));
        assert_eq!(scale.place(0.0), Some(0.5));
        let scale = Scale::new(&wanted(0.0, f64::MAX));
        assert!(scale.place(f64::MAX).is_some_and(|place| place > 0.0));
    }

    #[test]
    fn zero_comes_to_lie_between_two_cells() {
        let scale = Scale::new(&wanted(-7.0, 31.0)).with_zero_between(16);
        assert_eq!((scale.base() * 16.0).fract(), 0.0);
        assert!(scale.min <= -7.0 && scale.max >= 31.0);
        assert_eq!(Scale::new(&wanted(0.0, 31.0)).with_zero_between(16), Scale::new(&wanted(0.0, 31.0)));
    }

    #[test]
    fn bounds_are_kept() {
        let scale = Scale::new(&Wanted { min: Some(3.0), max: Some(42.0), ..wanted(0.0, 97.0) });
        assert_eq!((scale.min, scale.max), (3.0, 42.0));
        assert!(scale.ticks.iter().all(|tick| (3.0..=42.0).contains(tick)));
        assert_eq!(scale.place(97.0), Some(1.0));
    }

    #[test]
    fn logarithmic_axes_have_a_label_for_each_decade() {
        let scale = Scale::new(&Wanted { log: true, ..wanted(3.0, 4_000.0) });
        assert_eq!(scale.ticks, [1.0, 10.0, 100.0, 1_000.0, 10_000.0]);
        assert_eq!(scale.place(100.0), Some(0.5));
        assert_eq!(scale.place(0.0), None);
        let zero = Scale::new(&Wanted { log: true, ..wanted(0.0, 0.0) });
        assert!(!zero.log);
    }

    #[test]
    fn times_are_labelled_at_round_times() {
        let at = |text| datetime::parse(text).unwrap();
        let labels = |first, last, count| {
            let (ticks, step) = time_ticks(at(first), at(last), count);
            ticks.into_iter().map(|t| label::time_tick(t, step)).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(labels("2024-11-18", "2024-11-18T06:00", 7), "11-18 01:00 02:00 03:00 04:00 05:00 06:00");
        assert_eq!(labels("2024-11-18T09:00", "2024-11-19T09:00", 5), "12:00 18:00 11-19 06:00");
        assert_eq!(labels("2024-01-15", "2024-12-15", 6), "2024-03 2024-05 2024-07 2024-09 2024-11");
        assert!(labels("0001-01-01", "9999-12-31", 5).split(' ').count() <= 5);
        assert_eq!(labels("2024-11-18", "2024-11-18", 5), "11-18");
    }
}
