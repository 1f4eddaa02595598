use std::collections::HashSet;
use std::fmt::Write as _;

use super::field::Field;
use super::measure::{LABEL, fitted, text_width};
use super::theme::{fill, stroke};
use super::writer::{Anchor, Writer, number};
use super::{Page, tooltip};
use crate::frame::{XAxis, merged, stack, x_axis};
use crate::model::{Mark, Plot, Series, Stacking};

/// Pixels between two labels below.
const LABEL_DISTANCE: f64 = 84.0;
const LABELS: f64 = 21.0;
/// So many points of all lines have a tooltip, and are shown as points when a line has few.
const TOOLTIPS_MAX: usize = 1_500;
const POINTS_SHOWN_MAX: usize = 40;

/// Points nearer to each other than so many pixels are one, where there are too many for tooltips.
const CROWD: f64 = 3.0;
/// Pixels between two places of areas one on the other.
const EDGE_DISTANCE: f64 = 2.0;

/// A point of a line on the page.
type Spot = (f64, f64);

/// Draws lines, areas and points; what a reader must be told.
pub(super) fn draw(plot: &Plot, page: &mut Page) -> Vec<String> {
    let is_stacked = plot.mark == Mark::Area && plot.stacking != Stacking::Apart;
    // Areas one on the other are as long as their edges, of which no point may be left out.
    let room = Field::new(plot, page, LABELS).width() / EDGE_DISTANCE;
    let merged = merged(plot, if is_stacked { room as usize } else { usize::MAX });
    let plot = &merged;
    let field = Field::new(plot, page, LABELS);
    let x = x_axis(plot, (field.width() / LABEL_DISTANCE) as usize);
    field.draw_grid(plot, LABELS, &x.context, &mut page.writer);
    if is_stacked {
        draw_stacked(plot, &field, &x, &mut page.writer);
    } else {
        // The first series is the largest: behind the others as an area, over them as a line.
        let numbers: Vec<usize> = (0..plot.series.len()).collect();
        let ordered: Vec<usize> =
            if plot.mark == Mark::Area { numbers } else { numbers.into_iter().rev().collect() };
        for number in ordered {
            draw_series(plot, number, &field, &x, &mut page.writer);
        }
    }
    field.draw_base(&mut page.writer);
    draw_labels(&field, &x, &mut page.writer);
    draw_points(plot, &field, &x, is_stacked, &mut page.writer);
    merged.notes
}

fn draw_series(plot: &Plot, series_number: usize, field: &Field, x: &XAxis, writer: &mut Writer) {
    if plot.mark == Mark::Scatter {
        return;
    }
    let Some(series) = plot.series.get(series_number) else { return };
    let runs = runs(series, field, x);
    let mut line = String::new();
    let mut area = String::new();
    for run in &runs {
        push_run(&mut line, run);
        if let (Some(first), Some(last)) = (run.first(), run.last()) {
            push_run(&mut area, run);
            let base = number(field.base());
            // Writing to a String cannot fail.
            let _ = write!(area, "L{} {base}L{} {base}Z", number(last.0), number(first.0));
        }
        if let [only] = run.as_slice() {
            writer.circle(&fill(&plot.series, series_number), only.0, only.1, 3.0, "");
        }
    }
    if plot.mark == Mark::Area {
        writer.path(&format!("wc-area {}", fill(&plot.series, series_number)), &area, "");
    }
    writer.path(&format!("wc-line {}", stroke(&plot.series, series_number)), &line, &series.name);
}

