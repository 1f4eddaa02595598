use super::measure::{SMALL, fitted};
use super::writer::Anchor;
use super::{MARGIN, Page};
use crate::model::Cards;

const TILE_WIDTH: f64 = 220.0;
const TILE_HEIGHT: f64 = 104.0;
const BIG: f64 = 30.0;

/// Draws a tile for each value, in as many rows as it takes.
pub(super) fn draw(cards: &Cards, page: &mut Page) {
    if cards.facts.is_empty() {
        let middle = (page.width / 2.0, page.height / 2.0);
        page.writer.text("wc-muted", middle, Anchor::Middle, "Nothing to show: there is no row.", "");
        return;
    }
    let room = page.width - MARGIN;
    let across = ((room / (TILE_WIDTH + MARGIN)) as usize).clamp(1, cards.facts.len());
    let width = room / across as f64 - MARGIN;
    for (number, fact) in cards.facts.iter().enumerate() {
        let left = MARGIN + (number % across) as f64 * (width + MARGIN);
        let top = page.top + (number / across) as f64 * (TILE_HEIGHT + MARGIN);
        let inside = width - 2.0 * MARGIN;
        page.writer.rect("wc-tile", left, top, width, TILE_HEIGHT, "");
        let name = fitted(&fact.name, 12.0, inside);
        page.writer.text("wc-muted", (left + MARGIN, top + 26.0), Anchor::Start, &name, &fact.name);
        let value = fitted(&fact.short, BIG * 1.05, inside);
        page.writer.text("wc-big", (left + MARGIN, top + 62.0), Anchor::Start, &value, &fact.full);
        if fact.full != fact.short {
            let full = fitted(&fact.full, SMALL, inside);
            page.writer.text("wc-muted wc-small", (left + MARGIN, top + 86.0), Anchor::Start, &full, "");
        }
    }
    let rows = cards.facts.len().div_ceil(across);
    page.height = page.top + rows as f64 * (TILE_HEIGHT + MARGIN);
}
