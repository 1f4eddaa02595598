use weir_answer::Render;

use super::{Mark, Stacking};

/// What `render` asks for, read once.
///
/// Source: <https://learn.microsoft.com/kusto/query/render-operator>
#[derive(Debug)]
pub(super) struct Request {
    pub(super) form: Form,
    /// `None` for the usual one.
    pub(super) stacking: Option<Stacking>,
    pub(super) title: Option<String>,
    pub(super) x_title: Option<String>,
    pub(super) y_title: Option<String>,
    /// Names of columns as given; empty when none was.
    pub(super) x_column: Vec<String>,
    pub(super) y_columns: Vec<String>,
    pub(super) series: Vec<String>,
    pub(super) anomaly_columns: Vec<String>,
    pub(super) legend: bool,
    pub(super) y_min: Option<f64>,
    pub(super) y_max: Option<f64>,
    pub(super) log_x: bool,
    pub(super) log_y: bool,
    pub(super) accumulate: bool,
    pub(super) notes: Vec<String>,
}

/// What is to be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Plot {
        mark: Mark,
        /// Whether only a datetime can be the x axis.
        timed: bool,
    },
    Card,
    Table,
}

impl Request {
    pub(super) fn of(render: Option<&Render>) -> Request {
        let none = Render { chart: "table".to_owned(), properties: Vec::new() };
        let render = render.unwrap_or(&none);
        let mut notes = Vec::new();
        let (form, usual_stacking) = form_of(&render.chart, &mut notes);
        let text = |name: &str| render.property(name).map(unquoted).filter(|text| !text.is_empty());
        let is = |name: &str, wanted: &str| text(name).is_some_and(|text| text.eq_ignore_ascii_case(wanted));
        let columns = |name: &str| render.values(name).map(unquoted).collect::<Vec<String>>();
        let bound =
            |name: &str| text(name).and_then(|text| text.parse().ok()).filter(|b: &f64| b.is_finite());

        let stacking = match text("kind").map(|kind| kind.to_ascii_lowercase()).as_deref() {
            None | Some("default") => usual_stacking,
            Some("unstacked") => Some(Stacking::Apart),
            Some("stacked") => Some(Stacking::Stacked),
            Some("stacked100") => Some(Stacking::Stacked100),
            Some(other) => {
                notes.push(format!("kind={other} is not drawn"));
                usual_stacking
            }
        };
        for (name, drawn) in [("ysplit", "none"), ("xmin", ""), ("xmax", "")] {
            if text(name).is_some_and(|text| !text.eq_ignore_ascii_case(drawn)) {
                notes.push(format!("{name} is not drawn"));
            }
        }
        Request {
            form,
            stacking,
            title: text("title"),
            x_title: text("xtitle"),
            y_title: text("ytitle"),
            x_column: columns("xcolumn"),
            y_columns: columns("ycolumns"),
            series: columns("series"),
            anomaly_columns: columns("anomalycolumns"),
            legend: !is("legend", "hidden"),
            y_min: bound("ymin"),
            y_max: bound("ymax"),
            log_x: is("xaxis", "log"),
            log_y: is("yaxis", "log"),
            accumulate: is("accumulate", "true"),
            notes,
        }
    }
}

fn form_of(chart: &str, notes: &mut Vec<String>) -> (Form, Option<Stacking>) {
    let plot = |mark| Form::Plot { mark, timed: false };
    match chart.to_ascii_lowercase().as_str() {
        "columnchart" => (plot(Mark::Column), None),
        "barchart" => (plot(Mark::Bar), None),
        "piechart" => (plot(Mark::Pie), Some(Stacking::Stacked)),
        "linechart" => (plot(Mark::Line), Some(Stacking::Apart)),
        "timechart" => (Form::Plot { mark: Mark::Line, timed: true }, Some(Stacking::Apart)),
        "anomalychart" => {
            notes.push("anomalies are not marked".to_owned());
            (Form::Plot { mark: Mark::Line, timed: true }, Some(Stacking::Apart))
        }
        "areachart" => (plot(Mark::Area), Some(Stacking::Apart)),
        "stackedareachart" => (plot(Mark::Area), Some(Stacking::Stacked)),
        "scatterchart" => (plot(Mark::Scatter), Some(Stacking::Apart)),
        "card" => (Form::Card, None),
        "table" => (Form::Table, None),
        other => {
            notes.push(format!("{other} is not drawn; these are its rows"));
            (Form::Table, None)
        }
    }
}

/// A value without the quotes or brackets in which it may be written.
fn unquoted(text: &str) -> String {
    let mut text = text.trim();
    if let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        text = inner.trim();
    }
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return inner.to_owned();
        }
    }
    text.to_owned()
}
