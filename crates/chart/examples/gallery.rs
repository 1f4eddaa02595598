//! Draws every sample chart, so that a change of drawing can be looked at.
//!
//! `cargo run -p weir-chart --example gallery` prints them; `-- FOLDER` writes an SVG and an HTML file for each.
//! Other words are `plain` for no colour, `width=40` and `height=10` in cells or pixels, and parts of names to draw
//! only those.

#[path = "../tests/it/samples.rs"]
mod samples;

fn main() -> std::io::Result<()> {
    let (mut colour, mut width, mut height, mut folder, mut only) = (true, None, None, None, Vec::new());
    for word in std::env::args().skip(1) {
        match word.split_once('=') {
            Some(("width", number)) => width = number.parse().ok(),
            Some(("height", number)) => height = number.parse().ok(),
            _ if word == "plain" => colour = false,
            _ if word.contains('/') => folder = Some(word),
            _ => only.push(word),
        }
    }
    for (name, answer) in samples::all() {
        if !only.is_empty() && !only.iter().any(|part| name.contains(part.as_str())) {
            continue;
        }
        match &folder {
            None => {
                let (width, height) = (width.unwrap_or(80), height.map(|height: u32| height as usize));
                println!("── {name}\n{}", weir_chart::terminal(&answer, width as usize, height, colour));
            }
            Some(folder) => {
                std::fs::create_dir_all(folder)?;
                let usual = weir_chart::Size::default();
                let (width, height) = (width.unwrap_or(usual.width), height.unwrap_or(usual.height));
                let svg = weir_chart::svg(&answer, weir_chart::Size { width, height });
                std::fs::write(format!("{folder}/{name}.svg"), svg)?;
                std::fs::write(format!("{folder}/{name}.html"), weir_chart::html(&answer, name))?;
            }
        }
    }
    Ok(())
}
