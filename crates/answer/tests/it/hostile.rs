use weir_answer::{Format, Options};

use super::{Values, answer, text, text_with};

const HOSTILE: [&str; 9] = [
    "<script>alert(1)</script>",
    "\"quoted\", 'and', `more`",
    "a|b\\|c",
    "line\r\nbreak\ttab",
    "\u{1b}]0;title\u{7}\u{1b}[2J",
    "\u{202e}gnp.exe\u{2066}",
    "=cmd()",
    "مرحبا بالعالم",
    "\u{0}\u{7f}\u{85}\u{2028}",
];

fn hostile() -> weir_answer::Answer {
    let long = "x".repeat(10_000);
    let texts = HOSTILE.iter().map(|text| (*text).to_owned()).chain([long]);
    answer(&[("<b>na|me\"\n", Values::Strings(texts.collect()))], 3)
}

#[test]
fn a_table_sends_no_control_character_to_the_terminal() {
    for width in [None, Some(40), Some(3)] {
        let table = text_with(&hostile(), Format::Table, &Options { width, ..Options::default() });
        assert!(!table.chars().any(|c| c.is_control() && c != '\n'));
        assert!(!table.contains(['\u{202e}', '\u{2066}', '\u{2028}']));
        // Name, rule, rows, the closing line.
        assert_eq!(table.lines().count(), HOSTILE.len() + 4);
        if let Some(width) = width {
            let rows = table.lines().take(HOSTILE.len() + 3);
            assert!(rows.map(weir_answer::width::of).all(|cells| cells <= width));
        }
    }
}

#[test]
fn a_markdown_table_keeps_a_line_for_a_row_and_shows_no_html() {
    let table = text(&hostile(), Format::Markdown);
    assert_eq!(table.lines().count(), HOSTILE.len() + 3);
    let without_breaks = table.replace("<br>", "");
    assert!(!without_breaks.contains('<'));
    for line in table.lines() {
        let bars = line.replace("\\\\", "").replace("\\|", "").matches('|').count();
        assert_eq!(bars, 2, "{line}");
    }
}

#[test]
fn json_lines_hold_no_line_end() {
    let lines = text(&hostile(), Format::Jsonl);
    assert_eq!(lines.lines().count(), HOSTILE.len() + 1);
}
