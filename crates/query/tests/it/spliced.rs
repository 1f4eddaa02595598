//! Texts that nearly mean something: queries of the project with pieces taken out, said twice, put elsewhere, or
//! exchanged for those of others.

use std::path::Path;
use std::sync::LazyLock;

use crate::random::Dice;

/// Edits that a text gets at most.
const EDITS_MAX: usize = 6;
/// Pieces that one edit takes at most.
const PIECES_MAX: usize = 12;
/// Pieces that find their way into texts: bounds of types, empty things, much at once.
const ODD: [&str; 24] = [
    "9223372036854775807",
    "-9223372036854775808",
    "0",
    "-1",
    "1e308",
    "real(nan)",
    "long(null)",
    "datetime(null)",
    "datetime(9999-12-31)",
    "106751.23:59:59",
    "1tick",
    "''",
    "'\\u0000'",
    "dynamic(null)",
    "dynamic([])",
    "dynamic({})",
    "dynamic([[[1]],{'a':[null]}])",
    "*",
    "| take 0",
    "| serialize",
    "| summarize by 1",
    "| union (print x = 1)",
    "now()",
    "toscalar(print 1)",
];

/// The queries of the project, each in pieces: its tokens with what stands before them.
static TEXTS: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| {
    let root = Path::new("../..");
    let mut paths = Vec::new();
    for folder in ["queries", "testdata/kql"] {
        let entries = std::fs::read_dir(root.join(folder)).expect("queries are part of the repository");
        let entries = entries.flatten().map(|entry| entry.path());
        paths.extend(entries.filter(|path| path.extension().is_some_and(|extension| extension == "kql")));
    }
    paths.sort();
    let read = |path: &std::path::PathBuf| std::fs::read_to_string(path).expect("a query is text");
    paths.iter().map(|path| pieces(&read(path))).collect()
});

fn pieces(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut at = 0;
    for (_, span) in weir_kql::tokens(text) {
        pieces.extend(text.get(at..span.end).map(str::to_owned));
        at = span.end;
    }
    pieces
}

/// A text from a seed.
pub(crate) fn text(seed: u64) -> String {
    let mut dice = Dice::new(seed);
    let mut text = TEXTS[dice.roll(TEXTS.len())].clone();
    for _ in 0..=dice.roll(EDITS_MAX) {
        let from = dice.roll(text.len());
        let count = dice.roll(PIECES_MAX).min(text.len() - from);
        match dice.roll(5) {
            0 => {
                text.drain(from..from + count);
            }
            1 => {
                let twice = text[from..from + count].to_vec();
                let place = dice.roll(text.len() + 1);
                text.splice(place..place, twice);
            }
            2 => text
                .splice(from..(from + 1).min(text.len()), [format!(" {} ", dice.one_of(&ODD))])
                .for_each(drop),
            _ => {
                let other = &TEXTS[dice.roll(TEXTS.len())];
                let at = dice.roll(other.len());
                let taken = other[at..(at + dice.roll(PIECES_MAX)).min(other.len())].to_vec();
                text.splice(from..from + count, taken);
            }
        }
        if text.is_empty() {
            break;
        }
    }
    text.concat()
}