/// The unbroken parts of a line, on the page.
fn runs(series: &Series, field: &Field, x: &XAxis) -> Vec<Vec<Spot>> {
    let mut runs: Vec<Vec<Spot>> = vec![Vec::new()];
    for point in &series.points {
        let place = x.places.get(point.at).copied();
        match (place, point.y.and_then(|y| field.y(y)), runs.last_mut()) {
            (Some(place), Some(y), Some(run)) => run.push((field.x(place), y)),
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs.into_iter().map(|run| thinned(run, field.width())).collect()
}

/// Of more points than can be seen, the first, the lowest, the highest and the last of each pixel.
fn thinned(run: Vec<Spot>, width: f64) -> Vec<Spot> {
    if run.len() as f64 <= 3.0 * width {
        return run;
    }
    run.chunk_by(|a, b| a.0.floor() == b.0.floor())
        .flat_map(|chunk| {
            let positions = || 0..chunk.len();
            let lowest = positions().min_by(|a, b| chunk[*a].1.total_cmp(&chunk[*b].1));
            let highest = positions().max_by(|a, b| chunk[*a].1.total_cmp(&chunk[*b].1));
            let mut kept: Vec<usize> =
                [Some(0), lowest, highest, Some(chunk.len() - 1)].into_iter().flatten().collect();
            kept.sort_unstable();
            kept.dedup();
            kept.into_iter().map(|at| chunk[at]).collect::<Vec<Spot>>()
        })
        .collect()
}

fn push_run(path: &mut String, run: &[Spot]) {
    for (i, (x, y)) in run.iter().enumerate() {
        let _ = write!(path, "{}{} {}", if i == 0 { 'M' } else { 'L' }, number(*x), number(*y));
    }
}

/// Areas one on the other, each between its lower and its upper edge.
fn draw_stacked(plot: &Plot, field: &Field, x: &XAxis, writer: &mut Writer) {
    let y = |value: f64| field.y(value).unwrap_or(field.base());
    let mut edges: Vec<(Vec<Spot>, Vec<Spot>)> = vec![(Vec::new(), Vec::new()); plot.series.len()];
    for (at, place) in x.places.iter().enumerate() {
        let place = field.x(*place);
        let mut level = 0.0;
        let mut parts = stack(plot, at).peekable();
        for (series, (lower, upper)) in edges.iter_mut().enumerate() {
            // What is missing is as thick as nothing.
            let (from, to) = match parts.next_if(|part| part.series == series) {
                Some(part) => (part.from, part.to),
                None => (level, level),
            };
            lower.push((place, y(from)));
            upper.push((place, y(to)));
            level = to;
        }
    }
    for (series, (lower, upper)) in edges.iter().enumerate() {
        let mut path = String::new();
        if let ([at], [to]) = (lower.as_slice(), upper.as_slice()) {
            // A lone place is a strip, or it would not be seen.
            let width = field.width() / 8.0;
            let (top, height) = (at.1.min(to.1), (at.1 - to.1).abs());
            writer.rect(&fill(&plot.series, series), at.0 - width / 2.0, top, width, height, "");
            continue;
        }
        push_run(&mut path, upper);
        for (x, y) in lower.iter().rev() {
            let _ = write!(path, "L{} {}", number(*x), number(*y));
        }
        path.push('Z');
        let name = plot.series.get(series).map_or("", |series| series.name.as_str());
        writer.path(&format!("wc-edge {}", fill(&plot.series, series)), &path, name);
    }
}

fn draw_labels(field: &Field, x: &XAxis, writer: &mut Writer) {
    let mut used = f64::NEG_INFINITY;
    for (place, text) in &x.ticks {
        let shown = fitted(text, LABEL, field.width() / 3.0);
        let half = text_width(&shown, LABEL) / 2.0;
        let middle = field.x(*place).min(field.right - half);
        if middle - half < used + 8.0 {
            continue;
        }
        used = middle + half;
        writer.line("wc-axis", (field.x(*place), field.bottom), (field.x(*place), field.bottom + 4.0));
        writer.text("wc-muted", (middle, field.bottom + 17.0), Anchor::Middle, &shown, text);
    }
}

/// The points with their values, as long as there are not too many.
fn draw_points(plot: &Plot, field: &Field, x: &XAxis, is_stacked: bool, writer: &mut Writer) {
    let is_scatter = plot.mark == Mark::Scatter;
    let count: usize = plot.series.iter().map(|series| series.points.len()).sum();
    if count > TOOLTIPS_MAX && !is_scatter {
        return;
    }
    // The upper edge of each series at each place, where areas stand one on the other.
    let mut tops: Vec<Vec<Option<f64>>> = Vec::new();
    if is_stacked {
        tops = vec![vec![None; plot.series.len()]; plot.places.len()];
        for (at, tops) in tops.iter_mut().enumerate() {
            stack(plot, at).for_each(|part| tops[part.series] = Some(part.to));
        }
    }
    let has_tooltips = count <= TOOLTIPS_MAX;
    let mut taken = HashSet::new();
    for (series_number, series) in plot.series.iter().enumerate().rev() {
        let shows_points = series.points.len() <= POINTS_SHOWN_MAX && plot.mark == Mark::Line;
        let class = match (is_scatter, shows_points) {
            (true, _) => "wc-dot ",
            (false, true) => "",
            (false, false) => "wc-hit ",
        };
        let class = format!("{class}{}", fill(&plot.series, series_number));
        let radius = if shows_points { 2.5 } else { 3.5 };
        for point in &series.points {
            let Some(y) = point.y else { continue };
            let top = tops.get(point.at).and_then(|tops| *tops.get(series_number)?);
            let (Some(place), Some(top)) = (x.places.get(point.at), field.y(top.unwrap_or(y))) else {
                continue;
            };
            let x = field.x(*place);
            if has_tooltips {
                writer.circle(&class, x, top, radius, &tooltip(plot, series_number, point.at, y));
            } else if taken.insert(((x / CROWD) as i64, (top / CROWD) as i64)) {
                // Of so many points only those are drawn that do not cover another.
                writer.circle(&class, x, top, radius, "");
            }
        }
    }
}
