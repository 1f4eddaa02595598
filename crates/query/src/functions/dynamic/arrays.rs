//! Arrays: joined, cut, turned, searched and summed.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-functions#dynamicarray-functions>

use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array};
use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;
use weir_value::KustoType::Dynamic;
use weir_value::dynamic::{Kind, View};

use super::sets::same;
use super::{as_array, pack_rows, write_array};
use crate::functions::{Accepts, Function, Naming, by_kernel, exactly, many, one, optional};
use crate::kernel;
use crate::kernel::{Column, Dyn, Long, map1};

pub(crate) const FUNCTIONS: &[&Function] = &[
    &CONCAT,
    &IFF,
    &INDEX_OF,
    &REVERSE,
    &ROTATE_LEFT,
    &ROTATE_RIGHT,
    &SHIFT_LEFT,
    &SHIFT_RIGHT,
    &SLICE,
    &SPLIT,
    &SUM,
];

function!(
    CONCAT = ["array_concat"],
    Naming::None,
    [by_kernel(&[many("array", Accepts::Exactly(Dynamic), 1)], &JOINED)]
);
kernel!(
    /// Null where one of them is no array.
    JOINED = "kql_array_concat" -> Dynamic, |a, n| {
        let arrays = a.iter().map(Column::<Dyn>::of).collect::<Result<Vec<_>>>()?;
        pack_rows(n, |row, bytes| {
            let arrays: Option<Vec<View<'_>>> = arrays.iter().map(|array| as_array(array.get(row))).collect();
            if let Some(arrays) = arrays {
                write_array(arrays.into_iter().flat_map(View::items).map(Some), bytes);
            }
        })
    }
);

function!(
    IFF = ["array_iff", "array_iif"],
    Naming::None,
    [by_kernel(
        &[
            exactly("condition", Dynamic),
            one("when true", Accepts::Packed),
            one("when false", Accepts::Packed)
        ],
        &CHOSEN,
    )]
);
kernel!(
    /// Each element by its condition; null where the condition is neither a bool nor a number.
    CHOSEN = "kql_array_iff" -> Dynamic, |a, n| {
        let conditions = Column::<Dyn>::of(&a[0])?;
        let when_true = Column::<Dyn>::of(&a[1])?;
        let when_false = Column::<Dyn>::of(&a[2])?;
        pack_rows(n, |row, bytes| {
            let Some(conditions) = as_array(conditions.get(row)) else { return };
            let (yes, no) = (when_true.get(row), when_false.get(row));
            let chosen = conditions.items().enumerate().map(|(place, condition)| {
                element(if truth(condition)? { yes } else { no }, place)
            });
            write_array(chosen, bytes);
        })
    }
);

