//! What both drawings need of a plot: how far its values reach, where its places lie, what fits.

use crate::label::{self, TimeStep};
use crate::model::{Mark, Places, Plot, Point, Series, Stacking, Unit};
use crate::scale::{Scale, Wanted, time_steps, time_ticks};

/// Lines begin at zero unless their least value is above this part of the largest.
const ZERO_UNLESS: f64 = 0.7;

/// The axis of the values.
pub(crate) fn y_scale(plot: &Plot, ticks: usize) -> Scale {
    let (low, high) = extent(plot);
    let percent = plot.unit == Unit::Percent && plot.y_max.is_none();
    Scale::new(&Wanted {
        low,
        high: if percent { high.min(100.0) } else { high },
        min: plot.y_min,
        max: plot.y_max,
        log: plot.log_y,
        unit: plot.unit,
        ticks,
    })
}

/// The least and the largest value that is drawn.
fn extent(plot: &Plot) -> (f64, f64) {
    let is_stacked = plot.stacking != Stacking::Apart;
    let from_zero = is_stacked || matches!(plot.mark, Mark::Column | Mark::Bar | Mark::Area | Mark::Pie);
    let mut range: Option<(f64, f64)> = None;
    let mut see = |y: f64| {
        if !plot.log_y || y > 0.0 {
            range = Some(range.map_or((y, y), |(low, high)| (low.min(y), high.max(y))));
        }
    };
    if is_stacked {
        for at in 0..plot.places.len() {
            for part in stack(plot, at) {
                see(part.to);
            }
        }
    } else {
        plot.series.iter().flat_map(|series| &series.points).filter_map(|point| point.y).for_each(see);
    }
    let (low, high) = range.unwrap_or((0.0, 0.0));
    // A lone value is compared with nothing but zero.
    if plot.log_y || !from_zero && low > high * ZERO_UNLESS && low > 0.0 && low < high {
        return (low, high);
    }
    if from_zero || low > 0.0 { (low.min(0.0), high.max(0.0)) } else { (low, high) }
}

/// A strip of a place: the series and the values between which it is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Part {
    pub(crate) series: usize,
    pub(crate) from: f64,
    pub(crate) to: f64,
}

/// The strips of a place, one on the other; what is below zero hangs from it.
pub(crate) fn stack(plot: &Plot, at: usize) -> impl Iterator<Item = Part> {
    let (mut above, mut below) = (0.0_f64, 0.0_f64);
    plot.series.iter().enumerate().filter_map(move |(number, series)| {
        let y = series.points.get(at)?.y?;
        let end = if y < 0.0 { &mut below } else { &mut above };
        let from = *end;
        *end = (from + y).clamp(f64::MIN, f64::MAX);
        Some(Part { series: number, from, to: *end })
    })
}

/// The strips of a place, each from zero.
pub(crate) fn apart(plot: &Plot, at: usize) -> impl Iterator<Item = Part> {
    plot.series.iter().enumerate().filter_map(move |(number, series)| {
        let to = series.points.get(at)?.y?;
        Some(Part { series: number, from: 0.0, to })
    })
}

/// The plot with at most so many places, neighbours taken together; names are left as they are.
///
/// Times are taken together by hours, days or whatever does, from round times on. Values are added up where they may
/// be. Otherwise the one furthest from zero stands for all, and the mean for parts of a hundred.
pub(crate) fn merged(plot: &Plot, places_max: usize) -> Plot {
    let places_max = places_max.max(1);
    if plot.places.len() <= places_max {
        return plot.clone();
    }
    // The new places, the new number of each old one, and how much a new one holds.
    let (places, numbers, held) = match &plot.places {
        Places::Names(_) => return plot.clone(),
        Places::Numbers(numbers, unit) => {
            let together = numbers.len().div_ceil(places_max);
            let kept = numbers.iter().copied().step_by(together).collect();
            let number = (0..numbers.len()).map(|at| at / together).collect::<Vec<usize>>();
            (Places::Numbers(kept, *unit), number, format!("{together} neighbours"))
        }
        Places::Times(times) => {
            let Some((kept, step)) = rounder_times(times, places_max) else { return plot.clone() };
            let number = times.iter().map(|time| kept.partition_point(|from| from <= time).saturating_sub(1));
            (Places::Times(kept.clone()), number.collect(), label::time_step(step))
        }
    };
    let (what, take): (&str, fn(&[f64]) -> f64) = match (plot.unit, plot.additive) {
        (Unit::Percent, _) => ("the mean", |ys| ys.iter().map(|y| y / ys.len() as f64).sum()),
        (_, true) => ("the sum", |ys| ys.iter().sum::<f64>().clamp(f64::MIN, f64::MAX)),
        (_, false) => ("the largest value", |ys| {
            ys.iter().copied().max_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap_or(0.0)
        }),
    };
    let merge = |series: &Series| {
        let mut values: Vec<Vec<f64>> = vec![Vec::new(); places.len()];
        for point in &series.points {
            let new = numbers.get(point.at).and_then(|number| values.get_mut(*number));
            if let (Some(values), Some(y)) = (new, point.y) {
                values.push(y);
            }
        }
        let points = values.iter().enumerate().map(|(at, ys)| {
            let y = if ys.is_empty() { None } else { Some(take(ys)) };
            Point { at, y }
        });
        Series { points: points.collect(), ..series.clone() }
    };
    let series = plot.series.iter().map(merge).collect();
    let mut plot = Plot { places, series, ..plot.clone() };
    plot.notes.push(format!("shown is {what} of each {held}"));
    plot
}

