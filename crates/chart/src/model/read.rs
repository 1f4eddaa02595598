use std::collections::HashMap;

use super::flat::ColumnKind;
use super::roles::{Roles, X};
use super::{FlatColumn, Limits, Mark, Places, Unit, Value, limit, time_grid};
use crate::label;

/// What stands for a blank name.
const BLANK: &str = "(blank)";

/// A value on its way into the plot.
pub(super) struct Row {
    pub(super) place: usize,
    pub(super) series: usize,
    /// Nothing for a null, which breaks a line.
    pub(super) y: Option<f64>,
}

/// The rows with the names of what they refer to.
pub(super) struct Rows {
    pub(super) rows: Vec<Row>,
    pub(super) keys: Keys,
    pub(super) series: Vec<String>,
}

/// Places in the order in which they were met.
pub(super) enum Keys {
    /// Names, and the number that each is, infinity for none.
    Names(Vec<String>, Vec<f64>),
    Times(Vec<i64>),
    Numbers(Vec<f64>),
}

/// The x axis.
pub(super) struct Axis {
    pub(super) places: Places,
    /// The place that adds up the rest.
    pub(super) other: Option<usize>,
    /// Whether the places are at even distances.
    pub(super) on_grid: bool,
}

/// Reads columns by their roles.
pub(super) struct Reader<'c> {
    pub(super) columns: &'c [FlatColumn],
    pub(super) roles: &'c Roles,
    pub(super) ys: &'c [usize],
    pub(super) mark: Mark,
}

impl Reader<'_> {
    pub(super) fn rows(&self, notes: &mut Vec<String>) -> Rows {
        let count = self.columns.first().map_or(0, |column| column.values.len());
        let mut keys = KeyTable::new(self.key_kind(), self.x_unit());
        let mut series = NameTable::default();
        let mut rows = Vec::with_capacity(count * self.ys.len());
        let (mut without_place, mut not_finite) = (0_usize, 0_usize);
        for row in 0..count {
            let split = self.split_name(row);
            for y_column in self.ys {
                let place = match self.roles.x {
                    X::Column(x) => keys.of(&self.columns[x].values[row]),
                    X::Rows => keys.of(&Value::Number((row + 1) as f64)),
                    X::Names => keys.of(&Value::Text(self.columns[*y_column].name.clone())),
                };
                let Some(place) = place else {
                    without_place += 1;
                    break;
                };
                let y = match self.columns[*y_column].values[row] {
                    Value::Number(y) if y.is_finite() => Some(y),
                    Value::Number(_) => {
                        not_finite += 1;
                        None
                    }
                    _ => None,
                };
                let series = series.of(&self.series_name(split.as_deref(), *y_column));
                rows.push(Row { place, series, y });
            }
        }
        if without_place > 0 {
            notes.push(format!("{without_place} rows without a value for the x axis are left out"));
        }
        if not_finite > 0 {
            notes.push(format!("{not_finite} values are infinite or no number and are left out"));
        }
        Rows { rows, keys: keys.keys, series: series.names }
    }

    fn key_kind(&self) -> ColumnKind {
        let kind = match self.roles.x {
            X::Column(x) => self.columns[x].kind,
            X::Rows => ColumnKind::Number,
            X::Names => ColumnKind::Text,
        };
        match (self.mark, kind) {
            // Ports are names, however they are written.
            (Mark::Column | Mark::Bar, ColumnKind::Number | ColumnKind::Span) => ColumnKind::Text,
            (Mark::Pie, _) => ColumnKind::Text,
            (_, kind) => kind,
        }
    }

    /// What the x column holds, where that is numbers.
    fn x_unit(&self) -> Unit {
        let is_span = matches!(self.roles.x, X::Column(x) if self.columns[x].kind == ColumnKind::Span);
        if is_span { Unit::Seconds } else { Unit::Number }
    }

    /// What the y columns hold.
    pub(super) fn unit(&self) -> Unit {
        let is_span = |i: &usize| self.columns[*i].kind == ColumnKind::Span;
        if self.ys.iter().all(is_span) { Unit::Seconds } else { Unit::Number }
    }

    /// What the series columns of a row say together.
    fn split_name(&self, row: usize) -> Option<String> {
        let value = |i: &usize| &self.columns[*i].values[row];
        let texts = self.roles.series.iter().map(|i| name_of(value(i), Unit::Number));
        let texts: Vec<String> = texts.collect();
        if texts.is_empty() { None } else { Some(texts.join(", ")) }
    }

    fn series_name(&self, split: Option<&str>, y_column: usize) -> String {
        let column = &self.columns[y_column].name;
        match (split, self.ys.len(), self.roles.x) {
            (_, _, X::Names) | (None, 1, _) => String::new(),
            (None, _, _) => column.clone(),
            (Some(split), 1, _) => split.to_owned(),
            (Some(split), _, _) => format!("{split}: {column}"),
        }
    }

    /// The places in the order of the axis, with the rows referred to them.
    pub(super) fn places(
        &self,
        rows: &mut Rows,
        additive: bool,
        limits: &Limits,
        notes: &mut Vec<String>,
    ) -> Axis {
        match &rows.keys {
            Keys::Times(times) => {
                let mut sorted = times.clone();
                sorted.sort_unstable();
                let grid = time_grid::grid(&sorted);
                let on_grid = grid.is_some();
                let places = grid.unwrap_or(sorted);
                let at = |time: &i64| places.binary_search(time).unwrap_or_default();
                let order: Vec<usize> = times.iter().map(at).collect();
                rows.rows.iter_mut().for_each(|row| row.place = order[row.place]);
                Axis { places: Places::Times(places), other: None, on_grid }
            }
            Keys::Numbers(numbers) => {
                let mut sorted = numbers.clone();
                sorted.sort_unstable_by(f64::total_cmp);
                let at = |number: &f64| {
                    sorted.binary_search_by(|known| known.total_cmp(number)).unwrap_or_default()
                };
                let order: Vec<usize> = numbers.iter().map(at).collect();
                rows.rows.iter_mut().for_each(|row| row.place = order[row.place]);
                Axis { places: Places::Numbers(sorted, self.x_unit()), other: None, on_grid: false }
            }
            Keys::Names(names, numbers) => {
                let (mut names, numbers) = (names.clone(), numbers.clone());
                if self.mark == Mark::Pie {
                    self.join_series(rows, &mut names);
                } else {
                    self.sort_numbers(rows, &mut names, &numbers);
                }
                let is_pie = self.mark == Mark::Pie;
                let max = if is_pie { limits.slices_max } else { limits.names_max };
                let kept = limit::names(rows, names, additive, is_pie, max, self.unit(), notes);
                Axis { places: Places::Names(kept.names), other: kept.other, on_grid: true }
            }
        }
    }

    /// Slices are not split further: place and series together name one.
    fn join_series(&self, rows: &mut Rows, names: &mut Vec<String>) {
        if self.roles.series.is_empty() {
            return;
        }
        let mut joined = NameTable::default();
        for row in &mut rows.rows {
            row.place = joined.of(&format!("{}, {}", names[row.place], rows.series[row.series]));
            row.series = 0;
        }
        rows.series = vec![String::new()];
        *names = joined.names;
    }

    /// Numbers that name columns ascend, unless the rows are sorted by their values.
    fn sort_numbers(&self, rows: &mut Rows, names: &mut Vec<String>, numbers: &[f64]) {
        let X::Column(x) = self.roles.x else { return };
        let ys: Vec<f64> = rows.rows.iter().filter_map(|row| row.y).collect();
        let sorted = ys.is_sorted() || ys.iter().rev().is_sorted();
        if !self.columns[x].kind.is_number() || rows.rows.len() > 1 && sorted && self.ys.len() == 1 {
            return;
        }
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by(|a, b| numbers[*a].total_cmp(&numbers[*b]));
        let mut new_place = vec![0; names.len()];
        for (new, old) in order.iter().enumerate() {
            new_place[*old] = new;
        }
        rows.rows.iter_mut().for_each(|row| row.place = new_place[row.place]);
        *names = order.into_iter().map(|old| names[old].clone()).collect();
    }
}

