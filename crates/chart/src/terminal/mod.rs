//! Charts as text for a terminal.
//!
//! Strips are drawn with block elements, lines and points with braille, so that a cell shows more than one
//! step. With colour a series is told by it, without by the character that fills its strips or marks its points.

mod axes;
mod bars;
mod canvas;
mod columns;
mod dots;
mod lines;
mod style;

use weir_answer::{Answer, encode, width};

use crate::frame::merged;
use crate::model::{Cards, Chart, Limits, Mark, Places, Plot, Stacking, Table, chart_of};
use style::{Style, fitted, fitted_name, wrapped};

/// How much a terminal holds.
const LIMITS: Limits = Limits { names_max: 30, slices_max: 20, series_max: 8 };
/// Lines of a plot unless told otherwise.
const HEIGHT: usize = 16;
const WIDTH_MIN: usize = 20;
const HEIGHT_MIN: usize = 4;
/// Bars over time.
const BARS_MAX: usize = 60;
/// Rows of an answer that is not drawn.
const TABLE_ROWS_MAX: usize = 50;
/// A name in the legend is no longer.
const LEGEND_NAME_MAX: usize = 32;

/// The chart that an answer asks for, in lines of at most `width` cells.
///
/// `height` is the number of lines between the axes; bars and slices take a line each, whatever it is. With `colour`
/// the text holds escape sequences of terminals with 256 colours. What is no chart becomes a table.
pub fn terminal(answer: &Answer, width: usize, height: Option<usize>, colour: bool) -> String {
    let line_width = width.max(WIDTH_MIN);
    let height = height.unwrap_or(HEIGHT).max(HEIGHT_MIN);
    let style = Style { colour };
    let lines = match chart_of(answer, &LIMITS) {
        Chart::Plot(plot) => plot_lines(&plot, line_width, height, style),
        Chart::Cards(cards) => card_lines(&cards, line_width, style),
        Chart::Table(table) => table_lines(answer, &table, line_width, style),
    };
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

fn plot_lines(plot: &Plot, line_width: usize, height: usize, style: Style) -> Vec<String> {
    let mut lines = title_lines(plot.title.as_deref(), line_width, style);
    let is_empty = plot.series.iter().flat_map(|series| &series.points).all(|point| point.y.is_none());
    if is_empty {
        lines.extend(wrapped("nothing to draw: there is no value", line_width));
        lines.extend(note_lines(&plot.notes, line_width, style));
        return lines;
    }
    let (body, drawn) = body(plot, line_width, height, style);
    let is_slices = plot.mark == Mark::Pie;
    if !plot.y_title.is_empty() && !is_slices {
        lines.push(style.dim(&fitted(&plot.y_title, line_width)));
    }
    lines.extend(body);
    if plot.legend {
        lines.extend(legend_lines(&drawn, line_width, style));
    }
    lines.extend(note_lines(&drawn.notes, line_width, style));
    lines
}

/// The plot itself, and what was drawn of it.
fn body(plot: &Plot, line_width: usize, height: usize, style: Style) -> (Vec<String>, Plot) {
    match plot.mark {
        Mark::Pie => (bars::slices(plot, line_width, style), plot.clone()),
        Mark::Bar => {
            let plot = merged(plot, BARS_MAX);
            (bars::bars(&plot, line_width, style), plot)
        }
        Mark::Column => match columns::columns(plot, line_width, height, style) {
            Some(drawn) => drawn,
            // Names that do not fit below a column fit beside a bar; many times make a line.
            None if matches!(plot.places, Places::Names(_)) => {
                (bars::bars(plot, line_width, style), plot.clone())
            }
            None => (lines::lines(plot, line_width, height, style), with_mark(plot, Mark::Line)),
        },
        Mark::Area if plot.stacking != Stacking::Apart || plot.series.len() < 2 => {
            columns::stacked_areas(plot, line_width, height, style)
        }
        Mark::Area | Mark::Line | Mark::Scatter => {
            (lines::lines(plot, line_width, height, style), with_mark(plot, Mark::Line))
        }
    }
}

fn with_mark(plot: &Plot, mark: Mark) -> Plot {
    Plot { mark, ..plot.clone() }
}

fn title_lines(title: Option<&str>, line_width: usize, style: Style) -> Vec<String> {
    title.map(|title| style.bold(&fitted(title, line_width))).into_iter().collect()
}

fn note_lines(notes: &[String], line_width: usize, style: Style) -> Vec<String> {
    let lines = notes.iter().flat_map(|note| wrapped(&format!("* {note}"), line_width));
    lines.map(|line| style.dim(&line)).collect()
}

/// The names of the series, as many on a line as fit.
fn legend_lines(plot: &Plot, line_width: usize, style: Style) -> Vec<String> {
    let name_max = LEGEND_NAME_MAX.min(line_width.saturating_sub(2));
    let mut lines: Vec<String> = Vec::new();
    let mut used = 0;
    for (number, series) in plot.series.iter().enumerate() {
        let swatch = match (plot.mark, style.colour) {
            (Mark::Line | Mark::Scatter, false) => Style::point(&plot.series, number),
            (_, false) => Style::filling(&plot.series, number),
            (Mark::Line, true) => '━',
            (Mark::Scatter, true) => '●',
            (_, true) => '█',
        };
        let name = fitted_name(&series.name, name_max);
        let length = width::of(&name) + 2;
        let item = format!("{} {name}", Style::inked(&swatch.to_string(), style.ink(&plot.series, number)));
        match lines.last_mut() {
            Some(line) if used + 3 + length <= line_width => {
                line.push_str("   ");
                line.push_str(&item);
                used += 3 + length;
            }
            _ => {
                lines.push(item);
                used = length;
            }
        }
    }
    lines
}

fn card_lines(cards: &Cards, line_width: usize, style: Style) -> Vec<String> {
    let mut lines = title_lines(cards.title.as_deref(), line_width, style);
    let names = cards.facts.iter().map(|fact| width::of(&width::printable(&fact.name)));
    let name_width = names.max().unwrap_or(0).min(line_width / 2);
    for fact in &cards.facts {
        let mut line = String::new();
        width::push_left(&mut line, &fitted(&fact.name, name_width), name_width);
        let mut line = style.dim(&line);
        let room = line_width.saturating_sub(name_width + 2);
        let value = fitted(&fact.short, room);
        let rest = room.saturating_sub(width::of(&value) + 4);
        line.push_str("  ");
        line.push_str(&style.bold(&value));
        if fact.full != fact.short && width::of(&fact.full) <= rest {
            line.push_str(&style.dim(&format!("  ({})", width::printable(&fact.full))));
        }
        lines.push(line);
    }
    if cards.facts.is_empty() {
        lines.extend(wrapped("nothing to show: there is no row", line_width));
    }
    lines.extend(note_lines(&cards.notes, line_width, style));
    lines
}

fn table_lines(answer: &Answer, table: &Table, line_width: usize, style: Style) -> Vec<String> {
    let mut lines = title_lines(table.title.as_deref(), line_width, style);
    let mut text = Vec::new();
    // Memory takes whatever is written.
    let _ = encode::table::write(answer, Some(line_width), Some(TABLE_ROWS_MAX), &mut text);
    lines.extend(String::from_utf8_lossy(&text).lines().map(str::to_owned));
    lines.extend(note_lines(&table.notes, line_width, style));
    lines
}
