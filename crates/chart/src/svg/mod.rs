//! Charts as SVG.
//!
//! A file stands alone: its style sheet is inside, for light and for dark, its fonts are those of the system, and
//! every mark has a tooltip with its value. The same answer always gives the same bytes.

mod bars;
mod cards;
mod columns;
mod field;
mod lines;
mod measure;
mod pie;
mod rows;
mod theme;
mod writer;

use weir_answer::Answer;

use crate::label;
use crate::model::{Chart, Limits, Mark, Plot, chart_of};
use measure::{LABEL, SMALL, TITLE, fitted, text_width, wrapped};
pub(crate) use writer::escaped;
use writer::{Anchor, Writer};

/// How much a drawing holds.
const LIMITS: Limits = Limits { names_max: 60, slices_max: 8, series_max: 8 };
/// What is left free at the edges.
const MARGIN: f64 = 16.0;
const LEGEND_LINE: f64 = 20.0;
const LEGEND_NAME_MAX: f64 = 260.0;
const SWATCH: f64 = 11.0;
const NOTE_LINE: f64 = 15.0;
/// A name in a tooltip is about twice as many characters.
const TOOLTIP_NAME_MAX: f64 = 60.0;

/// The size of a drawing in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// From left to right.
    pub width: u32,
    /// From top to bottom; bars and rows that need more take more.
    pub height: u32,
}

impl Default for Size {
    fn default() -> Self {
        Size { width: 960, height: 440 }
    }
}

impl Size {
    /// Below these nothing can be read.
    const LEAST: Size = Size { width: 240, height: 180 };
}

/// The chart that an answer asks for.
pub fn svg(answer: &Answer, size: Size) -> String {
    let width = f64::from(size.width.max(Size::LEAST.width));
    let height = f64::from(size.height.max(Size::LEAST.height));
    let chart = chart_of(answer, &LIMITS);
    let (title, notes) = match &chart {
        Chart::Plot(plot) => (&plot.title, &plot.notes),
        Chart::Cards(cards) => (&cards.title, &cards.notes),
        Chart::Table(table) => (&table.title, &table.notes),
    };
    let mut page = Page { writer: Writer::new(), width, height, top: MARGIN };
    if let Some(title) = title {
        let shown = fitted(title, TITLE * 1.05, width - 2.0 * MARGIN);
        page.top += TITLE;
        page.writer.text("wc-title", (MARGIN, page.top - 2.0), Anchor::Start, &shown, title);
        page.top += 10.0;
    }
    let notes = match &chart {
        Chart::Plot(plot) => page.plot(plot),
        Chart::Cards(cards) => {
            cards::draw(cards, &mut page);
            page.more_room_for(notes)
        }
        Chart::Table(_) => {
            rows::draw(answer, &mut page);
            page.more_room_for(notes)
        }
    };
    page.notes(&notes);
    let label =
        title.clone().unwrap_or_else(|| answer.render.as_ref().map_or_else(String::new, |r| r.chart.clone()));
    page.finish(&label)
}

/// What a mark stands for: its series, its place and its value in full.
///
/// `value` is that of the mark, for a series that does not tell.
fn tooltip(plot: &Plot, series: usize, at: usize, value: f64) -> String {
    let series = plot.series.get(series);
    // A series with a point for each place knows its values to the last digit.
    let point = series.and_then(|series| series.points.get(at)).filter(|point| point.at == at);
    let is_dense = series.is_some_and(|series| series.points.len() == plot.places.len());
    let value = if is_dense { point.and_then(|point| point.y).unwrap_or(value) } else { value };
    let name = series.map_or("", |series| series.name.as_str());
    let place = plot.places.name(at);
    let words = [name, &place].into_iter().filter(|word| !word.is_empty());
    let names: Vec<String> = words.map(|word| fitted(word, 1.0, TOOLTIP_NAME_MAX)).collect();
    format!("{}: {}", names.join(" · "), label::value(value, plot.unit))
}

