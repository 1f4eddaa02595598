//! Arrays as sets of values.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-functions#dynamicarray-functions>

use std::borrow::Cow;
use std::collections::HashSet;

use datafusion::arrow::array::{BooleanArray, Float64Array};
use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;
use weir_value::KustoType::{Dynamic, Real};
use weir_value::dynamic::{Kind, View};

use super::{as_array, pack_rows, write_array};
use crate::bind::pack;
use crate::functions::{Accepts, Function, Naming, by_kernel, exactly, many, one, with};
use crate::kernel;
use crate::kernel::{Column, Dyn, map2};
use crate::typed::Typed;

pub(crate) const FUNCTIONS: &[&Function] =
    &[&UNION, &INTERSECT, &DIFFERENCE, &EQUALS, &HAS_ELEMENT, &JACCARD];

/// What equal values have in common: their packed form, a whole real being a long.
fn key(value: View<'_>) -> Cow<'_, [u8]> {
    match value.as_real() {
        // Beyond 2^53 a real no longer counts every whole number.
        Some(real) if real.fract() == 0.0 && real.abs() < 9_007_199_254_740_992.0 => {
            let mut bytes = Vec::with_capacity(9);
            weir_value::dynamic::Packer::new(&mut bytes).long(real as i64);
            Cow::Owned(bytes)
        }
        _ if value.kind() == Kind::Null => Cow::Borrowed(&[]),
        _ => Cow::Borrowed(value.bytes()),
    }
}

/// Whether two values are the same element; a null is one, too.
pub(super) fn same(a: Option<View<'_>>, b: Option<View<'_>>) -> bool {
    let key = |value: Option<View<'_>>| {
        value.map_or(Cow::Borrowed(&[][..]), |value| Cow::Owned(key(value).into_owned()))
    };
    match (a, b) {
        (Some(a), Some(b)) if a.kind() == b.kind() && a.kind() != Kind::Real => a.bytes() == b.bytes(),
        _ => key(a) == key(b),
    }
}