/// The text of a value as a name.
fn name_of(value: &Value, unit: Unit) -> String {
    match value {
        Value::Null => BLANK.to_owned(),
        Value::Text(text) if text.trim().is_empty() => BLANK.to_owned(),
        Value::Text(text) => text.clone(),
        Value::Number(number) => label::value(*number, unit),
        Value::Time(ticks) => label::time_in_full(*ticks),
    }
}

#[derive(Default)]
struct NameTable {
    names: Vec<String>,
    index: HashMap<String, usize>,
}

impl NameTable {
    fn of(&mut self, name: &str) -> usize {
        if let Some(known) = self.index.get(name) {
            return *known;
        }
        self.names.push(name.to_owned());
        self.index.insert(name.to_owned(), self.names.len() - 1);
        self.names.len() - 1
    }
}

/// The places met so far, each under its number.
struct KeyTable {
    keys: Keys,
    unit: Unit,
    names: HashMap<String, usize>,
    /// Ticks of times, bits of numbers.
    bits: HashMap<u64, usize>,
}

impl KeyTable {
    fn new(kind: ColumnKind, unit: Unit) -> KeyTable {
        let keys = match kind {
            ColumnKind::Text => Keys::Names(Vec::new(), Vec::new()),
            ColumnKind::Time => Keys::Times(Vec::new()),
            ColumnKind::Number | ColumnKind::Span => Keys::Numbers(Vec::new()),
        };
        KeyTable { keys, unit, names: HashMap::new(), bits: HashMap::new() }
    }

    /// The number of a place; nothing for a null on an axis of times or numbers.
    fn of(&mut self, value: &Value) -> Option<usize> {
        match (&mut self.keys, value) {
            (Keys::Names(names, numbers), value) => {
                let name = name_of(value, self.unit);
                Some(*self.names.entry(name).or_insert_with_key(|name| {
                    names.push(name.clone());
                    numbers.push(if let Value::Number(number) = value { *number } else { f64::INFINITY });
                    names.len() - 1
                }))
            }
            (Keys::Times(times), Value::Time(ticks)) => {
                Some(*self.bits.entry(*ticks as u64).or_insert_with(|| {
                    times.push(*ticks);
                    times.len() - 1
                }))
            }
            (Keys::Numbers(numbers), Value::Number(number)) if number.is_finite() => {
                // Zero has two spellings and is one place.
                let number = if *number == 0.0 { 0.0 } else { *number };
                Some(*self.bits.entry(number.to_bits()).or_insert_with(|| {
                    numbers.push(number);
                    numbers.len() - 1
                }))
            }
            _ => None,
        }
    }
}
