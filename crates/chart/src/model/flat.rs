use weir_answer::{Answer, Cell};
use weir_value::dynamic::{Kind, View};
use weir_value::{KustoType, datetime};

/// Arrays are unrolled up to so many rows; a chart shows no more.
const UNROLLED_ROWS_MAX: usize = 2_000_000;

/// What a column can be in a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnKind {
    Number,
    /// Numbers of seconds.
    Span,
    /// Ticks since 0001-01-01.
    Time,
    Text,
}

impl ColumnKind {
    pub(super) fn is_number(self) -> bool {
        matches!(self, ColumnKind::Number | ColumnKind::Span)
    }
}

/// A value of a column.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Number(f64),
    Time(i64),
    Text(String),
}

/// A column of an answer as a chart sees it.
#[derive(Debug, Clone)]
pub(super) struct FlatColumn {
    pub(super) name: String,
    pub(super) kind: ColumnKind,
    pub(super) values: Vec<Value>,
}

/// The columns of an answer, all of one length.
///
/// Arrays, as `make-series` gives them, are unrolled: a row for each item, the other values repeated.
pub(super) fn columns(answer: &Answer) -> Vec<FlatColumn> {
    let is_array = holding_arrays(answer);
    let mut columns: Vec<FlatColumn> = answer
        .columns
        .iter()
        .map(|column| FlatColumn {
            name: column.name.clone(),
            kind: kind_of(column.kind),
            values: Vec::new(),
        })
        .collect();
    for cells in answer.rows() {
        let arrays = cells.iter().zip(&is_array).filter(|(_, is_array)| **is_array);
        let length = arrays.map(|(cell, _)| array_length(*cell)).max().unwrap_or(1);
        if columns.first().is_some_and(|column| column.values.len() + length > UNROLLED_ROWS_MAX) {
            break;
        }
        for ((cell, is_array), column) in cells.iter().zip(&is_array).zip(&mut columns) {
            match cell {
                Cell::Dynamic(view) if *is_array => {
                    let items = view.items().map(of_view).chain(std::iter::repeat(Value::Null));
                    column.values.extend(items.take(length));
                }
                _ => column.values.extend(std::iter::repeat_n(of_cell(*cell), length)),
            }
        }
    }
    for (column, answered) in columns.iter_mut().zip(&answer.columns) {
        if answered.kind == KustoType::Dynamic {
            settle(column);
        }
    }
    columns
}

fn kind_of(kind: KustoType) -> ColumnKind {
    match kind {
        KustoType::Int | KustoType::Long | KustoType::Real | KustoType::Decimal => ColumnKind::Number,
        KustoType::Timespan => ColumnKind::Span,
        KustoType::Datetime => ColumnKind::Time,
        KustoType::Bool | KustoType::String | KustoType::Guid | KustoType::Dynamic => ColumnKind::Text,
    }
}

/// Of each column whether it holds arrays and nothing else.
fn holding_arrays(answer: &Answer) -> Vec<bool> {
    let mut arrays = vec![false; answer.columns.len()];
    let mut others = vec![false; answer.columns.len()];
    if answer.columns.iter().any(|column| column.kind == KustoType::Dynamic) {
        for cells in answer.rows() {
            for ((cell, arrays), others) in cells.iter().zip(&mut arrays).zip(&mut others) {
                match cell {
                    Cell::Dynamic(view) if view.kind() == Kind::Array => *arrays = true,
                    Cell::Null => {}
                    _ => *others = true,
                }
            }
        }
    }
    arrays.into_iter().zip(others).map(|(arrays, others)| arrays && !others).collect()
}

fn array_length(cell: Cell<'_>) -> usize {
    if let Cell::Dynamic(view) = cell { view.len() } else { 0 }
}

fn of_cell(cell: Cell<'_>) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Datetime(ticks) => Value::Time(ticks),
        Cell::Bool(value) => Value::Text(value.to_string()),
        Cell::Dynamic(view) => of_view(view),
        cell => cell.as_number().map_or_else(|| Value::Text(cell.text()), Value::Number),
    }
}

fn of_view(view: View<'_>) -> Value {
    match view.kind() {
        Kind::Null => Value::Null,
        Kind::Long => Value::Number(view.as_long().unwrap_or_default() as f64),
        Kind::Real => Value::Number(view.as_real().unwrap_or_default()),
        Kind::Datetime => Value::Time(view.as_long().unwrap_or_default()),
        _ => Value::Text(Cell::Dynamic(view).text()),
    }
}

/// Gives a column of dynamics the kind that all its values have.
fn settle(column: &mut FlatColumn) {
    // JSON has no datetimes, so an array that went through text holds their texts.
    let time_of = |value: &Value| match value {
        Value::Time(ticks) => Some(*ticks),
        Value::Text(text) if text.len() >= 10 => datetime::parse(text),
        _ => None,
    };
    let present = || column.values.iter().filter(|value| **value != Value::Null);
    if present().next().is_none() {
        return;
    }
    if present().all(|value| matches!(value, Value::Number(_))) {
        column.kind = ColumnKind::Number;
    } else if present().all(|value| time_of(value).is_some()) {
        column.kind = ColumnKind::Time;
        for value in &mut column.values {
            *value = time_of(value).map_or(Value::Null, Value::Time);
        }
    } else {
        for value in &mut column.values {
            match value {
                Value::Number(number) => *value = Value::Text(crate::label::exact(*number)),
                Value::Time(ticks) => *value = Value::Text(datetime::format(*ticks)),
                Value::Null | Value::Text(_) => {}
            }
        }
    }
}
