//! From an answer to what is to be drawn, whatever it is drawn with.
//!
//! In goes an [`Answer`] with what `render` asked for; out comes a [`Chart`]: a plot with its places along the x
//! axis and its series, cards, or the word that a table must do. All choices that Kusto leaves to the client are
//! made here: which column is the x axis, which ones split the series, what is stacked, how much is too much.

mod additive;
mod flat;
mod limit;
mod pivot;
mod points;
mod read;
mod request;
mod roles;
mod time_grid;

use weir_answer::Answer;

use crate::label;
use flat::{FlatColumn, Value};
use request::{Form, Request};

/// What is to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Chart {
    /// Marks between two axes, or a pie.
    Plot(Plot),
    /// A few values, large.
    Cards(Cards),
    /// Nothing; the rows say it better.
    Table(Table),
}

/// Marks between two axes, or a pie.
#[derive(Debug, Clone, PartialEq)]
pub struct Plot {
    /// What stands for a value.
    pub mark: Mark,
    /// How series share a place.
    pub stacking: Stacking,
    /// The title that was asked for.
    pub title: Option<String>,
    /// The name of the x axis; blank when there is none to give.
    pub x_title: String,
    /// The name of the y axis; blank when there is none to give.
    pub y_title: String,
    /// The places along the x axis, in order.
    pub places: Places,
    /// The place that adds up what was too much to show.
    pub other_place: Option<usize>,
    /// The series, those of the largest values first when they come from a column.
    pub series: Vec<Series>,
    /// Whether the series are to be named.
    pub legend: bool,
    /// What the values are.
    pub unit: Unit,
    /// The least value of the y axis, when asked for.
    pub y_min: Option<f64>,
    /// The largest value of the y axis, when asked for.
    pub y_max: Option<f64>,
    /// Whether the x axis is logarithmic.
    pub log_x: bool,
    /// Whether the y axis is logarithmic.
    pub log_y: bool,
    /// Whether values of neighbouring places may be added up.
    pub additive: bool,
    /// What a reader must be told, a sentence each.
    pub notes: Vec<String>,
}

/// What stands for a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A vertical strip.
    Column,
    /// A horizontal strip.
    Bar,
    /// A slice.
    Pie,
    /// A point of a line.
    Line,
    /// A point of a line with the area below it.
    Area,
    /// A point.
    Scatter,
}

/// How series share a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stacking {
    /// Each from zero.
    Apart,
    /// One on the other.
    Stacked,
    /// One on the other, stretched to 100 %.
    Stacked100,
}

/// What values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Plain numbers.
    Number,
    /// Seconds of a timespan.
    Seconds,
    /// Parts of a hundred.
    Percent,
}

/// Places along the x axis.
#[derive(Debug, Clone, PartialEq)]
pub enum Places {
    /// Names, at even distances.
    Names(Vec<String>),
    /// Ticks since 0001-01-01, ascending.
    Times(Vec<i64>),
    /// Numbers, ascending, and what they are.
    Numbers(Vec<f64>, Unit),
}

impl Places {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Places::Names(names) => names.len(),
            Places::Times(times) => times.len(),
            Places::Numbers(numbers, _) => numbers.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A place in full, for tooltips and lists.
    pub fn name(&self, at: usize) -> String {
        match self {
            Places::Names(names) => names.get(at).cloned().unwrap_or_default(),
            Places::Times(times) => times.get(at).map_or_else(String::new, |time| label::time_in_full(*time)),
            Places::Numbers(numbers, unit) => {
                numbers.get(at).map_or_else(String::new, |number| label::value(*number, *unit))
            }
        }
    }
}

/// Values that belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name; blank when there is only one and nothing to tell it from.
    pub name: String,
    /// Its points, in the order of their places. Columns, bars, slices and stacked areas have one for each place.
    pub points: Vec<Point>,
    /// Whether it adds up what was too much to show.
    pub is_other: bool,
}

/// A value at a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The index of the place.
    pub at: usize,
    /// The value; nothing where a line has a gap and a strip is missing.
    pub y: Option<f64>,
}

/// A few values, large.
#[derive(Debug, Clone, PartialEq)]
pub struct Cards {
    /// The title that was asked for.
    pub title: Option<String>,
    /// Name and value.
    pub facts: Vec<Fact>,
    /// What a reader must be told.
    pub notes: Vec<String>,
}

/// A value with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// The name of its column.
    pub name: String,
    /// The value in a few characters.
    pub short: String,
    /// The value in full.
    pub full: String,
}

/// Nothing to draw.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The title that was asked for.
    pub title: Option<String>,
    /// Why there is no chart, when one was asked for.
    pub notes: Vec<String>,
}

/// How much a drawing holds.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Names along the x axis.
    pub names_max: usize,
    /// Slices of a pie.
    pub slices_max: usize,
    /// Series.
    pub series_max: usize,
}

/// What is to be drawn of an answer.
///
/// The rules are those of Kusto's `render`, the choices it leaves open those of its web interface:
/// - The x axis is the first datetime, else the first column; where names repeat from row to row and there are
///   two numbers, the first number. Other numbers are the y axis, other texts split the series.
/// - Columns and bars split by a text are stacked when their values may be added up, and stand side by side
///   otherwise, as several y columns do.
/// - Of many names and many series the largest are kept. The rest is added up as `other` where that means
///   something, and left out where it does not.
pub fn chart_of(answer: &Answer, limits: &Limits) -> Chart {
    let mut request = Request::of(answer.render.as_ref());
    let (mark, timed) = match request.form {
        Form::Plot { mark, timed } => (mark, timed),
        Form::Card => return Chart::Cards(cards(answer, request)),
        Form::Table => return Chart::Table(Table { title: request.title, notes: request.notes }),
    };
    let columns = flat::columns(answer);
    let roles = roles::choose(&columns, &mut request, mark, timed);
    match roles {
        Some(roles) => Chart::Plot(pivot::plot(&columns, &roles, request, mark, limits)),
        None => {
            request.notes.push("there is no column of numbers to draw; these are the rows".to_owned());
            Chart::Table(Table { title: request.title, notes: request.notes })
        }
    }
}

/// The first row, a card for each column.
fn cards(answer: &Answer, request: Request) -> Cards {
    let first = answer.rows().next();
    let cells = first.into_iter().flatten().zip(&answer.columns);
    let facts = cells.map(|(cell, column)| {
        let full = cell.text();
        let short = match cell.as_number() {
            Some(number) if column.kind.is_numeric() => label::short(number),
            _ => full.clone(),
        };
        Fact { name: column.name.clone(), short, full }
    });
    Cards { title: request.title, facts: facts.collect(), notes: request.notes }
}
