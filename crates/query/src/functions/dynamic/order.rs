//! `array_sort_asc`, `array_sort_desc`: arrays in the order of the first of them.
//!
//! Source: <https://learn.microsoft.com/kusto/query/array-sort-asc-function>

use std::cmp::Ordering;

use datafusion::common::Result;
use weir_value::KustoType::{Bool, Dynamic};
use weir_value::dynamic::{Kind, Packer, View};

use super::{as_array, pack_rows};
use crate::bind::Arguments;
use crate::functions::{Accepts, Function, Naming, many, with};
use crate::kernel;
use crate::kernel::{Column, Dyn};
use crate::typed::Typed;

pub(crate) const FUNCTIONS: &[&Function] = &[&ASCENDING, &DESCENDING];

function!(
    ASCENDING = ["array_sort_asc"],
    Naming::None,
    [with(&[many("array", Accepts::Any, 1)], |a| sorted(a, false))]
);
function!(
    DESCENDING = ["array_sort_desc"],
    Naming::None,
    [with(&[many("array", Accepts::Any, 1)], |a| sorted(a, true))]
);

fn sorted(a: &mut Arguments<'_, '_, '_>, descending: bool) -> Typed {
    let mut arrays: Vec<Typed> = (0..a.typed.len()).map(|index| a.take(index)).collect();
    let nulls_last = match arrays.last() {
        Some(last) if arrays.len() > 1 && last.kind == Bool => {
            let Some(nulls_last) = last.as_bool() else {
                return a.refuse(arrays.len() - 1, "whether nulls come last must be a constant");
            };
            arrays.pop();
            nulls_last
        }
        _ => true,
    };
    if let Some((place, other)) = arrays.iter().enumerate().find(|(_, array)| array.kind != Dynamic) {
        let message = format!("an array is expected here, this is a {}", other.kind);
        return a.refuse(place, message);
    }
    let settings = [Typed::bool(descending), Typed::bool(nulls_last)];
    let exprs = settings.into_iter().chain(arrays).map(|typed| typed.expr).collect();
    a.binder.fold(Typed::new(SORTED.call(exprs), Dynamic))
}

kernel!(
    /// One array sorted; of several, an array of all of them in the order of the first.
    SORTED = "kql_array_sort" -> Dynamic, |a, n| {
        let descending = Column::<bool>::of(&a[0])?.get(0).unwrap_or(false);
        let nulls_last = Column::<bool>::of(&a[1])?.get(0).unwrap_or(true);
        let arrays = a[2..].iter().map(Column::<Dyn>::of).collect::<Result<Vec<_>>>()?;
        let mut order: Vec<usize> = Vec::new();
        pack_rows(n, |row, bytes| {
            let items: Vec<Option<Vec<View<'_>>>> = arrays
                .iter()
                .map(|array| as_array(array.get(row)).map(|array| array.items().collect()))
                .collect();
            let Some(Some(first)) = items.first() else { return };
            order.clear();
            order.extend(0..first.len());
            order.sort_by(|a, b| compare(first.get(*a), first.get(*b), descending, nulls_last));
            let write = |items: &Option<Vec<View<'_>>>, packer: &mut Packer<'_>| match items {
                // An array of another length has no order in common.
                Some(items) if items.len() == order.len() => packer.array(|array| {
                    for item in order.iter().filter_map(|place| items.get(*place)) {
                        array.item(|packer| packer.packed(*item));
                    }
                }),
                _ => packer.null(),
            };
            let mut packer = Packer::new(bytes);
            match items.as_slice() {
                [one] => write(one, &mut packer),
                all => packer.array(|out| all.iter().for_each(|items| out.item(|packer| write(items, packer)))),
            }
        })
    }
);

/// Numbers and times, then strings, then guids, then the rest as it stood; nulls where they are asked for.
fn compare(a: Option<&View<'_>>, b: Option<&View<'_>>, descending: bool, nulls_last: bool) -> Ordering {
    let (Some(a), Some(b)) = (a, b) else { return Ordering::Equal };
    let (class_a, class_b) = (class(*a, nulls_last), class(*b, nulls_last));
    class_a.cmp(&class_b).then_with(|| {
        let order = match (a.as_long(), b.as_long(), class_a) {
            (Some(a), Some(b), _) => a.cmp(&b),
            (_, _, 1) => number(*a).total_cmp(&number(*b)),
            (_, _, 2 | 3) => a.as_str().cmp(&b.as_str()),
            _ => Ordering::Equal,
        };
        if descending { order.reverse() } else { order }
    })
}

fn class(value: View<'_>, nulls_last: bool) -> u8 {
    match value.kind() {
        Kind::Null if nulls_last => 5,
        Kind::Null => 0,
        Kind::Long | Kind::Real | Kind::Datetime | Kind::Timespan => 1,
        Kind::String => 2,
        Kind::Guid => 3,
        Kind::Bool | Kind::Array | Kind::Bag => 4,
    }
}

fn number(value: View<'_>) -> f64 {
    value.as_real().or_else(|| value.as_long().map(|value| value as f64)).unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, value};

    #[test]
    fn kinds_of_values_keep_apart() {
        let array = "dynamic(['b', 3, null, 1.5, 'B', true])";
        assert_eq!(value(&format!("array_sort_asc({array})")), r#"[1.5,3,"B","b",true,null]"#);
        assert_eq!(value(&format!("array_sort_desc({array})")), r#"[3,1.5,"b","B",true,null]"#);
        assert_eq!(value(&format!("array_sort_desc({array}, false)")), r#"[null,3,1.5,"b","B",true]"#);
        assert_eq!(value("array_sort_asc(dynamic({}))"), "null");
    }

    #[test]
    fn others_follow_the_first() {
        let sorted = "array_sort_asc(dynamic([3, 1, 2]), dynamic(['c', 'a', 'b']), dynamic([1]))";
        assert_eq!(value(&format!("{sorted}[1]")), r#"["a","b","c"]"#);
        assert_eq!(value(&format!("{sorted}[2]")), "null");
    }

    #[test]
    fn only_arrays_are_sorted() {
        assert!(refused("print array_sort_asc('abc')").contains("this is a string"));
    }
}
