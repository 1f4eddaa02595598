//! Arrays made of values, and what dynamics are made of: `range`, `repeat`, `zip`, `treepath`, `gettype`,
//! `dynamic_to_json`.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-functions#dynamicarray-functions>

use std::collections::HashSet;

use datafusion::common::{Result, exec_err};
use weir_value::KustoType::{self, Dynamic, Timespan};
use weir_value::dynamic::{Kind, Packer, View, write_json};
use weir_value::{Dynamic as Tree, datetime, timespan::TICKS_PER_HOUR};

use super::{as_array, pack_rows, write_array};
use crate::bind::{Arguments, is_number, pack};
use crate::functions::{Accepts, Function, Naming, by_kernel, exactly, many, one, optional, with};
use crate::kernel;
use crate::kernel::{Column, Dyn, Long, write1};
use crate::typed::Typed;

pub(crate) const FUNCTIONS: &[&Function] = &[&RANGE, &REPEAT, &ZIP, &TREEPATH, &GET_TYPE, &TO_JSON];

/// Elements that `range` and `repeat` may make, as the original has it.
const ELEMENTS_MAX: i64 = 1 << 20;

function!(
    RANGE = ["range"],
    Naming::None,
    [with(
        &[
            one("start", Accepts::Summable),
            one("stop", Accepts::Summable),
            optional("step", Accepts::Summable)
        ],
        range,
    )]
);

fn range(a: &mut Arguments<'_, '_, '_>) -> Typed {
    let (start, stop) = (a.take(0), a.take(1));
    let step = match a.typed.len() {
        2 if is_number(start.kind) => Typed::long(1),
        2 => Typed::constant(datafusion::common::ScalarValue::Int64(Some(TICKS_PER_HOUR)), Timespan),
        _ => a.take(2),
    };
    let kinds = (start.kind, stop.kind, step.kind);
    let fits = match kinds {
        (KustoType::Datetime, KustoType::Datetime, Timespan) | (Timespan, Timespan, Timespan) => true,
        (start, stop, step) => [start, stop, step].into_iter().all(is_number),
    };
    if !fits {
        let (start, stop, step) = kinds;
        return a.refuse(0, format!("not supported yet: a range from a {start} to a {stop} by a {step}"));
    }
    let exprs = [start, stop, step].into_iter().map(|typed| pack(typed).expr).collect();
    a.binder.fold(Typed::new(VALUES.call(exprs), Dynamic))
}

kernel!(
    /// From the start by steps up to the stop, which is included where a step meets it. Cut off where there would be
    /// too many values, as the original does.
    VALUES = "kql_range" -> Dynamic, |a, n| {
        let ends = a.iter().map(Column::<Dyn>::of).collect::<Result<Vec<_>>>()?;
        pack_rows(n, |row, bytes| {
            let ends: Option<Vec<View<'_>>> = ends.iter().map(|end| end.get(row)).collect();
            if let Some([start, stop, step]) = ends.as_deref() {
                write_range(*start, *stop, *step, bytes);
            }
        })
    }
);

fn write_range(start: View<'_>, stop: View<'_>, step: View<'_>, bytes: &mut Vec<u8>) {
    if let (Some(first), Some(last), Some(by)) = (start.as_long(), stop.as_long(), step.as_long()) {
        if by == 0 {
            return;
        }
        let steps = (i128::from(last) - i128::from(first)) / i128::from(by);
        let runs = (last < first) == (by < 0) || last == first;
        let count = if runs { steps.saturating_add(1).min(i128::from(ELEMENTS_MAX)) as i64 } else { 0 };
        Packer::new(bytes).array(|array| {
            for place in 0..count {
                let value = first.wrapping_add(place.wrapping_mul(by));
                array.item(|packer| match start.kind() {
                    Kind::Datetime if datetime::in_range(value).is_some() => packer.datetime(value),
                    Kind::Timespan => packer.timespan(value),
                    Kind::Long => packer.long(value),
                    _ => packer.null(),
                });
            }
        });
        return;
    }
    let real = |view: View<'_>| view.as_real().or_else(|| view.as_long().map(|value| value as f64));
    let (Some(first), Some(last), Some(by)) = (real(start), real(stop), real(step)) else { return };
    let steps = ((last - first) / by).floor();
    if by == 0.0 || !steps.is_finite() {
        return;
    }
    let count = (steps as i128).saturating_add(1).min(i128::from(ELEMENTS_MAX)) as i64;
    Packer::new(bytes).array(|array| {
        for place in 0..count {
            array.item(|packer| packer.real(first + place as f64 * by));
        }
    });
}

