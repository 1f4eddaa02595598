use super::measure::{LABEL, SMALL, fitted, text_width};
use super::writer::{Anchor, Writer};
use super::{MARGIN, Page};
use crate::frame::y_scale;
use crate::model::Plot;
use crate::scale::Scale;

/// Pixels between two labels of an upright axis.
const TICK_DISTANCE: f64 = 48.0;
/// A title beside or below an axis.
const AXIS_TITLE: f64 = 20.0;

/// The area between the axes, with the upright axis for values.
pub(super) struct Field {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    pub(super) scale: Scale,
    labels: Vec<String>,
}

impl Field {
    /// The area that is left above the labels and the title of the x axis.
    pub(super) fn new(plot: &Plot, page: &Page, x_labels: f64) -> Field {
        let x_title = if plot.x_title.is_empty() { 0.0 } else { AXIS_TITLE };
        let top = page.top + 8.0;
        let bottom = (page.bottom(plot) - MARGIN / 2.0 - x_title - x_labels).max(top + 40.0);
        let scale = y_scale(plot, (((bottom - top) / TICK_DISTANCE) as usize).clamp(2, 8));
        let labels = scale.labels(plot.unit);
        let widest = labels.iter().map(|label| text_width(label, LABEL)).fold(0.0, f64::max);
        let y_title = if plot.y_title.is_empty() { 0.0 } else { AXIS_TITLE };
        Field {
            left: MARGIN + y_title + widest + 8.0,
            right: page.width - MARGIN,
            top,
            bottom,
            scale,
            labels,
        }
    }

    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Where a value stands; nothing for what the axis does not hold.
    pub(super) fn y(&self, value: f64) -> Option<f64> {
        self.scale.place(value).map(|place| self.bottom - place * (self.bottom - self.top))
    }

    /// Where strips begin.
    pub(super) fn base(&self) -> f64 {
        self.bottom - self.scale.base() * (self.bottom - self.top)
    }

    /// Where a part of the x axis lies.
    pub(super) fn x(&self, place: f64) -> f64 {
        self.left + place * self.width()
    }

    /// The grid and the labels of the upright axis, and the titles of both.
    pub(super) fn draw_grid(&self, plot: &Plot, x_labels: f64, context: &str, writer: &mut Writer) {
        for (tick, label) in self.scale.ticks.iter().zip(&self.labels) {
            let Some(y) = self.y(*tick) else { continue };
            writer.line("wc-grid", (self.left, y), (self.right, y));
            writer.text("wc-muted", (self.left - 8.0, y + 4.0), Anchor::End, label, "");
        }
        if !plot.y_title.is_empty() {
            let at = (MARGIN + SMALL, (self.top + self.bottom) / 2.0);
            let shown = fitted(&plot.y_title, SMALL, self.bottom - self.top);
            writer.turned_text("wc-muted wc-small", at, Anchor::Middle, -90, &shown, &plot.y_title);
        }
        if !plot.x_title.is_empty() {
            let title = if context.is_empty() {
                plot.x_title.clone()
            } else {
                format!("{}, {context}", plot.x_title)
            };
            let at = ((self.left + self.right) / 2.0, self.bottom + x_labels + AXIS_TITLE - 4.0);
            let shown = fitted(&title, SMALL, self.width());
            writer.text("wc-muted wc-small", at, Anchor::Middle, &shown, &title);
        }
    }

    /// The line on which strips stand.
    pub(super) fn draw_base(&self, writer: &mut Writer) {
        let y = self.base();
        writer.line("wc-axis", (self.left, y), (self.right, y));
    }
}
