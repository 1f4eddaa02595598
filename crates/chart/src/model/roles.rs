use std::collections::HashSet;

use super::flat::ColumnKind;
use super::request::Request;
use super::{FlatColumn, Mark, Value};

/// Which column is what.
#[derive(Debug, PartialEq)]
pub(super) struct Roles {
    pub(super) x: X,
    /// Columns whose values together name the series of a row.
    pub(super) series: Vec<usize>,
    /// Columns of numbers; at least one.
    pub(super) ys: Vec<usize>,
}

/// The x axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum X {
    Column(usize),
    /// The number of the row.
    Rows,
    /// The names of the y columns; there is but one row.
    Names,
}

/// Gives each column its role; nothing when there is no number to draw.
pub(super) fn choose(
    columns: &[FlatColumn],
    request: &mut Request,
    mark: Mark,
    timed: bool,
) -> Option<Roles> {
    let x_given = find(columns, &request.x_column, &mut request.notes);
    let ys_given = find(columns, &request.y_columns, &mut request.notes);
    let series_given = find(columns, &request.series, &mut request.notes);
    let anomalies = find(columns, &request.anomaly_columns, &mut request.notes);
    let is_free = |i: &usize| !ys_given.contains(i) && !series_given.contains(i) && !anomalies.contains(i);
    let free = |wanted: fn(ColumnKind) -> bool| -> Vec<usize> {
        (0..columns.len()).filter(is_free).filter(|i| wanted(columns[*i].kind)).collect()
    };

    let choice = Choice {
        columns,
        mark,
        times: free(|kind| kind == ColumnKind::Time),
        texts: free(|kind| kind == ColumnKind::Text),
        numbers: free(ColumnKind::is_number),
        ys_given: !ys_given.is_empty(),
    };
    let x = match x_given.first() {
        Some(x) => X::Column(*x),
        None => choice.x(),
    };
    let is_x = |i: usize| x == X::Column(i);
    if timed && !matches!(x, X::Column(i) if columns[i].kind == ColumnKind::Time) {
        request.notes.push("there is no datetime for the x axis".to_owned());
    }

    let ys: Vec<usize> = if ys_given.is_empty() {
        let numbers = choice.numbers.iter().copied().filter(|i| !is_x(*i));
        let (plain, spans): (Vec<usize>, Vec<usize>) =
            numbers.partition(|i| columns[*i].kind == ColumnKind::Number);
        if plain.is_empty() { spans } else { plain }
    } else {
        let (numbers, others): (Vec<usize>, Vec<usize>) =
            ys_given.into_iter().partition(|i| columns[*i].kind.is_number());
        let no_numbers = others.iter().map(|i| format!("{} holds no numbers", columns[*i].name));
        request.notes.extend(no_numbers);
        numbers
    };
    if ys.is_empty() {
        return None;
    }
    let series = if series_given.is_empty() {
        choice.texts.iter().copied().filter(|i| !is_x(*i)).collect()
    } else {
        series_given
    };
    let series = if x == X::Names { Vec::new() } else { series };
    Some(Roles { x, series, ys })
}

/// What the x axis is chosen from.
struct Choice<'c> {
    columns: &'c [FlatColumn],
    mark: Mark,
    times: Vec<usize>,
    texts: Vec<usize>,
    numbers: Vec<usize>,
    ys_given: bool,
}

impl Choice<'_> {
    fn x(&self) -> X {
        let first =
            [&self.times, &self.texts, &self.numbers].into_iter().filter_map(|list| list.first()).min();
        let first_kind = first.map(|i| self.columns[*i].kind);
        let is_strip = matches!(self.mark, Mark::Column | Mark::Bar | Mark::Pie);
        // A number is the x axis when another is left for the y axis.
        let number = self.numbers.first().filter(|_| self.ys_given || self.numbers.len() > 1);

        if let (Some(time), false) = (self.times.first(), self.mark == Mark::Pie) {
            let numeric_scatter = self.mark == Mark::Scatter && first_kind.is_some_and(ColumnKind::is_number);
            if !numeric_scatter {
                return X::Column(*time);
            }
        }
        let rows = self.columns.first().map_or(0, |column| column.values.len());
        if is_strip && rows == 1 && self.texts.is_empty() && self.times.is_empty() {
            return X::Names;
        }
        let text = match self.texts.first() {
            Some(text) if first_kind == Some(ColumnKind::Text) || number.is_none() => {
                let is_split = self.mark != Mark::Pie && number.is_some() && self.texts_repeat();
                if is_split { None } else { Some(text) }
            }
            _ => None,
        };
        match text.or(number).or(self.times.first()) {
            Some(x) => X::Column(*x),
            None => X::Rows,
        }
    }

    /// Whether two rows have the same texts, so that something else must tell them apart.
    fn texts_repeat(&self) -> bool {
        let rows = self.columns.first().map_or(0, |column| column.values.len());
        let mut seen = HashSet::new();
        (0..rows).any(|row| {
            let key: Vec<&str> = self.texts.iter().map(|i| text_of(&self.columns[*i].values[row])).collect();
            !seen.insert(key)
        })
    }
}

fn text_of(value: &Value) -> &str {
    if let Value::Text(text) = value { text } else { "" }
}

/// The columns of these names; a name may also be a list of names.
fn find(columns: &[FlatColumn], names: &[String], notes: &mut Vec<String>) -> Vec<usize> {
    let exact = |name: &str| columns.iter().position(|column| column.name == name);
    let mut found = Vec::new();
    for name in names {
        if let Some(i) = exact(name) {
            found.push(i);
            continue;
        }
        for part in name.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let loose = || columns.iter().position(|column| column.name.eq_ignore_ascii_case(part));
            match exact(part).or_else(loose) {
                Some(i) => found.push(i),
                None => notes.push(format!("there is no column {part}")),
            }
        }
    }
    found
}
