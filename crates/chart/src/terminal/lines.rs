use super::axes::{LeftAxis, label_line, ticks};
use super::canvas::Canvas;
use super::dots::Dots;
use super::style::{Style, fitted};
use weir_answer::width;

use crate::frame::{x_axis, y_scale};
use crate::model::{Mark, Plot, Series};

/// Lines and points.
pub(super) fn lines(plot: &Plot, line_width: usize, height: usize, style: Style) -> Vec<String> {
    let scale = y_scale(plot, ticks(height));
    let axis = LeftAxis::new(&scale, plot.unit, height);
    let room = line_width.saturating_sub(axis.cells()).max(1);
    let x = x_axis(plot, room / 10);
    let fine = style.colour || plot.series.len() < 2;
    let mut dots = Dots::new(room, height, fine);
    // The first series is the largest and is drawn last, over the others.
    for (number, series) in plot.series.iter().enumerate().rev() {
        let spots: Vec<Option<(f64, f64)>> = series
            .points
            .iter()
            .map(|point| {
                let place = x.places.get(point.at).copied();
                place.zip(point.y.and_then(|y| scale.place(y)))
            })
            .collect();
        let is_line = plot.mark != Mark::Scatter;
        for (at, spot) in spots.iter().enumerate() {
            let Some(here) = *spot else { continue };
            let before = at.checked_sub(1).and_then(|before| spots[before]).filter(|_| is_line);
            let is_alone = is_line && before.is_none() && spots.get(at + 1).copied().flatten().is_none();
            match before {
                Some(before) => dots.line(before, here, number),
                None => dots.dot(here, number, is_alone),
            }
        }
    }
    let mut canvas = Canvas::new(room, height);
    dots.draw(&mut canvas, style, &plot.series);
    let mut lines = axis.beside(&canvas.lines(), room, style);
    let labels = x.ticks.iter().map(|(place, label)| (place * room as f64, fitted(label, room / 2)));
    lines.extend(under_plot(&axis, labels, &plot.x_title, &x.context, room, style));
    lines
}

/// The labels of the x axis and its title, below a plot of so many cells.
pub(super) fn under_plot(
    axis: &LeftAxis,
    labels: impl Iterator<Item = (f64, String)>,
    title: &str,
    context: &str,
    plot_width: usize,
    style: Style,
) -> Vec<String> {
    let line_width = axis.cells() + plot_width;
    let labels = labels.map(|(middle, label)| (axis.cells() as f64 + middle, label));
    let mut lines = vec![style.dim(&label_line(labels, line_width))];
    let title = fitted(title, line_width.saturating_sub(width::of(context) + 2));
    let words = [title.as_str(), context].into_iter().filter(|text| !text.is_empty());
    let title = words.collect::<Vec<_>>().join(", ");
    if !title.is_empty() {
        let mut line = String::new();
        width::push_right(&mut line, &title, line_width);
        lines.push(style.dim(&line));
    }
    lines
}

/// The value of a series between two of its places; nothing before the first, behind the last and in a gap,
/// unless a missing value is a zero.
pub(super) fn interpolated(series: &Series, places: &[f64], x: f64, missing_is_zero: bool) -> Option<f64> {
    let value = |y: Option<f64>| if missing_is_zero { Some(y.unwrap_or(0.0)) } else { y };
    let after = series.points.partition_point(|point| places.get(point.at).is_some_and(|place| *place <= x));
    let left = after.checked_sub(1).and_then(|before| series.points.get(before));
    let right = series.points.get(after);
    match (left, right) {
        (Some(left), Some(right)) => {
            let (from, to) = (*places.get(left.at)?, *places.get(right.at)?);
            let (low, high) = (value(left.y)?, value(right.y)?);
            let part = if to > from { (x - from) / (to - from) } else { 0.0 };
            Some(low + (high - low) * part)
        }
        // A lone place is as wide as the plot.
        (Some(only), None) | (None, Some(only)) if places.len() == 1 => value(only.y),
        (Some(edge), None) | (None, Some(edge)) => {
            // The middle of the outermost cell lies a little outside.
            let place = *places.get(edge.at)?;
            if (place - x).abs() < 0.02 { value(edge.y) } else { None }
        }
        (None, None) => None,
    }
}
