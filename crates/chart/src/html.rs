//! A chart as a page of its own.
//!
//! The page holds all it needs and may be opened from a disk, sent by mail or served: no script, nothing fetched.
//! Below the chart stand the rows it was drawn from. Light or dark is the reader's choice.

use std::fmt::Write as _;

use weir_answer::{Answer, Cell};
use weir_value::KustoType;

use crate::label;
use crate::model::{Chart, Limits, chart_of};
use crate::svg::{Size, escaped, svg};

/// Rows in the table below the chart.
const ROWS_MAX: usize = 1_000;
/// Characters of a value in the table.
const TEXT_CHARS_MAX: usize = 500;

const STYLE: &str = "\
:root{color-scheme:light dark;--paper:#fff;--ink:#1f2328;--muted:#59636e;--rule:#d8dde3;--head:#f5f6f8}\
@media (prefers-color-scheme:dark){:root{--paper:#15181c;--ink:#e6e9ed;--muted:#9ba5b0;--rule:#2f363e;--head:#1d2126}}\
body{margin:0 auto;padding:24px;max-width:1100px;background:var(--paper);color:var(--ink);\
font:14px/1.45 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Helvetica,Arial,sans-serif}\
h1{font-size:20px;margin:0 0 16px;overflow-wrap:anywhere}\
figure{margin:0 0 24px}\
figure svg{display:block;width:100%;height:auto}\
.rows{overflow-x:auto}\
table{border-collapse:collapse;font-variant-numeric:tabular-nums}\
caption{text-align:left;color:var(--muted);padding:0 0 8px}\
th,td{padding:4px 12px;border-bottom:1px solid var(--rule);text-align:left;vertical-align:top;\
max-width:60ch;overflow-wrap:anywhere}\
th{background:var(--head);font-weight:600;white-space:nowrap}\
.number{text-align:right}";

/// A page with the chart that an answer asks for, and its rows.
///
/// Of more than a thousand rows the first are listed, of long values the beginning.
pub fn html(answer: &Answer, title: &str) -> String {
    let title = escaped(title);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
    );
    // The rows are listed below in any case.
    let limits = Limits { names_max: 1, slices_max: 1, series_max: 1 };
    match chart_of(answer, &limits) {
        Chart::Table(table) => {
            for note in &table.notes {
                push(&mut page, format_args!("<p>{}</p>\n", escaped(note)));
            }
        }
        Chart::Plot(_) | Chart::Cards(_) => {
            push(&mut page, format_args!("<figure>\n{}</figure>\n", svg(answer, Size::default())));
        }
    }
    push_rows(answer, &mut page);
    page.push_str("</body>\n</html>\n");
    page
}

fn push_rows(answer: &Answer, page: &mut String) {
    let count = answer.row_count();
    let rows = if count == 1 { "row" } else { "rows" };
    let caption = if count > ROWS_MAX {
        format!("The first {ROWS_MAX} of {count} rows of the answer")
    } else {
        format!("The answer in full, {count} {rows}")
    };
    push(page, format_args!("<div class=\"rows\">\n<table>\n<caption>{caption}</caption>\n<thead><tr>"));
    let class = |kind: KustoType| {
        let is_number = kind.is_numeric() || kind == KustoType::Timespan;
        if is_number { " class=\"number\"" } else { "" }
    };
    for column in &answer.columns {
        let name = clipped(&column.name);
        push(page, format_args!("<th scope=\"col\"{} dir=\"auto\">{name}</th>", class(column.kind)));
    }
    page.push_str("</tr></thead>\n<tbody>\n");
    for cells in answer.rows().take(ROWS_MAX) {
        page.push_str("<tr>");
        for (column, cell) in answer.columns.iter().zip(cells) {
            let text = match cell {
                Cell::Datetime(ticks) => label::time_in_full(ticks),
                other => other.text(),
            };
            push(page, format_args!("<td{} dir=\"auto\">{}</td>", class(column.kind), clipped(&text)));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody>\n</table>\n</div>\n");
}

fn clipped(text: &str) -> String {
    match text.char_indices().nth(TEXT_CHARS_MAX) {
        Some((end, _)) => escaped(text.get(..end).unwrap_or("")) + "…",
        None => escaped(text),
    }
}

fn push(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = page.write_fmt(text);
}