function!(
    REPEAT = ["repeat"],
    Naming::Prefix("repeat"),
    [by_kernel(&[one("value", Accepts::Packed), one("count", Accepts::Integer)], &REPEATED)]
);
kernel!(REPEATED = "kql_repeat" -> Dynamic, |a, n| {
    let values = Column::<Dyn>::of(&a[0])?;
    let counts = Column::<Long>::of(&a[1])?;
    if let Some(count) = (0..n).filter_map(|row| counts.get(row)).find(|count| *count > ELEMENTS_MAX) {
        return exec_err!("repeat() would make {count} values, more than {ELEMENTS_MAX}");
    }
    pack_rows(n, |row, bytes| {
        if let Some(count) = counts.get(row).and_then(|count| usize::try_from(count).ok()) {
            write_array(std::iter::repeat_n(values.get(row), count), bytes);
        }
    })
});

function!(ZIP = ["zip"], Naming::None, [by_kernel(&[many("array", Accepts::Exactly(Dynamic), 2)], &ZIPPED)]);
kernel!(
    /// One array for each place, with the element that each array has there.
    ZIPPED = "kql_zip" -> Dynamic, |a, n| {
        let arrays = a.iter().map(Column::<Dyn>::of).collect::<Result<Vec<_>>>()?;
        pack_rows(n, |row, bytes| {
            let arrays: Option<Vec<View<'_>>> = arrays.iter().map(|array| as_array(array.get(row))).collect();
            let Some(arrays) = arrays else { return };
            let longest = arrays.iter().map(|array| array.len()).max().unwrap_or(0);
            Packer::new(bytes).array(|out| {
                for place in 0..longest as i64 {
                    out.item(|packer| packer.array(|tuple| {
                        for array in &arrays {
                            tuple.item(|packer| match array.item(place) {
                                Some(item) => packer.packed(item),
                                None => packer.null(),
                            });
                        }
                    }));
                }
            });
        })
    }
);

function!(
    TREEPATH = ["treepath"],
    Naming::Prefix("tree"),
    [by_kernel(&[one("object", Accepts::Bag)], &TREE_PATHS)]
);
kernel!(
    /// Every path in a dynamic, each once; an element of an array is reached by `[0]`.
    TREE_PATHS = "kql_treepath" -> Dynamic, |a, n| {
        let values = Column::<Dyn>::of(&a[0])?;
        pack_rows(n, |row, bytes| {
            let Some(value) = values.get(row).filter(|v| matches!(v.kind(), Kind::Bag | Kind::Array)) else { return };
            let (mut paths, mut known) = (Vec::new(), HashSet::new());
            gather_paths(value, "", &mut paths, &mut known);
            Packer::new(bytes).array(|array| {
                for path in &paths {
                    array.item(|packer| packer.string(path));
                }
            });
        })
    }
);

// Dynamics nest no deeper than their parser allows.
fn gather_paths(value: View<'_>, path: &str, paths: &mut Vec<String>, known: &mut HashSet<String>) {
    if !path.is_empty() && known.insert(path.to_owned()) {
        paths.push(path.to_owned());
    }
    for (key, member) in value.properties() {
        gather_paths(member, &format!("{path}['{key}']"), paths, known);
    }
    for item in value.items() {
        gather_paths(item, &format!("{path}[0]"), paths, known);
    }
}

function!(
    GET_TYPE = ["gettype"],
    Naming::Prefix("type"),
    [with(&[one("value", Accepts::Any)], |a| {
        let value = a.take(0);
        match value.kind {
            Dynamic => a.binder.fold(Typed::new(TYPE_NAME.call(vec![value.expr]), KustoType::String)),
            kind => Typed::text(&kind.to_string()),
        }
    })]
);
kernel!(TYPE_NAME = "kql_gettype" -> String, |a, n| {
    let values = Column::<Dyn>::of(&a[0])?;
    let mut out = crate::kernel::TextOut::new(n);
    for row in crate::limits::rows(n) {
        out.push(values.get(row).map_or(Kind::Null, View::kind).name());
    }
    Ok(out.finish())
});

