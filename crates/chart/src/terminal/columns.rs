use super::axes::{LeftAxis, ticks};
use super::canvas::{Canvas, Growth, Strip};
use super::lines::{interpolated, under_plot};
use super::style::{Style, fitted};
use weir_answer::width;

use crate::frame::{Part, apart, merged, stack, strip_labels, x_axis, y_scale};
use crate::model::{Places, Plot, Series, Stacking};
use crate::scale::Scale;

/// A strip is no wider than this, however much room there is.
const STRIP_MAX: usize = 14;

/// Columns, with the plot as it was drawn; nothing when there is too little room to tell them apart.
pub(super) fn columns(
    plot: &Plot,
    line_width: usize,
    height: usize,
    style: Style,
) -> Option<(Vec<String>, Plot)> {
    let scale = y_scale(plot, ticks(height)).with_zero_between(height);
    let axis = LeftAxis::new(&scale, plot.unit, height);
    let room = line_width.checked_sub(axis.cells()).filter(|room| *room > 0)?;
    let side_by_side = if plot.stacking == Stacking::Apart { plot.series.len().max(1) } else { 1 };
    let place_least = if side_by_side > 1 { side_by_side + 1 } else { 1 };
    // What was taken together needs an axis of its own.
    let merged = merged(plot, room / place_least);
    let scale =
        if merged == *plot { scale } else { y_scale(&merged, ticks(height)).with_zero_between(height) };
    let axis = LeftAxis::new(&scale, plot.unit, height);
    let room = line_width.checked_sub(axis.cells()).filter(|room| *room > 0)?;
    let plot = merged;
    let count = plot.places.len().max(1);
    let distance = room / count;
    if distance < place_least {
        return None;
    }
    if let Places::Names(names) = &plot.places {
        let widest = names.iter().map(|name| width::of(&width::printable(name))).max().unwrap_or(0);
        if names.len() > 1 && widest + 1 > distance {
            return None;
        }
    }

    let gap = match distance / side_by_side {
        _ if side_by_side == 1 && distance < 3 => usize::from(distance == 2),
        0..6 => 1,
        _ => 2,
    };
    let strip_width = ((distance - gap) / side_by_side).clamp(1, STRIP_MAX);
    let mut field = Field::new(room, height, &scale, style, &plot.series);
    for at in 0..plot.places.len() {
        let left = at * distance + (distance - strip_width * side_by_side) / 2;
        if side_by_side > 1 {
            for part in apart(&plot, at) {
                field.strip(&[part], left + part.series * strip_width, strip_width);
            }
        } else {
            field.strip(&stack(&plot, at).collect::<Vec<Part>>(), left, strip_width);
        }
    }

    let used = distance * plot.places.len();
    let mut lines = axis.beside(&field.canvas.lines(), used, style);
    let (labels, context) = strip_labels(&plot.places, distance as f64, &|label| {
        width::of(&width::printable(label)) as f64 + 1.0
    });
    let labels = labels.into_iter().enumerate();
    let labels =
        labels.filter_map(|(at, label)| Some(((at as f64 + 0.5) * distance as f64, fitted(&label?, room))));
    lines.extend(under_plot(&axis, labels, &plot.x_title, &context, used, style));
    Some((lines, plot))
}

/// Areas one on the other: strips a cell wide, their values read off between the places.
pub(super) fn stacked_areas(
    plot: &Plot,
    line_width: usize,
    height: usize,
    style: Style,
) -> (Vec<String>, Plot) {
    let plot = merged(plot, line_width);
    let scale = y_scale(&plot, ticks(height)).with_zero_between(height);
    let axis = LeftAxis::new(&scale, plot.unit, height);
    let room = line_width.saturating_sub(axis.cells()).max(1);
    let x = x_axis(&plot, room / 10);
    let mut field = Field::new(room, height, &scale, style, &plot.series);
    for column in 0..room {
        let middle = (column as f64 + 0.5) / room as f64;
        let (mut above, mut below) = (0.0, 0.0);
        let parts: Vec<Part> = plot
            .series
            .iter()
            .enumerate()
            .filter_map(|(number, series)| {
                let y = interpolated(series, &x.places, middle, plot.stacking != Stacking::Apart)?;
                let end = if y < 0.0 { &mut below } else { &mut above };
                let from = *end;
                *end += y;
                Some(Part { series: number, from, to: *end })
            })
            .collect();
        field.strip(&parts, column, 1);
    }
    let mut lines = axis.beside(&field.canvas.lines(), room, style);
    let labels = x.ticks.iter().map(|(place, label)| (place * room as f64, fitted(label, room)));
    lines.extend(under_plot(&axis, labels, &plot.x_title, &x.context, room, style));
    (lines, plot)
}

/// A canvas on which strips stand.
struct Field<'p> {
    canvas: Canvas,
    height: usize,
    scale: &'p Scale,
    style: Style,
    series: &'p [Series],
}

impl<'p> Field<'p> {
    fn new(width: usize, height: usize, scale: &'p Scale, style: Style, series: &'p [Series]) -> Field<'p> {
        Field { canvas: Canvas::new(width, height), height, scale, style, series }
    }

    /// Draws the parts one on the other, over so many cells from the left.
    fn strip(&mut self, parts: &[Part], left: usize, width: usize) {
        let mut strip = Strip::new(self.height);
        let base = self.scale.base();
        let place = |value: f64| self.scale.place(value).unwrap_or(base);
        for part in parts {
            strip.fill(place(part.from), place(part.to), part.series);
        }
        if let Some(part) = parts.iter().find(|part| part.from != part.to) {
            strip.hint(base, part.series);
        }
        for (from_below, cell) in strip.cells(Growth::Up, self.style, self.series).into_iter().enumerate() {
            if cell.glyph != ' ' {
                for x in left..left + width {
                    self.canvas.set(x, self.height - 1 - from_below, cell);
                }
            }
        }
    }
}
