use super::canvas::{Canvas, Cell};
use super::style::Style;
use crate::model::Series;

/// The bits of a braille character, by column and row of its dots.
const BRAILLE: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

/// Points and lines, finer than cells where a series needs no character of its own.
pub(super) struct Dots {
    width: usize,
    height: usize,
    /// Dots in a cell, across and down.
    grain: (usize, usize),
    cells: Vec<(u8, Option<usize>)>,
}

impl Dots {
    /// Room for points in so many cells; `fine` draws eight dots in each.
    pub(super) fn new(width: usize, height: usize, fine: bool) -> Dots {
        let grain = if fine { (2, 4) } else { (1, 1) };
        Dots { width, height, grain, cells: vec![(0, None); width * height] }
    }

    fn position(&self, x: f64, y: f64) -> (i64, i64) {
        let across = (self.width * self.grain.0) as f64 - 1.0;
        let down = (self.height * self.grain.1) as f64 - 1.0;
        ((x.clamp(0.0, 1.0) * across).round() as i64, ((1.0 - y.clamp(0.0, 1.0)) * down).round() as i64)
    }

    /// A dot, or a larger one; 0, 0 is the beginning of both axes and 1, 1 their end.
    pub(super) fn dot(&mut self, at: (f64, f64), series: usize, large: bool) {
        let (x, y) = self.position(at.0, at.1);
        self.mark(x, y, series);
        if large && self.grain != (1, 1) {
            self.mark(x ^ 1, y, series);
            self.mark(x, y ^ 1, series);
            self.mark(x ^ 1, y ^ 1, series);
        }
    }

    /// A straight line between two points.
    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), series: usize) {
        let (from, to) = (self.position(from.0, from.1), self.position(to.0, to.1));
        let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs()).max(1);
        for step in 0..=steps {
            let part = step as f64 / steps as f64;
            let between = |a: i64, b: i64| (a as f64 + (b - a) as f64 * part).round() as i64;
            self.mark(between(from.0, to.0), between(from.1, to.1), series);
        }
    }

    fn mark(&mut self, x: i64, y: i64, series: usize) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return };
        let (column, row) = (x / self.grain.0, y / self.grain.1);
        if column >= self.width {
            return;
        }
        let bits = BRAILLE[x % self.grain.0][y % self.grain.1];
        if let Some(cell) = self.cells.get_mut(row * self.width + column) {
            *cell = (cell.0 | bits, Some(series));
        }
    }

    /// Draws what was marked.
    pub(super) fn draw(&self, canvas: &mut Canvas, style: Style, series: &[Series]) {
        for (at, (bits, number)) in self.cells.iter().enumerate() {
            let Some(number) = *number else { continue };
            let glyph = if self.grain == (1, 1) {
                Style::point(series, number)
            } else {
                char::from_u32(0x2800 + u32::from(*bits)).unwrap_or('·')
            };
            let cell = Cell { glyph, ink: style.ink(series, number), paper: None };
            canvas.set(at % self.width, at / self.width, cell);
        }
    }
}
