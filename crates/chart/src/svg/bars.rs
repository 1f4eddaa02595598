use super::measure::{LABEL, SMALL, fitted, text_width};
use super::theme::fill;
use super::writer::Anchor;
use super::{MARGIN, Page, tooltip};
use crate::frame::{Part, apart, merged, stack, y_scale};
use crate::label;
use crate::model::{Plot, Stacking};

/// Bars over time.
const TIMES_MAX: usize = 60;
const BAR_MIN: f64 = 14.0;
const BAR_MAX: f64 = 30.0;
const AXIS: f64 = 22.0;
const TITLE: f64 = 18.0;
/// Names take no more than this part of the width.
const NAME_PART: f64 = 0.32;
const LENGTH_MIN: f64 = 0.75;

/// Draws horizontal bars, from the top; the page grows when they need more room. What a reader must be told.
pub(super) fn draw(plot: &Plot, page: &mut Page) -> Vec<String> {
    let merged = merged(plot, TIMES_MAX);
    let plot = &merged;
    let bottom = page.bottom(plot);
    let count = plot.places.len().max(1);
    let side_by_side = if plot.stacking == Stacking::Apart { plot.series.len().max(1) } else { 1 };
    let below = AXIS + if plot.y_title.is_empty() { 0.0 } else { TITLE } + MARGIN / 2.0;
    let top = page.top + 6.0;
    let rows = (count * side_by_side) as f64;
    let room = (bottom - below - top) / rows;
    let gap = if side_by_side > 1 { 6.0 } else { 0.0 };
    let bar = (room - gap / side_by_side as f64).clamp(BAR_MIN, BAR_MAX);
    let distance = bar * side_by_side as f64 + gap;
    let field_bottom = top + distance * count as f64;

    let scale = y_scale(plot, ((page.width / 140.0) as usize).clamp(2, 8));
    let names: Vec<String> = (0..count).map(|at| plot.places.name(at)).collect();
    let widest = names.iter().map(|name| text_width(name, LABEL)).fold(0.0, f64::max);
    let name_width = widest.min(page.width * NAME_PART);
    let with_values = plot.stacking != Stacking::Stacked100;
    let value = |part: &[Part]| -> String {
        let sum: f64 = part.iter().map(|part| part.to - part.from).sum();
        label::short_value(sum, plot.unit)
    };
    let left = MARGIN + name_width + 8.0;
    let right = page.width - MARGIN - if with_values { 58.0 } else { 4.0 };
    let x = |value: f64| left + scale.place(value).unwrap_or(0.0) * (right - left);
    let base = left + scale.base() * (right - left);

    for (tick, label) in scale.ticks.iter().zip(scale.labels(plot.unit)) {
        page.writer.line("wc-grid", (x(*tick), top), (x(*tick), field_bottom));
        page.writer.text("wc-muted", (x(*tick), field_bottom + 16.0), Anchor::Middle, &label, "");
    }
    for (at, name) in names.iter().enumerate() {
        let line = top + distance * at as f64;
        let middle = line + distance / 2.0;
        let shown = fitted(name, LABEL, name_width);
        page.writer.text("wc-label", (left - 8.0, middle + 4.0), Anchor::End, &shown, name);
        let groups: Vec<Vec<Part>> = if side_by_side > 1 {
            apart(plot, at).map(|part| vec![part]).collect()
        } else {
            vec![stack(plot, at).collect()]
        };
        for parts in &groups {
            let number = parts.first().map_or(0, |part| part.series);
            let offset = if side_by_side > 1 { number as f64 * bar + gap / 2.0 } else { 0.0 };
            let inset = if side_by_side > 1 { 0.5 } else { bar * 0.12 };
            let (mut low, mut high) = (base, base);
            for part in parts {
                let from = if part.from == 0.0 { base } else { x(part.from) };
                let to = x(part.to);
                low = low.min(to);
                high = high.max(to);
                let length = if part.from == part.to { 0.0 } else { (to - from).abs().max(LENGTH_MIN) };
                let start = if part.to >= part.from { from } else { from - length };
                let edge = if length > 4.0 && plot.stacking != Stacking::Apart { " wc-edge" } else { "" };
                let class = format!("{}{edge}", fill(&plot.series, part.series));
                let height = bar - 2.0 * inset;
                page.writer.rect(
                    &class,
                    start,
                    line + offset + inset,
                    length,
                    height,
                    &tooltip(plot, part.series, at, part.to - part.from),
                );
            }
            if with_values && !parts.is_empty() {
                let text = value(parts);
                let is_negative = parts.iter().all(|part| part.to < 0.0);
                let y = line + offset + bar / 2.0 + 4.0;
                // The value of a bar to the left stands at its right as well, where there is always room.
                let at = if is_negative { base + 6.0 } else { high + 6.0 };
                page.writer.text("wc-muted wc-small", (at, y), Anchor::Start, &text, "");
            }
        }
    }
    page.writer.line("wc-axis", (base, top), (base, field_bottom));
    if !plot.y_title.is_empty() {
        let shown = fitted(&plot.y_title, SMALL, right - left);
        let at = ((left + right) / 2.0, field_bottom + AXIS + 12.0);
        page.writer.text("wc-muted wc-small", at, Anchor::Middle, &shown, &plot.y_title);
    }
    let notes_height = page.height - bottom;
    page.height = field_bottom + below + notes_height;
    merged.notes
}
