use weir_answer::{Answer, Cell};
use weir_value::KustoType;

use super::measure::{LABEL, fitted, text_width};
use super::writer::Anchor;
use super::{MARGIN, Page};
use crate::label;

const ROWS_MAX: usize = 40;
const LINE: f64 = 20.0;
const GAP: f64 = 20.0;
const COLUMN_MAX: f64 = 280.0;
const COLUMN_MIN: f64 = 40.0;

/// Draws the first rows as they are, and as many columns as fit.
pub(super) fn draw(answer: &Answer, page: &mut Page) {
    let rows: Vec<Vec<String>> =
        answer.rows().take(ROWS_MAX).map(|cells| cells.into_iter().map(text).collect()).collect();
    let mut left = MARGIN;
    let mut shown = 0;
    for (number, column) in answer.columns.iter().enumerate() {
        let texts = || rows.iter().filter_map(|row| row.get(number));
        let widest = texts()
            .map(|text| text_width(text, LABEL))
            .fold(text_width(&column.name, LABEL) * 1.06, f64::max);
        let room = page.width - MARGIN - left;
        let width = widest.clamp(COLUMN_MIN, COLUMN_MAX.max(COLUMN_MIN));
        if width > room && shown > 0 {
            break;
        }
        let width = width.min(room);
        let is_number = column.kind.is_numeric() || column.kind == KustoType::Timespan;
        let (x, anchor) = if is_number { (left + width, Anchor::End) } else { (left, Anchor::Start) };
        let mut y = page.top + LINE;
        let name = fitted(&column.name, LABEL * 1.06, width);
        page.writer.text("wc-head", (x, y), anchor, &name, &column.name);
        y += 6.0;
        for text in texts() {
            y += LINE;
            page.writer.text("wc-label", (x, y - 2.0), anchor, &fitted(text, LABEL, width), text);
        }
        left += width + GAP;
        shown += 1;
    }
    let rule = page.top + LINE + 7.0;
    page.writer.line("wc-axis", (MARGIN, rule), ((left - GAP).max(MARGIN), rule));

    let mut end = page.top + LINE + 6.0 + rows.len() as f64 * LINE + MARGIN;
    let mut told = Vec::new();
    if answer.row_count() > rows.len() {
        told.push(format!("first {} of {} rows", rows.len(), answer.row_count()));
    }
    if shown < answer.columns.len() {
        told.push(format!("first {shown} of {} columns", answer.columns.len()));
    }
    if !told.is_empty() {
        end += LINE - 6.0;
        page.writer.text(
            "wc-muted wc-small",
            (MARGIN, end - MARGIN + 4.0),
            Anchor::Start,
            &told.join(", "),
            "",
        );
    }
    page.height = end;
}

fn text(cell: Cell<'_>) -> String {
    match cell {
        Cell::Datetime(ticks) => label::time_in_full(ticks),
        other => other.text(),
    }
}
