use std::f64::consts::TAU;

use super::measure::{LABEL, fitted, text_width};
use super::theme::class;
use super::writer::{Anchor, number};
use super::{MARGIN, Page, SWATCH};
use crate::label;
use crate::model::Plot;

/// The hole in the middle, with the sum.
const HOLE: f64 = 0.58;
/// What is more than this part of the circle is drawn as all of it.
const WHOLE: f64 = 0.999;
const LINE: f64 = 24.0;
/// What the swatch and the numbers of a line take.
const NUMBERS: f64 = SWATCH + 8.0 + 140.0;

/// On a page that is no wider, the list stands below the ring.
const NARROW: f64 = 480.0;
const GAP: f64 = 40.0;

/// Where the names and numbers of the slices stand.
struct List {
    left: f64,
    right: f64,
    top: f64,
}

/// Draws a ring of slices with a list of them beside it; what a reader must be told.
pub(super) fn draw(plot: &Plot, page: &mut Page) -> Vec<String> {
    let Some(series) = plot.series.first() else { return plot.notes.clone() };
    let ys: Vec<f64> = series.points.iter().map(|point| point.y.unwrap_or(0.0)).collect();
    // Quarters, so that the sum of the largest numbers is still a number.
    let quarter: f64 = ys.iter().map(|y| y / 4.0).sum();
    let parts: Vec<f64> = ys.iter().map(|y| if quarter > 0.0 { (y / 4.0) / quarter } else { 0.0 }).collect();

    let list_height = LINE * parts.len() as f64;
    let names = (0..parts.len()).map(|at| text_width(&plot.places.name(at), LABEL));
    let list_room = names.fold(0.0, f64::max) + NUMBERS;
    let notes = page.height - page.bottom(plot);
    let (centre, radius, list) = if page.width < NARROW {
        // Ring and list one below the other, on a page as long as they need.
        let radius = (page.width / 2.0 - MARGIN).min(NARROW / 4.0);
        let list_top = page.top + 2.0 * radius + 1.5 * MARGIN;
        page.height = list_top + list_height + MARGIN + notes;
        let list = List { left: MARGIN, right: page.width - MARGIN, top: list_top };
        ((page.width / 2.0, page.top + radius), radius, list)
    } else {
        page.height = page.height.max(page.top + list_height + 2.0 * MARGIN + notes);
        let bottom = page.height - notes - MARGIN;
        let list_width = list_room.min(page.width * 0.5).min(430.0);
        let radius = ((bottom - page.top) / 2.0).min((page.width - list_width - 4.0 * MARGIN) / 2.0);
        let used = 2.0 * radius + GAP + list_width;
        let centre = ((page.width - used) / 2.0 + radius, (page.top + bottom) / 2.0);
        let left = centre.0 + radius + GAP;
        (centre, radius, List { left, right: left + list_width, top: centre.1 - list_height / 2.0 })
    };

    let mut start = 0.0;
    for (at, part) in parts.iter().enumerate() {
        let title = format!(
            "{}: {} ({:.1} %)",
            fitted(&plot.places.name(at), 1.0, 60.0),
            label::value(ys[at], plot.unit),
            part * 100.0
        );
        let edge = if parts.len() > 1 { " wc-edge" } else { "" };
        let class = format!("{}{edge}", class('f', plot.other_place == Some(at), at));
        page.writer.path(&class, &slice(centre, radius, start, start + part), &title);
        start += part;
    }
    let total = (quarter * 4.0).min(f64::MAX);
    page.writer.text(
        "wc-title",
        (centre.0, centre.1 + 1.0),
        Anchor::Middle,
        &label::short_value(total, plot.unit),
        &label::value(total, plot.unit),
    );
    let what = fitted(&plot.y_title, LABEL, radius * HOLE * 1.7);
    page.writer.text("wc-muted", (centre.0, centre.1 + 19.0), Anchor::Middle, &what, &plot.y_title);

    let List { left, right, top } = list;
    let mut y = top + LINE * 0.7;
    for (at, part) in parts.iter().enumerate() {
        let name = plot.places.name(at);
        let shown = fitted(&name, LABEL, right - left - NUMBERS + 10.0);
        page.writer.rect(&class('f', plot.other_place == Some(at), at), left, y - 10.0, SWATCH, SWATCH, "");
        page.writer.text("wc-label", (left + SWATCH + 8.0, y), Anchor::Start, &shown, &name);
        page.writer.text(
            "wc-muted",
            (right - 62.0, y),
            Anchor::End,
            &label::short_value(ys[at], plot.unit),
            "",
        );
        page.writer.text("wc-label", (right, y), Anchor::End, &format!("{:.1} %", part * 100.0), "");
        y += LINE;
    }
    plot.notes.clone()
}

/// The outline of a slice between two parts of the circle, clockwise from the top.
fn slice(centre: (f64, f64), radius: f64, from: f64, to: f64) -> String {
    let at = |part: f64, radius: f64| {
        let angle = part * TAU;
        format!("{} {}", number(centre.0 + radius * angle.sin()), number(centre.1 - radius * angle.cos()))
    };
    let hole = radius * HOLE;
    let (outer, inner) = (number(radius), number(hole));
    if to - from > WHOLE {
        // An arc has two ends, so a whole circle is two halves.
        let (top, bottom) = (at(0.0, radius), at(0.5, radius));
        let (hole_top, hole_bottom) = (at(0.0, hole), at(0.5, hole));
        return format!(
            "M{top}A{outer} {outer} 0 1 1 {bottom}A{outer} {outer} 0 1 1 {top}Z\
             M{hole_top}A{inner} {inner} 0 1 0 {hole_bottom}A{inner} {inner} 0 1 0 {hole_top}Z"
        );
    }
    let large = u8::from(to - from > 0.5);
    format!(
        "M{}A{outer} {outer} 0 {large} 1 {}L{}A{inner} {inner} 0 {large} 0 {}Z",
        at(from, radius),
        at(to, radius),
        at(to, hole),
        at(from, hole),
    )
}