function!(
    TO_JSON = ["dynamic_to_json"],
    Naming::None,
    [
        by_kernel(&[exactly("value", Dynamic)], &SORTED_JSON),
        // Of any other type it is what tostring() gives.
        with(&[one("value", Accepts::Text)], |a| a.take(0))
    ]
);
kernel!(
    /// JSON with the keys of every bag in their order.
    SORTED_JSON = "kql_dynamic_to_json" -> String, |a, n| write1::<Dyn>(a, n, write_sorted)
);

fn write_sorted(value: View<'_>, out: &mut String) {
    match value.kind() {
        Kind::Bag => {
            let mut properties: Vec<_> = value.properties().collect();
            properties.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (place, (key, member)) in properties.into_iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write_json(View::new(&Tree::String(key.to_owned()).pack()), out);
                out.push(':');
                write_sorted(member, out);
            }
            out.push('}');
        }
        Kind::Array => {
            out.push('[');
            for (place, item) in value.items().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write_sorted(item, out);
            }
            out.push(']');
        }
        _ => write_json(value, out),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{kind, refused, value};

    #[test]
    fn ranges_include_their_ends() {
        assert_eq!(value("range(1, 8, 3)"), "[1,4,7]");
        assert_eq!(value("range(3, 1, -1)"), "[3,2,1]");
        assert_eq!(value("range(3, 0, -2)"), "[3,1]");
        assert_eq!(value("range(3, 1)"), "[]");
        assert_eq!(value("range(2, 2)"), "[2]");
        assert_eq!(value("range(0, 1, 0.5)"), "[0.0,0.5,1.0]");
        assert_eq!(value("range(1, 2, 0)"), "null");
        assert_eq!(value("range(0h, 2h)"), r#"["00:00:00","01:00:00","02:00:00"]"#);
        assert_eq!(
            value("range(datetime(2024-01-01), datetime(2024-01-02), 1d)"),
            r#"["2024-01-01T00:00:00.0000000Z","2024-01-02T00:00:00.0000000Z"]"#
        );
        assert_eq!(value("range(long(null), 2)"), "null");
    }

    #[test]
    fn ranges_have_an_end_and_one_type() {
        assert_eq!(
            value("array_length(range(1, 10000000)), array_length(range(0.0, 1.0, 1e-300))"),
            "1048576 | 1048576"
        );
        assert!(refused("print range(1h, 5)").contains("not supported yet: a range from a timespan"));
        assert!(refused("print range('a', 'b')").contains("range"));
        assert!(refused("print range(1, parse_json('2'))").contains("KS138"));
    }

    #[test]
    fn values_repeat() {
        assert_eq!(value("repeat('x', 2)"), r#"["x","x"]"#);
        assert_eq!(value("repeat(1, 0)"), "[]");
        assert_eq!(value("repeat(1, -1)"), "null");
        assert!(refused("print repeat(1, 10000000)").contains("more than 1048576"));
    }

    #[test]
    fn arrays_pair_up() {
        assert_eq!(value("zip(dynamic([1, 2]), dynamic(['a']))"), r#"[[1,"a"],[2,null]]"#);
        assert_eq!(value("zip(dynamic([1]), dynamic(1))"), "null");
    }

    #[test]
    fn paths_lead_to_every_value() {
        assert_eq!(
            value("treepath(dynamic({'a': [1, {'b': 2}], 'c': 3}))"),
            r#"["['a']","['a'][0]","['a'][0]['b']","['c']"]"#
        );
        assert_eq!(value("treepath(parse_json('1'))"), "null");
    }

    #[test]
    fn types_are_named_as_they_are_inside() {
        assert_eq!(value("gettype(dynamic({'a': 1}).a)"), "long");
        assert_eq!(value("gettype(dynamic(null))"), "null");
        assert_eq!(value("gettype(int(null))"), "int");
        assert_eq!(value("gettype('')"), "string");
        assert_eq!(kind("gettype(1)"), "string");
    }

    #[test]
    fn json_sorts_its_keys() {
        assert_eq!(
            value("dynamic_to_json(dynamic({'b': [{'z': 1, 'y': null}], 'a': 'q\"'}))"),
            r#"{"a":"q\"","b":[{"y":null,"z":1}]}"#
        );
        assert_eq!(value("dynamic_to_json(dynamic(null))"), "");
        assert_eq!(value("dynamic_to_json('x'), dynamic_to_json(1d)"), "x | 1.00:00:00");
    }
}
