//! A Markdown table, as GitHub and most renderers read it.
//!
//! What Markdown or HTML would take for markup is escaped, so that a cell shows the text that it holds. Line ends
//! become `<br>`.

use std::io::{self, BufWriter, Write};

use weir_value::KustoType;

use super::rows;
use crate::{Answer, Cell};

/// Writes an answer as a Markdown table.
pub fn write(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    let mut line = String::from("|");
    for column in &answer.columns {
        push_cell(&mut line, &column.name);
    }
    line.push_str("\n|");
    for column in &answer.columns {
        line.push_str(if is_right_aligned(column.kind) { " ---: |" } else { " --- |" });
    }
    line.push('\n');
    out.write_all(line.as_bytes())?;
    for cells in rows(answer) {
        line.clear();
        line.push('|');
        for cell in cells {
            match cell {
                Cell::String(text) | Cell::Guid(text) => push_cell(&mut line, text),
                other => push_cell(&mut line, &other.text()),
            }
        }
        line.push('\n');
        out.write_all(line.as_bytes())?;
    }
    out.flush()
}

/// Whether values of a type are read from the right.
pub(super) fn is_right_aligned(kind: KustoType) -> bool {
    kind.is_numeric() || kind == KustoType::Timespan
}

fn push_cell(out: &mut String, text: &str) {
    out.push(' ');
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '\r' => {}
            '\n' => out.push_str("<br>"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '|' | '\\' | '`' | '*' | '~' | '[' | ']' => out.extend(['\\', c]),
            // Inside a word, as in `count_`, underscores emphasise nothing.
            '_' if !before.is_alphanumeric() => {
                out.push_str("\\_");
                continue;
            }
            '_' => {
                out.push('_');
                continue;
            }
            c if c.is_control() => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
        before = c;
    }
    out.push_str(" |");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_shown_and_not_obeyed() {
        for (text, cell) in [
            ("a|b", r" a\|b |"),
            ("a\r\nb", " a<br>b |"),
            ("<img src=x>", " &lt;img src=x&gt; |"),
            ("[x](javascript:0)", r" \[x\](javascript:0) |"),
            (r"\|", r" \\\| |"),
            ("sum_x __init__", r" sum_x \_\_init__ |"),
            ("\u{0}\u{1b}", " \u{fffd}\u{fffd} |"),
        ] {
            let mut out = String::new();
            push_cell(&mut out, text);
            assert_eq!(out, cell);
        }
    }
}
