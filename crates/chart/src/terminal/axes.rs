use weir_answer::width;

use super::style::Style;
use crate::model::Unit;
use crate::scale::Scale;

/// About how many labels stand left of so many lines.
pub(super) fn ticks(height: usize) -> usize {
    (height / 3).max(3)
}

/// The labels left of a plot, a line each, with the axis; and one more line for the axis below.
pub(super) struct LeftAxis {
    /// The label of each line, from the top; the last one stands on the axis below.
    labels: Vec<Option<String>>,
    width: usize,
}

impl LeftAxis {
    pub(super) fn new(scale: &Scale, unit: Unit, height: usize) -> LeftAxis {
        let mut labels: Vec<Option<String>> = vec![None; height + 1];
        for (tick, label) in scale.ticks.iter().zip(scale.labels(unit)) {
            let Some(place) = scale.place(*tick) else { continue };
            // A value stands on the upper edge of its line, the least on the axis below.
            let from_below = (place * height as f64).round() as usize;
            if let Some(line) = labels.get_mut(height - from_below.min(height)) {
                line.get_or_insert(label);
            }
        }
        let width = labels.iter().flatten().map(|label| width::of(label)).max().unwrap_or(0);
        LeftAxis { labels, width }
    }

    /// Cells that the labels and the axis take.
    pub(super) fn cells(&self) -> usize {
        self.width + 2
    }

    /// The lines of a plot with the axis at their left, and the axis below them.
    pub(super) fn beside(&self, lines: &[String], plot_width: usize, style: Style) -> Vec<String> {
        let mut all = Vec::with_capacity(lines.len() + 1);
        for (line, label) in lines.iter().zip(&self.labels) {
            let axis = if label.is_some() { "┤" } else { "│" };
            all.push(format!("{}{line}", style.dim(&self.label(label.as_deref(), axis))));
        }
        let corner = self.labels.last().and_then(Option::as_deref);
        let below = format!("{}{}", self.label(corner, "└"), "─".repeat(plot_width));
        all.push(style.dim(&below));
        all
    }

    fn label(&self, label: Option<&str>, axis: &str) -> String {
        let mut text = String::new();
        width::push_right(&mut text, label.unwrap_or(""), self.width);
        text.push(' ');
        text.push_str(axis);
        text
    }
}

/// A line of labels, each centred at its cell; what would touch the one before is left out.
pub(super) fn label_line(labels: impl Iterator<Item = (f64, String)>, line_width: usize) -> String {
    let mut line = String::new();
    let mut used = 0;
    for (middle, text) in labels {
        let length = width::of(&text);
        if length > line_width {
            continue;
        }
        let start = (middle - length as f64 / 2.0).round().max(0.0) as usize;
        let start = start.min(line_width - length);
        let room = if used == 0 { 0 } else { used + 1 };
        if start < room {
            continue;
        }
        width::push_blanks(&mut line, start - used);
        line.push_str(&text);
        used = start + length;
    }
    line
}
