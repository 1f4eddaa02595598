//! The forms in which an answer is shown: rows in a format, or a drawing.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::str::FromStr;

use weir_answer::{Answer, Format, Options, encode};
use weir_chart::Size;

/// Cells in a line of a chart that no terminal shows.
const WIDTH: usize = 100;

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Its rows.
    Rows(Format),
    /// The chart that its `render` asks for, in characters.
    Chart,
    /// The chart as SVG.
    Svg,
    /// A page with the chart and the rows.
    Html,
}

/// What is known of where it is written to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place {
    /// Cells in a line of the terminal; none when it is no terminal.
    pub width: Option<usize>,
    /// Whether colours may be used.
    pub colour: bool,
}

impl Place {
    /// Standard output, without colours.
    pub fn of_stdout() -> Self {
        let size = io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
        Place { width: size.map(|(width, _)| usize::from(width.0)), colour: false }
    }
}

impl Form {
    /// What is shown to a person who named no form.
    pub fn usual(answers: &[Answer], place: Place) -> Form {
        let drawn = |answer: &Answer| answer.render.as_ref().is_some_and(|render| render.chart != "table");
        if place.width.is_some() && answers.iter().any(drawn) {
            Form::Chart
        } else {
            Form::Rows(Format::Table)
        }
    }

    /// The form that the ending of a file names.
    pub fn of_file(path: &Path) -> anyhow::Result<Form> {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        match ending.to_ascii_lowercase().as_str() {
            "txt" => Ok(Form::Rows(Format::Table)),
            "htm" => Ok(Form::Html),
            other => other.parse().map_err(|_| {
                anyhow::anyhow!("the ending of {} names no format: add --format", path.display())
            }),
        }
    }

    /// Whether a terminal can show it.
    pub fn is_text(self) -> bool {
        match self {
            Form::Rows(format) => format.is_text(),
            Form::Chart => true,
            Form::Svg | Form::Html => false,
        }
    }

    /// Whether one text holds several answers one after the other.
    pub fn holds_several(self) -> bool {
        matches!(self, Form::Rows(Format::KustoV1 | Format::Table | Format::Markdown) | Form::Chart)
    }

    /// Writes answers, apart by a blank line.
    pub fn write(
        self,
        answers: &[Answer],
        title: &str,
        place: Place,
        out: &mut dyn Write,
    ) -> anyhow::Result<()> {
        if self == Form::Rows(Format::KustoV1) {
            let answers: Vec<&Answer> = answers.iter().collect();
            return Ok(encode::kusto_v1::write(&answers, &encode::Request::default(), None, out)?);
        }
        for (number, answer) in answers.iter().enumerate() {
            if number > 0 {
                writeln!(out)?;
            }
            self.write_one(answer, title, place, out)?;
        }
        Ok(())
    }

    fn write_one(
        self,
        answer: &Answer,
        title: &str,
        place: Place,
        out: &mut dyn Write,
    ) -> anyhow::Result<()> {
        match self {
            Form::Rows(format) => {
                let options = Options { width: place.width, ..Options::default() };
                weir_answer::write(answer, format, &options, out)?;
            }
            Form::Chart => {
                let width = place.width.unwrap_or(WIDTH);
                out.write_all(weir_chart::terminal(answer, width, None, place.colour).as_bytes())?;
            }
            Form::Svg => out.write_all(weir_chart::svg(answer, Size::default()).as_bytes())?,
            Form::Html => out.write_all(weir_chart::html(answer, title).as_bytes())?,
        }
        Ok(())
    }
}

impl FromStr for Form {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "chart" => Ok(Form::Chart),
            "svg" => Ok(Form::Svg),
            "html" => Ok(Form::Html),
            other => other.parse().map(Form::Rows).map_err(|_| {
                let rows = Format::ALL.iter().map(|format| format.name());
                let names: Vec<_> = ["chart", "svg", "html"].into_iter().chain(rows).collect();
                format!("unknown format '{text}', expected one of {}", names.join(", "))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_a_file_names_its_form() {
        let of = |name: &str| Form::of_file(Path::new(name)).ok();
        assert_eq!(of("a.csv"), Some(Form::Rows(Format::Csv)));
        assert_eq!(of("a.HTML"), Some(Form::Html));
        assert_eq!(of("a.md"), Some(Form::Rows(Format::Markdown)));
        assert_eq!(of("a.doc"), None);
        assert_eq!(of("a"), None);
    }

    #[test]
    fn an_unknown_name_is_answered_with_those_that_are_known() {
        let error = "exel".parse::<Form>().unwrap_err();
        assert!(error.contains("'exel'") && error.contains("csv") && error.contains("svg"), "{error}");
    }
}
