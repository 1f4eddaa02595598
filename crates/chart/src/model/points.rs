use std::collections::BTreeMap;

use super::limit::Kept;
use super::read::Rows;
use super::{Plot, Point, Series, Unit};

/// A line is broken where a series has nothing for more than so many of its usual steps.
const GAP_STEPS: f64 = 1.5;

/// A point for each place, values of one place and series added up, or their mean where a sum means nothing.
pub(super) fn dense(
    rows: &Rows,
    kept: &Kept,
    places: usize,
    additive: bool,
    notes: &mut Vec<String>,
) -> Vec<Series> {
    let mut cells = vec![(0.0_f64, 0_u32); kept.names.len() * places];
    for row in &rows.rows {
        if let (Some(y), Some(cell)) = (row.y, cells.get_mut(row.series * places + row.place)) {
            *cell = (cell.0 + y, cell.1 + 1);
        }
    }
    if !additive && cells.iter().any(|(_, count)| *count > 1) {
        notes.push("several values of one place and series are shown as their mean".to_owned());
    }
    let value = |(sum, count): &(f64, u32)| match (count, additive) {
        (0, _) => None,
        (_, true) => Some(sum.clamp(f64::MIN, f64::MAX)),
        (count, false) => Some(sum / f64::from(*count)),
    };
    kept.names
        .iter()
        .enumerate()
        .map(|(number, name)| {
            let cells = cells.iter().skip(number * places).take(places);
            let points = cells.enumerate().map(|(at, cell)| Point { at, y: value(cell) }).collect();
            Series { name: name.clone(), points, is_other: kept.other == Some(number) }
        })
        .collect()
}

/// Where lines are broken.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Breaks {
    Never,
    AtNulls,
    AtNullsAndGaps,
}

impl Breaks {
    pub(super) fn on(grid: bool) -> Breaks {
        if grid { Breaks::AtNullsAndGaps } else { Breaks::AtNulls }
    }
}

/// The points as they are, with nothing in between where a line is broken.
pub(super) fn sparse(rows: &Rows, kept: &Kept, breaks: Breaks) -> Vec<Series> {
    let mut series: Vec<Series> = kept
        .names
        .iter()
        .enumerate()
        .map(|(number, name)| Series {
            name: name.clone(),
            points: Vec::new(),
            is_other: kept.other == Some(number),
        })
        .collect();
    for row in &rows.rows {
        if let Some(series) = series.get_mut(row.series) {
            series.points.push(Point { at: row.place, y: row.y });
        }
    }
    for series in &mut series {
        if series.is_other {
            let mut sums = BTreeMap::new();
            for point in &series.points {
                *sums.entry(point.at).or_insert(0.0) += point.y.unwrap_or(0.0);
            }
            series.points = sums.into_iter().map(|(at, y)| Point { at, y: Some(y) }).collect();
        }
        series.points.sort_by_key(|point| point.at);
        if breaks == Breaks::Never {
            series.points.retain(|point| point.y.is_some());
        }
        if breaks == Breaks::AtNullsAndGaps {
            break_at_gaps(&mut series.points);
        }
    }
    series
}

/// Puts a break wherever a series has nothing for longer than it usually has.
fn break_at_gaps(points: &mut Vec<Point>) {
    let steps = points.windows(2).map(|pair| pair[1].at - pair[0].at);
    let mut steps: Vec<usize> = steps.filter(|step| *step > 0).collect();
    steps.sort_unstable();
    let Some(usual) = steps.get(steps.len() / 2).copied() else { return };
    let mut broken: Vec<Point> = Vec::with_capacity(points.len());
    for point in points.iter() {
        if let Some(before) = broken.last().copied()
            && (point.at - before.at) as f64 > GAP_STEPS * usual as f64
        {
            broken.push(Point { at: before.at + 1, y: None });
        }
        broken.push(*point);
    }
    *points = broken;
}

/// Each value with all before it; where there is none, the sum stays what it is.
pub(super) fn accumulate(series: &mut Series) {
    let mut sum = None;
    for point in &mut series.points {
        if let Some(y) = point.y {
            sum = Some((sum.unwrap_or(0.0) + y).clamp(f64::MIN, f64::MAX));
        }
        point.y = sum;
    }
}

/// Values to parts of a hundred of their place.
pub(super) fn stretch(plot: &mut Plot) {
    let mut totals = vec![0.0_f64; plot.places.len()];
    for point in plot.series.iter().flat_map(|series| &series.points) {
        totals[point.at] += point.y.map_or(0.0, f64::abs);
    }
    for point in plot.series.iter_mut().flat_map(|series| &mut series.points) {
        let total = totals[point.at];
        point.y = point.y.map(|y| if total > 0.0 { 100.0 * (y / total) } else { 0.0 });
    }
    plot.unit = Unit::Percent;
}
