//! Text in a terminal: how wide it is, how it is cut and padded, what must not reach the screen.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What stands for the rest of a text that was cut.
const CUT: char = '…';

/// The number of terminal cells that a text fills.
pub fn of(text: &str) -> usize {
    text.width()
}

/// The text on one line and without effect on the terminal.
///
/// Control characters become their pictures (`␊` for a line feed, `␛` for an escape), and the marks that reverse
/// the direction of what follows become `�`: names in flow logs are written by strangers.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(picture).collect())
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn picture(c: char) -> char {
    match c {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7f}' => '\u{2421}',
        c if is_unsafe(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

/// The text, cut to at most `width` cells; `…` tells that there was more.
pub fn cut(text: &str, width: usize) -> Cow<'_, str> {
    // A character takes one to four bytes and at most two cells, so short texts need no closer look.
    if text.len() <= width && text.is_ascii() || of(text) <= width {
        return Cow::Borrowed(text);
    }
    let Some(room) = width.checked_sub(1) else { return Cow::Borrowed("") };
    let mut taken = 0;
    let fitting = text.chars().take_while(|c| {
        taken += c.width().unwrap_or(0);
        taken <= room
    });
    let mut shortened: String = fitting.collect();
    shortened.push(CUT);
    Cow::Owned(shortened)
}

/// Appends the text and then blanks up to `width` cells.
pub fn push_left(out: &mut String, text: &str, width: usize) {
    out.push_str(text);
    push_blanks(out, width.saturating_sub(of(text)));
}

/// Appends blanks and then the text, together `width` cells.
pub fn push_right(out: &mut String, text: &str, width: usize) {
    push_blanks(out, width.saturating_sub(of(text)));
    out.push_str(text);
}

/// Appends blanks.
pub fn push_blanks(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_printable_moves_the_cursor() {
        assert_eq!(printable("a\nb\t\u{1b}[31m\u{7f}\u{9b}"), "a␊b␉␛[31m␡\u{fffd}");
        assert_eq!(printable("evil\u{202e}gpj.exe"), "evil\u{fffd}gpj.exe");
        assert!(matches!(printable("plain ünï"), Cow::Borrowed(_)));
    }

    #[test]
    fn text_is_cut_by_cells_and_not_by_bytes() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdef", 5), "abcd…");
        assert_eq!(cut("東京都庁", 5), "東京…");
        assert_eq!(of(&cut("東京都庁", 6)), 5);
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("abc", 1), "…");
        assert_eq!(cut("abc", 0), "");
        assert_eq!(cut("", 0), "");
    }

    #[test]
    fn padding_counts_cells() {
        let mut out = String::new();
        push_left(&mut out, "東", 4);
        push_right(&mut out, "7", 3);
        assert_eq!(out, "東    7");
    }
}