/// The keys of all elements.
fn keys(array: View<'_>) -> HashSet<Cow<'_, [u8]>> {
    array.items().map(key).collect()
}

const SETS: &[crate::functions::Parameter] = &[many("set", Accepts::Exactly(Dynamic), 2)];

/// One set a row, of the sets of all arguments; null where one is no array.
fn combine(
    a: &[ColumnarValue],
    rows: usize,
    keep: impl Fn(&[View<'_>], &mut Vec<u8>),
) -> Result<datafusion::arrow::array::ArrayRef> {
    let sets = a.iter().map(Column::<Dyn>::of).collect::<Result<Vec<_>>>()?;
    pack_rows(rows, |row, bytes| {
        let sets: Option<Vec<View<'_>>> = sets.iter().map(|set| as_array(set.get(row))).collect();
        if let Some(sets) = sets {
            keep(&sets, bytes);
        }
    })
}

function!(UNION = ["set_union"], Naming::None, [by_kernel(SETS, &UNITED)]);
kernel!(UNITED = "kql_set_union" -> Dynamic, |a, n| combine(a, n, |sets, bytes| {
    let mut known = HashSet::new();
    let all = sets.iter().flat_map(|set| set.items());
    write_array(all.filter(|item| known.insert(key(*item))).map(Some), bytes);
}));

function!(INTERSECT = ["set_intersect"], Naming::None, [by_kernel(SETS, &SHARED)]);
kernel!(SHARED = "kql_set_intersect" -> Dynamic, |a, n| combine(a, n, |sets, bytes| {
    let Some((first, others)) = sets.split_first() else { return };
    let others: Vec<_> = others.iter().map(|set| keys(*set)).collect();
    let mut known = HashSet::new();
    let shared = first.items().filter(|item| {
        let key = key(*item);
        others.iter().all(|other| other.contains(&key)) && known.insert(key)
    });
    write_array(shared.map(Some), bytes);
}));

function!(DIFFERENCE = ["set_difference"], Naming::None, [by_kernel(SETS, &REMAINING)]);
kernel!(REMAINING = "kql_set_difference" -> Dynamic, |a, n| combine(a, n, |sets, bytes| {
    let Some((first, others)) = sets.split_first() else { return };
    let mut known: HashSet<_> = others.iter().flat_map(|set| set.items()).map(key).collect();
    write_array(first.items().filter(|item| known.insert(key(*item))).map(Some), bytes);
}));

function!(
    EQUALS = ["set_equals"],
    Naming::None,
    [by_kernel(&[exactly("set", Dynamic), exactly("set", Dynamic)], &EQUAL)]
);
kernel!(EQUAL = "kql_set_equals" -> Bool, |a, n| {
    map2::<Dyn, Dyn, bool, BooleanArray>(a, n, |x, y| Some(keys(as_array(Some(x))?) == keys(as_array(Some(y))?)))
});

function!(
    HAS_ELEMENT = ["set_has_element"],
    Naming::None,
    [by_kernel(&[exactly("set", Dynamic), one("value", Accepts::Packed)], &CONTAINED)]
);
kernel!(CONTAINED = "kql_set_has_element" -> Bool, |a, n| {
    let sets = Column::<Dyn>::of(&a[0])?;
    let values = Column::<Dyn>::of(&a[1])?;
    let found: BooleanArray = crate::limits::rows(n)
        .map(|row| {
            let value = values.get(row);
            Some(as_array(sets.get(row))?.items().any(|item| same(Some(item), value)))
        })
        .collect();
    Ok(std::sync::Arc::new(found))
});

function!(
    JACCARD = ["jaccard_index"],
    Naming::None,
    [with(&[exactly("set", Dynamic), exactly("set", Dynamic)], |a| {
        let sets = vec![a.take(0).expr, a.take(1).expr];
        pack(a.binder.fold(Typed::new(OVERLAP.call(sets), Real)))
    })]
);
kernel!(
    /// The size of what two sets share over that of both together.
    OVERLAP = "kql_jaccard_index" -> Real, |a, n| {
        map2::<Dyn, Dyn, f64, Float64Array>(a, n, |x, y| {
            let (x, y) = (keys(as_array(Some(x))?), keys(as_array(Some(y))?));
            let shared = x.intersection(&y).count();
            Some(shared as f64 / (x.len() + y.len() - shared) as f64)
        })
    }
);

#[cfg(test)]
mod tests {
    use crate::testing::{refused, value};

    #[test]
    fn sets_hold_each_value_once() {
        assert_eq!(value("set_union(dynamic([1, 'a', 1]), dynamic(['a', null, 2]))"), r#"[1,"a",null,2]"#);
        assert_eq!(
            value("set_intersect(dynamic([1, 2, 2, 'x']), dynamic([2, 'x', 3]), dynamic([2]))"),
            "[2]"
        );
        assert_eq!(value("set_difference(dynamic([1, 2, 2, null]), dynamic([1]), dynamic([null]))"), "[2]");
        assert_eq!(value("set_union(dynamic([1]), dynamic(null))"), "null");
    }

    #[test]
    fn what_sets_share_is_a_dynamic() {
        assert_eq!(value("jaccard_index(dynamic([1, 2, 3]), dynamic([1, 2, 3, 4]))"), "0.75");
        assert_eq!(crate::testing::kind("jaccard_index(dynamic([1]), dynamic([2]))"), "dynamic");
    }

    #[test]
    fn sets_are_compared_without_order() {
        assert_eq!(value("set_equals(dynamic([1, 2, 2]), dynamic([2, 1]))"), "True");
        assert_eq!(value("set_equals(dynamic([1]), dynamic(['1']))"), "False");
        assert_eq!(value("set_has_element(dynamic([1, 2.5, 'x']), 2.5)"), "True");
        assert_eq!(value("set_has_element(dynamic([1]), 'x')"), "False");
        assert_eq!(value("set_has_element(dynamic({'a': 1}), 'a')"), "null");
        assert_eq!(value("jaccard_index(dynamic([1, 2, 3]), dynamic([2, 3, 4]))"), "0.5");
        assert!(refused("print set_union(dynamic([1]))").contains("does not take 1 argument"));
    }
}
