use std::borrow::Cow;

use weir_answer::width;

use crate::model::Series;

/// Colours of series, of the 256 that terminals know: told apart by those who see no red or green, and legible on
/// black and on white.
const INKS: [u8; 8] = [32, 214, 36, 175, 74, 166, 142, 97];
const OTHER_INK: u8 = 245;
/// Fillings of series without colour.
const FILLINGS: [char; 8] = ['█', '░', '▓', '▒', '#', 'o', '+', 'x'];
const OTHER_FILLING: char = '·';
/// Points of series without colour.
const POINTS: [char; 8] = ['*', 'o', '+', 'x', '#', '@', '=', '%'];
const OTHER_POINT: char = '·';

/// How series and text look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) colour: bool,
}

impl Style {
    /// The colour of a series; nothing where there is none.
    pub(super) fn ink(self, series: &[Series], number: usize) -> Option<u8> {
        let is_other = series.get(number).is_some_and(|series| series.is_other);
        self.colour.then_some(if is_other { OTHER_INK } else { INKS[number % INKS.len()] })
    }

    /// What fills the strips of a series where colour does not tell it.
    pub(super) fn filling(series: &[Series], number: usize) -> char {
        if series.get(number).is_some_and(|series| series.is_other) {
            OTHER_FILLING
        } else {
            FILLINGS[number % FILLINGS.len()]
        }
    }

    /// What marks the points of a series where colour does not tell it.
    pub(super) fn point(series: &[Series], number: usize) -> char {
        if series.get(number).is_some_and(|series| series.is_other) {
            OTHER_POINT
        } else {
            POINTS[number % POINTS.len()]
        }
    }

    /// Text that stands out.
    pub(super) fn bold(self, text: &str) -> String {
        if self.colour { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Text that stands back.
    pub(super) fn dim(self, text: &str) -> String {
        if self.colour && !text.is_empty() { format!("\u{1b}[2m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Text in a colour.
    pub(super) fn inked(text: &str, ink: Option<u8>) -> String {
        match ink {
            Some(ink) => format!("\u{1b}[38;5;{ink}m{text}\u{1b}[0m"),
            None => text.to_owned(),
        }
    }
}

/// A name on one line of at most so many cells.
pub(super) fn fitted(name: &str, width: usize) -> String {
    let printable: Cow<'_, str> = width::printable(name);
    width::cut(&printable, width).into_owned()
}

/// A name on one line of at most so many cells; of a long one, beginning and end, where resource ids differ.
pub(super) fn fitted_name(name: &str, width: usize) -> String {
    let printable = width::printable(name);
    if width::of(&printable) <= width || width < 8 {
        return width::cut(&printable, width).into_owned();
    }
    let head = width::cut(&printable, width / 3);
    let room = width - width::of(&head);
    let mut taken = 0;
    let tail = printable.chars().rev().take_while(|c| {
        taken += width::of(c.encode_utf8(&mut [0; 4]));
        taken <= room
    });
    let start = printable.len() - tail.map(char::len_utf8).sum::<usize>();
    format!("{head}{}", printable.get(start..).unwrap_or(""))
}

/// The words of a text in lines of at most so many cells, those behind the first indented.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let printable = width::printable(text);
    for word in printable.split(' ').filter(|word| !word.is_empty()) {
        let word = width::cut(word, width.saturating_sub(2).max(1));
        match lines.last_mut() {
            Some(line) if width::of(line) + 1 + width::of(&word) <= width => {
                line.push(' ');
                line.push_str(&word);
            }
            Some(_) => lines.push(format!("  {word}")),
            None => lines.push(word.into_owned()),
        }
    }
    lines
}
