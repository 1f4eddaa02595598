//! Dynamics: members, arrays, bags.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-functions#dynamicarray-functions>

pub(crate) mod arrays;
pub(crate) mod bags;
pub(crate) mod order;
pub(crate) mod paths;
pub(crate) mod sets;
pub(crate) mod shapes;

use datafusion::arrow::array::{ArrayRef, Int64Array};
use weir_value::KustoType;
use weir_value::dynamic::{Kind, Packer, View};

use super::conversion::{PARSE_JSON, write_dynamic};
use super::{Accepts, Function, Naming, by_kernel, exactly, many, one, with};
use crate::bind::pack;
use crate::kernel;
use crate::kernel::{Budget, Column, Dyn, Long, PackedOut, Str, map1, write2};
use crate::typed::Typed;

use KustoType::{Dynamic, String as Text};

pub(crate) const FUNCTIONS: &[&Function] = &[&PARSE, &ARRAY_LENGTH, &PACK_ARRAY, &BAG_PACK, &STRCAT_ARRAY];

/// One dynamic a row, packed into an empty buffer; nothing packed is a null.
pub(crate) fn pack_rows(
    rows: usize,
    mut pack: impl FnMut(usize, &mut Vec<u8>),
) -> datafusion::common::Result<ArrayRef> {
    let mut out = PackedOut::new(rows);
    let mut budget = Budget::default();
    for row in crate::limits::rows(rows) {
        let mut size = 0;
        out.pack(|bytes| {
            pack(row, bytes);
            size = bytes.len();
        });
        budget.spend(size)?;
    }
    Ok(out.finish())
}

/// Appends an array of values; nothing stands for a null.
pub(crate) fn write_array<'v>(values: impl IntoIterator<Item = Option<View<'v>>>, bytes: &mut Vec<u8>) {
    Packer::new(bytes).array(|array| {
        for value in values {
            array.item(|packer| match value {
                Some(view) => packer.packed(view),
                None => packer.null(),
            });
        }
    });
}

/// The value where it is an array.
pub(crate) fn as_array(value: Option<View<'_>>) -> Option<View<'_>> {
    value.filter(|view| view.kind() == Kind::Array)
}

kernel!(
    /// A property of a bag; null where it has none.
    PROPERTY = "kql_property" -> Dynamic, |a, n| {
        let values = Column::<Dyn>::of(&a[0])?;
        let names = Column::<Str>::of(&a[1])?;
        let mut out = PackedOut::new(n);
        for row in crate::limits::rows(n) {
            match values.get(row).and_then(|value| value.property(names.get(row).unwrap_or_default())) {
                Some(value) => out.push(value),
                None => out.push_null(),
            }
        }
        Ok(out.finish())
    }
);
kernel!(
    /// An element of an array, a negative place counted from the end; null where there is none.
    INDEX = "kql_index" -> Dynamic, |a, n| {
        let values = Column::<Dyn>::of(&a[0])?;
        let places = Column::<Long>::of(&a[1])?;
        let mut out = PackedOut::new(n);
        for row in crate::limits::rows(n) {
            match values.get(row).zip(places.get(row)).and_then(|(value, place)| value.item(place)) {
                Some(value) => out.push(value),
                None => out.push_null(),
            }
        }
        Ok(out.finish())
    }
);

kernel!(
    /// The sum of two numbers, whole where both are.
    DYNAMIC_PLUS = "kql_dynamic_plus" -> Dynamic, |a, n| of_numbers(a, n, i64::wrapping_add, |x, y| x + y)
);
kernel!(
    /// The difference of two numbers, whole where both are.
    DYNAMIC_MINUS = "kql_dynamic_minus" -> Dynamic, |a, n| of_numbers(a, n, i64::wrapping_sub, |x, y| x - y)
);

/// A number made of two; null unless both are numbers.
fn of_numbers(
    arguments: &[datafusion::logical_expr::ColumnarValue],
    rows: usize,
    whole: fn(i64, i64) -> i64,
    real: fn(f64, f64) -> f64,
) -> datafusion::common::Result<datafusion::arrow::array::ArrayRef> {
    let (left, right) = (Column::<Dyn>::of(&arguments[0])?, Column::<Dyn>::of(&arguments[1])?);
    let number = |view: weir_value::dynamic::View<'_>| match view.kind() {
        Kind::Long => view.as_long().map(|value| value as f64),
        _ => view.as_real(),
    };
    let mut out = PackedOut::new(rows);
    for row in crate::limits::rows(rows) {
        let Some((x, y)) = left.get(row).zip(right.get(row)) else {
            out.push_null();
            continue;
        };
        out.pack(|bytes| {
            let mut packer = Packer::new(bytes);
            if let (Kind::Long, Kind::Long, Some((x, y))) = (x.kind(), y.kind(), x.as_long().zip(y.as_long()))
            {
                packer.long(whole(x, y));
            } else if let Some((x, y)) = number(x).zip(number(y)) {
                packer.real(real(x, y));
            }
        });
    }
    Ok(out.finish())
}

