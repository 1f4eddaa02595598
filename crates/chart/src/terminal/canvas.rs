use std::fmt::Write as _;

use super::style::Style;
use crate::model::Series;

/// Blocks that fill a cell from below, by eighths.
const FROM_BELOW: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Blocks that fill a cell from the left, by eighths.
const FROM_LEFT: [char; 9] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
/// Parts of a cell.
pub(super) const EIGHTHS: usize = 8;

/// A cell of the terminal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cell {
    pub(super) glyph: char,
    pub(super) ink: Option<u8>,
    pub(super) paper: Option<u8>,
}

const BLANK: Cell = Cell { glyph: ' ', ink: None, paper: None };

/// A rectangle of cells, the first line on top.
pub(super) struct Canvas {
    width: usize,
    cells: Vec<Cell>,
}

impl Canvas {
    pub(super) fn new(width: usize, height: usize) -> Canvas {
        Canvas { width, cells: vec![BLANK; width * height] }
    }

    /// Sets a cell; what lies outside is dropped.
    pub(super) fn set(&mut self, x: usize, y: usize, cell: Cell) {
        if x < self.width
            && let Some(known) = self.cells.get_mut(y * self.width + x)
        {
            *known = cell;
        }
    }

    /// The lines, without blanks at their ends.
    pub(super) fn lines(&self) -> Vec<String> {
        self.cells.chunks(self.width.max(1)).map(line).collect()
    }
}

fn line(cells: &[Cell]) -> String {
    let length = cells.iter().rposition(|cell| *cell != BLANK).map_or(0, |last| last + 1);
    let mut line = String::new();
    let mut look = (None, None);
    for cell in &cells[..length] {
        // A blank has no ink that could be seen.
        let wanted = (if cell.glyph == ' ' { None } else { cell.ink }, cell.paper);
        if wanted != look {
            if look != (None, None) {
                line.push_str("\u{1b}[0m");
            }
            // Writing to a String cannot fail.
            if let Some(ink) = wanted.0 {
                let _ = write!(line, "\u{1b}[38;5;{ink}m");
            }
            if let Some(paper) = wanted.1 {
                let _ = write!(line, "\u{1b}[48;5;{paper}m");
            }
            look = wanted;
        }
        line.push(cell.glyph);
    }
    if look != (None, None) {
        line.push_str("\u{1b}[0m");
    }
    line
}

/// Which way a strip grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Growth {
    Up,
    Right,
}

/// A strip as the series that fill its eighths, from the axis outwards.
pub(super) struct Strip {
    eighths: Vec<Option<usize>>,
}

impl Strip {
    /// An empty strip of so many cells.
    pub(super) fn new(cells: usize) -> Strip {
        Strip { eighths: vec![None; cells * EIGHTHS] }
    }

    /// Fills what lies between two places, 0 at the axis and 1 at the other end.
    pub(super) fn fill(&mut self, from: f64, to: f64, series: usize) {
        let length = self.eighths.len() as f64;
        let at = |place: f64| (place.clamp(0.0, 1.0) * length).round() as usize;
        let (low, high) = (at(from.min(to)), at(from.max(to)));
        self.eighths[low..high].fill(Some(series));
    }

    /// Marks a strip that has a value but is too short to be seen.
    pub(super) fn hint(&mut self, place: f64, series: usize) {
        if self.eighths.iter().all(Option::is_none) && !self.eighths.is_empty() {
            let at = (place.clamp(0.0, 1.0) * self.eighths.len() as f64) as usize;
            let at = at.min(self.eighths.len() - 1);
            self.eighths[at] = Some(series);
        }
    }

    /// The cells of the strip, from the axis outwards.
    pub(super) fn cells(&self, growth: Growth, style: Style, series: &[Series]) -> Vec<Cell> {
        let alone = series.len() < 2;
        self.eighths
            .chunks(EIGHTHS)
            .enumerate()
            .map(|(at, eighths)| {
                if style.colour || alone {
                    return coloured(eighths, growth, |number| style.ink(series, number));
                }
                let before = at.checked_sub(1).map(|at| &self.eighths[at * EIGHTHS..(at + 1) * EIGHTHS]);
                patterned(
                    eighths,
                    before.is_some_and(|before| before.iter().any(Option::is_some)),
                    growth,
                    series,
                )
            })
            .collect()
    }
}

/// A cell of two colours: the series at its beginning, and the next one behind it.
fn coloured(eighths: &[Option<usize>], growth: Growth, ink: impl Fn(usize) -> Option<u8>) -> Cell {
    let blocks = if growth == Growth::Up { FROM_BELOW } else { FROM_LEFT };
    let first = eighths.first().copied().flatten();
    let run = eighths.iter().take_while(|eighth| **eighth == first).count();
    let next = eighths.get(run).copied().flatten();
    match (first, next) {
        (Some(first), next) => {
            Cell { glyph: blocks[run.min(EIGHTHS)], ink: ink(first), paper: next.and_then(ink) }
        }
        (None, None) => BLANK,
        (None, Some(next)) => {
            // There are no blocks but these that fill a cell from its far end.
            let glyph = match (growth, run <= EIGHTHS / 2) {
                (Growth::Up, true) => '▀',
                (Growth::Up, false) => '▔',
                (Growth::Right, true) => '▐',
                (Growth::Right, false) => '▕',
            };
            Cell { glyph, ink: ink(next), paper: None }
        }
    }
}

/// A cell of one filling: that of the series that has most of it.
fn patterned(eighths: &[Option<usize>], goes_on: bool, growth: Growth, series: &[Series]) -> Cell {
    let filled = eighths.iter().flatten().count();
    if filled == 0 {
        return BLANK;
    }
    if filled < EIGHTHS / 2 {
        // Less than half a cell is not filled, but a whole strip does not vanish.
        let glyph = match (goes_on, growth) {
            (true, _) => ' ',
            (false, Growth::Up) => '▁',
            (false, Growth::Right) => '▏',
        };
        return Cell { glyph, ..BLANK };
    }
    let count = |number: usize| eighths.iter().filter(|eighth| **eighth == Some(number)).count();
    let most = eighths.iter().flatten().copied().max_by_key(|number| count(*number));
    Cell { glyph: most.map_or(' ', |number| Style::filling(series, number)), ..BLANK }
}