/// An element of an array; anything else stands for all elements.
fn element(value: Option<View<'_>>, place: usize) -> Option<View<'_>> {
    match value?.kind() {
        Kind::Array => value?.item(i64::try_from(place).ok()?),
        _ => value,
    }
}

fn truth(condition: View<'_>) -> Option<bool> {
    match condition.kind() {
        Kind::Bool => condition.as_bool(),
        Kind::Long => condition.as_long().map(|value| value != 0),
        Kind::Real => condition.as_real().map(|value| value != 0.0),
        _ => None,
    }
}

function!(
    INDEX_OF = ["array_index_of"],
    Naming::None,
    [by_kernel(
        &[
            exactly("array", Dynamic),
            one("value", Accepts::Packed),
            optional("start", Accepts::Integer),
            optional("length", Accepts::Integer),
            optional("occurrence", Accepts::Constant(weir_value::KustoType::Long)),
        ],
        &PLACE,
    )]
);
kernel!(
    /// The place of a value, -1 where it is not there.
    PLACE = "kql_array_index_of" -> Long, |a, n| {
        let arrays = Column::<Dyn>::of(&a[0])?;
        let values = Column::<Dyn>::of(&a[1])?;
        let number = |index: usize| a.get(index).map(Column::<Long>::of).transpose();
        let (starts, lengths, occurrences) = (number(2)?, number(3)?, number(4)?);
        let places: Int64Array = crate::limits::rows(n)
            .map(|row| {
                let array = as_array(arrays.get(row))?;
                let get = |column: &Option<Column<Long>>, default| match column {
                    None => Some(default),
                    Some(column) => column.get(row),
                };
                let (start, length, occurrence) = (get(&starts, 0)?, get(&lengths, -1)?, get(&occurrences, 1)?);
                if length < -1 || occurrence <= 0 {
                    return None;
                }
                let start = usize::try_from(from_end(start, array.len()).max(0)).ok()?;
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                let value = values.get(row);
                let found = array
                    .items()
                    .enumerate()
                    .skip(start)
                    .take(length)
                    .filter(|(_, item)| same(Some(*item), value))
                    .nth(usize::try_from(occurrence - 1).ok()?);
                Some(found.map_or(-1, |(place, _)| place as i64))
            })
            .collect();
        Ok(std::sync::Arc::new(places))
    }
);

/// A place counted from the start; a negative one counts from the end.
fn from_end(place: i64, length: usize) -> i64 {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    if place < 0 { place.saturating_add(length) } else { place }
}

function!(REVERSE = ["array_reverse"], Naming::None, [by_kernel(&[exactly("array", Dynamic)], &REVERSED)]);
kernel!(REVERSED = "kql_array_reverse" -> Dynamic, |a, n| {
    let arrays = Column::<Dyn>::of(&a[0])?;
    pack_rows(n, |row, bytes| {
        if let Some(array) = as_array(arrays.get(row)) {
            let items: Vec<_> = array.items().collect();
            write_array(items.into_iter().rev().map(Some), bytes);
        }
    })
});

macro_rules! moved {
    ($function:ident, $kernel:ident, $name:literal, $step:literal, rotate) => {
        function!(
            $function = [$name],
            Naming::None,
            [by_kernel(&[exactly("array", Dynamic), one("count", Accepts::Integer)], &$kernel)]
        );
        kernel!($kernel = (concat!("kql_", $name)) -> Dynamic, |a, n| turned(a, n, $step, true));
    };
    ($function:ident, $kernel:ident, $name:literal, $step:literal, shift) => {
        function!(
            $function = [$name],
            Naming::None,
            [by_kernel(
                &[
                    exactly("array", Dynamic),
                    one("count", Accepts::Integer),
                    optional("fill value", Accepts::Packed)
                ],
                &$kernel,
            )]
        );
        kernel!($kernel = (concat!("kql_", $name)) -> Dynamic, |a, n| turned(a, n, $step, false));
    };
}

moved!(ROTATE_LEFT, TO_LEFT, "array_rotate_left", 1, rotate);
moved!(ROTATE_RIGHT, TO_RIGHT, "array_rotate_right", -1, rotate);
moved!(SHIFT_LEFT, OUT_LEFT, "array_shift_left", 1, shift);
moved!(SHIFT_RIGHT, OUT_RIGHT, "array_shift_right", -1, shift);

/// Elements moved to the left so many places, `step` times; those that leave come back at the other end, or a value
/// is filled in for them.
fn turned(a: &[ColumnarValue], rows: usize, step: i64, around: bool) -> Result<ArrayRef> {
    let arrays = Column::<Dyn>::of(&a[0])?;
    let counts = Column::<Long>::of(&a[1])?;
    let fills = a.get(2).map(Column::<Dyn>::of).transpose()?;
    let blank = weir_value::Dynamic::String(String::new()).pack();
    pack_rows(rows, |row, bytes| {
        let (Some(array), Some(count)) = (as_array(arrays.get(row)), counts.get(row)) else { return };
        let items: Vec<View<'_>> = array.items().collect();
        let length = items.len() as i64;
        let count = count.saturating_mul(step);
        let fill = match &fills {
            Some(fills) => fills.get(row),
            // Where strings leave, blank strings come in.
            None => items.iter().all(|item| item.kind() == Kind::String).then(|| View::new(&blank)),
        };
        let moved = (0..length).map(|place| {
            let from = place.saturating_add(count);
            let from = if around { from.rem_euclid(length) } else { from };
            usize::try_from(from).ok().and_then(|from| items.get(from).copied()).or(fill)
        });
        write_array(moved, bytes);
    })
}

function!(
    SLICE = ["array_slice"],
    Naming::None,
    [by_kernel(
        &[exactly("array", Dynamic), one("start", Accepts::Integer), one("end", Accepts::Integer)],
        &CUT,
    )]
);
kernel!(
    /// From one place to another, both included.
    CUT = "kql_array_slice" -> Dynamic, |a, n| {
        let arrays = Column::<Dyn>::of(&a[0])?;
        let (starts, ends) = (Column::<Long>::of(&a[1])?, Column::<Long>::of(&a[2])?);
        pack_rows(n, |row, bytes| {
            let Some(array) = as_array(arrays.get(row)) else { return };
            let (Some(start), Some(end)) = (starts.get(row), ends.get(row)) else { return };
            let length = array.len();
            let start = usize::try_from(from_end(start, length)).unwrap_or(0);
            let end = usize::try_from(from_end(end, length).saturating_add(1)).unwrap_or(0);
            let items = array.items().enumerate().filter(|(place, _)| (start..end).contains(place));
            write_array(items.map(|(_, item)| Some(item)), bytes);
        })
    }
);

function!(
    SPLIT = ["array_split"],
    Naming::None,
    [by_kernel(&[exactly("array", Dynamic), one("index", Accepts::IntegerOrArray)], &PIECES)]
);
kernel!(
    /// The pieces between places; null where the places are no numbers.
    PIECES = "kql_array_split" -> Dynamic, |a, n| {
        let arrays = Column::<Dyn>::of(&a[0])?;
        let places = Column::<Dyn>::of(&a[1])?;
        pack_rows(n, |row, bytes| {
            let Some(array) = as_array(arrays.get(row)) else { return };
            let Some(places) = places.get(row) else { return };
            let length = array.len();
            let places: Option<Vec<i64>> = match places.kind() {
                Kind::Array => places.items().map(View::as_long).collect(),
                _ => places.as_long().map(|place| vec![place]),
            };
            let Some(places) = places else { return };
            let items: Vec<View<'_>> = array.items().collect();
            let mut rest = items.as_slice();
            let mut taken = 0;
            weir_value::dynamic::Packer::new(bytes).array(|pieces| {
                let mut piece = |items: &[View<'_>]| {
                    pieces.item(|packer| packer.array(|array| {
                        for item in items {
                            array.item(|packer| packer.packed(*item));
                        }
                    }));
                };
                for place in places {
                    let place = usize::try_from(from_end(place, length)).unwrap_or(0);
                    let (head, tail) = rest.split_at(place.saturating_sub(taken).min(rest.len()));
                    taken += head.len();
                    piece(head);
                    rest = tail;
                }
                piece(rest);
            });
        })
    }
);

function!(SUM = ["array_sum"], Naming::None, [by_kernel(&[exactly("array", Dynamic)], &TOTAL)]);
kernel!(
    /// Nulls count nothing; null where an element is no number.
    TOTAL = "kql_array_sum" -> Real, |a, n| {
        map1::<Dyn, f64, Float64Array>(a, n, |array| {
            as_array(Some(array))?.items().try_fold(0.0, |sum, item| match item.kind() {
                Kind::Null => Some(sum),
                Kind::Long => item.as_long().map(|value| sum + value as f64),
                Kind::Real => item.as_real().map(|value| sum + value),
                _ => None,
            })
        })
    }
);

#[cfg(test)]
mod tests {
    use crate::testing::{kind, refused, value};

    #[test]
    fn arrays_are_joined_if_all_are_arrays() {
        assert_eq!(value("array_concat(dynamic([1]), dynamic(['a', null]), dynamic([]))"), r#"[1,"a",null]"#);
        assert_eq!(value("array_concat(dynamic([1]), dynamic(null))"), "null");
        assert!(refused("print array_concat('a')").contains("array_concat"));
    }

    #[test]
    fn each_condition_chooses_an_element() {
        assert_eq!(
            value("array_iff(dynamic([true, 0, 2.5, null, 'x']), dynamic([1, 2, 3]), 'no')"),
            r#"[1,"no",3,null,null]"#
        );
        assert_eq!(value("array_iff(dynamic([1, 1]), dynamic([7]), 0)"), "[7,null]");
        assert_eq!(value("array_iff(dynamic({}), 1, 2)"), "null");
    }

    #[test]
    fn values_are_found_in_arrays() {
        let array = "dynamic(['x', 1, 2.0, 'x', null])";
        assert_eq!(value(&format!("array_index_of({array}, 'x')")), "0");
        assert_eq!(value(&format!("array_index_of({array}, 'x', 1)")), "3");
        assert_eq!(value(&format!("array_index_of({array}, 'x', 1, 2)")), "-1");
        assert_eq!(value(&format!("array_index_of({array}, 'x', 0, -1, 2)")), "3");
        assert_eq!(value(&format!("array_index_of({array}, 'x', -2)")), "3");
        assert_eq!(value(&format!("array_index_of({array}, 2)")), "2");
        assert_eq!(value("array_index_of(dynamic('x'), 'x')"), "null");
        assert_eq!(kind(&format!("array_index_of({array}, 1)")), "long");
    }

    #[test]
    fn elements_turn_and_leave() {
        assert_eq!(value("array_rotate_left(dynamic([1, 2, 3]), 1)"), "[2,3,1]");
        assert_eq!(value("array_rotate_right(dynamic([1, 2, 3]), 4)"), "[3,1,2]");
        assert_eq!(value("array_rotate_left(dynamic([]), 4)"), "[]");
        assert_eq!(value("array_shift_left(dynamic([1, 2, 3]), 2)"), "[3,null,null]");
        assert_eq!(value("array_shift_right(dynamic([1, 2, 3]), -1, 'z')"), r#"[2,3,"z"]"#);
        assert_eq!(value("array_shift_right(dynamic(['a', 'b']), 1)"), r#"["","a"]"#);
        assert_eq!(value("array_reverse(dynamic([1, [2, 3]]))"), "[[2,3],1]");
    }

    #[test]
    fn arrays_are_cut() {
        assert_eq!(value("array_slice(dynamic([1, 2, 3, 4]), 1, 2)"), "[2,3]");
        assert_eq!(value("array_slice(dynamic([1, 2, 3, 4]), -2, 10)"), "[3,4]");
        assert_eq!(value("array_slice(dynamic([1, 2, 3, 4]), 3, 1)"), "[]");
        assert_eq!(value("array_split(dynamic([1, 2, 3, 4, 5]), 2)"), "[[1,2],[3,4,5]]");
        assert_eq!(value("array_split(dynamic([1, 2, 3, 4, 5]), dynamic([1, -2]))"), "[[1],[2,3],[4,5]]");
        assert_eq!(value("array_split(dynamic([1]), dynamic(['x']))"), "null");
    }

    #[test]
    fn numbers_are_summed() {
        assert_eq!(value("array_sum(dynamic([1, null, 2.5]))"), "3.5");
        assert_eq!(value("array_sum(dynamic([]))"), "0.0");
        assert_eq!(value("array_sum(dynamic([1, 'x']))"), "null");
    }
}
