use super::field::Field;
use super::measure::{LABEL, fitted, text_width};
use super::theme::fill;
use super::writer::{Anchor, Writer};
use super::{Page, lines, tooltip};
use crate::frame::{Part, apart, merged, stack, strip_labels};
use crate::model::{Mark, Places, Plot, Stacking};

/// Strips that would be nearer to each other are taken together.
const DISTANCE_MIN: f64 = 4.0;
/// Strips side by side are no narrower.
const STRIP_MIN: f64 = 1.5;
const STRIP_MAX: f64 = 64.0;
/// What has a value is seen.
const LENGTH_MIN: f64 = 0.75;
/// The labels of upright names take no more than this.
const TURNED_MAX: f64 = 130.0;
const TURNED_PART: f64 = 0.3;
const LINE: f64 = 15.0;
const SLANT: i32 = 35;
const SLANT_SIN: f64 = 0.574;
const SLANT_COS: f64 = 0.819;

/// Draws columns; what a reader must be told.
pub(super) fn draw(plot: &Plot, page: &mut Page) -> Vec<String> {
    let side_by_side = if plot.stacking == Stacking::Apart { plot.series.len().max(1) } else { 1 };
    let field = Field::new(plot, page, LINE);
    let (left, room) = (field.left, field.width());
    let merged = merged(plot, (room / DISTANCE_MIN) as usize);
    let plot = &merged;
    let distance = room / plot.places.len().max(1) as f64;
    if side_by_side > 1 && distance / (side_by_side as f64 + 1.0) < STRIP_MIN {
        // Too many to stand side by side.
        let plot = Plot { mark: Mark::Line, ..plot.clone() };
        return lines::draw(&plot, page);
    }

    let labels = Labels::new(&plot.places, distance, left, page.height * TURNED_PART);
    let field = Field::new(plot, page, labels.height);
    let distance = field.width() / plot.places.len().max(1) as f64;
    field.draw_grid(plot, labels.height, &labels.context, &mut page.writer);
    let strip = (distance * 0.76 / side_by_side as f64).min(STRIP_MAX);
    for at in 0..plot.places.len() {
        let left = field.left + (at as f64 + 0.5) * distance - strip * side_by_side as f64 / 2.0;
        if side_by_side > 1 {
            for part in apart(plot, at) {
                let left = left + part.series as f64 * strip;
                draw_part(plot, at, part, &field, left, strip, &mut page.writer);
            }
        } else {
            for part in stack(plot, at) {
                draw_part(plot, at, part, &field, left, strip, &mut page.writer);
            }
        }
    }
    field.draw_base(&mut page.writer);
    labels.draw(&field, distance, &mut page.writer);
    plot.notes.clone()
}

fn draw_part(plot: &Plot, at: usize, part: Part, field: &Field, left: f64, width: f64, writer: &mut Writer) {
    let y = |value: f64| field.y(value).unwrap_or(field.base());
    let (from, to) = (y(part.from), y(part.to));
    let mut height = (from - to).abs();
    if part.from != part.to {
        height = height.max(LENGTH_MIN);
    }
    let top = if part.to >= part.from { from - height } else { from };
    // An edge in the colour of the paper parts what stands one on the other, where there is room for it.
    let edge = if height > 4.0 && width > 4.0 && plot.stacking != Stacking::Apart { " wc-edge" } else { "" };
    let class = format!("{}{edge}", fill(&plot.series, part.series));
    writer.rect(&class, left, top, width, height, &tooltip(plot, part.series, at, part.to - part.from));
}

/// How the labels below the columns stand.
struct Labels {
    labels: Vec<Option<String>>,
    full: Vec<String>,
    context: String,
    /// Level, slanting or upright.
    degrees: i32,
    height: f64,
}

impl Labels {
    /// `left` is the room beside the first strip, `below` that below the strips.
    fn new(places: &Places, distance: f64, left: f64, below: f64) -> Labels {
        let level = |text: &str| text_width(text, LABEL) + 8.0;
        let Places::Names(names) = places else {
            let (labels, context) = strip_labels(places, distance, &level);
            return Labels { labels, full: Vec::new(), context, degrees: 0, height: LINE + 6.0 };
        };
        let widest = names.iter().map(|name| level(name)).fold(0.0, f64::max);
        let (degrees, room) = match distance {
            distance if widest <= distance => (0, distance),
            // The first of them reaches to the edge of the page.
            distance if distance >= 24.0 => (
                -SLANT,
                ((left + distance / 2.0 - 4.0) / SLANT_COS).min(TURNED_MAX * 1.3).min(below / SLANT_SIN),
            ),
            _ => (-90, TURNED_MAX.min(below)),
        };
        let shown: Vec<String> = names.iter().map(|name| fitted(name, LABEL, room)).collect();
        let widest = shown.iter().map(|name| text_width(name, LABEL)).fold(0.0, f64::max);
        let height = match degrees {
            0 => LINE + 6.0,
            -90 => widest + 10.0,
            _ => widest * SLANT_SIN + 18.0,
        };
        // Upright labels need no more than their line.
        let every = if degrees == -90 { (LINE * 0.9 / distance).ceil().max(1.0) as usize } else { 1 };
        let labels = shown.into_iter().enumerate().map(|(at, name)| (at % every == 0).then_some(name));
        Labels { labels: labels.collect(), full: names.clone(), context: String::new(), degrees, height }
    }

    fn draw(&self, field: &Field, distance: f64, writer: &mut Writer) {
        for (at, label) in self.labels.iter().enumerate() {
            let Some(label) = label else { continue };
            let x = field.left + (at as f64 + 0.5) * distance;
            let full = self.full.get(at).map_or("", String::as_str);
            let class = "wc-muted";
            match self.degrees {
                0 => writer.text(class, (x, field.bottom + LINE + 2.0), Anchor::Middle, label, full),
                -90 => {
                    writer.turned_text(class, (x + 4.0, field.bottom + 6.0), Anchor::End, -90, label, full);
                }
                degrees => {
                    writer.turned_text(
                        class,
                        (x + 4.0, field.bottom + 13.0),
                        Anchor::End,
                        degrees,
                        label,
                        full,
                    );
                }
            }
        }
    }
}
