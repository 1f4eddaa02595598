use std::fmt::Write as _;

use crate::model::Series;

/// Fills of series on white: Okabe and Ito's colours, which those tell apart who see no red or green, with the
/// yellow made darker and a violet more.
const LIGHT: [&str; 8] =
    ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#a79a00", "#6f4ea1"];
/// The same on black.
const DARK: [&str; 8] =
    ["#4aa5de", "#f0b236", "#2fbf94", "#e29dc2", "#8fd0f5", "#f0803f", "#d3c63f", "#aa8de3"];

/// The class of what is filled for a series.
pub(super) fn fill(series: &[Series], number: usize) -> String {
    class('f', series.get(number).is_some_and(|series| series.is_other), number)
}

/// The class of what is a line of a series.
pub(super) fn stroke(series: &[Series], number: usize) -> String {
    class('l', series.get(number).is_some_and(|series| series.is_other), number)
}

/// The class of a series by its number; `f` for what is filled, `l` for lines.
pub(super) fn class(what: char, is_other: bool, number: usize) -> String {
    if is_other { format!("wc-{what}o") } else { format!("wc-{what}{}", number % LIGHT.len()) }
}

/// The style sheet: light, and dark where the reader prefers it.
pub(crate) fn style() -> String {
    let mut css = String::from(
        ".wc text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Helvetica,Arial,sans-serif;\
         font-size:12px;font-variant-numeric:tabular-nums}\
         .wc .wc-title{font-size:16px;font-weight:600}\
         .wc .wc-big{font-size:30px;font-weight:600}\
         .wc .wc-small{font-size:11px}\
         .wc .wc-head{font-weight:600}\
         .wc .wc-line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}\
         .wc .wc-area{fill-opacity:.25}\
         .wc .wc-hit{fill-opacity:0}.wc .wc-hit:hover{fill-opacity:1}\
         .wc .wc-dot{fill-opacity:.75}",
    );
    css.push_str(&colours("#ffffff", "#1f2328", "#59636e", "#e7eaee", "#a9b1ba", "#8b949e", &LIGHT));
    css.push_str("@media (prefers-color-scheme:dark){");
    css.push_str(&colours("#15181c", "#e6e9ed", "#9ba5b0", "#2a3037", "#4d565f", "#7d8792", &DARK));
    css.push('}');
    css
}

fn colours(
    paper: &str,
    ink: &str,
    muted: &str,
    grid: &str,
    axis: &str,
    other: &str,
    series: &[&str],
) -> String {
    let mut css = format!(
        ".wc .wc-paper{{fill:{paper}}}.wc text{{fill:{ink}}}.wc .wc-muted{{fill:{muted}}}\
         .wc .wc-grid{{stroke:{grid};stroke-width:1}}.wc .wc-axis{{stroke:{axis};stroke-width:1}}\
         .wc .wc-tile{{fill:{grid};fill-opacity:.5}}.wc .wc-edge{{stroke:{paper};stroke-width:1}}\
         .wc .wc-fo{{fill:{other}}}.wc .wc-lo{{stroke:{other}}}"
    );
    for (number, colour) in series.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = write!(css, ".wc .wc-f{number}{{fill:{colour}}}.wc .wc-l{number}{{stroke:{colour}}}");
    }
    css
}