/// At most so many round times, at even distances, from the first time on or before.
fn rounder_times(times: &[i64], count_max: usize) -> Option<(Vec<i64>, TimeStep)> {
    let (first, last) = (*times.first()?, *times.last()?);
    for step in time_steps() {
        let from = step.last_until(first);
        if let TimeStep::Ticks(ticks) = step
            && (last - from) / ticks >= count_max as i64
        {
            continue;
        }
        let kept = step.between(from, last);
        if kept.len() <= count_max {
            return Some((kept, step));
        }
    }
    None
}

/// The x axis of lines, areas and points.
pub(crate) struct XAxis {
    /// Where each place lies, 0 at the beginning and 1 at the end.
    pub(crate) places: Vec<f64>,
    /// Where the labels stand, and what they say.
    pub(crate) ticks: Vec<(f64, String)>,
    /// What the labels leave out.
    pub(crate) context: String,
}

/// Where places lie on an axis to scale, with about so many labels.
pub(crate) fn x_axis(plot: &Plot, ticks_max: usize) -> XAxis {
    match &plot.places {
        Places::Names(names) => {
            let middle = |at: usize| (at as f64 + 0.5) / names.len() as f64;
            XAxis {
                places: (0..names.len()).map(middle).collect(),
                ticks: names.iter().enumerate().map(|(at, name)| (middle(at), name.clone())).collect(),
                context: String::new(),
            }
        }
        Places::Times(times) => {
            let (Some(first), Some(last)) = (times.first().copied(), times.last().copied()) else {
                return XAxis { places: Vec::new(), ticks: Vec::new(), context: String::new() };
            };
            let place =
                |time: i64| if first == last { 0.5 } else { (time - first) as f64 / (last - first) as f64 };
            let (ticks, step) = time_ticks(first, last, ticks_max);
            let (ticks, step) = if first == last { (vec![first], TimeStep::Ticks(1)) } else { (ticks, step) };
            let label = |time: i64| {
                if first == last { label::time_in_full(time) } else { label::time_tick(time, step) }
            };
            XAxis {
                places: times.iter().map(|time| place(*time)).collect(),
                ticks: ticks.into_iter().map(|time| (place(time), label(time))).collect(),
                context: if first == last { String::new() } else { label::time_context(first, last, step) },
            }
        }
        Places::Numbers(numbers, unit) => {
            let positive = || numbers.iter().copied().find(|number| *number > 0.0);
            let low = if plot.log_x { positive() } else { numbers.first().copied() }.unwrap_or(0.0);
            let high = numbers.last().copied().unwrap_or(0.0);
            let mut scale = Scale::new(&Wanted {
                low,
                high,
                min: None,
                max: None,
                log: plot.log_x,
                unit: *unit,
                ticks: ticks_max,
            });
            // The axis ends with its values; only labels are round.
            if !scale.log && low < high {
                (scale.min, scale.max) = (low, high);
                scale.ticks.retain(|tick| (low..=high).contains(tick));
            }
            let labels = scale.labels(*unit);
            let place = |number: f64| scale.place(number).unwrap_or(0.0);
            XAxis {
                places: numbers.iter().map(|number| place(*number)).collect(),
                ticks: scale.ticks.iter().map(|tick| place(*tick)).zip(labels).collect(),
                context: String::new(),
            }
        }
    }
}