/// A drawing in the making.
struct Page {
    writer: Writer,
    width: f64,
    /// What was asked for; the end of what was drawn, once it is.
    height: f64,
    /// Where the next part begins.
    top: f64,
}

impl Page {
    /// Draws a plot with its legend; what its reader must be told.
    fn plot(&mut self, plot: &Plot) -> Vec<String> {
        let is_empty = plot.series.iter().flat_map(|series| &series.points).all(|point| point.y.is_none());
        if is_empty {
            let middle = (self.width / 2.0, self.height / 2.0);
            self.writer.text("wc-muted", middle, Anchor::Middle, "Nothing to draw: there is no value.", "");
            return plot.notes.clone();
        }
        if plot.legend && plot.mark != Mark::Pie {
            self.legend(plot);
        }
        match plot.mark {
            Mark::Pie => pie::draw(plot, self),
            Mark::Bar => bars::draw(plot, self),
            Mark::Column => columns::draw(plot, self),
            Mark::Area | Mark::Line | Mark::Scatter => lines::draw(plot, self),
        }
    }

    /// Where a plot ends: its notes stand below it, within the height that was asked for.
    fn bottom(&self, plot: &Plot) -> f64 {
        self.height - self.note_lines(&plot.notes).len() as f64 * NOTE_LINE
    }

    /// The names of the series, as many in a line as fit.
    fn legend(&mut self, plot: &Plot) {
        let mut x = MARGIN;
        let mut line = self.top + LABEL;
        for (number, series) in plot.series.iter().enumerate() {
            let name = fitted(&series.name, LABEL, LEGEND_NAME_MAX.min(self.width - 3.0 * MARGIN - SWATCH));
            let item = SWATCH + 6.0 + text_width(&name, LABEL);
            if x > MARGIN && x + item > self.width - MARGIN {
                x = MARGIN;
                line += LEGEND_LINE;
            }
            let class = theme::fill(&plot.series, number);
            match plot.mark {
                Mark::Line => self.writer.rect(&class, x, line - 6.0, SWATCH, 3.0, ""),
                Mark::Scatter => self.writer.circle(&class, x + SWATCH / 2.0, line - 4.5, 4.0, ""),
                _ => self.writer.rect(&class, x, line - 10.0, SWATCH, SWATCH, ""),
            }
            self.writer.text("wc-label", (x + SWATCH + 6.0, line), Anchor::Start, &name, &series.name);
            x += item + 18.0;
        }
        self.top = line + 14.0;
    }

    fn note_lines(&self, notes: &[String]) -> Vec<String> {
        notes.iter().flat_map(|note| wrapped(note, SMALL, self.width - 2.0 * MARGIN)).collect()
    }

    /// Makes the page longer by what is to be told.
    fn more_room_for(&mut self, notes: &[String]) -> Vec<String> {
        self.height += self.note_lines(notes).len() as f64 * NOTE_LINE;
        notes.to_vec()
    }

    /// What a reader must be told, at the end of what was drawn.
    fn notes(&mut self, notes: &[String]) {
        let mut y = self.height - MARGIN / 2.0;
        let lines = self.note_lines(notes);
        y -= NOTE_LINE * lines.len() as f64;
        for line in &lines {
            y += NOTE_LINE;
            self.writer.text("wc-muted wc-small", (MARGIN, y - 3.0), Anchor::Start, line, "");
        }
    }

    fn finish(self, label: &str) -> String {
        let (width, height) = (writer::number(self.width), writer::number(self.height.ceil()));
        format!(
            "<svg class=\"wc\" xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">\n<style>{}</style>\n\
             <rect class=\"wc-paper\" x=\"0\" y=\"0\" width=\"{width}\" height=\"{height}\"/>\n{}</svg>\n",
            escaped(label),
            theme::style(),
            self.writer.finish()
        )
    }
}