function!(
    PARSE = ["parse_json", "todynamic", "toobject", "parsejson"],
    Naming::FirstArgument,
    [
        // Parsing what is parsed changes nothing.
        with(&[exactly("value", Dynamic)], |a| a.take(0)),
        with(&[one("json", Accepts::StringOrDynamic)], |a| {
            let value = a.take(0);
            a.binder.fold(Typed::new(PARSE_JSON.call(vec![value.expr]), Dynamic))
        })
    ]
);

function!(
    ARRAY_LENGTH = ["array_length", "arraylength"],
    Naming::None,
    [by_kernel(&[exactly("array", Dynamic)], &LENGTH)]
);
kernel!(LENGTH = "kql_array_length" -> Long, |a, n| {
    map1::<Dyn, i64, Int64Array>(a, n, |value| (value.kind() == Kind::Array).then_some(value.len() as i64))
});

function!(
    PACK_ARRAY = ["pack_array"],
    Naming::None,
    [with(&[many("value", Accepts::Any, 0)], |a| {
        let values = (0..a.typed.len()).map(|index| pack(a.take(index)).expr).collect();
        a.binder.fold(Typed::new(ARRAY.call(values), Dynamic))
    })]
);
kernel!(
    /// An array of its arguments.
    ARRAY = "kql_pack_array" -> Dynamic, |a, n| {
    let values = a.iter().map(Column::<Dyn>::of).collect::<datafusion::common::Result<Vec<_>>>()?;
    let mut out = PackedOut::new(n);
    for row in crate::limits::rows(n) {
        out.pack(|bytes| {
            Packer::new(bytes).array(|array| {
                for value in &values {
                    array.item(|packer| match value.get(row) {
                        Some(view) => packer.packed(view),
                        None => packer.null(),
                    });
                }
            });
        });
    }
    Ok(out.finish())
}
);

function!(
    BAG_PACK = ["bag_pack", "pack", "pack_dictionary"],
    Naming::None,
    [with(&[many("key", Accepts::Exactly(Text), 1), many("value", Accepts::Any, 1)], |a| {
        let exprs = (0..a.typed.len())
            .map(|index| if index % 2 == 0 { a.take(index).expr } else { pack(a.take(index)).expr })
            .collect();
        a.binder.fold(Typed::new(BAG.call(exprs), Dynamic))
    })]
);
kernel!(BAG = "kql_bag_pack" -> Dynamic, |a, n| pack_bags(a, n, false));
kernel!(
    /// Without what is null or blank.
    BAG_OF_PRESENT = "kql_bag_pack_present" -> Dynamic, |a, n| pack_bags(a, n, true)
);

/// One bag a row, of key, value, key, value …
fn pack_bags(
    a: &[datafusion::logical_expr::ColumnarValue],
    rows: usize,
    only_present: bool,
) -> datafusion::common::Result<ArrayRef> {
    let keys = a.iter().step_by(2).map(Column::<Str>::of).collect::<datafusion::common::Result<Vec<_>>>()?;
    let values =
        a.iter().skip(1).step_by(2).map(Column::<Dyn>::of).collect::<datafusion::common::Result<Vec<_>>>()?;
    pack_rows(rows, |row, bytes| {
        Packer::new(bytes).bag(|bag| {
            for (key, value) in keys.iter().zip(&values) {
                let value = value.get(row);
                if only_present && value.is_none_or(|value| value.as_str() == Some("")) {
                    continue;
                }
                bag.property(key.get(row).unwrap_or_default(), |packer| match value {
                    Some(view) => packer.packed(view),
                    None => packer.null(),
                });
            }
        });
    })
}

function!(
    STRCAT_ARRAY = ["strcat_array", "array_strcat"],
    Naming::None,
    [by_kernel(&[exactly("array", Dynamic), one("delimiter", Accepts::Text)], &JOIN)]
);
kernel!(JOIN = "kql_strcat_array" -> String, |a, n| {
    write2::<Dyn, Str>(a, n, |array, delimiter, out| {
        for (place, item) in array.items().enumerate() {
            if place > 0 {
                out.push_str(delimiter);
            }
            write_dynamic(item, out);
        }
    })
});

#[cfg(test)]
mod tests {
    use crate::testing::{refused, value};

    #[test]
    fn texts_are_parsed_and_dynamics_are_not() {
        assert_eq!(value("parse_json('[1]')[0], gettype(parse_json(dynamic('[1]')))"), "1 | string");
        assert!(refused("print todynamic(1.5)").contains("KS107"));
        assert_eq!(value("bag_pack(parse_json('\"a\"'), 1)"), r#"{"a":1}"#);
        assert!(refused("print bag_pack(1, 1)").contains("takes a string here, this is a long"));
    }
}