/// The labels of strips at even distances, as many as fit, and what they leave out.
///
/// `distance` is from one strip to the next; `width` measures a label with the room around it.
pub(crate) fn strip_labels(
    places: &Places,
    distance: f64,
    width: &dyn Fn(&str) -> f64,
) -> (Vec<Option<String>>, String) {
    let every = |labels: Vec<String>| -> Vec<Option<String>> {
        let widest = labels.iter().map(|label| width(label)).fold(0.0, f64::max);
        let step = if distance > 0.0 { (widest / distance).ceil().max(1.0) as usize } else { 1 };
        labels.into_iter().enumerate().map(|(at, label)| (at % step == 0).then_some(label)).collect()
    };
    let times = match places {
        Places::Names(names) => return (every(names.clone()), String::new()),
        Places::Numbers(numbers, unit) => return (every(label::ticks(numbers, *unit)), String::new()),
        Places::Times(times) => times,
    };
    let (Some(first), Some(last)) = (times.first().copied(), times.last().copied()) else {
        return (Vec::new(), String::new());
    };
    if first == last {
        return (vec![Some(label::time_in_full(first))], String::new());
    }
    let total = distance * times.len() as f64;
    let usual = times.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap_or(1);
    // The time at which a place is labelled: a strip stands for all times up to the next one.
    let labelled = |at: usize, step: TimeStep| {
        let next = times.get(at + 1).copied().unwrap_or(last.saturating_add(usual));
        step.first_from(times[at]).filter(|time| *time < next)
    };
    // The shortest step whose labels fit; at least two of them, or nobody could read the axis.
    for step in time_steps() {
        let at: Vec<(usize, String)> = (0..times.len())
            .filter_map(|at| labelled(at, step).map(|time| (at, label::time_tick(time, step))))
            .collect();
        if at.len() < 2 {
            continue;
        }
        let widest = at.iter().map(|(_, text)| width(text)).fold(0.0, f64::max);
        let nearest = at.windows(2).map(|pair| pair[1].0 - pair[0].0).min();
        let fits = nearest.map_or(widest <= total, |nearest| widest <= nearest as f64 * distance);
        // `14:00` does not tell one day from the next.
        let differ = at.windows(2).all(|pair| pair[0].1 != pair[1].1);
        if fits && differ {
            let mut labels = vec![None; times.len()];
            at.into_iter().for_each(|(at, text)| labels[at] = Some(text));
            return (labels, label::time_context(first, last, step));
        }
    }
    (every(times.iter().map(|time| label::time_in_full(*time)).collect()), String::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_value::timespan::{TICKS_PER_DAY, TICKS_PER_HOUR};

    fn shown(places: &Places, distance: f64) -> String {
        let (labels, context) = strip_labels(places, distance, &|label| label.len() as f64 + 1.0);
        labels.into_iter().map(|label| label.unwrap_or(".".into())).collect::<Vec<_>>().join(" ")
            + " | "
            + &context
    }

    #[test]
    fn strips_over_time_are_labelled_at_round_times() {
        let start = weir_value::datetime::parse("2024-11-18").unwrap();
        let days = Places::Times((0..8).map(|day| start + day * TICKS_PER_DAY).collect());
        assert_eq!(shown(&days, 8.0), "11-18 11-19 11-20 11-21 11-22 11-23 11-24 11-25 | 2024");
        assert_eq!(shown(&days, 3.0), ". 11-19 . 11-21 . 11-23 . 11-25 | 2024");
        let hours = Places::Times((9..15).map(|hour| start + hour * TICKS_PER_HOUR).collect());
        assert_eq!(shown(&hours, 6.0), "09:00 10:00 11:00 12:00 13:00 14:00 | 2024-11-18");
        assert_eq!(shown(&hours, 2.0), "09:00 . . 12:00 . . | 2024-11-18");
        assert_eq!(shown(&Places::Times(vec![start]), 20.0), "2024-11-18 | ");
    }

    #[test]
    fn times_are_taken_together_from_round_times_on() {
        let at = |text| weir_value::datetime::parse(text).unwrap();
        let minutes: Vec<i64> = (0..600).map(|i| at("2024-11-18T10:07") + i * TICKS_PER_HOUR / 60).collect();
        let (kept, step) = rounder_times(&minutes, 12).unwrap();
        assert_eq!(label::time_step(step), "hour");
        assert_eq!((kept.len(), kept[0]), (11, at("2024-11-18T10:00")));
        let days: Vec<i64> = (0..800).map(|day| at("2023-01-15") + day * TICKS_PER_DAY).collect();
        let (kept, step) = rounder_times(&days, 30).unwrap();
        assert_eq!((label::time_step(step).as_str(), kept.len(), kept[0]), ("month", 27, at("2023-01-01")));
        assert!(rounder_times(&[0, weir_value::datetime::MAX], 1).is_none());
    }

    #[test]
    fn names_are_thinned_when_there_is_no_room() {
        let names = Places::Names(["a", "b", "c", "d", "e"].map(String::from).to_vec());
        assert_eq!(shown(&names, 2.0), "a b c d e | ");
        assert_eq!(shown(&names, 1.0), "a . c . e | ");
    }
}
