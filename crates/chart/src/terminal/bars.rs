use super::canvas::{Canvas, Growth, Strip};
use super::style::{Style, fitted_name};
use weir_answer::width;

use crate::frame::{Part, apart, stack, y_scale};
use crate::label;
use crate::model::{Plot, Series, Stacking, Unit};

/// Names take no more than this part of a line.
const NAME_PART: usize = 3;
const NAME_MAX: usize = 40;
const BAR_MIN: usize = 8;

/// Horizontal bars, the value behind each.
pub(super) fn bars(plot: &Plot, line_width: usize, style: Style) -> Vec<String> {
    let scale = y_scale(plot, 4);
    let is_stacked = plot.stacking != Stacking::Apart || plot.series.len() < 2;
    let values: Vec<Vec<(String, Vec<Part>)>> = (0..plot.places.len())
        .map(|at| {
            if is_stacked {
                let parts: Vec<Part> = stack(plot, at).collect();
                let sum: f64 = parts.iter().map(|part| part.to - part.from).sum();
                let text = match (parts.is_empty(), plot.stacking) {
                    (true, _) => String::new(),
                    (false, Stacking::Stacked100) => String::new(),
                    (false, _) => label::short_value(sum, plot.unit),
                };
                vec![(text, parts)]
            } else {
                let alone = |part: Part| (label::short_value(part.to, plot.unit), vec![part]);
                apart(plot, at).map(alone).collect()
            }
        })
        .collect();
    let names: Vec<String> = (0..plot.places.len()).map(|at| plot.places.name(at)).collect();
    let table = Columns::new(&names, values.iter().flatten().map(|(text, _)| text.as_str()), line_width);
    let scale = scale.with_zero_between(table.bar);
    let has_negative = scale.min < 0.0;

    let mut lines = Vec::new();
    for (name, bars) in names.iter().zip(&values) {
        for (number, (text, parts)) in bars.iter().enumerate() {
            let mut strip = Strip::new(table.bar);
            let place = |value: f64| scale.place(value).unwrap_or(scale.base());
            for part in parts {
                strip.fill(place(part.from), place(part.to), part.series);
            }
            if let Some(part) = parts.iter().find(|part| part.from != part.to) {
                strip.hint(scale.base(), part.series);
            }
            let name = if number == 0 { name.as_str() } else { "" };
            lines.push(table.line(name, &strip, text, has_negative, style, &plot.series));
        }
        if bars.is_empty() {
            lines.push(table.line(name, &Strip::new(table.bar), "", has_negative, style, &plot.series));
        }
    }
    lines
}

/// Slices as bars with their part of the whole.
pub(super) fn slices(plot: &Plot, line_width: usize, style: Style) -> Vec<String> {
    let Some(series) = plot.series.first() else { return Vec::new() };
    let ys: Vec<f64> = series.points.iter().map(|point| point.y.unwrap_or(0.0)).collect();
    // Halves of halves, so that the sum of the largest numbers is still a number.
    let total: f64 = ys.iter().map(|y| y / 4.0).sum();
    let parts: Vec<f64> = ys.iter().map(|y| if total > 0.0 { (y / 4.0) / total } else { 0.0 }).collect();
    let texts: Vec<String> = ys
        .iter()
        .zip(&parts)
        .map(|(y, part)| {
            let mut text = format!("{:>5.1} %  ", part * 100.0);
            width::push_right(&mut text, &label::short_value(*y, plot.unit), value_width(&ys, plot.unit));
            text
        })
        .collect();
    let names: Vec<String> = (0..plot.places.len()).map(|at| plot.places.name(at)).collect();
    let table = Columns::new(&names, texts.iter().map(String::as_str), line_width);
    let largest = parts.iter().copied().fold(0.0, f64::max);
    let rows = names.iter().zip(&parts).zip(&texts);
    rows.map(|((name, part), text)| {
        let mut strip = Strip::new(table.bar);
        strip.fill(0.0, if largest > 0.0 { part / largest } else { 0.0 }, 0);
        strip.hint(0.0, 0);
        table.line(name, &strip, text, true, style, &plot.series)
    })
    .collect()
}

fn value_width(ys: &[f64], unit: Unit) -> usize {
    ys.iter().map(|y| width::of(&label::short_value(*y, unit))).max().unwrap_or(0)
}

/// The widths of name, bar and value.
struct Columns {
    name: usize,
    bar: usize,
    value: usize,
}

impl Columns {
    fn new<'t>(names: &[String], values: impl Iterator<Item = &'t str>, line_width: usize) -> Columns {
        let value = values.map(width::of).max().unwrap_or(0);
        let widest = names.iter().map(|name| width::of(&width::printable(name))).max().unwrap_or(0);
        let spare = line_width.saturating_sub(value + 3);
        let name =
            widest.min(NAME_MAX).min((line_width / NAME_PART).max(spare.saturating_sub(line_width / 2)));
        let name = name.min(spare.saturating_sub(BAR_MIN));
        Columns { name, bar: spare.saturating_sub(name).max(1), value }
    }

    /// One line; the value stands behind the bar, or in a column of its own.
    fn line(
        &self,
        name: &str,
        strip: &Strip,
        value: &str,
        aligned: bool,
        style: Style,
        series: &[Series],
    ) -> String {
        let mut canvas = Canvas::new(self.bar, 1);
        let mut length = 0;
        for (x, cell) in strip.cells(Growth::Right, style, series).into_iter().enumerate() {
            if cell.glyph != ' ' {
                canvas.set(x, 0, cell);
                length = x + 1;
            }
        }
        let mut line = String::new();
        width::push_left(&mut line, &fitted_name(name, self.name), self.name);
        line.push_str(&style.dim(" │"));
        line.push_str(&canvas.lines().concat());
        if aligned {
            width::push_blanks(&mut line, self.bar - length + 1);
            width::push_right(&mut line, value, self.value);
        } else if !value.is_empty() {
            line.push(' ');
            line.push_str(value);
        }
        line.trim_end().to_owned()
    }
}
